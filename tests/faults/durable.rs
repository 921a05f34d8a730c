//! A contended commit lets go of its row before it waits for the disk. The caller must not notice: when it is answered, the commit is
//! on disk. With `synchronous_commit = off` and no wait this test fails at once.

use base::db::{Context, DbResult, Once};
use base::error::ApiError;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel::{PgConnection, QueryableByName, sql_query};
use uuid::Uuid;

use crate::support::TestApp;

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = Text)]
    lsn: String,
}

#[derive(QueryableByName)]
struct Reached {
    #[diesel(sql_type = Bool)]
    reached: bool,
}

/// Where the log stands inside the transaction; its commit comes after that.
fn written(connection: &mut PgConnection) -> DbResult<String> {
    let place: Place = sql_query("SELECT pg_current_wal_insert_lsn()::text AS lsn").get_result(connection)?;
    Ok(place.lsn)
}

fn on_disk(connection: &mut PgConnection, lsn: &str) -> DbResult<bool> {
    let row: Reached =
        sql_query("SELECT pg_current_wal_flush_lsn() > $1::pg_lsn AS reached").bind::<Text, _>(lsn).get_result(connection)?;
    Ok(row.reached)
}

#[actix_web::test]
async fn an_answered_contended_commit_is_on_disk() {
    let app = TestApp::start().await;
    let db = app.serving.parts.db.clone();
    let checks = move || {
        for turn in 0..50 {
            let id = Uuid::now_v7();
            let once = Once::new(Context::operator(), "fault_test", Some(id.to_string()), [0; 32], id).contended();
            let done = db.once_now(&once, |mut tx| -> Result<_, ApiError> {
                let lsn = written(tx.conn())?;
                Ok(tx.done(lsn)?)
            });
            let lsn = done.unwrap().value.unwrap();
            let reached = db.read_now(|connection| on_disk(connection, &lsn)).unwrap();
            assert!(reached, "turn {turn}: answered before the commit was on disk");
        }
    };
    actix_web::web::block(checks).await.unwrap();
}
