//! Stored transactions read back whole, and their leaves derived again from the rows: the part of the audit that SQL
//! can't do. Also what a receipt or a why-chain shows.

use std::collections::BTreeMap;

use base::db::DbResult;
use base::ids::PersonId;
use base::money::Points;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query};
use uuid::Uuid;

use crate::account::{AccountId, AccountKind, BookId, TransactionId};
use crate::dates::ExpiresOn;
use crate::engine::Entry;
use crate::fact::{Actor, Fact, ReasonCode, RuleVersion, Subject, TextError};
use crate::leaf::{LeafMismatch, Record};
use crate::posting::TransactionKind;

/// How many transactions the verification reads at once.
const CHUNK: i64 = 2_000;

/// A stored transaction with its leaf and, unless erased, what opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// What the rows tell.
    pub record: Record,
    /// Canonical bytes of the leaf; empty when it is missing.
    pub leaf: Vec<u8>,
    /// Its hash.
    pub hash: Vec<u8>,
    /// Salt and private part; `None` once erased.
    pub private: Option<(Vec<u8>, Vec<u8>)>,
}

#[derive(QueryableByName)]
struct TransactionRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    sequence: i64,
    #[diesel(sql_type = Text)]
    kind: TransactionKind,
    #[diesel(sql_type = Text)]
    fact: String,
    #[diesel(sql_type = Text)]
    subject_kind: String,
    #[diesel(sql_type = SqlUuid)]
    subject_id: Uuid,
    #[diesel(sql_type = Text)]
    reason_code: String,
    #[diesel(sql_type = Nullable<Text>)]
    rule_version: Option<String>,
    #[diesel(sql_type = BigInt)]
    unrecovered: i64,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    hold_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    reverses: Option<Uuid>,
    #[diesel(sql_type = Timestamptz)]
    occurred_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    posted_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Binary>)]
    leaf: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    hash: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    salt: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    private_part: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    actor_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    approver_ids: Option<Vec<Uuid>>,
}

#[derive(QueryableByName)]
struct EntryRow {
    #[diesel(sql_type = BigInt)]
    sequence: i64,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: AccountKind,
    #[diesel(sql_type = Date)]
    expires_on: ExpiresOn,
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

impl TransactionRow {
    fn into_stored(self, book: BookId, entries: Vec<Entry>) -> Result<StoredRecord, TextError> {
        let approvers = self.approver_ids.unwrap_or_default().into_iter().map(PersonId).collect();
        let actor = self.actor_id.map_or(Actor::System, |id| Actor::Person(PersonId(id)));
        let private = self.salt.zip(self.private_part);
        let record = Record {
            book,
            id: TransactionId(self.id),
            sequence: self.sequence,
            kind: self.kind,
            fact: Fact::new(self.fact)?,
            subject: Subject { kind: ReasonCode::new(self.subject_kind)?, id: self.subject_id },
            reason: ReasonCode::new(self.reason_code)?,
            rule: self.rule_version.map(RuleVersion::new).transpose()?,
            persons: private.as_ref().map(|_| (actor, approvers)),
            occurred_at: self.occurred_at,
            posted_at: self.posted_at,
            hold: self.hold_id.map(TransactionId),
            reverses: self.reverses.map(TransactionId),
            unrecovered: Points::from_hundredths(self.unrecovered),
            entries,
        };
        Ok(StoredRecord { record, leaf: self.leaf.unwrap_or_default(), hash: self.hash.unwrap_or_default(), private })
    }
}

/// Up to `limit` stored transactions of a book after a sequence, in order.
pub fn records(connection: &mut PgConnection, book: BookId, after: i64, limit: i64) -> DbResult<Vec<StoredRecord>> {
    let rows: Vec<TransactionRow> = sql_query(
        "SELECT t.*, l.leaf, l.hash, p.salt, p.private_part, p.actor_id, p.approver_ids FROM ledger_transactions t
        LEFT JOIN ledger_leaves l USING (book_id, sequence) LEFT JOIN ledger_privates p ON p.transaction_id = t.id
        WHERE t.book_id = $1 AND t.sequence > $2 ORDER BY t.sequence LIMIT $3",
    )
    .bind::<SqlUuid, _>(book.0)
    .bind::<BigInt, _>(after)
    .bind::<BigInt, _>(limit)
    .load(connection)?;
    let last = rows.last().map_or(after, |row| row.sequence);
    let lines: Vec<EntryRow> = sql_query(
        "SELECT e.sequence, e.account_id, a.kind, e.expires_on, e.amount FROM ledger_entries e
        JOIN ledger_accounts a ON a.id = e.account_id WHERE e.book_id = $1 AND e.sequence > $2 AND e.sequence <= $3
        ORDER BY e.sequence, e.account_id, e.expires_on",
    )
    .bind::<SqlUuid, _>(book.0)
    .bind::<BigInt, _>(after)
    .bind::<BigInt, _>(last)
    .load(connection)?;
    let mut entries: BTreeMap<i64, Vec<Entry>> = BTreeMap::new();
    for line in lines {
        let amount = Points::from_hundredths(line.amount);
        let entry = Entry { account: AccountId(line.account_id), kind: line.kind, expires_on: line.expires_on, amount };
        entries.entry(line.sequence).or_default().push(entry);
    }
    let stored = rows.into_iter().map(|row| {
        let entries = entries.remove(&row.sequence).unwrap_or_default();
        row.into_stored(book, entries)
    });
    let stored: Result<Vec<_>, _> = stored.collect();
    stored.map_err(|text| diesel::result::Error::DeserializationError(text.into()).into())
}

/// The first transaction of a book whose leaf, hash, private part or commitment is not what its rows tell.
pub fn first_mismatch(connection: &mut PgConnection, book: BookId) -> DbResult<Option<(i64, LeafMismatch)>> {
    let mut after = 0;
    loop {
        let stored = records(connection, book, after, CHUNK)?;
        let Some(last) = stored.last() else {
            return Ok(None);
        };
        after = last.record.sequence;
        for one in &stored {
            let private = one.private.as_ref().map(|(salt, part)| (&salt[..], &part[..]));
            if let Err(mismatch) = one.record.verify(&one.leaf, &one.hash, private) {
                return Ok(Some((one.record.sequence, mismatch)));
            }
        }
    }
}
