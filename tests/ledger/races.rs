//! Many threads want the same points.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base::db::{Context, Tx};
use base::error::ApiError;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;
use ledger::post_one;

use super::{Ledger, lock_head, number, together, wait_for_waiters};

/// How often each answer came; a posting that went through counts as `ok`.
fn count<T>(answers: &[Result<T, &'static str>]) -> BTreeMap<&'static str, usize> {
    let mut counted = BTreeMap::new();
    for answer in answers {
        *counted.entry(answer.as_ref().map_or_else(|code| *code, |_| "ok")).or_default() += 1;
    }
    counted
}

#[test]
fn a_wallet_of_100_is_spent_once_by_16_threads() {
    let ledger = Ledger::start(16);
    let person = ledger.person(100);
    let answers = together(16, |_| ledger.post(ledger.hold(person, 100)));
    assert_eq!(count(&answers), BTreeMap::from([("ok", 1), ("insufficient_points", 15)]));
    assert_eq!(ledger.balance(person), 0);
    ledger.assert_audited();
}

#[test]
fn of_64_parallel_holds_on_10_points_10_go_through() {
    let ledger = Ledger::start(24);
    let person = ledger.person(10);
    let answers = together(64, |_| ledger.post(ledger.hold(person, 1)));
    assert_eq!(count(&answers), BTreeMap::from([("ok", 10), ("insufficient_points", 54)]));
    assert_eq!(ledger.balance(person), 0);
    ledger.assert_audited();
}

#[test]
fn the_same_fact_from_16_threads_is_one_transaction_and_16_equal_answers() {
    let ledger = Ledger::start(16);
    let person = ledger.person(100);
    let posting = ledger.hold(person, 5);
    let mut answers = together(16, |_| ledger.post(posting.clone()));
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers[0].is_ok());
    assert_eq!(ledger.balance(person), 9_500);
    ledger.assert_audited();
}

#[test]
fn a_hold_ends_once_however_many_end_it() {
    let ledger = Ledger::start(24);
    let person = ledger.person(100);
    let mut ends = BTreeMap::new();
    for _round in 0..4 {
        let before = ledger.balance(person);
        let hold = ledger.post(ledger.hold(person, 10)).unwrap().id;
        let end = |n: usize| if n.is_multiple_of(2) { ledger.capture(hold) } else { ledger.release(hold) };
        let answers = together(64, |n| ledger.post(end(n)));
        assert_eq!(count(&answers), BTreeMap::from([("ok", 1), ("hold_ended", 63)]));
        let released = answers.iter().position(Result::is_ok).unwrap() % 2 == 1;
        assert_eq!(ledger.balance(person), if released { before } else { before - 1_000 });
        *ends.entry(released).or_insert(0) += 1;
    }
    assert_eq!(ends.values().sum::<i32>(), 4);
    ledger.assert_audited();
}

#[test]
fn two_books_never_wait_for_each_other() {
    let ledger = Ledger::start(4);
    let other = ledger.another_book();
    let person = ledger.person(10);
    let mut holder = ledger.owner();
    lock_head(&mut holder, other);
    let began = Instant::now();
    for _ in 0..10 {
        ledger.post(ledger.award(person, 1)).unwrap();
    }
    // Whoever wants the locked book waits, and is told so when `lock_timeout` is over: the lock is one.
    assert_eq!(ledger.post_to(other, ledger.award(person, 1)), Err("still_running"));
    assert!(began.elapsed() >= Duration::from_secs(3));
    sql_query("COMMIT").execute(&mut holder).unwrap();
    ledger.post_to(other, ledger.award(person, 1)).unwrap();
    ledger.assert_audited();
}

/// Orders and ends of holds take the business row first and the head last, in every transaction.
#[test]
fn the_order_business_row_then_head_never_deadlocks_and_the_other_one_does() {
    let ledger = Ledger::start(16);
    let mut owner = ledger.owner();
    owner.batch_execute("CREATE TABLE stock (id bigint PRIMARY KEY, left_over bigint NOT NULL); GRANT SELECT, UPDATE ON stock TO palm_app; INSERT INTO stock VALUES (1, 1000000)").unwrap();
    let person = ledger.person(10_000);
    let attempts = AtomicUsize::new(0);
    let with_stock = |change: i64, posting: ledger::Posting| {
        let work = |mut tx: Tx<'_>| -> Result<_, ApiError> {
            attempts.fetch_add(1, Ordering::Relaxed);
            let update = sql_query("UPDATE stock SET left_over = left_over + $1 WHERE id = 1").bind::<BigInt, _>(change);
            update.execute(tx.conn())?;
            post_one(tx, ledger.book, posting.clone(), |receipt| receipt.id)
        };
        ledger.db.transaction_now(&Context::job(), work).unwrap()
    };
    together(16, |_| {
        for _ in 0..4 {
            let hold = with_stock(-1, ledger.hold(person, 1));
            with_stock(1, ledger.release(hold));
        }
    });
    assert_eq!(attempts.into_inner(), 16 * 4 * 2, "a transaction that met a deadlock would have run again");
    assert_eq!(number(&mut owner, "SELECT left_over AS number FROM stock"), 1_000_000);
    ledger.assert_audited();

    // The control: head → row against row → head is what PostgreSQL has to break.
    lock_head(&mut owner, ledger.book);
    let other = std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            let mut other = ledger.owner();
            other.batch_execute("BEGIN; UPDATE stock SET left_over = left_over - 1").unwrap();
            sql_query("SELECT 1 FROM ledger_heads FOR UPDATE").execute(&mut other).map_err(|why| why.to_string())
        });
        wait_for_waiters(&mut owner, 1);
        let own = sql_query("UPDATE stock SET left_over = left_over - 1").execute(&mut owner).map_err(|why| why.to_string());
        owner.batch_execute("ROLLBACK").unwrap();
        [own, other.join().unwrap()]
    });
    assert!(other.iter().any(|end| end.as_ref().is_err_and(|why| why.contains("deadlock detected"))), "{other:?}");
}
