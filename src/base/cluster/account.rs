//! The system user that PostgreSQL runs as. It refuses root, so root lends its place to the system user `postgres`;
//! everybody else runs it as themselves.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::ClusterError;

/// A system user, and whether it is the one we are already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// We are root and change to this user.
    pub(super) lent_by_root: bool,
}

impl Account {
    /// Whoever owns the cluster below `data_dir` when root asks and it is there; else `postgres` for root, oneself for others.
    pub(super) fn for_cluster(data_dir: &Path) -> Result<Self, ClusterError> {
        let place = data_dir.join("postgres");
        let owner = place.metadata().ok().map(|found| found.uid());
        let me = effective_uid()?;
        match owner {
            Some(owner) if me != 0 && owner != me => Err(ClusterError::OtherOwner { path: place, owner }),
            Some(owner) if me == 0 && owner != 0 => {
                Self::look_up(&owner.to_string(), true).ok_or(ClusterError::OtherOwner { path: place, owner })
            }
            _ => Self::default_for(me),
        }
    }

    /// Who runs a cluster yet to be made.
    pub(super) fn default_for(me: u32) -> Result<Self, ClusterError> {
        if me == 0 {
            return Self::look_up("postgres", true).ok_or(ClusterError::NoUser);
        }
        Self::look_up(&me.to_string(), false).ok_or(ClusterError::NoUser)
    }

    /// By name or number, through the system's own tool, so that users from a directory service count too.
    fn look_up(user: &str, lent_by_root: bool) -> Option<Self> {
        let name = id(&["-un", "--", user])?;
        let uid = id(&["-u", "--", user])?.parse().ok().filter(|uid| *uid != 0)?;
        let gid = id(&["-g", "--", user])?.parse().ok()?;
        Some(Self { name, uid, gid, lent_by_root })
    }

    /// A command run as this user, outside the caller's folder and without the caller's `PG…` variables.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if self.lent_by_root {
            // The standard library drops root's supplementary groups together with the user id.
            command.gid(self.gid).uid(self.uid);
        }
        for (key, _) in std::env::vars_os() {
            if key.to_string_lossy().starts_with("PG") {
                command.env_remove(key);
            }
        }
        command.env("LC_ALL", "C.UTF-8").current_dir("/").stdin(Stdio::null());
        command
    }

    /// Whether this user can enter a folder, all folders above it included.
    pub(super) fn can_enter(&self, folder: &Path) -> bool {
        let status = self.command(Path::new("/bin/sh")).args(["-c", "cd \"$1\" 2>/dev/null", "sh"]).arg(folder).status();
        status.is_ok_and(|status| status.success())
    }
}

/// Our own user id, from the kernel.
pub(super) fn effective_uid() -> Result<u32, ClusterError> {
    let path = PathBuf::from("/proc/self");
    // Owned by the effective user as long as the process may be dumped, which this one may.
    path.metadata().map(|found| found.uid()).map_err(|source| ClusterError::folder("read", &path, source))
}

fn id(arguments: &[&str]) -> Option<String> {
    let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
