//! Opening the database: which server, which roles, whether its schema and settings are the right ones. Each thing that is wrong
//! gives one clear line.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use base::cluster::{self, Cluster, ClusterOptions};
use base::db::installation::{self, Kind};
use base::db::{Db, PoolOptions};
use base::keys::KeyRing;
use diesel::connection::SimpleConnection as _;
use diesel::migration::MigrationSource;
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

    /// Opens the database for a command and stops afterwards what was started for it.
    pub(crate) fn with_db(&self, name: &str, work: impl FnOnce(&Db, &Servers) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let servers = self.servers()?;
        let opened = check_migrated(&servers.app_url).and_then(|_connection| open(&servers.app_url, 3, name));
        let result = opened.and_then(|db| work(&db, &servers));
        if let Some(cluster) = servers.cluster {
            cluster.stop()?;
        }
        result
    }

    /// The key ring, beside the data unless said otherwise.
    pub fn ring(&self, servers: &Servers) -> anyhow::Result<Arc<KeyRing>> {
        let path = self.keys_file.clone().unwrap_or_else(|| servers.data_dir.join("keys.json"));
        Ok(Arc::new(KeyRing::open_or_create(&path)?))
    }
}

/// Runs what migrations are missing; returns their names.
pub fn migrate(owner_url: &str) -> anyhow::Result<Vec<String>> {
    let mut connection = PgConnection::establish(owner_url).context("can't reach the database as its owner")?;
    let ran = connection.run_pending_migrations(MIGRATIONS).map_err(|why| anyhow::anyhow!("a migration failed: {why}"))?;
    let ran = ran.iter().map(ToString::to_string).collect();
    // The serving role refuses to serve when a migration is missing, so it must be able to see them.
    connection.batch_execute("GRANT SELECT ON __diesel_schema_migrations TO palm_app")?;
    Ok(ran)
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

/// Versions of the embedded migrations, in order.
pub fn embedded_migrations() -> anyhow::Result<Vec<String>> {
    let embedded = MigrationSource::<diesel::pg::Pg>::migrations(&MIGRATIONS);
    let embedded = embedded.map_err(|why| anyhow::anyhow!("the embedded migrations: {why}"))?;
    let mut versions: Vec<String> = embedded.iter().map(|migration| migration.name().version().to_string()).collect();
    versions.sort();
    Ok(versions)
}

/// Names of the embedded migrations that the database lacks. The harness can't tell the serving role: it tries to make its table first.
fn missing(connection: &mut PgConnection) -> anyhow::Result<Vec<String>> {
    let Ok(applied) = installation::applied_migrations(connection) else { return Ok(vec!["all".to_owned()]) };
    let embedded = MigrationSource::<diesel::pg::Pg>::migrations(&MIGRATIONS);
    let embedded = embedded.map_err(|why| anyhow::anyhow!("the embedded migrations: {why}"))?;
    let lacking = embedded.iter().filter(|migration| !applied.contains(&migration.name().version().to_string()));
    Ok(lacking.map(|migration| migration.name().to_string()).collect())
}

/// Refuses to serve a database that is not fit: wrong kind, missing migrations, settings that lose data, too mighty a role.
pub fn check(app_url: &str, kind: Kind) -> anyhow::Result<()> {
    let mut connection = check_kind(app_url, kind)?;
    if kind != Kind::Test {
        let settings = installation::durable_settings(&mut connection)?.into_iter().collect();
        let wrong = cluster::assert_durable(&settings);
        ensure!(wrong.is_empty(), "{}", wrong.join("; "));
    }
    Ok(())
}

/// `check` without the settings that durability rests on: for fault tests, which run without them on purpose.
pub fn check_kind(app_url: &str, kind: Kind) -> anyhow::Result<PgConnection> {
    let mut connection = check_migrated(app_url)?;
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
    let role = installation::role(&mut connection)?;
    ensure!(
        !role.superuser && role.owned_tables == 0,
        "the role {} owns tables or is a superuser: serve with a role that only has granted rights (palm_app)",
        role.name
    );
    Ok(connection)
}

/// Connects as the serving role, and refuses a database that lacks migrations.
pub fn check_migrated(app_url: &str) -> anyhow::Result<PgConnection> {
    let mut connection = PgConnection::establish(app_url).context("can't reach the database as the serving role")?;
    let missing = missing(&mut connection)?;
    ensure!(missing.is_empty(), "pending migrations ({}): run `palm migrate` first", missing.join(", "));
    Ok(connection)
}

/// Opens the pool of the serving role.
pub fn open(app_url: &str, size: u32, name: &str) -> anyhow::Result<Db> {
    Ok(Db::open(&PoolOptions::new(app_url, size, name))?)
}
