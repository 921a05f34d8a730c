//! The generated documents are checked in and true: `make docs` (PALM_WRITE_DOCS=1) writes them, otherwise a difference fails.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use palm::{app, app_docs, nouns, openapi};

use crate::support::TestApp;

fn agrees(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("api-docs").join(name);
    if std::env::var_os("PALM_WRITE_DOCS").is_some() {
        std::fs::write(&file, text).expect("api-docs is writable");
    }
    let stored = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(stored == text, "api-docs/{name} differs from the code: run `make docs` and look at the difference");
}

#[actix_web::test]
async fn the_openapi_document_is_the_stored_one() {
    let app = TestApp::start().await;
    let served = app.anonymous().get("/api-docs/openapi.json").await;
    agrees("openapi.json", &format!("{}\n", served.text));
    for (path, item) in served.json()["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            assert!(operation["operationId"].is_string(), "{method} {path} has no operationId");
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
            for (status, response) in operation["responses"].as_object().expect("responses") {
                assert!(
                    response["description"].as_str().is_some_and(|text| !text.is_empty()),
                    "{method} {path} {status} has no description"
                );
            }
        }
    }
}

/// POSTs that take no `Idempotency-Key`, and why. This list only shrinks.
pub(crate) const WITHOUT_KEY: &[(&str, &str)] = &[
    ("session_create", "nobody is signed in yet, and WeChat takes a login code once"),
    ("session_refresh", "the refresh token itself is used once, and a second use ends the session"),
    ("phone_bind", "WeChat takes a phone code once; binding the phone again changes nothing"),
    ("account_close", "WeChat takes a login code once; afterwards nobody is left to ask again"),
    ("grid_worker_call", "every look is logged, and what was seen is not kept to be shown again"),
    ("person_reveal", "every look is logged, and what was seen is not kept to be shown again"),
    ("merchant_account_reveal", "every look is logged, and what was seen is not kept to be shown again"),
    ("request_contact_reveal", "every look is logged, and what was seen is not kept to be shown again"),
    ("inbox_read", "sets a mark that only rises"),
    ("chat_read_mark", "sets a mark that only rises"),
    ("console_login_create", "nobody is signed in yet; another ticket takes nothing from anybody"),
    ("console_login_confirm", "the ticket itself is used once"),
    ("request_suggest", "writes nothing"),
    ("redemption_preview", "writes nothing"),
    ("wechat_push_receive", "WeChat names its pushes itself"),
    ("connector_update_receive", "the sender's `webhook-id` is the key"),
    ("facility_alarm_create", "an alarm is known by its device and number"),
    ("open311_request_create", "a standard's route: the key may come along, and need not"),
    ("open311_update_create", "a standard's route: the key may come along, and need not"),
];

#[actix_web::test]
async fn every_post_takes_a_key_or_says_why_not() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api-docs/openapi.json").await.json();
    let mut keyless = BTreeSet::new();
    for item in document["paths"].as_object().expect("paths").values() {
        let Some(operation) = item.get("post") else { continue };
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        if !parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key") {
            keyless.insert(operation["operationId"].as_str().expect("an id").to_owned());
        }
    }
    let known: BTreeSet<String> = WITHOUT_KEY.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(keyless, known);
}

#[test]
fn the_error_codes_are_the_stored_ones() {
    let codes = nouns::errors();
    let names: BTreeSet<&str> = codes.iter().map(|code| code.code).collect();
    assert_eq!(names.len(), codes.len(), "a code is declared twice");
    agrees("errors.md", &app_docs::errors(&codes));
}

#[test]
fn the_permission_table_is_the_stored_one() {
    agrees("permissions.md", &app_docs::permissions(&nouns::permissions(), nouns::PUBLIC));
}

#[actix_web::test]
async fn every_operation_is_in_the_permission_table_or_public() {
    let app = TestApp::start().await;
    let document = app::document(app.serving.parts.clone());
    let rules: BTreeSet<&str> = nouns::permissions().iter().map(|rule| rule.action).collect();
    let operations: BTreeSet<String> = openapi::operations(&document).into_iter().map(|operation| operation.id).collect();
    for id in &operations {
        assert!(
            rules.contains(id.as_str()) != nouns::PUBLIC.contains(&id.as_str()),
            "`{id}` must be in the permission table or public, not both"
        );
    }
    for rule in rules {
        assert!(operations.contains(rule), "the permission `{rule}` has no operation");
    }
}

#[test]
fn the_state_tables_are_the_stored_ones() {
    let tables = nouns::states();
    let names: BTreeSet<&str> = tables.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), tables.len(), "a state machine is declared twice");
    for (name, moves) in &tables {
        let different: BTreeSet<_> = moves.iter().collect();
        assert_eq!(different.len(), moves.len(), "{name} lists a move twice");
        assert!(moves.iter().any(|(from, ..)| from.is_empty()), "{name} has no beginning");
        let reached: BTreeSet<&str> = moves.iter().map(|(_, to, _)| *to).collect();
        for (from, ..) in *moves {
            assert!(from.is_empty() || reached.contains(from), "{name}: nothing leads to `{from}`");
        }
    }
    agrees("states.md", &app_docs::states(&tables));
}

/// A column with its comment.
#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    comment: String,
}

#[actix_web::test]
async fn the_inventory_of_personal_data_is_the_stored_one() {
    let app = TestApp::start().await;
    let columns: Vec<Column> = sql_query(
        "SELECT c.relname || '.' || a.attname AS place, col_description(c.oid, a.attnum) AS comment FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped \
         AND col_description(c.oid, a.attnum) ~ 'class: (personal|sensitive|secret)' ORDER BY c.relname, a.attname",
    )
    .load(&mut app.owner())
    .expect("the catalogue");
    let mut page = String::from(
        "# Personal data\n\nGenerated from the comments of the tables by `make docs`; a test fails when it differs, and when a column has no class or retention.\n\n\
         | column | what | class | kept |\n|---|---|---|---|\n",
    );
    for Column { place, comment } in columns {
        let (what, rest) = comment.split_once(" [class: ").expect("a class");
        let (class, kept) = rest.split_once("] [retention: ").expect("a retention");
        writeln!(page, "| `{place}` | {what} | {class} | {} |", kept.trim_end_matches(']')).expect("a String takes it");
    }
    agrees("personal-data.md", &page);
}
