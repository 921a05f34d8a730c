//! `palm backup`: one encrypted file with the database as of one moment and the pictures, read back and checked before it gets its name.
//! The server goes on meanwhile. Pictures are taken after the database: what came in between is only too much, and is swept after a
//! restore; what was deleted in between was meant to go.

use std::fs::{self, File, OpenOptions};
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use base::clock::machine_now;
use base::db::installation;
use base::keys::KeyRing;
use chrono::SecondsFormat;

use super::archive::{ArchiveWriter, DATABASE, FILES, MANIFEST};
use super::manifest::{self, Manifest};
use super::rows::{self, Snapshot};
use super::shelf::{self, Shelf};
use super::vault::VaultWriter;
use super::{Places, programs};
use crate::database::{DatabaseArgs, Servers};

/// Options of `palm backup`.
#[derive(Debug, Clone, clap::Args)]
pub struct BackupArgs {
    /// Which database
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Where the other things are
    #[command(flatten)]
    pub places: Places,
    /// Folder to put it into (default backups in the data folder; better a disk of its own, copied off the machine)
    #[arg(long = "to", env = "PALM_BACKUP_DIR", value_name = "DIR")]
    pub to: Option<PathBuf>,
    /// How many backups stay; older ones are deleted. With one a day, 30 keeps the promise that an erased person is out of them in 30 days
    #[arg(long, env = "PALM_BACKUP_KEEP", default_value_t = 30, value_name = "N")]
    pub keep: usize,
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// The backup.
    pub file: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
}

/// Makes one, verified, and says so in a few lines.
pub fn run(args: &BackupArgs) -> anyhow::Result<Made> {
    let servers = args.database.servers()?;
    let made = make(args, &servers);
    if let Some(cluster) = servers.cluster {
        cluster.stop()?;
    }
    let made = made?;
    let rows: i64 = made.manifest.counts.values().sum();
    println!(
        "backup: {} ({:.1} MB: {rows} rows of {} tables, {} files), verified",
        made.file.display(),
        megabytes(&made.file),
        made.manifest.counts.len(),
        made.manifest.files(),
    );
    println!("keep the key file apart from it: without the key ring nobody can open this backup");
    Ok(made)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a size to read")]
fn megabytes(file: &Path) -> f64 {
    file.metadata().map_or(0.0, |about| about.len() as f64 / 1e6)
}

fn make(args: &BackupArgs, servers: &Servers) -> anyhow::Result<Made> {
    let owner = servers.owner_url.as_deref().context("PALM_OWNER_DATABASE_URL is missing: a backup reads every table")?;
    // Never made here: a fresh ring could not open the rows that are there.
    let ring = super::existing_ring(&args.database, &servers.data_dir)?;
    let shelf = Shelf::at(args.to.clone().unwrap_or_else(|| servers.data_dir.join("backups")));
    shelf.make()?;
    let _alone = shelf.lock()?;
    let erasures = args.places.erasures(&servers.data_dir);
    let name = shelf.new_name();
    let unfinished = name.with_extension("part");
    let written = write(&unfinished, &ring, owner, servers, args, &erasures);
    let checked = written.and_then(|manifest| {
        let (_, found) = manifest::verify(&unfinished, &ring).context("the backup was written, but does not read back")?;
        ensure!(found == manifest, "the backup was written, but reads back otherwise");
        Ok(manifest)
    });
    let manifest = match checked {
        Ok(manifest) => manifest,
        Err(why) => {
            drop(fs::remove_file(&unfinished));
            return Err(why);
        }
    };
    fs::rename(&unfinished, &name)?;
    shelf::flush_folder(&name)?;
    // Beside the backups, never in one: the newest list is right for the oldest backup too.
    let (list, _) = shelf::merged(&[erasures, shelf.erasures()])?;
    shelf::write_whole(&shelf.erasures(), list.as_bytes()).context("can't copy the erasure list beside the backups")?;
    let gone = shelf.thin_out(args.keep)?;
    if gone > 0 {
        println!("{gone} older backups deleted (--keep {})", args.keep);
    }
    Ok(Made { file: name, manifest })
}

fn write(
    path: &Path,
    ring: &KeyRing,
    owner: &str,
    servers: &Servers,
    args: &BackupArgs,
    erasures: &Path,
) -> anyhow::Result<Manifest> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let file = file.with_context(|| format!("can't write {}", path.display()))?;
    let made_at = machine_now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut archive = ArchiveWriter::new(VaultWriter::new(BufWriter::new(file), ring, made_at.clone())?);
    let mut snapshot = Snapshot::take(owner)?;
    let mut manifest = about(&mut snapshot, made_at, erasures)?;
    let mut dump = programs::dump(owner, &snapshot.id, servers.cluster.as_ref(), manifest.postgres_major())?;
    archive.add(DATABASE, &mut dump.output()?)?;
    dump.finish()?;
    drop(snapshot);
    add_files(&mut archive, &args.places.files(&servers.data_dir), erasures)?;
    manifest.entries.clone_from(archive.entries());
    archive.add(MANIFEST, &mut serde_json::to_vec_pretty(&manifest)?.as_slice())?;
    let file = archive.finish()?.finish()?;
    file.into_inner().map_err(|why| why.into_error())?.sync_all()?;
    Ok(manifest)
}

fn about(snapshot: &mut Snapshot, made_at: String, erasures: &Path) -> anyhow::Result<Manifest> {
    let connection = snapshot.connection();
    let mut migrations = installation::applied_migrations(connection).context("this database was never migrated")?;
    migrations.sort();
    Ok(Manifest {
        made_at,
        palm: crate::VERSION.to_owned(),
        postgres: rows::version(connection)?,
        kind: rows::kind(connection)?,
        migrations,
        counts: rows::counts(connection)?,
        heads: rows::heads(connection)?,
        erasures: shelf::merged(&[erasures.to_owned()])?.1,
        entries: std::collections::BTreeMap::new(),
    })
}

/// Every file below the folder under its own name; half-written ones don't count, and the erasure list is never in a backup.
fn add_files(archive: &mut ArchiveWriter<impl std::io::Write>, root: &Path, erasures: &Path) -> anyhow::Result<()> {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => continue,
            other => other.with_context(|| format!("can't read the files folder {}", folder.display()))?,
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_some_and(|ending| ending == "new") || path == erasures {
                continue;
            }
            let Ok(below) = path.strip_prefix(root) else { continue };
            match File::open(&path) {
                // Deleted since the folder was read.
                Err(why) if why.kind() == std::io::ErrorKind::NotFound => {}
                opened => {
                    let name = format!("{FILES}{}", below.to_string_lossy());
                    archive.add(&name, &mut opened.with_context(|| format!("can't read {}", path.display()))?)?;
                }
            }
        }
    }
    Ok(())
}
