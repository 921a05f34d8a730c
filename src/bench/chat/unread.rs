//! What unread counts cost: over the stage as it stands, and with `--scaled` over a thousand groups with ten topics each and ten million
//! messages in them.

use std::sync::Arc;
use std::time::Instant;

use actix_web::web;
use anyhow::ensure;

use super::super::BenchArgs;
use super::super::client;
use super::super::figures::{Figures, ms, percentile};
use super::super::load::{self, Pace};
use super::rows;
use super::stage::Stage;

/// Questions a second, so that none waits for another.
const RATE: u32 = 50;
/// Messages of a scaled topic.
const MESSAGES: i32 = 1_000;

/// Measures `unread_p99_ms`.
pub(super) async fn run(stage: &Stage, args: &BenchArgs, figures: &mut Figures) -> anyhow::Result<()> {
    let (mut owner, opener, scaled) = (stage.site.owner()?, stage.world.resident(0).person.0, args.scaled);
    let community = stage.community();
    let started = Instant::now();
    let messages = web::block(move || -> anyhow::Result<i64> {
        if scaled {
            rows::scale(&mut owner, community, opener, MESSAGES)?;
        }
        rows::marks(&mut owner)?;
        Ok(rows::messages(&mut owner)?)
    })
    .await??;
    println!("{:<22} {messages} messages, {:.0} s", "data", started.elapsed().as_secs_f64());
    let server = stage.site.start("serve").await?;
    let total = if args.quick { 200 } else { 1_000 };
    let ask = {
        let world = Arc::clone(&stage.world);
        move |n: usize| client::request("GET", "/api/v1/governance/chat/unread", Some(&world.resident(n * 7).token), None)
    };
    load::run(server.address, 4, Pace::Open { per_second: RATE * 4, total: total / 2 }, ask.clone()).await?;
    let mut tally = load::run(server.address, 4, Pace::Open { per_second: RATE, total }, ask).await?;
    let (half, p99) = (percentile(&mut tally.latencies, 50), percentile(&mut tally.latencies, 99));
    figures.add("unread_messages", f64::from(i32::try_from(messages)?), "count");
    figures.add("unread_p50_ms", ms(half), "ms");
    figures.add("unread_p99_ms", ms(p99), "ms");
    println!("{:<22} p50 {:.1} ms, p99 {:.1} ms ({})", "unread", ms(half), ms(p99), tally.summary());
    ensure!(tally.count(200) == total, "not every answer was a count");
    server.stop()
}
