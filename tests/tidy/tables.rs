//! Whose tables a text of SQL names. The owner of a table stands in its comment (`Owner: life/offers`), so in the migrations.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::source::Source;

/// Statements that name tables of others, with the reason. It may only become shorter: a line that is no longer needed fails.
const SHARED: &[(&str, &[&str], &str)] = &[
    (
        "life/redemptions/rows_order.rs",
        &["grid_units", "merchants", "offer_stocks", "offers"],
        "a sale's one SELECT: in four round trips it would answer half as many attempts",
    ),
    ("people/identity/actor.rs", &["grid_units"], "who is calling, at every request: roles with their places in one round trip"),
    ("people/identity/rows_role.rs", &["grid_units"], "a role's place is a path in the tree: who holds one at or above a place"),
];

/// What looks at tables of many nouns by its nature: the audit's checks (each in the uppermost noun that it names), and the demo and
/// the bench, which arrange and count in a world of their own.
fn reads_all(source: &Source) -> bool {
    ["audit.rs", "checks.rs"].contains(&source.file()) || source.path.starts_with("demo/") || source.path.starts_with("bench/")
}

/// Table → owner, such as `life/offers`.
fn owners() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut owners = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the migrations") {
        let text = std::fs::read_to_string(entry.expect("an entry").path().join("up.sql")).expect("a migration");
        for comment in text.split("COMMENT ON TABLE ").skip(1) {
            let statement = comment.split_once(";\n").map_or(comment, |(statement, _)| statement);
            let table = statement.split_whitespace().next().unwrap_or_default();
            if let Some((_, owner)) = statement.rsplit_once("Owner: ") {
                owners.insert(table.to_owned(), owner.trim_end_matches([';', '\'', '\n']).to_owned());
            }
        }
    }
    owners
}

/// The names that stand where SQL takes a table.
fn named(text: &str) -> BTreeSet<&str> {
    const BEFORE: [&str; 6] = ["FROM", "JOIN", "INTO", "UPDATE", "USING", "TABLE"];
    let part = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ',');
    let words: Vec<&str> = text.split(part).filter(|word| !word.is_empty()).collect();
    let mut names = BTreeSet::new();
    for (index, word) in words.iter().enumerate() {
        if !BEFORE.contains(word) {
            continue;
        }
        // `FROM a, b c, d`: the list goes on after a comma, whether a table has a short name or not.
        let mut rest = words.iter().skip(index + 1).filter(|word| **word != "ONLY");
        while let Some(name) = rest.next() {
            names.insert(name.trim_matches(','));
            let goes_on = name.ends_with(',') || rest.next().is_some_and(|short| short.ends_with(','));
            if !goes_on || !["FROM", "USING"].contains(word) {
                break;
            }
        }
    }
    names
}

/// Every text that names another noun's table, and every line of [`SHARED`] that nothing needs.
pub(super) fn named_by_their_owner(sources: &[Source]) -> Vec<String> {
    let owners = owners();
    let (mut found, mut needed) = (Vec::new(), BTreeSet::new());
    for source in sources.iter().filter(|source| !reads_all(source) && !source.is_test()) {
        let shared = SHARED.iter().find(|(path, ..)| *path == source.path).map_or(&[][..], |(_, tables, _)| tables);
        for (text, line) in &source.texts {
            for table in named(text) {
                let Some(owner) = owners.get(table) else { continue };
                if source.path.starts_with(&format!("{owner}/")) {
                    continue;
                }
                if shared.contains(&table) {
                    needed.insert((source.path.as_str(), table.to_owned()));
                } else {
                    found.push(source.at(*line, &format!("`{table}` is {owner}'s: call a function of that noun")));
                }
            }
        }
    }
    for (path, tables, _) in SHARED {
        let stale = tables.iter().filter(|table| !needed.contains(&(*path, (**table).to_owned())));
        found.extend(stale.map(|table| format!("src/{path}: names `{table}` no more: take it off tests/tidy/tables.rs")));
    }
    found
}

#[test]
fn tables_are_found_where_sql_takes_them() {
    let of = |text| named(text).into_iter().collect::<Vec<_>>();
    assert_eq!(of("SELECT a.id FROM offers a JOIN merchants m ON true"), ["merchants", "offers"]);
    assert_eq!(of("SELECT 1 FROM offers, merchants m, grid_units WHERE true"), ["grid_units", "merchants", "offers"]);
    assert_eq!(of("WITH x AS (INSERT INTO jobs (id) VALUES ($1)) UPDATE awards SET a = 1"), ["awards", "jobs"]);
    assert_eq!(of("offers from merchants"), Vec::<&str>::new());
    let owners = owners();
    let of = |table: &str| owners.get(table).map(String::as_str);
    assert_eq!((of("offers"), of("ledger_heads"), of("jobs")), (Some("life/offers"), Some("ledger"), Some("base")));
}
