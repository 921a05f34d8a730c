//! Asking for a reversal and deciding on it.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use ledger::reads::{self, Posted};
use ledger::{About, Fact, OwnerKind, Posting, ReasonCode, TransactionId, TransactionKind};
use people::grid::Scope;
use serde_json::json;

use super::ReversalId;
use super::rows::{self, InsertReversal, ReversalRow};
use crate::awards;
use crate::budgets::{self, BUDGET_NOT_OPEN, ChangeState};
use crate::decision::Decider;
use crate::outside::{Notice, Outside};
use crate::place;

const REVERSED: ReasonCode = ReasonCode::known("reversal");

/// Refuses who gains or loses by the transaction: as a person, as a household, or as the organization's own.
fn require_no_part(tx: &mut Tx<'_>, decider: &Decider, community: GridUnitId, original: TransactionId) -> Result<(), ApiError> {
    let owners = reads::owners_touched(tx.conn(), original)?;
    let persons: Vec<PersonId> =
        owners.iter().filter(|owner| owner.kind == OwnerKind::Person).map(|owner| PersonId(owner.id)).collect();
    let organizations = owners.iter().filter(|owner| matches!(owner.kind, OwnerKind::Organization | OwnerKind::Merchant));
    for organization in organizations {
        decider.require_disinterested(tx.conn(), community, Some(OrganizationId(organization.id)), &[])?;
    }
    decider.require_disinterested(tx.conn(), community, None, &persons)
}

/// The transaction, if the scope reaches its community.
fn reach(tx: &mut Tx<'_>, scope: &Scope, id: TransactionId) -> Result<Posted, ApiError> {
    let posted = reads::transaction_find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    place::require_community(tx.conn(), scope, GridUnitId(posted.book_id.0))?;
    Ok(posted)
}

/// Asks to undo a transaction.
pub(super) fn request(
    mut tx: Tx<'_>,
    decider: &Decider,
    (id, original, reason): (ReversalId, TransactionId, String),
) -> Result<Finished<()>, ApiError> {
    let posted = reach(&mut tx, &decider.scope, original)?;
    let community = GridUnitId(posted.book_id.0);
    if !matches!(posted.kind, TransactionKind::Award | TransactionKind::Transfer) {
        return Err(ApiError::of(&ledger::error::NOT_REVERSIBLE));
    }
    if posted.reversed_by.is_some() {
        return Err(ApiError::of(&ledger::error::ALREADY_REVERSED));
    }
    require_no_part(&mut tx, decider, community, original)?;
    let budget = awards::award_of_posting(tx.conn(), original)?.and_then(|award| award.budget_id);
    if let Some(budget) = budget
        && !budgets::is_open(tx.conn(), budget)?
    {
        return Err(ApiError::of(&BUDGET_NOT_OPEN));
    }
    let row = InsertReversal { id, community_id: community, original_id: original, reason, requested_by: decider.actor.person };
    rows::insert(tx.conn(), &row).map_err(|failure| match failure.unique_violation() {
        Some("point_reversals_once") => ApiError::of(&error::ALREADY_EXISTS),
        _ => failure.into(),
    })?;
    tx.audit(Audit::new("reversal_create", "reversal", id.0).at(community).after(json!({"original": original})))?;
    Ok(tx.done(())?)
}

fn undecided(tx: &mut Tx<'_>, scope: &Scope, id: ReversalId) -> Result<ReversalRow, ApiError> {
    let found = rows::find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    place::require_community(tx.conn(), scope, found.community_id)?;
    if found.state != ChangeState::Requested {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    Ok(found)
}

fn posting(found: &ReversalRow, approver: PersonId) -> Posting {
    let about = About {
        fact: Fact::reverse(found.original_id),
        subject: place::subject("reversal", found.id.0),
        reason: REVERSED,
        rule: None,
        actor: ledger::Actor::Person(found.requested_by),
        approvers: vec![approver],
        occurred_at: found.created_at,
    };
    Posting::reverse(about, found.original_id)
}

/// Undoes it: the award is marked, the persons are told, then the ledger posts.
pub(super) fn approve(mut tx: Tx<'_>, decider: &Decider, id: ReversalId) -> Result<Finished<()>, ApiError> {
    let found = undecided(&mut tx, &decider.scope, id)?;
    let community = found.community_id;
    decider.require_disinterested(tx.conn(), community, None, &[found.requested_by])?;
    require_no_part(&mut tx, decider, community, found.original_id)?;
    let posting = posting(&found, decider.actor.person);
    let award = awards::award_of_posting(tx.conn(), found.original_id)?;
    let after = json!({"original": found.original_id, "transaction": posting.id});
    tx.audit(Audit::new("reversal_approve", "reversal", id.0).at(community).after(after))?;
    if let Some(person) = award.as_ref().and_then(|award| award.beneficiary_person_id) {
        tell_reversed(&mut tx, &decider.outside, person, community, id)?;
    }
    let now = tx.now()?;
    place::changed(rows::decide(tx.conn(), id, ChangeState::Approved, decider.actor.person, Some(posting.id), now))?;
    if let Some(award) = award {
        // Its points go back to the budget, which must not be closed meanwhile: a closed budget is empty for ever.
        if let Some(budget) = award.budget_id
            && !budgets::hold_open(tx.conn(), budget)?
        {
            return Err(ApiError::of(&BUDGET_NOT_OPEN));
        }
        place::changed(awards::mark_reversed(tx.conn(), award.id, posting.id))?;
    }
    ledger::post_one(tx, place::book(community), posting, |_receipt| ())
}

fn tell_reversed(
    tx: &mut Tx<'_>,
    outside: &Outside,
    person: PersonId,
    community: GridUnitId,
    id: ReversalId,
) -> Result<(), ApiError> {
    let notice = Notice {
        person,
        community,
        kind: "points_reversed",
        about: ("reversal", id.0),
        zh: "您的一笔积分已被冲正，如有疑问请联系社区。".to_owned(),
        en: "An award of yours was taken back; ask the community if you have questions.".to_owned(),
    };
    outside.notices.tell(tx, &notice)
}

/// Refuses it.
pub(super) fn refuse(mut tx: Tx<'_>, decider: &Decider, id: ReversalId) -> Result<Finished<()>, ApiError> {
    let found = undecided(&mut tx, &decider.scope, id)?;
    decider.require_disinterested(tx.conn(), found.community_id, None, &[found.requested_by])?;
    tx.audit(Audit::new("reversal_refuse", "reversal", id.0).at(found.community_id))?;
    let now = tx.now()?;
    place::changed(rows::decide(tx.conn(), id, ChangeState::Refused, decider.actor.person, None, now))?;
    Ok(tx.done(())?)
}
