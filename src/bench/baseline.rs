//! What PostgreSQL itself does on this machine, without the product: the hot-row transaction on eight connections.

use std::time::{Duration, Instant};

use diesel::{Connection as _, PgConnection};
use uuid::Uuid;

use super::rows;

/// Connections of the baseline.
pub(super) const CONNECTIONS: usize = 8;

/// Transactions so far and the time they took.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Slice {
    pub(super) done: usize,
    pub(super) elapsed: Duration,
}

impl Slice {
    /// Adds one measured later.
    pub(super) fn join(&mut self, other: Self) {
        self.done += other.done;
        self.elapsed += other.elapsed;
    }

    /// Per second.
    pub(super) fn rate(self) -> f64 {
        super::figures::number(self.done) / self.elapsed.as_secs_f64().max(0.001)
    }
}

/// Runs `work` on `count` threads, each with a connection of its own, for `length`. Connecting isn't counted.
pub(super) fn threads<W>(count: usize, length: Duration, work: W) -> anyhow::Result<Slice>
where
    W: Fn() -> anyhow::Result<Box<dyn FnMut() -> anyhow::Result<()>>> + Sync,
{
    let barrier = std::sync::Barrier::new(count);
    let counts: Vec<anyhow::Result<(usize, Duration)>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|_| {
                scope.spawn(|| {
                    let prepared = work();
                    barrier.wait();
                    let (mut step, started, mut done) = (prepared?, Instant::now(), 0);
                    while started.elapsed() < length {
                        step()?;
                        done += 1;
                    }
                    Ok((done, started.elapsed()))
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_panic| anyhow::bail!("a load thread panicked"))).collect()
    });
    let mut slice = Slice::default();
    for count in counts {
        let (done, elapsed) = count?;
        slice.done += done;
        slice.elapsed = slice.elapsed.max(elapsed);
    }
    Ok(slice)
}

/// INSERT + UPDATE of one hot row a transaction.
pub(super) fn raw_single(app_url: &str, length: Duration) -> anyhow::Result<Slice> {
    threads(CONNECTIONS, length, || {
        let mut connection = PgConnection::establish(app_url)?;
        rows::post_raw(&mut connection, Uuid::now_v7())?;
        Ok(Box::new(move || Ok(rows::post_raw(&mut connection, Uuid::now_v7())?)))
    })
}
