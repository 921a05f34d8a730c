//! Trip three of a posting: write everything in one multi-row statement that also moves the head, the transaction's last statement.
//! Trips one and two are in `load`.

use std::collections::BTreeMap;

use base::db::{DbError, DbResult};
use chrono::{DateTime, Utc};
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Array, BigInt, Binary, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{PgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::account::{AccountId, BookId};
use crate::dates::ExpiresOn;
use crate::engine::NewTransaction;
use crate::leaf::{Record, Salt};
use crate::state::BookState;

base::statement! {
    /// Writes any number of transactions and moves the head, in one trip; answers how many open holds it ended and how many heads it
    /// moved.
    WriteAll<'a> {
        book: Uuid, from: i64, to: i64,
        id: Vec<Uuid>, sequence: Vec<i64>, kind: Vec<&'static str>, fact: Vec<&'a str>, content: Vec<&'a [u8]>,
        subject_kind: Vec<&'a str>, subject_id: Vec<Uuid>, reason: Vec<&'a str>, rule: Vec<Option<&'a str>>,
        amount: Vec<i64>, unrecovered: Vec<i64>, hold_id: Vec<Option<Uuid>>, reverses: Vec<Option<Uuid>>,
        occurred_at: Vec<DateTime<Utc>>, posted_at: DateTime<Utc>,
        leaf: Vec<Vec<u8>>, hash: Vec<Vec<u8>>, private: Vec<Vec<u8>>, salt: Vec<Vec<u8>>, actor: Vec<Option<Uuid>>,
        approvers: Vec<String>,
        opened: Vec<Uuid>, opened_kind: Vec<&'static str>, owner_kind: Vec<&'static str>, owner_id: Vec<Uuid>,
        entry_sequence: Vec<i64>, entry_tx: Vec<Uuid>, entry_account: Vec<Uuid>, entry_date: Vec<ExpiresOn>, entry_amount: Vec<i64>,
        bucket_account: Vec<Uuid>, bucket_date: Vec<ExpiresOn>, bucket_amount: Vec<i64>, bucket_kind: Vec<&'static str>,
        held: Vec<Uuid>, held_account: Vec<Uuid>, held_amount: Vec<i64>, held_until: Vec<DateTime<Utc>>, held_end: Vec<Option<Uuid>>,
        ended: Vec<Uuid>, ended_by: Vec<Uuid>,
    } -> (BigInt, BigInt) {
        "WITH head AS (
            UPDATE ledger_heads SET next_sequence = " (to: BigInt) ", last_posted_at = " (posted_at: Timestamptz)
            " WHERE book_id = " (book: SqlUuid) " AND next_sequence = " (from: BigInt) " RETURNING book_id
        ), posted AS (
            INSERT INTO ledger_transactions (book_id, posted_at, id, sequence, kind, fact, content, subject_kind, subject_id,
                reason_code, rule_version, amount, unrecovered, hold_id, reverses, occurred_at)
            SELECT " (book: SqlUuid) ", " (posted_at: Timestamptz) ", w.*
            FROM unnest(" (id: Array<SqlUuid>) "::uuid[], " (sequence: Array<BigInt>) "::bigint[], " (kind: Array<Text>)
                "::text[], " (fact: Array<Text>) "::text[], " (content: Array<Binary>) "::bytea[], " (subject_kind: Array<Text>)
                "::text[], " (subject_id: Array<SqlUuid>) "::uuid[], " (reason: Array<Text>) "::text[], "
                (rule: Array<Nullable<Text>>) "::text[], " (amount: Array<BigInt>) "::bigint[], "
                (unrecovered: Array<BigInt>) "::bigint[], " (hold_id: Array<Nullable<SqlUuid>>) "::uuid[], "
                (reverses: Array<Nullable<SqlUuid>>) "::uuid[], " (occurred_at: Array<Timestamptz>) "::timestamptz[]) w
        ), leaf AS (
            INSERT INTO ledger_leaves (book_id, sequence, leaf, hash)
            SELECT " (book: SqlUuid) ", w.* FROM unnest(" (sequence: Array<BigInt>) "::bigint[], " (leaf: Array<Binary>)
                "::bytea[], " (hash: Array<Binary>) "::bytea[]) w
        ), private AS (
            INSERT INTO ledger_privates (transaction_id, salt, private_part, actor_id, approver_ids)
            SELECT w.id, w.salt, w.part, w.actor, w.approvers::uuid[] FROM unnest(" (id: Array<SqlUuid>) "::uuid[], "
                (salt: Array<Binary>) "::bytea[], " (private: Array<Binary>) "::bytea[], " (actor: Array<Nullable<SqlUuid>>)
                "::uuid[], " (approvers: Array<Text>) "::text[]) w (id, salt, part, actor, approvers)
        ), opened AS (
            INSERT INTO ledger_accounts (book_id, opened_at, id, kind)
            SELECT " (book: SqlUuid) ", " (posted_at: Timestamptz) ", w.*
            FROM unnest(" (opened: Array<SqlUuid>) "::uuid[], " (opened_kind: Array<Text>) "::text[]) w
        ), owned AS (
            INSERT INTO ledger_owners (book_id, account_id, kind, owner_kind, owner_id)
            SELECT " (book: SqlUuid) ", w.* FROM unnest(" (opened: Array<SqlUuid>) "::uuid[], " (opened_kind: Array<Text>)
                "::text[], " (owner_kind: Array<Text>) "::text[], " (owner_id: Array<SqlUuid>) "::uuid[]) w
        ), entry AS (
            INSERT INTO ledger_entries (book_id, sequence, transaction_id, account_id, expires_on, amount)
            SELECT " (book: SqlUuid) ", w.* FROM unnest(" (entry_sequence: Array<BigInt>) "::bigint[], "
                (entry_tx: Array<SqlUuid>) "::uuid[], " (entry_account: Array<SqlUuid>) "::uuid[], " (entry_date: Array<Date>)
                "::date[], " (entry_amount: Array<BigInt>) "::bigint[]) w
        ), bucket AS (
            INSERT INTO ledger_balances (book_id, account_id, expires_on, amount, kind)
            SELECT " (book: SqlUuid) ", w.* FROM unnest(" (bucket_account: Array<SqlUuid>) "::uuid[], "
                (bucket_date: Array<Date>) "::date[], " (bucket_amount: Array<BigInt>) "::bigint[], "
                (bucket_kind: Array<Text>) "::text[]) w
            ON CONFLICT (account_id, expires_on) DO UPDATE SET amount = excluded.amount
        ), held AS (
            INSERT INTO ledger_holds (book_id, id, account_id, amount, expires_at, ended_by)
            SELECT " (book: SqlUuid) ", w.* FROM unnest(" (held: Array<SqlUuid>) "::uuid[], " (held_account: Array<SqlUuid>)
                "::uuid[], " (held_amount: Array<BigInt>) "::bigint[], " (held_until: Array<Timestamptz>) "::timestamptz[], "
                (held_end: Array<Nullable<SqlUuid>>) "::uuid[]) w
        ), ended AS (
            UPDATE ledger_holds h SET ended_by = w.ended_by
            FROM unnest(" (ended: Array<SqlUuid>) "::uuid[], " (ended_by: Array<SqlUuid>) "::uuid[]) w (id, ended_by)
            WHERE h.id = w.id AND h.ended_by IS NULL RETURNING h.id
        )
        SELECT (SELECT count(*) FROM ended), (SELECT count(*) FROM head)"
    }
}

/// What contradicts the head lock: a defect, never the caller's fault.
fn broken(what: &str) -> DbError {
    Error::QueryBuilderError(format!("ledger: {what}").into()).into()
}

/// Writes applied transactions of one book, in order, and moves its head past them: the last statement of every posting. `state` is as
/// after them; `salts` has one for each. Nothing may follow under the lock but COMMIT.
pub(crate) fn write(connection: &mut PgConnection, state: &BookState, new: &[NewTransaction], salts: &[Salt]) -> DbResult<()> {
    let book = state.head.book;
    let sealed: Vec<_> = new.iter().zip(salts).map(|(t, salt)| Record::of(book, t).seal(*salt)).collect();
    let ends_here: BTreeMap<_, _> = new.iter().filter_map(|t| t.ends.map(|hold| (hold, t.receipt.id))).collect();
    let mut buckets: BTreeMap<(AccountId, ExpiresOn), _> = BTreeMap::new();
    for entry in new.iter().flat_map(|t| &t.entries) {
        let account = state.account(entry.account).ok_or_else(|| broken("an entry without its account"))?;
        buckets.insert((entry.account, entry.expires_on), (account.bucket(entry.expires_on), account.kind));
    }
    // A hold that is made and ended in one batch is inserted as ended: one statement can't insert and update a row.
    let made: Vec<_> = new.iter().filter_map(|t| t.hold.as_ref().map(|hold| (t, hold))).collect();
    let ended: Vec<_> = ends_here.iter().filter(|(hold, _)| !made.iter().any(|(t, _)| t.receipt.id == **hold)).collect();
    let entries = || new.iter().flat_map(|t| t.entries.iter().map(move |e| (t, e)));
    let opened = || new.iter().flat_map(|t| &t.opened);
    let count = i64::try_from(new.len()).map_err(|_wide| broken("too many transactions"))?;
    let from = state.head.next_sequence.checked_sub(count).ok_or_else(|| broken("a sequence below one"))?;
    let (closed, moved): (i64, i64) = WriteAll {
        book: &book.0,
        from: &from,
        to: &state.head.next_sequence,
        id: &new.iter().map(|t| t.receipt.id.0).collect(),
        sequence: &new.iter().map(|t| t.receipt.sequence).collect(),
        kind: &new.iter().map(|t| t.kind.name()).collect(),
        fact: &new.iter().map(|t| t.about.fact.as_str()).collect(),
        content: &new.iter().map(|t| &t.receipt.content[..]).collect(),
        subject_kind: &new.iter().map(|t| t.about.subject.kind.as_str()).collect(),
        subject_id: &new.iter().map(|t| t.about.subject.id).collect(),
        reason: &new.iter().map(|t| t.about.reason.as_str()).collect(),
        rule: &new.iter().map(|t| t.about.rule.as_ref().map(|rule| rule.as_str())).collect(),
        amount: &new.iter().map(|t| t.receipt.amount.hundredths()).collect(),
        unrecovered: &new.iter().map(|t| t.receipt.unrecovered.hundredths()).collect(),
        hold_id: &new.iter().map(|t| t.ends.map(|id| id.0)).collect(),
        reverses: &new.iter().map(|t| t.reverses.map(|id| id.0)).collect(),
        occurred_at: &new.iter().map(|t| t.about.occurred_at).collect(),
        posted_at: &state.head.posted_at,
        leaf: &sealed.iter().map(|s| s.leaf.clone()).collect(),
        hash: &sealed.iter().map(|s| s.hash.to_vec()).collect(),
        private: &sealed.iter().map(|s| s.private_part.clone()).collect(),
        salt: &sealed.iter().map(|s| s.salt.to_vec()).collect(),
        actor: &new.iter().map(|t| t.about.actor.person().map(|person| person.0)).collect(),
        approvers: &new.iter().map(approvers).collect(),
        opened: &opened().map(|(id, _, _)| id.0).collect(),
        opened_kind: &opened().map(|(_, kind, _)| kind.name()).collect(),
        owner_kind: &opened().map(|(_, _, owner)| owner.kind.name()).collect(),
        owner_id: &opened().map(|(_, _, owner)| owner.id).collect(),
        entry_sequence: &entries().map(|(t, _)| t.receipt.sequence).collect(),
        entry_tx: &entries().map(|(t, _)| t.receipt.id.0).collect(),
        entry_account: &entries().map(|(_, e)| e.account.0).collect(),
        entry_date: &entries().map(|(_, e)| e.expires_on).collect(),
        entry_amount: &entries().map(|(_, e)| e.amount.hundredths()).collect(),
        bucket_account: &buckets.keys().map(|(id, _)| id.0).collect(),
        bucket_date: &buckets.keys().map(|(_, date)| *date).collect(),
        bucket_amount: &buckets.values().map(|(amount, _)| amount.hundredths()).collect(),
        bucket_kind: &buckets.values().map(|(_, kind)| kind.name()).collect(),
        held: &made.iter().map(|(t, _)| t.receipt.id.0).collect(),
        held_account: &made.iter().map(|(_, hold)| hold.account.0).collect(),
        held_amount: &made.iter().map(|(t, _)| t.receipt.amount.hundredths()).collect(),
        held_until: &made.iter().map(|(_, hold)| hold.expires_at).collect(),
        held_end: &made.iter().map(|(t, _)| ends_here.get(&t.receipt.id).map(|id| id.0)).collect(),
        ended: &ended.iter().map(|(hold, _)| hold.0).collect(),
        ended_by: &ended.iter().map(|(_, by)| by.0).collect(),
    }
    .get_result(connection)
    .map_err(opened_meanwhile)?;
    if moved != 1 {
        return Err(broken("the head moved under its lock"));
    }
    if usize::try_from(closed).ok() == Some(ended.len()) { Ok(()) } else { Err(broken("a hold was not open")) }
}

/// `account_open` doesn't take the head lock, so it may open an account between the load and here: then the whole
/// transaction runs again, as after a serialization failure, and finds it.
fn opened_meanwhile(error: Error) -> DbError {
    match error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
            if info.constraint_name() == Some("ledger_owners_book_id_kind_owner_id_key") =>
        {
            Error::DatabaseError(DatabaseErrorKind::SerializationFailure, info).into()
        }
        other => other.into(),
    }
}

/// PostgreSQL's text of a uuid array (arrays of arrays can't be bound).
fn approvers(transaction: &NewTransaction) -> String {
    let ids: Vec<String> = transaction.about.approvers.iter().map(ToString::to_string).collect();
    format!("{{{}}}", ids.join(","))
}

/// Opens a book with an empty journal; a book that is open already stays as it is.
pub fn book_open(connection: &mut PgConnection, book: BookId) -> DbResult<()> {
    diesel::sql_query("INSERT INTO ledger_heads (book_id) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind::<SqlUuid, _>(book.0)
        .execute(connection)?;
    Ok(())
}
