//! An upgrade that breaks after it changed the data brings program and data back; a good one switches; a rebuilt PostgreSQL holds the same.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output};

use base::cluster::{Cluster, ClusterOptions, Scratch};
use base::db::installation;
use base::keys::sha256;
use diesel::{Connection as _, PgConnection};

/// An installation of its own, below a folder that goes with the test.
struct Machine(Scratch);

impl Machine {
    /// A demo that was served once, with its first version.
    fn install() -> Self {
        let machine = Self(Scratch::new().expect("a folder"));
        let first = machine.0.join("prefix/releases/first/bin");
        fs::create_dir_all(&first).expect("folders");
        program(&first.join("palm"), "");
        symlink(machine.0.join("prefix/releases/first"), machine.0.join("prefix/current")).expect("a link");
        machine.palm(&["migrate"], true);
        machine.palm(&["admin", "keys", "--keys-file", &machine.text("keys.json")], true);
        machine
    }

    fn text(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    /// Runs the command as the operator; returns what it said.
    #[track_caller]
    fn palm(&self, arguments: &[&str], well: bool) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palm"));
        command.args(arguments).env("PALM_DATA_DIR", self.0.join("data")).env("PALM_DEMO", "true");
        command.env("PALM_KEYS_FILE", self.0.join("keys.json")).env("PALM_HTTP_ADDR", "127.0.0.1:0");
        let Output { status, stdout, stderr } = command.output().expect("it runs");
        let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert_eq!(status.success(), well, "{arguments:?}: {said}");
        said
    }

    #[track_caller]
    fn upgrade(&self, arguments: &[&str], well: bool) -> String {
        let prefix = self.text("prefix");
        self.palm(&[&["upgrade", "--no-service", "--prefix", &prefix], arguments].concat(), well)
    }

    /// A package whose program does this before it does what ours does.
    fn package(&self, version: &str, first: &str) -> String {
        let folder = self.0.join(version);
        fs::create_dir_all(folder.join("bin")).expect("a folder");
        program(&folder.join("bin/palm"), first);
        fs::write(folder.join("VERSION"), format!("{version}\n")).expect("a file");
        let line = |name: &str| {
            let sum: String =
                sha256(&fs::read(folder.join(name)).expect("a file")).iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{sum}  ./{name}\n")
        };
        fs::write(folder.join("SHA256SUMS"), line("bin/palm") + &line("VERSION")).expect("a file");
        let file = self.text(&format!("{version}.tar.gz"));
        let packed = Command::new("tar").args(["-czf", &file, "-C"]).arg(self.0.path()).arg(version).status().expect("tar runs");
        assert!(packed.success());
        file
    }

    fn current(&self) -> String {
        let folder = self.0.join("prefix/current").canonicalize().expect("a link");
        folder.file_name().expect("a name").to_string_lossy().into_owned()
    }

    /// How far the demo's clock was moved, in hours.
    fn hours_ahead(&self) -> i64 {
        let cluster = Cluster::ensure(ClusterOptions { data_dir: self.0.join("data"), durable: true }).expect("the cluster");
        let mut owner = PgConnection::establish(&cluster.owner_url("palm")).expect("the owner");
        let seconds = installation::clock_shift(&mut owner).expect("the clock");
        drop(owner);
        cluster.stop().expect("it stops");
        seconds / 3600
    }
}

/// The program under test behind a few lines of shell.
fn program(path: &Path, first: &str) {
    let real = env!("CARGO_BIN_EXE_palm");
    fs::write(path, format!("#!/bin/sh\n{first}\nexec '{real}' \"$@\"\n")).expect("a program");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("its mode");
}

#[test]
fn a_broken_version_leaves_no_trace_and_a_good_one_stays() {
    let machine = Machine::install();
    machine.palm(&["demo", "clock", "+24h"], true);
    assert_eq!(machine.hours_ahead(), 24);

    // It moves the clock where it should migrate, and then doesn't serve.
    let spoils = format!(
        "case $1 in migrate) exec '{}' demo clock +72h;; serve) echo 'it breaks' >&2; exit 1;; esac",
        env!("CARGO_BIN_EXE_palm")
    );
    let said = machine.upgrade(&[&machine.package("broken", &spoils)], false);
    assert!(said.contains("are back") && said.contains("it breaks"), "{said}");
    assert_eq!((machine.current().as_str(), machine.hours_ahead()), ("first", 24));

    let good = machine.package("good", "");
    let mut bytes = fs::read(&good).expect("the package");
    let cut = machine.text("cut.tar.gz");
    bytes.truncate(bytes.len() / 2);
    fs::write(&cut, bytes).expect("a file");
    machine.upgrade(&[&cut], false);
    let older = machine.package("older", "[ \"$1\" != upgrade ] || { echo '[]'; exit 0; }");
    assert!(machine.upgrade(&[&older], false).contains("is older than what is installed"));
    assert_eq!(machine.current(), "first");

    machine.upgrade(&[&good], true);
    assert_eq!((machine.current().as_str(), machine.hours_ahead()), ("good", 24));
    assert!(machine.upgrade(&[&good], false).contains("is the version that is installed"));

    assert!(machine.upgrade(&["--postgres"], false).contains("newest installed here"));
    machine.upgrade(&["--postgres", "--same-postgres"], true);
    assert_eq!(machine.hours_ahead(), 24);
    let left: Vec<String> = fs::read_dir(machine.0.join("data"))
        .expect("the data")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("replaced") || name.contains("restored"))
        .collect();
    assert_eq!(left, [""; 0]);
}
