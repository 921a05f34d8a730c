//! What a folder of a million requests costs: lists, search, map, duplicates, clocks. On a copy, so that the folder stays as it is.

use std::time::{Duration, Instant};

use actix_web::web;
use anyhow::{Context as _, ensure};
use base::db::{Db, PoolOptions};
use base::ids::SessionId;
use base::keys::KeyRing;
use governance::requests::suggest::{Nearby, near};
use governance::requests::{Pin, clocks};

use super::super::BenchArgs;
use super::super::client;
use super::super::figures::{Figures, ms, number, percentile};
use super::super::load::{self, Pace};
use super::super::site::{Server, Site};
use super::rows::{self, Spot};

/// Questions a second, so that none waits for another.
const RATE: u32 = 25;
/// Open requests whose clock is due.
const DUE: i64 = 100_000;

/// What staff narrow their lists to; the last is a week of half a year ago.
const LISTS: [&str; 16] = [
    "",
    "open=true",
    "overdue=true",
    "desk=unit",
    "desk=street",
    "category=A01-01",
    "state=cancelled",
    "state=waiting_for_resident",
    "source=open311",
    "outcome=not_a_duty",
    "mine=true",
    "danger=true",
    "danger=true&overdue=true",
    "open=true&source=courier",
    "category=A01-01&outcome=cannot_be_solved",
    "WEEK",
];
/// What they look for: frequent, rare and absent words, phrases, a house, and words among what is narrowed already.
const WORDS: [(&str, &str); 14] = [
    ("电梯", ""),
    ("路灯", ""),
    ("单元", ""),
    ("已经三天了", ""),
    ("老人和孩子出入很不方便", ""),
    ("12号楼3单元", ""),
    ("燃气", ""),
    ("下水道堵了", ""),
    ("充电桩", ""),
    ("直升机", ""),
    ("已经三天了 12号楼3单元", ""),
    ("已经三天了", "&state=cancelled"),
    ("电梯", "&mine=true"),
    ("请先打电话", "&category=A01-01&open=true"),
];

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Measures all of it.
pub(super) async fn run(args: &BenchArgs, figures: &mut Figures) -> anyhow::Result<()> {
    let data_dir = args.data_dir.clone();
    let (site, tokens, spots) = web::block(move || -> anyhow::Result<_> {
        let site = Site::copied(data_dir.as_deref())?;
        let (mut owner, ring) = (site.owner()?, KeyRing::open_or_create(&site.keys_file())?);
        let sign = |staff: rows::Staff| people::identity::sign(&ring, staff.person, SessionId(staff.session), 3600);
        let tokens = rows::staff(&mut owner)?.into_iter().map(sign).collect::<Result<Vec<_>, _>>()?;
        let spots = rows::spots(&mut owner)?;
        Ok((site, tokens, spots))
    })
    .await??;
    ensure!(!tokens.is_empty() && !spots.is_empty(), "this folder is not scaled: palm demo --scale 1m");
    let server = site.start("serve").await?;
    let total = if args.quick { 200 } else { 600 };
    let (lists, words) = (lists(), words());
    for (name, paths) in [("list_p99_ms", lists), ("search_p99_ms", words)] {
        let all = tokens.clone();
        let next = move |n: usize| {
            // Everybody asks everything in turn.
            let token = all.get(n / paths.len() % all.len()).map(String::as_str);
            client::request("GET", paths.get(n % paths.len()).map_or("/", String::as_str), token, None)
        };
        measure(&server, figures, name, total, next).await?;
    }
    let places = spots.clone();
    let map = move |n: usize| {
        let half = ZOOMS.get(n % ZOOMS.len()).copied().unwrap_or(0.002);
        places.get(n / ZOOMS.len() % places.len()).map(|spot| map_of(spot, half)).unwrap_or_default()
    };
    measure(&server, figures, "map_p99_ms", total, map).await?;
    server.stop()?;
    let (app_url, owner) = (site.app_url.clone(), site.owner()?);
    let mut found = web::block(move || in_process(&app_url, owner, &spots)).await??;
    figures.add("duplicates_p99_ms", ms(percentile(&mut found.near, 99)), "ms");
    let seconds = found.sweep.as_secs_f64();
    figures.add("dispatch_clock_steps", number(found.steps), "count");
    figures.add("dispatch_clock_100k_s", seconds * 100_000.0 / number(found.steps.max(1)), "s");
    println!("{:<22} p99 {:.1} ms", "duplicates", ms(percentile(&mut found.near, 99)));
    println!("{:<22} {} steps in {seconds:.1} s", "clocks", found.steps);
    web::block(move || site.close()).await?
}

fn lists() -> Vec<String> {
    let first = base::clock::shanghai_date(base::clock::machine_now()) - chrono::Duration::days(180);
    let week = format!("filed_from={first}&filed_to={}", first + chrono::Duration::days(6));
    let narrowed = LISTS.iter().map(|narrowed| if *narrowed == "WEEK" { week.as_str() } else { narrowed });
    narrowed.map(|narrowed| format!("/api/v1/governance/requests?limit=20&{narrowed}")).collect()
}

fn words() -> Vec<String> {
    let path = |(text, more): &(&str, &str)| format!("/api/v1/governance/requests?limit=20&text={}{more}", encoded(text));
    WORDS.iter().map(path).collect()
}

/// Half the height of a map in degrees: some houses, a quarter, a community, all around.
const ZOOMS: [f64; 4] = [0.001, 0.002, 0.01, 0.1];

fn map_of(spot: &Spot, half: f64) -> Vec<u8> {
    let (south, west) = (spot.lat - half, spot.lon - half);
    let path = format!(
        "/api/v1/governance/public/requests.geojson?community={}&bbox={west},{south},{},{}",
        spot.community,
        west + 2.0 * half,
        south + 2.0 * half
    );
    client::request("GET", &path, None, None)
}

async fn measure(
    server: &Server,
    figures: &mut Figures,
    name: &'static str,
    total: usize,
    next: impl Fn(usize) -> Vec<u8> + Clone + 'static,
) -> anyhow::Result<()> {
    // Once round to warm up: a folder that was just copied is cold.
    load::run(server.address, 1, Pace::Open { per_second: RATE * 4, total: total / 2 }, next.clone()).await?;
    let mut tally = load::run(server.address, 4, Pace::Open { per_second: RATE, total }, next).await?;
    let (half, p99) = (percentile(&mut tally.latencies, 50), percentile(&mut tally.latencies, 99));
    figures.add(name, ms(p99), "ms");
    println!("{:<22} p50 {:.1} ms, p99 {:.1} ms ({})", name.trim_end_matches("_p99_ms"), ms(half), ms(p99), tally.summary());
    ensure!(tally.count(200) == total, "not every answer was a page");
    Ok(())
}

/// What is measured without HTTP.
struct InProcess {
    near: Vec<Duration>,
    sweep: Duration,
    steps: usize,
}

fn in_process(app_url: &str, mut owner: diesel::PgConnection, spots: &[Spot]) -> anyhow::Result<InProcess> {
    let mut found = InProcess { near: Vec::new(), sweep: Duration::ZERO, steps: 0 };
    for round in 0..3 {
        for spot in spots {
            let started = Instant::now();
            let wanted = Nearby {
                community: spot.community,
                unit: Some(spot.unit),
                pin: Some(Pin { lat: spot.lat, lon: spot.lon }),
                category: None,
                text: &spot.text,
                public_only: false,
            };
            near(&mut owner, &wanted)?;
            if round > 0 {
                found.near.push(started.elapsed());
            }
        }
    }
    let due = rows::make_due(&mut owner, DUE)?;
    let db = Db::open(&PoolOptions::new(app_url, 3, "bench"))?;
    let started = Instant::now();
    let swept = clocks::sweep(&db, None).map_err(|failure| anyhow::anyhow!("the sweep: {failure:?}"))?;
    found.sweep = started.elapsed();
    found.steps = swept.steps;
    ensure!(swept.steps >= usize::try_from(due).context("a count")?, "{swept:?} of {due}");
    Ok(found)
}
