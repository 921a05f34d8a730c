//! Trips one and two of a posting: lock the head, then load what the postings touch. Two statements on purpose: in one,
//! PostgreSQL returns balances from *before* the wait for the lock. The clock is read in the second one, for the same reason.

use std::collections::{BTreeMap, BTreeSet};

use base::db::DbResult;
use base::money::Points;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::account::{AccountId, AccountKind, BookId, Owner, OwnerKind, Party, TransactionId};
use crate::dates::ExpiresOn;
use crate::engine::Entry;
use crate::fact::Fact;
use crate::posting::{Posting, TransactionKind};
use crate::state::{Account, BookState, ClawBack, Head, Hold, Original, Receipt};

base::statement! {
    /// Locks a book's head; writers of one book take turns here. What follows in this transaction are the ledger's own large
    /// statements, whose one right plan is nested loops over primary keys: PostgreSQL is told so, since it takes an array of unknown
    /// length for longer than ours, plans it anew each time (which costs more than running it) and hashes whole tables.
    LockHead<'a> { book: Uuid, } -> (BigInt, Timestamptz, Text, Text) {
        "SELECT next_sequence, last_posted_at, claw_back, set_config('plan_cache_mode', 'force_generic_plan', true)
            || set_config('enable_seqscan', 'off', true) || set_config('enable_hashjoin', 'off', true)
            || set_config('enable_mergejoin', 'off', true) || set_config('jit', 'off', true)
        FROM ledger_heads WHERE book_id = " (book: SqlUuid) " FOR UPDATE"
    }
}

/// One row of `LoadTouched`; which columns are set depends on the part.
type Row = (
    i32,
    Option<Uuid>,
    Option<Uuid>,
    Option<Uuid>,
    Option<String>,
    Option<ExpiresOn>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<DateTime<Utc>>,
    Option<Vec<u8>>,
    Option<bool>,
);

const CLOCK: i32 = 0;
const ACCOUNT: i32 = 1;
const BUCKET: i32 = 2;
const HOLD: i32 = 3;
const HOLD_PART: i32 = 4;
const FACT: i32 = 5;
const ORIGINAL: i32 = 6;
const ORIGINAL_ENTRY: i32 = 7;

base::statement! {
    /// Everything the postings touch, in one answer: clock, accounts, buckets, holds, facts, originals.
    LoadTouched<'a> {
        book: Uuid, kinds: Vec<&'static str>, owners: Vec<Uuid>, accounts: Vec<Uuid>, facts: Vec<&'a str>, originals: Vec<Uuid>,
        holds: Vec<Uuid>,
    } -> (
        Integer, Nullable<SqlUuid>, Nullable<SqlUuid>, Nullable<SqlUuid>, Nullable<Text>, Nullable<Date>,
        Nullable<BigInt>, Nullable<BigInt>, Nullable<BigInt>, Nullable<Timestamptz>, Nullable<Binary>, Nullable<Bool>,
    ) {
        "WITH owned AS MATERIALIZED (
            SELECT o.account_id AS id, o.owner_id
            FROM unnest(" (kinds: Array<Text>) "::text[], " (owners: Array<SqlUuid>) "::uuid[]) w (kind, owner_id)
            JOIN ledger_owners o ON o.book_id = " (book: SqlUuid) " AND o.kind = w.kind AND o.owner_id = w.owner_id
        ), original AS MATERIALIZED (
            SELECT t.id, t.sequence, t.kind, t.hold_id, r.id AS reversed_by
            FROM unnest(" (originals: Array<SqlUuid>) "::uuid[]) w (id)
            JOIN ledger_transactions t ON t.id = w.id AND t.book_id = " (book: SqlUuid) "
            LEFT JOIN ledger_transactions r ON r.book_id = t.book_id AND r.reverses = t.id
        ), hold AS MATERIALIZED (
            SELECT h.id, h.account_id, h.ended_by, h.expires_at, t.sequence
            FROM (SELECT unnest(" (holds: Array<SqlUuid>) "::uuid[]) UNION SELECT hold_id FROM original) w (id)
            JOIN ledger_holds h ON h.id = w.id AND h.book_id = " (book: SqlUuid) "
            JOIN ledger_transactions t ON t.id = h.id
        ), original_entry AS MATERIALIZED (
            SELECT o.id, e.account_id, e.expires_on, e.amount
            FROM original o JOIN ledger_entries e ON e.book_id = " (book: SqlUuid) " AND e.sequence = o.sequence
        ), account AS MATERIALIZED (
            SELECT a.id, a.kind, a.closed_at IS NOT NULL AS closed
            FROM (SELECT id FROM owned UNION SELECT unnest(" (accounts: Array<SqlUuid>) "::uuid[])
                UNION SELECT account_id FROM hold UNION SELECT account_id FROM original_entry) w (id)
            JOIN ledger_accounts a ON a.id = w.id AND a.book_id = " (book: SqlUuid) "
        )
        SELECT 0, NULL::uuid, NULL::uuid, NULL::uuid, NULL, NULL::date, NULL::bigint, NULL::bigint, NULL::bigint,
            palm_now(), NULL::bytea, NULL::boolean
        UNION ALL SELECT 1, a.id, o.owner_id, NULL, a.kind, NULL, NULL, NULL, NULL, NULL, NULL, a.closed
            FROM account a LEFT JOIN owned o ON o.id = a.id
        UNION ALL SELECT 2, a.id, NULL, NULL, NULL, b.expires_on, b.amount, NULL, NULL, NULL, NULL, NULL
            FROM account a JOIN ledger_balances b ON b.account_id = a.id WHERE b.amount <> 0
        UNION ALL SELECT 3, id, account_id, ended_by, NULL, NULL, NULL, NULL, NULL, expires_at, NULL, NULL FROM hold
        UNION ALL SELECT 4, h.id, NULL, NULL, NULL, e.expires_on, e.amount, NULL, NULL, NULL, NULL, NULL
            FROM hold h JOIN ledger_entries e ON e.book_id = " (book: SqlUuid) " AND e.sequence = h.sequence
            AND e.account_id = h.account_id
        UNION ALL SELECT 5, t.id, NULL, NULL, t.fact, NULL, t.amount, t.unrecovered, t.sequence, t.posted_at, t.content, NULL
            FROM unnest(" (facts: Array<Text>) "::text[]) w (fact)
            JOIN ledger_transactions t ON t.book_id = " (book: SqlUuid) " AND t.fact = w.fact
        UNION ALL SELECT 6, id, hold_id, reversed_by, kind, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM original
        UNION ALL SELECT 7, e.id, e.account_id, NULL, a.kind, e.expires_on, e.amount, NULL, NULL, NULL, NULL, NULL
            FROM original_entry e JOIN account a ON a.id = e.account_id"
    }
}

/// What a batch of postings names, before anything is read.
#[derive(Debug, Default)]
struct Touched<'a> {
    owners: BTreeMap<(AccountKind, Uuid), Owner>,
    accounts: BTreeSet<AccountId>,
    facts: BTreeSet<&'a str>,
    originals: BTreeSet<TransactionId>,
    holds: BTreeSet<TransactionId>,
}

impl<'a> Touched<'a> {
    fn by(book: BookId, postings: &'a [Posting]) -> Self {
        let mut touched = Self::default();
        for posting in postings {
            for party in posting.parties() {
                match party {
                    Party::Account(id) => drop(touched.accounts.insert(id)),
                    Party::Of(kind, owner) => drop(touched.owners.insert((kind, owner.id), owner)),
                    Party::Book(kind) => {
                        touched.owners.insert((kind, book.0), Owner { kind: OwnerKind::Book, id: book.0 });
                    }
                }
            }
            touched.facts.insert(posting.about.fact.as_str());
            touched.originals.extend(posting.original());
            touched.holds.extend(posting.ended_hold());
        }
        touched
    }
}

/// Locks the book and loads what the postings touch; `None` when there is no such book.
pub(crate) fn lock_and_load(connection: &mut PgConnection, book: BookId, postings: &[Posting]) -> DbResult<Option<BookState>> {
    let head: Option<(i64, DateTime<Utc>, ClawBack, String)> = LockHead { book: &book.0 }.get_result(connection).optional()?;
    let Some((next_sequence, last_posted_at, claw_back, _plans)) = head else {
        return Ok(None);
    };
    let touched = Touched::by(book, postings);
    let rows: Vec<Row> = LoadTouched {
        book: &book.0,
        kinds: &touched.owners.keys().map(|(kind, _)| kind.name()).collect(),
        owners: &touched.owners.keys().map(|(_, owner)| *owner).collect(),
        accounts: &touched.accounts.iter().map(|id| id.0).collect(),
        facts: &touched.facts.iter().copied().collect(),
        originals: &touched.originals.iter().map(|id| id.0).collect(),
        holds: &touched.holds.iter().map(|id| id.0).collect(),
    }
    .load(connection)?;
    let mut state = BookState::new(Head { book, next_sequence, posted_at: last_posted_at, claw_back });
    fill(&mut state, rows)?;
    for (key, owner) in touched.owners {
        state.owners.entry(key).or_insert_with(|| {
            let account = AccountId::random();
            state.accounts.insert(account, Account { unopened: Some(owner), ..Account::new(key.0) });
            account
        });
    }
    Ok(Some(state))
}

/// Puts the rows where they belong. Parts are taken in order, so that buckets find their accounts.
fn fill(state: &mut BookState, mut rows: Vec<Row>) -> DbResult<()> {
    rows.sort_by_key(|row| row.0);
    for row in rows {
        if place(state, row).is_none() {
            let text = "a loaded row lacks a column of its part";
            return Err(diesel::result::Error::DeserializationError(text.into()).into());
        }
    }
    Ok(())
}

fn place(state: &mut BookState, row: Row) -> Option<()> {
    let (part, id, other, third, word, date, amount, number, sequence, at, bytes, flag) = row;
    let amount = amount.map(Points::from_hundredths);
    match part {
        CLOCK => state.head.posted_at = state.head.posted_at.max(at?),
        ACCOUNT => {
            let (id, kind) = (AccountId(id?), AccountKind::parse(&word?)?);
            state.accounts.insert(id, Account { closed: flag?, ..Account::new(kind) });
            state.owners.extend(other.map(|owner| ((kind, owner), id)));
        }
        BUCKET => drop(state.accounts.get_mut(&AccountId(id?))?.buckets.insert(date?, amount?)),
        HOLD => {
            let hold = Hold { account: AccountId(other?), parts: vec![], expires_at: at?, ended_by: third.map(TransactionId) };
            state.holds.insert(TransactionId(id?), hold);
        }
        HOLD_PART => {
            let part = (date?, Points::ZERO.checked_sub(amount?)?);
            let parts = &mut state.holds.get_mut(&TransactionId(id?))?.parts;
            parts.push(part);
            parts.sort_unstable();
        }
        FACT => {
            let content = bytes?.try_into().ok()?;
            let unrecovered = Points::from_hundredths(number?);
            let (id, sequence, posted_at, amount) = (TransactionId(id?), sequence?, at?, amount?);
            let receipt = Receipt { id, sequence, posted_at, amount, unrecovered, content };
            state.facts.insert(Fact::new(word?).ok()?, receipt);
        }
        ORIGINAL => {
            let kind = TransactionKind::parse(&word?)?;
            let (hold, reversed_by) = (other.map(TransactionId), third.map(TransactionId));
            state.originals.insert(TransactionId(id?), Original { kind, entries: vec![], hold, reversed_by });
        }
        ORIGINAL_ENTRY => {
            let entry =
                Entry { account: AccountId(other?), kind: AccountKind::parse(&word?)?, expires_on: date?, amount: amount? };
            let entries = &mut state.originals.get_mut(&TransactionId(id?))?.entries;
            entries.push(entry);
            entries.sort_unstable_by_key(|entry| (entry.account, entry.expires_on));
        }
        _ => return None,
    }
    Some(())
}
