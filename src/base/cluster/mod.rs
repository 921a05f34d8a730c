//! The private PostgreSQL below `PALM_DATA_DIR`: made when absent, started when down, stopped by the last command that uses it.
//! It exists so that one command on a fresh machine has a real, durable database without anybody setting one up.
//!
//! ```text
//! <data dir>/            0750, group of the PostgreSQL user when root made it, else 0700
//!   turn.lock            held alone while somebody starts or stops; two commands at once wait for one another
//!   use.lock             held shared by every command that uses the cluster; the last one out stops it
//!   postgres/            0700, owned by the PostgreSQL user
//!     data/              the cluster; data.new while it is being made, so half a cluster is never taken for one
//!     socket/            the unix socket (a folder of its own under /tmp where this path is too long for a socket)
//!     log/               one file a weekday
//! ```
//! **Who may log in.** No TCP port, no password. The socket's folder is 0700 for the PostgreSQL user, and the server asks the kernel
//! who is calling (`peer` with a map): only that system user and root get in, as `palm_owner`, `palm_app` or the superuser.
//! Not `trust`: a socket folder opened by mistake would then let everybody in.
//! Run by root, PostgreSQL runs as the system user `postgres`, or as whoever owns a cluster that is there already.

mod account;
mod binaries;
mod error;
mod folder;
mod for_tests;
mod process;
mod settings;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use account::Account;
use binaries::Binaries;
pub use error::ClusterError;
use folder::Layout;
pub use folder::{DataDir, data_dir};
pub use for_tests::{Scratch, TestServer};
use process::Server;
pub use settings::{DURABLE_SETTINGS, assert_durable};

/// Where the cluster lives and whether it must survive a power cut.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    /// `PALM_DATA_DIR`; made when absent. [`data_dir`] chooses it.
    pub data_dir: PathBuf,
    /// `false` only for tests: no fsync, so a power cut may ruin it; a killed server still keeps what it acknowledged. A folder made one way is refused the other way.
    pub durable: bool,
}

/// A running private PostgreSQL with the roles `palm_owner` and `palm_app` and the database `palm` (empty until migrated).
///
/// While it lives the cluster stays up, even if the command that started it ends first. Dropping it leaves quietly as [`Cluster::stop`] does.
#[derive(Debug)]
pub struct Cluster {
    layout: Layout,
    account: Account,
    binaries: Binaries,
    started: bool,
    made: bool,
    in_use: Option<std::fs::File>,
}

impl Cluster {
    /// Makes the cluster when absent and starts it when down; waits until it answers. Safe to call from several processes at once.
    ///
    /// # Errors
    /// One clear line each, see [`ClusterError`].
    pub fn ensure(options: ClusterOptions) -> Result<Self, ClusterError> {
        let account = Account::for_cluster(&options.data_dir)?;
        let layout = Layout::open(&options.data_dir, &account)?;
        let _turn = layout.take_turn()?;
        layout.furnish(&account)?;
        let in_use = layout.enter()?;
        let available = binaries::find();
        let made = !layout.has_data()?;
        let binaries = if made { binaries::newest(available)? } else { binaries::matching(available, &layout)? };
        let server = Server { layout: &layout, account: &account, binaries: &binaries };
        if made {
            server.make(options.durable)?;
        }
        let started = server.start_if_down(options.durable)?;
        Ok(Self { layout, account, binaries, started, made, in_use: Some(in_use) })
    }

    /// URL of `db` for the role that owns it: migrations, tests (`CREATEDB`), inspection.
    #[must_use]
    pub fn owner_url(&self, db: &str) -> String {
        self.url("palm_owner", db)
    }

    /// URL of `db` for the serving role, which has no rights but those that migrations grant.
    #[must_use]
    pub fn app_url(&self, db: &str) -> String {
        self.url("palm_app", db)
    }

    /// URL of `db` for the superuser: backups and fault tests. The product itself never uses it.
    #[must_use]
    pub fn superuser_url(&self, db: &str) -> String {
        self.url(settings::SUPERUSER, db)
    }

    /// Whether this call started the server (`false`: another command had).
    #[must_use]
    pub fn started(&self) -> bool {
        self.started
    }

    /// Whether this call made the cluster, so that its database is empty.
    #[must_use]
    pub fn made(&self) -> bool {
        self.made
    }

    /// The folder of the cluster itself (`PGDATA`), with `postmaster.pid` and `PG_VERSION` in it.
    #[must_use]
    pub fn postgres_data(&self) -> &Path {
        &self.layout.data
    }

    /// A command that runs one of the server's programs as the system user that owns the cluster.
    #[must_use]
    pub fn program(&self, name: &str) -> Command {
        self.account.command(&self.binaries.program(name))
    }

    /// The major version of PostgreSQL that made and runs it.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.binaries.major
    }

    /// Leaves the cluster; when no other command uses it and a `palm` command started it, stops it and waits until it is down.
    ///
    /// # Errors
    /// When PostgreSQL does not stop in a minute.
    pub fn stop(mut self) -> Result<(), ClusterError> {
        self.leave()
    }

    /// Has the cluster stopped when this process ends in whatever way, also by SIGKILL: for test programs, whose statics are never dropped.
    /// A small watcher process waits for this one and then does what [`Cluster::stop`] does.
    ///
    /// # Errors
    /// When the watcher can't be started.
    pub fn stop_with_process(&self) -> Result<(), ClusterError> {
        let mut command = self.account.command(Path::new("/bin/sh"));
        command.arg("-c").arg(WATCHER).arg("sh").arg(&self.layout.turn_lock).arg(&self.layout.use_lock);
        command.arg(self.binaries.program("pg_ctl")).arg(&self.layout.data);
        // A group of its own, so that Ctrl-C reaches the process that is watched and not the watcher.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let watcher: Child =
            command.spawn().map_err(|source| ClusterError::folder("start a watcher for", &self.layout.root, source))?;
        // Kept open until the process ends: the pipe's end is the signal.
        std::mem::forget(watcher.stdin);
        Ok(())
    }

    fn url(&self, role: &str, db: &str) -> String {
        let host = percent_encode(&self.layout.socket.to_string_lossy());
        // Only `connect_timeout` means something on a unix socket; keep-alives and tcp_user_timeout belong into the URL of one's own server.
        format!("postgres://{role}@/{}?host={host}&port={}&connect_timeout=3", percent_encode(db), settings::PORT)
    }

    fn leave(&mut self) -> Result<(), ClusterError> {
        let Some(in_use) = self.in_use.take() else { return Ok(()) };
        let _turn = self.layout.take_turn()?;
        // Unlocked, not only closed: a child that another thread is starting right now holds a copy of the file until its exec.
        in_use.unlock().map_err(|source| ClusterError::folder("unlock", &self.layout.use_lock, source))?;
        if !self.layout.is_unused()? {
            return Ok(());
        }
        Server { layout: &self.layout, account: &self.account, binaries: &self.binaries }.stop_if_ours()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.leave() {
            tracing::warn!(%error, "the private PostgreSQL could not be stopped");
        }
    }
}

/// The major versions of PostgreSQL's server installed on this machine, oldest first.
#[must_use]
pub fn installed_majors() -> Vec<u32> {
    binaries::find().into_iter().map(|one| one.major).collect()
}

/// A program of PostgreSQL (`pg_dump`, `pg_restore`) of at least this major version: the newest installed, else whatever `PATH` has.
#[must_use]
pub fn newest_program(name: &str, at_least: u32) -> PathBuf {
    let found = binaries::find().into_iter().rev().find(|one| one.major >= at_least && one.program(name).is_file());
    found.map_or_else(|| PathBuf::from(name), |one| one.program(name))
}

/// Waits for the end of its standard input, then stops the cluster unless another command uses it. The two seconds are for the locks of
/// the process that has just ended: the kernel closes its files one after the other.
const WATCHER: &str = r#"read -r _; exec flock "$1" flock -w 2 "$2" "$3" stop -D "$4" -w -m fast"#;

/// Everything but unreserved characters (RFC 3986), as libpq's URLs ask.
fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
