#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/me/guardian-consents`.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Problem, Valid};
use base::ids::PersonId;
use base::text::Text;
use serde::Deserialize;
use utoipa::ToSchema;

use super::GuardianConsentGive;
use crate::identity::Can;

/// A guardian's consent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuardianConsentBody {
    /// The child.
    person: PersonId,
    /// Version of the text that was shown.
    version: Text<40>,
    /// False withdraws.
    given: bool,
}

/// Consent as the guardian of a child of one's household, or withdraw it. The same again changes nothing.
#[utoipa::path(tag = "community", request_body = GuardianConsentBody, responses((status = 204, description = "recorded"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/me/guardian-consents")]
pub async fn guardian_consent_give(
    can: Can<GuardianConsentGive>,
    body: Valid<GuardianConsentBody>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let (guardian, body) = (can.person(), body.into_inner());
    db.transaction(can.context(), move |mut tx| -> Result<_, ApiError> {
        super::consent(&mut tx, body.person, guardian, &body.version, body.given)?;
        Ok(tx.done(())?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
