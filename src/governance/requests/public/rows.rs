//! Queries of published requests.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::schema::{request_details, requests};
use super::super::{CaseId, Outcome, Publication, State};

/// What of a request is public.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = requests, check_for_backend(diesel::pg::Pg))]
pub(super) struct Published {
    pub(super) id: CaseId,
    pub(super) number: String,
    pub(super) title: String,
    pub(super) category: Option<String>,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) lat: Option<f64>,
    pub(super) lon: Option<f64>,
    pub(super) state: State,
    pub(super) outcome: Option<Outcome>,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) resolve_by: Option<DateTime<Utc>>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) closed_at: Option<DateTime<Utc>>,
}

/// A rectangle of the map, WGS-84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) west: f64,
    pub(super) south: f64,
    pub(super) east: f64,
    pub(super) north: f64,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    pub(super) open: Option<bool>,
    pub(super) category: Option<String>,
    pub(super) area: Option<Area>,
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) after: Option<CaseId>,
    pub(super) limit: i64,
}

/// Published requests of a community, the newest first.
pub(super) fn list(connection: &mut PgConnection, community: GridUnitId, filter: &Filter) -> DbResult<Vec<Published>> {
    let mut query = requests::table
        .filter(requests::community_id.eq(community).and(requests::publication.eq(Publication::Published)))
        .select(Published::as_select())
        .order(requests::id.desc())
        .limit(filter.limit)
        .into_boxed();
    let over = [State::Closed, State::Cancelled];
    match filter.open {
        Some(true) => query = query.filter(requests::state.ne_all(over)),
        Some(false) => query = query.filter(requests::state.eq_any(over)),
        None => {}
    }
    if let Some(category) = &filter.category {
        query = query.filter(requests::category.eq(category.clone()));
    }
    if let Some(area) = filter.area {
        query = query.filter(requests::lat.between(area.south, area.north)).filter(requests::lon.between(area.west, area.east));
    }
    if let Some(since) = filter.since {
        query = query.filter(requests::created_at.ge(since));
    }
    if let Some(after) = filter.after {
        query = query.filter(requests::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// One published request.
pub(super) fn find(connection: &mut PgConnection, id: CaseId) -> DbResult<Option<Published>> {
    let query = requests::table.find(id).filter(requests::publication.eq(Publication::Published));
    Ok(query.select(Published::as_select()).first(connection).optional()?)
}

/// Who filed these requests, of those with a reporter.
pub(super) fn reporters(connection: &mut PgConnection, ids: &[CaseId]) -> DbResult<HashMap<CaseId, PersonId>> {
    let query = requests::table.filter(requests::id.eq_any(ids)).filter(requests::reporter_id.is_not_null());
    let rows: Vec<(CaseId, Option<PersonId>)> = query.select((requests::id, requests::reporter_id)).load(connection)?;
    Ok(rows.into_iter().filter_map(|(id, person)| Some((id, person?))).collect())
}

/// What was said.
pub(super) fn texts(connection: &mut PgConnection, ids: &[CaseId]) -> DbResult<HashMap<CaseId, String>> {
    let query = request_details::table.filter(request_details::request_id.eq_any(ids));
    let rows: Vec<(CaseId, String)> = query.select((request_details::request_id, request_details::text)).load(connection)?;
    Ok(rows.into_iter().collect())
}
