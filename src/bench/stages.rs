//! The stages of a bench, in order. A figure and its baseline are measured in turns, slice by slice, so that a machine that is busy
//! with something else disturbs both alike.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::rt;

use super::client;
use super::figures::{Figures, ms};
use super::load::{self, Pace, Tally};
use super::site::{Server, Site};
use super::world::World;
use super::{awards, orders, rows};

/// Slices that a figure and its baseline are measured in.
pub(super) const SLICES: u32 = 6;
/// Connections of a read load.
const READERS: usize = 32;
/// Connections while memory is measured.
const CROWD: usize = 256;

/// One run.
pub(super) struct Bench {
    pub(super) site: Site,
    pub(super) world: Arc<World>,
    pub(super) quick: bool,
    pub(super) figures: Figures,
}

impl Bench {
    /// How long a slice is.
    pub(super) fn slice(&self) -> Duration {
        Duration::from_millis(if self.quick { 500 } else { 2_000 })
    }

    /// Prints the line of a stage.
    pub(super) fn told(&self, stage: &str, text: &str) {
        println!("{stage:<22} {text}");
    }

    /// Every stage.
    pub(super) async fn all(&mut self) -> anyhow::Result<()> {
        let server = self.site.start("serve").await?;
        self.figures.add("ready_ms", ms(server.ready), "ms");
        self.told("start", &format!("ready after {:.0} ms", ms(server.ready)));
        orders::steady(self, &server).await?;
        orders::sale(self, &server).await?;
        self.reads(&server).await?;
        awards::run(self).await?;
        self.memory(&server).await?;
        server.stop()
    }

    /// Balance reads beside bare reads.
    async fn reads(&mut self, server: &Server) -> anyhow::Result<()> {
        let bare_server = self.site.start("bench-bare").await?;
        let keys = rows::keys(&mut self.site.owner()?, 1000)?;
        let requests = |path: &dyn Fn(usize) -> String| -> Vec<Vec<u8>> {
            (0..1000).map(|n| client::request("GET", &path(n), Some(&self.world.resident(n).token), None)).collect()
        };
        let bare_requests =
            Arc::new(requests(&|n| format!("/bench/rows/{}", keys.get(n % keys.len()).copied().unwrap_or_default())));
        let mine_requests = Arc::new(requests(&|_| BALANCE.to_owned()));
        let (mut bare, mut mine) = (Tally::default(), Tally::default());
        for _ in 0..SLICES {
            bare.join(self.read(bare_server.address, &bare_requests).await?);
            mine.join(self.read(server.address, &mine_requests).await?);
        }
        bare_server.stop()?;
        let (bare_rps, mine_rps) = (bare.rate(200), mine.rate(200));
        self.figures.add("balance_read_rps", mine_rps, "per_s");
        self.figures.add("bare_read_rps", bare_rps, "per_s");
        self.figures.add("balance_ratio", mine_rps / bare_rps.max(1.0), "ratio");
        let text = format!(
            "{mine_rps:.0} balances ({}), {bare_rps:.0} bare ({}): {:.2}",
            mine.summary(),
            bare.summary(),
            mine_rps / bare_rps.max(1.0)
        );
        self.told("reads a second", &text);
        Ok(())
    }

    async fn read(&self, address: SocketAddr, requests: &Arc<Vec<Vec<u8>>>) -> anyhow::Result<Tally> {
        let requests = Arc::clone(requests);
        load::run(address, READERS, Pace::Closed(self.slice()), move |n| requests[n % requests.len()].clone()).await
    }

    /// Memory while many connections read.
    async fn memory(&mut self, server: &Server) -> anyhow::Result<()> {
        let requests: Arc<Vec<Vec<u8>>> =
            Arc::new((0..1000).map(|n| client::request("GET", BALANCE, Some(&self.world.resident(n).token), None)).collect());
        let length = self.slice() * 2;
        let load =
            rt::spawn(load::run(server.address, CROWD, Pace::Closed(length), move |n| requests[n % requests.len()].clone()));
        let (started, mut most) = (Instant::now(), 0.0_f64);
        while started.elapsed() < length {
            most = most.max(server.rss_mb()?);
            rt::time::sleep(Duration::from_millis(100)).await;
        }
        let tally = load.await??;
        self.figures.add("rss_mb", most, "MB");
        self.told("memory", &format!("{most:.0} MB at {CROWD} connections ({})", tally.summary()));
        Ok(())
    }
}

/// What a resident's wallet is read at.
const BALANCE: &str = "/api/v1/points/wallet";
