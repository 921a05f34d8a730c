//! The tables that only a bench has, and the statements of its baselines. They are made in the bench's own database, by no migration.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use uuid::Uuid;

diesel::table! {
    bench_heads (id) {
        id -> Int4,
        amount -> Int8,
    }
}

diesel::table! {
    bench_rows (id) {
        id -> Uuid,
        name -> Text,
        amount -> Int8,
    }
}

/// Makes the tables: one hot row, and some to read by key.
pub(super) fn create(owner: &mut PgConnection, rows: u32) -> QueryResult<()> {
    owner.batch_execute(&format!(
        "CREATE TABLE bench_heads (id integer PRIMARY KEY, amount bigint NOT NULL) WITH (fillfactor = 10);
         INSERT INTO bench_heads VALUES (1, 0);
         CREATE TABLE bench_rows (id uuid PRIMARY KEY, name text NOT NULL, amount bigint NOT NULL);
         INSERT INTO bench_rows SELECT gen_random_uuid(), 'row ' || n, n FROM generate_series(1, {rows}) n;
         GRANT SELECT, INSERT, UPDATE ON bench_heads, bench_rows TO palm_app;"
    ))
}

/// The baseline of every write: INSERT a row, UPDATE the one hot row.
pub(super) fn post_raw(connection: &mut PgConnection, id: Uuid) -> QueryResult<()> {
    connection.transaction(|connection| {
        diesel::insert_into(bench_rows::table)
            .values((bench_rows::id.eq(id), bench_rows::name.eq("raw"), bench_rows::amount.eq(1_i64)))
            .execute(connection)?;
        diesel::update(bench_heads::table.find(1)).set(bench_heads::amount.eq(bench_heads::amount + 1)).execute(connection)?;
        Ok(())
    })
}

/// The baseline of every read: one row by its key.
pub(super) fn row(connection: &mut PgConnection, id: Uuid) -> QueryResult<(String, i64)> {
    bench_rows::table.find(id).select((bench_rows::name, bench_rows::amount)).first(connection)
}

/// Some keys to read.
pub(super) fn keys(connection: &mut PgConnection, limit: i64) -> QueryResult<Vec<Uuid>> {
    bench_rows::table.select(bench_rows::id).limit(limit).load(connection)
}
