//! The database as it stands after the migrations: every table and column has its owner, class and retention; the serving role can't
//! change what is append-only; migrations go up, down and up again.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Nullable, Text};
use diesel_migrations::MigrationHarness as _;

use crate::support::TestApp;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Nullable<Text>)]
    line: Option<String>,
}

fn lines(connection: &mut PgConnection, sql: &str) -> Vec<String> {
    sql_query(sql).load::<Line>(connection).expect("a catalogue query").into_iter().filter_map(|row| row.line).collect()
}

#[actix_web::test]
async fn every_table_has_an_owner_and_every_column_a_class_and_a_retention() {
    let app = TestApp::start().await;
    let mut owner = app.owner();
    let tables = lines(
        &mut owner,
        "SELECT relname || ': say what it holds and `Owner: <crate/noun>`' AS line FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace \
         AND relname <> '__diesel_schema_migrations' AND coalesce(obj_description(c.oid, 'pg_class'), '') !~ 'Owner: [a-z/_]+'",
    );
    assert!(tables.is_empty(), "{tables:#?}");
    let columns = lines(
        &mut owner,
        "SELECT c.relname || '.' || a.attname || ': COMMENT with [class: …] [retention: …]' AS line FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped AND c.relname <> '__diesel_schema_migrations' \
         AND coalesce(col_description(c.oid, a.attnum), '') !~ '\\[class: (none|internal|pseudonymous|personal|sensitive|secret)\\] \\[retention: [^\\]]+\\]$'",
    );
    assert!(columns.is_empty(), "{columns:#?}");
}

#[actix_web::test]
async fn the_serving_role_owns_nothing_and_append_only_tables_refuse_it() {
    let app = TestApp::start().await;
    let mut owner = app.owner();
    let open = lines(
        &mut owner,
        "SELECT t.relname AS line FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal AND g.tgfoid = 'refuse_change'::regproc \
         AND (has_table_privilege('palm_app', t.oid, 'UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege('palm_app', t.oid, 'UPDATE'))",
    );
    assert!(open.is_empty(), "the serving role may change {open:?}");
    let mighty = lines(
        &mut owner,
        "SELECT rolname::text AS line FROM pg_roles WHERE rolname = 'palm_app' AND (rolsuper OR rolcreatedb OR pg_has_role(rolname, 'palm_owner', 'MEMBER'))",
    );
    assert!(mighty.is_empty(), "{mighty:?}");
    let audit = "INSERT INTO audit_entries (id, principal_kind, request_id, action, object_kind, object_id) VALUES (gen_random_uuid(), 'operator', gen_random_uuid(), 'x', 'x', gen_random_uuid())";
    sql_query(audit).execute(&mut owner).expect("an audit row");
    let refused = sql_query("DELETE FROM audit_entries").execute(&mut owner).expect_err("triggers hold for the owner too");
    assert!(refused.to_string().contains("append-only"), "{refused}");
}

/// Everything that makes a schema, as text.
fn shape(connection: &mut PgConnection) -> Vec<String> {
    lines(
        connection,
        "SELECT line FROM ( \
           SELECT format('column %s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS line FROM information_schema.columns WHERE table_schema = 'public' \
           UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public' \
           UNION ALL SELECT format('constraint %s %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace \
           UNION ALL SELECT format('grant %s %s %s', table_name, grantee, privilege_type) FROM information_schema.role_table_grants WHERE table_schema = 'public' \
           UNION ALL SELECT 'function ' || pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
           UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal) x WHERE line NOT LIKE '%__diesel_schema_migrations%' ORDER BY line",
    )
}

#[actix_web::test]
async fn migrations_go_up_and_down_and_up_to_the_same_schema() {
    let app = TestApp::start().await;
    let mut owner = app.owner();
    let before = shape(&mut owner);
    owner.revert_all_migrations(palm::database::MIGRATIONS).expect("down");
    let empty = shape(&mut owner);
    assert!(empty.is_empty(), "left behind: {empty:#?}");
    owner.run_pending_migrations(palm::database::MIGRATIONS).expect("up again");
    assert_eq!(before, shape(&mut owner));
}

/// `table! { name (key) { column -> Type, … } }` of one file, as `table.column` → type.
fn declared(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for block in text.split("diesel::table!").skip(1) {
        let mut body = block.trim_start().trim_start_matches('{').trim_start();
        // Types that are not diesel's own are imported first.
        while let Some((_, rest)) = body.strip_prefix("use ").and_then(|after| after.split_once(';')) {
            body = rest.trim_start();
        }
        let table: String = body.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        for line in body.lines().skip(1).take_while(|line| line.trim() != "}") {
            if let Some((column, kind)) = line.split_once("->") {
                found.push((format!("{table}.{}", column.trim()), kind.trim().trim_end_matches(',').to_owned()));
            }
        }
    }
    found
}

/// PostgreSQL's name of a diesel type, or a part of it.
fn stored_as(kind: &str) -> &'static str {
    match kind {
        "Uuid" => "uuid",
        "Text" | "Varchar" => "text",
        "Bool" => "boolean",
        "Int4" | "Integer" => "integer",
        "Int8" | "BigInt" => "bigint",
        "Int2" | "SmallInt" => "smallint",
        "Bytea" | "Binary" => "bytea",
        "Jsonb" => "jsonb",
        "Timestamptz" => "timestamp with time zone",
        "Date" => "date",
        "Numeric" => "numeric",
        "Interval" => "interval",
        "Tsvector" => "tsvector",
        "Float8" | "Double" => "double precision",
        list if list.starts_with("Array<") => "ARRAY",
        other => panic!("teach this test the type {other}"),
    }
}

#[actix_web::test]
async fn every_schema_file_says_what_the_database_holds() {
    let app = TestApp::start().await;
    let real = lines(
        &mut app.owner(),
        "SELECT format('%s.%s %s %s', table_name, column_name, data_type, is_nullable) AS line FROM information_schema.columns WHERE table_schema = 'public'",
    );
    let mut owners: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    let mut wrong = Vec::new();
    for (path, text) in schema_files() {
        for (column, kind) in declared(&text) {
            let (kind, nullable) =
                kind.strip_prefix("Nullable<").map_or((kind.as_str(), "NO"), |inner| (inner.trim_end_matches('>'), "YES"));
            let kind = if kind.starts_with("Array") { "Array<" } else { kind };
            if !real.contains(&format!("{column} {} {nullable}", stored_as(kind))) {
                wrong.push(format!("{path}: {column} is not `{kind}` (nullable: {nullable}) in the database"));
            }
            let table = column.split('.').next().unwrap_or_default().to_owned();
            if let Some(other) = owners.insert(table.clone(), path.clone()).filter(|other| *other != path) {
                wrong.push(format!("{table} stands in {other} and {path}: one owner per table"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The sections of `diesel.toml`: name, file, tables and whether joins stay undeclared.
fn sections(text: &str) -> Vec<(String, String, Vec<String>, bool)> {
    let quoted = |line: &str| line.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<String>>();
    let mut found = Vec::new();
    for block in text.split("[print_schema.").skip(1) {
        let (name, body) = block.split_once(']').expect("a section's name ends");
        let value = |key: &str| body.lines().find(|line| line.starts_with(key)).map(quoted).unwrap_or_default();
        let apart = value("allow_tables_to_appear_in_same_query_config") == ["none"];
        found.push((name.to_owned(), value("file").concat(), value("filter = { only_tables"), apart));
    }
    found
}

#[test]
fn every_schema_file_has_its_section_of_diesel_toml() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut stored = sections(&std::fs::read_to_string(root.join("diesel.toml")).expect("diesel.toml"));
    let mut wanted = Vec::new();
    for (path, text) in schema_files() {
        let file = std::path::Path::new(&path).strip_prefix(root).expect("a file of ours").display().to_string();
        let name = file.trim_start_matches("src/").trim_end_matches("/schema.rs").replace('/', "_");
        assert!(text.contains(&format!("section `{name}` of diesel.toml")), "{file}: its first line names the section `{name}`");
        let tables: std::collections::BTreeSet<String> =
            declared(&text).into_iter().filter_map(|(column, _)| column.split('.').next().map(str::to_owned)).collect();
        wanted.push((name, file, tables.into_iter().collect::<Vec<String>>(), true));
    }
    stored.sort();
    wanted.sort();
    assert_eq!(stored, wanted, "left: diesel.toml, right: the schema.rs files");
}

/// Every `schema.rs` below `src`, with its text.
fn schema_files() -> Vec<(String, String)> {
    fn walk(folder: &std::path::Path, out: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.file_name().is_some_and(|name| name == "schema.rs") {
                out.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a file")));
            }
        }
    }
    let mut found = Vec::new();
    walk(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}
