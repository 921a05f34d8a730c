//! Two kinds of load. **Closed**: so many connections, each sends when its answer is there: what can be carried? **Open**: a
//! request at each tick of a fixed rate, whether the last was answered or not, and latency counted from the tick: what does a
//! crowd feel?

use std::cell::Cell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::rt;

use super::client::Connection;
use super::figures::number;

/// What happened.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Answers by status; 0 stands for a connection that failed.
    pub(super) statuses: BTreeMap<u16, usize>,
    /// One latency per answer.
    pub(super) latencies: Vec<Duration>,
    /// From the first request to the last answer.
    pub(super) elapsed: Duration,
}

impl Tally {
    /// Answers with this status.
    pub(super) fn count(&self, status: u16) -> usize {
        self.statuses.get(&status).copied().unwrap_or(0)
    }

    /// All answers.
    pub(super) fn answers(&self) -> usize {
        self.statuses.values().sum::<usize>() - self.count(0)
    }

    /// Answers of this status per second.
    pub(super) fn rate(&self, status: u16) -> f64 {
        number(self.count(status)) / self.elapsed.as_secs_f64().max(0.001)
    }

    /// Adds another one, measured after this one.
    pub(super) fn join(&mut self, other: Self) {
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.latencies.extend(other.latencies);
        self.elapsed += other.elapsed;
    }

    /// For the printed line: `201: 900, 409: 100`.
    pub(super) fn summary(&self) -> String {
        let parts: Vec<String> = self.statuses.iter().map(|(status, count)| format!("{status}: {count}")).collect();
        parts.join(", ")
    }
}

/// How to load.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// Each connection as fast as it is answered, so long.
    Closed(Duration),
    /// This many a second, so many in all.
    Open { per_second: u32, total: usize },
}

impl Pace {
    /// When the `index`-th request is due after the start; `None`: no more.
    fn due(self, index: usize, since_start: Duration) -> Option<Duration> {
        match self {
            Self::Closed(length) => (since_start < length).then_some(since_start),
            Self::Open { per_second, total } => {
                (index < total).then(|| Duration::from_secs_f64(number(index) / f64::from(per_second.max(1))))
            }
        }
    }
}

/// Loads a server over `connections` kept-alive connections; `next` makes the bytes of the n-th request.
pub(super) async fn run(
    address: SocketAddr,
    connections: usize,
    pace: Pace,
    next: impl Fn(usize) -> Vec<u8> + 'static,
) -> anyhow::Result<Tally> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let (next, index, start) = (Rc::new(next), Rc::new(Cell::new(0_usize)), Instant::now());
    let tasks: Vec<_> = open
        .into_iter()
        .map(|connection| rt::spawn(work(connection, pace, Rc::clone(&next), Rc::clone(&index), start)))
        .collect();
    let mut tally = Tally::default();
    for task in tasks {
        tally.join(task.await?);
    }
    tally.elapsed = start.elapsed();
    Ok(tally)
}

async fn work<N: Fn(usize) -> Vec<u8>>(
    mut connection: Connection,
    pace: Pace,
    next: Rc<N>,
    index: Rc<Cell<usize>>,
    start: Instant,
) -> Tally {
    let mut tally = Tally::default();
    loop {
        let mine = index.get();
        let Some(due) = pace.due(mine, start.elapsed()) else { return tally };
        index.set(mine + 1);
        let due = start + due;
        rt::time::sleep_until(due.into()).await;
        let status = match connection.send(&next(mine)).await {
            Ok(answer) => {
                tally.latencies.push(due.elapsed());
                answer.status
            }
            Err(_broken) => 0,
        };
        *tally.statuses.entry(status).or_default() += 1;
        if status == 0 {
            return tally;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_pace_keeps_its_ticks() {
        let pace = Pace::Open { per_second: 1000, total: 3 };
        assert_eq!(pace.due(2, Duration::from_secs(9)), Some(Duration::from_millis(2)));
        assert_eq!(pace.due(3, Duration::ZERO), None);
        let pace = Pace::Closed(Duration::from_secs(1));
        assert_eq!(pace.due(7, Duration::from_secs(1)), None);
    }
}
