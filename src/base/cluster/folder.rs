//! The folders of the private PostgreSQL: where they are, who owns them, and the two locks that order the commands using it.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::hash::Hasher;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::account::{Account, effective_uid};
use super::{ClusterError, settings};

/// The default of `PALM_DATA_DIR`.
const DEFAULT: &str = "palm-data";
/// Linux keeps 108 bytes for a socket's path, its end included; PostgreSQL adds `/.s.PGSQL.5432.lock` (19).
const LONGEST_SOCKET_FOLDER: usize = 88;

/// The chosen data folder, absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDir {
    /// Where the data is or will be.
    pub path: PathBuf,
    /// The default it replaces, because the system user that runs PostgreSQL can't enter that: tell the person.
    pub instead_of: Option<PathBuf>,
}

/// Chooses the data folder: `explicit` (`PALM_DATA_DIR`) as it is, else `./palm-data`; for root below a folder that the PostgreSQL user
/// can't enter, `/var/lib/palm/<name>-<hash of the place>`, always the same for the same place.
///
/// # Errors
/// When the current folder is gone, or root finds no system user for PostgreSQL.
pub fn data_dir(explicit: Option<&Path>) -> Result<DataDir, ClusterError> {
    let wanted = explicit.unwrap_or(Path::new(DEFAULT));
    let path = std::path::absolute(wanted).map_err(|source| ClusterError::folder("find", wanted, source))?;
    let me = effective_uid()?;
    if explicit.is_some() || me != 0 {
        return Ok(DataDir { path, instead_of: None });
    }
    let account = Account::for_cluster(&path)?;
    Ok(choose_for(path, &account))
}

/// The default as it is where `account` can enter, else its place below `/var/lib/palm`.
pub(super) fn choose_for(path: PathBuf, account: &Account) -> DataDir {
    if can_hold(&path, account) {
        return DataDir { path, instead_of: None };
    }
    let parent = path.parent().unwrap_or(&path);
    let name: String = parent
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    let place =
        Path::new("/var/lib/palm").join(format!("{}-{}", if name.is_empty() { "palm" } else { &name }, short_hash(&path)));
    DataDir { path: place, instead_of: Some(path) }
}

/// Whether the PostgreSQL user can enter the folder, or the deepest folder above it that exists.
fn can_hold(path: &Path, account: &Account) -> bool {
    path.ancestors().find(|folder| folder.is_dir()).is_none_or(|folder| account.can_enter(folder))
}

/// The paths of one private cluster.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) root: PathBuf,
    pub(super) turn_lock: PathBuf,
    pub(super) use_lock: PathBuf,
    pub(super) place: PathBuf,
    pub(super) data: PathBuf,
    pub(super) socket: PathBuf,
    pub(super) log: PathBuf,
}

impl Layout {
    /// Makes the data folder and its locks where missing, and checks that the PostgreSQL user can reach them.
    pub(super) fn open(data_dir: &Path, account: &Account) -> Result<Self, ClusterError> {
        let absolute = std::path::absolute(data_dir).map_err(|source| ClusterError::folder("find", data_dir, source))?;
        if account.lent_by_root && !can_hold(&absolute, account) {
            return Err(ClusterError::OutOfReach { path: absolute, user: account.name.clone() });
        }
        make_root(&absolute, account)?;
        let root = absolute.canonicalize().map_err(|source| ClusterError::folder("find", &absolute, source))?;
        let place = root.join("postgres");
        let layout = Self {
            turn_lock: root.join("turn.lock"),
            use_lock: root.join("use.lock"),
            data: place.join("data"),
            socket: socket_folder(&place),
            log: place.join("log"),
            place,
            root,
        };
        for lock in [&layout.turn_lock, &layout.use_lock] {
            make_lock(lock, account)?;
        }
        Ok(layout)
    }

    /// Makes the PostgreSQL user's own folders where missing (during one's turn) and checks that the socket's is private.
    pub(super) fn furnish(&self, account: &Account) -> Result<(), ClusterError> {
        for folder in [&self.place, &self.log, &self.socket] {
            make_owned(folder, account)?;
        }
        let found = self.socket.symlink_metadata().map_err(|source| ClusterError::folder("read", &self.socket, source))?;
        if !found.is_dir() || found.uid() != account.uid || found.mode() & 0o077 != 0 {
            return Err(ClusterError::SocketFolder { path: self.socket.clone(), user: account.name.clone() });
        }
        Ok(())
    }

    /// Waits until no other command starts or stops this cluster, and keeps others waiting while the file lives.
    pub(super) fn take_turn(&self) -> Result<File, ClusterError> {
        let file = open_lock(&self.turn_lock)?;
        file.lock().map_err(|source| ClusterError::folder("lock", &self.turn_lock, source))?;
        Ok(file)
    }

    /// Says that we use the cluster, while the file lives.
    pub(super) fn enter(&self) -> Result<File, ClusterError> {
        let file = open_lock(&self.use_lock)?;
        file.lock_shared().map_err(|source| ClusterError::folder("lock", &self.use_lock, source))?;
        Ok(file)
    }

    /// Whether no command uses the cluster (ask only during one's turn).
    pub(super) fn is_unused(&self) -> Result<bool, ClusterError> {
        match open_lock(&self.use_lock)?.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(source)) => Err(ClusterError::folder("lock", &self.use_lock, source)),
        }
    }

    /// Whether there is a cluster; something else in its place is an error.
    pub(super) fn has_data(&self) -> Result<bool, ClusterError> {
        let mut entries = match self.data.read_dir() {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(source) => return Err(ClusterError::folder("read", &self.data, source)),
        };
        if self.data.join("PG_VERSION").is_file() {
            return Ok(true);
        }
        // An empty folder is replaced when the finished cluster is renamed to its place.
        if entries.next().is_none() { Ok(false) } else { Err(ClusterError::NotACluster { path: self.data.clone() }) }
    }

    /// The major version that made the cluster, as `PG_VERSION` has it.
    pub(super) fn version(&self) -> Result<String, ClusterError> {
        Ok(self.read("PG_VERSION")?.trim().to_owned())
    }

    /// Whether the cluster was made to keep real data.
    pub(super) fn is_durable(&self) -> Result<bool, ClusterError> {
        Ok(settings::is_durable(&self.read("palm.conf")?))
    }

    fn read(&self, name: &str) -> Result<String, ClusterError> {
        let path = self.data.join(name);
        std::fs::read_to_string(&path).map_err(|source| ClusterError::folder("read", &path, source))
    }
}

/// The socket's folder: beside the data, or below /tmp where that path is too long for a socket.
fn socket_folder(place: &Path) -> PathBuf {
    let beside = place.join("socket");
    if beside.as_os_str().len() <= LONGEST_SOCKET_FOLDER {
        return beside;
    }
    PathBuf::from(format!("/tmp/palm-{}", short_hash(place)))
}

/// 64 bits of FNV-1a in hexadecimal: a name for a path that stays the same over versions of the compiler. Nothing secret hangs on it.
pub(super) fn short_hash(path: &Path) -> String {
    struct Fnv(u64);
    impl Hasher for Fnv {
        fn finish(&self) -> u64 {
            self.0
        }
        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    hasher.write(path.as_os_str().as_bytes());
    format!("{:016x}", hasher.finish())
}

/// `PALM_DATA_DIR` itself. One that is there already keeps its owner and rights. A new one gets its final rights under another name,
/// so that a command starting at the same moment never meets it half done.
fn make_root(path: &Path, account: &Account) -> Result<(), ClusterError> {
    if path.is_dir() {
        return Ok(());
    }
    let failed = |source| ClusterError::folder("make", path, source);
    let parent = path.parent().unwrap_or(path);
    std::fs::create_dir_all(parent).map_err(failed)?;
    let unfinished = parent.join(format!(".palm-{}-{}", short_hash(path), uuid::Uuid::new_v4().simple()));
    DirBuilder::new().mode(0o700).create(&unfinished).map_err(failed)?;
    let finished = give_to_group(&unfinished, account).and_then(|()| std::fs::rename(&unfinished, path));
    match finished {
        Ok(()) => Ok(()),
        Err(source) => {
            // Nothing is in it; and where another command was quicker, all is well.
            let _ = std::fs::remove_dir(&unfinished);
            if path.is_dir() { Ok(()) } else { Err(failed(source)) }
        }
    }
}

fn give_to_group(folder: &Path, account: &Account) -> io::Result<()> {
    if account.lent_by_root {
        chown(folder, None, Some(account.gid))?;
        std::fs::set_permissions(folder, Permissions::from_mode(0o750))?;
    }
    Ok(())
}

/// A folder only for the PostgreSQL user. One that is there already is left as it is.
fn make_owned(path: &Path, account: &Account) -> Result<(), ClusterError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) if account.lent_by_root => {
            chown(path, Some(account.uid), Some(account.gid)).map_err(|source| ClusterError::folder("give away", path, source))
        }
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(ClusterError::folder("make a folder in", path.parent().unwrap_or(path), source)),
    }
}

/// An empty file; the PostgreSQL user may open it, since the watcher runs as that user.
fn make_lock(path: &Path, account: &Account) -> Result<(), ClusterError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o640).open(path) {
        Ok(file) if account.lent_by_root => std::os::unix::fs::fchown(&file, None, Some(account.gid))
            .map_err(|source| ClusterError::folder("give away", path, source)),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(ClusterError::folder("write", path, source)),
    }
}

fn open_lock(path: &Path) -> Result<File, ClusterError> {
    File::open(path).map_err(|source| ClusterError::folder("read", path, source))
}
