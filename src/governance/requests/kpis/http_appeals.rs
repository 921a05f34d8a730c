#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of appeals.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::OrganizationId;
use base::page::{Page, PageQuery};
use base::text::Text;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::identity::Can;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{CaseId, briefs};
use super::appeal::{self, AppealMove, AppealState, NewAppeal, Wants};
use super::figure::Measure;
use super::rows_appeals::{self, AppealRow};
use super::{AppealId, KpiAppealCreate, KpiAppealGrant, KpiAppealList, KpiAppealRefuse};

/// An appeal.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealForm {
    /// The request; the unit holds it now.
    pub request: CaseId,
    /// The figure.
    pub measure: Measure,
    /// Leave it out, or count it.
    pub wants: Wants,
    /// Why.
    pub reason: Text<500>,
}

/// A decision.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealDecision {
    /// Why so; the unit reads it.
    pub text: Text<500>,
}

/// An appeal.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppealView {
    /// Id.
    pub id: AppealId,
    /// One line to read out.
    pub summary: String,
    /// The request.
    pub request: CaseId,
    /// Its number.
    pub number: String,
    /// The unit.
    pub organization: OrganizationId,
    /// The figure.
    pub measure: Measure,
    /// What the unit wants.
    pub wants: Wants,
    /// Why.
    pub reason: String,
    /// State.
    pub state: AppealState,
    /// The street's words.
    pub decision: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
}

fn views(connection: &mut PgConnection, rows: Vec<AppealRow>) -> Result<Vec<AppealView>, ApiError> {
    let ids: Vec<CaseId> = rows.iter().map(|row| row.request_id).collect();
    let cases = briefs(connection, &ids)?;
    let view = |row: AppealRow| {
        let number = cases.get(&row.request_id).map(|case| case.number.clone()).unwrap_or_default();
        AppealView {
            summary: format!("{number} {}申诉{}：{}", row.measure.zh(), row.wants.zh(), row.state.zh()),
            id: row.id,
            request: row.request_id,
            number,
            organization: row.organization_id,
            measure: row.measure,
            wants: row.wants,
            reason: row.reason,
            state: row.state,
            decision: row.decision,
            created_at: row.created_at,
            decided_at: row.decided_at,
        }
    };
    Ok(rows.into_iter().map(view).collect())
}

async fn one(db: &Db, id: AppealId) -> Result<AppealView, ApiError> {
    db.read(move |connection| {
        let missing = || ApiError::of(&error::NOT_FOUND);
        let row = rows_appeals::find(connection, id)?.ok_or_else(missing)?;
        views(connection, vec![row])?.pop().ok_or_else(missing)
    })
    .await
}

/// Appeal against how a request counts in a figure of one's unit.
#[utoipa::path(tag = "governance", request_body = AppealForm, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = AppealView, description = "made"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/kpis/appeals")]
pub async fn kpi_appeal_create(
    can: Can<KpiAppealCreate>,
    key: IdempotencyKey,
    body: Valid<AppealForm>,
    db: Data<Db>,
) -> Result<Created<AppealView>, ApiError> {
    let id = AppealId::new();
    let once = can.once(key, body.hash(), id.0);
    let (scope, person, form) = (can.scope().clone(), can.person(), body.into_inner());
    let new =
        NewAppeal { id, request: form.request, measure: form.measure, wants: form.wants, reason: form.reason.into_string() };
    let done = db.once(once, move |tx| appeal::create(tx, &scope, person, &new)).await?;
    let id = AppealId(done.id);
    let view = one(&db, id).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/kpis/appeals/{id}"), view))
}

/// Appeals in reach, in the order in which they were made.
#[utoipa::path(tag = "governance", params(PageQuery), responses((status = 200, body = Page<AppealView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/kpis/appeals")]
pub async fn kpi_appeal_list(
    can: Can<KpiAppealList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<AppealView>>, ApiError> {
    let window = query.window::<AppealId>()?;
    let scope = can.scope().clone();
    let listed = db
        .read(move |connection| {
            let rows = rows_appeals::list(connection, &scope, window.after, window.load())?;
            views(connection, rows)
        })
        .await?;
    Ok(Json(window.page(listed, |view| view.id, |view| view)))
}

/// Grant an appeal: the figures follow at once.
#[utoipa::path(tag = "governance", request_body = AppealDecision, params(("id" = AppealId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = AppealView, description = "granted"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/kpis/appeals/{id}/grant")]
pub async fn kpi_appeal_grant(
    can: Can<KpiAppealGrant>,
    id: PathId<AppealId>,
    key: IdempotencyKey,
    body: Valid<AppealDecision>,
    db: Data<Db>,
) -> Result<Changed<AppealView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let (scope, person) = (can.scope().clone(), can.person());
    let decided = move |tx: base::db::Tx<'_>| appeal::decide(tx, &scope, person, id.0, (AppealMove::Grant, &body.text));
    let done = db.once(once, decided).await?;
    Ok(Changed::new(&done, one(&db, id.0).await?))
}

/// Refuse an appeal.
#[utoipa::path(tag = "governance", request_body = AppealDecision, params(("id" = AppealId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = AppealView, description = "refused"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/kpis/appeals/{id}/refuse")]
pub async fn kpi_appeal_refuse(
    can: Can<KpiAppealRefuse>,
    id: PathId<AppealId>,
    key: IdempotencyKey,
    body: Valid<AppealDecision>,
    db: Data<Db>,
) -> Result<Changed<AppealView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let (scope, person) = (can.scope().clone(), can.person());
    let decided = move |tx: base::db::Tx<'_>| appeal::decide(tx, &scope, person, id.0, (AppealMove::Refuse, &body.text));
    let done = db.once(once, decided).await?;
    Ok(Changed::new(&done, one(&db, id.0).await?))
}
