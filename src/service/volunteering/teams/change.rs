//! Making a team, joining by its code, leaving, renewing the code.

use base::attempts::{self, AttemptLimit};
use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::keys::KeyRing;
use base::text::Text;
use people::grid::{self, Scope};
use serde::Deserialize;
use serde_json::json;

use super::rows;
use crate::volunteering::{TEAM_CODE, TEAM_LEADER_ONLY, TEAM_NAME_TAKEN, TeamId, found, projects};

/// Tries of codes by one person.
const TRIES: AttemptLimit = AttemptLimit { kind: "team_join", tries: 10, window: 3600 };

/// A team to be made.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTeam {
    /// Name, unique in the community.
    pub name: Text<30>,
    /// Its community, or any unit in it.
    pub grid_unit_id: GridUnitId,
}

/// A code to join by.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamCode {
    /// As told by the leader.
    pub code: Text<20>,
}

fn hash(ring: &KeyRing, code: &str) -> Vec<u8> {
    ring.code_hash("volunteer_team", code)
}

/// Makes a team; `code` is told once.
pub(super) fn create(
    mut tx: Tx<'_>,
    scope: &Scope,
    ring: &KeyRing,
    (leader, id): (PersonId, TeamId),
    (new, code): (&NewTeam, &str),
) -> Result<Finished<()>, ApiError> {
    let unit = found(grid::unit_find(tx.conn(), new.grid_unit_id)?)?;
    scope.require_unit(&unit.path)?;
    let community = found(projects::community_of(tx.conn(), unit.id)?)?;
    rows::insert(tx.conn(), (id, community), &new.name, leader, &hash(ring, code)).map_err(|why| {
        match why.unique_violation() {
            Some("volunteer_teams_community_id_name_key") => ApiError::of(&TEAM_NAME_TAKEN),
            _ => why.into(),
        }
    })?;
    tx.audit(Audit::new("team_create", "volunteer_team", id.0).at(community).after(json!({"members": 1})))?;
    Ok(tx.done(())?)
}

/// Counts one try of a code, in a transaction of its own.
pub(super) fn count_try(mut tx: Tx<'_>, ring: &KeyRing, person: PersonId) -> Result<Finished<()>, ApiError> {
    attempts::count(tx.conn(), &TRIES, &ring.code_hash("team_join_tries", &person.to_string()))?;
    Ok(tx.done(())?)
}

/// The team of a code in one's community.
pub(super) fn of_code(
    connection: &mut diesel::PgConnection,
    scope: &Scope,
    ring: &KeyRing,
    code: &str,
) -> Result<TeamId, ApiError> {
    let refused = || ApiError::of(&TEAM_CODE);
    let team = rows::by_code(connection, &hash(ring, code))?.ok_or_else(refused)?;
    let unit = found(grid::unit_find(connection, team.community_id)?)?;
    // A right code of another community is as wrong as any other.
    scope.require_unit(&unit.path).map_err(|_outside| refused())?;
    Ok(team.id)
}

/// Joins a team; who is in already stays.
pub(super) fn join(mut tx: Tx<'_>, person: PersonId, id: TeamId) -> Result<Finished<()>, ApiError> {
    let team = rows::hold_open(tx.conn(), id)?.ok_or_else(|| ApiError::of(&TEAM_CODE))?;
    if rows::add(tx.conn(), id, person)? {
        tx.audit(Audit::new("team_join", "volunteer_team", id.0).at(team.community_id).after(json!({"joined": person})))?;
    }
    Ok(tx.done(())?)
}

/// Renews the code: the old one ends.
pub(super) fn renew_code(
    mut tx: Tx<'_>,
    ring: &KeyRing,
    (person, id): (PersonId, TeamId),
    code: &str,
) -> Result<Finished<()>, ApiError> {
    let team = found(rows::find_for(tx.conn(), id, person)?)?;
    if team.leader_id != Some(person) {
        return Err(ApiError::of(&TEAM_LEADER_ONLY));
    }
    rows::renew_code(tx.conn(), id, &hash(ring, code))?;
    tx.audit(Audit::new("team_renew_code", "volunteer_team", id.0).at(team.community_id))?;
    Ok(tx.done(())?)
}

/// Leaves a team.
pub(super) fn leave(mut tx: Tx<'_>, person: PersonId, id: TeamId) -> Result<Finished<()>, ApiError> {
    step_out(&mut tx, person, id)?;
    Ok(tx.done(())?)
}

/// Leaves all teams, when an account is closed.
pub(crate) fn leave_every(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    for team in rows::ids_of(tx.conn(), person)? {
        step_out(tx, person, team)?;
    }
    Ok(())
}

/// Teams of one account become another's of the same person.
pub(crate) fn hand_over(tx: &mut Tx<'_>, gone: PersonId, keep: PersonId) -> Result<(), ApiError> {
    for team in rows::ids_of(tx.conn(), gone)? {
        rows::add(tx.conn(), team, keep)?;
        step_out(tx, gone, team)?;
    }
    Ok(())
}

fn step_out(tx: &mut Tx<'_>, person: PersonId, id: TeamId) -> Result<(), ApiError> {
    let team = found(rows::hold(tx.conn(), id)?)?;
    if !rows::remove(tx.conn(), id, person)? {
        return found(None);
    }
    let left = rows::members(tx.conn(), id)?;
    if team.leader_id == Some(person) {
        let closed_at = if left.is_empty() { Some(tx.now()?) } else { None };
        rows::lead(tx.conn(), id, left.first().copied(), closed_at)?;
    }
    tx.audit(Audit::new("team_leave", "volunteer_team", id.0).at(team.community_id).after(json!({"members": left.len()})))?;
    Ok(())
}
