#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of filing.

use actix_web::post;
use actix_web::web::Data;
use base::db::Db;
use base::error::ApiError;
use base::http::{Created, IdempotencyKey, Problem, Valid};
use people::identity::Can;

use super::intake::{self, NewRequest};
use super::view::RequestView;
use super::{CaseId, RequestCreate, rows, view};

/// File a request. Danger words in the text give `emergency` hints in the answer at once.
#[utoipa::path(tag = "governance", request_body = NewRequest, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = RequestView, description = "filed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests")]
pub async fn request_create(
    can: Can<RequestCreate>,
    key: IdempotencyKey,
    body: Valid<NewRequest>,
    db: Data<Db>,
) -> Result<Created<RequestView>, ApiError> {
    let id = CaseId::new();
    let once = can.once(key, body.hash(), id.0);
    let done = db.once(once, move |tx| intake::by_resident(tx, can.scope(), can.person(), id, &body)).await?;
    filed(&db, done).await
}

/// The answer to a filing.
async fn filed<T>(db: &Db, done: base::db::Done<T>) -> Result<Created<RequestView>, ApiError> {
    let id = CaseId(done.id);
    let view = db
        .read(move |connection| {
            let case = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&base::error::NOT_FOUND))?;
            view::one(connection, case)
        })
        .await?;
    Ok(Created::new(&done, format!("/api/v1/governance/requests/{id}"), view))
}
