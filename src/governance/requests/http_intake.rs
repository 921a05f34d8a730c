#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of filing.

use actix_web::post;
use actix_web::web::Data;
use base::db::{Db, Done};
use base::error::ApiError;
use base::http::{Created, IdempotencyKey, Problem, Valid};
use base::ids::{GridUnitId, PersonId};
use base::keys::KeyRing;
use people::files::Signer;
use people::grid;
use people::identity::{self, Can};
use people::screening::{Screener, check_text};

use super::intake::{self, NewRequest, QuickReport, WorkerIntake};
use super::view::{self, RequestView};
use super::{CaseId, RequestCreate, RequestIntake, RequestQuick, Verdict};

/// File a request. Danger words in the text give `emergency` hints in the answer at once.
#[utoipa::path(tag = "governance", request_body = NewRequest, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = RequestView, description = "filed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests")]
pub async fn request_create(
    can: Can<RequestCreate>,
    key: IdempotencyKey,
    body: Valid<NewRequest>,
    db: Data<Db>,
    signer: Data<Signer>,
    screener: Data<Screener>,
) -> Result<Created<RequestView>, ApiError> {
    let (id, caller, whose) = (CaseId::new(), can.clone(), body.on_behalf_of);
    let acting = match whose {
        None => identity::acting_alone(&can),
        Some(_) => db.read(move |connection| identity::acting_for(connection, &caller, whose)).await?,
    };
    let public = body.public.unwrap_or(false).then(|| body.text.as_str());
    let verdict = checked(&db, &screener, can.person(), body.unit, public).await?;
    let once = can.once(key, body.hash(), id.0);
    let done = db.once(once, move |tx| intake::by_resident(tx, &acting, id, &body, &verdict)).await?;
    filed(&db, signer, done).await
}

/// What the check says of a public text, before the transaction; a private one isn't checked.
async fn checked(
    db: &Db,
    screener: &Screener,
    person: PersonId,
    unit: Option<GridUnitId>,
    public: Option<&str>,
) -> Result<Verdict, ApiError> {
    let Some(text) = public else { return Ok(Verdict::Publish) };
    let community = db.read(move |connection| unit.map_or(Ok(None), |unit| grid::community_of(connection, unit))).await?;
    match community {
        Some(community) => check_text(&screener.of(community.id), Some(person), text).await,
        None => check_text(screener, Some(person), text).await,
    }
}

/// Report in passing: a picture or a few words, a place, one tap. For everybody with a bound phone.
#[utoipa::path(tag = "governance", request_body = QuickReport, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = RequestView, description = "filed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/quick")]
pub async fn request_quick(
    can: Can<RequestQuick>,
    key: IdempotencyKey,
    body: Valid<QuickReport>,
    db: Data<Db>,
    signer: Data<Signer>,
    screener: Data<Screener>,
) -> Result<Created<RequestView>, ApiError> {
    let id = CaseId::new();
    let public = body.text.as_deref().filter(|_| body.public.unwrap_or(false));
    let verdict = checked(&db, &screener, can.person(), body.unit, public).await?;
    let once = can.once(key, body.hash(), id.0);
    let done = db.once(once, move |tx| intake::quick(tx, can.actor(), id, &body, &verdict)).await?;
    filed(&db, signer, done).await
}

/// Write down the request of somebody who came by, called, or wrote in the WeChat group; `paste_back` is a text for that group.
#[utoipa::path(tag = "governance", request_body = WorkerIntake, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = RequestView, description = "filed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/intake")]
pub async fn request_intake(
    can: Can<RequestIntake>,
    key: IdempotencyKey,
    body: Valid<WorkerIntake>,
    db: Data<Db>,
    signer: Data<Signer>,
    ring: Data<KeyRing>,
    screener: Data<Screener>,
) -> Result<Created<RequestView>, ApiError> {
    let id = CaseId::new();
    let public = body.public.unwrap_or(false).then(|| body.text.as_str());
    let verdict = checked(&db, &screener, can.person(), Some(body.unit), public).await?;
    let once = can.once(key, body.hash(), id.0);
    let done = db.once(once, move |tx| intake::by_worker(tx, (&ring, can.scope()), id, &body, &verdict)).await?;
    filed(&db, signer, done).await
}

/// The answer to a filing.
async fn filed<T>(db: &Db, signer: Data<Signer>, done: Done<T>) -> Result<Created<RequestView>, ApiError> {
    let id = CaseId(done.id);
    let view = db.read(move |connection| view::by_id(connection, &signer, id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/requests/{id}"), view))
}
