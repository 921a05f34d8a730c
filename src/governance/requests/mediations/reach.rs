//! Who knows of a mediation: its mediator and the community's staff, who lead it; its parties, who see it.

use base::db::Tx;
use base::error::{self, ApiError};
use base::ids::PersonId;
use diesel::PgConnection;
use people::grid::{self, GridPath, Scope, Target};
use people::identity::{self, Role};
use people::notify::{self, Notice};

use super::rows::{self, Mediation};
use super::{MEDIATOR_WRONG, MediationId, rows_parts};

fn gone() -> ApiError {
    ApiError::of(&error::NOT_FOUND)
}

fn leads(connection: &mut PgConnection, scope: &Scope, row: &Mediation) -> Result<bool, ApiError> {
    let place = grid::unit_find(connection, row.grid_unit_id)?.ok_or_else(gone)?;
    let target = Target { person: Some(row.mediator_id), unit: Some(&place.path), ..Target::default() };
    Ok(scope.reaches(&target))
}

/// One that the caller leads, locked; 404 for all others.
pub(super) fn led(tx: &mut Tx<'_>, scope: &Scope, id: MediationId) -> Result<Mediation, ApiError> {
    let row = rows::lock(tx.conn(), id)?.ok_or_else(gone)?;
    if leads(tx.conn(), scope, &row)? { Ok(row) } else { Err(gone()) }
}

/// One that the caller leads or is a party to; 404 for all others.
pub(super) fn seen(connection: &mut PgConnection, scope: &Scope, id: MediationId) -> Result<Mediation, ApiError> {
    let row = rows::find(connection, id)?.ok_or_else(gone)?;
    if leads(connection, scope, &row)? {
        return Ok(row);
    }
    let parties = rows_parts::parties(connection, &[id])?;
    let own = scope.own.is_some() && parties.iter().any(|party| party.person_id == scope.own);
    if own { Ok(row) } else { Err(gone()) }
}

/// One to which the person is a party, locked, and their part; 404 for all others.
pub(super) fn of_party(tx: &mut Tx<'_>, person: PersonId, id: MediationId) -> Result<(Mediation, rows_parts::Party), ApiError> {
    let row = rows::lock(tx.conn(), id)?.ok_or_else(gone)?;
    let own = rows_parts::parties(tx.conn(), &[id])?.into_iter().find(|party| party.person_id == Some(person));
    Ok((row, own.ok_or_else(gone)?))
}

/// 422 unless the mediator works for the place, and is neither party nor household of one.
pub(super) fn check_mediator(
    connection: &mut PgConnection,
    mediator: PersonId,
    place: &GridPath,
    community: base::ids::GridUnitId,
    parties: &[PersonId],
) -> Result<(), ApiError> {
    let wrong =
        || ApiError::of(&MEDIATOR_WRONG).field("/mediator", "works for this community and is no party nor household of one");
    let works = [Role::GridWorker, Role::CommunityStaff]
        .iter()
        .any(|role| identity::people_over(connection, *role, place).is_ok_and(|people| people.contains(&mediator)));
    if !works || parties.contains(&mediator) {
        return Err(wrong());
    }
    let home = people::community::residencies::household_in(connection, mediator, community)?;
    for party in parties {
        let theirs = people::community::residencies::household_in(connection, *party, community)?;
        if home.is_some() && home == theirs {
            return Err(wrong());
        }
    }
    Ok(())
}

/// Tells the parties who have an account, and the mediator; not who did it.
pub(super) fn tell(tx: &mut Tx<'_>, row: &Mediation, by: PersonId, notice: &Notice) -> Result<(), ApiError> {
    let parties = rows_parts::parties(tx.conn(), &[row.id])?;
    let mut persons: Vec<PersonId> = parties.iter().filter_map(|party| party.person_id).chain([row.mediator_id]).collect();
    // Each inbox is locked while it is written: in the order of ids.
    persons.sort_unstable();
    persons.dedup();
    persons.into_iter().filter(|person| *person != by).try_for_each(|person| notify::send(tx, person, notice))
}

/// What is told of a step.
pub(super) fn news(row: &Mediation, what: &str) -> Notice {
    let page = format!("pages/governance/mediation?id={}", row.id);
    Notice::new(&notify::templates::MEDIATION_NEWS).with("title", &row.title).with("what", what).link(page)
}
