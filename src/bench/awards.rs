//! Awards: confirmed hours go into the outbox, the server's jobs decide and post them.

use std::time::{Duration, Instant};

use actix_web::web;
use base::db::{Context, Tx};
use base::error::ApiError;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};

use super::figures::number;
use super::stages::Bench;
use super::{holds, world_offers};

/// Events a transaction when they are handed in.
const BATCH: usize = 100;

/// Hands events in, then waits until the server that runs has posted all.
pub(super) async fn run(bench: &mut Bench) -> anyhow::Result<()> {
    let count = if bench.quick { 500 } else { 4_000 };
    let (world, url) = (std::sync::Arc::clone(&bench.world), bench.site.app_url.clone());
    let mut owner = bench.site.owner()?;
    let budget = world_offers::rule(&mut owner, &bench.world)?;
    web::block(move || -> anyhow::Result<()> {
        let db = holds::open(&url)?;
        world.fund_budget(&db, budget)?;
        let at = world.now - chrono::Duration::hours(1);
        for from in (0..count).step_by(BATCH) {
            db.transaction_now(&Context::operator(), |mut tx: Tx<'_>| -> Result<_, ApiError> {
                for turn in from..from + BATCH {
                    let (person, approver) = (world.resident(turn).person, world.resident(turn + 1).person);
                    world_offers::earn(&mut tx, &world, person, approver, at)?;
                }
                Ok(tx.done(())?)
            })?;
        }
        Ok(())
    })
    .await??;
    let (started, before) = (Instant::now(), posted(&mut owner)?);
    let (mut now, mut waited) = (before, Duration::ZERO);
    while now < i64::try_from(count)? && waited < Duration::from_secs(60) {
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        now = posted(&mut owner)?;
        waited = started.elapsed();
    }
    let rate = number(usize::try_from(now - before)?) / waited.as_secs_f64().max(0.001);
    bench.figures.add("award_tps", rate, "per_s");
    bench.told("awards a second", &format!("{rate:.0} from outbox to posting ({now} of {count} posted)"));
    Ok(())
}

#[derive(QueryableByName)]
struct Posted {
    #[diesel(sql_type = BigInt)]
    posted: i64,
}

fn posted(owner: &mut diesel::PgConnection) -> anyhow::Result<i64> {
    let row: Posted = sql_query("SELECT count(*) AS posted FROM awards WHERE state = 'posted'").get_result(owner)?;
    Ok(row.posted)
}
