#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of those who handle requests.

use actix_web::post;
use actix_web::web::Data;
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, IdempotencyKey, PathId, Problem, Valid, hash_on};
use people::files::Signer;
use people::identity::Can;

use super::http_read::{by, shown};
use super::{
    Acceptance, Arbitration, CaseId, Dispatch, NewAnswer, NewConfirmation, Progress, Question, RequestAccept, RequestAnswer,
    RequestArbitrate, RequestAsk, RequestConfirm, RequestDispatch, RequestProgress, RequestReturn, RequestView, Return, accept,
    answer, arbitrate, ask, confirm, dispatch, progress, return_,
};

/// Take a request: the first to accept leads (首接负责).
#[utoipa::path(tag = "governance", request_body = Acceptance, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "done"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/accept")]
pub async fn request_accept(
    can: Can<RequestAccept>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<Acceptance>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| accept::accept(tx, &by(&can), id.0, &body)).await?;
    shown(&db, signer, id.0, &done).await
}

/// Give a request of the community's queue to the unit of a category, or to a named one.
#[utoipa::path(tag = "governance", request_body = Dispatch, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "done"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/dispatch")]
pub async fn request_dispatch(
    can: Can<RequestDispatch>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<Dispatch>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| dispatch::dispatch(tx, &by(&can), id.0, &body)).await?;
    shown(&db, signer, id.0, &done).await
}

/// Give a request back: another unit is named and has it at once, or a class of reason; the second return goes to the street.
#[utoipa::path(tag = "governance", request_body = Return, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "done"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/return")]
pub async fn request_return(
    can: Can<RequestReturn>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<Return>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| return_::give_back(tx, &by(&can), id.0, &body)).await?;
    shown(&db, signer, id.0, &done).await
}

/// Decide for the street who handles a request that was given back twice.
#[utoipa::path(tag = "governance", request_body = Arbitration, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "done"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/arbitrate")]
pub async fn request_arbitrate(
    can: Can<RequestArbitrate>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<Arbitration>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| arbitrate::arbitrate(tx, &by(&can), id.0, &body)).await?;
    shown(&db, signer, id.0, &done).await
}

/// Ask the reporter something; the clock stands still until the reply.
#[utoipa::path(tag = "governance", request_body = Question, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "done"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/ask")]
pub async fn request_ask(
    can: Can<RequestAsk>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<Question>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| ask::ask(tx, &by(&can), id.0, &body)).await?;
    shown(&db, signer, id.0, &done).await
}

/// Tell the reporter news, or note something that only handlers see.
#[utoipa::path(tag = "governance", request_body = Progress, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "done"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/progress")]
pub async fn request_progress(
    can: Can<RequestProgress>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<Progress>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| progress::tell(tx, &by(&can), id.0, &body)).await?;
    shown(&db, signer, id.0, &done).await
}

/// Answer a request with an honest outcome.
#[utoipa::path(tag = "governance", request_body = NewAnswer, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "done"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/answer")]
pub async fn request_answer(
    can: Can<RequestAnswer>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<NewAnswer>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| answer::answer(tx, &by(&can), id.0, &body)).await?;
    shown(&db, signer, id.0, &done).await
}

/// Confirm that a report is true: the reporter is thanked, points follow by rule.
#[utoipa::path(tag = "governance", request_body = NewConfirmation, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "done"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/confirm")]
pub async fn request_confirm(
    can: Can<RequestConfirm>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<NewConfirmation>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| confirm::confirm(tx, &by(&can), id.0, &body)).await?;
    shown(&db, signer, id.0, &done).await
}
