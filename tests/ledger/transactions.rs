//! What a transaction must not get wrong: acknowledge what PostgreSQL rolled back, decide by an old clock, change the journal.

use base::db::{Context, Tx};
use base::error::ApiError;
use chrono::{TimeDelta, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_query;
use ledger::{Party, Posting, post_one};

use super::{Ledger, about, lock_head, number, points, wait_for_waiters};

/// A statement that fails, its failure swallowed: PostgreSQL has given the transaction up from here.
fn swallow_a_failure(tx: &mut Tx<'_>) {
    let failed =
        sql_query("INSERT INTO ledger_heads (book_id, claw_back) VALUES (gen_random_uuid(), 'nonsense')").execute(tx.conn());
    assert!(failed.is_err());
}

#[test]
fn a_transaction_that_postgresql_gave_up_is_never_acknowledged() {
    let ledger = Ledger::start(3);
    let mut owner = ledger.owner();
    let books = "SELECT count(*) AS number FROM ledger_heads";
    let before = number(&mut owner, books);
    for fails in [true, false] {
        let done = ledger.db.transaction_now(&Context::job(), |mut tx| {
            sql_query("INSERT INTO ledger_heads (book_id) VALUES (gen_random_uuid())").execute(tx.conn())?;
            if fails {
                swallow_a_failure(&mut tx);
            }
            tx.done(())
        });
        // The sound one is the control: it is acknowledged, and it is there.
        assert_eq!(done.is_err(), fails);
        assert_eq!(number(&mut owner, books), before + i64::from(!fails));
    }
}

#[test]
fn nor_is_a_posting_after_a_swallowed_failure() {
    let ledger = Ledger::start(3);
    let person = ledger.person(10);
    let posting = ledger.hold(person, 10);
    for fails in [true, false] {
        let work = |mut tx: Tx<'_>| -> Result<_, ApiError> {
            if fails {
                swallow_a_failure(&mut tx);
            }
            post_one(tx, ledger.book, posting.clone(), |_| ())
        };
        assert_eq!(ledger.db.transaction_now(&Context::job(), work).is_err(), fails);
        assert_eq!(ledger.balance(person), if fails { 1_000 } else { 0 });
    }
    ledger.assert_audited();
}

#[test]
fn expiry_is_decided_by_the_clock_after_the_lock() {
    let ledger = Ledger::start(4);
    let person = ledger.person(10);
    let until = Utc::now() + TimeDelta::hours(1);
    let hold = ledger.post(Posting::hold(about(), Party::wallet(person), points(10), until)).unwrap().id;
    let mut holder = ledger.owner();
    lock_head(&mut holder, ledger.book);
    let capture = std::thread::scope(|scope| {
        let capture = scope.spawn(|| ledger.post(ledger.capture(hold)));
        wait_for_waiters(&mut holder, 1);
        // The capture's transaction began before this; its lock comes after it.
        base::db::installation::move_clock(&mut ledger.owner(), 2 * 3600).unwrap();
        holder.batch_execute("COMMIT").unwrap();
        capture.join().unwrap()
    });
    assert_eq!(capture, Err("hold_expired"));
    let after = ledger.post(Posting::release(about(), hold, ledger::ReleaseBy::Expiry)).unwrap();
    assert!(after.posted_at >= until, "{after:?}");
    ledger.assert_audited();
}

#[test]
fn the_journal_is_append_only_for_everybody() {
    let ledger = Ledger::start(3);
    ledger.person(10);
    let mut app = PgConnection::establish(&ledger.database.app_url).unwrap();
    let mut owner = ledger.owner();
    for table in ["ledger_transactions", "ledger_entries", "ledger_leaves"] {
        for change in [
            format!("UPDATE {table} SET sequence = sequence"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table} CASCADE"),
        ] {
            let refused = app.batch_execute(&change).unwrap_err().to_string();
            assert!(refused.contains("permission denied"), "{change}: {refused}");
            let refused = owner.batch_execute(&change).unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{change}: {refused}");
        }
        assert!(number(&mut app, &format!("SELECT count(*) AS number FROM {table}")) > 0, "reading {table} is allowed");
    }
    ledger.assert_audited();
}
