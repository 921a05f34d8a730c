//! Queries of `organizations`.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::super::schema::organizations;
use crate::grid::{Scope, within};

/// An organization, without its contact.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = organizations, check_for_backend(diesel::pg::Pg))]
pub struct Organization {
    /// Id.
    pub id: OrganizationId,
    /// As stored (see `OrganizationKind`).
    pub kind: String,
    /// Name.
    pub name: String,
    /// Code within its unit.
    pub code: String,
    /// Its community, or its street.
    pub grid_unit_id: GridUnitId,
    /// applied, active, closed.
    pub state: String,
}

/// An organization with everything.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = organizations)]
pub(in super::super) struct OrganizationRow {
    pub(in super::super) id: OrganizationId,
    pub(in super::super) kind: String,
    pub(in super::super) name: String,
    pub(in super::super) code: String,
    pub(in super::super) grid_unit_id: GridUnitId,
    pub(in super::super) state: String,
    pub(in super::super) contact_sealed: Option<Vec<u8>>,
    pub(in super::super) phone_sealed: Option<Vec<u8>>,
    pub(in super::super) phone_lookup: Option<Vec<u8>>,
    pub(in super::super) content_hash: Option<Vec<u8>>,
    pub(in super::super) updated_at: DateTime<Utc>,
}

/// One organization.
pub fn organization_find(connection: &mut PgConnection, id: OrganizationId) -> DbResult<Option<Organization>> {
    Ok(organizations::table.find(id).select(Organization::as_select()).first(connection).optional()?)
}

/// One organization by its code within a unit.
pub fn organization_by_code(connection: &mut PgConnection, unit: GridUnitId, code: &str) -> DbResult<Option<Organization>> {
    Ok(organizations::table
        .filter(organizations::grid_unit_id.eq(unit).and(organizations::code.eq(code)))
        .select(Organization::as_select())
        .first(connection)
        .optional()?)
}

/// Organizations by id.
pub fn organizations_by_ids(
    connection: &mut PgConnection,
    ids: &[OrganizationId],
) -> DbResult<HashMap<OrganizationId, Organization>> {
    let rows: Vec<Organization> =
        organizations::table.filter(organizations::id.eq_any(ids)).select(Organization::as_select()).load(connection)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Active organizations of these communities and streets, in order of entry.
pub fn organizations_of(connection: &mut PgConnection, units: &[GridUnitId]) -> DbResult<Vec<Organization>> {
    Ok(organizations::table
        .filter(organizations::grid_unit_id.eq_any(units))
        .filter(organizations::state.eq("active"))
        .select(Organization::as_select())
        .order(organizations::id)
        .load(connection)?)
}

/// Names by id, for the lists of other nouns.
pub fn organization_names(connection: &mut PgConnection, ids: &[OrganizationId]) -> DbResult<HashMap<OrganizationId, String>> {
    Ok(organizations_by_ids(connection, ids)?.into_iter().map(|(id, row)| (id, row.name)).collect())
}

/// Moves an organization from one state to another; `false` when it isn't in the first.
pub fn organization_set_state(connection: &mut PgConnection, id: OrganizationId, from: &str, to: &str) -> DbResult<bool> {
    let changed = diesel::update(organizations::table.filter(organizations::id.eq(id).and(organizations::state.eq(from))))
        .set(organizations::state.eq(to))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Organizations of the scope in order of id, closed ones left out.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    kind: Option<&str>,
    unit: Option<GridUnitId>,
    after: Option<OrganizationId>,
    limit: i64,
) -> DbResult<Vec<Organization>> {
    let mut query = organizations::table
        .filter(within(organizations::grid_unit_id, scope).or(organizations::id.eq_any(&scope.organizations)))
        .filter(organizations::state.ne("closed"))
        .select(Organization::as_select())
        .order(organizations::id)
        .limit(limit)
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(organizations::kind.eq(kind));
    }
    if let Some(unit) = unit {
        query = query.filter(organizations::grid_unit_id.eq(unit));
    }
    if let Some(after) = after {
        query = query.filter(organizations::id.gt(after));
    }
    Ok(query.load(connection)?)
}

/// What an import needs to know of an organization that is there.
#[derive(Debug, Clone, Queryable)]
pub(in super::super) struct ExistingOrganization {
    pub(in super::super) id: OrganizationId,
    pub(in super::super) kind: String,
    pub(in super::super) content_hash: Option<Vec<u8>>,
}

/// The organization with that code in that unit, as an import needs it.
pub(in super::super) fn existing(
    connection: &mut PgConnection,
    unit: GridUnitId,
    code: &str,
) -> DbResult<Option<ExistingOrganization>> {
    Ok(organizations::table
        .filter(organizations::grid_unit_id.eq(unit).and(organizations::code.eq(code)))
        .select((organizations::id, organizations::kind, organizations::content_hash))
        .first(connection)
        .optional()?)
}

/// Enters organizations, or replaces what an import brings; state, code and unit stay.
pub(in super::super) fn put(connection: &mut PgConnection, rows: &[OrganizationRow]) -> DbResult<()> {
    for chunk in rows.chunks(1_000) {
        diesel::insert_into(organizations::table)
            .values(chunk)
            .on_conflict(organizations::id)
            .do_update()
            .set((
                organizations::kind.eq(excluded(organizations::kind)),
                organizations::name.eq(excluded(organizations::name)),
                organizations::contact_sealed.eq(excluded(organizations::contact_sealed)),
                organizations::phone_sealed.eq(excluded(organizations::phone_sealed)),
                organizations::phone_lookup.eq(excluded(organizations::phone_lookup)),
                organizations::content_hash.eq(excluded(organizations::content_hash)),
                organizations::updated_at.eq(excluded(organizations::updated_at)),
            ))
            .execute(connection)?;
    }
    Ok(())
}
