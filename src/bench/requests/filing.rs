//! Filing over HTTP beside a bare actix + diesel insert of the same rows, in turns.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use uuid::Uuid;

use super::super::client;
use super::super::figures::Figures;
use super::super::load::{self, Pace, Tally};
use super::super::site::Site;
use super::super::world::World;
use super::super::{BenchArgs, stages};
use super::rows;

/// People who file.
const RESIDENTS: usize = 200;
/// Connections.
const WRITERS: usize = 16;
/// What they file.
const TEXT: &str = "三单元四楼到六楼楼道的灯都不亮，晚上摸黑走，老人差点摔跤，麻烦尽快派人来看看。";

/// Measures `file_rps`, `file_insert_rps` and their ratio.
pub(super) async fn run(args: &BenchArgs, figures: &mut Figures) -> anyhow::Result<()> {
    let (data_dir, slice) = (args.data_dir.clone(), Duration::from_millis(if args.quick { 500 } else { 2_000 }));
    let (site, world) = web::block(move || -> anyhow::Result<_> {
        let site = Site::prepare(data_dir.as_deref())?;
        let world = World::build(&site, RESIDENTS)?;
        Ok((site, Arc::new(world)))
    })
    .await??;
    let unit = rows::entrance(&mut site.owner()?)?;
    let (server, bare) = (site.start("serve").await?, site.start("bench-bare").await?);
    let body = serde_json::json!({"text": TEXT, "unit": unit}).to_string();
    let bare_body = serde_json::json!({"text": TEXT, "unit": unit, "community": world.community}).to_string();
    let filing = |path: &'static str, body: String| {
        let world = Arc::clone(&world);
        move |n: usize| {
            let key = Uuid::new_v4().to_string();
            client::request("POST", path, Some(&world.resident(n).token), Some((&key, &body)))
        }
    };
    let (mut mine, mut plain) = (Tally::default(), Tally::default());
    for round in 0..=stages::SLICES {
        let inserted =
            load::run(bare.address, WRITERS, Pace::Closed(slice), filing("/bench/requests", bare_body.clone())).await?;
        let filed =
            load::run(server.address, WRITERS, Pace::Closed(slice), filing("/api/v1/governance/requests", body.clone())).await?;
        // The first round warms up.
        if round > 0 {
            plain.join(inserted);
            mine.join(filed);
        }
    }
    let (filed, inserted) = (mine.rate(201), plain.rate(201));
    figures.add("file_rps", filed, "per_s");
    figures.add("file_insert_rps", inserted, "per_s");
    figures.add("ratio_file_to_insert", filed / inserted.max(1.0), "ratio");
    let (mine, plain) = (mine.summary(), plain.summary());
    println!("{:<22} {filed:.0} a second ({mine}), {inserted:.0} bare ({plain}): {:.2}", "filing", filed / inserted.max(1.0));
    bare.stop()?;
    server.stop()?;
    web::block(move || site.close()).await?
}
