//! Opening, closing and forgetting accounts.

use base::db::{Context, Tx};
use base::ids::PersonId;
use diesel::connection::SimpleConnection as _;
use ledger::{AccountKind, Owner, OwnerKind, account_close, account_find, account_open, claw_back_set, erase, records};

use super::{Ledger, number, together, wait_for_waiters};

fn wallet_of(person: PersonId) -> Owner {
    Owner { kind: OwnerKind::Person, id: person.0 }
}

#[test]
fn an_account_opened_by_16_threads_is_one_account() {
    let ledger = Ledger::start(16);
    let person = PersonId::new();
    let open = |mut tx: Tx<'_>| {
        let id = account_open(tx.conn(), ledger.book, AccountKind::Wallet, wallet_of(person))?;
        tx.done(id)
    };
    let mut ids = together(16, |_| ledger.db.transaction_now(&Context::job(), open).unwrap());
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    let mut owner = ledger.owner();
    assert_eq!(account_find(&mut owner, ledger.book, AccountKind::Wallet, person.0).unwrap(), Some(ids[0]));
    assert_eq!(account_find(&mut owner, ledger.another_book(), AccountKind::Wallet, person.0).unwrap(), None);
    assert_eq!(number(&mut owner, "SELECT count(*) AS number FROM ledger_accounts WHERE kind = 'wallet'"), 1);
    ledger.post(ledger.award(person, 5)).unwrap();
    assert_eq!(ledger.balance(person), 500);
    ledger.assert_audited();
}

#[test]
fn a_posting_finds_the_account_that_was_opened_while_it_ran() {
    let ledger = Ledger::start(4);
    let person = PersonId::new();
    let mut opener = ledger.owner();
    opener.batch_execute("BEGIN").unwrap();
    let account = account_open(&mut opener, ledger.book, AccountKind::Wallet, wallet_of(person)).unwrap();
    let award = std::thread::scope(|scope| {
        let award = scope.spawn(|| ledger.post(ledger.award(person, 5)));
        wait_for_waiters(&mut opener, 1);
        opener.batch_execute("COMMIT").unwrap();
        award.join().unwrap()
    });
    award.unwrap();
    assert_eq!(account_find(&mut opener, ledger.book, AccountKind::Wallet, person.0).unwrap(), Some(account));
    assert_eq!(ledger.balance(person), 500);
    ledger.assert_audited();
}

#[test]
fn a_closed_account_ends_what_is_open_and_takes_nothing_new() {
    let ledger = Ledger::start(3);
    let person = ledger.person(10);
    let hold = ledger.post(ledger.hold(person, 4)).unwrap().id;
    let mut owner = ledger.owner();
    let account = account_find(&mut owner, ledger.book, AccountKind::Wallet, person.0).unwrap().unwrap();
    assert!(account_close(&mut owner, account).unwrap());
    assert!(!account_close(&mut owner, account).unwrap(), "it is closed already");
    assert_eq!(ledger.post(ledger.award(person, 1)), Err("account_closed"));
    assert_eq!(ledger.post(ledger.hold(person, 1)), Err("account_closed"));
    ledger.post(ledger.release(hold)).unwrap();
    assert_eq!(ledger.balance(person), 1_000);
    ledger.assert_audited();
}

#[test]
fn the_policy_of_a_book_is_set_for_that_book() {
    let ledger = Ledger::start(3);
    let other = ledger.another_book();
    let mut owner = ledger.owner();
    assert!(claw_back_set(&mut owner, other, ledger::ClawBack::Refuse).unwrap());
    assert!(!claw_back_set(&mut owner, ledger::BookId::new(), ledger::ClawBack::Refuse).unwrap());
    let refuse = "SELECT count(*) AS number FROM ledger_heads WHERE claw_back = 'refuse'";
    assert_eq!(number(&mut owner, refuse), 1);
}

#[test]
fn erasure_forgets_the_person_and_leaves_the_journal_whole() {
    let ledger = Ledger::start(3);
    let (person, other) = (ledger.person(10), ledger.person(10));
    ledger.post(ledger.hold(person, 4)).unwrap();
    let erase = |mut tx: Tx<'_>| {
        let erased = erase(tx.conn(), person)?;
        tx.done(erased)
    };
    // As the serving role: it must have the rights.
    let erased = ledger.db.transaction_now(&Context::job(), erase).unwrap();
    assert_eq!((erased.accounts.len(), erased.privates), (1, 2));
    let mut owner = ledger.owner();
    assert_eq!(account_find(&mut owner, ledger.book, AccountKind::Wallet, person.0).unwrap(), None);
    assert!(account_find(&mut owner, ledger.book, AccountKind::Wallet, other.0).unwrap().is_some());
    let stored = records::records(&mut owner, ledger.book, 0, 100).unwrap();
    assert_eq!(stored.iter().map(|one| one.private.is_some()).collect::<Vec<_>>(), [true, false, true, false]);
    ledger.assert_audited();
}
