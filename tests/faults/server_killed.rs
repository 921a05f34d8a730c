//! SIGKILL for the real `palm serve` in the middle of a mixed load, several times.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base::cluster::Scratch;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use rand::Rng as _;

use super::load::Load;
use super::verdict::{Verdict, assert_replays, assert_verdict_sees, assert_whole};
use crate::support::{Database, Server, World};

const ROUNDS: usize = 6;

/// The server's process. Whatever becomes of the test, it ends.
pub(crate) struct Palm {
    child: Child,
    pub(crate) address: String,
}

impl Palm {
    fn start(database: &Database, folder: &str, address: &str) -> Self {
        Self::start_with_keys(database, folder, address, None)
    }

    /// Starts it with keys that the test has too.
    pub(crate) fn start_with_keys(database: &Database, folder: &str, address: &str, keys: Option<&Path>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palm"));
        command.args(["serve", "--demo", "--accept-unsafe-settings", "--http-addr", address, "--metrics-addr", "127.0.0.1:0"]);
        command.args(["--log", "error", "--pool-size", "12", "--account-rate", "100000"]);
        command.env("PALM_DATABASE_URL", &database.app_url).env("PALM_DATA_DIR", folder);
        if let Some(keys) = keys {
            command.env("PALM_KEYS_FILE", keys);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().expect("palm starts");
        let stdout = BufReader::new(child.stdout.take().expect("its output"));
        let mut lines = stdout.lines().map_while(Result::ok);
        let serves = lines.find_map(|line| line.split_once("http://").map(|(_, address)| address.to_owned()));
        let Some(address) = serves else {
            panic!("palm does not serve: {:?}", child.wait());
        };
        Self { child, address }
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("SIGKILL");
        self.child.wait().expect("it is gone");
    }
}

impl Drop for Palm {
    fn drop(&mut self) {
        if let Err(why) = self.child.kill().and_then(|()| self.child.wait()) {
            eprintln!("palm can't be ended: {why}");
        }
    }
}

/// A copy of the template that `palm serve --demo` takes; only the owner can make it one, and only without the guard.
pub(crate) fn demo_database() -> Database {
    let database = Server::get().copy();
    let mut owner = PgConnection::establish(&database.owner_url).expect("the owner");
    let demo = "ALTER TABLE installation DISABLE TRIGGER USER; UPDATE installation SET kind = 'demo'; ALTER TABLE installation ENABLE TRIGGER USER";
    owner.batch_execute(demo).expect("a demo");
    database
}

#[actix_web::test]
async fn killing_the_server_loses_nothing_and_applies_nothing_twice() {
    let database = demo_database();
    let folder = Scratch::new().expect("a folder");
    let folder = folder.path().to_string_lossy().into_owned();
    let mut palm = Palm::start(&database, &folder, "127.0.0.1:0");
    let address = palm.address.clone();
    let mut owner = PgConnection::establish(&database.owner_url).expect("the owner");
    let world = World::build(&mut owner);
    let load = Load::new(&format!("http://{address}"), &mut owner, world.unit("S1/C1")).await;
    let clients = load.start();
    for _round in 0..ROUNDS {
        let more = rand::rng().random_range(20..150);
        load.until_acknowledged(more).await;
        palm.kill();
        palm = Palm::start(&database, &folder, &address);
    }
    load.until_acknowledged(50).await;
    load.settle(clients).await;
    assert!(load.unknown() >= ROUNDS, "{ROUNDS} kills left only {} answers open", load.unknown());
    let verdict = Verdict::of(&load.journal(), &mut owner, load.book());
    verdict.assert_clean();
    assert_whole(&mut owner);
    assert_replays(&load).await;
    assert_eq!(Verdict::of(&load.journal(), &mut owner, load.book()), verdict, "repetitions changed something");
    assert_verdict_sees(&load, &mut owner).await;
}

#[test]
fn unsafe_settings_are_accepted_for_a_demo_only_and_only_when_asked() {
    let refused = |arguments: &[&str], database: &Database| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palm"));
        command.arg("serve").args(arguments).args(["--http-addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0"]);
        command.env("PALM_DATABASE_URL", &database.app_url).env("PALM_DATA_DIR", "/tmp").env("PALM_WECHAT_SECRET", "x");
        let output = command.output().expect("palm ends");
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let database = demo_database();
    assert!(refused(&["--accept-unsafe-settings"], &database).contains("--demo"));
    let mut owner = PgConnection::establish(&database.owner_url).expect("the owner");
    owner
        .batch_execute("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$")
        .unwrap();
    assert!(refused(&["--demo"], &database).contains("synchronous_commit is off"));
}
