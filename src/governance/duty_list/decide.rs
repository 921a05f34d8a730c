//! The second person: a draft comes into force and ends the version before it, or is refused. The public log says what and why.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use people::grid::Scope;
use points::{Outside, place};
use serde_json::json;

use super::item::{DutyMove, DutyState};
use super::rows::{self, Change, Row};
use super::{ChangeKind, DUTY_NOT_DRAFT, DUTY_NOT_IN_FORCE, DutyChangeId, DutyItemId, write};

fn moved(row: &Row, by: DutyMove) -> Result<DutyState, ApiError> {
    row.state.transition(by).ok_or_else(|| ApiError::of(&DUTY_NOT_DRAFT))
}

/// Puts a draft in force, or ends the item where the draft asks for that.
pub(super) fn approve(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    outside: &Outside,
    id: DutyItemId,
) -> Result<Finished<()>, ApiError> {
    approve_one(&mut tx, scope, person, outside, id)?;
    Ok(tx.done(())?)
}

/// Approves drafts in the order of their ids, all or none.
pub(super) fn approve_all(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    outside: &Outside,
    drafts: &[DutyItemId],
) -> Result<Finished<()>, ApiError> {
    for id in drafts {
        approve_one(&mut tx, scope, person, outside, *id)?;
    }
    Ok(tx.done(())?)
}

fn approve_one(tx: &mut Tx<'_>, scope: &Scope, person: PersonId, outside: &Outside, id: DutyItemId) -> Result<(), ApiError> {
    let row = write::reach(tx, scope, id)?;
    if row.state != DutyState::Draft {
        return Err(ApiError::of(&DUTY_NOT_DRAFT));
    }
    let to = moved(&row, if row.ending { DutyMove::End } else { DutyMove::Approve })?;
    outside.require_disinterested(tx.conn(), row.community_id, person, &[row.requested_by])?;
    let after = json!({"code": row.code, "version": row.version, "draft_version": row.draft_version, "state": to});
    tx.audit(Audit::new("duty_item_draft_approve", "duty_item", id.0).at(row.community_id).after(after))?;
    let at = tx.now()?;
    // Two approvals for one place meet here: the index allows one version in force.
    let ended = rows::end(tx.conn(), row.community_id, &row.code, row.jurisdiction_id, at)?;
    let kind = match (row.ending, ended) {
        (true, 0) => return Err(ApiError::of(&DUTY_NOT_IN_FORCE)),
        (true, _) => ChangeKind::Ended,
        (false, 0) => ChangeKind::Added,
        (false, _) => ChangeKind::Changed,
    };
    let decided = rows::decide(tx.conn(), &[(id, row.draft_version)], to, person, at).map_err(|failure| {
        if failure.unique_violation().is_some() { ApiError::of(&error::STATE_CONFLICT) } else { failure.into() }
    })?;
    place::changed(Ok(decided))?;
    rows::log(tx.conn(), &[line(row, kind, at)])?;
    Ok(())
}

/// A line of the public log about a version.
fn line(row: Row, kind: ChangeKind, at: chrono::DateTime<chrono::Utc>) -> Change {
    Change {
        id: DutyChangeId::new(),
        community_id: row.community_id,
        item_id: row.id,
        kind,
        code: row.code,
        title: row.title,
        reason: row.reason,
        created_at: at,
    }
}

/// Refuses a draft; its author withdraws it this way.
pub(super) fn refuse(mut tx: Tx<'_>, scope: &Scope, person: PersonId, id: DutyItemId) -> Result<Finished<()>, ApiError> {
    let row = write::reach(&mut tx, scope, id)?;
    let to = moved(&row, DutyMove::Refuse)?;
    tx.audit(Audit::new("duty_item_draft_refuse", "duty_item", id.0).at(row.community_id).after(json!({"code": row.code})))?;
    let at = tx.now()?;
    place::changed(rows::decide(tx.conn(), &[(id, row.draft_version)], to, person, at))?;
    Ok(tx.done(())?)
}
