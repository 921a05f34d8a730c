//! The runner: a few threads of their own that claim, do and finish jobs, woken by the signal after commits and by polling
//! every 250 ms.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::rows::{self, Claimed};
use super::{JobError, JobKind};
use crate::db::Db;
use crate::error::ApiError;

/// Running worker threads; stops them when asked.
pub struct Runner {
    stop: Arc<AtomicBool>,
    db: Db,
    threads: Vec<JoinHandle<()>>,
}

/// How often schedules are looked at.
const TICK: Duration = Duration::from_secs(1);
/// How often the queue is looked at without a signal.
const POLL: Duration = Duration::from_millis(250);

impl Runner {
    /// Starts `workers` threads.
    pub fn start(db: &Db, kinds: &Arc<Vec<JobKind>>, workers: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let threads = (0..workers)
            .map(|index| {
                let (db, kinds, stop) = (db.clone(), Arc::clone(kinds), Arc::clone(&stop));
                std::thread::spawn(move || work(&db, &kinds, &stop, index == 0))
            })
            .collect();
        Self { stop, db: db.clone(), threads }
    }

    /// Lets the running jobs end, then stops.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.db.wake().notify();
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a job worker had panicked");
            }
        }
    }
}

fn work(db: &Db, kinds: &[JobKind], stop: &AtomicBool, keeps_schedule: bool) {
    let mut seen = 0;
    let mut ticked: Option<Instant> = None;
    while !stop.load(Ordering::Relaxed) {
        if keeps_schedule && ticked.is_none_or(|at| at.elapsed() >= TICK) {
            if let Err(error) = tick_all(db, kinds) {
                tracing::warn!(?error, "schedules could not be read");
            }
            ticked = Some(Instant::now());
        }
        match round(db, kinds) {
            Ok(0) => seen = db.wake().wait(seen, POLL),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(?error, "jobs could not be claimed");
                seen = db.wake().wait(seen, POLL);
            }
        }
    }
}

fn tick_all(db: &Db, kinds: &[JobKind]) -> Result<(), ApiError> {
    for kind in kinds {
        if let Some(every) = kind.every {
            db.read_now(|connection| rows::tick(connection, kind.name, every))?;
        }
    }
    Ok(())
}

/// Claims and runs a few jobs of each kind; returns how many ran.
fn round(db: &Db, kinds: &[JobKind]) -> Result<usize, ApiError> {
    let by_name: HashMap<&str, &JobKind> = kinds.iter().map(|kind| (kind.name, kind)).collect();
    let names: Vec<&str> = by_name.keys().copied().collect();
    let lease = kinds.iter().map(|kind| kind.lease).max().unwrap_or(Duration::from_secs(60));
    let claimed = db.read_now(|connection| rows::claim(connection, &names, lease, 16))?;
    for job in &claimed {
        if let Some(kind) = by_name.get(job.kind.as_str()) {
            run_one(db, kind, job)?;
        }
    }
    Ok(claimed.len())
}

fn run_one(db: &Db, kind: &JobKind, job: &Claimed) -> Result<(), ApiError> {
    let span = tracing::info_span!("job", kind = kind.name, id = %job.id, attempt = job.attempts);
    let _entered = span.enter();
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (kind.body)(db, job.payload.clone())))
        .unwrap_or_else(|_panic| Err(JobError::Retry("the job panicked".to_owned())));
    match outcome {
        Ok(()) => db.read_now(|connection| rows::finish(connection, job)),
        Err(JobError::Retry(reason)) if job.attempts < kind.tries => {
            tracing::info!(reason, "job failed, will be tried again");
            db.read_now(|connection| rows::fail(connection, job, &reason, Some(pause(job.attempts))))
        }
        Err(JobError::Retry(reason) | JobError::Dead(reason)) => {
            tracing::error!(reason, "job is dead");
            db.read_now(|connection| rows::fail(connection, job, &reason, None))
        }
    }
}

/// 1 s, 4 s, 16 s … at most an hour.
fn pause(attempts: i32) -> Duration {
    let exponent = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(6);
    Duration::from_secs(4_u64.pow(exponent).min(3600))
}

/// How long `drain` waits for jobs that another worker has in hand.
const DRAIN_PATIENCE: Duration = Duration::from_secs(30);

/// Runs everything that is due now until nothing is, also waiting for what another worker has in hand; returns how many ran here. For
/// tests, the demo and the journey.
pub fn drain(db: &Db, kinds: &[JobKind]) -> Result<usize, ApiError> {
    tick_all(db, kinds)?;
    let started = Instant::now();
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
    let (mut total, mut seen) = (0, 0);
    loop {
        let ran = round(db, kinds)?;
        total += ran;
        if ran > 0 {
            continue;
        }
        if !db.read_now(|connection| rows::in_hand(connection, &names))? || started.elapsed() > DRAIN_PATIENCE {
            return Ok(total);
        }
        seen = db.wake().wait(seen, Duration::from_millis(10));
    }
}

/// The queue's own daily cleaning: finished jobs, old idempotency keys, old counters.
pub fn housekeeping() -> JobKind {
    JobKind::new("housekeeping", |db, _payload| {
        db.read_now(|connection| {
            rows::sweep(connection)?;
            crate::db::sweep_keys(connection)
        })?;
        Ok(())
    })
    .every(Duration::from_secs(24 * 3600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_bounded() {
        assert_eq!(pause(1), Duration::from_secs(1));
        assert_eq!(pause(3), Duration::from_secs(16));
        assert_eq!(pause(30), Duration::from_secs(3600));
    }
}
