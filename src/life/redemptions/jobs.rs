//! The end of holds. One recurring job reads the index of open holds; no job per order, which would cost every order of a sale one more
//! round trip for a moment that is at most fifteen seconds earlier.

use std::time::Duration;

use base::db::{Context, Db};
use base::jobs::{JobError, JobKind};

use super::{OrderId, cancel, rows};

/// Orders of one chunk.
const CHUNK: i64 = 200;

/// Ends every order whose time is over: points back with their old dates, stock and limits given back.
fn expire_all(db: &Db) -> Result<(), JobError> {
    loop {
        let due: Vec<OrderId> = db.read_now(|connection| rows::run_out(connection, CHUNK))?;
        let mut ended = 0_usize;
        for id in &due {
            match db.transaction_now(&Context::job(), |tx| cancel::expire(tx, *id)) {
                Ok(true) => ended += 1,
                Ok(false) => {}
                Err(error) => tracing::warn!(?error, order = %id, "a hold that is over could not be ended"),
            }
        }
        if due.len() < usize::try_from(CHUNK).unwrap_or(200) || ended == 0 {
            return Ok(());
        }
    }
}

/// The jobs of this noun.
pub fn jobs() -> Vec<JobKind> {
    vec![JobKind::new("redemption_expiry", |db, _payload| expire_all(db)).every(Duration::from_secs(15))]
}
