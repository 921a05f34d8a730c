//! `palm audit`, the command itself, on a database where all is well and on one where somebody changed an entry.

use std::process::{Command, Output};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use super::Ledger;

fn palm_audit(ledger: &Ledger, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palm"));
    command.arg("audit").args(arguments).env("PALM_DATABASE_URL", &ledger.database.app_url).env("PALM_DATA_DIR", "/tmp");
    command.output().expect("palm runs")
}

#[derive(QueryableByName)]
struct Changed {
    #[diesel(sql_type = Text)]
    id: String,
}

#[test]
fn the_audit_names_an_entry_that_was_changed_behind_its_back() {
    let ledger = Ledger::start(3);
    let person = ledger.person(10);
    ledger.person(4);
    ledger.post(ledger.award(person, 2)).unwrap();
    let book = ledger.book.to_string();
    for arguments in [vec![], vec!["--book", &book]] {
        let output = palm_audit(&ledger, &arguments);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("over 1 books and 4 transactions: all agree"), "{said}");
    }
    let mut owner = ledger.owner();
    owner.batch_execute("ALTER TABLE ledger_entries DISABLE TRIGGER USER").unwrap();
    let changed: Changed = sql_query(
        "UPDATE ledger_entries SET amount = amount + 100 WHERE sequence = 2 AND amount > 0 RETURNING transaction_id::text AS id",
    )
    .get_result(&mut owner)
    .unwrap();
    for arguments in [vec![], vec!["--book", &book]] {
        let output = palm_audit(&ledger, &arguments);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        let row = said.lines().skip_while(|line| !line.starts_with("DIFFERS balanced")).nth(1).unwrap_or_default();
        assert!(row.contains(&changed.id), "{said}");
        assert!(said.contains(r#""sequence":2"#), "the leaf names it too: {said}");
    }
    let nobody = palm_audit(&ledger, &["--book", &uuid::Uuid::new_v4().to_string()]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("there is no book"));
}
