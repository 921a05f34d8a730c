//! What a backup and the doctor ask PostgreSQL: its catalogue and settings, never a row of a person.

use std::collections::BTreeMap;

use anyhow::Context as _;
use base::db::DbResult;
use base::db::installation;
use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Bool, Integer, Text, Timestamptz};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};

use super::manifest::HeadLine;

/// One moment of the database: everything read through it, and a dump of the same number, show that moment.
pub(super) struct Snapshot {
    connection: PgConnection,
    /// What `pg_dump --snapshot` takes.
    pub(super) id: String,
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

impl Snapshot {
    /// Takes one as the owner of the tables; it lasts as long as this value.
    pub(super) fn take(owner_url: &str) -> anyhow::Result<Self> {
        let mut connection = PgConnection::establish(owner_url).context("can't reach the database as its owner")?;
        connection.batch_execute("SET timezone = 'UTC'; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        let row: TextRow = sql_query("SELECT pg_export_snapshot() AS value").get_result(&mut connection)?;
        Ok(Self { connection, id: row.value })
    }

    /// Its connection, for reading at that moment.
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

/// `server_version_num / 10000`.
pub(super) fn major(connection: &mut PgConnection) -> DbResult<u32> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Integer)]
        number: i32,
    }
    let row: Row = sql_query("SELECT current_setting('server_version_num')::int AS number").get_result(connection)?;
    Ok(u32::try_from(row.number / 10_000).unwrap_or(0))
}

/// Rows of every table.
pub(super) fn counts(connection: &mut PgConnection) -> DbResult<BTreeMap<String, i64>> {
    let rows: Vec<CountRow> = sql_query(
        "SELECT c.relname::text AS name, (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', s.nspname, c.relname), false, true, '')))[1]::text::bigint AS rows \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace \
         WHERE s.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1",
    )
    .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.name, row.rows)).collect())
}

/// Where the books stand.
pub(super) fn heads(connection: &mut PgConnection) -> DbResult<Vec<HeadLine>> {
    let line = |head: ledger::reads::Head| HeadLine {
        book: head.book_id,
        sequence: head.sequence,
        leaf_hash: head.leaf_hash.unwrap_or_default(),
    };
    Ok(ledger::reads::heads(connection)?.into_iter().map(line).collect())
}

/// The kind of installation by name, `none` before it is set up.
pub(super) fn kind(connection: &mut PgConnection) -> DbResult<String> {
    Ok(installation::kind(connection)?.map_or("none", installation::Kind::name).to_owned())
}

/// PostgreSQL's own clock, not the one that a demo may move.
pub(super) fn server_clock(connection: &mut PgConnection) -> DbResult<DateTime<Utc>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Timestamptz)]
        now: DateTime<Utc>,
    }
    let row: Row = sql_query("SELECT clock_timestamp() AS now").get_result(connection)?;
    Ok(row.now)
}

/// Bytes of the database.
pub(super) fn size(connection: &mut PgConnection) -> DbResult<i64> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        bytes: i64,
    }
    let row: Row = sql_query("SELECT pg_database_size(current_database()) AS bytes").get_result(connection)?;
    Ok(row.bytes)
}

/// `server_version`, such as `15.18`.
pub(super) fn version(connection: &mut PgConnection) -> DbResult<String> {
    let row: TextRow =
        sql_query("SELECT split_part(current_setting('server_version'), ' ', 1) AS value").get_result(connection)?;
    Ok(row.value)
}

/// Does the serving role hold what no serving role should: rights to change or delete in the audit trail?
pub(super) fn may_rewrite_the_trail(connection: &mut PgConnection) -> DbResult<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        may: bool,
    }
    let row: Row =
        sql_query("SELECT has_table_privilege('audit_entries', 'UPDATE, DELETE, TRUNCATE') AS may").get_result(connection)?;
    Ok(row.may)
}
