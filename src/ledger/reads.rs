//! Reads for the nouns above: balances by owner, statement lines, totals of a book, what is past its date. Nothing here
//! locks; every function is one statement, so its figures belong to one moment.

use std::collections::BTreeMap;

use base::db::DbResult;
use base::ids::PersonId;
use base::money::Points;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types};
use uuid::Uuid;

use crate::account::{AccountId, AccountKind, BookId, Owner, OwnerKind, TransactionId};
use crate::dates::{BookDate, ExpiresOn};
use crate::posting::TransactionKind;

/// What an owner's account holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Today in Asia/Shanghai.
    pub today: NaiveDate,
    /// Amount by last day of spending, earliest first; debt stands under [`ExpiresOn::NEVER`].
    pub buckets: BTreeMap<ExpiresOn, Points>,
    /// In open holds.
    pub held: Points,
    /// Sum of the caller's own arm of the query.
    pub more: Points,
}

impl Balance {
    /// What may be spent today, whether the sweep ran or not; below zero in debt.
    pub fn available(&self) -> Points {
        let fresh = self.buckets.iter().filter(|(expires, _)| expires.date().is_none_or(|last| last >= self.today));
        Points::from_hundredths(fresh.map(|(_, amount)| amount.hundredths()).sum())
    }
}

/// The balance of one account in one prepared statement. A custom fragment, because `sql_query` is prepared anew each time.
struct BalanceQuery {
    book: BookId,
    kind: AccountKind,
    owner: Uuid,
    more: &'static str,
}

impl Query for BalanceQuery {
    type SqlType = (sql_types::Date, sql_types::BigInt, sql_types::Text);
}
impl QueryId for BalanceQuery {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl RunQueryDsl<PgConnection> for BalanceQuery {}

impl QueryFragment<Pg> for BalanceQuery {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "SELECT b.expires_on, b.amount, 'bucket' FROM ledger_owners o JOIN ledger_balances b ON b.account_id = o.account_id \
             WHERE b.amount <> 0 AND o.book_id = ",
        );
        out.push_bind_param::<sql_types::Uuid, _>(&self.book)?;
        out.push_sql(" AND o.kind = ");
        out.push_bind_param::<sql_types::Text, _>(&self.kind)?;
        out.push_sql(" AND o.owner_id = ");
        out.push_bind_param::<sql_types::Uuid, _>(&self.owner)?;
        out.push_sql(
            " UNION ALL SELECT 'infinity', h.amount, 'held' FROM ledger_owners o JOIN ledger_holds h ON h.account_id = o.account_id \
             WHERE h.ended_by IS NULL AND o.book_id = $1 AND o.kind = $2 AND o.owner_id = $3 \
             UNION ALL SELECT (palm_now() AT TIME ZONE 'Asia/Shanghai')::date, 0, 'today'",
        );
        if !self.more.is_empty() {
            out.push_sql(" UNION ALL SELECT 'infinity', more.amount, 'more' FROM (");
            out.push_sql(self.more);
            out.push_sql(") more (amount)");
        }
        Ok(())
    }
}

/// The balance of an owner's account: one round trip. `more` is empty, or a `SELECT` of bigint amounts over the caller's own
/// tables, in which `$1` is the book, `$2` the kind and `$3` the owner; its sum comes along.
pub fn balance_of(
    connection: &mut PgConnection,
    book: BookId,
    kind: AccountKind,
    owner: Uuid,
    more: &'static str,
) -> DbResult<Balance> {
    let rows: Vec<(ExpiresOn, Points, String)> = BalanceQuery { book, kind, owner, more }.load(connection)?;
    let mut balance = Balance { today: NaiveDate::default(), buckets: BTreeMap::new(), held: Points::ZERO, more: Points::ZERO };
    let add = |sum: Points, amount: Points| sum.checked_add(amount).unwrap_or(sum);
    for (date, amount, part) in rows {
        match part.as_str() {
            "bucket" => {
                balance.buckets.insert(date, amount);
            }
            "held" => balance.held = add(balance.held, amount),
            "more" => balance.more = add(balance.more, amount),
            _ => balance.today = date.date().unwrap_or_default(),
        }
    }
    Ok(balance)
}

#[derive(QueryableByName)]
struct OwnedAmount {
    #[diesel(sql_type = sql_types::Uuid)]
    owner_id: Uuid,
    #[diesel(sql_type = sql_types::BigInt)]
    amount: Points,
}

/// What is left in each of these budgets; a budget that was never funded is missing.
pub fn budgets_left(connection: &mut PgConnection, budgets: &[Uuid]) -> DbResult<BTreeMap<Uuid, Points>> {
    let rows: Vec<OwnedAmount> = sql_query(
        "SELECT o.owner_id, sum(b.amount)::bigint AS amount FROM ledger_owners o JOIN ledger_balances b USING (account_id) \
         WHERE o.kind = 'budget' AND o.owner_id = ANY($1) GROUP BY 1",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(budgets)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.owner_id, row.amount)).collect())
}

/// One line of a statement: what one transaction did to one account.
#[derive(Debug, Clone, QueryableByName)]
pub struct StatementLine {
    /// Place in the book.
    #[diesel(sql_type = sql_types::BigInt)]
    pub sequence: i64,
    /// The transaction.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: TransactionId,
    /// Its kind.
    #[diesel(sql_type = sql_types::Text)]
    pub kind: TransactionKind,
    /// Public reason code.
    #[diesel(sql_type = sql_types::Text)]
    pub reason_code: String,
    /// The rule and version that decided the amount.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub rule_version: Option<String>,
    /// Noun of the row it is about.
    #[diesel(sql_type = sql_types::Text)]
    pub subject_kind: String,
    /// Id of that row.
    #[diesel(sql_type = sql_types::Uuid)]
    pub subject_id: Uuid,
    /// When the event happened.
    #[diesel(sql_type = sql_types::Timestamptz)]
    pub occurred_at: DateTime<Utc>,
    /// When it was posted.
    #[diesel(sql_type = sql_types::Timestamptz)]
    pub posted_at: DateTime<Utc>,
    /// The transaction that it undoes.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    pub reverses: Option<TransactionId>,
    /// Signed sum of its entries in this account.
    #[diesel(sql_type = sql_types::BigInt)]
    pub amount: Points,
    /// Earliest date among the touched buckets.
    #[diesel(sql_type = sql_types::Date)]
    pub expires_on: ExpiresOn,
}

/// Lines of an owner's account, newest first, below a sequence.
pub fn statement_lines(
    connection: &mut PgConnection,
    book: BookId,
    kind: AccountKind,
    owner: Uuid,
    below: Option<i64>,
    limit: i64,
) -> DbResult<Vec<StatementLine>> {
    Ok(sql_query(
        "SELECT t.sequence, t.id, t.kind, t.reason_code, t.rule_version, t.subject_kind, t.subject_id, t.occurred_at, t.posted_at, \
         t.reverses, e.amount, e.expires_on FROM (SELECT e.sequence, sum(e.amount)::bigint AS amount, min(e.expires_on) AS expires_on \
         FROM ledger_owners o JOIN ledger_entries e ON e.account_id = o.account_id \
         WHERE o.book_id = $1 AND o.kind = $2 AND o.owner_id = $3 AND e.sequence < $4 \
         GROUP BY e.sequence ORDER BY e.sequence DESC LIMIT $5) e \
         JOIN ledger_transactions t ON t.book_id = $1 AND t.sequence = e.sequence ORDER BY t.sequence DESC",
    )
    .bind::<sql_types::Uuid, _>(book)
    .bind::<sql_types::Text, _>(kind)
    .bind::<sql_types::Uuid, _>(owner)
    .bind::<sql_types::BigInt, _>(below.unwrap_or(i64::MAX))
    .bind::<sql_types::BigInt, _>(limit)
    .load(connection)?)
}

/// Sum of all buckets of one kind and date.
#[derive(Debug, Clone, QueryableByName)]
pub struct Total {
    /// Kind of account.
    #[diesel(sql_type = sql_types::Text)]
    pub kind: AccountKind,
    /// Last day of spending.
    #[diesel(sql_type = sql_types::Date)]
    pub expires_on: ExpiresOn,
    /// The sum.
    #[diesel(sql_type = sql_types::BigInt)]
    pub amount: Points,
}

/// All points of a book by kind of account and date; they sum to zero.
pub fn totals(connection: &mut PgConnection, book: BookId) -> DbResult<Vec<Total>> {
    Ok(sql_query(
        "SELECT kind, expires_on, sum(amount)::bigint AS amount FROM ledger_balances WHERE book_id = $1 \
         GROUP BY kind, expires_on HAVING sum(amount) <> 0 ORDER BY kind, expires_on",
    )
    .bind::<sql_types::Uuid, _>(book)
    .load(connection)?)
}

/// A posted transaction without its entries.
#[derive(Debug, Clone, QueryableByName)]
pub struct Posted {
    /// The transaction.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: TransactionId,
    /// Its book.
    #[diesel(sql_type = sql_types::Uuid)]
    pub book_id: BookId,
    /// Place in the book.
    #[diesel(sql_type = sql_types::BigInt)]
    pub sequence: i64,
    /// Its kind.
    #[diesel(sql_type = sql_types::Text)]
    pub kind: TransactionKind,
    /// Points moved.
    #[diesel(sql_type = sql_types::BigInt)]
    pub amount: Points,
    /// Of a claw-back: what did not come back.
    #[diesel(sql_type = sql_types::BigInt)]
    pub unrecovered: Points,
    /// When.
    #[diesel(sql_type = sql_types::Timestamptz)]
    pub posted_at: DateTime<Utc>,
    /// What undid it.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    pub reversed_by: Option<TransactionId>,
}

/// One transaction.
pub fn transaction_find(connection: &mut PgConnection, id: TransactionId) -> DbResult<Option<Posted>> {
    Ok(transactions_by_ids(connection, &[id])?.remove(&id))
}

/// Transactions beside rows of others; an unknown one is missing.
pub fn transactions_by_ids(connection: &mut PgConnection, ids: &[TransactionId]) -> DbResult<BTreeMap<TransactionId, Posted>> {
    let rows: Vec<Posted> = sql_query(
        "SELECT t.id, t.book_id, t.sequence, t.kind, t.amount, t.unrecovered, t.posted_at, r.id AS reversed_by \
         FROM ledger_transactions t LEFT JOIN ledger_transactions r ON r.book_id = t.book_id AND r.reverses = t.id \
         WHERE t.id = ANY($1)",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

#[derive(QueryableByName)]
struct OwnerRow {
    #[diesel(sql_type = sql_types::Text)]
    owner_kind: OwnerKind,
    #[diesel(sql_type = sql_types::Uuid)]
    owner_id: Uuid,
}

/// Whose accounts a transaction touched (erased owners are missing): nobody decides on points of their own.
pub fn owners_touched(connection: &mut PgConnection, id: TransactionId) -> DbResult<Vec<Owner>> {
    let rows: Vec<OwnerRow> = sql_query(
        "SELECT DISTINCT o.owner_kind, o.owner_id FROM ledger_transactions t \
         JOIN ledger_entries e ON e.book_id = t.book_id AND e.sequence = t.sequence JOIN ledger_owners o USING (account_id) \
         WHERE t.id = $1",
    )
    .bind::<sql_types::Uuid, _>(id)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| Owner { kind: row.owner_kind, id: row.owner_id }).collect())
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

/// All books.
pub fn books(connection: &mut PgConnection) -> DbResult<Vec<BookId>> {
    let rows: Vec<IdRow> = sql_query("SELECT book_id AS id FROM ledger_heads ORDER BY book_id").load(connection)?;
    Ok(rows.into_iter().map(|row| BookId(row.id)).collect())
}

/// Where a book stands: its last transaction and that one's leaf hash.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Head {
    /// The book.
    #[diesel(sql_type = sql_types::Uuid)]
    pub book_id: Uuid,
    /// Sequence of the last transaction; 0 before the first.
    #[diesel(sql_type = sql_types::BigInt)]
    pub sequence: i64,
    /// SHA-256 of its leaf, in hexadecimal.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub leaf_hash: Option<String>,
}

/// The heads of all books, by id.
pub fn heads(connection: &mut PgConnection) -> DbResult<Vec<Head>> {
    Ok(sql_query(
        "SELECT h.book_id, h.next_sequence - 1 AS sequence, encode(l.hash, 'hex') AS leaf_hash FROM ledger_heads h
        LEFT JOIN ledger_leaves l ON l.book_id = h.book_id AND l.sequence = h.next_sequence - 1 ORDER BY h.book_id",
    )
    .load(connection)?)
}

/// Accounts of a book with points past their date, by id, after an id: what the sweep takes.
pub fn past_due(
    connection: &mut PgConnection,
    book: BookId,
    today: BookDate,
    after: Option<AccountId>,
    limit: i64,
) -> DbResult<Vec<AccountId>> {
    let rows: Vec<IdRow> = sql_query(
        "SELECT DISTINCT account_id AS id FROM ledger_balances WHERE book_id = $1 AND kind IN ('wallet', 'organization', 'pool') \
         AND expires_on < $2 AND amount > 0 AND account_id > $3 ORDER BY account_id LIMIT $4",
    )
    .bind::<sql_types::Uuid, _>(book)
    .bind::<sql_types::Date, _>(today.naive())
    .bind::<sql_types::Uuid, _>(after.map_or(Uuid::nil(), |account| account.0))
    .bind::<sql_types::BigInt, _>(limit)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| AccountId(row.id)).collect())
}

/// Points of a person that end soon.
#[derive(Debug, Clone, QueryableByName)]
pub struct DueSoon {
    /// Whose.
    #[diesel(sql_type = sql_types::Uuid)]
    pub person: PersonId,
    /// Last day of spending.
    #[diesel(sql_type = sql_types::Date)]
    pub expires_on: ExpiresOn,
    /// How many.
    #[diesel(sql_type = sql_types::BigInt)]
    pub amount: Points,
}

/// Wallets of a book whose points end between two dates, both included; by person, after a person.
pub fn due_soon(
    connection: &mut PgConnection,
    book: BookId,
    from: NaiveDate,
    until: NaiveDate,
    after: Option<PersonId>,
    limit: i64,
) -> DbResult<Vec<DueSoon>> {
    Ok(sql_query(
        "SELECT o.owner_id AS person, min(b.expires_on) AS expires_on, sum(b.amount)::bigint AS amount \
         FROM ledger_balances b JOIN ledger_owners o USING (account_id) \
         WHERE b.book_id = $1 AND b.kind = 'wallet' AND b.expires_on BETWEEN $2 AND $3 AND b.amount > 0 AND o.owner_id > $4 \
         GROUP BY o.owner_id ORDER BY o.owner_id LIMIT $5",
    )
    .bind::<sql_types::Uuid, _>(book)
    .bind::<sql_types::Date, _>(from)
    .bind::<sql_types::Date, _>(until)
    .bind::<sql_types::Uuid, _>(after.map_or(Uuid::nil(), |person| person.0))
    .bind::<sql_types::BigInt, _>(limit)
    .load(connection)?)
}

/// The books in which an owner has an account of a kind.
pub fn books_of(connection: &mut PgConnection, kind: AccountKind, owner: Uuid) -> DbResult<Vec<BookId>> {
    let rows: Vec<IdRow> =
        sql_query("SELECT book_id AS id FROM ledger_owners WHERE owner_id = $1 AND kind = $2 ORDER BY book_id")
            .bind::<sql_types::Uuid, _>(owner)
            .bind::<sql_types::Text, _>(kind)
            .load(connection)?;
    Ok(rows.into_iter().map(|row| BookId(row.id)).collect())
}
