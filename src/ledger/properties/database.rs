//! The same histories through `post` on a real PostgreSQL: equal answers, equal buckets, a silent audit; and the audit
//! itself, which must find every violation of `audit_injections.sql`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use base::cluster::TestServer;
use base::db::{Context, Db, DbError, PoolOptions};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Date, Text, Uuid as SqlUuid};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use uuid::Uuid;

use super::book::party;
use super::model::{ACCOUNTS, Op};
use super::{Pair, history};
use crate::account::{BookId, Party};
use crate::accounts::claw_back_set;
use crate::audit::{AuditLine, run};
use crate::dates::ExpiresOn;
use crate::post::{Outcome, post};
use crate::posting::Posting;
use crate::state::ClawBack;
use crate::store::book_open;

static SERVER: LazyLock<TestServer> =
    LazyLock::new(|| TestServer::find(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))).unwrap());

/// A database of its own. The pool goes first, then the database: nobody may be connected to it.
struct Database {
    db: Db,
    name: DatabaseName,
}

/// Dropped at the end, unless the test failed: then there is something to look at until the next run.
struct DatabaseName(String);

/// Which role posts.
#[derive(Debug, Clone, Copy)]
enum Role {
    /// It owns the tables.
    Owner,
    /// It has only what the migrations grant.
    Serving,
}

impl Database {
    fn create(role: Role) -> Self {
        let name = format!("palm_test_{}_{}", std::process::id(), Uuid::new_v4().simple());
        let mut admin = PgConnection::establish(&SERVER.admin_url()).unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let (owner_url, app_url) = (SERVER.owner_url(&name), SERVER.app_url(&name));
        let mut connection = PgConnection::establish(&owner_url).unwrap();
        for migration in [
            include_str!("../../../migrations/2026-11-24-100000_create_base/up.sql"),
            include_str!("../../../migrations/2026-11-24-200000_create_ledger/up.sql"),
            "INSERT INTO installation (kind) VALUES ('test')",
        ] {
            connection.batch_execute(migration).unwrap();
        }
        let url = match role {
            Role::Owner => &owner_url,
            Role::Serving => &app_url,
        };
        let db = Db::open(&PoolOptions::new(url, 3, "ledger-test")).unwrap();
        Self { db, name: DatabaseName(name) }
    }

    fn connect(&self) -> PgConnection {
        PgConnection::establish(&SERVER.owner_url(&self.name.0)).unwrap()
    }

    fn now(&self) -> DateTime<Utc> {
        self.db.read_now(base::db::now).unwrap()
    }
}

impl Drop for DatabaseName {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // The server notices a moment later that its clients have gone.
        let mut admin = PgConnection::establish(&SERVER.admin_url()).unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        while let Err(why) = admin.batch_execute(&format!("DROP DATABASE {}", self.0)) {
            assert!(Instant::now() < deadline, "{why}");
        }
    }
}

/// A history played on the model, in memory and on PostgreSQL, there in batches.
struct Play<'d> {
    database: &'d Database,
    book: BookId,
    pair: Pair,
    waiting: Vec<Posting>,
    expected: Vec<Result<(), &'static str>>,
}

impl<'d> Play<'d> {
    fn new(database: &'d Database) -> Self {
        let book = BookId(Uuid::new_v4());
        let open = |mut tx: base::db::Tx<'_>| {
            book_open(tx.conn(), book)?;
            tx.done(())
        };
        database.db.transaction_now(&Context::job(), open).unwrap();
        let mut play = Self { database, book, pair: Pair::new(), waiting: vec![], expected: vec![] };
        play.tick();
        play
    }

    fn tick(&mut self) {
        self.pair.model.now = self.database.now();
        self.pair.real.set(self.pair.model.now, self.pair.model.policy);
    }

    /// Sends what waits as one batch and compares the answers.
    fn send(&mut self) {
        let (postings, book) = (std::mem::take(&mut self.waiting), self.book);
        let work = |tx: base::db::Tx<'_>| post(tx, book, &postings, |outcomes: &[Outcome]| Ok::<_, DbError>(outcomes.to_vec()));
        let outcomes = self.database.db.transaction_now(&Context::job(), work).unwrap();
        let codes: Vec<_> = outcomes.iter().map(|o| o.as_ref().map(|_| ()).map_err(|e| e.code())).collect();
        assert_eq!(codes, std::mem::take(&mut self.expected));
    }

    fn step(&mut self, op: &Op, batch: usize) {
        let (before, policy) = (self.pair.model.now, self.pair.model.policy);
        if matches!(op, Op::Tick { .. } | Op::Policy(_)) {
            self.send();
        }
        if let Some((posting, code)) = self.pair.step_with(op) {
            self.waiting.push(posting);
            self.expected.push(code);
        }
        let seconds = (self.pair.model.now - before).num_seconds();
        if seconds > 0 {
            self.database.db.read_now(|c| base::db::installation::move_clock(c, seconds)).unwrap();
            self.tick();
        }
        if self.pair.model.policy != policy {
            self.set_policy();
        }
        if self.waiting.len() >= batch {
            self.send();
        }
    }

    fn set_policy(&self) {
        let (book, policy) = (self.book, self.pair.model.policy);
        assert!(self.database.db.read_now(|c| claw_back_set(c, book, policy)).unwrap());
    }

    fn buckets(&self) -> BTreeMap<(usize, Option<NaiveDate>), i64> {
        let select = "SELECT owner_id, o.kind, expires_on, amount FROM ledger_balances JOIN ledger_owners o USING (account_id)
            WHERE o.book_id = $1 AND amount <> 0";
        let load = |c: &mut PgConnection| sql_query(select).bind::<SqlUuid, _>(self.book.0).load(c).map_err(DbError::from);
        let rows: Vec<BucketRow> = self.database.db.read_now(load).unwrap();
        let index = |row: &BucketRow| {
            (0..ACCOUNTS).find(|n| match party(*n) {
                Party::Of(kind, owner) => kind.name() == row.kind && owner.id == row.owner_id,
                Party::Book(kind) => kind.name() == row.kind,
                Party::Account(_) => false,
            })
        };
        rows.iter().map(|row| ((index(row).unwrap(), row.expires_on.date()), row.amount)).collect()
    }
}

#[derive(QueryableByName)]
struct BucketRow {
    #[diesel(sql_type = SqlUuid)]
    owner_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Date)]
    expires_on: ExpiresOn,
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

fn found(connection: &mut PgConnection, book: Option<BookId>) -> Vec<AuditLine> {
    run(connection, book, &[]).unwrap().differences().cloned().collect()
}

fn histories_answer_as_in_memory_and_the_audit_is_silent(role: Role) {
    let database = Database::create(role);
    let books = std::cell::RefCell::new(Vec::new());
    let strategy = (history(), proptest::collection::vec(1..4_usize, 60));
    let outcome = TestRunner::new(super::config(30)).run(&strategy, |(history, batches)| {
        let mut play = Play::new(&database);
        for (op, batch) in history.iter().zip(batches) {
            play.step(op, batch);
        }
        (0..5).for_each(|account| play.step(&Op::Expire { account }, 1));
        play.send();
        prop_assert_eq!(play.buckets(), play.pair.real.buckets());
        books.borrow_mut().push(play.book);
        Ok(())
    });
    outcome.unwrap();
    // Later histories moved the clock on: sweeping is the business of a job, so that one check is left to the next test.
    let mut connection = database.connect();
    let differs = |book: Option<BookId>, connection: &mut PgConnection| {
        found(connection, book).into_iter().find(|line| line.what != "the sweep leaves nothing")
    };
    assert_eq!(differs(None, &mut connection), None);
    assert_eq!(differs(books.borrow().last().copied(), &mut connection), None);
}

#[test]
fn histories_on_postgresql_as_the_owner() {
    histories_answer_as_in_memory_and_the_audit_is_silent(Role::Owner);
}

#[test]
fn histories_on_postgresql_as_the_serving_role() {
    histories_answer_as_in_memory_and_the_audit_is_silent(Role::Serving);
}

/// Every kind of transaction, debt and its repayment, holds of an organization, and a sweep.
fn every_kind() -> Vec<Op> {
    let award = |to, amount, months| Op::Award { budget: 0, to, amount, months };
    vec![
        Op::Fund { recycled: false, budget: 0, amount: 5000 },
        Op::Unfund { budget: 0, amount: 100 },
        award(0, 300, 1),
        award(0, 300, 3),
        award(1, 200, 2),
        award(3, 400, 3),
        award(4, 50, 3),
        Op::Hold { from: 0, amount: 400, hours: 100 },
        Op::Capture { nth: 0, merchant: true },
        Op::Hold { from: 0, amount: 50, hours: 100 },
        Op::Release { nth: 1, expiry: false },
        Op::Hold { from: 3, amount: 30, hours: 100 },
        Op::Capture { nth: 2, merchant: false },
        Op::Hold { from: 0, amount: 20, hours: 100 },
        Op::Capture { nth: 3, merchant: true },
        Op::Reverse { nth: 14 },
        Op::Transfer { from: 0, to: 1, amount: 20 },
        Op::Transfer { from: 3, to: 4, amount: 20 },
        Op::Settle { amount: 150 },
        Op::Policy(ClawBack::AllowDebt),
        Op::Transfer { from: 1, to: 5, amount: 150 },
        Op::Reverse { nth: 4 },
        award(1, 300, 3),
        Op::Hold { from: 4, amount: 10, hours: 5000 },
        Op::Tick { hours: 2700 },
        Op::Expire { account: 0 },
        Op::Expire { account: 1 },
        Op::Expire { account: 3 },
        Op::Expire { account: 4 },
        Op::Tick { hours: 60 },
        Op::Fund { recycled: true, budget: 1, amount: 50 },
    ]
}

/// Lets violations in: what the schema itself would refuse is dropped.
const UNGUARD: &str = "DO $$ DECLARE c record; BEGIN
    FOR c IN SELECT conrelid::regclass AS tab, conname FROM pg_constraint
        WHERE conrelid::regclass::text LIKE 'ledger\\_%' AND (contype IN ('f', 'c', 'u')
        OR contype = 'p' AND conrelid = 'ledger_entries'::regclass) ORDER BY contype = 'f' DESC LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.tab, c.conname);
    END LOOP;
    FOR c IN SELECT relname FROM pg_class WHERE relname LIKE 'ledger\\_%' AND relkind = 'r' LOOP
        EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', c.relname);
    END LOOP;
    DROP INDEX ledger_transactions_end_a_hold_once, ledger_transactions_reverse_once;
END $$";

#[test]
fn the_audit_finds_every_injected_violation() {
    let database = Database::create(Role::Serving);
    let mut play = Play::new(&database);
    every_kind().iter().for_each(|op| {
        play.step(op, 1);
        assert_eq!(play.pair.real.postings.len(), play.pair.model.log.len(), "{op:?}");
    });
    assert_eq!(play.pair.model.log.len(), 28, "every step posted");
    let mut connection = database.connect();
    for book in [None, Some(play.book)] {
        let report = run(&mut connection, book, &[]).unwrap();
        assert_eq!((report.books, report.transactions, report.differences().next()), (1, 28, None));
    }
    let superuser = SERVER.superuser_url(&database.name.0);
    let mut connection = superuser.as_ref().map_or(connection, |url| PgConnection::establish(url).unwrap());
    // One violation can't be made without a superuser, whom a server of one's own may not lend.
    let mut fired = BTreeSet::from_iter(superuser.is_none().then_some("the serving role is nobody else's"));
    let paragraphs = include_str!("../audit_injections.sql").split("\n\n").skip(1);
    for paragraph in paragraphs.filter(|text| superuser.is_some() || !text.contains("GRANT palm_owner")) {
        let (name, sql) = paragraph.split_once('\n').unwrap();
        let name = name.trim_start_matches("-- ");
        connection.test_transaction::<_, diesel::result::Error, _>(|connection| {
            connection.batch_execute(UNGUARD)?;
            connection.batch_execute(sql)?;
            let lines = found(connection, None);
            assert!(lines.iter().any(|line| line.name == name), "{name} is not found: {sql}");
            fired.extend(lines.iter().map(|line| line.what));
            assert!(!found(connection, Some(play.book)).is_empty(), "{name} is not found in its book: {sql}");
            Ok(())
        });
    }
    for edit in ["posted_at = posted_at + interval '1 s'", "rule_version = 'other'", "subject_id = gen_random_uuid()"] {
        connection.test_transaction::<_, diesel::result::Error, _>(|connection| {
            connection.batch_execute(UNGUARD)?;
            connection.batch_execute(&format!("UPDATE ledger_transactions SET {edit} WHERE sequence = 9"))?;
            let row = found(connection, None).pop().and_then(|line| line.found).unwrap();
            assert!(row.contains("\"sequence\":9"), "{edit}: {row}");
            fired.insert("leaf, hash and private part of every transaction follow from its rows");
            Ok(())
        });
    }
    let all = run(&mut connection, None, &[]).unwrap();
    let never: Vec<_> = all.lines.iter().map(|line| line.what).filter(|what| !fired.contains(what)).collect();
    assert_eq!(never, Vec::<&str>::new(), "checks that no injection made fire");
}
