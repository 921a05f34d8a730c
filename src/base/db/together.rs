//! Writes that all want one hot row go in together. Alone, each would hold the row for its round trips and its wait for the disk, and a
//! sale could sell once per such turn. So whoever comes while a transaction is on its way waits for the next one, which takes all that
//! gathered: no timer, nobody waits for company. A caller is answered after the commit, as always.
//!
//! The joint transaction is the quick way for writes that nothing speaks against. The first refusal rolls it back whole, and each
//! write is then done alone, in the order of arrival, so that a refusal hits only its own caller.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use uuid::Uuid;

use super::once::{self, Done, Once};
use super::tx::{self, Committed, Finished, Tx};
use super::{Db, Lane};
use crate::error::{self, ApiError};

/// Writes of one transaction at most.
const MOST: usize = 64;

/// One caller's write.
#[derive(Debug)]
pub struct Share<W> {
    /// Its identity: caller, key, id of the result.
    pub once: Once,
    /// What is wanted.
    pub wish: W,
}

/// Does all the writes in one transaction, giving a value for each, in order. It is called with one write too. On a refusal of any it
/// returns the error.
pub type Work<W, T> = fn(Tx<'_>, &[Share<W>]) -> Result<Finished<Vec<T>>, ApiError>;

type Answer<T> = Result<Done<T>, ApiError>;
type Waiting<W, T> = (Share<W>, oneshot::Sender<Answer<T>>);

/// Where writes of one kind gather, by hot row; one per process.
pub struct Together<W, T> {
    work: Work<W, T>,
    /// A row stands here while a transaction for it is on its way.
    lines: Mutex<HashMap<Uuid, VecDeque<Waiting<W, T>>>>,
}

/// The refusal of a joint transaction by which the writes are done one by one: two of them can't stand in one statement.
pub fn apart() -> ApiError {
    ApiError::of(&error::STATE_CONFLICT)
}

impl<W: Send + Sync + 'static, T: Send + 'static> Together<W, T> {
    /// For this kind of write.
    pub fn new(work: Work<W, T>) -> Self {
        Self { work, lines: Mutex::default() }
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<Uuid, VecDeque<Waiting<W, T>>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An idempotent write to `row`, with whoever else wants that row now. 503 when too many wait already.
    pub async fn once(self: &Arc<Self>, db: &Db, row: Uuid, once: Once, wish: W) -> Answer<T> {
        let (tell, told) = oneshot::channel();
        let waiting = (Share { once, wish }, tell);
        let alone = {
            let mut lines = self.lines();
            match lines.get_mut(&row) {
                Some(line) if line.len() >= db.inner.queue => return Err(ApiError::of(&error::OVERLOADED)),
                Some(line) => {
                    line.push_back(waiting);
                    None
                }
                None => {
                    lines.insert(row, VecDeque::new());
                    Some(waiting)
                }
            }
        };
        if let Some(first) = alone {
            // A task of its own: the others' answers don't depend on whether the first caller stays.
            tokio::task::spawn_local(Arc::clone(self).serve(db.clone(), row, vec![first]));
        }
        told.await.unwrap_or_else(|_gone| Err(ApiError::of(&error::OUTCOME_UNKNOWN)))
    }

    /// One transaction after the other, until nobody waits.
    async fn serve(self: Arc<Self>, db: Db, row: Uuid, mut batch: Vec<Waiting<W, T>>) {
        while !batch.is_empty() {
            let (shares, tells): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
            let (blocking, work) = (db.clone(), self.work);
            let answers = db.blocking(Lane::Contended, move || Ok(run(&blocking, work, &shares))).await;
            let answers = answers.unwrap_or_else(|failure| same(failure, tells.len()));
            for (tell, answer) in tells.into_iter().zip(answers) {
                // A caller that went away asks again with the same key.
                let _gone = tell.send(answer);
            }
            batch = self.next(row);
        }
    }

    fn next(&self, row: Uuid) -> Vec<Waiting<W, T>> {
        let mut lines = self.lines();
        let Some(line) = lines.get_mut(&row) else { return Vec::new() };
        let count = line.len().min(MOST);
        let next: Vec<_> = line.drain(..count).collect();
        if next.is_empty() {
            lines.remove(&row);
        }
        next
    }
}

/// The failure of a joint transaction for everybody in it.
fn same<T>(failure: ApiError, count: usize) -> Vec<Answer<T>> {
    let code = failure.code();
    let mut all = vec![Err(failure)];
    all.extend((1..count).map(|_| Err(ApiError::of(code))));
    all
}

fn run<W, T>(db: &Db, work: Work<W, T>, shares: &[Share<W>]) -> Vec<Answer<T>> {
    if let [share] = shares {
        return vec![alone(db, work, share)];
    }
    match all(db, work, shares) {
        Ok(values) => {
            let done = |(share, value): (&Share<W>, T)| Ok(Done { id: share.once.id(), replayed: false, value: Some(value) });
            shares.iter().zip(values).map(done).collect()
        }
        // The database's own trouble is everybody's.
        Err(failure) if [&error::OVERLOADED, &error::OUTCOME_UNKNOWN, &error::STILL_RUNNING].contains(&failure.code()) => {
            same(failure, shares.len())
        }
        Err(_refused) => shares.iter().map(|share| alone(db, work, share)).collect(),
    }
}

fn all<W, T>(db: &Db, work: Work<W, T>, shares: &[Share<W>]) -> Result<Vec<T>, ApiError> {
    let [first, ..] = shares else { return Ok(Vec::new()) };
    let committed: Committed<Vec<T>> = tx::run(&db.inner.pool, first.once.context(), &|mut tx: Tx<'_>| {
        if !once::claim(tx.conn(), shares.iter().map(|share| &share.once))? {
            return Err(apart());
        }
        work(tx, shares)
    })?;
    Ok(db.committed(committed))
}

fn alone<W, T>(db: &Db, work: Work<W, T>, share: &Share<W>) -> Answer<T> {
    let done = db.once_now(&share.once, |tx| work(tx, std::slice::from_ref(share)))?;
    let value = done.value.and_then(|mut values| values.pop());
    Ok(Done { id: done.id, replayed: done.replayed, value })
}
