//! What can go wrong with the private PostgreSQL, each as one line that says what to do.

use std::io;
use std::path::{Path, PathBuf};

/// Why the private PostgreSQL can't be used. `Display` is one line for a terminal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// No PostgreSQL server programs of version 15 or newer.
    #[error(
        "no PostgreSQL server (15 or newer) is installed{}: run `make setup`, or `apt-get install postgresql-15` (on Debian 12; 16 or 17 elsewhere), or set PALM_DATABASE_URL and PALM_OWNER_DATABASE_URL",
        found_older(.older)
    )]
    NoServer {
        /// Major versions that are installed but too old.
        older: Vec<u32>,
    },
    /// The cluster was made by a major version that isn't installed here.
    #[error(
        "{} was made by PostgreSQL {made_by}, but this machine has {}: install postgresql-{made_by}, or choose another PALM_DATA_DIR",
        .path.display(), versions(.found)
    )]
    OtherVersion {
        /// `PGDATA`.
        path: PathBuf,
        /// Major version in `PG_VERSION`.
        made_by: String,
        /// Major versions installed here.
        found: Vec<u32>,
    },
    /// A folder or file can't be read, made or written.
    #[error("can't {doing} {}: {source}; check its owner and rights or set PALM_DATA_DIR to a folder you own", .path.display())]
    Folder {
        /// What was tried, as a verb.
        doing: &'static str,
        /// The folder or file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The system user that runs PostgreSQL can't get to the folder.
    #[error(
        "PALM_DATA_DIR {} lies below a folder that the system user `{user}`, which runs PostgreSQL, can't enter: choose another folder, e.g. PALM_DATA_DIR=/var/lib/palm",
        .path.display()
    )]
    OutOfReach {
        /// `PALM_DATA_DIR`.
        path: PathBuf,
        /// The system user.
        user: String,
    },
    /// Run by root, and there is no system user to run PostgreSQL as.
    #[error("PostgreSQL refuses to run as root and there is no system user `postgres` to run it as: `useradd --system postgres`")]
    NoUser,
    /// The cluster belongs to another system user.
    #[error("the database in {} belongs to another system user (id {owner}): run palm as that user or choose another PALM_DATA_DIR", .path.display())]
    OtherOwner {
        /// The cluster's folder.
        path: PathBuf,
        /// User id of its owner.
        owner: u32,
    },
    /// The folder where PostgreSQL's data should be holds something else.
    #[error("{} is not empty and is no PostgreSQL cluster: choose another PALM_DATA_DIR", .path.display())]
    NotACluster {
        /// The folder.
        path: PathBuf,
    },
    /// The folder of the socket below /tmp was made by somebody else.
    #[error("{} exists, but not as a private folder of `{user}`: remove it, or choose a shorter PALM_DATA_DIR", .path.display())]
    SocketFolder {
        /// The folder.
        path: PathBuf,
        /// Who should own it.
        user: String,
    },
    /// A test's cluster asked for as a real one, or the reverse.
    #[error(
        "{} was made {} and is asked for {}: choose another PALM_DATA_DIR", .path.display(),
        if *.durable { "to keep real data" } else { "for tests, without durable settings" },
        if *.durable { "by tests" } else { "to keep real data" }
    )]
    OtherPurpose {
        /// `PGDATA`.
        path: PathBuf,
        /// How it was made.
        durable: bool,
    },
    /// A test program was told of one's own server by one role only.
    #[error("PALM_OWNER_DATABASE_URL and PALM_DATABASE_URL name one server for its two roles: set both or neither")]
    HalfNamed,
    /// No space left.
    #[error("the disk that holds {} is full: free some space and start again; nothing that was acknowledged is lost", .path.display())]
    DiskFull {
        /// `PALM_DATA_DIR`.
        path: PathBuf,
    },
    /// A program of PostgreSQL failed.
    #[error("PostgreSQL did not {doing} in {}: {said}", .path.display())]
    Failed {
        /// "start", "stop", "make its cluster".
        doing: &'static str,
        /// `PGDATA`.
        path: PathBuf,
        /// The last lines it said or logged, on one line.
        said: String,
    },
}

impl ClusterError {
    /// The system's answer about a path; a full disk becomes [`ClusterError::DiskFull`].
    pub(super) fn folder(doing: &'static str, path: &Path, source: io::Error) -> Self {
        if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
            return Self::DiskFull { path: path.to_owned() };
        }
        Self::Folder { doing, path: path.to_owned(), source }
    }

    /// A failed program of PostgreSQL with what it said (`text` may be long).
    pub(super) fn failed(doing: &'static str, path: &Path, text: &str) -> Self {
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        // A log may tell of a disk that was full last week; only its end is about now.
        let end = lines.get(lines.len().saturating_sub(20)..).unwrap_or_default();
        if end.iter().any(|line| line.contains("No space left on device") || line.contains("Disk quota exceeded")) {
            return Self::DiskFull { path: path.to_owned() };
        }
        let last = lines.len().saturating_sub(6);
        let said = lines.get(last..).unwrap_or_default().join(" | ");
        let said = if said.is_empty() { "it said nothing".to_owned() } else { said };
        Self::Failed { doing, path: path.to_owned(), said }
    }
}

fn versions(found: &[u32]) -> String {
    found.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

fn found_older(older: &[u32]) -> String {
    if older.is_empty() { String::new() } else { format!(" (found: {})", versions(older)) }
}
