//! Opening the database: which server, which roles, whether its schema and settings are the right ones. Each thing that is wrong
//! gives one clear line.

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use base::cluster::{self, Cluster, ClusterOptions};
use base::db::installation::{self, Kind};
use base::db::{Db, PoolOptions};
use diesel::{Connection, PgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

/// Every migration, embedded.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Where the database is.
#[derive(Debug, Clone, clap::Args)]
pub struct DatabaseArgs {
    /// Folder of the private PostgreSQL, the key ring and the logs (default ./palm-data)
    #[arg(long, env = "PALM_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Your own server, as the serving role; with it no private PostgreSQL is started
    #[arg(long, env = "PALM_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Your own server, as the owner of the tables: migrations and tests
    #[arg(long, env = "PALM_OWNER_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub owner_database_url: Option<String>,
    /// Key ring file (default keys.json in the data folder; made when absent)
    #[arg(long, env = "PALM_KEYS_FILE", value_name = "FILE")]
    pub keys_file: Option<PathBuf>,
}

/// The servers behind a command: a private cluster, or yours.
pub struct Servers {
    /// Data folder.
    pub data_dir: PathBuf,
    /// Serving role.
    pub app_url: String,
    /// Owner, when known.
    pub owner_url: Option<String>,
    /// The private cluster; dropped last, stops when we started it.
    pub cluster: Option<Cluster>,
}

impl DatabaseArgs {
    /// Finds the server; starts the private one when it is down.
    pub fn servers(&self) -> anyhow::Result<Servers> {
        if let Some(app_url) = &self.database_url {
            let data_dir = self.data_dir.clone().unwrap_or_else(|| PathBuf::from("palm-data"));
            std::fs::create_dir_all(&data_dir).with_context(|| format!("can't make the data folder {}", data_dir.display()))?;
            return Ok(Servers { data_dir, app_url: app_url.clone(), owner_url: self.owner_database_url.clone(), cluster: None });
        }
        let chosen = cluster::data_dir(self.data_dir.as_deref())?;
        if let Some(default) = &chosen.instead_of {
            println!("data folder: {} (PostgreSQL's system user can't enter {})", chosen.path.display(), default.display());
        }
        let cluster = Cluster::ensure(ClusterOptions { data_dir: chosen.path.clone(), durable: true })?;
        Ok(Servers {
            data_dir: chosen.path,
            app_url: cluster.app_url("palm"),
            owner_url: Some(cluster.owner_url("palm")),
            cluster: Some(cluster),
        })
    }
}

/// Runs what migrations are missing; returns their names.
pub fn migrate(owner_url: &str) -> anyhow::Result<Vec<String>> {
    let mut connection = PgConnection::establish(owner_url).context("can't reach the database as its owner")?;
    let ran = connection.run_pending_migrations(MIGRATIONS).map_err(|why| anyhow::anyhow!("a migration failed: {why}"))?;
    Ok(ran.iter().map(ToString::to_string).collect())
}

/// Sets the kind of a new installation; refuses another kind than the stored one.
pub fn set_up(owner_url: &str, kind: Kind, days_back: u16) -> anyhow::Result<()> {
    let mut connection = PgConnection::establish(owner_url).context("can't reach the database as its owner")?;
    let stored = installation::set_up(&mut connection, kind, days_back)?;
    ensure!(
        stored == kind,
        "this database is a {} installation and can't be used as a {} one: choose another PALM_DATA_DIR",
        stored.name(),
        kind.name()
    );
    Ok(())
}

/// Refuses to serve a database that is not fit: wrong kind, missing migrations, settings that lose data, too mighty a role.
pub fn check(app_url: &str, kind: Kind) -> anyhow::Result<()> {
    let mut connection = PgConnection::establish(app_url).context("can't reach the database as the serving role")?;
    let missing: Vec<String> = connection
        .pending_migrations(MIGRATIONS)
        .map(|list| list.iter().map(|migration| migration.name().to_string()).collect())
        .unwrap_or_else(|_no_table| vec!["all".to_owned()]);
    ensure!(missing.is_empty(), "pending migrations ({}): run `palm migrate` first", missing.join(", "));
    match installation::kind(&mut connection)? {
        None => bail!("this database is not set up: run `palm migrate` first"),
        Some(stored) if stored != kind => bail!(
            "this is a {} database; it is never served as a {} one{}",
            stored.name(),
            kind.name(),
            if stored == Kind::Demo { " (add --demo)" } else { "" }
        ),
        Some(_) => {}
    }
    if kind != Kind::Test {
        let settings = installation::durable_settings(&mut connection)?.into_iter().collect();
        let wrong = cluster::assert_durable(&settings);
        ensure!(wrong.is_empty(), "{}", wrong.join("; "));
    }
    let role = installation::role(&mut connection)?;
    ensure!(
        !role.superuser && role.owned_tables == 0,
        "the role {} owns tables or is a superuser: serve with a role that only has granted rights (palm_app)",
        role.name
    );
    Ok(())
}

/// Opens the pool of the serving role.
pub fn open(app_url: &str, size: u32, name: &str) -> anyhow::Result<Db> {
    Ok(Db::open(&PoolOptions::new(app_url, size, name))?)
}
