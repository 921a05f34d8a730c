//! Deciding, by a second person: approve posts to the ledger and wakes the awards that wait for these points.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::jobs::NewJob;
use ledger::{About, Fact, Party, Posting, ReasonCode};
use serde_json::json;

use super::budget::{BudgetState, ChangeKind, ChangeState};
use super::rows::{self, Budget, ChangeRow};
use super::{BUDGET_NOT_EMPTY, BUDGET_NOT_OPEN, BudgetId, ChangeId, change};
use crate::decision::Decider;
use crate::{RETRY_JOB, place};

/// Another person than the requester, of another household, and nobody of the sponsor.
fn require_disinterested(tx: &mut Tx<'_>, decider: &Decider, budget: &Budget, change: &ChangeRow) -> Result<(), ApiError> {
    let interested = [budget.requested_by, change.requested_by];
    let asked = if change.kind == ChangeKind::Fund { &interested[..] } else { &interested[1..] };
    decider.require_disinterested(tx.conn(), budget.community_id, budget.sponsor_organization_id, asked)
}

const FUNDED: ReasonCode = ReasonCode::known("budget_funded");
const UNFUNDED: ReasonCode = ReasonCode::known("budget_unfunded");

fn posting(budget: &Budget, change: &ChangeRow, decider: &Decider) -> Posting {
    let unfund = change.kind == ChangeKind::Unfund;
    let about = About {
        fact: if unfund { Fact::unfund(change.id.0) } else { Fact::fund(change.id.0) },
        subject: place::subject("budget", budget.id.0),
        reason: if unfund { UNFUNDED } else { FUNDED },
        rule: None,
        actor: ledger::Actor::Person(change.requested_by),
        approvers: vec![decider.actor.person],
        occurred_at: change.created_at,
    };
    let account = Party::budget(budget.id.0);
    if unfund {
        Posting::unfund(about, account, change.amount)
    } else {
        Posting::fund(about, change.source.party(), account, change.amount)
    }
}

/// Approves a budget with its first funding.
pub(super) fn approve(mut tx: Tx<'_>, decider: &Decider, id: BudgetId) -> Result<Finished<()>, ApiError> {
    let budget = change::reach(&mut tx, &decider.scope, id)?;
    if budget.state != BudgetState::Requested {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    let funding = rows::first_funding(tx.conn(), id)?;
    approve_funding(tx, decider, &budget, &funding, "budget_approve")
}

/// Approves a top-up or unfunding.
pub(super) fn approve_change(mut tx: Tx<'_>, decider: &Decider, id: ChangeId) -> Result<Finished<()>, ApiError> {
    let (budget, change) = undecided(&mut tx, decider, id)?;
    if budget.state != BudgetState::Approved {
        return Err(ApiError::of(&BUDGET_NOT_OPEN));
    }
    approve_funding(tx, decider, &budget, &change, "budget_change_approve")
}

fn approve_funding(
    mut tx: Tx<'_>,
    decider: &Decider,
    budget: &Budget,
    change: &ChangeRow,
    action: &str,
) -> Result<Finished<()>, ApiError> {
    require_disinterested(&mut tx, decider, budget, change)?;
    let posting = posting(budget, change, decider);
    let after = json!({"change": change.id, "kind": change.kind, "amount": change.amount, "transaction": posting.id});
    tx.audit(Audit::new(action, "budget", budget.id.0).at(budget.community_id).after(after))?;
    if change.kind != ChangeKind::Unfund {
        let payload = json!({"budget": budget.id, "community": budget.community_id});
        tx.enqueue(&NewJob::new(RETRY_JOB, payload).once(format!("retry:{}", change.id)))?;
    }
    let now = tx.now()?;
    let person = decider.actor.person;
    if change.kind == ChangeKind::Fund {
        let (from, to) = (BudgetState::Requested, BudgetState::Approved);
        place::changed(rows::budget_move(tx.conn(), budget.id, from, to, Some((person, now))))?;
    } else if !rows::hold_open(tx.conn(), budget.id)? {
        return Err(ApiError::of(&BUDGET_NOT_OPEN));
    }
    place::changed(rows::change_decide(tx.conn(), change.id, ChangeState::Approved, person, Some(posting.id), now))?;
    ledger::post_one(tx, place::book(budget.community_id), posting, |_receipt| ())
}

fn undecided(tx: &mut Tx<'_>, decider: &Decider, id: ChangeId) -> Result<(Budget, ChangeRow), ApiError> {
    let change = rows::change_find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let budget = change::reach(tx, &decider.scope, change.budget_id)?;
    if change.state != ChangeState::Requested || change.kind == ChangeKind::Fund {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    Ok((budget, change))
}

/// Refuses a budget.
pub(super) fn refuse(mut tx: Tx<'_>, decider: &Decider, id: BudgetId) -> Result<Finished<()>, ApiError> {
    let budget = change::reach(&mut tx, &decider.scope, id)?;
    if budget.state != BudgetState::Requested {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    let funding = rows::first_funding(tx.conn(), id)?;
    require_disinterested(&mut tx, decider, &budget, &funding)?;
    tx.audit(Audit::new("budget_refuse", "budget", id.0).at(budget.community_id))?;
    let now = tx.now()?;
    let decided = Some((decider.actor.person, now));
    place::changed(rows::budget_move(tx.conn(), id, BudgetState::Requested, BudgetState::Refused, decided))?;
    place::changed(rows::change_decide(tx.conn(), funding.id, ChangeState::Refused, decider.actor.person, None, now))?;
    Ok(tx.done(())?)
}

/// Refuses a top-up or unfunding.
pub(super) fn refuse_change(mut tx: Tx<'_>, decider: &Decider, id: ChangeId) -> Result<Finished<()>, ApiError> {
    let (budget, change) = undecided(&mut tx, decider, id)?;
    require_disinterested(&mut tx, decider, &budget, &change)?;
    let audit = Audit::new("budget_change_refuse", "budget", budget.id.0).at(budget.community_id);
    tx.audit(audit.after(json!({"change": id})))?;
    let now = tx.now()?;
    place::changed(rows::change_decide(tx.conn(), id, ChangeState::Refused, decider.actor.person, None, now))?;
    Ok(tx.done(())?)
}

/// Closes an empty budget; a rest is unfunded first, by two persons. What is left is read with the budget's row locked: a top-up that
/// is approved meanwhile either was there to be seen, or finds the budget closed.
pub(super) fn close(mut tx: Tx<'_>, decider: &Decider, id: BudgetId) -> Result<Finished<()>, ApiError> {
    let budget = change::reach(&mut tx, &decider.scope, id)?;
    tx.audit(Audit::new("budget_close", "budget", id.0).at(budget.community_id))?;
    place::changed(rows::budget_move(tx.conn(), id, BudgetState::Approved, BudgetState::Closed, None))?;
    if rows::left(tx.conn(), id)?.is_positive() {
        return Err(ApiError::of(&BUDGET_NOT_EMPTY));
    }
    Ok(tx.done(())?)
}
