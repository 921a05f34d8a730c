//! Which PostgreSQL tests run on: the one named by variables, else a private one of the workspace. Every test program asks here, so all of
//! them use the same server and none needs a step before `cargo test`.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::folder::short_hash;
use super::{Cluster, ClusterError, ClusterOptions};

/// Not below `TMPDIR` nor the workspace: PostgreSQL's system user often can't enter those.
const PLACE: &str = "/tmp";
const PREFIX: &str = "palm-test-";
/// In a workspace's cluster: which workspace it is of.
const WORKSPACE: &str = "workspace";

/// A folder of one test that everybody may enter, removed with it. A test program that is killed leaves it to the next one's [`TestServer::find`].
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes an empty one.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn new() -> io::Result<Self> {
        let name = format!("{PREFIX}{}-{}", std::process::id(), uuid::Uuid::new_v4().simple());
        let path = Path::new(PLACE).join(name);
        DirBuilder::new().mode(0o700).create(&path)?;
        fs::set_permissions(&path, Permissions::from_mode(0o755))?;
        Ok(Self(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A place in it.
    #[must_use]
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(why) = fs::remove_dir_all(&self.0) {
            eprintln!("{}: {why}", self.0.display());
        }
    }
}

/// Removes what killed test programs and deleted workspaces left; what can't be removed now, or has a server still, waits for the next run.
fn sweep() {
    let Ok(entries) = fs::read_dir(PLACE) else { return };
    for entry in entries.flatten() {
        let (name, path) = (entry.file_name(), entry.path());
        let Some(name) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let left = match name.split_once('-') {
            Some((process, _)) => !Path::new("/proc").join(process).exists(),
            None => fs::read_to_string(path.join(WORKSPACE)).is_ok_and(|of| !Path::new(of.trim_end()).exists()),
        };
        if left
            && !has_server(&path, 4)
            && let Err(why) = fs::remove_dir_all(&path)
        {
            eprintln!("{}: {why}", path.display());
        }
    }
}

/// Whether a PostgreSQL runs on a cluster at or below the folder.
fn has_server(folder: &Path, depth: u32) -> bool {
    let process = fs::read_to_string(folder.join("postmaster.pid"));
    if let Ok(Some(process)) = process.as_deref().map(|text| text.lines().next()) {
        return Path::new("/proc").join(process.trim()).exists();
    }
    let Some(depth) = depth.checked_sub(1) else { return false };
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()) && has_server(&entry.path(), depth))
}

/// The server of a test program; lives as long as the program does.
#[derive(Debug)]
pub struct TestServer {
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// Without fsync, stopped when the test program ends.
    Private(Box<Cluster>),
    /// `PALM_OWNER_DATABASE_URL` and `PALM_DATABASE_URL`: both name the same server, whatever database.
    Named { owner: String, app: String },
}

impl TestServer {
    /// Finds or starts it. `workspace` is the workspace's root, however it is spelled: each checkout has a cluster of its own.
    ///
    /// # Errors
    /// When the private cluster can't be started, or only one of the two variables is set.
    pub fn find(workspace: &Path) -> Result<Self, ClusterError> {
        let [owner, app] = ["PALM_OWNER_DATABASE_URL", "PALM_DATABASE_URL"].map(|name| std::env::var(name).ok());
        let place = match (owner, app) {
            (Some(owner), Some(app)) => Place::Named { owner, app },
            (None, None) => {
                sweep();
                Place::Private(Box::new(private(workspace)?))
            }
            _ => return Err(ClusterError::HalfNamed),
        };
        Ok(Self { place })
    }

    /// A database of this server for the role that owns it.
    #[must_use]
    pub fn owner_url(&self, database: &str) -> String {
        match &self.place {
            Place::Private(cluster) => cluster.owner_url(database),
            Place::Named { owner, .. } => with_database(owner, database),
        }
    }

    /// A database of this server for the serving role.
    #[must_use]
    pub fn app_url(&self, database: &str) -> String {
        match &self.place {
            Place::Private(cluster) => cluster.app_url(database),
            Place::Named { app, .. } => with_database(app, database),
        }
    }

    /// A database for the superuser: only a private server has one that we know.
    #[must_use]
    pub fn superuser_url(&self, database: &str) -> Option<String> {
        match &self.place {
            Place::Private(cluster) => Some(cluster.superuser_url(database)),
            Place::Named { .. } => None,
        }
    }

    /// Where to connect to for making and dropping databases.
    #[must_use]
    pub fn admin_url(&self) -> String {
        match &self.place {
            Place::Private(cluster) => cluster.owner_url("palm"),
            Place::Named { owner, .. } => owner.clone(),
        }
    }
}

fn private(workspace: &Path) -> Result<Cluster, ClusterError> {
    let root = workspace.canonicalize().map_err(|source| ClusterError::folder("find", workspace, source))?;
    let data_dir = Path::new(PLACE).join(format!("{PREFIX}{}", short_hash(&root)));
    let cluster = Cluster::ensure(ClusterOptions { data_dir: data_dir.clone(), durable: false })?;
    let note = data_dir.join(WORKSPACE);
    fs::write(&note, format!("{}\n", root.display())).map_err(|source| ClusterError::folder("write", &note, source))?;
    cluster.stop_with_process()?;
    Ok(cluster)
}

/// Another database of the same server, for a URL or a `key=value` text as libpq takes them.
fn with_database(server: &str, database: &str) -> String {
    let Some((scheme, rest)) = server.split_once("://") else {
        return format!("{server} dbname={database}");
    };
    let (place, query) = rest.split_once('?').map_or((rest, String::new()), |(place, query)| (place, format!("?{query}")));
    let host = place.split_once('/').map_or(place, |(host, _)| host);
    format!("{scheme}://{host}/{database}{query}")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{PLACE, PREFIX, Scratch, WORKSPACE, sweep, with_database};

    #[test]
    fn what_nobody_uses_any_more_is_swept() {
        let (mine, far) = (Scratch::new().unwrap(), u32::MAX);
        let named = |name: String| Path::new(PLACE).join(format!("{PREFIX}{name}"));
        let [killed, moved, unknown] = [
            named(format!("{far}-{}", std::process::id())),
            named(format!("moved{}", std::process::id())),
            named(format!("unknown{}", std::process::id())),
        ];
        for folder in [&killed, &moved, &unknown] {
            fs::create_dir_all(folder.join("postgres/data")).unwrap();
        }
        fs::write(moved.join(WORKSPACE), mine.join("not there").display().to_string()).unwrap();
        let pid = killed.join("postgres/data/postmaster.pid");
        fs::write(&pid, format!("{}\n", std::process::id())).unwrap();
        sweep();
        assert!(mine.path().exists() && unknown.exists() && !moved.exists());
        assert!(killed.exists(), "it has a server");
        fs::write(&pid, format!("{far}\n")).unwrap();
        sweep();
        assert!(!killed.exists());
        fs::remove_dir_all(unknown).unwrap();
    }

    #[test]
    fn the_database_is_replaced_wherever_the_server_is_named() {
        for (server, expected) in [
            ("postgres://owner@host:5433/palm?connect_timeout=3", "postgres://owner@host:5433/new?connect_timeout=3"),
            ("postgres://owner:secret@host", "postgres://owner:secret@host/new"),
            ("postgres://owner@/palm?host=%2Frun", "postgres://owner@/new?host=%2Frun"),
            ("host=/run user=owner dbname=palm", "host=/run user=owner dbname=palm dbname=new"),
        ] {
            assert_eq!(with_database(server, "new"), expected);
        }
    }
}
