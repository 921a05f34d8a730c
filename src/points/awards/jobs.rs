//! Jobs of awards.

use std::cell::RefCell;
use std::time::Duration;

use base::db::{Context, Db};
use base::jobs::{JobError, JobKind};
use ledger::PostError;
use serde::Deserialize;
use serde_json::Value;

use super::decide::{self, Turn};
use super::event::AWARD_JOB;
use super::{EventId, retry, rows_queue, sponsor};
use crate::RETRY_JOB;
use crate::budgets::BudgetId;
use crate::outside::Outside;

#[derive(Deserialize)]
struct AwardPayload {
    event: EventId,
}

#[derive(Deserialize)]
struct RetryPayload {
    #[serde(default)]
    budget: Option<BudgetId>,
}

/// Events that one transaction decides.
const BATCH: i64 = 64;
/// Transactions of one job: what the ledger refused is set apart, and the others are decided without it.
const TURNS: u32 = 8;

/// Decides an event, and with it whatever else of its community waits; the jobs of those find nothing to do. Running twice is harmless.
fn award(db: &Db, outside: &Outside, payload: Value) -> Result<(), JobError> {
    let payload: AwardPayload = serde_json::from_value(payload)?;
    if !db.read_now(|connection| rows_queue::is_queued(connection, payload.event))? {
        return Ok(());
    }
    let mut turn = Turn { event: payload.event, limit: BATCH, wait: Vec::new(), skip: Vec::new() };
    for _ in 0..TURNS {
        let refused = RefCell::new(Vec::new());
        let decided = db.transaction_now(&Context::job(), |tx| {
            refused.borrow_mut().clear();
            decide::decide(tx, outside, &turn, &refused)
        });
        let Err(error) = decided else { return Ok(()) };
        let refused = refused.into_inner();
        if refused.is_empty() && turn.limit > 1 {
            // Something in the batch can't be decided at all; it isn't to hold up this one.
            turn.limit = 1;
            continue;
        }
        let own_fails = refused.iter().any(|(event, why)| *event == turn.event && *why != PostError::BudgetExhausted);
        if refused.is_empty() || own_fails {
            return Err(error.into());
        }
        for (event, why) in refused {
            // Somebody emptied the budget between the look and the posting: these wait.
            let apart = if why == PostError::BudgetExhausted { &mut turn.wait } else { &mut turn.skip };
            apart.push(event);
        }
    }
    Err(JobError::Retry("the ledger kept refusing parts of the batch".to_owned()))
}

/// Posts what waits: for one budget after it was funded, for all by itself now and then.
fn retry_waiting(db: &Db, outside: &Outside, payload: Value) -> Result<(), JobError> {
    let payload: RetryPayload = serde_json::from_value(payload)?;
    match payload.budget {
        Some(budget) => retry::budget(db, outside, budget)?,
        None => retry::all(db, outside)?,
    }
    Ok(())
}

/// The jobs of this noun.
pub(crate) fn kinds(outside: &Outside) -> Vec<JobKind> {
    let (first, second, third) = (outside.clone(), outside.clone(), outside.clone());
    vec![
        JobKind::new(AWARD_JOB, move |db, payload| award(db, &first, payload)),
        JobKind::new(RETRY_JOB, move |db, payload| retry_waiting(db, &second, payload)).every(Duration::from_secs(600)),
        JobKind::new("points_sponsor_notice", move |db, _payload| Ok(sponsor::tell_all(db, &third)?))
            .every(Duration::from_secs(3600)),
    ]
}
