//! SIGKILL for every process of PostgreSQL in the middle of a mixed load, on a durable cluster of its own. And the control: with
//! `synchronous_commit = off` the same load must lose something, else the test proves nothing.

use std::path::Path;
use std::process::Command;

use base::cluster::{Cluster, ClusterOptions, Scratch};
use base::db::installation::Kind;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use palm::database;
use rand::Rng as _;

use super::load::Load;
use super::verdict::{Verdict, assert_replays, assert_whole};
use crate::ledger::eventually;
use crate::support::{Database, TestApp};

const ROUNDS: usize = 4;

/// A durable cluster in a folder that is removed at the end.
struct Private {
    /// Every handle, since each start gives one; all leave before the folder goes.
    handles: Vec<Cluster>,
    folder: Scratch,
}

impl Private {
    fn start() -> Self {
        let folder = Scratch::new().expect("a folder");
        let mut private = Self { handles: Vec::new(), folder };
        private.ensure();
        let owner = private.handles[0].owner_url("palm");
        database::migrate(&owner).expect("migrations");
        database::set_up(&owner, Kind::Test, 0).expect("a test installation");
        private
    }

    fn ensure(&mut self) {
        let options = ClusterOptions { data_dir: self.folder.join("data"), durable: true };
        self.handles.push(Cluster::ensure(options).expect("the cluster"));
    }

    fn database(&self) -> Database {
        Database::lent(self.handles[0].owner_url("palm"), self.handles[0].app_url("palm"))
    }

    /// As the superuser, in the maintenance database.
    fn superuser(&self, statement: &str) {
        let mut superuser = PgConnection::establish(&self.handles[0].superuser_url("postgres")).expect("the superuser");
        superuser.batch_execute(statement).expect("done");
    }

    /// Kills the postmaster and all its children at once and waits until they are gone. `postmaster.pid` stays, as after a real crash.
    fn kill(&self) {
        let file = self.handles[0].postgres_data().join("postmaster.pid");
        let text = std::fs::read_to_string(file).expect("a running server");
        let postmaster: u32 = text.lines().next().and_then(|line| line.trim().parse().ok()).expect("its number");
        let pids: Vec<String> = std::iter::once(postmaster).chain(children(postmaster)).map(|pid| pid.to_string()).collect();
        let status = Command::new("kill").arg("-9").args(&pids).stderr(std::process::Stdio::null()).status().expect("kill runs");
        // One of them may have ended between the list and the signal.
        assert!(status.success() || !runs(&postmaster.to_string()));
        eventually("every process of PostgreSQL is gone", || !pids.iter().any(|pid| runs(pid)));
    }
}

/// The processes whose parent is `parent`.
fn children(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_string_lossy().parse().ok());
    pids.filter(|pid: &u32| {
        // `pid (name) state ppid …`; a name may hold anything, also a parenthesis.
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok()) == Some(parent)
    })
    .collect()
}

/// A process that is only waiting for its parent to look has no command line any more.
fn runs(pid: &str) -> bool {
    std::fs::read(Path::new("/proc").join(pid).join("cmdline")).is_ok_and(|line| !line.is_empty())
}

/// Loads, kills PostgreSQL `rounds` times, heals, settles.
async fn crash_under_load(mut private: Private, app: &TestApp, community: &str, rounds: usize) -> (Private, Load) {
    let load = Load::new(&app.url, &mut app.owner(), app.world.unit(community)).await;
    let clients = load.start();
    for _round in 0..rounds {
        let more = rand::rng().random_range(20..150);
        load.until_acknowledged(more).await;
        private = actix_web::web::block(move || {
            private.kill();
            private.ensure();
            private
        })
        .await
        .expect("a thread");
    }
    load.until_acknowledged(20).await;
    load.settle(clients).await;
    (private, load)
}

#[actix_web::test]
async fn killing_postgresql_loses_nothing_and_without_durable_commits_it_does() {
    let private = actix_web::web::block(Private::start).await.expect("a thread");
    let app = TestApp::start_on(private.database(), 12);
    let (mut private, load) = crash_under_load(private, &app, "S1/C1", ROUNDS).await;
    assert!(load.unknown() >= ROUNDS, "{ROUNDS} crashes left only {} answers open", load.unknown());
    Verdict::of(&load.journal(), &mut app.owner(), load.book()).assert_clean();
    assert_whole(&mut app.owner());
    assert_replays(&load).await;

    // New connections take the role's settings.
    private.superuser("ALTER ROLE palm_app SET synchronous_commit = off");
    private.superuser("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'palm_app'");
    let mut lost = 0;
    for _round in 0..5 {
        let (back, load) = crash_under_load(private, &app, "S1/C2", 1).await;
        private = back;
        lost += Verdict::of(&load.journal(), &mut app.owner(), load.book()).lost;
        if lost > 0 {
            break;
        }
    }
    assert!(lost > 0, "the control lost nothing: this test can't see a loss");
    app.serving.stop().await;
}
