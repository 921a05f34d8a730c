#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of reversals.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::{Db, DbResult};
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::{GridUnitId, PersonId};
use base::money::Points;
use base::page::Page;
use base::text::Text;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use ledger::TransactionId;
use ledger::reads::{self, Posted};
use people::identity::Can;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rows::{self, ReversalRow};
use super::{ReversalApprove, ReversalCreate, ReversalFind, ReversalId, ReversalList, ReversalRefuse, decide};
use crate::budgets::ChangeState;
use crate::decision::{Decider, Decision};
use crate::outside::Outside;
use crate::place;

/// Why a transaction is to be undone.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReversal {
    /// Why; no personal data.
    reason: Text<200>,
}

/// A reversal.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReversalView {
    /// Id.
    pub id: ReversalId,
    /// Whose book.
    pub community: GridUnitId,
    /// The transaction to undo.
    pub original: TransactionId,
    /// Why.
    pub reason: String,
    /// State.
    pub state: ChangeState,
    /// Who asked.
    pub requested_by: PersonId,
    /// Who decided.
    pub approved_by: Option<PersonId>,
    /// The posting.
    pub transaction: Option<TransactionId>,
    /// Points that came back.
    pub recovered: Option<Points>,
    /// Points that did not.
    pub not_recovered: Option<Points>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// One plain sentence.
    pub summary: String,
}

/// The views of reversals, in their order: one more query for any number.
fn views(connection: &mut PgConnection, rows: Vec<ReversalRow>) -> DbResult<Vec<ReversalView>> {
    let ids: Vec<TransactionId> = rows.iter().filter_map(|row| row.transaction_id).collect();
    let posted = reads::transactions_by_ids(connection, &ids)?;
    Ok(rows.into_iter().map(|row| view(row.transaction_id.and_then(|id| posted.get(&id)), row)).collect())
}

fn view(posted: Option<&Posted>, row: ReversalRow) -> ReversalView {
    let state = match row.state {
        ChangeState::Requested => "待审批",
        ChangeState::Approved => "已冲正",
        ChangeState::Refused => "未通过",
    };
    ReversalView {
        summary: format!("冲正申请：{state}"),
        id: row.id,
        community: row.community_id,
        original: row.original_id,
        reason: row.reason,
        state: row.state,
        requested_by: row.requested_by,
        approved_by: row.approved_by,
        transaction: row.transaction_id,
        recovered: posted.map(|posted| posted.amount),
        not_recovered: posted.map(|posted| posted.unrecovered),
        created_at: row.created_at,
    }
}

async fn show(db: &Db, id: ReversalId) -> Result<ReversalView, ApiError> {
    db.read(move |connection| {
        let row = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        views(connection, vec![row])?.pop().ok_or_else(|| ApiError::of(&error::NOT_FOUND))
    })
    .await
}

base::list_query! {
    /// Which reversals.
    ReversalQuery {
        /// In one state.
        state: Option<ChangeState>,
    }
}

/// Ask to undo an award or transfer.
#[utoipa::path(tag = "points", request_body = NewReversal, params(("id" = TransactionId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = ReversalView, description = "asked for; another person approves"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/transactions/{id}/reverse")]
pub async fn reversal_create(
    can: Can<ReversalCreate>,
    id: PathId<TransactionId>,
    key: IdempotencyKey,
    body: Valid<NewReversal>,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Created<ReversalView>, ApiError> {
    let new = ReversalId::new();
    let once = can.once(key, hash_on(id.0.0, body.hash()), new.0);
    let (decider, reason) = (Decider::of(&can, &outside), body.into_inner().reason.into_string());
    let done = db.once(once, move |tx| decide::request(tx, &decider, (new, id.0, reason.clone()))).await?;
    let view = show(&db, ReversalId(done.id)).await?;
    let location = format!("/api/v1/points/reversals/{}", done.id);
    Ok(Created::new(&done, location, view))
}

/// Reversals, newest first.
#[utoipa::path(tag = "points", params(ReversalQuery), responses((status = 200, body = Page<ReversalView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/reversals")]
pub async fn reversal_list(
    can: Can<ReversalList>,
    query: Query<ReversalQuery>,
    db: Data<Db>,
) -> Result<Json<Page<ReversalView>>, ApiError> {
    let window = query.window::<ReversalId>()?;
    let (scope, state) = (can.scope().clone(), query.state);
    let page = db
        .read(move |connection| {
            let found = rows::list(connection, &scope, state, window.after, window.load())?;
            Ok::<_, ApiError>(window.page(views(connection, found)?, |view| view.id, |view| view))
        })
        .await?;
    Ok(Json(page))
}

/// One reversal.
#[utoipa::path(tag = "points", params(("id" = ReversalId, Path)), responses((status = 200, body = ReversalView, description = "the reversal"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/reversals/{id}")]
pub async fn reversal_find(can: Can<ReversalFind>, id: PathId<ReversalId>, db: Data<Db>) -> Result<Json<ReversalView>, ApiError> {
    let view = show(&db, id.0).await?;
    let (scope, community) = (can.scope().clone(), view.community);
    db.read(move |connection| place::require_community(connection, &scope, community)).await?;
    Ok(Json(view))
}

/// Undo what another person asked to undo.
#[utoipa::path(tag = "points", params(("id" = ReversalId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ReversalView, description = "undone"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/reversals/{id}/approve")]
pub async fn reversal_approve(
    can: Can<ReversalApprove>,
    id: PathId<ReversalId>,
    key: IdempotencyKey,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Changed<ReversalView>, ApiError> {
    let decision = Decision::on(&can, key, id.0.0, &outside).posting();
    let done = decision.take(&db, move |tx, decider| decide::approve(tx, decider, id.0)).await?;
    Ok(Changed::new(&done, show(&db, id.0).await?))
}

/// Refuse to undo.
#[utoipa::path(tag = "points", params(("id" = ReversalId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ReversalView, description = "refused, as decided"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/reversals/{id}/refuse")]
pub async fn reversal_refuse(
    can: Can<ReversalRefuse>,
    id: PathId<ReversalId>,
    key: IdempotencyKey,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Changed<ReversalView>, ApiError> {
    let decision = Decision::on(&can, key, id.0.0, &outside);
    let done = decision.take(&db, move |tx, decider| decide::refuse(tx, decider, id.0)).await?;
    Ok(Changed::new(&done, show(&db, id.0).await?))
}
