//! Staff find a report to be true: the reporter is thanked at once, and points follow by the community's rule.

use base::db::{Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::text::Text;
use diesel::PgConnection;
use people::community;
use people::grid::GridPath;
use people::identity::{self, Role};
use points::{Beneficiary, Event, EventId, EventKind as Earning, Evidence};
use serde::Deserialize;

use super::hats::{self, By};
use super::rows::Case;
use super::rows_answers::{self, Confirmation};
use super::{CONFIRMED_ALREADY, CaseId, EventKind, OWN_REPORT, Outcome, Source, State};

/// A confirmation.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConfirmation {
    /// For handlers only: what was found.
    pub note: Option<Text<500>>,
}

pub(super) fn confirm(mut tx: Tx<'_>, by: &By<'_>, id: CaseId, how: &NewConfirmation) -> Result<Finished<()>, ApiError> {
    let mut work = by.take(&mut tx, id)?;
    let hat = hats::community(tx.conn(), by.actor, &work.case)?;
    let void = [Outcome::Withdrawn, Outcome::NotADuty].map(Some).contains(&work.case.outcome);
    if void || work.case.state == State::Cancelled {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    if rows_answers::confirmation(tx.conn(), id)?.is_some() {
        return Err(ApiError::of(&CONFIRMED_ALREADY));
    }
    for person in work.case.reporter_id.into_iter().chain(work.case.proxy_id) {
        if community::same_household(tx.conn(), person, by.actor.person)? {
            return Err(ApiError::of(&OWN_REPORT));
        }
    }
    work.happened(by.as_handler(EventKind::Confirmed, &hat).noting(how.note.as_deref().map(str::to_owned)));
    let (sequence, now) = (work.sequence(), work.now());
    let case = work.write(&mut tx, by.action)?;
    let event = earned(tx.conn(), &case, by.actor.person)?;
    let row = Confirmation {
        request_id: id,
        confirmed_by: by.actor.person,
        sequence,
        points_event: event.as_ref().map(|event| event.id.0),
        at: now,
    };
    rows_answers::confirm(tx.conn(), &row)?;
    if let Some(event) = event {
        points::emit(&mut tx, &event)?;
    }
    Ok(tx.done(())?)
}

/// The event of a confirmed report, for whoever can earn: a confirmed resident of the community, somebody registered to work in its
/// street, or the holder of a managed account.
fn earned(connection: &mut PgConnection, case: &Case, confirmed_by: PersonId) -> Result<Option<Event>, ApiError> {
    let Some(person) = case.reporter_id else { return Ok(None) };
    let place = people::grid::unit_find(connection, case.community_id)?.map(|unit| unit.path);
    let worker = match &place {
        Some(place) => works_here(connection, person, place)?,
        None => false,
    };
    let managed = identity::names_by_ids(connection, &[person])?.get(&person).is_some_and(|name| name.managed);
    if !(worker
        || managed
        || community::confirmed_in(connection, person, case.community_id)?
        || lives_here(connection, person, place)?)
    {
        return Ok(None);
    }
    Ok(Some(Event {
        id: EventId(case.id.0),
        kind: if case.source == Source::Courier { Earning::CourierReport } else { Earning::ConfirmedRequest },
        community: case.community_id,
        beneficiary: Beneficiary::Person(person),
        occurred_at: case.created_at,
        quantity: 1,
        evidence: Evidence { noun: "request".to_owned(), id: case.id.0 },
        approvers: vec![confirmed_by],
        project: None,
        budget: None,
    }))
}

/// Is somebody registered to work in the street of this community?
fn works_here(connection: &mut PgConnection, person: PersonId, community: &GridPath) -> Result<bool, ApiError> {
    if !identity::holds(connection, person, Role::NewEmployment, None)? {
        return Ok(false);
    }
    let places = identity::places_of(connection, person)?;
    Ok(places.iter().any(|place| place.street() == community.street()))
}

/// Does somebody hold the role of a resident below this community?
fn lives_here(connection: &mut PgConnection, person: PersonId, community: Option<GridPath>) -> Result<bool, ApiError> {
    let Some(community) = community else { return Ok(false) };
    if !identity::holds(connection, person, Role::Resident, None)? {
        return Ok(false);
    }
    Ok(identity::places_of(connection, person)?.iter().any(|place| community.covers(place)))
}
