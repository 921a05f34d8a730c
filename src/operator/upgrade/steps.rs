//! The steps of an upgrade. Programs run as whoever owns the data, also when root upgrades.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use base::clients::probe;
use base::cluster;

use super::super::Places;
use super::super::shelf::Shelf;
use super::UpgradeArgs;
use crate::database::DatabaseArgs;

/// The name of the systemd service.
const SERVICE: &str = "palm.service";
const PATIENCE: Duration = Duration::from_secs(5);
/// A start may replay PostgreSQL's log first.
const READY_WITHIN: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(200);

/// What an upgrade works on.
pub(super) struct Site {
    data_dir: PathBuf,
    database: DatabaseArgs,
    places: Places,
    shelf: Shelf,
    /// User and group of the data, when root acts for them.
    owner: Option<(u32, u32)>,
    http_addr: std::net::SocketAddr,
    service: bool,
}

/// What is needed to go back.
pub(super) struct Undo {
    /// The backup of the moment when the server stood still.
    pub(super) backup: PathBuf,
}

impl Site {
    pub(super) fn of(args: &UpgradeArgs) -> anyhow::Result<Self> {
        let data_dir = match (&args.database.database_url, &args.database.data_dir) {
            (Some(_), given) => std::path::absolute(given.clone().unwrap_or_else(|| PathBuf::from("palm-data")))?,
            (None, given) => cluster::data_dir(given.as_deref())?.path,
        };
        let about = data_dir.metadata().with_context(|| format!("there is no installation in {}", data_dir.display()))?;
        let root = Path::new("/proc/self").metadata()?.uid() == 0;
        let shelf = Shelf::at(args.backup_dir.clone().unwrap_or_else(|| data_dir.join("backups")));
        let mut http_addr = args.http_addr;
        if http_addr.ip().is_unspecified() {
            http_addr.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        Ok(Self {
            owner: (root && about.uid() != 0).then(|| (about.uid(), about.gid())),
            database: args.database.clone(),
            places: args.places.clone(),
            shelf,
            data_dir,
            http_addr,
            service: !args.no_service,
        })
    }

    /// A program of ours on this installation. What came as an option goes on as the variable.
    fn command(&self, binary: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .env("PALM_DATA_DIR", &self.data_dir)
            .env("PALM_BACKUP_DIR", &self.shelf.folder);
        let database = &self.database;
        let paths = [
            ("PALM_KEYS_FILE", &database.keys_file),
            ("PALM_FILES_DIR", &self.places.files_dir),
            ("PALM_ERASURE_LOG", &self.places.erasure_log),
        ];
        for (name, value) in paths {
            command.envs(value.iter().map(|value| (name, value)));
        }
        for (name, value) in
            [("PALM_DATABASE_URL", &database.database_url), ("PALM_OWNER_DATABASE_URL", &database.owner_database_url)]
        {
            command.envs(value.iter().map(|value| (name, value)));
        }
        if let Some((user, group)) = self.owner {
            command.gid(group).uid(user);
        }
        command
    }

    /// Runs one to its end; what it says on standard error is the error.
    pub(super) fn output(&self, binary: &Path, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self.command(binary, arguments).output().with_context(|| format!("can't run {}", binary.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
        ensure!(output.status.success(), "palm {}: {last}", arguments.join(" "));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The same without its output.
    pub(super) fn run(&self, binary: &Path, arguments: &[&str]) -> anyhow::Result<()> {
        self.output(binary, arguments).map(drop)
    }

    /// Stops the server and makes the backup that everything can go back to. When that fails the server starts again.
    pub(super) async fn stand_still(&self) -> anyhow::Result<Undo> {
        self.stop()?;
        match self.back_up() {
            Ok(undo) => {
                println!("stopped; backup {}", undo.backup.display());
                Ok(undo)
            }
            Err(why) => {
                self.start().await?;
                Err(why.context("no backup, no upgrade; the server runs as before"))
            }
        }
    }

    fn back_up(&self) -> anyhow::Result<Undo> {
        TcpListener::bind(self.http_addr)
            .with_context(|| format!("something still serves on {}: stop it first", self.http_addr))?;
        self.run(&std::env::current_exe()?, &["backup"])?;
        let backup = self.shelf.backups()?.pop().context("the backup is not where it should be")?.1;
        Ok(Undo { backup })
    }

    pub(super) fn stop(&self) -> anyhow::Result<()> {
        if self.service { systemctl("stop") } else { Ok(()) }
    }

    /// Starts the server and waits until it is ready.
    pub(super) async fn start(&self) -> anyhow::Result<()> {
        if !self.service {
            return Ok(());
        }
        systemctl("start")?;
        ready(&format!("http://{}", self.http_addr), || Ok(())).await
    }

    /// Serves on a port of its own, without jobs, until it says it is ready: nobody outside sees it, nothing is sent out.
    pub(super) async fn try_out(&self, binary: &Path) -> anyhow::Result<()> {
        let arguments = ["serve", "--no-jobs", "--http-addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0"];
        let mut command = self.command(binary, &arguments);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().context("it can't be started")?;
        let mut trial = Trial(child);
        let address = trial.address()?;
        ready(&format!("http://{address}"), || trial.alive()).await
    }

    /// The major version that made the private cluster.
    pub(super) fn postgres_major(&self) -> anyhow::Result<u32> {
        let path = self.postgres().join("data/PG_VERSION");
        let text = fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))?;
        Ok(text.trim().parse()?)
    }

    fn postgres(&self) -> PathBuf {
        self.data_dir.join("postgres")
    }

    fn replaced(&self) -> PathBuf {
        self.data_dir.join("postgres.replaced")
    }

    /// The data of the backup comes back. On a server of one's own that is for its administrator.
    pub(super) fn bring_back(&self, binary: &Path, undo: &Undo) -> anyhow::Result<()> {
        if self.database.database_url.is_some() {
            println!(
                "your own PostgreSQL keeps the new tables; the version before goes on with them. The data from before is in {}",
                undo.backup.display()
            );
            return Ok(());
        }
        self.rebuild(binary, undo)?;
        self.forget_replaced()
    }

    /// Restores the backup beside the data, under the newest PostgreSQL, and puts it in the place of the cluster, which is kept.
    pub(super) fn rebuild(&self, binary: &Path, undo: &Undo) -> anyhow::Result<()> {
        ensure!(!self.replaced().exists(), "{} is there from an earlier upgrade: remove it first", self.replaced().display());
        let beside = self.data_dir.join("restored");
        if beside.exists() {
            fs::remove_dir_all(&beside)?;
        }
        let (file, into) = (undo.backup.to_string_lossy(), beside.to_string_lossy());
        let restored = self.run(binary, &["restore", &file, "--into", &into]).context("the backup can't be restored");
        let swapped = restored.and_then(|()| {
            ensure!(
                !self.postgres().join("data/postmaster.pid").exists(),
                "another palm command uses the database: end it first"
            );
            fs::rename(self.postgres(), self.replaced())?;
            fs::rename(beside.join("postgres"), self.postgres()).or_else(|why| {
                fs::rename(self.replaced(), self.postgres())?;
                Err(why)
            })?;
            Ok(())
        });
        if beside.exists() {
            fs::remove_dir_all(&beside)?;
        }
        swapped
    }

    /// The cluster that was replaced takes its place again.
    pub(super) fn put_back_replaced(&self) -> anyhow::Result<()> {
        if !self.replaced().exists() {
            return Ok(());
        }
        fs::remove_dir_all(self.postgres())?;
        Ok(fs::rename(self.replaced(), self.postgres())?)
    }

    /// The replaced cluster goes: it holds what may have been erased since.
    pub(super) fn forget_replaced(&self) -> anyhow::Result<()> {
        if self.replaced().exists() {
            fs::remove_dir_all(self.replaced())?;
        }
        Ok(())
    }
}

fn systemctl(verb: &str) -> anyhow::Result<()> {
    let status = Command::new("systemctl").args([verb, SERVICE]).status();
    let status = status.context("can't run systemctl; without systemd stop the server by hand and add --no-service")?;
    ensure!(status.success(), "systemctl {verb} {SERVICE} failed: journalctl -u palm says why");
    Ok(())
}

/// Waits until a server is ready.
async fn ready(url: &str, mut alive: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let deadline = Instant::now() + READY_WITHIN;
    loop {
        let last = match probe::get(&format!("{url}/readyz"), PATIENCE).await {
            Ok(answer) if answer.status == 200 => return Ok(()),
            Ok(answer) => format!("it answers {}", answer.status),
            Err(why) => why,
        };
        alive()?;
        if Instant::now() > deadline {
            bail!("it is not ready after {} s: {last}", READY_WITHIN.as_secs());
        }
        tokio::time::sleep(POLL).await;
    }
}

/// A server being tried out. Whatever becomes of the trial, it ends.
struct Trial(Child);

impl Trial {
    /// The address it says it serves on; when it ends instead, its last words.
    fn address(&mut self) -> anyhow::Result<String> {
        let stdout = BufReader::new(self.0.stdout.take().context("it has no output")?);
        let mut lines = stdout.lines().map_while(Result::ok);
        let address = lines.find_map(|line| line.split_once("serves on http://").map(|(_, address)| address.trim().to_owned()));
        match address {
            Some(address) => Ok(address),
            None => bail!("it ended: {}", self.last_words()),
        }
    }

    fn alive(&mut self) -> anyhow::Result<()> {
        match self.0.try_wait()? {
            None => Ok(()),
            Some(_) => bail!("it ended: {}", self.last_words()),
        }
    }

    fn last_words(&mut self) -> String {
        let lines = self.0.stderr.take().map(|stderr| BufReader::new(stderr).lines().map_while(Result::ok).collect::<Vec<_>>());
        lines.unwrap_or_default().pop().unwrap_or_else(|| "it said nothing".to_owned())
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        // SIGTERM, so that it leaves the private PostgreSQL in order; by the shell's own `kill`, since a bare Debian has no other.
        let mut term = Command::new("/bin/sh");
        term.args(["-c", "kill \"$1\"", "sh", &self.0.id().to_string()]).stderr(Stdio::null());
        if !term.status().is_ok_and(|status| status.success()) {
            drop(self.0.kill());
        }
        drop(self.0.wait());
    }
}
