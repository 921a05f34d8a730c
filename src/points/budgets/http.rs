#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of budgets.

use actix_web::web::Data;
use actix_web::{get, post};
use base::db::{Db, Done};
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::{GridUnitId, OrganizationId};
use base::money::Points;
use base::page::Page;
use base::text::Text;
use chrono::NaiveDate;
use diesel::PgConnection;
use people::grid::Scope;
use people::identity::{Can, Permission};
use serde::Deserialize;
use utoipa::ToSchema;

use super::budget::{BudgetState, ChangeKind, Source};
use super::change::{self, Ask};
use super::view::{BudgetView, views};
use super::{
    BudgetApprove, BudgetChangeApprove, BudgetChangeRefuse, BudgetClose, BudgetCreate, BudgetFind, BudgetId, BudgetList,
    BudgetRefuse, BudgetTopUp, BudgetUnfund, ChangeId, decide, rows,
};
use crate::decision::Decision;
use crate::outside::Outside;
use crate::place;

/// A budget that is asked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBudget {
    /// Whose book.
    community: GridUnitId,
    /// What it is for.
    name: Text<80>,
    /// The organization that pays; or …
    #[serde(default)]
    sponsor_organization: Option<OrganizationId>,
    /// … the community or its street.
    #[serde(default)]
    sponsor_unit: Option<GridUnitId>,
    /// First day of awards, Asia/Shanghai.
    period_from: NaiveDate,
    /// Last day of awards.
    period_to: NaiveDate,
    /// Points asked for.
    amount: Points,
}

/// More points for a budget.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTopUp {
    /// How many.
    amount: Points,
    /// New points, or expired ones used again.
    #[serde(default = "issuance")]
    source: Source,
}

const fn issuance() -> Source {
    Source::Issuance
}

/// Fewer points for a budget.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUnfunding {
    /// How many.
    amount: Points,
}

base::list_query! {
    /// Which budgets.
    BudgetQuery {
        /// Of one community.
        community: Option<GridUnitId>,
        /// In one state.
        state: Option<BudgetState>,
    }
}

fn load(connection: &mut PgConnection, scope: &Scope, id: BudgetId) -> Result<BudgetView, ApiError> {
    let budget = rows::budget_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    place::require_community(connection, scope, budget.community_id)?;
    views(connection, vec![budget])?.pop().ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

async fn show<P: Permission>(can: &Can<P>, db: &Db, id: BudgetId) -> Result<BudgetView, ApiError> {
    let scope = can.scope().clone();
    db.read(move |connection| load(connection, &scope, id)).await
}

/// The view of the budget of a decision.
async fn show_of<P: Permission>(can: &Can<P>, db: &Db, id: ChangeId) -> Result<BudgetView, ApiError> {
    let scope = can.scope().clone();
    db.read(move |connection| {
        let change = rows::change_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        load(connection, &scope, change.budget_id)
    })
    .await
}

/// Asks for a change of a budget's points.
async fn ask_change<P: Permission>(
    can: &Can<P>,
    db: &Db,
    (key, hash): (IdempotencyKey, [u8; 32]),
    id: BudgetId,
    what: (ChangeKind, Source, Points),
) -> Result<Done<()>, ApiError> {
    let change = ChangeId::new();
    let once = can.once(key, hash_on(id.0, hash), change.0);
    let (person, scope) = (can.person(), can.scope().clone());
    db.once(once, move |tx| change::request_change(tx, &scope, person, id, change, what)).await
}

/// What came of asking for a change.
async fn asked<P: Permission>(can: &Can<P>, db: &Db, done: Done<()>) -> Result<Created<BudgetView>, ApiError> {
    let view = show_of(can, db, ChangeId(done.id)).await?;
    Ok(Created::new(&done, location(view.id), view))
}

fn location(id: BudgetId) -> String {
    format!("/api/v1/points/budgets/{id}")
}

/// Asks for a budget; its id in what is done.
pub async fn ask(
    can: &Can<BudgetCreate>,
    db: &Db,
    (key, hash): (IdempotencyKey, [u8; 32]),
    new: NewBudget,
) -> Result<Done<()>, ApiError> {
    let id = BudgetId::new();
    let once = can.once(key, hash, id.0);
    let (person, scope) = (can.person(), can.scope().clone());
    let ask = Ask {
        community: new.community,
        name: new.name,
        sponsor_organization: new.sponsor_organization,
        sponsor_unit: new.sponsor_unit,
        period_from: new.period_from,
        period_to: new.period_to,
        amount: new.amount,
    };
    db.once(once, move |tx| change::request(tx, &scope, person, id, &ask)).await
}

/// Asks to take unused points out of a budget.
pub async fn unfund(
    can: &Can<BudgetUnfund>,
    db: &Db,
    sent: (IdempotencyKey, [u8; 32]),
    id: BudgetId,
    new: &NewUnfunding,
) -> Result<Done<()>, ApiError> {
    ask_change(can, db, sent, id, (ChangeKind::Unfund, Source::Issuance, new.amount)).await
}

/// Budgets of the scope, newest first.
pub async fn list(can: &Can<BudgetList>, db: &Db, query: &BudgetQuery) -> Result<Page<BudgetView>, ApiError> {
    let window = query.window::<BudgetId>()?;
    let (scope, community, state) = (can.scope().clone(), query.community, query.state);
    db.read(move |connection| {
        let found = rows::budget_list(connection, &scope, community, state, window.after, window.load())?;
        Ok::<_, ApiError>(window.page(views(connection, found)?, |view| view.id, |view| view))
    })
    .await
}

/// Approves a budget that another person asked for.
pub async fn approve(
    can: &Can<BudgetApprove>,
    db: &Db,
    outside: &Outside,
    key: IdempotencyKey,
    id: BudgetId,
) -> Result<Done<()>, ApiError> {
    Decision::on(can, key, id.0, outside).posting().take(db, move |tx, decider| decide::approve(tx, decider, id)).await
}

/// Refuses a budget that another person asked for.
pub async fn refuse(
    can: &Can<BudgetRefuse>,
    db: &Db,
    outside: &Outside,
    key: IdempotencyKey,
    id: BudgetId,
) -> Result<Done<()>, ApiError> {
    Decision::on(can, key, id.0, outside).take(db, move |tx, decider| decide::refuse(tx, decider, id)).await
}

/// Closes an empty budget.
pub async fn close(
    can: &Can<BudgetClose>,
    db: &Db,
    outside: &Outside,
    key: IdempotencyKey,
    id: BudgetId,
) -> Result<Done<()>, ApiError> {
    Decision::on(can, key, id.0, outside).take(db, move |tx, decider| decide::close(tx, decider, id)).await
}

/// Approves a top-up or unfunding that another person asked for.
pub async fn approve_change(
    can: &Can<BudgetChangeApprove>,
    db: &Db,
    outside: &Outside,
    key: IdempotencyKey,
    id: ChangeId,
) -> Result<Done<()>, ApiError> {
    Decision::on(can, key, id.0, outside).posting().take(db, move |tx, decider| decide::approve_change(tx, decider, id)).await
}

/// Refuses a top-up or unfunding that another person asked for.
pub async fn refuse_change(
    can: &Can<BudgetChangeRefuse>,
    db: &Db,
    outside: &Outside,
    key: IdempotencyKey,
    id: ChangeId,
) -> Result<Done<()>, ApiError> {
    Decision::on(can, key, id.0, outside).take(db, move |tx, decider| decide::refuse_change(tx, decider, id)).await
}

/// Asks for more points for a budget.
pub async fn top_up(
    can: &Can<BudgetTopUp>,
    db: &Db,
    sent: (IdempotencyKey, [u8; 32]),
    id: BudgetId,
    more: &NewTopUp,
) -> Result<Done<()>, ApiError> {
    ask_change(can, db, sent, id, (ChangeKind::TopUp, more.source, more.amount)).await
}

/// Ask for a budget.
#[utoipa::path(tag = "points", request_body = NewBudget, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = BudgetView, description = "asked for; another person approves"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/budgets")]
pub async fn budget_create(
    can: Can<BudgetCreate>,
    key: IdempotencyKey,
    body: Valid<NewBudget>,
    db: Data<Db>,
) -> Result<Created<BudgetView>, ApiError> {
    let hash = body.hash();
    let done = ask(&can, &db, (key, hash), body.into_inner()).await?;
    let view = show(&can, &db, BudgetId(done.id)).await?;
    Ok(Created::new(&done, location(view.id), view))
}

/// Budgets, newest first.
#[utoipa::path(tag = "points", params(BudgetQuery), responses((status = 200, body = Page<BudgetView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/budgets")]
pub async fn budget_list(
    can: Can<BudgetList>,
    query: Query<BudgetQuery>,
    db: Data<Db>,
) -> Result<actix_web::web::Json<Page<BudgetView>>, ApiError> {
    Ok(actix_web::web::Json(list(&can, &db, &query).await?))
}

/// One budget: asked, approved, left, and every decision on it.
#[utoipa::path(tag = "points", params(("id" = BudgetId, Path)), responses((status = 200, body = BudgetView, description = "the budget"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/budgets/{id}")]
pub async fn budget_find(
    can: Can<BudgetFind>,
    id: PathId<BudgetId>,
    db: Data<Db>,
) -> Result<actix_web::web::Json<BudgetView>, ApiError> {
    Ok(actix_web::web::Json(show(&can, &db, id.0).await?))
}

/// Approve a budget: its points are funded and waiting awards are posted.
#[utoipa::path(tag = "points", params(("id" = BudgetId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = BudgetView, description = "approved"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/budgets/{id}/approve")]
pub async fn budget_approve(
    can: Can<BudgetApprove>,
    id: PathId<BudgetId>,
    key: IdempotencyKey,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Changed<BudgetView>, ApiError> {
    let done = approve(&can, &db, &outside, key, id.0).await?;
    Ok(Changed::new(&done, show(&can, &db, id.0).await?))
}

/// Refuse a budget.
#[utoipa::path(tag = "points", params(("id" = BudgetId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = BudgetView, description = "refused, as decided"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/budgets/{id}/refuse")]
pub async fn budget_refuse(
    can: Can<BudgetRefuse>,
    id: PathId<BudgetId>,
    key: IdempotencyKey,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Changed<BudgetView>, ApiError> {
    let done = refuse(&can, &db, &outside, key, id.0).await?;
    Ok(Changed::new(&done, show(&can, &db, id.0).await?))
}

/// Close an empty budget.
#[utoipa::path(tag = "points", params(("id" = BudgetId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = BudgetView, description = "closed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/budgets/{id}/close")]
pub async fn budget_close(
    can: Can<BudgetClose>,
    id: PathId<BudgetId>,
    key: IdempotencyKey,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Changed<BudgetView>, ApiError> {
    let done = close(&can, &db, &outside, key, id.0).await?;
    Ok(Changed::new(&done, show(&can, &db, id.0).await?))
}

/// Ask for more points for a budget.
#[utoipa::path(tag = "points", request_body = NewTopUp, params(("id" = BudgetId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = BudgetView, description = "asked for; another person approves"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/budgets/{id}/top-ups")]
pub async fn budget_top_up(
    can: Can<BudgetTopUp>,
    id: PathId<BudgetId>,
    key: IdempotencyKey,
    body: Valid<NewTopUp>,
    db: Data<Db>,
) -> Result<Created<BudgetView>, ApiError> {
    let done = top_up(&can, &db, (key, body.hash()), id.0, &body).await?;
    asked(&can, &db, done).await
}

/// Ask to take unused points out of a budget.
#[utoipa::path(tag = "points", request_body = NewUnfunding, params(("id" = BudgetId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = BudgetView, description = "asked for; another person approves"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/budgets/{id}/unfundings")]
pub async fn budget_unfund(
    can: Can<BudgetUnfund>,
    id: PathId<BudgetId>,
    key: IdempotencyKey,
    body: Valid<NewUnfunding>,
    db: Data<Db>,
) -> Result<Created<BudgetView>, ApiError> {
    let done = unfund(&can, &db, (key, body.hash()), id.0, &body).await?;
    asked(&can, &db, done).await
}

/// Approve a top-up or unfunding.
#[utoipa::path(tag = "points", params(("id" = ChangeId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = BudgetView, description = "approved and posted"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/budget-changes/{id}/approve")]
pub async fn budget_change_approve(
    can: Can<BudgetChangeApprove>,
    id: PathId<ChangeId>,
    key: IdempotencyKey,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Changed<BudgetView>, ApiError> {
    let done = approve_change(&can, &db, &outside, key, id.0).await?;
    Ok(Changed::new(&done, show_of(&can, &db, id.0).await?))
}

/// Refuse a top-up or unfunding.
#[utoipa::path(tag = "points", params(("id" = ChangeId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = BudgetView, description = "refused, as decided"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/budget-changes/{id}/refuse")]
pub async fn budget_change_refuse(
    can: Can<BudgetChangeRefuse>,
    id: PathId<ChangeId>,
    key: IdempotencyKey,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Changed<BudgetView>, ApiError> {
    let done = refuse_change(&can, &db, &outside, key, id.0).await?;
    Ok(Changed::new(&done, show_of(&can, &db, id.0).await?))
}
