//! `palm journey`: the product's main job, played over HTTP through the public API, one printed line a step. It brings a small community
//! of its own each time, so it passes on a fresh data folder, beside the demo data, and again on the same one. Where time must pass it
//! moves the demo's clock.

mod books;
mod clocks;
mod counter;
mod field;
mod issue;
mod people;
mod report;
mod settle;
mod shift;
mod talk;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use base::db::Db;
use base::keys::KeyRing;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::caller::{Answer, Caller, Product};
use super::up;
use crate::database;
use crate::serve::{self, ServeArgs};

/// Options of `palm journey`.
#[derive(Debug, Clone, clap::Args)]
pub struct JourneyArgs {
    /// How the journey's own server runs; with --url only the database options count (the operator's steps need them)
    #[command(flatten)]
    pub serve: ServeArgs,
    /// Play against this running demo server instead
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
}

/// What a job or a push of WeChat's sandbox may take; it takes a fraction of a second.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the steps share: where the product is, and what was printed.
pub(super) struct Story {
    product: Product,
    db: Db,
    ring: Arc<KeyRing>,
    tag: String,
    chapter: u32,
    step: u32,
}

impl Story {
    fn chapter(&mut self, title: &str) {
        self.chapter += 1;
        self.step = 0;
        println!("\n{}. {title}", self.chapter);
    }

    /// One line: who, what, what came back, milliseconds.
    fn tell(&mut self, who: &str, what: &str, came: &str, ms: u128) {
        self.step += 1;
        println!("   {}.{:<2} {who}: {what} → {came}  [{ms} ms]", self.chapter, self.step);
    }

    /// `tell` with the answer's own summary.
    fn heard(&mut self, who: &str, what: &str, answer: &Answer) {
        let summary = answer.body["summary"].as_str().or_else(|| answer.body["state"].as_str()).unwrap_or("ok").to_owned();
        self.tell(who, what, &summary, answer.ms);
    }

    /// Waits for what a job or a push of WeChat brings about, with jobs running meanwhile; `look` answers once it is there.
    async fn until<T>(&self, what: &str, look: impl AsyncFn() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
        let started = Instant::now();
        loop {
            self.product.drain().await?;
            if let Some(found) = look().await? {
                return Ok(found);
            }
            ensure!(started.elapsed() < PATIENCE, "never came: {what}");
            // The jobs of the server's own workers, and WeChat's pushes, take real time.
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// The notice of this kind in somebody's inbox, once it is there.
    async fn notice(&self, who: &Caller, kind: &str) -> anyhow::Result<Value> {
        let look = async || {
            let inbox = who.get("/api/v1/me/inbox?limit=100").await?;
            Ok(inbox.body["items"].as_array().into_iter().flatten().find(|item| item["kind"] == kind).cloned())
        };
        self.until(&format!("{} is told: {kind}", who.name), look).await
    }

    /// The product's time.
    async fn now(&self) -> anyhow::Result<DateTime<Utc>> {
        let answer = self.product.caller("clock").post("/demo/clock", &json!({ "seconds": 0 })).await?;
        Ok(answer.text_at("/now")?.parse()?)
    }
}

/// Plays the whole journey against a demo server whose database is `db`.
pub(super) async fn play(url: &str, db: &Db, ring: &Arc<KeyRing>) -> anyhow::Result<()> {
    let started = Instant::now();
    let tag = format!("J{}", uuid::Uuid::new_v4().simple().to_string().chars().take(6).collect::<String>().to_uppercase());
    let mut story =
        Story { product: Product::find(url).await?, db: db.clone(), ring: Arc::clone(ring), tag, chapter: 0, step: 0 };
    println!("\nThe journey of community {} on {url}", story.tag);
    let samples = people::import(&mut story).await?;
    let mut cast = people::gather(&mut story, &samples).await?;
    let budget = issue::fund(&mut story, &cast).await?;
    shift::serve(&mut story, &cast, &budget).await?;
    let shop = counter::open(&mut story, &mut cast, &budget).await?;
    counter::redeem(&mut story, &cast, &shop).await?;
    settle::settle(&mut story, &cast, &shop).await?;
    report::pass(&mut story, &cast, &budget).await?;
    clocks::escalate(&mut story, &cast).await?;
    clocks::leak(&mut story, &cast).await?;
    field::walk(&mut story, &cast).await?;
    field::outside(&mut story, &cast).await?;
    let topic = talk::follow(&mut story, &cast).await?;
    talk::moderate(&mut story, &cast, &topic).await?;
    books::agree(&mut story, &cast).await?;
    println!("\nThe journey is complete: every step came back as it should ({} ms).", started.elapsed().as_millis());
    Ok(())
}

/// `palm journey`.
pub async fn run(args: JourneyArgs) -> anyhow::Result<()> {
    let mut options = args.serve;
    options.demo = true;
    // The journey is quicker than people.
    options.address_rate = options.address_rate.max(5_000);
    options.account_rate = options.account_rate.max(1_000);
    base::telemetry::start(options.log.as_deref().unwrap_or("warn"));
    let servers = options.database.servers()?;
    up::prepare(&servers)?;
    let result = match &args.url {
        Some(url) => against(url, &options, &servers).await,
        None => alone(&options, &servers).await,
    };
    if let Some(cluster) = servers.cluster {
        cluster.stop()?;
    }
    result
}

async fn against(url: &str, options: &ServeArgs, servers: &database::Servers) -> anyhow::Result<()> {
    let ring = options.database.ring(servers)?;
    let db = database::open(&servers.app_url, 4, "journey")?;
    play(url, &db, &ring).await
}

async fn alone(options: &ServeArgs, servers: &database::Servers) -> anyhow::Result<()> {
    let listener = serve::bind(([127, 0, 0, 1], 0).into())?;
    let serving = serve::start(options, servers, listener, None).context("the journey's own server")?;
    let result = play(&format!("http://{}", serving.address), &serving.parts.db, &serving.parts.ring).await;
    serving.stop().await;
    result
}
