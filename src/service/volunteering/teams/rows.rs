//! Queries of `volunteer_teams` and `volunteer_team_members`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::volunteering::TeamId;
use crate::volunteering::schema::{volunteer_team_members, volunteer_teams};

/// A team.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = volunteer_teams, check_for_backend(diesel::pg::Pg))]
pub(super) struct Team {
    pub(super) id: TeamId,
    pub(super) community_id: GridUnitId,
    pub(super) name: String,
    pub(super) leader_id: Option<PersonId>,
    pub(super) created_at: DateTime<Utc>,
}

/// Enters a team with its leader as first member.
pub(super) fn insert(
    connection: &mut PgConnection,
    (id, community): (TeamId, GridUnitId),
    name: &str,
    leader: PersonId,
    join_hash: &[u8],
) -> DbResult<()> {
    diesel::insert_into(volunteer_teams::table)
        .values((
            volunteer_teams::id.eq(id),
            volunteer_teams::community_id.eq(community),
            volunteer_teams::name.eq(name),
            volunteer_teams::leader_id.eq(leader),
            volunteer_teams::join_hash.eq(join_hash),
        ))
        .execute(connection)?;
    add(connection, id, leader)?;
    Ok(())
}

/// Adds a member. `false`: they are in already.
pub(super) fn add(connection: &mut PgConnection, team: TeamId, person: PersonId) -> DbResult<bool> {
    let added = diesel::insert_into(volunteer_team_members::table)
        .values((volunteer_team_members::team_id.eq(team), volunteer_team_members::person_id.eq(person)))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(added == 1)
}

/// A team that the person is in.
pub(super) fn find_for(connection: &mut PgConnection, team: TeamId, person: PersonId) -> DbResult<Option<Team>> {
    Ok(volunteer_teams::table
        .inner_join(volunteer_team_members::table)
        .filter(volunteer_teams::id.eq(team).and(volunteer_team_members::person_id.eq(person)))
        .select(Team::as_select())
        .first(connection)
        .optional()?)
}

/// One team, locked until the transaction ends.
pub(super) fn hold(connection: &mut PgConnection, team: TeamId) -> DbResult<Option<Team>> {
    Ok(volunteer_teams::table.find(team).select(Team::as_select()).for_update().first(connection).optional()?)
}

/// The open team of a code.
pub(super) fn by_code(connection: &mut PgConnection, join_hash: &[u8]) -> DbResult<Option<Team>> {
    let open = volunteer_teams::join_hash.eq(join_hash).and(volunteer_teams::closed_at.is_null());
    Ok(volunteer_teams::table.filter(open).select(Team::as_select()).first(connection).optional()?)
}

/// An open team, locked so that it can't close meanwhile.
pub(super) fn hold_open(connection: &mut PgConnection, team: TeamId) -> DbResult<Option<Team>> {
    let open = volunteer_teams::id.eq(team).and(volunteer_teams::closed_at.is_null());
    Ok(volunteer_teams::table.filter(open).select(Team::as_select()).for_update().first(connection).optional()?)
}

/// Replaces the code.
pub(super) fn renew_code(connection: &mut PgConnection, team: TeamId, join_hash: &[u8]) -> DbResult<()> {
    diesel::update(volunteer_teams::table.find(team)).set(volunteer_teams::join_hash.eq(join_hash)).execute(connection)?;
    Ok(())
}

/// Removes a member. `false`: they weren't in.
pub(super) fn remove(connection: &mut PgConnection, team: TeamId, person: PersonId) -> DbResult<bool> {
    let removed = diesel::delete(volunteer_team_members::table.find((team, person))).execute(connection)?;
    Ok(removed == 1)
}

/// Members in the order in which they joined.
pub(super) fn members(connection: &mut PgConnection, team: TeamId) -> DbResult<Vec<PersonId>> {
    Ok(volunteer_team_members::table
        .filter(volunteer_team_members::team_id.eq(team))
        .order((volunteer_team_members::joined_at, volunteer_team_members::person_id))
        .select(volunteer_team_members::person_id)
        .load(connection)?)
}

/// How many of these persons are in the team.
pub(super) fn count_among(connection: &mut PgConnection, team: TeamId, persons: &[PersonId]) -> DbResult<i64> {
    Ok(volunteer_team_members::table
        .filter(volunteer_team_members::team_id.eq(team).and(volunteer_team_members::person_id.eq_any(persons)))
        .count()
        .get_result(connection)?)
}

/// Hands the team to its new leader, or closes it.
pub(super) fn lead(
    connection: &mut PgConnection,
    team: TeamId,
    leader: Option<PersonId>,
    closed_at: Option<DateTime<Utc>>,
) -> DbResult<()> {
    diesel::update(volunteer_teams::table.find(team))
        .set((volunteer_teams::leader_id.eq(leader), volunteer_teams::closed_at.eq(closed_at)))
        .execute(connection)?;
    Ok(())
}

/// Teams that the person is in, newest first.
pub(super) fn list_of(connection: &mut PgConnection, person: PersonId, window: &Window<TeamId>) -> DbResult<Vec<Team>> {
    let mut query = volunteer_teams::table
        .inner_join(volunteer_team_members::table)
        .filter(volunteer_team_members::person_id.eq(person))
        .select(Team::as_select())
        .order(volunteer_teams::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(after) = window.after {
        query = query.filter(volunteer_teams::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// Ids of the teams that the person is in.
pub(super) fn ids_of(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<TeamId>> {
    Ok(volunteer_team_members::table
        .filter(volunteer_team_members::person_id.eq(person))
        .order(volunteer_team_members::team_id)
        .select(volunteer_team_members::team_id)
        .load(connection)?)
}

/// Names of the teams that the person is in.
pub(crate) fn names_of(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<String>> {
    Ok(volunteer_teams::table
        .inner_join(volunteer_team_members::table)
        .filter(volunteer_team_members::person_id.eq(person))
        .order(volunteer_teams::id)
        .select(volunteer_teams::name)
        .load(connection)?)
}
