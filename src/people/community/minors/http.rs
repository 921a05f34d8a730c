#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/me/guardian-consents`.

use actix_web::post;
use actix_web::web::Data;
use base::db::Db;
use base::error::ApiError;
use base::http::{IdempotencyKey, NoContent, Problem, Valid};
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
#[utoipa::path(tag = "community", params(("Idempotency-Key" = String, Header)), request_body = GuardianConsentBody, responses((status = 204, description = "recorded"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/me/guardian-consents")]
pub async fn guardian_consent_give(
    can: Can<GuardianConsentGive>,
    key: IdempotencyKey,
    body: Valid<GuardianConsentBody>,
    db: Data<Db>,
) -> Result<NoContent, ApiError> {
    let once = can.once(key, body.hash(), body.person.0);
    let (guardian, body) = (can.person(), body.into_inner());
    let done = db
        .once(once, move |mut tx| -> Result<_, ApiError> {
            super::consent(&mut tx, body.person, guardian, &body.version, body.given)?;
            Ok(tx.done(())?)
        })
        .await?;
    Ok(NoContent::new(&done))
}
