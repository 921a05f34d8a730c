//! `palm bench`: what can this machine carry? Every figure is measured in one run on one private, durable PostgreSQL, beside the
//! baselines it is compared with: absolute numbers are the machine's, ratios are the product's.
//!
//! Read in this order: `site` (where), `world` (who), `load` (how), `stages` (what).

mod awards;
mod bare;
mod baseline;
mod chat;
mod client;
mod figures;
mod holds;
mod load;
mod orders;
mod requests;
mod rows;
mod site;
mod stages;
mod world;
mod world_offers;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

pub use bare::run as run_bare;
pub use figures::{Figure, Figures};

/// What `palm bench NAME` measures by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// Requests: suggestions of a category, filing beside a bare insert, and what a million of them cost
    Requests,
    /// Chat: sending beside a bare insert, delivery over a thousand sockets, unread counts
    Chat,
}

/// Options of `palm bench`.
#[derive(Debug, Clone, clap::Args)]
pub struct BenchArgs {
    /// One part alone; without it the ledger, orders and reads
    #[arg(value_enum)]
    pub part: Option<Part>,
    /// Folder in which the bench has its own PostgreSQL, in `bench/` (default ./palm-data)
    #[arg(long, env = "PALM_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// With `requests`: also measure lists, search, map, duplicates and clocks on a copy of the folder's own database, as
    /// `palm demo --scale 1m` has seeded it; with `chat`: count what is unread among ten million messages
    #[arg(long)]
    pub scaled: bool,
    /// Shorter stages: under a minute in all
    #[arg(long)]
    pub quick: bool,
    /// Write the figures as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// Runs every stage, one printed line each.
pub async fn run(args: BenchArgs) -> anyhow::Result<Figures> {
    match args.part {
        Some(Part::Requests) => return requests::run(&args).await,
        Some(Part::Chat) => return chat::run(&args).await,
        None => {}
    }
    let started = Instant::now();
    if cfg!(debug_assertions) {
        println!("not an optimised build: figures mean little (use `make bench`)");
    }
    let data_dir = args.data_dir.clone();
    let residents = if args.quick { 2_000 } else { 5_000 };
    let (site, world) = actix_web::web::block(move || -> anyhow::Result<_> {
        let site = site::Site::prepare(data_dir.as_deref())?;
        rows::create(&mut site.owner()?, 10_000)?;
        let world = world::World::build(&site, residents)?;
        Ok((site, world))
    })
    .await??;
    println!("{:<22} a community of {residents} residents with points, {:.1} s", "data", started.elapsed().as_secs_f64());
    let mut bench = stages::Bench { site, world: Arc::new(world), quick: args.quick, figures: Figures::default() };
    bench.all().await?;
    let figures = bench.figures;
    if let Some(file) = &args.json {
        figures.write(file)?;
        println!("{:<22} {}", "written", file.display());
    }
    actix_web::web::block(move || bench.site.close()).await??;
    println!("{:<22} {:.1} s", "in all", started.elapsed().as_secs_f64());
    Ok(figures)
}
