//! The ledger under real threads on a real PostgreSQL, through the same `Db` and as the same role as the server.

mod accounts;
mod audit;
mod races;
mod transactions;

use std::sync::Barrier;
use std::time::{Duration, Instant};

use base::db::{Context, Db, PoolOptions};
use base::ids::PersonId;
use base::money::Points;
use chrono::{TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Nullable, Uuid as SqlUuid};
use ledger::{
    About, Actor, BookId, Fact, Party, Posting, ReasonCode, Receipt, ReleaseBy, Subject, TransactionId, Validity, book_open,
    post_one,
};
use uuid::Uuid;

use crate::support::{Database, Server};

/// One book with a funded budget, on a database of its own.
pub(crate) struct Ledger {
    pub(crate) db: Db,
    pub(crate) database: Database,
    pub(crate) book: BookId,
    pub(crate) budget: Uuid,
}

#[derive(QueryableByName)]
pub(crate) struct Number {
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(crate) number: Option<i64>,
}

/// Answers a query with one bigint column `number`.
pub(crate) fn number(connection: &mut PgConnection, query: &str) -> i64 {
    let row: Number = sql_query(query).get_result(connection).expect("a number");
    row.number.unwrap_or_default()
}

/// Everything about a posting that these tests don't care for, with a fact of its own.
pub(crate) fn about() -> About {
    let event = Uuid::now_v7();
    About {
        fact: Fact::transfer(event),
        subject: Subject { kind: ReasonCode::known("test"), id: event },
        reason: ReasonCode::known("test"),
        rule: None,
        actor: Actor::System,
        approvers: Vec::new(),
        occurred_at: Utc::now(),
    }
}

pub(crate) fn points(whole: i64) -> Points {
    Points::from_hundredths(whole * 100)
}

impl Ledger {
    pub(crate) fn start(pool: u32) -> Self {
        let database = Server::get().copy();
        let db = Db::open(&PoolOptions::new(&database.app_url, pool, "ledger-test")).expect("a pool");
        let budget = Uuid::now_v7();
        let mut ledger = Self { db, database, book: BookId::new(), budget };
        ledger.book = ledger.another_book();
        ledger
    }

    /// Opens another book with a funded budget of the same id.
    pub(crate) fn another_book(&self) -> BookId {
        let book = BookId::new();
        let open = |mut tx: base::db::Tx<'_>| {
            book_open(tx.conn(), book)?;
            tx.done(())
        };
        self.db.transaction_now(&Context::job(), open).expect("a book");
        self.post_to(book, Posting::fund(about(), Party::ISSUANCE, Party::budget(self.budget), points(100_000))).expect("funds");
        book
    }

    pub(crate) fn post_to(&self, book: BookId, posting: Posting) -> Result<Receipt, &'static str> {
        let work =
            |tx: base::db::Tx<'_>| -> Result<_, base::error::ApiError> { post_one(tx, book, posting.clone(), Receipt::clone) };
        self.db.transaction_now(&Context::job(), work).map_err(|refused| refused.code().code)
    }

    pub(crate) fn post(&self, posting: Posting) -> Result<Receipt, &'static str> {
        self.post_to(self.book, posting)
    }

    /// A new person with that many points.
    pub(crate) fn person(&self, whole: i64) -> PersonId {
        let person = PersonId::new();
        self.post(self.award(person, whole)).expect("an award");
        person
    }

    pub(crate) fn award(&self, person: PersonId, whole: i64) -> Posting {
        Posting::award(about(), Party::budget(self.budget), Party::wallet(person), points(whole), Validity::default())
    }

    pub(crate) fn hold(&self, person: PersonId, whole: i64) -> Posting {
        Posting::hold(about(), Party::wallet(person), points(whole), Utc::now() + TimeDelta::hours(2))
    }

    pub(crate) fn capture(&self, hold: TransactionId) -> Posting {
        Posting::capture(about(), hold, Party::merchant(self.budget))
    }

    pub(crate) fn release(&self, hold: TransactionId) -> Posting {
        Posting::release(about(), hold, ReleaseBy::Cancel)
    }

    /// Sum of a person's buckets, in hundredths.
    pub(crate) fn balance(&self, person: PersonId) -> i64 {
        let row: Number = sql_query(
            "SELECT sum(amount)::bigint AS number FROM ledger_balances JOIN ledger_owners USING (account_id) WHERE owner_id = $1",
        )
        .bind::<SqlUuid, _>(person.0)
        .get_result(&mut self.owner())
        .expect("a balance");
        row.number.unwrap_or_default()
    }

    /// A connection as the owner of the tables: for arranging and looking.
    pub(crate) fn owner(&self) -> PgConnection {
        PgConnection::establish(&self.database.owner_url).expect("the owner")
    }

    /// Every invariant of the ledger holds. The nouns' own checks would ask for the orders behind its holds.
    #[track_caller]
    pub(crate) fn assert_audited(&self) {
        assert_books_agree(&mut self.owner());
    }
}

/// Every invariant of the ledger holds in this database.
#[track_caller]
pub(crate) fn assert_books_agree(connection: &mut PgConnection) {
    agree(connection, &[]);
}

/// Every invariant holds in this database, the nouns' own too.
#[track_caller]
pub(crate) fn assert_audited(connection: &mut PgConnection) {
    agree(connection, &palm::nouns::audit_checks());
}

#[track_caller]
fn agree(connection: &mut PgConnection, nouns: &[ledger::AuditCheck]) {
    let report = ledger::audit::run(connection, None, nouns).expect("an audit");
    assert!(report.transactions > 0, "nothing to audit");
    assert_eq!(report.differences().collect::<Vec<_>>(), Vec::<&ledger::AuditLine>::new());
}

/// Runs `work` in that many threads that begin at the same moment.
pub(crate) fn together<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(threads);
    std::thread::scope(|scope| {
        let spawn = |n| {
            let (start, work) = (&start, &work);
            scope.spawn(move || {
                start.wait();
                work(n)
            })
        };
        let running: Vec<_> = (0..threads).map(spawn).collect();
        running.into_iter().map(|one| one.join().expect("a thread")).collect()
    })
}

/// Waits until a condition holds; fails the test when it doesn't within 30 s.
#[track_caller]
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::yield_now();
    }
}

/// Begins a transaction that holds a book's head locked.
pub(crate) fn lock_head(connection: &mut PgConnection, book: BookId) {
    sql_query("BEGIN").execute(connection).expect("a transaction");
    let locked = sql_query("SELECT 1 FROM ledger_heads WHERE book_id = $1 FOR UPDATE").bind::<SqlUuid, _>(book.0);
    assert_eq!(locked.execute(connection).expect("the lock"), 1);
}

/// Waits until that many others wait for what this connection's transaction has locked.
#[track_caller]
pub(crate) fn wait_for_waiters(connection: &mut PgConnection, waiters: i64) {
    eventually("others wait for the lock", || {
        let query = "SELECT count(*) AS number FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid";
        number(connection, query) >= waiters
    });
}
