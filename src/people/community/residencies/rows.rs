//! Queries of `residencies`.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::{sql_query, sql_types};

use super::super::households::HouseholdId;
use super::super::schema::residencies;
use super::ResidencyId;
use super::state::ResidencyState;
use crate::grid::{Scope, within};

const LIVE: [&str; 2] = ["claimed", "confirmed"];

/// A residency as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = residencies, check_for_backend(diesel::pg::Pg))]
pub(super) struct Residency {
    pub(super) id: ResidencyId,
    pub(super) person_id: PersonId,
    pub(super) community_id: GridUnitId,
    pub(super) entrance_id: GridUnitId,
    pub(super) room_sealed: Option<Vec<u8>>,
    pub(super) room_lookup: Option<Vec<u8>>,
    pub(super) state: String,
    pub(super) how: Option<String>,
    pub(super) voting: bool,
    pub(super) reason: Option<String>,
    pub(super) claimed_at: DateTime<Utc>,
    pub(super) confirmed_at: Option<DateTime<Utc>>,
}

impl Residency {
    pub(super) fn state(&self) -> ResidencyState {
        ResidencyState::parse(&self.state)
    }
}

/// A claim to be entered.
#[derive(Insertable)]
#[diesel(table_name = residencies)]
pub(super) struct NewResidency {
    pub(super) id: ResidencyId,
    pub(super) person_id: PersonId,
    pub(super) community_id: GridUnitId,
    pub(super) entrance_id: GridUnitId,
    pub(super) room_sealed: Option<Vec<u8>>,
    pub(super) room_lookup: Option<Vec<u8>>,
    pub(super) state: &'static str,
}

/// Enters a claim; `false` when the person has a live one at that entrance.
pub(super) fn insert(connection: &mut PgConnection, row: &NewResidency) -> DbResult<bool> {
    Ok(diesel::insert_into(residencies::table).values(row).on_conflict_do_nothing().execute(connection)? == 1)
}

/// One residency.
pub(super) fn find(connection: &mut PgConnection, id: ResidencyId) -> DbResult<Option<Residency>> {
    Ok(residencies::table.find(id).select(Residency::as_select()).first(connection).optional()?)
}

/// One residency, locked.
pub(super) fn lock(connection: &mut PgConnection, id: ResidencyId) -> DbResult<Option<Residency>> {
    Ok(residencies::table.find(id).select(Residency::as_select()).for_update().first(connection).optional()?)
}

/// A person's latest residency at an entrance.
pub(super) fn latest_at(connection: &mut PgConnection, person: PersonId, entrance: GridUnitId) -> DbResult<Option<Residency>> {
    Ok(residencies::table
        .filter(residencies::person_id.eq(person).and(residencies::entrance_id.eq(entrance)))
        .select(Residency::as_select())
        .order(residencies::id.desc())
        .first(connection)
        .optional()?)
}

/// Claimed and confirmed ones of a person, the oldest first.
pub(super) fn live(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<Residency>> {
    Ok(residencies::table
        .filter(residencies::person_id.eq(person).and(residencies::state.eq_any(LIVE)))
        .select(Residency::as_select())
        .order(residencies::id)
        .load(connection)?)
}

#[derive(QueryableByName)]
struct OverRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: ResidencyId,
}

/// Confirmed residences whose person has left that household by the register: their last entry there (or the household) ended before
/// today. At most 500.
pub(super) fn over_by_register(connection: &mut PgConnection, today: NaiveDate) -> DbResult<Vec<ResidencyId>> {
    let rows: Vec<OverRow> = sql_query(
        "SELECT r.id FROM residencies r JOIN households h ON h.id = r.household_id \
         JOIN household_members m ON m.household_id = h.id AND m.person_id = r.person_id \
         WHERE r.state = 'confirmed' GROUP BY r.id, h.until_date \
         HAVING least(h.until_date, CASE WHEN bool_and(m.until_date IS NOT NULL) THEN max(m.until_date) END) < $1 ORDER BY r.id LIMIT 500",
    )
    .bind::<sql_types::Date, _>(today)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// All of a person, the newest first, at most 50.
pub(super) fn of_person(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<Residency>> {
    Ok(residencies::table
        .filter(residencies::person_id.eq(person))
        .select(Residency::as_select())
        .order(residencies::id.desc())
        .limit(50)
        .load(connection)?)
}

/// Residencies of the scope, the newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    state: Option<ResidencyState>,
    entrance: Option<GridUnitId>,
    below: Option<ResidencyId>,
    limit: i64,
) -> DbResult<Vec<Residency>> {
    let mut query = residencies::table
        .filter(within(residencies::entrance_id, scope))
        .select(Residency::as_select())
        .order(residencies::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(residencies::state.eq(state.name()));
    }
    if let Some(entrance) = entrance {
        query = query.filter(residencies::entrance_id.eq(entrance));
    }
    if let Some(below) = below {
        query = query.filter(residencies::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// How many claims wait in the scope.
pub(super) fn waiting_in(connection: &mut PgConnection, scope: &Scope) -> DbResult<i64> {
    Ok(residencies::table
        .filter(within(residencies::entrance_id, scope).and(residencies::state.eq("claimed")))
        .count()
        .get_result(connection)?)
}

/// How a residency was confirmed.
pub(super) struct Confirmed {
    pub(super) how: &'static str,
    pub(super) by: Option<PersonId>,
    pub(super) household: Option<HouseholdId>,
    pub(super) voting: bool,
    pub(super) at: DateTime<Utc>,
}

/// `claimed → confirmed`; `false` when it is claimed no more.
pub(super) fn confirm(connection: &mut PgConnection, id: ResidencyId, how: &Confirmed) -> DbResult<bool> {
    let claimed = residencies::table.filter(residencies::id.eq(id).and(residencies::state.eq("claimed")));
    let changed = diesel::update(claimed)
        .set((
            residencies::state.eq("confirmed"),
            residencies::how.eq(how.how),
            residencies::confirmed_by.eq(how.by),
            residencies::confirmed_at.eq(how.at),
            residencies::household_id.eq(how.household),
            residencies::voting.eq(how.voting),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// A residence becomes another account's of the same person; it votes only once `settle_vote` says so. Nobody confirms their own, so a
/// confirmation by that account is no longer named.
pub(super) fn hand_over(connection: &mut PgConnection, id: ResidencyId, to: PersonId) -> DbResult<()> {
    diesel::update(residencies::table.find(id).filter(residencies::confirmed_by.eq(to)))
        .set(residencies::confirmed_by.eq(None::<PersonId>))
        .execute(connection)?;
    diesel::update(residencies::table.find(id))
        .set((residencies::person_id.eq(to), residencies::voting.eq(false)))
        .execute(connection)?;
    Ok(())
}

/// Ends a residency as refused or moved out; the caller holds its lock.
pub(super) fn end(
    connection: &mut PgConnection,
    id: ResidencyId,
    state: ResidencyState,
    reason: Option<&str>,
    at: DateTime<Utc>,
) -> DbResult<()> {
    diesel::update(residencies::table.find(id))
        .set((
            residencies::state.eq(state.name()),
            residencies::reason.eq(reason),
            residencies::ended_at.eq(at),
            residencies::voting.eq(false),
        ))
        .execute(connection)?;
    Ok(())
}

/// Makes the oldest confirmed residency of a person the voting one, when none is.
pub(super) fn settle_vote(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    let confirmed: Vec<(ResidencyId, bool)> = residencies::table
        .filter(residencies::person_id.eq(person).and(residencies::state.eq("confirmed")))
        .select((residencies::id, residencies::voting))
        .order(residencies::id)
        .load(connection)?;
    if confirmed.iter().any(|(_, voting)| *voting) {
        return Ok(());
    }
    if let Some((first, _)) = confirmed.first() {
        diesel::update(residencies::table.find(first)).set(residencies::voting.eq(true)).execute(connection)?;
    }
    Ok(())
}

/// Claims of a community that still wait.
pub(super) fn waiting(connection: &mut PgConnection, community: GridUnitId) -> DbResult<Vec<ResidencyId>> {
    Ok(residencies::table
        .filter(residencies::community_id.eq(community).and(residencies::state.eq("claimed")))
        .select(residencies::id)
        .order(residencies::id)
        .load(connection)?)
}

/// A door: entrance, household of the register, room as claimed.
pub(super) type Door = (GridUnitId, Option<HouseholdId>, Option<Vec<u8>>);

/// The doors behind which persons live, or say so.
pub(super) fn doors(connection: &mut PgConnection, persons: &[PersonId]) -> DbResult<Vec<(PersonId, Door)>> {
    Ok(residencies::table
        .filter(residencies::person_id.eq_any(persons).and(residencies::state.eq_any(LIVE)))
        .select((residencies::person_id, (residencies::entrance_id, residencies::household_id, residencies::room_lookup)))
        .load(connection)?)
}

/// Is it one door?
pub(super) fn one_door(mine: &Door, theirs: &Door) -> bool {
    let ((entrance, household, room), (other_entrance, other_household, other_room)) = (mine, theirs);
    (household.is_some() && household == other_household) || (room.is_some() && room == other_room && entrance == other_entrance)
}

/// Do two persons have places that are the same?
pub(super) fn share<T>(places: &[(PersonId, T)], one: &PersonId, other: &PersonId, same: impl Fn(&T, &T) -> bool) -> bool {
    let of = |person: PersonId| places.iter().filter(move |(who, _)| *who == person).map(|(_, place)| place);
    of(*one).any(|mine| of(*other).any(|theirs| same(mine, theirs)))
}

/// The household of a person's confirmed residence in a community; `None` when no door is known.
pub fn household_in(connection: &mut PgConnection, person: PersonId, community: GridUnitId) -> DbResult<Option<HouseholdId>> {
    Ok(residencies::table
        .filter(residencies::person_id.eq(person).and(residencies::community_id.eq(community)))
        .filter(residencies::state.eq("confirmed").and(residencies::household_id.is_not_null()))
        .select(residencies::household_id)
        .order((residencies::voting.desc(), residencies::id))
        .first::<Option<HouseholdId>>(connection)
        .optional()?
        .flatten())
}

/// The households of many, as [`household_in`] finds each: whoever has none is left out.
pub fn households_in(
    connection: &mut PgConnection,
    persons: &[PersonId],
    community: GridUnitId,
) -> DbResult<HashMap<PersonId, HouseholdId>> {
    let rows: Vec<(PersonId, Option<HouseholdId>)> = residencies::table
        .filter(residencies::person_id.eq_any(persons).and(residencies::community_id.eq(community)))
        .filter(residencies::state.eq("confirmed").and(residencies::household_id.is_not_null()))
        .select((residencies::person_id, residencies::household_id))
        .order((residencies::voting, residencies::id.desc()))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(|(person, household)| Some((person, household?))).collect())
}

/// See `community::household_of`.
pub(super) fn household_of(connection: &mut PgConnection, person: PersonId) -> DbResult<Option<HouseholdId>> {
    Ok(residencies::table
        .filter(residencies::person_id.eq(person).and(residencies::state.eq("confirmed")))
        .filter(residencies::household_id.is_not_null())
        .select(residencies::household_id)
        .order((residencies::voting.desc(), residencies::id))
        .first::<Option<HouseholdId>>(connection)
        .optional()?
        .flatten())
}

/// The community of a person's voting (else first) confirmed residence.
pub fn community_of_person(connection: &mut PgConnection, person: PersonId) -> DbResult<Option<GridUnitId>> {
    Ok(residencies::table
        .filter(residencies::person_id.eq(person).and(residencies::state.eq("confirmed")))
        .select(residencies::community_id)
        .order((residencies::voting.desc(), residencies::id))
        .first(connection)
        .optional()?)
}

/// Is the person a confirmed resident of that community?
pub fn confirmed_in(connection: &mut PgConnection, person: PersonId, community: GridUnitId) -> DbResult<bool> {
    let found = residencies::table
        .filter(residencies::person_id.eq(person).and(residencies::community_id.eq(community)))
        .filter(residencies::state.eq("confirmed"))
        .select(residencies::id)
        .first::<ResidencyId>(connection)
        .optional()?;
    Ok(found.is_some())
}

/// The entrance that counts in votes.
pub fn voting_entrance(connection: &mut PgConnection, person: PersonId) -> DbResult<Option<GridUnitId>> {
    Ok(residencies::table
        .filter(residencies::person_id.eq(person).and(residencies::voting))
        .select(residencies::entrance_id)
        .first(connection)
        .optional()?)
}

/// How many confirmed residents a community has.
pub fn residents_of(connection: &mut PgConnection, community: GridUnitId) -> DbResult<i64> {
    Ok(residencies::table
        .filter(residencies::community_id.eq(community).and(residencies::state.eq("confirmed")))
        .select(diesel::dsl::count(residencies::person_id).aggregate_distinct())
        .first(connection)?)
}
