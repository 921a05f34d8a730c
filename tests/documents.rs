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
