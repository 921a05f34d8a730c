//! Jobs of awards.

use std::time::Duration;

use base::db::{Context, Db};
use base::jobs::{JobError, JobKind};
use serde::Deserialize;
use serde_json::Value;

use super::event::AWARD_JOB;
use super::{EventId, decide, retry};
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

/// Decides one event. Running twice is harmless: the second finds the award.
fn award(db: &Db, outside: &Outside, payload: Value) -> Result<(), JobError> {
    let payload: AwardPayload = serde_json::from_value(payload)?;
    let decide = |wait| db.transaction_now(&Context::job(), |tx| decide::decide(tx, outside, payload.event, wait));
    match decide(false) {
        // Somebody emptied the budget between the look and the posting: everything was rolled back, so decide again to wait.
        Err(error) if error.code() == &ledger::error::BUDGET_EXHAUSTED => Ok(decide(true)?),
        other => Ok(other?),
    }
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
    let (first, second) = (outside.clone(), outside.clone());
    vec![
        JobKind::new(AWARD_JOB, move |db, payload| award(db, &first, payload)),
        JobKind::new(RETRY_JOB, move |db, payload| retry_waiting(db, &second, payload)).every(Duration::from_secs(600)),
    ]
}
