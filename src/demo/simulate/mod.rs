//! `palm simulate`: a street whose responsible units run systems of their own, each with its ids, words and bad days, on one platform.
//! Requests come in by Open311, go out by signed webhooks, come back as signed updates; at the end both sides are counted.

mod count;
mod street;
mod systems;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use base::clients::webhook::Network;
use base::db::installation;
use base::jobs;
use serde_json::json;

pub use count::Figures;

use crate::demo::up;
use crate::serve::{self, ServeArgs, Serving};

/// Commands below `palm simulate`.
#[derive(Debug, clap::Subcommand)]
pub enum SimulateCommand {
    /// 15 outside systems of 87 units answer requests through outages: lost 0, doubled 0
    Connectors(Box<ConnectorsArgs>),
}

/// Options of `palm simulate connectors`.
#[derive(Debug, Clone, clap::Args)]
pub struct ConnectorsArgs {
    /// How the simulation's own server runs
    #[command(flatten)]
    pub serve: ServeArgs,
    /// Requests to file
    #[arg(long, default_value_t = 1_000)]
    pub requests: usize,
    /// Seed of everything that is left to chance
    #[arg(long, default_value_t = 311)]
    pub seed: u64,
    /// Write the figures as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// How large a simulation is.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Outside systems.
    pub systems: usize,
    /// Responsible units; each is served by one of the systems.
    pub units: usize,
    /// Requests.
    pub requests: usize,
    /// Seed of the systems' bad days.
    pub seed: u64,
}

impl Plan {
    /// 15 systems, 87 units.
    pub const fn of(requests: usize, seed: u64) -> Self {
        Self { systems: 15, units: 87, requests, seed }
    }
}

/// Where the systems of a simulation listen: this machine.
pub fn networks() -> anyhow::Result<Vec<Network>> {
    Ok(vec!["127.0.0.1".parse().map_err(anyhow::Error::msg)?])
}

/// How long a webhook of a simulation may take: a system that hangs shall not hold up the others for long.
pub const TIMEOUT: Duration = Duration::from_millis(500);

/// Rounds after which a simulation is given up.
const ROUNDS: u32 = 120;

/// Plays a simulation against a running demo or test server, running its jobs itself.
pub async fn play(serving: &Serving, plan: Plan) -> anyhow::Result<Figures> {
    let url = format!("http://{}", serving.address);
    let started = Instant::now();
    let street = street::build(serving, &url, plan).await?;
    let systems = systems::start(plan, &url)?;
    street.connect(&systems).await?;
    street.file(plan.requests).await?;
    let mut rounds = 0;
    while rounds < ROUNDS {
        rounds += 1;
        systems.day(rounds);
        drain(serving).await?;
        systems.answer().await?;
        drain(serving).await?;
        // The long outage takes more than a day, so that systems are paused and deliveries die.
        let step = if systems.in_long_outage(rounds) { 4 * 3600 } else { 600 };
        serving.parts.db.read(move |connection| installation::move_clock(connection, step)).await?;
        street.mend(&systems, rounds).await?;
        if systems.have_said_everything() && street.is_done(plan.requests).await? {
            break;
        }
    }
    let mut figures = count::figures(serving, &street, &systems, plan).await?;
    figures.rounds = rounds;
    figures.seconds = started.elapsed().as_secs_f64();
    systems.stop().await;
    Ok(figures)
}

async fn drain(serving: &Serving) -> anyhow::Result<()> {
    let (db, kinds) = (serving.parts.db.clone(), Arc::clone(&serving.jobs));
    actix_web::web::block(move || jobs::drain(&db, &kinds)).await??;
    Ok(())
}

/// `palm simulate …`. Answers whether nothing was lost and nothing doubled.
pub async fn run(command: SimulateCommand) -> anyhow::Result<bool> {
    let SimulateCommand::Connectors(args) = command;
    let mut options = args.serve;
    options.demo = true;
    options.address_rate = options.address_rate.max(5_000);
    options.account_rate = options.account_rate.max(5_000);
    options.webhook_networks.extend(networks()?);
    options.webhook_timeout_ms = u64::try_from(TIMEOUT.as_millis())?;
    base::telemetry::start(options.log.as_deref().unwrap_or("error"));
    let servers = options.database.servers()?;
    up::prepare(&servers)?;
    let listener = serve::bind(([127, 0, 0, 1], 0).into())?;
    let serving = serve::start(&options, &servers, listener, None).context("the simulation's own server")?;
    let played = play(&serving, Plan::of(args.requests, args.seed)).await;
    serving.stop().await;
    if let Some(cluster) = servers.cluster {
        cluster.stop()?;
    }
    let figures = played?;
    println!("{figures}");
    if let Some(file) = &args.json {
        std::fs::write(file, format!("{:#}\n", json!(figures))).with_context(|| format!("can't write {}", file.display()))?;
    }
    Ok(figures.is_clean())
}
