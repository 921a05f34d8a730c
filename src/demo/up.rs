//! `palm demo up`: everything a newcomer needs to see the product at work, in one command. And `palm demo clock`.

use anyhow::Context as _;
use base::db::installation::{self, Kind};
use diesel::{Connection as _, PgConnection};

use super::{journey, people_list, seed};
use crate::database::{self, DatabaseArgs, Servers};
use crate::serve::{self, ServeArgs, Serving};

/// How far back the demo begins: first the journey is played, which moves the clock, then a month before today is lived through.
const DAYS_BACK: u16 = 48;

/// Options of `palm demo up`.
#[derive(Debug, Clone, clap::Args)]
pub struct UpArgs {
    /// How it is served
    #[command(flatten)]
    pub serve: ServeArgs,
    /// Don't play the journey
    #[arg(long)]
    pub no_journey: bool,
}

/// Brings the tables of a demo installation up to date; refuses a real one.
pub(crate) fn prepare(servers: &Servers) -> anyhow::Result<()> {
    let owner = servers.owner_url.as_deref().context("PALM_OWNER_DATABASE_URL is missing: the demo makes its own tables")?;
    database::migrate(owner)?;
    database::set_up(owner, Kind::Demo, DAYS_BACK)?;
    database::check(&servers.app_url, Kind::Demo)
}

/// Seeds, plays the journey, says where to look, stays up until Ctrl-C.
pub async fn up(args: UpArgs) -> anyhow::Result<()> {
    let mut options = args.serve;
    options.demo = true;
    // A demo's history is played over HTTP from this machine, faster than people would.
    options.address_rate = options.address_rate.max(5_000);
    options.account_rate = options.account_rate.max(1_000);
    base::telemetry::start(options.log.as_deref().unwrap_or("warn"));
    let listener = serve::bind(options.http_addr)?;
    let metrics_listener = serve::bind(options.metrics_addr)?;
    let servers = options.database.servers()?;
    println!("data folder: {}", servers.data_dir.display());
    prepare(&servers)?;
    let serving = serve::start(&options, &servers, listener, Some(metrics_listener))?;
    let result = show(&serving, &options.wechat_appid, args.no_journey).await;
    if result.is_ok() {
        serve::wait_for_stop().await?;
        println!("stopping …");
    }
    serving.stop().await;
    if let Some(cluster) = servers.cluster {
        cluster.stop()?;
    }
    result
}

async fn show(serving: &Serving, appid: &str, no_journey: bool) -> anyhow::Result<()> {
    let url = format!("http://{}", serving.address);
    if !no_journey {
        journey::play(&url, &serving.parts.db, &serving.parts.ring).await?;
    }
    seed::run(serving, &url, appid).await?;
    people_list::print(serving, &url).await
}

/// Options of `palm demo clock`.
#[derive(Debug, Clone, clap::Args)]
pub struct ClockArgs {
    /// Which database
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// How far ahead, such as +72h, +30m or +7d
    #[arg(value_name = "AHEAD", value_parser = parse_ahead)]
    pub ahead: i64,
}

fn parse_ahead(text: &str) -> Result<i64, String> {
    let wrong = || "give hours, minutes or days ahead, such as +72h".to_owned();
    let text = text.strip_prefix('+').ok_or_else(wrong)?;
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let seconds = match unit {
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let number: u32 = number.parse().map_err(|_digits| wrong())?;
    Ok(i64::from(number) * seconds)
}

/// Moves the clock of a demo installation.
pub fn clock(args: &ClockArgs) -> anyhow::Result<()> {
    let servers = args.database.servers()?;
    let mut connection = PgConnection::establish(&servers.app_url).context("can't reach the database")?;
    let now = installation::move_clock(&mut connection, args.ahead)?;
    println!("it is now {now}");
    if let Some(cluster) = servers.cluster {
        cluster.stop()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_forward_steps_are_read() {
        assert_eq!(parse_ahead("+72h"), Ok(259_200));
        assert_eq!(parse_ahead("+7d"), Ok(604_800));
        for wrong in ["72h", "-1h", "+h", "+1w", "+é", "", "+"] {
            assert!(parse_ahead(wrong).is_err(), "{wrong}");
        }
    }
}
