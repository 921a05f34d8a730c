//! Queries of `facilities`.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};

use super::schema::facilities;
use super::{FacilityId, FacilityKind, FacilityState};

/// A facility.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = facilities, check_for_backend(diesel::pg::Pg))]
pub(super) struct Facility {
    pub(super) id: FacilityId,
    pub(super) community_id: GridUnitId,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) code: String,
    pub(super) kind: FacilityKind,
    pub(super) name: String,
    pub(super) place_text: String,
    pub(super) lat: Option<f64>,
    pub(super) lon: Option<f64>,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) category: Option<String>,
    pub(super) device_group: Option<String>,
    pub(super) state: FacilityState,
    pub(super) ticket: String,
    pub(super) version: i32,
    pub(super) created_by: PersonId,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
}

/// Enters a facility; `false` when its code is taken.
pub(super) fn insert(connection: &mut PgConnection, facility: &Facility) -> DbResult<bool> {
    let entered = diesel::insert_into(facilities::table)
        .values(facility)
        .on_conflict((facilities::community_id, facilities::code))
        .do_nothing()
        .execute(connection)?;
    Ok(entered == 1)
}

pub(super) fn find(connection: &mut PgConnection, id: FacilityId) -> DbResult<Option<Facility>> {
    Ok(facilities::table.find(id).select(Facility::as_select()).first(connection).optional()?)
}

/// The facility of a scanned code.
pub(super) fn by_ticket(connection: &mut PgConnection, ticket: &str) -> DbResult<Option<Facility>> {
    Ok(facilities::table
        .filter(facilities::ticket.eq(ticket).and(facilities::state.ne(FacilityState::Removed)))
        .select(Facility::as_select())
        .first(connection)
        .optional()?)
}

/// The facility of a register code that a device group speaks for.
pub(super) fn of_group(
    connection: &mut PgConnection,
    community: GridUnitId,
    group: &str,
    code: &str,
) -> DbResult<Option<Facility>> {
    Ok(facilities::table
        .filter(facilities::community_id.eq(community).and(facilities::code.eq(code)))
        .filter(facilities::device_group.eq(group).and(facilities::state.ne(FacilityState::Removed)))
        .select(Facility::as_select())
        .first(connection)
        .optional()?)
}

/// The whole register of a community, for an import.
pub(super) fn register(connection: &mut PgConnection, community: GridUnitId) -> DbResult<Vec<Facility>> {
    let query = facilities::table.filter(facilities::community_id.eq(community)).order(facilities::code);
    Ok(query.select(Facility::as_select()).load(connection)?)
}

/// What an edit replaces.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = facilities, treat_none_as_null = true)]
pub(super) struct Edit<'a> {
    pub(super) name: &'a str,
    pub(super) place_text: &'a str,
    pub(super) lat: Option<f64>,
    pub(super) lon: Option<f64>,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) category: Option<&'a str>,
    pub(super) device_group: Option<&'a str>,
    pub(super) state: FacilityState,
    pub(super) version: i32,
    pub(super) updated_at: DateTime<Utc>,
}

/// Edits a facility if nobody did since `version`.
pub(super) fn edit(connection: &mut PgConnection, id: FacilityId, version: i32, edit: &Edit<'_>) -> DbResult<bool> {
    let edited =
        diesel::update(facilities::table.find(id)).filter(facilities::version.eq(version)).set(edit).execute(connection)?;
    Ok(edited == 1)
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Filter {
    pub(super) kind: Option<FacilityKind>,
    pub(super) state: Option<FacilityState>,
}

/// Facilities in the scope, by place or responsible unit, newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: Filter,
    window: &Window<FacilityId>,
) -> DbResult<Vec<Facility>> {
    let mut query = facilities::table
        .filter(within(facilities::grid_unit_id, scope).or(facilities::organization_id.eq_any(scope.organizations.clone())))
        .select(Facility::as_select())
        .order(facilities::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(facilities::kind.eq(kind));
    }
    if let Some(state) = filter.state {
        query = query.filter(facilities::state.eq(state));
    }
    if let Some(after) = window.after {
        query = query.filter(facilities::id.lt(after));
    }
    Ok(query.load(connection)?)
}
