//! The house's rules that Cargo can't hold: who may name what, how large things get. Reads the sources as syntax, not as text; each
//! message says what to do instead. Exemptions only shrink.

mod rules;
mod source;
mod tables;

use source::Source;

fn report(found: Vec<String>) {
    assert!(found.is_empty(), "{} places are not tidy:\n{}", found.len(), found.join("\n"));
}

fn check(rule: impl Fn(&Source) -> Vec<String>) {
    report(source::all().iter().flat_map(rule).collect());
}

#[test]
fn outside_crates_stay_where_they_belong() {
    check(rules::crates_in_their_place);
}

#[test]
fn tables_are_named_only_by_their_owner() {
    check(rules::tables_by_their_owner);
}

#[test]
fn sql_names_only_tables_of_its_own_noun() {
    report(tables::named_by_their_owner(&source::all()));
}

#[test]
fn transactions_and_raw_sql_stay_in_rows() {
    check(rules::raw_database_calls);
}

#[test]
fn only_the_clock_reads_the_clock() {
    check(rules::wall_clock);
}

#[test]
fn files_functions_and_handlers_stay_small() {
    check(rules::sizes);
}

#[test]
fn requests_take_bounded_types_only() {
    check(rules::bounded_requests);
}

#[test]
fn modules_have_names_of_the_field() {
    check(rules::module_names);
}

#[test]
fn nouns_know_each_other_only_along_the_listed_edges() {
    report(rules::edges(&source::all()));
}
