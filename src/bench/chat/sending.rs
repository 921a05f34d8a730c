//! Sending over HTTP beside a bare actix + diesel insert of the same rows, in turns. The product also asks WeChat about every text.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::super::client;
use super::super::figures::{Figures, ms, percentile};
use super::super::load::{self, Pace, Tally};
use super::super::{BenchArgs, stages};
use super::stage::Stage;

/// Connections.
const WRITERS: usize = 16;
/// What is written.
pub(super) const TEXT: &str = "三单元四楼到六楼楼道的灯都不亮，晚上摸黑走，麻烦尽快派人来看看。";

/// Measures `send_rps`, `send_insert_rps` and their ratio.
pub(super) async fn run(stage: &Stage, args: &BenchArgs, figures: &mut Figures) -> anyhow::Result<()> {
    let slice = Duration::from_millis(if args.quick { 500 } else { 2_000 });
    let (server, plain) = (stage.site.start("serve").await?, stage.site.start("bench-bare").await?);
    let send = |n: usize| {
        let (world, topics) = (Arc::clone(&stage.world), Arc::clone(&stage.topics));
        let body = serde_json::json!({ "text": TEXT }).to_string();
        let offset = n * 200;
        move |n: usize| {
            let path = format!("/api/v1/governance/chat/topics/{}/messages", Stage::topic(&topics, n));
            client::request("POST", &path, Some(&world.resident(offset + n).token), Some((&Uuid::new_v4().to_string(), &body)))
        }
    };
    let bare = || {
        let (world, topics) = (Arc::clone(&stage.world), Arc::clone(&stage.topics));
        let (unit, group) = (stage.community(), stage.group);
        move |n: usize| {
            let body = serde_json::json!({"text": TEXT, "topic": Stage::topic(&topics, n), "unit": unit, "group": group});
            client::request("POST", "/bench/messages", Some(&world.resident(n).token), Some(("bare", &body.to_string())))
        }
    };
    let (mut sent, mut inserted) = (Tally::default(), Tally::default());
    for round in 0..=usize::try_from(stages::SLICES)? {
        let one = load::run(plain.address, WRITERS, Pace::Closed(slice), bare()).await?;
        let other = load::run(server.address, WRITERS, Pace::Closed(slice), send(round)).await?;
        // The first round warms up.
        if round > 0 {
            inserted.join(one);
            sent.join(other);
        }
    }
    let (mine, plainly) = (sent.rate(201), inserted.rate(201));
    figures.add("send_rps", mine, "per_s");
    figures.add("send_insert_rps", plainly, "per_s");
    figures.add("ratio_send_to_insert", mine / plainly.max(1.0), "ratio");
    let p99 = percentile(&mut sent.latencies, 99);
    figures.add("send_p99_ms", ms(p99), "ms");
    let (mine_told, plain_told) = (sent.summary(), inserted.summary());
    println!(
        "{:<22} {mine:.0} a second ({mine_told}), {plainly:.0} bare ({plain_told}): {:.2}; p99 {:.1} ms",
        "sending",
        mine / plainly.max(1.0),
        ms(p99)
    );
    plain.stop()?;
    server.stop()
}
