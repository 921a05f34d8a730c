//! Queries of `kpi_appeals`.

use base::db::DbResult;
use base::ids::{OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};

use super::super::CaseId;
use super::super::schema::requests;
use super::AppealId;
use super::appeal::{AppealState, Wants};
use super::figure::Measure;
use super::schema::kpi_appeals;

diesel::allow_tables_to_appear_in_same_query!(requests, kpi_appeals);

/// An appeal.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = kpi_appeals, check_for_backend(diesel::pg::Pg))]
pub(super) struct AppealRow {
    pub(super) id: AppealId,
    pub(super) request_id: CaseId,
    pub(super) organization_id: OrganizationId,
    pub(super) measure: Measure,
    pub(super) wants: Wants,
    pub(super) reason: String,
    pub(super) state: AppealState,
    pub(super) requested_by: PersonId,
    pub(super) decided_by: Option<PersonId>,
    pub(super) decision: Option<String>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) decided_at: Option<DateTime<Utc>>,
}

/// Enters an appeal; `false` when there is one for that request and figure that wasn't refused.
pub(super) fn insert(connection: &mut PgConnection, appeal: &AppealRow) -> DbResult<bool> {
    let entered = diesel::insert_into(kpi_appeals::table).values(appeal).on_conflict_do_nothing().execute(connection)?;
    Ok(entered == 1)
}

/// One appeal.
pub(super) fn find(connection: &mut PgConnection, id: AppealId) -> DbResult<Option<AppealRow>> {
    Ok(kpi_appeals::table.find(id).select(AppealRow::as_select()).first(connection).optional()?)
}

/// Decides an appeal; `false` when it was decided.
pub(super) fn decide(
    connection: &mut PgConnection,
    id: AppealId,
    state: AppealState,
    (by, why): (PersonId, &str),
    now: DateTime<Utc>,
) -> DbResult<bool> {
    let decided = diesel::update(kpi_appeals::table.find(id).filter(kpi_appeals::state.eq(AppealState::Requested)))
        .set((
            kpi_appeals::state.eq(state),
            kpi_appeals::decided_by.eq(by),
            kpi_appeals::decision.eq(why),
            kpi_appeals::decided_at.eq(now),
        ))
        .execute(connection)?;
    Ok(decided == 1)
}

/// Appeals of the scope, by their unit or the place of their request, after one, in order of entry.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    after: Option<AppealId>,
    limit: i64,
) -> DbResult<Vec<AppealRow>> {
    let here = requests::table.filter(within(requests::grid_unit_id, scope)).select(requests::id);
    let mut query = kpi_appeals::table
        .filter(kpi_appeals::request_id.eq_any(here).or(kpi_appeals::organization_id.eq_any(scope.organizations.clone())))
        .select(AppealRow::as_select())
        .order(kpi_appeals::id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(kpi_appeals::id.gt(after));
    }
    Ok(query.load(connection)?)
}
