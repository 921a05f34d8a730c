//! Where a bench takes place: a private, durable PostgreSQL below the data folder, a fresh database in it, and the server under test
//! as a process of its own, so that its memory and its start are the server's alone.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use base::cluster::{self, Cluster, ClusterOptions};
use base::db::installation::Kind;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

use super::client::{self, Connection};
use crate::database;

/// The name of the bench's database.
const DATABASE: &str = "palm_bench";

/// Drops the bench's database with whatever is still connected to it: pools close their connections a moment after they are dropped,
/// and only the superuser may end another role's.
fn drop_database(cluster: &Cluster) -> anyhow::Result<()> {
    let mut superuser = PgConnection::establish(&cluster.superuser_url("postgres"))?;
    Ok(superuser.batch_execute(&format!("DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"))?)
}

/// One bench at a time on a data folder: the next would drop the database under this one.
fn take_turn(folder: &Path) -> anyhow::Result<std::fs::File> {
    std::fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
    let lock = std::fs::File::create(folder.join("bench.lock"))?;
    lock.try_lock().map_err(|busy| anyhow::anyhow!("another bench is running in {} ({busy})", folder.display()))?;
    Ok(lock)
}

/// The database of one run; dropped with its cluster's folder when the run ends.
pub(super) struct Site {
    /// The bench's own folder.
    pub(super) folder: PathBuf,
    /// The serving role's URL.
    pub(super) app_url: String,
    /// The owner's URL.
    pub(super) owner_url: String,
    cluster: Option<Cluster>,
    _turn: std::fs::File,
}

impl Site {
    /// Makes the cluster when absent, and a fresh, migrated demo database in it.
    pub(super) fn prepare(data_dir: Option<&Path>) -> anyhow::Result<Self> {
        let folder = cluster::data_dir(data_dir)?.path.join("bench");
        let cluster = Cluster::ensure(ClusterOptions { data_dir: folder.clone(), durable: true })?;
        let turn = take_turn(&folder)?;
        let (name, admin) = (DATABASE, cluster.owner_url("palm"));
        drop_database(&cluster)?;
        PgConnection::establish(&admin)?.batch_execute(&format!("CREATE DATABASE {name}"))?;
        let (app_url, owner_url) = (cluster.app_url(name), cluster.owner_url(name));
        database::migrate(&owner_url)?;
        database::set_up(&owner_url, Kind::Demo, 0)?;
        // Durable settings are asserted here, as for every server.
        database::check(&app_url, Kind::Demo)?;
        Ok(Self { folder, app_url, owner_url, cluster: Some(cluster), _turn: turn })
    }

    /// A copy of the database of a data folder that `palm demo --scale` has seeded, so that the folder stays as it is.
    pub(super) fn copied(data_dir: Option<&Path>) -> anyhow::Result<Self> {
        let folder = cluster::data_dir(data_dir)?.path;
        let cluster = Cluster::ensure(ClusterOptions { data_dir: folder.clone(), durable: true })?;
        let turn = take_turn(&folder.join("bench"))?;
        drop_database(&cluster)?;
        let mut superuser = PgConnection::establish(&cluster.superuser_url("postgres"))?;
        superuser.batch_execute(&format!("CREATE DATABASE {DATABASE} TEMPLATE palm STRATEGY file_copy OWNER palm_owner"))?;
        let (app_url, owner_url) = (cluster.app_url(DATABASE), cluster.owner_url(DATABASE));
        database::migrate(&owner_url)?;
        database::check(&app_url, Kind::Demo)?;
        Ok(Self { folder, app_url, owner_url, cluster: Some(cluster), _turn: turn })
    }

    /// The key ring that server and bench share.
    pub(super) fn keys_file(&self) -> PathBuf {
        self.folder.join("keys.json")
    }

    /// A connection as the owner of the tables.
    pub(super) fn owner(&self) -> anyhow::Result<PgConnection> {
        Ok(PgConnection::establish(&self.owner_url)?)
    }

    /// Drops the database and stops the cluster; the folder stays for the next run.
    pub(super) fn close(mut self) -> anyhow::Result<()> {
        if let Some(cluster) = self.cluster.take() {
            drop_database(&cluster)?;
            cluster.stop()?;
        }
        Ok(())
    }

    /// Starts a server of this program; `command` is `serve` or the bare one.
    pub(super) async fn start(&self, command: &str) -> anyhow::Result<Server> {
        let log = std::fs::File::create(self.folder.join(format!("{command}.log")))?;
        let started = Instant::now();
        let mut child = Command::new(std::env::current_exe()?)
            .args([command, "--demo", "--http-addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0"])
            .args(["--account-rate", "1000000", "--address-rate", "1000000", "--chat-rate", "1000000"])
            .env("PALM_DATA_DIR", &self.folder)
            .env("PALM_DATABASE_URL", &self.app_url)
            .env("PALM_KEYS_FILE", self.keys_file())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .context("can't start the server under test")?;
        let output = child.stdout.take().context("the server has no output")?;
        let mut server = Server { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), ready: Duration::ZERO };
        for line in BufReader::new(output).lines() {
            let line = line?;
            if let Some(address) = line.strip_prefix("palm serves on http://") {
                server.address = address.parse()?;
                break;
            }
        }
        if server.address.port() == 0 {
            bail!("the server under test did not start: see {}/{command}.log", self.folder.display());
        }
        server.wait_until_ready(started).await?;
        Ok(server)
    }
}

/// A server under test.
pub(super) struct Server {
    child: Child,
    /// Where it listens.
    pub(super) address: SocketAddr,
    /// From the start of the process to the first 200 of `/readyz`.
    pub(super) ready: Duration,
}

impl Server {
    async fn wait_until_ready(&mut self, started: Instant) -> anyhow::Result<()> {
        let mut connection = Connection::open(self.address).await?;
        let request = client::request("GET", "/readyz", None, None);
        while connection.send(&request).await?.status != 200 {
            if started.elapsed() > Duration::from_secs(30) {
                bail!("the server under test is not ready after 30 s");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        self.ready = started.elapsed();
        Ok(())
    }

    /// Where its WeChat sandbox listens.
    pub(super) async fn sandbox(&self) -> anyhow::Result<SocketAddr> {
        let request = client::request("GET", "/demo/sandbox", None, None);
        let place = Connection::open(self.address).await?.send(&request).await?.wanted(200)?.json()?;
        let url = place.get("url").and_then(serde_json::Value::as_str).unwrap_or_default();
        url.trim_start_matches("http://").parse().with_context(|| format!("no sandbox at {url}"))
    }

    /// Resident memory now, in megabytes (10^6).
    pub(super) fn rss_mb(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).context("no /proc: Linux only")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib * 1024.0 / 1e6)
    }

    /// Ends it as Ctrl-C would, and waits.
    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        let stopped = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status()?;
        if !stopped.success() {
            self.child.kill()?;
        }
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) && self.child.kill().is_ok() && self.child.wait().is_err() {
            tracing::warn!("the server under test could not be waited for");
        }
    }
}
