//! Merging: staff find that two requests are one matter. The younger insight counts: one is closed as `merged`, its reporter goes along
//! with the surviving one, is told of its steps and heard with a rating of their own. Within a week that can be taken back.

use base::db::{Finished, Tx};
use base::error::ApiError;
use base::text::Text;
use chrono::Duration;
use serde::Deserialize;

use super::hats::{self, By};
use super::work::{Happening, Work};
use super::{
    CaseId, Desk, EventKind, MERGE_HAS_OTHERS, MERGE_TARGET, Move, Outcome, State, UNMERGE_REFUSED, joining, reach, rows,
    rows_details,
};

/// Which request survives.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merging {
    /// The request of the same community that this one is joined to.
    pub into: CaseId,
    /// Why, for handlers.
    pub note: Option<Text<500>>,
}

/// Why a merge is taken back.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unmerging {
    /// Why; the reporter is told.
    pub reason: Text<500>,
}

/// How long a merge can be taken back.
const UNDONE: Duration = Duration::days(7);

/// Both rows in the order of their ids, so that two merges the other way round wait for each other and don't part.
fn lock_both(tx: &mut Tx<'_>, one: CaseId, other: CaseId) -> Result<(), ApiError> {
    for id in [one.min(other), one.max(other)] {
        rows::lock(tx.conn(), id)?;
    }
    Ok(())
}

pub(super) fn merge(mut tx: Tx<'_>, by: &By<'_>, id: CaseId, form: &Merging) -> Result<Finished<()>, ApiError> {
    let wrong = || ApiError::of(&MERGE_TARGET).field("/into", "no other request of this community that goes on");
    if id == form.into {
        return Err(wrong());
    }
    lock_both(&mut tx, id, form.into)?;
    let mut work = by.take(&mut tx, id)?;
    if work.case.state.transition(Move::Merge).is_none() {
        work.go(Move::Merge)?;
    }
    let mut target = Work::lock(&mut tx, form.into).map_err(|_gone| wrong())?;
    reach::require(tx.conn(), by.scope, &target.case).map_err(|_outside| wrong())?;
    let over = matches!(target.case.state, State::Closed | State::Cancelled);
    if target.case.community_id != work.case.community_id || over {
        return Err(wrong());
    }
    if !rows::merged_into(tx.conn(), id)?.is_empty() {
        return Err(ApiError::of(&MERGE_HAS_OTHERS));
    }
    let hat = hats::community(tx.conn(), by.actor, &work.case).or_else(|_| hats::street(tx.conn(), by.actor, &work.case))?;
    work.go(Move::Merge)?;
    work.case.outcome = Some(Outcome::Merged);
    work.case.merged_into = Some(form.into);
    work.case.closed_at = Some(work.now());
    (work.case.desk, work.case.organization_id, work.case.lead_id) = (Desk::Community, None, None);
    let said = format!("与 {} 是同一件事，合并办理；后续进展会继续告诉您", target.case.number);
    let note = form.note.as_ref().map(|note| note.as_str().to_owned());
    work.happened(by.as_handler(EventKind::Merged, &hat).saying(said).noting(note));
    let (sequence, now) = (work.sequence(), work.now());
    rows_details::end(tx.conn(), id, sequence, None, now)?;
    let case = work.write(&mut tx, by.action)?;
    joining::take_over(&mut tx, &case, &target.case)?;
    let note = Some(format!("{} 合并到本件", case.number));
    target.happened(
        Happening::by(EventKind::Joined, hat.capacity, by.actor.person).saying("另一件相同的诉求并入本件").noting(note),
    );
    target.write(&mut tx, by.action)?;
    Ok(tx.done(())?)
}

/// Takes a merge back: the request lies at the community's desk again, and its deadline is what it was.
pub(super) fn unmerge(mut tx: Tx<'_>, by: &By<'_>, id: CaseId, why: &Unmerging) -> Result<Finished<()>, ApiError> {
    let found = rows::find(tx.conn(), id)?;
    if let Some(into) = found.and_then(|case| case.merged_into) {
        lock_both(&mut tx, id, into)?;
    }
    let mut work = by.take(&mut tx, id)?;
    work.go(Move::Unmerge)?;
    let late = work.case.closed_at.is_none_or(|closed| work.now() > closed + UNDONE);
    let Some(into) = work.case.merged_into.filter(|_| !late) else { return Err(ApiError::of(&UNMERGE_REFUSED)) };
    let hat = hats::community(tx.conn(), by.actor, &work.case).or_else(|_| hats::street(tx.conn(), by.actor, &work.case))?;
    (work.case.outcome, work.case.merged_into, work.case.closed_at) = (None, None, None);
    work.happened(by.as_handler(EventKind::Unmerged, &hat).saying(why.reason.as_str()));
    let case = work.write(&mut tx, by.action)?;
    joining::give_back(&mut tx, &case, into)?;
    let mut target = Work::lock(&mut tx, into)?;
    let note = Some(format!("{} 不再并入本件：{}", case.number, why.reason));
    target.happened(Happening::by(EventKind::Note, hat.capacity, by.actor.person).noting(note));
    target.write(&mut tx, by.action)?;
    Ok(tx.done(())?)
}
