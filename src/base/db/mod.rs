//! The only way to the database. `read`, `transaction` and `once` take a permit first, then run a blocking closure, so a
//! transaction is never cut in the middle and a crowd on one row never eats the pool. Owns the tables
//! `idempotency_keys` and `audit_entries` and the function `palm_now()`; `installation` says what kind of database this is.

mod audit;
mod failure;
pub mod installation;
mod once;
mod pool;
mod schema;
mod statement;
mod together;
mod tx;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::PgConnection;
use tokio::sync::Semaphore;

pub use audit::{Audit, AuditRow, audit_by_others, audit_of};
pub use failure::{DbError, DbResult};
pub(crate) use once::sweep as sweep_keys;
pub use once::{Done, Once};
pub use pool::{PoolOptions, Session};
pub use together::{Share, Together, Work, apart};
pub use tx::{Context, Finished, Principal, Tx, now, palm_now};

use crate::error::{self, ApiError};
use crate::jobs::Wake;

/// What kind of permit a closure needs.
#[derive(Debug, Clone, Copy)]
enum Lane {
    Read,
    Write,
    Contended,
}

/// Handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    pool: r2d2::Pool<pool::Manager>,
    read: Arc<Semaphore>,
    write: Arc<Semaphore>,
    contended: Arc<Semaphore>,
    /// How many callers may wait for a permit before the next is refused with 503.
    queue: usize,
    waiting: AtomicUsize,
    wake: Wake,
}

/// A place in the bounded line before the permits.
struct Line(Arc<Inner>);

impl Line {
    fn enter(inner: Arc<Inner>) -> Option<Self> {
        let line = Self(inner);
        (line.0.waiting.fetch_add(1, Ordering::Relaxed) < line.0.queue).then_some(line)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Db {
    /// Opens the pool. Fails when the server can't be reached.
    pub fn open(options: &PoolOptions) -> Result<Self, DbError> {
        let size = usize::try_from(options.size).unwrap_or(8).max(3);
        let contended = (size / 3).max(1);
        let read = (size / 3).max(1);
        let inner = Inner {
            pool: pool::open(options)?,
            read: Arc::new(Semaphore::new(read)),
            write: Arc::new(Semaphore::new(size - read - contended)),
            contended: Arc::new(Semaphore::new(contended)),
            queue: options.queue,
            waiting: AtomicUsize::new(0),
            wake: Wake::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// How many closures can run at once; the server's blocking threads are this plus two.
    pub fn permits(&self) -> usize {
        usize::try_from(self.inner.pool.max_size()).unwrap_or(8)
    }

    /// The in-process signal that tells the job runner about new work.
    pub fn wake(&self) -> &Wake {
        &self.inner.wake
    }

    /// Reads outside a transaction. The closure may run again when a connection turns out to be dead.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, ApiError>
    where
        F: Fn(&mut PgConnection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Into<ApiError>,
    {
        let db = self.clone();
        self.blocking(Lane::Read, move || db.read_now(work)).await
    }

    /// Runs one transaction at READ COMMITTED. The closure may run again after a deadlock.
    pub async fn transaction<T, E, F>(&self, context: Context, work: F) -> Result<T, ApiError>
    where
        F: Fn(Tx<'_>) -> Result<Finished<T>, E> + Send + 'static,
        T: Send + 'static,
        E: Into<ApiError>,
    {
        let db = self.clone();
        self.blocking(Lane::Write, move || db.transaction_now(&context, work)).await
    }

    /// Runs one transaction whose first statement is the idempotency row (see `Once`).
    pub async fn once<T, E, F>(&self, once: Once, work: F) -> Result<Done<T>, ApiError>
    where
        F: Fn(Tx<'_>) -> Result<Finished<T>, E> + Send + 'static,
        T: Send + 'static,
        E: Into<ApiError>,
    {
        let db = self.clone();
        let lane = if once.is_contended() { Lane::Contended } else { Lane::Write };
        self.blocking(lane, move || db.once_now(&once, work)).await
    }

    /// `read` for threads that may block (jobs, commands).
    pub fn read_now<T, E: Into<ApiError>>(&self, work: impl Fn(&mut PgConnection) -> Result<T, E>) -> Result<T, ApiError> {
        let mut attempt = 0;
        loop {
            let mut session = pool::get(&self.inner.pool)?;
            match work(session.connection()).map_err(Into::into) {
                Err(error) if session.lost_by(&error) && attempt < 3 => {
                    tracing::debug!(?error, "a pooled connection was dead");
                    attempt += 1;
                }
                other => return other,
            }
        }
    }

    /// `transaction` for threads that may block (jobs, commands).
    pub fn transaction_now<T, E: Into<ApiError>>(
        &self,
        context: &Context,
        work: impl Fn(Tx<'_>) -> Result<Finished<T>, E>,
    ) -> Result<T, ApiError> {
        let committed = tx::run(&self.inner.pool, context, &work)?;
        Ok(self.committed(committed))
    }

    /// `once` for threads that may block (jobs, commands).
    pub fn once_now<T, E: Into<ApiError>>(
        &self,
        once: &Once,
        work: impl Fn(Tx<'_>) -> Result<Finished<T>, E>,
    ) -> Result<Done<T>, ApiError> {
        let committed = once::run(&self.inner.pool, once, &work)?;
        Ok(self.committed(committed))
    }

    /// Wakes the job runner if there is work for it: a look at the queue after every commit would cost as much as a small commit.
    fn committed<T>(&self, committed: tx::Committed<T>) -> T {
        if committed.enqueued {
            self.inner.wake.notify();
        }
        committed.value
    }

    async fn blocking<T, F>(&self, lane: Lane, work: F) -> Result<T, ApiError>
    where
        F: FnOnce() -> Result<T, ApiError> + Send + 'static,
        T: Send + 'static,
    {
        let permits = match lane {
            Lane::Read => &self.inner.read,
            Lane::Write => &self.inner.write,
            Lane::Contended => &self.inner.contended,
        };
        let permit = match Arc::clone(permits).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_busy) => self.wait(permits).await?,
        };
        // The permit moves into the closure: a caller that goes away doesn't free the connection it still uses.
        actix_web::web::block(move || {
            let _held = permit;
            work()
        })
        .await
        .map_err(|gone| ApiError::internal(anyhow::anyhow!("blocking closure: {gone}")))?
    }

    async fn wait(&self, permits: &Arc<Semaphore>) -> Result<tokio::sync::OwnedSemaphorePermit, ApiError> {
        let line = Line::enter(Arc::clone(&self.inner)).ok_or_else(|| ApiError::of(&error::OVERLOADED))?;
        let permit = tokio::time::timeout(std::time::Duration::from_secs(3), Arc::clone(permits).acquire_owned()).await;
        drop(line);
        match permit {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(ApiError::of(&error::OVERLOADED)),
        }
    }
}
