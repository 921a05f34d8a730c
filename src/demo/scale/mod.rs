//! `palm demo --scale 1m`: a data folder with that many requests, as an installation of a large street has after a year, to see how the
//! product carries it. A street of its own with communities, staff, residents and duty lists; requests with their timelines, clocks,
//! answers and words for search. Always the same for a number; nobody in it exists.
//!
//! Rows are made by the database in sets (`plan.sql`, `fill.sql`), in one transaction: indexes and foreign keys of those tables are
//! taken off and built again, so every constraint is checked, and a run that dies leaves nothing.

mod indexes;
mod place;
mod rows;
mod texts;

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use base::db::installation::Kind;
use base::db::{Db, PoolOptions};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use indicatif::{ProgressBar, ProgressStyle};

use crate::database::{self, DatabaseArgs};

/// Requests of a chunk.
const CHUNK: i64 = 50_000;
/// Requests of a community.
const OF_COMMUNITY: i64 = 50_000;

/// Options of `palm demo --scale`.
#[derive(Debug, Clone, clap::Args)]
pub struct ScaleArgs {
    /// Seed the data folder to so many requests, such as 10k, 100k or 1m, and stop
    #[arg(long, value_name = "REQUESTS", value_parser = parse)]
    pub scale: Option<i64>,
    /// Which database
    #[command(flatten)]
    pub database: DatabaseArgs,
}

fn parse(text: &str) -> Result<i64, String> {
    let (digits, unit) = match text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1_000),
        None => text.strip_suffix(['m', 'M']).map_or((text, 1), |digits| (digits, 1_000_000)),
    };
    let count: i64 = digits.parse().map_err(|_digits| "give a number, such as 10k, 100k or 1m".to_owned())?;
    let count = count.saturating_mul(unit);
    if (1_000..=10_000_000).contains(&count) { Ok(count) } else { Err("from 1k to 10m".to_owned()) }
}

/// A bar of so many steps.
fn bar(length: u64, what: &str) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("   {msg:<34} {bar:30} {pos}/{len} {elapsed}")?;
    let bar = ProgressBar::new(length).with_style(style).with_message(what.to_owned());
    if bar.is_hidden() {
        println!("   {what} ({length}) …");
    }
    Ok(bar)
}

/// Seeds a data folder; does nothing when it has been seeded to that size.
pub fn run(args: &ScaleArgs) -> anyhow::Result<()> {
    let Some(count) = args.scale else { bail!("say how many: palm demo --scale 1m; or a command: palm demo --help") };
    let servers = args.database.servers()?;
    let result = (|| {
        let owner = servers.owner_url.as_deref().context("PALM_OWNER_DATABASE_URL is missing: the demo makes its own tables")?;
        database::migrate(owner)?;
        database::set_up(owner, Kind::Demo, 0)?;
        seed(owner, &servers.app_url, count)
    })();
    if let Some(cluster) = servers.cluster {
        cluster.stop()?;
    }
    result
}

/// Seeds a migrated demo database.
pub(crate) fn seed(owner_url: &str, app_url: &str, count: i64) -> anyhow::Result<()> {
    let started = Instant::now();
    let mut owner = PgConnection::establish(owner_url).context("can't reach the database as its owner")?;
    match rows::there(&mut owner)? {
        0 => {}
        there if there >= count => {
            println!("{there} requests are there");
            return Ok(());
        }
        there => bail!("this folder is seeded to {there} requests: choose a fresh PALM_DATA_DIR for {count}"),
    }
    println!("{count} requests of an invented street (nobody in it exists):");
    let db = Arc::new(Db::open(&PoolOptions::new(app_url, 3, "scale"))?);
    owner.batch_execute(include_str!("setup.sql"))?;
    let communities = usize::try_from((count / OF_COMMUNITY).max(1))?;
    let street = place::build(&mut owner, &db, communities)?;
    texts::fill(&mut owner, &street, count)?;
    rows::count(&mut owner, count, i32::try_from(place::RESIDENTS)?)?;
    fill(&mut owner, count)?;
    owner.batch_execute(&format!("VACUUM (ANALYZE) {}", indexes::TABLES.join(", ")))?;
    owner.batch_execute("ANALYZE")?;
    println!("   {count} requests in {:.0} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// The rows, in one transaction.
fn fill(owner: &mut PgConnection, count: i64) -> anyhow::Result<()> {
    owner.transaction(|owner| {
        owner.batch_execute(
            "SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL work_mem = '64MB'; SET LOCAL synchronous_commit = off; SET LOCAL jit = off",
        )?;
        let taken = indexes::take(owner)?;
        let chunks = (count + CHUNK - 1) / CHUNK;
        let bar = bar(u64::try_from(chunks)?, &format!("requests, {CHUNK} a step"))?;
        for chunk in 0..chunks {
            let (from, to) = (chunk * CHUNK, ((chunk + 1) * CHUNK).min(count) - 1);
            let plan = include_str!("plan.sql").replace("{from}", &from.to_string()).replace("{to}", &to.to_string());
            owner.batch_execute(&plan)?;
            owner.batch_execute("ANALYZE scale_plan")?;
            owner.batch_execute(include_str!("fill.sql"))?;
            bar.inc(1);
        }
        bar.finish();
        ensure!(rows::there(owner)? == count, "some requests are missing");
        rows::number_today(owner)?;
        indexes::put_back(owner, &taken)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        assert_eq!(parse("1m"), Ok(1_000_000));
        assert_eq!(parse("100k"), Ok(100_000));
        assert_eq!(parse("25000"), Ok(25_000));
        for wrong in ["", "m", "12", "11m", "-5k", "1g", "99999999999999999999m"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
