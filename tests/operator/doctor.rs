//! The doctor names what was planted, and what to do about it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use clap::Parser as _;
use diesel::connection::SimpleConnection as _;
use palm::operator::doctor::{DoctorArgs, Finding, Verdict, examine};

use super::Office;
use crate::support::TestApp;

#[derive(clap::Parser)]
struct Cli {
    #[command(flatten)]
    args: DoctorArgs,
}

fn args(app: &TestApp, office: &Office, more: &[&str]) -> DoctorArgs {
    let text = |path: std::path::PathBuf| path.to_string_lossy().into_owned();
    let address = app.url.strip_prefix("http://").expect("an address").to_owned();
    let given = [
        ("--data-dir", text(office.root.path().to_owned())),
        ("--database-url", office.app_url.clone()),
        ("--owner-database-url", office.owner_url.clone()),
        ("--keys-file", text(office.at("keys.json"))),
        ("--files-dir", text(office.files.clone())),
        ("--erasure-log", text(office.files.join("erasures"))),
        ("--backup-dir", text(office.at("backups"))),
        ("--http-addr", address),
        ("--wechat-url", app.wechat_url.clone()),
        ("--wechat-appid", "wx00000000000test".to_owned()),
    ];
    let words = given.into_iter().flat_map(|(name, value)| [name.to_owned(), value]);
    let words = std::iter::once("doctor".to_owned()).chain(words).chain(more.iter().map(|word| (*word).to_owned()));
    Cli::try_parse_from(words).unwrap_or_else(|why| panic!("{why}")).args
}

#[track_caller]
fn finding<'a>(findings: &'a [Finding], check: &str) -> &'a Finding {
    findings.iter().find(|finding| finding.check == check).unwrap_or_else(|| panic!("no finding {check} in {findings:#?}"))
}

#[track_caller]
fn assert_found(findings: &[Finding], check: &str, verdict: Verdict, words: &str) {
    let finding = finding(findings, check);
    assert_eq!(finding.verdict, verdict, "{finding:?}");
    assert!(finding.found.contains(words) || finding.remedy.contains(words), "{finding:?} says nothing of {words}");
    assert_eq!(finding.remedy.is_empty(), verdict == Verdict::Ok, "{finding:?}: a remedy where one is needed");
}

#[actix_web::test]
async fn what_is_well_is_called_well() {
    let app = TestApp::start().await;
    let office = Office::of(&app);
    office.backup().await;
    let findings = examine(&args(&app, &office, &["--wechat-secret", "sandbox-secret"])).await.expect("an examination");
    for (check, words) in [
        ("database", "answers"),
        ("migrations", "have run"),
        ("role", "no rights but those granted"),
        ("clock", "0 s apart"),
        ("jobs", "none failed"),
        ("keys", "fingerprint"),
        ("files", "can be written"),
        ("backups", "1 in"),
        ("backup_key", "opens the newest"),
        ("server", "this version answers"),
        ("wechat", "answers"),
        ("wechat_account", "takes the id"),
    ] {
        assert_found(&findings, check, Verdict::Ok, words);
    }
    // The tests' PostgreSQL runs without fsync; nobody but the doctor says so.
    assert_found(&findings, "durability", Verdict::Fail, "fsync is off");
    assert_found(&findings, "restore", Verdict::Warn, "palm restore --check");
}

#[actix_web::test]
async fn planted_faults_are_named_with_their_remedy() {
    let app = TestApp::start().await;
    let office = Office::of(&app);
    let dead = "INSERT INTO jobs (id, kind, payload, run_at, state, attempts, finished_at) VALUES (gen_random_uuid(), 'x', '{}', palm_now(), 'dead', 9, palm_now())";
    let migration = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000000')";
    app.owner().batch_execute(&format!("{dead}; {migration}")).expect("planted");
    std::fs::set_permissions(office.at("keys.json"), Permissions::from_mode(0o644)).expect("open to all");
    let planted = ["--wechat-secret", "wrong", "--public-url", "http://palm.invalid"];
    let findings = examine(&args(&app, &office, &planted)).await.expect("an examination");
    for (check, verdict, words) in [
        ("jobs", Verdict::Warn, "palm jobs rerun"),
        ("migrations", Verdict::Warn, "newer palm"),
        ("keys", Verdict::Fail, "chmod 600"),
        ("backups", Verdict::Fail, "palm backup"),
        ("wechat_settings", Verdict::Warn, "PALM_WECHAT_PUSH_TOKEN"),
        ("wechat_account", Verdict::Fail, "PALM_WECHAT_SECRET"),
        ("public_url", Verdict::Fail, "not https"),
    ] {
        assert_found(&findings, check, verdict, words);
    }
    // As its user sees it: one line a check, exit code 1.
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_palm"));
    command.args(["doctor", "--offline", "--json"]).env("PALM_DATA_DIR", office.at("nothing-here"));
    let output = actix_web::web::block(move || command.output()).await.expect("a thread").expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["verdict"], "fail");
    assert!(told["checks"][0]["found"].as_str().expect("text").contains("there is no database"));
    assert!(!office.at("nothing-here").exists(), "the doctor makes nothing");
}
