//! Queries of `households` and `household_members`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::super::schema::{household_members, households};
use super::{HouseholdId, MemberId};
use crate::grid::{Scope, within};

/// Rows of one INSERT: bounded by PostgreSQL's 65,535 parameters and kept well under the statement timeout.
const CHUNK: usize = 1_000;

/// A household as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = households, check_for_backend(diesel::pg::Pg))]
pub(in super::super) struct HouseholdRow {
    pub(in super::super) id: HouseholdId,
    pub(in super::super) community_id: GridUnitId,
    pub(in super::super) entrance_id: GridUnitId,
    pub(in super::super) register_key: Option<String>,
    pub(in super::super) address_sealed: Vec<u8>,
    pub(in super::super) room_lookup: Vec<u8>,
    pub(in super::super) content_hash: Option<Vec<u8>>,
    pub(in super::super) from_date: Option<NaiveDate>,
    pub(in super::super) until_date: Option<NaiveDate>,
    pub(in super::super) updated_at: DateTime<Utc>,
}

/// A register entry as stored.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = household_members)]
pub(in super::super) struct MemberRow {
    pub(in super::super) id: MemberId,
    pub(in super::super) household_id: HouseholdId,
    pub(in super::super) member_key: String,
    pub(in super::super) name_sealed: Vec<u8>,
    pub(in super::super) phone_sealed: Option<Vec<u8>>,
    pub(in super::super) phone_lookup: Option<Vec<u8>>,
    pub(in super::super) birth_year: Option<i32>,
    pub(in super::super) relation: String,
    pub(in super::super) content_hash: Option<Vec<u8>>,
    pub(in super::super) from_date: Option<NaiveDate>,
    pub(in super::super) until_date: Option<NaiveDate>,
    pub(in super::super) updated_at: DateTime<Utc>,
}

/// A register entry for showing; sealed fields are opened and masked by the caller.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = household_members, check_for_backend(diesel::pg::Pg))]
pub struct Member {
    /// Id of the entry.
    pub id: MemberId,
    /// Its household.
    pub household_id: HouseholdId,
    /// Name, sealed at `household_members|name|id`.
    pub name_sealed: Vec<u8>,
    /// Phone, sealed at `household_members|phone|id`.
    pub phone_sealed: Option<Vec<u8>>,
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Relation to the head.
    pub relation: String,
    /// First day.
    pub from_date: Option<NaiveDate>,
    /// Last day.
    pub until_date: Option<NaiveDate>,
    /// The account, once matched.
    pub person_id: Option<PersonId>,
}

/// Households of the scope in order of id, optionally of one entrance.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    entrance: Option<GridUnitId>,
    after: Option<HouseholdId>,
    limit: i64,
) -> DbResult<Vec<HouseholdRow>> {
    let mut query = households::table
        .filter(within(households::entrance_id, scope))
        .select(HouseholdRow::as_select())
        .order(households::id)
        .limit(limit)
        .into_boxed();
    if let Some(entrance) = entrance {
        query = query.filter(households::entrance_id.eq(entrance));
    }
    if let Some(after) = after {
        query = query.filter(households::id.gt(after));
    }
    Ok(query.load(connection)?)
}

/// One household.
pub(super) fn find(connection: &mut PgConnection, id: HouseholdId) -> DbResult<Option<HouseholdRow>> {
    Ok(households::table.find(id).select(HouseholdRow::as_select()).first(connection).optional()?)
}

/// How many open entries each of these households has.
pub(super) fn sizes(connection: &mut PgConnection, ids: &[HouseholdId]) -> DbResult<Vec<(HouseholdId, i64)>> {
    Ok(household_members::table
        .filter(household_members::household_id.eq_any(ids).and(household_members::until_date.is_null()))
        .group_by(household_members::household_id)
        .select((household_members::household_id, diesel::dsl::count_star()))
        .load(connection)?)
}

/// The entries of a household.
pub(super) fn members(connection: &mut PgConnection, id: HouseholdId) -> DbResult<Vec<Member>> {
    Ok(household_members::table
        .filter(household_members::household_id.eq(id))
        .select(Member::as_select())
        .order(household_members::id)
        .load(connection)?)
}

/// A register entry whose phone is somebody's: which household, and whose entry it is already.
#[derive(Debug, Clone, Queryable)]
pub(in super::super) struct PhoneMatch {
    pub(in super::super) member: MemberId,
    pub(in super::super) household: HouseholdId,
    pub(in super::super) person: Option<PersonId>,
    pub(in super::super) birth_year: Option<i32>,
}

/// Entries of an entrance in force on a date that carry a phone.
pub(in super::super) fn matches_of_phone(
    connection: &mut PgConnection,
    entrance: GridUnitId,
    phone: &[u8],
    today: NaiveDate,
) -> DbResult<Vec<PhoneMatch>> {
    Ok(household_members::table
        .inner_join(households::table)
        .filter(households::entrance_id.eq(entrance).and(household_members::phone_lookup.eq(phone)))
        .filter(households::until_date.is_null().or(households::until_date.ge(today)))
        .filter(households::from_date.is_null().or(households::from_date.le(today)))
        .filter(household_members::until_date.is_null().or(household_members::until_date.ge(today)))
        .filter(household_members::from_date.is_null().or(household_members::from_date.le(today)))
        .select((
            household_members::id,
            household_members::household_id,
            household_members::person_id,
            household_members::birth_year,
        ))
        .order(household_members::id)
        .load(connection)?)
}

/// Notes whose entry it is, unless it is somebody's already.
pub(in super::super) fn link_member(connection: &mut PgConnection, member: MemberId, person: PersonId) -> DbResult<()> {
    diesel::update(household_members::table.filter(household_members::id.eq(member).and(household_members::person_id.is_null())))
        .set(household_members::person_id.eq(person))
        .execute(connection)?;
    Ok(())
}

/// An account's entries become another's of the same person.
pub(in super::super) fn relink_person(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    diesel::update(household_members::table.filter(household_members::person_id.eq(gone)))
        .set(household_members::person_id.eq(keep))
        .execute(connection)?;
    Ok(())
}

/// A person's entries forget the account.
pub(in super::super) fn unlink_person(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    diesel::update(household_members::table.filter(household_members::person_id.eq(person)))
        .set(household_members::person_id.eq(None::<PersonId>))
        .execute(connection)?;
    Ok(())
}

/// Where persons stand on the register today.
pub(in super::super) fn listed(
    connection: &mut PgConnection,
    persons: &[PersonId],
    today: NaiveDate,
) -> DbResult<Vec<(PersonId, HouseholdId)>> {
    let rows: Vec<(Option<PersonId>, HouseholdId)> = household_members::table
        .filter(household_members::person_id.eq_any(persons))
        .filter(household_members::until_date.is_null().or(household_members::until_date.ge(today)))
        .select((household_members::person_id, household_members::household_id))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(|(person, household)| Some((person?, household))).collect())
}

/// The household behind a door today, opened when the register has none.
pub(in super::super) fn find_or_open(
    connection: &mut PgConnection,
    fresh: &HouseholdRow,
    today: NaiveDate,
) -> DbResult<HouseholdId> {
    let known = households::table
        .filter(households::room_lookup.eq(&fresh.room_lookup).and(households::entrance_id.eq(fresh.entrance_id)))
        .filter(households::until_date.is_null().or(households::until_date.ge(today)))
        .select(households::id)
        .order(households::id.desc())
        .first(connection)
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    diesel::insert_into(households::table).values(fresh).execute(connection)?;
    Ok(fresh.id)
}

/// What an import needs to know of a household that is there.
#[derive(Debug, Clone, Queryable)]
pub(in super::super) struct ExistingHousehold {
    pub(in super::super) id: HouseholdId,
    pub(in super::super) register_key: Option<String>,
    pub(in super::super) entrance: GridUnitId,
    pub(in super::super) content_hash: Option<Vec<u8>>,
}

/// The households of a community that came from a register.
pub(in super::super) fn existing(connection: &mut PgConnection, community: GridUnitId) -> DbResult<Vec<ExistingHousehold>> {
    Ok(households::table
        .filter(households::community_id.eq(community).and(households::register_key.is_not_null()))
        .select((households::id, households::register_key, households::entrance_id, households::content_hash))
        .load(connection)?)
}

/// What an import needs to know of an entry that is there.
#[derive(Debug, Clone, Queryable)]
pub(in super::super) struct ExistingMember {
    pub(in super::super) id: MemberId,
    pub(in super::super) household: HouseholdId,
    pub(in super::super) member_key: String,
    pub(in super::super) content_hash: Option<Vec<u8>>,
}

/// The register entries of a community.
pub(in super::super) fn members_existing(connection: &mut PgConnection, community: GridUnitId) -> DbResult<Vec<ExistingMember>> {
    Ok(household_members::table
        .inner_join(households::table)
        .filter(households::community_id.eq(community).and(households::register_key.is_not_null()))
        .select((
            household_members::id,
            household_members::household_id,
            household_members::member_key,
            household_members::content_hash,
        ))
        .load(connection)?)
}

/// Of these households, those in which a matched person stands, by entry.
pub(in super::super) fn entrances_with_residents(
    connection: &mut PgConnection,
    ids: &[HouseholdId],
) -> DbResult<Vec<HouseholdId>> {
    Ok(household_members::table
        .filter(household_members::household_id.eq_any(ids).and(household_members::person_id.is_not_null()))
        .select(household_members::household_id)
        .distinct()
        .load(connection)?)
}

/// Enters households, or replaces what an import brings for those that are there.
pub(in super::super) fn put_households(connection: &mut PgConnection, rows: &[HouseholdRow]) -> DbResult<()> {
    for chunk in rows.chunks(CHUNK) {
        diesel::insert_into(households::table)
            .values(chunk)
            .on_conflict(households::id)
            .do_update()
            .set((
                households::entrance_id.eq(excluded(households::entrance_id)),
                households::address_sealed.eq(excluded(households::address_sealed)),
                households::room_lookup.eq(excluded(households::room_lookup)),
                households::content_hash.eq(excluded(households::content_hash)),
                households::from_date.eq(excluded(households::from_date)),
                households::until_date.eq(excluded(households::until_date)),
                households::updated_at.eq(excluded(households::updated_at)),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// Enters register entries, or replaces what an import brings; whose entry it is stays.
pub(in super::super) fn put_members(connection: &mut PgConnection, rows: &[MemberRow]) -> DbResult<()> {
    for chunk in rows.chunks(CHUNK) {
        diesel::insert_into(household_members::table)
            .values(chunk)
            .on_conflict(household_members::id)
            .do_update()
            .set((
                household_members::name_sealed.eq(excluded(household_members::name_sealed)),
                household_members::phone_sealed.eq(excluded(household_members::phone_sealed)),
                household_members::phone_lookup.eq(excluded(household_members::phone_lookup)),
                household_members::birth_year.eq(excluded(household_members::birth_year)),
                household_members::relation.eq(excluded(household_members::relation)),
                household_members::content_hash.eq(excluded(household_members::content_hash)),
                household_members::from_date.eq(excluded(household_members::from_date)),
                household_members::until_date.eq(excluded(household_members::until_date)),
                household_members::updated_at.eq(excluded(household_members::updated_at)),
            ))
            .execute(connection)?;
    }
    Ok(())
}
