//! What must hold of every book at every moment, each as a query over the stored rows that **must return no row**.
//! `run` tries them all and names the first row that differs; tests inject a violation for each (`audit_injections.sql`).
//!
//! Queries may read `m`, the movements: one row per entry with its transaction and account, and the bucket's amount
//! after it. Nouns above add checks over their own tables in the same form. What SQL can't derive again, the leaf and
//! private bytes, is compared by [`crate::leaf::Record::verify`].

use base::db::{DbError, DbResult};
use diesel::result::Error;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use uuid::Uuid;

use crate::account::BookId;
use crate::records::first_mismatch;

/// One query that must return no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditCheck {
    /// Name of the invariant; several queries may prove parts of one.
    pub name: &'static str,
    /// What holds as long as the query returns nothing, for whoever reads the report.
    pub what: &'static str,
    /// A `SELECT`; may read `m`.
    pub sql: &'static str,
}

impl AuditCheck {
    /// For the tables of checks.
    pub const fn new(name: &'static str, what: &'static str, sql: &'static str) -> Self {
        Self { name, what, sql }
    }

    /// The statement to run: at most one row with one text column `found`, the first violating row as JSON.
    pub fn statement(&self) -> String {
        self.within("")
    }

    /// The statement for one book: the ledger's tables are hidden behind their rows of that book.
    fn statement_of(&self, book: BookId) -> String {
        let rows = |table| format!("{table} AS (SELECT * FROM public.{table} WHERE book_id = '{book}'),\n");
        self.within(&TABLES.map(rows).concat())
    }

    fn within(&self, tables: &str) -> String {
        format!(
            "WITH {tables}m AS ({MOVEMENTS})\nSELECT to_jsonb(violation)::text AS found FROM ({}) violation ORDER BY 1 LIMIT 1",
            self.sql
        )
    }
}

/// The tables that tell their book.
const TABLES: [&str; 8] = [
    "ledger_heads",
    "ledger_accounts",
    "ledger_owners",
    "ledger_transactions",
    "ledger_entries",
    "ledger_balances",
    "ledger_holds",
    "ledger_leaves",
];

/// What one check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Name of the invariant.
    pub name: &'static str,
    /// What should hold.
    pub what: &'static str,
    /// The first row that differs, as JSON.
    pub found: Option<String>,
}

/// What an audit came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// A line for each check, in order.
    pub lines: Vec<AuditLine>,
    /// Books looked at.
    pub books: usize,
    /// Transactions looked at.
    pub transactions: i64,
}

impl AuditReport {
    /// The checks that differ.
    pub fn differences(&self) -> impl Iterator<Item = &AuditLine> {
        self.lines.iter().filter(|line| line.found.is_some())
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    found: String,
}

#[derive(QueryableByName)]
struct BookRow {
    #[diesel(sql_type = SqlUuid)]
    book_id: Uuid,
    #[diesel(sql_type = BigInt)]
    transactions: i64,
}

/// Tries every check of one book or of all, then derives every leaf again from its rows. `extra` are the checks of the nouns
/// above; they always look at all books. Each check is a statement of its own over the whole history, so the caller raises
/// `statement_timeout`; leaves are read in portions. A live database may go on meanwhile: each statement sees one moment.
pub fn run(connection: &mut PgConnection, book: Option<BookId>, extra: &[AuditCheck]) -> DbResult<AuditReport> {
    let mut lines = Vec::new();
    let ours = CHECKS.iter().map(|check| (check, book.map_or_else(|| check.statement(), |book| check.statement_of(book))));
    for (check, statement) in ours.chain(extra.iter().map(|check| (check, check.statement()))) {
        let row: Option<Found> = sql_query(statement).get_result(connection).optional()?;
        lines.push(AuditLine { name: check.name, what: check.what, found: row.map(|row| row.found) });
    }
    let books: Vec<BookRow> = sql_query(
        "SELECT h.book_id, count(t.id) AS transactions FROM ledger_heads h LEFT JOIN ledger_transactions t USING (book_id)
        GROUP BY h.book_id ORDER BY h.book_id",
    )
    .load(connection)?;
    let books: Vec<BookRow> = books.into_iter().filter(|row| book.is_none_or(|book| book.0 == row.book_id)).collect();
    let mut found = None;
    for row in &books {
        found = found.or(leaf_mismatch(connection, BookId(row.book_id))?);
    }
    lines.push(AuditLine { name: "leaf", what: "leaf, hash and private part of every transaction follow from its rows", found });
    Ok(AuditReport { lines, books: books.len(), transactions: books.iter().map(|row| row.transactions).sum() })
}

/// The first record of a book that its rows don't lead to, as JSON.
fn leaf_mismatch(connection: &mut PgConnection, book: BookId) -> DbResult<Option<String>> {
    let found = match first_mismatch(connection, book) {
        Ok(found) => found.map(|(sequence, why)| (Some(sequence), why.to_string())),
        // Rows that can't even be read were written by somebody else.
        Err(DbError::Query(Error::DeserializationError(why))) => Some((None, why.to_string())),
        Err(other) => return Err(other),
    };
    Ok(found.map(|(sequence, why)| serde_json::json!({ "book_id": book, "sequence": sequence, "why": why }).to_string()))
}

/// The movements `m`: `own` says whether the account's points belong to somebody, `after` is the bucket after the entry.
pub const MOVEMENTS: &str = "
SELECT t.book_id AS book, t.sequence AS seq, t.kind, t.hold_id AS hold, t.reverses AS rev, t.posted_at AS at,
    (t.posted_at AT TIME ZONE 'Asia/Shanghai')::date AS day, a.kind AS acct, a.kind IN ('wallet', 'organization', 'pool') AS own,
    e.transaction_id AS tx, e.account_id AS acc, e.expires_on AS exp, e.amount AS amt,
    sum(e.amount) OVER (PARTITION BY e.account_id, e.expires_on ORDER BY t.sequence) AS after
FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.transaction_id JOIN ledger_accounts a ON a.id = e.account_id";

const fn check(name: &'static str, what: &'static str, sql: &'static str) -> AuditCheck {
    AuditCheck::new(name, what, sql)
}

/// The ledger's invariants, in the order of `palm audit`.
pub const CHECKS: &[AuditCheck] = &[
    check(
        "conservation",
        "all buckets of a book sum to zero",
        "SELECT book_id, sum(amount) FROM ledger_balances GROUP BY book_id HAVING sum(amount) <> 0",
    ),
    check(
        "bucket",
        "every bucket is the sum of its entries",
        "SELECT * FROM ledger_balances FULL JOIN (SELECT acc, exp, sum(amt) AS entries FROM m GROUP BY 1, 2) e
            ON (acc, exp) = (account_id, expires_on) WHERE coalesce(amount, 0) <> coalesce(entries, 0)",
    ),
    check(
        "bucket",
        "entries, buckets and owners name the book, sequence and kind of their transaction and account",
        "SELECT e.account_id, e.sequence FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.transaction_id
            JOIN ledger_accounts a ON a.id = e.account_id
            WHERE (e.book_id, e.sequence) <> (t.book_id, t.sequence) OR e.book_id <> a.book_id
        UNION ALL SELECT a.id, NULL FROM ledger_balances b JOIN ledger_accounts a ON a.id = b.account_id
            WHERE (b.book_id, b.kind) <> (a.book_id, a.kind)
        UNION ALL SELECT a.id, NULL FROM ledger_owners o JOIN ledger_accounts a ON a.id = o.account_id
            WHERE (o.book_id, o.kind) <> (a.book_id, a.kind)",
    ),
    check(
        "balanced",
        "each transaction has at least two entries, none zero, that sum to zero; its amount is what came in",
        "SELECT t.id FROM ledger_transactions t LEFT JOIN m ON tx = t.id GROUP BY t.id, t.amount HAVING coalesce(sum(amt), 1) <> 0
            OR count(*) < 2 OR bool_or(amt = 0) OR coalesce(sum(amt) FILTER (WHERE amt > 0), 0) <> t.amount",
    ),
    check(
        "no_overdraft",
        "no bucket was ever below zero but issuance's, and debt that a reversal made",
        "SELECT * FROM m WHERE after < 0 AND acct <> 'issuance'
            AND NOT (own AND acct <> 'pool' AND exp = 'infinity' AND (kind = 'reverse' OR amt > 0))",
    ),
    check(
        "dates",
        "dated accounts have month ends, the others infinity; only debt is undated",
        "SELECT * FROM m WHERE CASE WHEN exp < 'infinity' THEN NOT (own OR acct = 'escrow') OR extract(day FROM exp + 1) <> 1
            ELSE acct IN ('pool', 'escrow') OR own AND after > 0 END",
    ),
    check(
        "dates",
        "passing points on gives no date more than it took from it",
        "SELECT tx, exp FROM m WHERE kind IN ('hold', 'release', 'transfer') AND exp < 'infinity' GROUP BY 1, 2 HAVING sum(amt) > 0",
    ),
    check(
        "order",
        "no debit from a later bucket while an earlier one, not past, kept points",
        "SELECT d.tx, o.exp FROM m d JOIN m o ON o.acc = d.acc AND o.seq <= d.seq AND o.exp >= d.day AND o.exp < d.exp
            WHERE d.amt < 0 AND d.kind IN ('hold', 'transfer') GROUP BY d.tx, d.exp, o.exp HAVING sum(o.amt) > 0",
    ),
    check(
        "no_late_spend",
        "past its date a bucket is debited by expiry only, and never by expiry before",
        "SELECT * FROM m WHERE amt < 0 AND own AND (exp < day) <> (kind = 'expire')",
    ),
    check(
        "no_late_spend",
        "the sweep leaves nothing",
        "SELECT acc, exp FROM m WHERE own GROUP BY 1, 2 HAVING sum(amt) > 0 AND max(at) < palm_now() - interval '25 h'
            AND exp < ((palm_now() - interval '1 h') AT TIME ZONE 'Asia/Shanghai')::date",
    ),
    check(
        "dense",
        "sequences run 1, 2, 3 without gap and the head agrees",
        "SELECT book_id FROM ledger_heads h LEFT JOIN ledger_transactions t USING (book_id)
            GROUP BY book_id, next_sequence, last_posted_at HAVING count(t.id) <> next_sequence - 1 OR min(t.sequence) <> 1 OR max(t.sequence) <> next_sequence - 1
            OR max(t.posted_at) <> last_posted_at",
    ),
    check(
        "dense",
        "posted_at never goes back",
        "SELECT id FROM (SELECT id, posted_at, lag(posted_at) OVER (PARTITION BY book_id ORDER BY sequence) AS before
            FROM ledger_transactions) t WHERE posted_at < before",
    ),
    check(
        "hold_once",
        "a hold ends once",
        "SELECT hold_id FROM ledger_transactions WHERE hold_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1",
    ),
    check(
        "hold_once",
        "the hold names what ended it, and a capture was in time",
        "SELECT t.id FROM ledger_transactions t LEFT JOIN ledger_holds h ON h.id = hold_id
            WHERE hold_id IS NOT NULL AND (ended_by IS DISTINCT FROM t.id OR t.kind = 'capture' AND posted_at >= expires_at)",
    ),
    check(
        "escrow",
        "per hold and date, escrow has points while it is open and none after",
        "SELECT h.id, exp FROM m LEFT JOIN ledger_holds h ON id = coalesce(hold, tx) WHERE acct = 'escrow' GROUP BY 1, 2, ended_by
            HAVING id IS NULL OR sum(amt) < 0 OR (sum(amt) = 0) <> (ended_by IS NOT NULL)",
    ),
    check(
        "escrow",
        "a hold's row has the amount and account of its transaction",
        "SELECT h.id FROM ledger_holds h LEFT JOIN m ON tx = h.id AND kind = 'hold' AND amt < 0 AND acc = h.account_id
            GROUP BY h.id, h.amount HAVING coalesce(-sum(amt), 0) <> h.amount",
    ),
    check(
        "reverse_once",
        "a transaction is reversed once",
        "SELECT reverses FROM ledger_transactions WHERE reverses IS NOT NULL GROUP BY 1 HAVING count(*) > 1",
    ),
    check(
        "reverse_once",
        "never a reversal, hold or release, and all of the original is accounted for",
        "SELECT r.id FROM ledger_transactions r JOIN ledger_transactions o ON o.id = r.reverses
            WHERE o.kind IN ('reverse', 'hold', 'release') OR r.amount + r.unrecovered <> o.amount",
    ),
    check(
        "reverse_once",
        "a reversal gives back old dates only",
        "SELECT r.tx FROM m r JOIN ledger_transactions t ON t.id = r.rev WHERE amt > 0 AND exp < 'infinity' AND NOT EXISTS
            (SELECT FROM m o WHERE o.tx IN (t.id, t.hold_id) AND (o.acc, o.exp) = (r.acc, r.exp) AND o.amt < 0)",
    ),
    check(
        "funded",
        "no budget ever awarded more than it was funded with",
        "SELECT acc FROM m LEFT JOIN ledger_transactions o ON o.id = rev WHERE acct = 'budget' GROUP BY acc
            HAVING coalesce(-sum(amt) FILTER (WHERE coalesce(o.kind, m.kind) = 'award'), 0)
            > coalesce(sum(amt) FILTER (WHERE coalesce(o.kind, m.kind) IN ('fund', 'unfund')), 0)",
    ),
    check(
        "fact",
        "a fact is posted once",
        "SELECT book_id, fact FROM ledger_transactions GROUP BY 1, 2 HAVING count(*) > 1",
    ),
    check(
        "no_cash",
        "each kind of transaction debits and credits its own kinds of account",
        "SELECT * FROM m WHERE kind <> 'reverse' AND kind || sign(amt) || acct !~ replace('^(fund-1(issuance|breakage)|fund1budget'
            '|(unfund|award)-1budget|(award|release|transfer)1P|(hold|transfer|expire)-1P|(hold1|capture-1|release-1)escrow'
            '|capture1merchant|settle-1merchant|(unfund|capture|settle|transfer)1issuance|expire1breakage)$',
            'P', '(wallet|organization|pool)')",
    ),
    check(
        "no_cash",
        "a hold of an organization or pool never reaches a merchant",
        "SELECT c.tx FROM m h JOIN m c ON c.hold = h.tx WHERE h.own AND h.acct <> 'wallet' AND c.acct = 'merchant'",
    ),
    check(
        "no_cash",
        "points of an organization or pool never reach a wallet",
        "SELECT c.tx FROM m d JOIN m c ON c.tx = d.tx WHERE d.kind = 'transfer' AND d.own AND d.acct <> 'wallet' AND d.amt < 0
            AND c.acct = 'wallet' AND c.amt > 0",
    ),
    check(
        "leaf",
        "every transaction has its leaf and hash, and no leaf is without its transaction",
        "SELECT * FROM ledger_transactions t FULL JOIN ledger_leaves USING (book_id, sequence)
            WHERE t.id IS NULL OR hash IS NULL OR hash <> sha256('\\x00'::bytea || leaf)",
    ),
    check(
        "leaf",
        "no leaf holds an id",
        "SELECT tx FROM m JOIN ledger_leaves ON (book_id, sequence) = (book, seq), unnest(ARRAY[tx, acc]) i
            WHERE position(uuid_send(i) IN leaf) > 0 OR position(i::text::bytea IN leaf) > 0",
    ),
    check(
        "append_only",
        "the serving role can't change the journal, and nobody did (an alarm: counters may be reset)",
        "SELECT relname FROM pg_stat_user_tables WHERE relname IN ('ledger_transactions', 'ledger_entries', 'ledger_leaves')
            AND (has_table_privilege('palm_app', relid, 'UPDATE,DELETE,TRUNCATE')
            OR has_any_column_privilege('palm_app', relid, 'UPDATE') OR n_tup_upd + n_tup_del > 0)",
    ),
    check(
        "append_only",
        "the serving role is nobody else's",
        "SELECT rolname FROM pg_roles WHERE rolname = 'palm_app' AND (rolsuper OR EXISTS
            (SELECT FROM pg_roles o WHERE o.rolname = 'palm_owner' AND pg_has_role('palm_app', o.oid, 'MEMBER')))",
    ),
];
