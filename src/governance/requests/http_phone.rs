#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers around the phone: a caller's number, and what was said on it.

use actix_web::post;
use actix_web::web::{Data, Json};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, IdempotencyKey, PathId, Problem, Valid, hash_on};
use base::keys::KeyRing;
use base::text::Text;
use people::files::Signer;
use people::identity::Can;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::http_read::{by, shown};
use super::{CaseId, Rating, RequestContactReveal, RequestRateByPhone, RequestView, by_phone, contact};

/// Why a phone has to be seen.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactReason {
    /// Why; it is logged.
    pub reason: Text<200>,
}

/// A caller's phone in clear.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactView {
    /// The phone.
    pub phone: String,
}

/// See the phone of a caller who has no account; the reason is logged, at most 50 a day.
#[utoipa::path(tag = "governance", request_body = ContactReason, params(("id" = CaseId, Path)), responses((status = 200, body = ContactView, description = "the phone"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/contact/reveal")]
pub async fn request_contact_reveal(
    can: Can<RequestContactReveal>,
    id: PathId<CaseId>,
    body: Valid<ContactReason>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Json<ContactView>, ApiError> {
    let caller = (can.context(), can.person(), can.scope().clone());
    let reason = body.into_inner().reason.into_string();
    let phone = contact::reveal(&db, ring.into_inner(), caller, id.0, reason).await?;
    Ok(Json(ContactView { phone }))
}

/// Write down how somebody without a channel in the program rates an answer, after a call; not for one's own answer.
#[utoipa::path(tag = "governance", request_body = Rating, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RequestView, description = "written down"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/rating/by-phone")]
pub async fn request_rate_by_phone(
    can: Can<RequestRateByPhone>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<Rating>,
    db: Data<Db>,
    signer: Data<Signer>,
    ring: Data<KeyRing>,
) -> Result<Changed<RequestView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| by_phone::rate(tx, &ring, &by(&can), id.0, &body)).await?;
    shown(&db, signer, id.0, &done).await
}
