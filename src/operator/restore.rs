//! `palm restore`: a backup into an empty folder with a PostgreSQL of its own, brought to this version, with everybody erased again who
//! was erased since, and audited. `--check` does all of it in a temporary folder and leaves nothing behind: a backup that was never
//! restored is a hope, not a backup. The installation that runs is not touched by either.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Component, Path, PathBuf};
use std::process::ChildStdin;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use base::cluster::{self, Cluster, ClusterOptions};
use base::keys::KeyRing;
use diesel::{Connection as _, PgConnection};
use ledger::AuditReport;
use people::identity::{ErasureLog, erase_marked};

use super::archive::{DATABASE, FILES, Target};
use super::manifest::{self, Manifest};
use super::programs::{self, Running};
use super::shelf::{self, Shelf};
use super::{Places, rows, vault};
use crate::database::{self, DatabaseArgs};
use crate::{audit, nouns};

/// Options of `palm restore`.
#[derive(Debug, Clone, clap::Args)]
pub struct RestoreArgs {
    /// Where the key ring and the erasure list are; nothing of this installation's database is touched
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Where the other things are
    #[command(flatten)]
    pub places: Places,
    /// The backup (default: the newest of the backups' folder)
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Restore into a temporary folder, audit, report, remove
    #[arg(long, conflicts_with = "into", required_unless_present = "into")]
    pub check: bool,
    /// Restore for good: into this folder, which becomes a data folder (PALM_DATA_DIR); it must be empty or absent
    #[arg(long, value_name = "DIR")]
    pub into: Option<PathBuf>,
    /// The backups' folder
    #[arg(long, env = "PALM_BACKUP_DIR", value_name = "DIR")]
    pub from: Option<PathBuf>,
    /// Where the temporary folder of --check is made
    #[arg(long, default_value = "/var/tmp", value_name = "DIR")]
    pub work: PathBuf,
    /// Restore although the erasure list is shorter than it was when the backup was made: erased people come back
    #[arg(long)]
    pub accept_missing_erasures: bool,
}

/// What a restore came to.
#[derive(Debug)]
pub struct Restored {
    /// The backup.
    pub file: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
    /// Migrations that ran afterwards.
    pub migrated: usize,
    /// People erased again.
    pub erased: usize,
    /// The audit of the restored books.
    pub audit: AuditReport,
}

impl Restored {
    /// Do the books agree?
    pub fn is_green(&self) -> bool {
        self.audit.differences().next().is_none()
    }
}

/// Restores and reports; `false` when the audit differs.
pub fn run(args: &RestoreArgs) -> anyhow::Result<bool> {
    let restored = restore(args)?;
    print(&restored, args.into.as_deref());
    Ok(restored.is_green())
}

fn print(restored: &Restored, into: Option<&Path>) {
    let manifest = &restored.manifest;
    let rows: i64 = manifest.counts.values().sum();
    println!(
        "backup   {} of {}, palm {}, PostgreSQL {}",
        restored.file.display(),
        manifest.made_at,
        manifest.palm,
        manifest.postgres
    );
    println!("restored {rows} rows of {} tables and {} files, as the manifest says", manifest.counts.len(), manifest.files());
    println!("schema   {} migrations were in it, {} ran now", manifest.migrations.len(), restored.migrated);
    println!("erased   {} people erased since then, erased again", restored.erased);
    let audit = &restored.audit;
    for line in audit.differences() {
        println!("DIFFERS  {} {}: {}", line.name, line.what, line.found.as_deref().unwrap_or_default());
    }
    let differ = audit.differences().count();
    let what = if differ == 0 { "all agree".to_owned() } else { format!("{differ} differ") };
    println!("audit    {} checks over {} books and {} transactions: {what}", audit.lines.len(), audit.books, audit.transactions);
    match into {
        Some(into) => println!("It is in {0}: set PALM_DATA_DIR={0} and start palm serve", into.display()),
        None => println!("checked; the temporary folder is removed"),
    }
}

/// Does the work of `palm restore`.
pub fn restore(args: &RestoreArgs) -> anyhow::Result<Restored> {
    let data_dir = cluster::data_dir(args.database.data_dir.as_deref())?.path;
    let shelf = Shelf::at(args.from.clone().unwrap_or_else(|| data_dir.join("backups")));
    let file = match &args.file {
        Some(file) => file.clone(),
        None => shelf.backups()?.pop().with_context(|| format!("there is no backup in {}", shelf.folder.display()))?.1,
    };
    let ring = super::existing_ring(&args.database, &data_dir)?;
    // Everything that can be refused is refused before a folder is made.
    let (_, manifest) = manifest::verify(&file, &ring)?;
    fits(&manifest)?;
    let beside = file.parent().unwrap_or_else(|| Path::new(".")).join("erasures");
    let (erasures, known) = shelf::merged(&[args.places.erasures(&data_dir), shelf.erasures(), beside])?;
    ensure!(
        known >= manifest.erasures || args.accept_missing_erasures,
        "the erasure list names {known} people, but there were {} when the backup was made: name the newest list with --erasure-log (PALM_ERASURE_LOG)",
        manifest.erasures
    );
    let place = Place::take(args)?;
    let work = Work { place: &place, ring, manifest, erasures, keys: super::keys_file(&args.database, &data_dir) };
    let restored = work.run(&file)?;
    if args.into.is_some() {
        place.keep();
    }
    if restored.is_green() && shelf.folder.is_dir() {
        shelf.note_checked(&file)?;
    }
    Ok(restored)
}

/// Refuses a backup that this program or this machine can't carry.
fn fits(manifest: &Manifest) -> anyhow::Result<()> {
    let ours = database::embedded_migrations()?;
    if let Some(unknown) = manifest.migrations.iter().find(|version| !ours.contains(version)) {
        bail!(
            "the backup was made by a newer palm ({}; this is {}): it has the migration {unknown}; restore it with that version",
            manifest.palm,
            crate::VERSION
        );
    }
    let newest = cluster::installed_majors().pop().unwrap_or(0);
    let needed = manifest.postgres_major();
    ensure!(
        needed <= newest,
        "the backup was made by PostgreSQL {needed}, the newest here is {newest}: apt-get install postgresql-{needed}"
    );
    Ok(())
}

/// The folder of a restore; removed again unless it is kept.
struct Place {
    folder: PathBuf,
    durable: bool,
    kept: std::cell::Cell<bool>,
}

impl Place {
    fn take(args: &RestoreArgs) -> anyhow::Result<Self> {
        let folder = match &args.into {
            Some(into) => std::path::absolute(into)?,
            None => args.work.join(format!("palm-restore-{}", uuid::Uuid::new_v4().simple())),
        };
        match fs::read_dir(&folder) {
            Ok(mut entries) => {
                ensure!(entries.next().is_none(), "{} is not empty: a restore never goes over anything", folder.display());
            }
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => {}
            Err(why) => return Err(why).with_context(|| format!("can't read {}", folder.display())),
        }
        Ok(Self { folder, durable: args.into.is_some(), kept: std::cell::Cell::new(false) })
    }

    fn keep(&self) {
        self.kept.set(true);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.kept.get() || !self.folder.exists() {
            return;
        }
        if let Err(why) = fs::remove_dir_all(&self.folder) {
            eprintln!("palm: the unfinished restore in {} stays, remove it by hand: {why}", self.folder.display());
        }
    }
}

struct Work<'a> {
    place: &'a Place,
    ring: Arc<KeyRing>,
    manifest: Manifest,
    erasures: String,
    keys: PathBuf,
}

impl Work<'_> {
    fn run(self, file: &Path) -> anyhow::Result<Restored> {
        // A check needs no fsync: what a power cut takes is begun again.
        let options = ClusterOptions { data_dir: self.place.folder.clone(), durable: self.place.durable };
        let cluster = Cluster::ensure(options).context("the PostgreSQL of the restore")?;
        let result = self.fill(file, &cluster);
        cluster.stop()?;
        let (migrated, erased, audit) = result?;
        Ok(Restored { file: file.to_owned(), manifest: self.manifest, migrated, erased, audit })
    }

    fn fill(&self, file: &Path, cluster: &Cluster) -> anyhow::Result<(usize, usize, AuditReport)> {
        let folder = &self.place.folder;
        let owner = cluster.owner_url("palm");
        let running = programs::restore(&owner, cluster)?;
        let mut unpack = Unpack { files: folder.join("files"), running: Some(running), input: None, file: None };
        DirBuilder::new().mode(0o750).create(&unpack.files)?;
        manifest::read_into(file, &self.ring, &mut unpack)?;
        self.compare(&owner)?;
        private_file(&folder.join("erasures"), self.erasures.as_bytes())?;
        let keys = fs::read(&self.keys).with_context(|| format!("can't read {}", self.keys.display()))?;
        private_file(&folder.join("keys.json"), &keys)?;
        let migrated = database::migrate(&owner)?.len();
        let app = cluster.app_url("palm");
        let db = database::open(&app, 4, "restore")?;
        let erased = erase_marked(&db, &nouns::hooks(), &ErasureLog::at(folder.join("erasures")));
        let erased = erased.context("those erased since can't be erased again")?;
        drop(db);
        Ok((migrated, erased, audit::report(&app, None)?))
    }

    /// The restored rows are those that were there.
    fn compare(&self, owner: &str) -> anyhow::Result<()> {
        let mut connection = PgConnection::establish(owner).context("can't reach the restored database")?;
        let counts = rows::counts(&mut connection)?;
        for (table, rows) in &self.manifest.counts {
            let found = counts.get(table).copied().unwrap_or(0);
            ensure!(found == *rows, "{table} has {found} rows after the restore, the backup had {rows}");
        }
        ensure!(rows::heads(&mut connection)? == self.manifest.heads, "the ledger's heads are not those of the backup");
        Ok(())
    }
}

fn private_file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = opened.with_context(|| format!("can't write {}", path.display()))?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}

/// Sends the dump to `pg_restore` and the files to their folder.
struct Unpack {
    files: PathBuf,
    running: Option<Running>,
    input: Option<ChildStdin>,
    file: Option<File>,
}

impl Target for Unpack {
    fn begin(&mut self, name: &str) -> anyhow::Result<()> {
        if name == DATABASE {
            let running = self.running.as_mut().context("the backup holds two databases")?;
            self.input = Some(running.input()?);
            return Ok(());
        }
        let below = Path::new(name.strip_prefix(FILES).with_context(|| format!("the backup holds {name}, which is unknown"))?);
        let plain = below.components().all(|part| matches!(part, Component::Normal(_)));
        ensure!(plain && below.components().next().is_some(), "the backup holds a file outside its folder: {name}");
        let path = self.files.join(below);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        self.file = Some(File::create_new(&path).with_context(|| format!("can't write {}", path.display()))?);
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        if let Some(file) = &mut self.file {
            file.write_all(bytes)?;
        } else if let Some(input) = &mut self.input
            && !programs::feed(input, bytes)?
        {
            self.input = None;
            self.running.take().context("pg_restore is gone")?.finish()?;
            bail!("pg_restore ended before the dump did");
        }
        Ok(())
    }

    fn end(&mut self) -> anyhow::Result<()> {
        if let Some(file) = self.file.take() {
            return Ok(file.sync_all()?);
        }
        // Its end is what pg_restore waits for.
        self.input = None;
        self.running.take().context("pg_restore is gone")?.finish()
    }
}

/// What is readable of a backup without a key: for the doctor.
pub(crate) fn header(path: &Path) -> anyhow::Result<vault::Header> {
    let mut file = File::open(path).with_context(|| format!("can't read {}", path.display()))?;
    Ok(vault::header(&mut file)?)
}
