//! A running server on a database of its own.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use base::clients::webhook;
use base::cluster::Scratch;
use base::db::{Db, PoolOptions, installation};
use base::http::{Limits, RateLimit, TrustedProxies};
use base::jobs;
use base::keys::KeyRing;
use diesel::{Connection as _, PgConnection};
use palm::app::Parts;
use palm::serve::{self, Serving, Threads};
use people::files::Cabinet;
use people::identity::{CodeLimits, ErasureLog};

use super::postgres::{Database, Server};
use super::{Actor, World};

/// The server, its database, its WeChat, and a small world: one street with two communities.
pub(crate) struct TestApp {
    pub(crate) url: String,
    pub(crate) wechat_url: String,
    pub(crate) client: reqwest::Client,
    pub(crate) world: World,
    pub(crate) database: Database,
    pub(crate) serving: Serving,
    /// The files folder.
    pub(crate) folder: Scratch,
}

impl TestApp {
    /// Starts one. Jobs don't run by themselves: `drain` runs what is due.
    pub(crate) async fn start() -> Self {
        Self::start_with(8).await
    }

    /// Starts one with that many database connections.
    pub(crate) async fn start_with(pool: u32) -> Self {
        let database = actix_web::web::block(|| Server::get().copy()).await.expect("a database");
        Self::start_on(database, pool)
    }

    /// Starts one on a database of the caller's: another server, or one behind a proxy.
    pub(crate) fn start_on(database: Database, pool: u32) -> Self {
        Self::start_where(database, pool, false)
    }

    /// Starts one to which WeChat's sandbox pushes by itself, as in a demo.
    pub(crate) async fn start_pushed() -> Self {
        let database = actix_web::web::block(|| Server::get().copy()).await.expect("a database");
        Self::start_where(database, 8, true)
    }

    fn start_where(database: Database, pool: u32, pushed: bool) -> Self {
        let ring = Arc::new(KeyRing::ephemeral().expect("a key ring"));
        let db = Db::open(&PoolOptions::new(&database.app_url, pool, "test")).expect("a pool");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let callback = pushed.then(|| format!("http://{address}/api/v1/wechat/push"));
        let (wechat, sandbox) = serve::sandbox("wx00000000000test", callback).expect("the sandbox");
        let wechat_url = format!("http://{}", sandbox.1);
        let folder = Scratch::new().expect("a folder");
        let cabinet = Cabinet::open(folder.path(), Some(format!("http://{address}"))).expect("a files folder");
        let generous = RateLimit { per_second: 100_000, burst: 100_000 };
        let parts = Parts::new(
            db,
            ring,
            Arc::new(wechat),
            Limits::new(generous, generous),
            CodeLimits::default(),
            TrustedProxies::default(),
            cabinet,
        )
        .with_push_keys(Some(serve::sandbox_push_keys("wx00000000000test").expect("push keys")))
        .with_erasures(ErasureLog::at(folder.join("erasures")))
        .with_webhooks(webhook::Settings {
            plain_http: true,
            networks: vec!["127.0.0.1".parse().expect("a network")],
            timeout: Duration::from_millis(500),
        });
        let serving = serve::serve(parts, Some(sandbox), listener, Threads { workers: 2, job_workers: 0 }).expect("a server");
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let world = World::build(&mut PgConnection::establish(&database.owner_url).expect("the owner"));
        Self { url: format!("http://{}", serving.address), wechat_url, client, world, database, serving, folder }
    }

    /// A connection as the owner of the tables: for arranging and looking, never for acting.
    pub(crate) fn owner(&self) -> PgConnection {
        PgConnection::establish(&self.database.owner_url).expect("the owner")
    }

    /// Runs every job that is due, until none is; returns how many ran.
    pub(crate) async fn drain(&self) -> usize {
        let (db, kinds) = (self.serving.parts.db.clone(), Arc::clone(&self.serving.jobs));
        actix_web::web::block(move || jobs::drain(&db, &kinds)).await.expect("a thread").expect("jobs run")
    }

    /// Moves the product's clock forward.
    pub(crate) fn move_clock(&self, ahead: chrono::Duration) {
        installation::move_clock(&mut self.owner(), ahead.num_seconds()).expect("the clock of a test moves");
    }

    /// Somebody who isn't signed in.
    pub(crate) fn anonymous(&self) -> Actor {
        Actor::new(&self.url, &self.client, None)
    }
}
