//! Queries of `registrations`, `consents` and `invitations`: small tables of one statement each.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::{consents, invitations, registrations};
use super::{ConsentId, InvitationId, RegistrationId, RoleId};
use crate::grid::{Scope, within};

/// A registration.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = registrations, check_for_backend(diesel::pg::Pg))]
pub(super) struct RegistrationRow {
    pub(super) id: RegistrationId,
    pub(super) person_id: PersonId,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) street_id: GridUnitId,
    pub(super) company: String,
    pub(super) work: String,
    pub(super) state: String,
    pub(super) reason: Option<String>,
    pub(super) created_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = registrations)]
pub(super) struct NewRegistrationRow<'a> {
    pub(super) id: RegistrationId,
    pub(super) person_id: PersonId,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) street_id: GridUnitId,
    pub(super) company: &'a str,
    pub(super) work: &'a str,
    pub(super) state: &'a str,
    pub(super) decided_at: Option<DateTime<Utc>>,
    pub(super) role_id: Option<RoleId>,
}

/// False: the person has one in this street that isn't refused.
pub(super) fn registration_insert(connection: &mut PgConnection, row: &NewRegistrationRow<'_>) -> DbResult<bool> {
    Ok(diesel::insert_into(registrations::table).values(row).on_conflict_do_nothing().execute(connection)? == 1)
}

pub(super) fn registration_find(connection: &mut PgConnection, id: RegistrationId) -> DbResult<Option<RegistrationRow>> {
    Ok(registrations::table.find(id).select(RegistrationRow::as_select()).first(connection).optional()?)
}

/// A decision on a pending registration; false when it isn't pending.
#[derive(AsChangeset)]
#[diesel(table_name = registrations)]
pub(super) struct Decision<'a> {
    pub(super) state: &'a str,
    pub(super) decided_by: Option<PersonId>,
    pub(super) decided_at: DateTime<Utc>,
    pub(super) reason: Option<&'a str>,
    pub(super) role_id: Option<RoleId>,
}

pub(super) fn registration_decide(connection: &mut PgConnection, id: RegistrationId, decision: &Decision<'_>) -> DbResult<bool> {
    Ok(diesel::update(registrations::table.filter(registrations::id.eq(id).and(registrations::state.eq("pending"))))
        .set(decision)
        .execute(connection)?
        == 1)
}

/// The pending registration of a person in a street.
pub(super) fn registration_pending(
    connection: &mut PgConnection,
    person: PersonId,
    street: GridUnitId,
) -> DbResult<Option<RegistrationId>> {
    Ok(registrations::table
        .filter(registrations::person_id.eq(person).and(registrations::street_id.eq(street)))
        .filter(registrations::state.eq("pending"))
        .select(registrations::id)
        .first(connection)
        .optional()?)
}

/// Registrations within the scope or of its own person, newest first.
pub(super) fn registration_list(
    connection: &mut PgConnection,
    scope: &Scope,
    state: Option<&str>,
    below: Option<RegistrationId>,
    limit: i64,
) -> DbResult<Vec<RegistrationRow>> {
    let mut query = registrations::table
        .filter(within(registrations::grid_unit_id, scope).or(registrations::person_id.eq_any(scope.own)))
        .select(RegistrationRow::as_select())
        .order(registrations::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(registrations::state.eq(state.to_owned()));
    }
    if let Some(below) = below {
        query = query.filter(registrations::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// Blanks what a closed account's registrations say of the person.
pub(super) fn registration_blank(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    diesel::update(registrations::table.filter(registrations::person_id.eq(person)))
        .set((registrations::company.eq("已注销"), registrations::reason.eq(None::<String>)))
        .execute(connection)?;
    Ok(())
}

/// What one account told of its work is another's of the same person, except in streets where that one stands too; it was decided by
/// neither.
pub(super) fn registration_hand_over(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    let kept: Vec<GridUnitId> = registrations::table
        .filter(registrations::person_id.eq(keep).and(registrations::state.ne("refused")))
        .select(registrations::street_id)
        .load(connection)?;
    let moving = registrations::person_id.eq(gone).and(registrations::street_id.ne_all(kept));
    diesel::update(registrations::table.filter(moving).filter(registrations::decided_by.is_distinct_from(keep)))
        .set(registrations::person_id.eq(keep))
        .execute(connection)?;
    registration_blank(connection, gone)
}

/// How many wait within the scope.
pub(super) fn registration_waiting(connection: &mut PgConnection, scope: &Scope) -> DbResult<i64> {
    Ok(registrations::table
        .filter(within(registrations::grid_unit_id, scope).and(registrations::state.eq("pending")))
        .count()
        .get_result(connection)?)
}

/// A consent.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = consents, check_for_backend(diesel::pg::Pg))]
pub(super) struct ConsentRow {
    pub(super) id: ConsentId,
    pub(super) document: String,
    pub(super) version: String,
    pub(super) given_at: DateTime<Utc>,
    pub(super) withdrawn_at: Option<DateTime<Utc>>,
    pub(super) recorded_by: Option<PersonId>,
}

/// Ends the consent in force to a document; returns how many ended (0 or 1).
pub(super) fn consent_end(
    connection: &mut PgConnection,
    person: PersonId,
    document: &str,
    now: DateTime<Utc>,
) -> DbResult<usize> {
    Ok(diesel::update(consents::table)
        .filter(consents::person_id.eq(person).and(consents::document.eq(document)).and(consents::withdrawn_at.is_null()))
        .set(consents::withdrawn_at.eq(now))
        .execute(connection)?)
}

pub(super) fn consent_in_force(connection: &mut PgConnection, person: PersonId, document: &str) -> DbResult<Option<ConsentRow>> {
    Ok(consents::table
        .filter(consents::person_id.eq(person).and(consents::document.eq(document)).and(consents::withdrawn_at.is_null()))
        .select(ConsentRow::as_select())
        .for_update()
        .first(connection)
        .optional()?)
}

pub(super) fn consent_insert(
    connection: &mut PgConnection,
    id: ConsentId,
    person: PersonId,
    (document, version): (&str, &str),
    recorded_by: Option<PersonId>,
    now: DateTime<Utc>,
) -> DbResult<()> {
    diesel::insert_into(consents::table)
        .values((
            consents::id.eq(id),
            consents::person_id.eq(person),
            consents::document.eq(document),
            consents::version.eq(version),
            consents::given_at.eq(now),
            consents::recorded_by.eq(recorded_by),
        ))
        .execute(connection)?;
    Ok(())
}

/// All consents of a person, newest first.
pub(super) fn consent_list(
    connection: &mut PgConnection,
    person: PersonId,
    below: Option<ConsentId>,
    limit: i64,
) -> DbResult<Vec<ConsentRow>> {
    let mut query = consents::table
        .filter(consents::person_id.eq(person))
        .select(ConsentRow::as_select())
        .order(consents::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(below) = below {
        query = query.filter(consents::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// An invitation.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = invitations, check_for_backend(diesel::pg::Pg))]
pub(super) struct InvitationRow {
    pub(super) id: InvitationId,
    pub(super) role: String,
    pub(super) grid_unit_id: Option<GridUnitId>,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) used_by: Option<PersonId>,
    pub(super) role_id: Option<RoleId>,
}

#[derive(Insertable)]
#[diesel(table_name = invitations)]
pub(super) struct NewInvitationRow<'a> {
    pub(super) id: InvitationId,
    pub(super) role: &'a str,
    pub(super) grid_unit_id: Option<GridUnitId>,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) code_hash: &'a [u8],
    pub(super) created_by: Option<PersonId>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
}

pub(super) fn invitation_insert(connection: &mut PgConnection, row: &NewInvitationRow<'_>) -> DbResult<()> {
    diesel::insert_into(invitations::table).values(row).execute(connection)?;
    Ok(())
}

pub(super) fn invitation_lock(connection: &mut PgConnection, hash: &[u8]) -> DbResult<Option<InvitationRow>> {
    Ok(invitations::table
        .filter(invitations::code_hash.eq(hash))
        .select(InvitationRow::as_select())
        .for_update()
        .first(connection)
        .optional()?)
}

/// The role that an invitation became.
pub(super) fn invitation_role(connection: &mut PgConnection, hash: &[u8]) -> DbResult<Option<RoleId>> {
    let found = invitations::table.filter(invitations::code_hash.eq(hash)).select(invitations::role_id);
    Ok(found.first::<Option<RoleId>>(connection).optional()?.flatten())
}

pub(super) fn invitation_use(
    connection: &mut PgConnection,
    id: InvitationId,
    person: PersonId,
    role: RoleId,
    now: DateTime<Utc>,
) -> DbResult<()> {
    diesel::update(invitations::table.find(id))
        .set((invitations::used_by.eq(person), invitations::used_at.eq(now), invitations::role_id.eq(role)))
        .execute(connection)?;
    Ok(())
}
