#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of contributions.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::{Db, DbResult};
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::page::Page;
use base::text::{Text, Whole};
use chrono::{DateTime, Utc};
use people::identity::Can;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rows::{self, ContributionRow, InsertContribution};
use super::{
    ContributionApprove, ContributionCreate, ContributionFind, ContributionId, ContributionList, ContributionRefuse, decide,
};
use crate::budgets::{BudgetId, ChangeState};
use crate::decision::Decision;
use crate::outside::Outside;
use crate::place;

/// What an organization did.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContribution {
    /// Whose book.
    community: GridUnitId,
    /// Who did it.
    organization: OrganizationId,
    /// Units, as the rule of `merchant_contribution` counts them.
    quantity: Whole<1, 10_000>,
    /// What was done and where it can be seen; no personal data.
    evidence: Text<500>,
    /// When; not in the future.
    occurred_at: DateTime<Utc>,
    /// A budget of its own that pays.
    #[serde(default)]
    budget: Option<BudgetId>,
}

/// A contribution.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContributionView {
    /// Id; also the id of its event.
    pub id: ContributionId,
    /// Whose book.
    pub community: GridUnitId,
    /// Who did it.
    pub organization: OrganizationId,
    /// Units.
    pub quantity: i32,
    /// What was done.
    pub evidence: String,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// A budget of its own.
    pub budget: Option<BudgetId>,
    /// State.
    pub state: ChangeState,
    /// Who entered it.
    pub requested_by: PersonId,
    /// Who decided.
    pub approved_by: Option<PersonId>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// One plain sentence.
    pub summary: String,
}

impl From<ContributionRow> for ContributionView {
    fn from(row: ContributionRow) -> Self {
        let state = match row.state {
            ChangeState::Requested => "待确认",
            ChangeState::Approved => "已确认",
            ChangeState::Refused => "未通过",
        };
        Self {
            summary: format!("单位贡献 {} 次，{state}", row.quantity),
            id: row.id,
            community: row.community_id,
            organization: row.organization_id,
            quantity: row.quantity,
            evidence: row.evidence,
            occurred_at: row.occurred_at,
            budget: row.budget_id,
            state: row.state,
            requested_by: row.requested_by,
            approved_by: row.approved_by,
            created_at: row.created_at,
        }
    }
}

base::list_query! {
    /// Which contributions.
    ContributionQuery {
        /// In one state.
        state: Option<ChangeState>,
    }
}

async fn show(db: &Db, id: ContributionId) -> Result<ContributionView, ApiError> {
    let found = db.read(move |connection| -> DbResult<_> { rows::find(connection, id) }).await?;
    found.map(ContributionView::from).ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// Enter what an organization did.
#[utoipa::path(tag = "points", request_body = NewContribution, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = ContributionView, description = "entered; another person confirms"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/contributions")]
pub async fn contribution_create(
    can: Can<ContributionCreate>,
    key: IdempotencyKey,
    body: Valid<NewContribution>,
    db: Data<Db>,
) -> Result<Created<ContributionView>, ApiError> {
    let id = ContributionId::new();
    let once = can.once(key, body.hash(), id.0);
    let (scope, requested_by, new) = (can.scope().clone(), can.person(), body.into_inner());
    let row = InsertContribution {
        id,
        community_id: new.community,
        organization_id: new.organization,
        quantity: new.quantity.get(),
        evidence: new.evidence.into_string(),
        occurred_at: new.occurred_at,
        budget_id: new.budget,
        requested_by,
    };
    let done = db.once(once, move |tx| decide::request(tx, &scope, &row)).await?;
    let view = show(&db, ContributionId(done.id)).await?;
    let location = format!("/api/v1/points/contributions/{}", done.id);
    Ok(Created::new(&done, location, view))
}

/// Contributions, newest first.
#[utoipa::path(tag = "points", params(ContributionQuery), responses((status = 200, body = Page<ContributionView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/contributions")]
pub async fn contribution_list(
    can: Can<ContributionList>,
    query: Query<ContributionQuery>,
    db: Data<Db>,
) -> Result<Json<Page<ContributionView>>, ApiError> {
    let window = query.window::<ContributionId>()?;
    let (scope, state) = (can.scope().clone(), query.state);
    let found = db.read(move |connection| rows::list(connection, &scope, state, window.after, window.load())).await?;
    Ok(Json(window.page(found, |row| row.id, ContributionView::from)))
}

/// One contribution.
#[utoipa::path(tag = "points", params(("id" = ContributionId, Path)), responses((status = 200, body = ContributionView, description = "the contribution"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/contributions/{id}")]
pub async fn contribution_find(
    can: Can<ContributionFind>,
    id: PathId<ContributionId>,
    db: Data<Db>,
) -> Result<Json<ContributionView>, ApiError> {
    let view = show(&db, id.0).await?;
    let (scope, community) = (can.scope().clone(), view.community);
    db.read(move |connection| place::require_community(connection, &scope, community)).await?;
    Ok(Json(view))
}

/// Confirm a contribution: it earns points for the organization.
#[utoipa::path(tag = "points", params(("id" = ContributionId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ContributionView, description = "confirmed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/contributions/{id}/approve")]
pub async fn contribution_approve(
    can: Can<ContributionApprove>,
    id: PathId<ContributionId>,
    key: IdempotencyKey,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Changed<ContributionView>, ApiError> {
    let decision = Decision::on(&can, key, id.0.0, &outside);
    let done = decision.take(&db, move |tx, decider| decide::decide(tx, decider, id.0, ChangeState::Approved)).await?;
    Ok(Changed::new(&done, show(&db, id.0).await?))
}

/// Refuse a contribution.
#[utoipa::path(tag = "points", params(("id" = ContributionId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ContributionView, description = "refused, as decided"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/contributions/{id}/refuse")]
pub async fn contribution_refuse(
    can: Can<ContributionRefuse>,
    id: PathId<ContributionId>,
    key: IdempotencyKey,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Changed<ContributionView>, ApiError> {
    let decision = Decision::on(&can, key, id.0.0, &outside);
    let done = decision.take(&db, move |tx, decider| decide::decide(tx, decider, id.0, ChangeState::Refused)).await?;
    Ok(Changed::new(&done, show(&db, id.0).await?))
}
