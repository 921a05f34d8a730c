#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of merging.

use actix_web::post;
use actix_web::web::Data;
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, IdempotencyKey, PathId, Problem, Valid, hash_on};
use people::files::Signer;
use people::identity::Can;

use super::http_read::{by, shown};
use super::merge::{self, Merging, Unmerging};
use super::{CaseId, RequestMerge, RequestUnmerge, RequestView};

/// Join a request to another one of its community: both are one matter. Its reporter goes along with the surviving one.
#[utoipa::path(tag = "governance", request_body = Merging, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "merged"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/merge")]
pub async fn request_merge(
    can: Can<RequestMerge>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<Merging>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| merge::merge(tx, &by(&can), id.0, &body)).await?;
    shown(&db, signer, id.0, &done).await
}

/// Take a merge back, within seven days.
#[utoipa::path(tag = "governance", request_body = Unmerging, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "on its own again"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/unmerge")]
pub async fn request_unmerge(
    can: Can<RequestUnmerge>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<Unmerging>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| merge::unmerge(tx, &by(&can), id.0, &body)).await?;
    shown(&db, signer, id.0, &done).await
}
