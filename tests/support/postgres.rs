//! One PostgreSQL for all tests and one migrated template; each test gets a copy of it.

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use base::cluster::{Cluster, ClusterOptions};
use base::db::installation::Kind;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use palm::database;

/// Where the databases are.
pub(crate) struct Server {
    cluster: Option<Cluster>,
    owner: Option<String>,
    app: Option<String>,
    template: String,
    /// `CREATE DATABASE … TEMPLATE` wants nobody else connected to the template.
    copying: Mutex<()>,
}

/// A copied database.
pub(crate) struct Database {
    pub(crate) owner_url: String,
    pub(crate) app_url: String,
}

fn swap_database(url: &str, name: &str) -> String {
    let (head, query) = url.split_once('?').map_or((url, String::new()), |(head, query)| (head, format!("?{query}")));
    let (server, _old) = head.rsplit_once('/').expect("a database URL has a path");
    format!("{server}/{name}{query}")
}

impl Server {
    pub(crate) fn get() -> &'static Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    fn start() -> Self {
        let owner = std::env::var("PALM_OWNER_DATABASE_URL").ok();
        let app = std::env::var("PALM_DATABASE_URL").ok();
        let cluster = owner.is_none().then(|| {
            let place = base::keys::sha256(env!("CARGO_MANIFEST_DIR").as_bytes());
            let data_dir =
                PathBuf::from(format!("/tmp/palm-test-{:02x}{:02x}{:02x}{:02x}", place[0], place[1], place[2], place[3]));
            let cluster = Cluster::ensure(ClusterOptions { data_dir, durable: false }).expect("the private PostgreSQL for tests");
            cluster.stop_with_process().expect("its watcher");
            cluster
        });
        let template = format!("palm_template_{}", std::process::id());
        let server = Self { cluster, owner, app, template, copying: Mutex::new(()) };
        server.prepare();
        server
    }

    fn owner_url(&self, name: &str) -> String {
        match (&self.cluster, &self.owner) {
            (Some(cluster), _) => cluster.owner_url(name),
            (None, Some(url)) => swap_database(url, name),
            (None, None) => unreachable!("either a cluster or a URL"),
        }
    }

    fn app_url(&self, name: &str) -> String {
        match (&self.cluster, &self.app) {
            (Some(cluster), _) => cluster.app_url(name),
            (None, Some(url)) => swap_database(url, name),
            (None, None) => panic!("PALM_OWNER_DATABASE_URL needs PALM_DATABASE_URL beside it"),
        }
    }

    fn admin(&self) -> PgConnection {
        let url = self.owner.clone().unwrap_or_else(|| self.owner_url("palm"));
        PgConnection::establish(&url).expect("the owner's database")
    }

    fn prepare(&self) {
        let mut admin = self.admin();
        drop_leftovers(&mut admin);
        admin.batch_execute(&format!("CREATE DATABASE {}", self.template)).expect("a template");
        let url = self.owner_url(&self.template);
        database::migrate(&url).expect("migrations");
        database::set_up(&url, Kind::Test, 0).expect("a test installation");
    }

    /// A fresh copy of the template.
    pub(crate) fn copy(&self) -> Database {
        let name = format!("palm_test_{}_{}", std::process::id(), uuid::Uuid::new_v4().simple());
        let _turn = self.copying.lock().unwrap_or_else(PoisonError::into_inner);
        self.admin()
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {}", self.template))
            .expect("a copy of the template");
        Database { owner_url: self.owner_url(&name), app_url: self.app_url(&name) }
    }
}

/// Databases of test programs that are gone.
fn drop_leftovers(admin: &mut PgConnection) {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = diesel::sql_types::Text)]
        datname: String,
    }
    let names: Vec<Name> = diesel::sql_query(
        "SELECT datname::text FROM pg_database WHERE datname LIKE 'palm\\_test\\_%' OR datname LIKE 'palm\\_template\\_%'",
    )
    .load(admin)
    .expect("the list of databases");
    for Name { datname } in names {
        let process = datname.split('_').nth(2).unwrap_or_default().to_owned();
        if !std::path::Path::new(&format!("/proc/{process}")).exists() {
            admin.batch_execute(&format!("DROP DATABASE IF EXISTS {datname} WITH (FORCE)")).expect("an old test database goes");
        }
    }
}
