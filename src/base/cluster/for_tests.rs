//! Which PostgreSQL tests run on: the one named by variables, else a private one of the workspace. Every test program asks here, so all of
//! them use the same server and none needs a step before `cargo test`.

use std::path::{Path, PathBuf};

use super::folder::short_hash;
use super::{Cluster, ClusterError, ClusterOptions};

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
            (None, None) => Place::Private(Box::new(private(workspace)?)),
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
    // Not below the workspace: PostgreSQL's system user often can't enter that.
    let data_dir = PathBuf::from(format!("/tmp/palm-test-{}", short_hash(&root)));
    let cluster = Cluster::ensure(ClusterOptions { data_dir, durable: false })?;
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
    use super::with_database;

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
