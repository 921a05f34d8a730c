#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of reporters.

use actix_web::post;
use actix_web::web::Data;
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, IdempotencyKey, PathId, Problem, Valid, hash_on};
use people::files::Signer;
use people::identity::Can;

use super::http_read::{by, shown};
use super::{
    CaseId, Rating, Reopening, Reply, RequestRate, RequestReopen, RequestReply, RequestView, RequestWithdraw, Withdrawal, ask,
    rate, reopen,
};

/// Reply to a question about one's own request.
#[utoipa::path(tag = "governance", request_body = Reply, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "done"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/reply")]
pub async fn request_reply(
    can: Can<RequestReply>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<Reply>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| ask::reply(tx, &by(&can), id.0, &body)).await?;
    shown(&db, signer, id.0, &done).await
}

/// Rate the answer to one's own request; `redo` has it done again once.
#[utoipa::path(tag = "governance", request_body = Rating, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "done"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/rating")]
pub async fn request_rate(
    can: Can<RequestRate>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<Rating>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| rate::rate(tx, &by(&can), id.0, &body)).await?;
    shown(&db, signer, id.0, &done).await
}

/// Open one's own closed request again: within 30 days, once.
#[utoipa::path(tag = "governance", request_body = Reopening, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "done"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/reopen")]
pub async fn request_reopen(
    can: Can<RequestReopen>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<Reopening>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| reopen::reopen(tx, &by(&can), id.0, &body)).await?;
    shown(&db, signer, id.0, &done).await
}

/// Take back one's own request that isn't answered yet.
#[utoipa::path(tag = "governance", request_body = Withdrawal, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "done"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/withdraw")]
pub async fn request_withdraw(
    can: Can<RequestWithdraw>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<Withdrawal>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| reopen::withdraw(tx, &by(&can), id.0, &body)).await?;
    shown(&db, signer, id.0, &done).await
}
