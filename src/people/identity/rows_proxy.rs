//! Queries of `proxies`.

use base::db::DbResult;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::ProxyId;
use super::proxy::{NewProxy, ProxyState, Relation};
use super::schema::{managed_accounts, proxies, roles};
use crate::grid::{Scope, within};

diesel::allow_tables_to_appear_in_same_query!(proxies, managed_accounts, roles);

/// A family proxy as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = proxies, check_for_backend(diesel::pg::Pg))]
pub struct Proxy {
    /// Id.
    pub id: ProxyId,
    /// Who is acted for.
    pub person_id: PersonId,
    /// The relative.
    pub proxy_id: PersonId,
    /// What the relative is to the person.
    pub relation: Relation,
    /// State.
    pub state: ProxyState,
    /// When the relative asked.
    pub asked_at: DateTime<Utc>,
    /// When it was confirmed or refused.
    pub decided_at: Option<DateTime<Utc>>,
    /// Who did so.
    pub decided_by: Option<PersonId>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

const OPEN: [ProxyState; 2] = [ProxyState::Asked, ProxyState::Confirmed];

/// False: the same relative has asked or acts already.
pub(super) fn insert(connection: &mut PgConnection, new: &NewProxy) -> DbResult<bool> {
    Ok(diesel::insert_into(proxies::table)
        .values((
            proxies::id.eq(new.id),
            proxies::person_id.eq(new.person),
            proxies::proxy_id.eq(new.proxy),
            proxies::relation.eq(new.relation),
        ))
        .on_conflict_do_nothing()
        .execute(connection)?
        == 1)
}

pub(super) fn find(connection: &mut PgConnection, id: ProxyId) -> DbResult<Option<Proxy>> {
    Ok(proxies::table.find(id).select(Proxy::as_select()).first(connection).optional()?)
}

pub(super) fn lock(connection: &mut PgConnection, id: ProxyId) -> DbResult<Option<Proxy>> {
    Ok(proxies::table.find(id).select(Proxy::as_select()).for_update().first(connection).optional()?)
}

/// The confirmed proxy between two people.
pub(super) fn between(connection: &mut PgConnection, person: PersonId, proxy: PersonId) -> DbResult<Option<ProxyId>> {
    Ok(proxies::table
        .filter(proxies::person_id.eq(person).and(proxies::proxy_id.eq(proxy)))
        .filter(proxies::state.eq(ProxyState::Confirmed))
        .select(proxies::id)
        .first(connection)
        .optional()?)
}

/// How many open ones a person has, and how many others the relative asked for or acts for.
pub(super) fn open_counts(connection: &mut PgConnection, person: PersonId, proxy: PersonId) -> DbResult<(i64, i64)> {
    let open = || proxies::table.filter(proxies::state.eq_any(OPEN));
    let of_person = open().filter(proxies::person_id.eq(person)).count().get_result(connection)?;
    let of_proxy = open().filter(proxies::proxy_id.eq(proxy)).count().get_result(connection)?;
    Ok((of_person, of_proxy))
}

/// A decision of the person or their worker.
#[derive(AsChangeset)]
#[diesel(table_name = proxies)]
pub(super) struct Decided<'a> {
    pub(super) state: ProxyState,
    pub(super) decided_by: PersonId,
    pub(super) decided_at: DateTime<Utc>,
    pub(super) consent_version: Option<&'a str>,
    pub(super) consent_text: Option<&'a str>,
}

pub(super) fn decide(connection: &mut PgConnection, id: ProxyId, decided: &Decided<'_>) -> DbResult<()> {
    diesel::update(proxies::table.find(id)).set(decided).execute(connection)?;
    Ok(())
}

pub(super) fn end(connection: &mut PgConnection, id: ProxyId, by: Option<PersonId>, at: DateTime<Utc>) -> DbResult<()> {
    diesel::update(proxies::table.find(id))
        .set((proxies::state.eq(ProxyState::Ended), proxies::ended_by.eq(by), proxies::ended_at.eq(at)))
        .execute(connection)?;
    Ok(())
}

/// Open ones of a person on either side, in order of id.
pub(super) fn open_of(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<Proxy>> {
    Ok(proxies::table
        .filter(proxies::person_id.eq(person).or(proxies::proxy_id.eq(person)))
        .filter(proxies::state.eq_any(OPEN))
        .select(Proxy::as_select())
        .order(proxies::id)
        .for_update()
        .load(connection)?)
}

/// What a worker wrote down goes with either account.
pub(super) fn blank(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    let of = proxies::table.filter(proxies::person_id.eq(person).or(proxies::proxy_id.eq(person)));
    diesel::update(of.filter(proxies::consent_text.is_not_null())).set(proxies::consent_text.eq("已注销")).execute(connection)?;
    Ok(())
}

/// All of a person on either side, newest first.
pub(super) fn of_person(
    connection: &mut PgConnection,
    person: PersonId,
    below: Option<ProxyId>,
    limit: i64,
) -> DbResult<Vec<Proxy>> {
    let mut query = proxies::table
        .filter(proxies::person_id.eq(person).or(proxies::proxy_id.eq(person)))
        .select(Proxy::as_select())
        .order(proxies::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(below) = below {
        query = query.filter(proxies::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// Those whose person lives within the scope now or has a managed account there, newest first.
pub(super) fn within_scope(
    connection: &mut PgConnection,
    scope: &Scope,
    state: Option<ProxyState>,
    now: DateTime<Utc>,
    below: Option<ProxyId>,
    limit: i64,
) -> DbResult<Vec<Proxy>> {
    let residents = roles::table
        .filter(within(roles::grid_unit_id, scope).and(roles::role.eq("resident")).and(roles::starts_at.le(now)))
        .filter(roles::ends_at.is_null().or(roles::ends_at.gt(now)))
        .select(roles::person_id);
    let managed = managed_accounts::table
        .filter(within(managed_accounts::grid_unit_id, scope).and(managed_accounts::closed_at.is_null()))
        .select(managed_accounts::person_id);
    let mut query = proxies::table
        .filter(proxies::person_id.eq_any(residents).or(proxies::person_id.eq_any(managed)))
        .select(Proxy::as_select())
        .order(proxies::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(proxies::state.eq(state));
    }
    if let Some(below) = below {
        query = query.filter(proxies::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// How many wait for the person themselves, and for the workers of the scope (managed accounts only).
pub(super) fn waiting(connection: &mut PgConnection, person: PersonId, scope: &Scope) -> DbResult<(i64, i64)> {
    let asked = || proxies::table.filter(proxies::state.eq(ProxyState::Asked));
    let own = asked().filter(proxies::person_id.eq(person)).count().get_result(connection)?;
    if scope.units.is_empty() {
        return Ok((own, 0));
    }
    let managed = managed_accounts::table
        .filter(within(managed_accounts::grid_unit_id, scope).and(managed_accounts::closed_at.is_null()))
        .select(managed_accounts::person_id);
    let theirs = asked().filter(proxies::person_id.eq_any(managed)).count().get_result(connection)?;
    Ok((own, theirs))
}
