//! What kind of database this is (real, demo or test), the durable settings it must have, and the clock that only demo and
//! test databases may move.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz};
use diesel::{OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, sql_query};

use super::DbResult;

/// Real people, or a demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Real people.
    Real,
    /// Demo data; the sandbox and the clock may be used.
    Demo,
    /// A test's own database.
    Test,
}

impl Kind {
    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Demo => "demo",
            Self::Test => "test",
        }
    }
}

#[derive(QueryableByName)]
struct KindRow {
    #[diesel(sql_type = Text)]
    kind: String,
}

/// The kind, or `None` before the installation is set up.
pub fn kind(connection: &mut PgConnection) -> DbResult<Option<Kind>> {
    let row: Option<KindRow> = sql_query("SELECT kind FROM installation").get_result(connection).optional()?;
    Ok(row.map(|row| match row.kind.as_str() {
        "demo" => Kind::Demo,
        "test" => Kind::Test,
        _ => Kind::Real,
    }))
}

/// Sets the kind once, as the owner of the database; a second call changes nothing. A demo may start some days back, so that it can live
/// through its history. Returns the kind that holds.
pub fn set_up(connection: &mut PgConnection, kind: Kind, days_back: u16) -> DbResult<Kind> {
    sql_query("INSERT INTO installation (kind, clock_shift) VALUES ($1, make_interval(days => -$2)) ON CONFLICT DO NOTHING")
        .bind::<Text, _>(kind.name())
        .bind::<Integer, _>(i32::from(days_back))
        .execute(connection)?;
    Ok(self::kind(connection)?.unwrap_or(kind))
}

#[derive(QueryableByName)]
struct ClockRow {
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
}

/// Moves the clock forward by seconds and returns the new time. PostgreSQL refuses it on a real installation.
pub fn move_clock(connection: &mut PgConnection, seconds: i64) -> DbResult<DateTime<Utc>> {
    let row: ClockRow = sql_query("SELECT palm_move_clock(make_interval(secs => $1)) AS now")
        .bind::<diesel::sql_types::Double, _>(f64::from(u32::try_from(seconds).unwrap_or(0)))
        .get_result(connection)?;
    Ok(row.now)
}

#[derive(QueryableByName)]
struct SettingRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    setting: String,
}

/// Versions of the migrations that ran.
pub fn applied_migrations(connection: &mut PgConnection) -> DbResult<Vec<String>> {
    #[derive(QueryableByName)]
    struct VersionRow {
        #[diesel(sql_type = Text)]
        version: String,
    }
    let rows: Vec<VersionRow> = sql_query("SELECT version FROM __diesel_schema_migrations").load(connection)?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

/// How far the clock runs ahead of the machine, in seconds (below zero: behind).
pub fn clock_shift(connection: &mut PgConnection) -> DbResult<i64> {
    #[derive(QueryableByName)]
    struct ShiftRow {
        #[diesel(sql_type = BigInt)]
        seconds: i64,
    }
    let row: ShiftRow =
        sql_query("SELECT extract(epoch FROM clock_shift)::bigint AS seconds FROM installation").get_result(connection)?;
    Ok(row.seconds)
}

/// The settings that durability rests on, as `(name, value)`.
pub fn durable_settings(connection: &mut PgConnection) -> DbResult<Vec<(String, String)>> {
    let rows: Vec<SettingRow> = sql_query(
        "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'data_sync_retry', 'data_checksums')",
    )
    .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.name, row.setting)).collect())
}

/// Rights of the connected role that a serving process must not have.
#[derive(Debug, QueryableByName)]
pub struct Role {
    /// Name of the role.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Is it a superuser?
    #[diesel(sql_type = Bool)]
    pub superuser: bool,
    /// Owner of this database's tables (the number of them)?
    #[diesel(sql_type = BigInt)]
    pub owned_tables: i64,
    /// PostgreSQL's version.
    #[diesel(sql_type = Nullable<Text>)]
    pub server_version: Option<String>,
}

/// Who this connection is.
pub fn role(connection: &mut PgConnection) -> DbResult<Role> {
    Ok(sql_query(
        "SELECT current_user::text AS name, rolsuper AS superuser, current_setting('server_version') AS server_version, \
         (SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND pg_has_role(current_user, tableowner, 'MEMBER')) AS owned_tables \
         FROM pg_roles WHERE rolname = current_user",
    )
    .get_result(connection)?)
}
