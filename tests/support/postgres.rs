//! One PostgreSQL for all tests and one migrated template; each test gets a copy of it.

use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use base::cluster::TestServer;
use base::db::installation::Kind;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use palm::database;

/// Where the databases are.
pub(crate) struct Server {
    server: TestServer,
    template: String,
    /// `CREATE DATABASE … TEMPLATE` wants nobody else connected to the template.
    copying: Mutex<()>,
}

/// A copied database.
pub(crate) struct Database {
    /// The name of a copy, which is dropped with it; others belong to whoever made them.
    name: Option<String>,
    pub(crate) owner_url: String,
    pub(crate) app_url: String,
}

impl Server {
    pub(crate) fn get() -> &'static Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    fn start() -> Self {
        let server = TestServer::find(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("a PostgreSQL for tests");
        let template = format!("palm_template_{}", std::process::id());
        let server = Self { server, template, copying: Mutex::new(()) };
        server.prepare();
        server
    }

    fn admin(&self) -> PgConnection {
        PgConnection::establish(&self.server.admin_url()).expect("the owner's database")
    }

    fn prepare(&self) {
        let mut admin = self.admin();
        drop_leftovers(&mut admin);
        admin.batch_execute(&format!("CREATE DATABASE {}", self.template)).expect("a template");
        let url = self.server.owner_url(&self.template);
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
        Database { owner_url: self.server.owner_url(&name), app_url: self.server.app_url(&name), name: Some(name) }
    }
}

impl Database {
    /// One that somebody else made.
    pub(crate) fn lent(owner_url: String, app_url: String) -> Self {
        Self { name: None, owner_url, app_url }
    }
}

impl Drop for Database {
    /// A test's database goes with it, so that a run needs no more disk than a few of them.
    fn drop(&mut self) {
        let Some(name) = &self.name else { return };
        let dropped = PgConnection::establish(&Server::get().server.admin_url())
            .map(|mut admin| admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        if !matches!(dropped, Ok(Ok(()))) {
            eprintln!("the database {name} stays until the next run");
        }
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
            // The server's own vacuum may be in it, and an owner can't send that away.
            if let Err(why) = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {datname} WITH (FORCE)")) {
                eprintln!("the database {datname} stays until the next run: {why}");
            }
        }
    }
}
