//! Queries of `request_followers` and `place_followers`.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::super::CaseId;
use super::schema::{place_followers, request_followers};

/// Somebody who goes along with a request.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = request_followers, check_for_backend(diesel::pg::Pg))]
pub(super) struct Follower {
    pub(super) request_id: CaseId,
    pub(super) person_id: PersonId,
    pub(super) joined: bool,
    pub(super) household_id: Option<Uuid>,
    pub(super) resolved: Option<bool>,
    pub(super) rated_at: Option<DateTime<Utc>>,
    pub(super) created_at: DateTime<Utc>,
}

/// Enters a follower; one who only followed may join.
pub(super) fn enter(connection: &mut PgConnection, row: &Follower) -> DbResult<()> {
    let entry = diesel::insert_into(request_followers::table)
        .values(row)
        .on_conflict((request_followers::request_id, request_followers::person_id));
    if row.joined {
        let change = (request_followers::joined.eq(true), request_followers::household_id.eq(row.household_id));
        entry.do_update().set(change).execute(connection)?;
    } else {
        entry.do_nothing().execute(connection)?;
    }
    Ok(())
}

/// One follower.
pub(super) fn find(connection: &mut PgConnection, id: CaseId, person: PersonId) -> DbResult<Option<Follower>> {
    Ok(request_followers::table.find((id, person)).select(Follower::as_select()).first(connection).optional()?)
}

/// All rows of those who go along with a request.
pub(super) fn of_request(connection: &mut PgConnection, id: CaseId) -> DbResult<Vec<Follower>> {
    let query = request_followers::table.filter(request_followers::request_id.eq(id)).order(request_followers::person_id);
    Ok(query.select(Follower::as_select()).load(connection)?)
}

/// Leaves a request; false: did not go along.
pub(super) fn leave(connection: &mut PgConnection, id: CaseId, person: PersonId) -> DbResult<bool> {
    Ok(diesel::delete(request_followers::table.find((id, person))).execute(connection)? == 1)
}

/// Somebody's own rating.
#[derive(Debug, Clone, Copy, AsChangeset)]
#[diesel(table_name = request_followers)]
pub(super) struct Rating {
    pub(super) resolved: bool,
    pub(super) speed: i16,
    pub(super) effect: i16,
    pub(super) attitude: i16,
    pub(super) feedback: i16,
    pub(super) rated_at: DateTime<Utc>,
}

/// Writes the rating of somebody who joined.
pub(super) fn rate(connection: &mut PgConnection, id: CaseId, person: PersonId, rating: Rating) -> DbResult<()> {
    diesel::update(request_followers::table.find((id, person))).set(rating).execute(connection)?;
    Ok(())
}

/// What a person joined or follows, the newest request first.
pub(super) fn of_person(
    connection: &mut PgConnection,
    person: PersonId,
    after: Option<CaseId>,
    limit: i64,
) -> DbResult<Vec<Follower>> {
    let mut query = request_followers::table
        .filter(request_followers::person_id.eq(person))
        .select(Follower::as_select())
        .order(request_followers::request_id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(request_followers::request_id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// Everybody who goes along with a request.
pub(super) fn followers(connection: &mut PgConnection, id: CaseId) -> DbResult<Vec<PersonId>> {
    let query = request_followers::table.filter(request_followers::request_id.eq(id));
    Ok(query.select(request_followers::person_id).load(connection)?)
}

/// How many households each request concerns too; requests that concern none are left out.
pub(in super::super) fn households(connection: &mut PgConnection, ids: &[CaseId]) -> DbResult<HashMap<CaseId, i64>> {
    let rows: Vec<(CaseId, i64)> = request_followers::table
        .filter(request_followers::request_id.eq_any(ids).and(request_followers::joined))
        .group_by(request_followers::request_id)
        .select((request_followers::request_id, diesel::dsl::count(request_followers::household_id).aggregate_distinct()))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Follows a place.
pub(super) fn place_follow(connection: &mut PgConnection, person: PersonId, unit: GridUnitId) -> DbResult<()> {
    diesel::insert_into(place_followers::table)
        .values((place_followers::person_id.eq(person), place_followers::grid_unit_id.eq(unit)))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(())
}

/// Stops following a place; false: did not follow it.
pub(super) fn place_leave(connection: &mut PgConnection, person: PersonId, unit: GridUnitId) -> DbResult<bool> {
    Ok(diesel::delete(place_followers::table.find((person, unit))).execute(connection)? == 1)
}

/// The places that a person follows; at most [`PLACES`](super::http::PLACES).
pub(super) fn places_of(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<(GridUnitId, DateTime<Utc>)>> {
    let query = place_followers::table.filter(place_followers::person_id.eq(person)).order(place_followers::grid_unit_id);
    Ok(query.select((place_followers::grid_unit_id, place_followers::created_at)).load(connection)?)
}

/// Who follows one of these places.
pub(super) fn place_followers(connection: &mut PgConnection, units: &[GridUnitId]) -> DbResult<Vec<PersonId>> {
    let query = place_followers::table.filter(place_followers::grid_unit_id.eq_any(units));
    Ok(query.select(place_followers::person_id).distinct().load(connection)?)
}

/// What one account follows another of the same person follows from now on; what both did stays the other's.
pub(super) fn hand_over(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    let kept: Vec<CaseId> = request_followers::table
        .filter(request_followers::person_id.eq(keep))
        .select(request_followers::request_id)
        .load(connection)?;
    let moving = request_followers::person_id.eq(gone).and(request_followers::request_id.ne_all(kept));
    diesel::update(request_followers::table.filter(moving)).set(request_followers::person_id.eq(keep)).execute(connection)?;
    let places: Vec<GridUnitId> = place_followers::table
        .filter(place_followers::person_id.eq(gone))
        .select(place_followers::grid_unit_id)
        .load(connection)?;
    for unit in places {
        place_follow(connection, keep, unit)?;
    }
    erase(connection, gone)
}

/// Removes all of a person's.
pub(super) fn erase(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    diesel::delete(request_followers::table.filter(request_followers::person_id.eq(person))).execute(connection)?;
    diesel::delete(place_followers::table.filter(place_followers::person_id.eq(person))).execute(connection)?;
    Ok(())
}
