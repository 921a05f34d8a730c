#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of the clock of an answer.

use actix_web::post;
use actix_web::web::Data;
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, IdempotencyKey, PathId, Problem, Valid, hash_on};
use people::files::Signer;
use people::identity::Can;

use super::super::http_read::shown;
use super::super::{CaseId, RequestView};
use super::act::{self, ExtensionForm, PauseForm};
use super::{RequestExtend, RequestPause, RequestResume};

/// Stop the clock of the answer for a stated reason; it goes on by itself after the days given.
#[utoipa::path(tag = "governance", request_body = PauseForm, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "paused"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/pause")]
pub async fn request_pause(
    can: Can<RequestPause>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<PauseForm>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let (scope, person, form) = (can.scope().clone(), can.person(), body.into_inner());
    let done = db.once(once, move |tx| act::pause(tx, &scope, person, id.0, &form)).await?;
    shown(&db, signer, id.0, &done).await
}

/// Let the clock of the answer go on.
#[utoipa::path(tag = "governance", params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "it runs again"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/resume")]
pub async fn request_resume(
    can: Can<RequestResume>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let (scope, person) = (can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::resume(tx, &scope, person, id.0)).await?;
    shown(&db, signer, id.0, &done).await
}

/// Extend the deadline of the answer, once and before it is over; the reporter is told the reason.
#[utoipa::path(tag = "governance", request_body = ExtensionForm, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "extended"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/extend")]
pub async fn request_extend(
    can: Can<RequestExtend>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<ExtensionForm>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let (scope, person, form) = (can.scope().clone(), can.person(), body.into_inner());
    let done = db.once(once, move |tx| act::extend(tx, &scope, person, id.0, &form)).await?;
    shown(&db, signer, id.0, &done).await
}
