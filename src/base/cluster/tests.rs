//! The private PostgreSQL for real, in temporary folders: made, shared, killed, stopped.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl, dsl::sql, sql_types};

use super::*;

fn ensure(folder: &Scratch, below: &str) -> Result<Cluster, ClusterError> {
    Cluster::ensure(ClusterOptions { data_dir: folder.join(below), durable: false })
}

fn text(connection: &mut PgConnection, expression: &str) -> QueryResult<String> {
    diesel::select(sql::<sql_types::Text>(expression)).get_result(connection)
}

fn shown(url: &str, names: &[&str]) -> BTreeMap<String, String> {
    let mut connection = PgConnection::establish(url).unwrap();
    names.iter().map(|name| ((*name).to_owned(), text(&mut connection, &format!("current_setting('{name}')")).unwrap())).collect()
}

fn runs(data: &Path) -> bool {
    data.join("postmaster.pid").exists()
}

fn postmaster(cluster: &Cluster) -> String {
    fs::read_to_string(cluster.postgres_data().join("postmaster.pid")).unwrap().lines().next().unwrap().to_owned()
}

fn signal(signal: &str, pid: &str) {
    assert!(Command::new("kill").args([signal, pid]).status().unwrap().success());
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}

#[test]
fn roles_have_their_rights_and_no_more() {
    let folder = Scratch::new().unwrap();
    // A name that a URL can't hold as it is.
    let cluster = ensure(&folder, "数据 & data").unwrap();
    assert!(cluster.made() && cluster.started());

    let mut owner = PgConnection::establish(&cluster.owner_url("palm")).unwrap();
    owner.batch_execute("CREATE TABLE books (id int)").unwrap();
    owner.batch_execute("CREATE DATABASE \"another one\"").unwrap();
    owner.batch_execute("CREATE ROLE intruder").unwrap_err();
    let mut app = PgConnection::establish(&cluster.app_url("palm")).unwrap();
    app.batch_execute("SELECT * FROM books").unwrap_err();
    app.batch_execute("CREATE TABLE own (id int)").unwrap_err();
    app.batch_execute("CREATE TEMP TABLE own (id int)").unwrap_err();
    app.batch_execute("SET ROLE palm_owner").unwrap_err();
    owner.batch_execute("GRANT SELECT ON books TO palm_app").unwrap();
    app.batch_execute("SELECT * FROM books").unwrap();
    assert_eq!(text(&mut app, "current_setting('statement_timeout')").unwrap(), "5s");
    assert_eq!(text(&mut app, "current_setting('lock_timeout')").unwrap(), "3s");
    assert_eq!(text(&mut owner, "current_setting('listen_addresses')").unwrap(), "");
    PgConnection::establish(&cluster.app_url("another one")).unwrap();
    PgConnection::establish(&cluster.app_url("postgres")).err().unwrap();
    PgConnection::establish(&cluster.superuser_url("postgres")).unwrap();

    // Other system users stay outside.
    let socket = folder.join("数据 & data/postgres/socket");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&socket), 0o700);
    assert_eq!(mode(&folder.join("数据 & data")) & 0o007, 0);
    // Every line that lets somebody in asks the kernel who it is.
    let access = fs::read_to_string(cluster.postgres_data().join("pg_hba.conf")).unwrap();
    let lines: Vec<&str> = access.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines, ["local all postgres,palm_owner,palm_app peer map=palm"]);
}

#[test]
fn commands_at_once_share_one_server_and_the_last_one_stops_it() {
    let folder = Scratch::new().unwrap();
    // So long that the socket must go elsewhere.
    let below = "a-folder-with-a-long-name/".repeat(5);
    let clusters: Vec<Cluster> = std::thread::scope(|scope| {
        let commands: Vec<_> = (0..4).map(|_| scope.spawn(|| ensure(&folder, &below).unwrap())).collect();
        commands.into_iter().map(|command| command.join().unwrap()).collect()
    });
    assert_eq!(clusters.iter().filter(|one| one.started()).count(), 1);
    assert_eq!(clusters.iter().filter(|one| one.made()).count(), 1);
    let data = clusters[0].postgres_data().to_owned();
    let socket = clusters[0].layout.socket.clone();
    assert!(socket.starts_with("/tmp"), "{}", socket.display());

    // The one that started it leaves first.
    let (starter, mut others): (Vec<_>, Vec<_>) = clusters.into_iter().partition(Cluster::started);
    drop(starter);
    let last = others.pop().unwrap();
    drop(others);
    PgConnection::establish(&last.app_url("palm")).unwrap();
    last.stop().unwrap();
    assert!(!runs(&data));
    fs::remove_dir(socket).unwrap();
}

#[test]
fn a_killed_server_starts_again_and_keeps_what_it_had() {
    let folder = Scratch::new().unwrap();
    let killed = ensure(&folder, "data").unwrap();
    PgConnection::establish(&killed.owner_url("palm"))
        .unwrap()
        .batch_execute("CREATE TABLE kept (id int); CHECKPOINT")
        .unwrap_err();
    PgConnection::establish(&killed.owner_url("palm")).unwrap().batch_execute("CREATE TABLE kept (id int)").unwrap();
    let _idle = PgConnection::establish(&killed.owner_url("palm")).unwrap();
    signal("-9", &postmaster(&killed));
    // The first holder still uses it; the second finds it dead, its processes perhaps not gone yet.
    let again = ensure(&folder, "data").unwrap();
    assert!(again.started() && !again.made());
    PgConnection::establish(&again.owner_url("palm")).unwrap().batch_execute("SELECT * FROM kept").unwrap();
    drop(killed);
    again.stop().unwrap();
    assert!(!runs(&folder.join("data/postgres/data")));
}

#[test]
fn a_stale_pid_that_another_process_has_now_is_seen_through() {
    let folder = Scratch::new().unwrap();
    let first = ensure(&folder, "data").unwrap();
    let pid_file = first.postgres_data().join("postmaster.pid");
    let socket_lock = first.layout.socket.join(".s.PGSQL.5432.lock");
    let written = [&pid_file, &socket_lock].map(|path| (path.clone(), fs::read_to_string(path).unwrap()));
    // A process of the same user, as after a restart of the machine.
    let mut other = first.account.command(Path::new("/bin/sleep")).arg("60").spawn().unwrap();
    first.stop().unwrap();
    assert!(!runs(&folder.join("data/postgres/data")));
    for (path, text) in written {
        let (_, rest) = text.split_once('\n').unwrap();
        fs::write(&path, format!("{}\n{rest}", other.id())).unwrap();
        // PostgreSQL must be able to read and replace it.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    }

    let second = ensure(&folder, "data").unwrap();
    assert!(second.started());
    PgConnection::establish(&second.app_url("palm")).unwrap();
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn a_durable_cluster_keeps_what_it_acknowledges_and_is_not_lent_to_tests() {
    let folder = Scratch::new().unwrap();
    let durable = ClusterOptions { data_dir: folder.join("data"), durable: true };
    let cluster = Cluster::ensure(durable.clone()).unwrap();
    assert_eq!(assert_durable(&shown(&cluster.app_url("palm"), &DURABLE_SETTINGS)), Vec::<String>::new());
    let refused = ensure(&folder, "data").unwrap_err();
    assert!(matches!(refused, ClusterError::OtherPurpose { durable: true, .. }), "{refused}");

    let for_tests = ensure(&folder, "tests").unwrap();
    let wrong = assert_durable(&shown(&for_tests.app_url("palm"), &DURABLE_SETTINGS));
    assert!(wrong.len() == 1 && wrong[0].contains("fsync"), "{wrong:?}");
    let refused = Cluster::ensure(ClusterOptions { data_dir: folder.join("tests"), durable: true }).unwrap_err();
    assert!(matches!(refused, ClusterError::OtherPurpose { durable: false, .. }), "{refused}");
}

#[test]
fn a_server_that_does_not_start_says_why_in_one_line() {
    let folder = Scratch::new().unwrap();
    let cluster = ensure(&folder, "data").unwrap();
    let data = cluster.postgres_data().to_owned();
    cluster.stop().unwrap();
    let configuration = fs::read_to_string(data.join("postgresql.conf")).unwrap();
    fs::write(data.join("postgresql.conf"), format!("{configuration}\nno_such_setting = on\n")).unwrap();
    let line = ensure(&folder, "data").unwrap_err().to_string();
    assert!(line.contains("no_such_setting") && !line.contains('\n'), "{line}");

    fs::write(data.join("postgresql.conf"), configuration).unwrap();
    fs::write(data.join("PG_VERSION"), "99\n").unwrap();
    let line = ensure(&folder, "data").unwrap_err().to_string();
    assert!(line.contains("made by PostgreSQL 99") && line.contains("postgresql-99") && !line.contains('\n'), "{line}");
}

#[test]
fn what_is_there_already_is_not_taken_for_a_cluster() {
    let folder = Scratch::new().unwrap();
    fs::create_dir_all(folder.join("data/postgres/data")).unwrap();
    fs::write(folder.join("data/postgres/data/thesis.txt"), "years of work").unwrap();
    let refused = ensure(&folder, "data").unwrap_err();
    assert!(matches!(refused, ClusterError::NotACluster { .. }), "{refused}");

    fs::write(folder.join("file"), "").unwrap();
    let refused = ensure(&folder, "file").unwrap_err();
    assert!(matches!(refused, ClusterError::Folder { .. }), "{refused}");

    let nothing = binaries::newest(binaries::find_in(&[folder.path().to_owned()])).unwrap_err().to_string();
    assert!(nothing.contains("make setup") && nothing.contains("apt-get install"), "{nothing}");
}

#[test]
fn a_folder_out_of_reach_is_named_and_the_default_moves() {
    let folder = Scratch::new().unwrap();
    let closed = folder.join("home");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o500)).unwrap();
    let refused = ensure(&folder, "home/data").unwrap_err();
    let line = refused.to_string();
    assert!(!line.contains('\n'), "{line}");
    let account = Account::default_for(account::effective_uid().unwrap()).unwrap();
    let chosen = folder::choose_for(closed.join("palm-data"), &account);
    if account.lent_by_root {
        assert!(matches!(refused, ClusterError::OutOfReach { .. }), "{refused}");
        assert!(chosen.path.starts_with("/var/lib/palm"), "{chosen:?}");
        assert_eq!(chosen.instead_of.as_deref(), Some(closed.join("palm-data").as_path()));
        assert_eq!(chosen, folder::choose_for(closed.join("palm-data"), &account));
    } else {
        assert!(matches!(refused, ClusterError::Folder { .. }), "{refused}");
        assert_eq!(chosen.path, closed.join("palm-data"));
    }
    let open = folder::choose_for(folder.join("palm-data"), &account);
    assert_eq!(open, DataDir { path: folder.join("palm-data"), instead_of: None });
}

/// The process that the next test kills; its standard output tells when it is ready.
fn be_watched(data_dir: std::ffi::OsString) {
    let cluster = Cluster::ensure(ClusterOptions { data_dir: data_dir.into(), durable: false }).unwrap();
    cluster.stop_with_process().unwrap();
    println!("ready");
    std::thread::park();
    drop(cluster);
}

#[test]
fn a_killed_process_takes_its_server_along() {
    // The test program starts itself once more, with this variable set, as the process to be killed.
    if let Some(data_dir) = std::env::var_os("PALM_TEST_WATCHED") {
        return be_watched(data_dir);
    }
    let folder = Scratch::new().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", "cluster::tests::a_killed_process_takes_its_server_along"]);
    let mut watched = command.env("PALM_TEST_WATCHED", folder.join("data")).stdout(Stdio::piped()).spawn().unwrap();
    let output = std::io::BufReader::new(watched.stdout.take().unwrap());
    assert!(std::io::BufRead::lines(output).any(|line| line.unwrap().ends_with("ready")));
    let data = folder.join("data/postgres/data");
    assert!(runs(&data));
    watched.kill().unwrap();
    watched.wait().unwrap();
    wait_until("the watcher stops the server", || !runs(&data));
    // The watcher holds its turn until the server is down.
    let again = ensure(&folder, "data").unwrap();
    assert!(again.started());
}

#[test]
fn durability_is_judged_by_every_setting() {
    let good = || DURABLE_SETTINGS.map(|name| (name.to_owned(), if name == "data_sync_retry" { "off" } else { "on" }.to_owned()));
    assert!(assert_durable(&BTreeMap::from(good())).is_empty());
    for name in DURABLE_SETTINGS {
        let mut settings = BTreeMap::from(good());
        settings.insert(name.to_owned(), if name == "data_sync_retry" { "on" } else { "off" }.to_owned());
        let wrong = assert_durable(&settings);
        assert!(wrong.len() == 1 && wrong[0].contains(name), "{wrong:?}");
        settings.remove(name);
        assert_eq!(assert_durable(&settings).len(), 1, "{name} not read");
    }
    let mut settings = BTreeMap::from(good());
    settings.insert("synchronous_commit".to_owned(), "local".to_owned());
    assert_eq!(assert_durable(&settings).len(), 1);
}
