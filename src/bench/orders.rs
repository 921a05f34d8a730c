//! Orders over HTTP: how many a second on one offer, and what a flash sale feels like to a crowd, with people signing in meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::{rt, web};
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use uuid::Uuid;

use super::baseline::{self, Slice};
use super::client::{self, Connection};
use super::figures::{ms, number, percentile};
use super::load::{self, Pace, Tally};
use super::site::Server;
use super::stages::{Bench, SLICES};
use super::world::World;
use super::{holds, world_offers};

/// Connections that order as fast as they are answered.
const BUYERS: usize = 16;
/// Attempts a second in the sale.
const CROWD_RATE: u32 = 1_000;
/// Connections of the crowd.
const CROWD: usize = 256;
/// Stock of the sale.
const STOCK: i32 = 500;
/// Sign-ins a second while something else goes on.
const SIGN_INS: u32 = 20;

/// The bytes of one order by the n-th resident.
fn order(world: &World, offer: Uuid, turn: usize) -> Vec<u8> {
    let body = format!(r#"{{"offer":"{offer}","quantity":1}}"#);
    client::request("POST", "/api/v1/life/orders", Some(&world.resident(turn).token), Some((&Uuid::new_v4().to_string(), &body)))
}

/// Raw hot-row transactions, holds in process and orders over HTTP, in turns. The first round warms up and isn't counted.
pub(super) async fn steady(bench: &mut Bench, server: &Server) -> anyhow::Result<()> {
    let offer = world_offers::offer(&mut bench.site.owner()?, &bench.world, 10_000_000, None, false)?;
    let db = holds::open(&bench.site.app_url)?;
    let (mut raw, mut held, mut ordered, mut turn) = (Slice::default(), Slice::default(), Tally::default(), 0);
    for round in 0..=SLICES {
        let length = if round == 0 { Duration::from_millis(500) } else { bench.slice() };
        let url = bench.site.app_url.clone();
        let raw_slice = web::block(move || baseline::raw_single(&url, length)).await??;
        let (pool, world) = (db.clone(), Arc::clone(&bench.world));
        let held_slice = web::block(move || holds::run(&pool, &world, length)).await??;
        let (world, from) = (Arc::clone(&bench.world), turn);
        let tally = load::run(server.address, BUYERS, Pace::Closed(length), move |n| order(&world, offer, from + n)).await?;
        turn += tally.answers();
        if round > 0 {
            raw.join(raw_slice);
            held.join(held_slice);
            ordered.join(tally);
        }
    }
    let (raw, held, orders) = (raw.rate(), held.rate(), ordered.rate(201));
    bench.figures.add("raw_single_tps", raw, "per_s");
    bench.figures.add("hold_tps", held, "per_s");
    bench.figures.add("order_tps", orders, "per_s");
    bench.figures.add("order_ratio", orders / raw.max(1.0), "ratio");
    let p99 = ms(percentile(&mut ordered.latencies, 99));
    let text = format!(
        "{orders:.0} orders over HTTP ({}, p99 {p99:.0} ms), {held:.0} holds in process, {raw:.0} raw: {:.2}",
        ordered.summary(),
        orders / raw.max(1.0)
    );
    bench.told("orders a second", &text);
    Ok(())
}

/// The sale: 1,000 attempts a second on a stock of 500, whatever was answered before, while people sign in.
pub(super) async fn sale(bench: &mut Bench, server: &Server) -> anyhow::Result<()> {
    let offer = world_offers::offer(&mut bench.site.owner()?, &bench.world, STOCK, Some(2), true)?;
    let seconds: usize = if bench.quick { 3 } else { 10 };
    let over = Arc::new(AtomicBool::new(false));
    let sign_ins = rt::spawn(sign_in(server.address, server.sandbox().await?, Arc::clone(&over)));
    let world = Arc::clone(&bench.world);
    let pace = Pace::Open { per_second: CROWD_RATE, total: seconds * usize::try_from(CROWD_RATE)? };
    let mut crowd = load::run(server.address, CROWD, pace, move |n| order(&world, offer, n)).await?;
    over.store(true, Ordering::Relaxed);
    let mut sign_ins = sign_ins.await??;
    let sold = sold(&mut bench.site.owner()?, offer)?;
    let p99 = ms(percentile(&mut crowd.latencies, 99));
    let login = ms(percentile(&mut sign_ins.latencies, 99));
    bench.figures.add("flash_attempts_per_s", number(crowd.answers()) / crowd.elapsed.as_secs_f64().max(0.001), "per_s");
    bench.figures.add("flash_sold", number(usize::try_from(sold)?), "count");
    bench.figures.add("oversold", number(usize::try_from((sold - i64::from(STOCK)).max(0))?), "count");
    bench.figures.add("flash_unanswered", number(crowd.count(0)), "count");
    bench.figures.add("flash_p99_ms", p99, "ms");
    bench.figures.add("login_p99_ms", login, "ms");
    bench.figures.add("login_503", number(sign_ins.count(503)), "count");
    let text = format!("{sold} of {STOCK} sold, {} ({p99:.0} ms p99) in {:.1} s", crowd.summary(), crowd.elapsed.as_secs_f64());
    bench.told("flash sale", &text);
    bench.told("sign-ins meanwhile", &format!("{} ({login:.0} ms p99)", sign_ins.summary()));
    Ok(())
}

#[derive(QueryableByName)]
struct Sold {
    #[diesel(sql_type = BigInt)]
    sold: i64,
}

/// What the orders come to, counted from their rows.
fn sold(owner: &mut diesel::PgConnection, offer: Uuid) -> anyhow::Result<i64> {
    let row: Sold = sql_query("SELECT coalesce(sum(quantity), 0)::bigint AS sold FROM redemptions WHERE offer_id = $1")
        .bind::<SqlUuid, _>(offer)
        .get_result(owner)?;
    Ok(row.sold)
}

/// Signs people in through the sandbox until it is over. Only the sign-in itself is timed.
async fn sign_in(server: std::net::SocketAddr, sandbox: std::net::SocketAddr, over: Arc<AtomicBool>) -> anyhow::Result<Tally> {
    let (mut codes, mut connection) = (Connection::open(sandbox).await?, Connection::open(server).await?);
    let (mut tally, started) = (Tally::default(), Instant::now());
    let mut tick = rt::time::interval(Duration::from_secs(1) / SIGN_INS);
    let mut turn = 0_usize;
    while !over.load(Ordering::Relaxed) {
        tick.tick().await;
        turn += 1;
        let label = format!(r#"{{"person":"bench-{}"}}"#, turn % 60);
        let asked = client::request("POST", "/sandbox/login-codes", None, Some(("none", &label)));
        let code = codes.send(&asked).await?.wanted(201)?.json()?;
        let body = serde_json::json!({"code": code["code"], "device": "bench"}).to_string();
        let request = client::request("POST", "/api/v1/sessions", None, Some((&Uuid::new_v4().to_string(), &body)));
        let sent = Instant::now();
        let answer = connection.send(&request).await?;
        tally.latencies.push(sent.elapsed());
        *tally.statuses.entry(answer.status).or_default() += 1;
    }
    tally.elapsed = started.elapsed();
    Ok(tally)
}
