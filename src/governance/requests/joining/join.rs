//! Joining and following a request, leaving it, and rating its answer for oneself.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::text::Whole;
use people::grid::{self, Scope};
use serde::Deserialize;
use serde_json::json;

use super::super::rows::{self as cases, Case};
use super::super::{CaseId, Publication, State};
use super::rows::{self, Follower, Rating};
use super::{JOIN_OVER, JOIN_OWN, NOT_ANSWERED_YET};

/// Somebody's own rating of an answer.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinRating {
    /// Is it resolved for you?
    pub resolved: bool,
    /// Speed, 1 to 5.
    pub speed: Whole<1, 5>,
    /// Effect, 1 to 5.
    pub effect: Whole<1, 5>,
    /// Attitude, 1 to 5.
    pub attitude: Whole<1, 5>,
    /// Feedback on the way, 1 to 5.
    pub feedback: Whole<1, 5>,
}

/// A published request; 404 for all others, which the caller may not know of.
fn published(tx: &mut Tx<'_>, id: CaseId) -> Result<Case, ApiError> {
    let case = cases::find(tx.conn(), id)?.filter(|case| case.publication == Publication::Published);
    case.ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// It concerns the person too.
pub(super) fn join(mut tx: Tx<'_>, scope: &Scope, person: PersonId, id: CaseId) -> Result<Finished<()>, ApiError> {
    let case = published(&mut tx, id)?;
    let place = grid::unit_find(tx.conn(), case.grid_unit_id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&place.path)?;
    if case.reporter_id == Some(person) || case.proxy_id == Some(person) {
        return Err(ApiError::of(&JOIN_OWN));
    }
    if matches!(case.state, State::Closed | State::Cancelled) {
        return Err(ApiError::of(&JOIN_OVER));
    }
    let household_id = people::community::residencies::household_in(tx.conn(), person, case.community_id)?.map(|home| home.0);
    enter(tx, &case, person, household_id, true)
}

/// The person wants to hear of it.
pub(super) fn follow(mut tx: Tx<'_>, person: PersonId, id: CaseId) -> Result<Finished<()>, ApiError> {
    let case = published(&mut tx, id)?;
    enter(tx, &case, person, None, false)
}

fn enter(
    mut tx: Tx<'_>,
    case: &Case,
    person_id: PersonId,
    household_id: Option<uuid::Uuid>,
    joined: bool,
) -> Result<Finished<()>, ApiError> {
    let created_at = tx.now()?;
    let row = Follower { request_id: case.id, person_id, joined, household_id, resolved: None, rated_at: None, created_at };
    rows::enter(tx.conn(), &row)?;
    let action = if joined { "request_join" } else { "request_follow" };
    tx.audit(Audit::new(action, "request", case.id.0).at(case.community_id).after(json!({"joined": joined})))?;
    Ok(tx.done(())?)
}

/// The person no longer goes along.
pub(super) fn leave(mut tx: Tx<'_>, person: PersonId, id: CaseId) -> Result<Finished<()>, ApiError> {
    if !rows::leave(tx.conn(), id, person)? {
        return Err(ApiError::of(&error::NOT_FOUND));
    }
    tx.audit(Audit::new("request_join_end", "request", id.0))?;
    Ok(tx.done(())?)
}

/// The person's own rating, which never touches the reporter's.
pub(super) fn rate(mut tx: Tx<'_>, person: PersonId, id: CaseId, form: &JoinRating) -> Result<Finished<()>, ApiError> {
    // Who joined knows of it, also where it isn't public: their own request was merged into it.
    let joined = rows::find(tx.conn(), id, person)?.is_some_and(|row| row.joined);
    let case = cases::find(tx.conn(), id)?.filter(|_| joined).ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    if !matches!(case.state, State::Answered | State::Closed) {
        return Err(ApiError::of(&NOT_ANSWERED_YET));
    }
    let mark = |value: i32| i16::try_from(value).unwrap_or(1);
    let rating = Rating {
        resolved: form.resolved,
        speed: mark(form.speed.get()),
        effect: mark(form.effect.get()),
        attitude: mark(form.attitude.get()),
        feedback: mark(form.feedback.get()),
        rated_at: tx.now()?,
    };
    rows::rate(tx.conn(), id, person, rating)?;
    let after = json!({"resolved": form.resolved});
    tx.audit(Audit::new("request_join_rate", "request", id.0).at(case.community_id).after(after))?;
    Ok(tx.done(())?)
}
