//! A guardian's consent for a minor of their household. Who is a minor and what that means is `identity::minor`'s; here stands who may
//! consent: somebody of age who lives in the same household.

pub mod http;

use base::clock::shanghai_date;
use base::db::Tx;
use base::error::ApiError;
use base::ids::PersonId;

use super::residencies;
use crate::identity;

base::error_codes! {
    NOT_A_GUARDIAN 403 "not_a_guardian" "只能为同户的未满十四周岁儿童作监护人同意。" "Only somebody of age consents, for a child under 14 of their own household.";
}

crate::permissions! {
    /// Consent as the guardian of a child of one's household.
    GuardianConsentGive "guardian_consent_give" [Person Own];
}

/// Records or withdraws a guardian's consent. Whatever is missing has the same answer: nobody learns who is a child.
fn consent(tx: &mut Tx<'_>, minor: PersonId, guardian: PersonId, version: &str, given: bool) -> Result<(), ApiError> {
    let today = shanghai_date(tx.now()?);
    let right = minor != guardian
        && identity::is_active(tx.conn(), minor)?
        && identity::is_minor(tx.conn(), minor, today)?
        && !identity::is_minor(tx.conn(), guardian, today)?
        && residencies::same_household(tx.conn(), minor, guardian)?;
    if !right {
        return Err(ApiError::of(&NOT_A_GUARDIAN));
    }
    identity::guardian_consent(tx, (minor, guardian), version, given)
}
