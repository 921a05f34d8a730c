//! Posting awards that waited: oldest first per budget, until it is empty again.

use base::db::{Audit, Context, Db, Finished, Tx};
use base::error::{ApiError, STATE_CONFLICT};
use base::jobs::NewJob;
use people::community::merges;
use serde_json::json;

use super::ground::Ground;
use super::rows::{self, AwardRow};
use super::{AwardId, decide};
use crate::budgets::{self, BudgetId};
use crate::outside::{Notice, Outside};
use crate::{FOLLOW_MERGES_JOB, place, rules};

/// Awards of one look.
const BATCH: i64 = 100;

/// Posts what waits for a budget; stops at the first award that it can't pay, so that nobody is overtaken.
pub(super) fn budget(db: &Db, outside: &Outside, budget: BudgetId) -> Result<(), ApiError> {
    loop {
        let waiting = db.read_now(|connection| rows::waiting_of_budget(connection, budget, BATCH))?;
        for award in &waiting {
            let left = db.read_now(|connection| budgets::left(connection, budget))?;
            if left < award.amount {
                return Ok(());
            }
            match db.transaction_now(&Context::job(), |tx| post(tx, outside, award)) {
                Err(error) if error.code() == &ledger::error::BUDGET_EXHAUSTED => return Ok(()),
                Err(error) if error.code() == &STATE_CONFLICT => {}
                other => other?,
            }
        }
        if waiting.len() < usize::try_from(BATCH).unwrap_or(0) {
            return Ok(());
        }
    }
}

/// Posts every budget's waiting awards.
pub(super) fn all(db: &Db, outside: &Outside) -> Result<(), ApiError> {
    for id in db.read_now(rows::budgets_waited_for)? {
        budget(db, outside, id)?;
    }
    Ok(())
}

/// One award, in one transaction; a state conflict when another worker was faster.
fn post(mut tx: Tx<'_>, outside: &Outside, award: &AwardRow) -> Result<Finished<()>, ApiError> {
    let (Some(rule), Some(budget)) = (award.rule_id, award.budget_id) else { return Ok(tx.done(())?) };
    let (Some(event), Some(rule)) = (rows::event_of(tx.conn(), award)?, rules::rule_find(tx.conn(), rule)?) else {
        return Ok(tx.done(())?);
    };
    let (ground, _purse) = Ground::read(&mut tx, outside, award.community_id, std::slice::from_ref(&event))?;
    let posting = decide::build(&event, (award.id, ground.party(&event)), &rule, budget, award.amount)?;
    let after = json!({"state": "posted", "transaction": posting.id});
    tx.audit(Audit::new("points_retry", "award", award.id.0).at(award.community_id).after(after))?;
    tell_posted(&mut tx, outside, award, award.id)?;
    let now = tx.now()?;
    // The update is also the lock: a second worker finds nothing waiting, and all of this is rolled back.
    place::changed(rows::mark_posted(tx.conn(), award.id, posting.id, now))?;
    ledger::post_one(tx, place::book(award.community_id), posting, |_receipt| ())
}

fn tell_posted(tx: &mut Tx<'_>, outside: &Outside, award: &AwardRow, id: AwardId) -> Result<(), ApiError> {
    let Some(earned) = award.beneficiary_person_id else { return Ok(()) };
    // The award stays that of the account which earned it, caps and all; what came of it goes on to the one that remains.
    let merged = merges::remaining(tx.conn(), &[earned])?.remove(&earned);
    if merged.is_some() {
        tx.enqueue(&NewJob::new(FOLLOW_MERGES_JOB, json!({})).once(format!("{FOLLOW_MERGES_JOB}:{id}")))?;
    }
    let person = merged.unwrap_or(earned);
    let notice = Notice {
        person,
        community: award.community_id,
        kind: "award_posted",
        about: ("award", id.0),
        zh: format!("您等待的 {} 积分已入账。", award.amount),
        en: format!("The {} points that waited are in your wallet.", award.amount),
    };
    outside.notices.tell(tx, &notice)
}
