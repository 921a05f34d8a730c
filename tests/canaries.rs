//! Secrets and personal data never reach a log, an error's body or a column that anybody could read: the real `palm serve --demo` at
//! log level debug, values that can be recognised, and a search for each of them afterwards. No column is excepted.

mod flows;

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base::cluster::Scratch;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use flows::Run;

use crate::faults::server_killed::demo_database;
use crate::support::{Database, World};

/// The server's process with its log; it ends with the test.
struct Palm {
    child: Child,
    url: String,
    log: PathBuf,
}

impl Palm {
    fn start(database: &Database, folder: &Path) -> Self {
        let log = folder.join("palm.log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_palm"));
        command.args([
            "serve",
            "--demo",
            "--accept-unsafe-settings",
            "--http-addr",
            "127.0.0.1:0",
            "--metrics-addr",
            "127.0.0.1:0",
        ]);
        command.args(["--pool-size", "4", "--account-rate", "100000", "--address-rate", "100000"]).env("PALM_LOG", "debug");
        command.env("PALM_DATABASE_URL", &database.app_url).env("PALM_DATA_DIR", folder);
        command.stdout(Stdio::piped()).stderr(File::create(&log).expect("a log file"));
        let mut child = command.spawn().expect("palm starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let url = lines.map_while(Result::ok).find_map(|line| line.split_once("palm serves on ").map(|(_, url)| url.to_owned()));
        let Some(url) = url else { panic!("palm does not serve: {:?}", child.wait()) };
        Self { child, url, log }
    }
}

impl Drop for Palm {
    fn drop(&mut self) {
        if let Err(why) = self.child.kill().and_then(|()| self.child.wait()) {
            eprintln!("palm can't be ended: {why}");
        }
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(owner: &mut PgConnection, sql: &str) -> Vec<String> {
    sql_query(sql).load::<Line>(owner).expect("rows").into_iter().map(|row| row.line).collect()
}

/// Every row of every table as JSON, `table: row`. Bytes stand there in hexadecimal.
fn dump(owner: &mut PgConnection) -> Vec<String> {
    let tables = lines(
        owner,
        "SELECT relname::text AS line FROM pg_class WHERE relkind IN ('r', 'p', 'm') AND relnamespace = 'public'::regnamespace ORDER BY 1",
    );
    let rows =
        tables.iter().flat_map(|table| lines(owner, &format!("SELECT '{table}: ' || to_jsonb(t)::text AS line FROM {table} t")));
    rows.collect()
}

/// Where a value stands, in clear, escaped as JSON does it, or as the hexadecimal of its bytes.
fn hits<'a>(places: &'a [String], value: &str) -> Vec<&'a str> {
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let escaped = serde_json::to_string(value).expect("JSON");
    let escaped = escaped.trim_matches('"');
    let found = |place: &&String| [value, escaped, &hex].iter().any(|shape| place.contains(shape));
    places.iter().filter(found).map(String::as_str).collect()
}

#[actix_web::test]
async fn no_canary_is_logged_told_in_an_error_or_stored_in_clear() {
    let database = demo_database();
    let folder = Scratch::new().expect("a folder");
    let mut owner = PgConnection::establish(&database.owner_url).expect("the owner");
    let world = World::build(&mut owner);
    let palm = Palm::start(&database, folder.path());
    let run = Run::new(&palm.url).await;
    run.play(&mut owner, &world).await;
    let log = std::fs::read_to_string(&palm.log).expect("the log");
    drop(palm);

    let (errors, stored) = (run.errors.take(), dump(&mut owner));
    let logged: Vec<String> = log.lines().map(str::to_owned).collect();
    for line in &logged {
        assert!(
            serde_json::from_str::<serde_json::Value>(line).is_ok_and(|event| event["level"].is_string()),
            "no event: {line}"
        );
    }
    assert!(logged.iter().any(|line| line.contains("/api/v1/sessions") && line.contains("served")), "the log has the requests");
    assert!(logged.iter().any(|line| line.contains("\"DEBUG\"")), "the log is at level debug");
    assert!(errors.len() >= 10, "only {} errors", errors.len());
    // The search finds what stands there: text, and bytes.
    assert!(!hits(&stored, flows::IN_CLEAR).is_empty(), "an offer's title is no secret");
    let bytes = format!("SELECT to_jsonb(t)::text AS line FROM (SELECT convert_to('{}', 'UTF8') AS sealed) t", flows::NAME);
    assert_eq!(hits(&lines(&mut owner, &bytes), flows::NAME).len(), 1);

    let canaries = run.canaries.take();
    let mut found = Vec::new();
    for (what, value) in &canaries {
        assert!(value.chars().count() >= 4, "{what} is too short to be recognised: {value}");
        for (place, texts) in [("log", &logged), ("error", &errors), ("database", &stored)] {
            found.extend(hits(texts, value).iter().map(|text| format!("{what} in the {place}: {text}")));
        }
    }
    assert!(found.is_empty(), "{} places:\n{}", found.len(), found.join("\n"));
    for wanted in flows::WANTED {
        assert!(canaries.iter().any(|(what, _)| what == wanted), "nothing was done with a canary {wanted}");
    }
}
