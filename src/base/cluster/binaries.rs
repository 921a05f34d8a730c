//! The PostgreSQL server programs of this machine. Distributions keep them out of `PATH`, several major versions side by side.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{ClusterError, folder::Layout};

/// The oldest major version that the migrations and the durability settings are written for.
const OLDEST: u32 = 15;

/// One installed version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) major: u32,
    pub(super) folder: PathBuf,
}

impl Binaries {
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// All installed versions, oldest first. Of one version installed twice, the distribution's folder wins over `PATH`.
pub(super) fn find() -> Vec<Binaries> {
    let mut candidates = Vec::new();
    for (parent, prefix, below) in
        [("/usr/lib/postgresql", "", "bin"), ("/usr", "pgsql-", "bin"), ("/opt/homebrew/opt", "postgresql@", "bin")]
    {
        let Ok(entries) = std::fs::read_dir(parent) else { continue };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                candidates.push(entry.path().join(below));
            }
        }
    }
    candidates.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    find_in(&candidates)
}

/// The versions in these folders.
pub(super) fn find_in(folders: &[PathBuf]) -> Vec<Binaries> {
    let mut found = BTreeMap::new();
    for folder in folders {
        let complete = ["postgres", "initdb", "pg_ctl"].iter().all(|name| folder.join(name).is_file());
        if complete && let Some(major) = major_version(&folder.join("postgres")) {
            found.entry(major).or_insert_with(|| Binaries { major, folder: folder.clone() });
        }
    }
    found.into_values().collect()
}

/// The version for a cluster yet to be made.
pub(super) fn newest(mut available: Vec<Binaries>) -> Result<Binaries, ClusterError> {
    match available.pop() {
        Some(newest) if newest.major >= OLDEST => Ok(newest),
        Some(old) => Err(ClusterError::NoServer { older: available.iter().map(|one| one.major).chain([old.major]).collect() }),
        None => Err(ClusterError::NoServer { older: Vec::new() }),
    }
}

/// The version that made the cluster which is there.
pub(super) fn matching(available: Vec<Binaries>, layout: &Layout) -> Result<Binaries, ClusterError> {
    let made_by = layout.version()?;
    let found: Vec<u32> = available.iter().map(|one| one.major).collect();
    if found.last().is_none_or(|newest| *newest < OLDEST) {
        return Err(ClusterError::NoServer { older: found });
    }
    let other = || ClusterError::OtherVersion { path: layout.data.clone(), made_by: made_by.clone(), found };
    available.into_iter().find(|one| one.major >= OLDEST && one.major.to_string() == made_by).ok_or_else(other)
}

/// `postgres (PostgreSQL) 15.18 (Debian …)` → 15; also `16beta1`.
fn major_version(postgres: &Path) -> Option<u32> {
    let output = Command::new(postgres).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = text.split_whitespace().nth(2)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
