//! The owner's part: the profile, where the settlement is paid to, and the shop's QR.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::http::IfMatch;
use base::keys::KeyRing;
use base::text::Text;
use people::grid::Scope;
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, Merchant, Profile};
use super::{MERCHANT_NOT_APPROVED, MerchantId, MerchantState, apply};

/// A merchant's profile as its owner writes it.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MerchantProfile {
    /// Name of the shop.
    pub name: Text<60>,
    /// Where it is.
    pub address: Text<120>,
    /// Opening hours.
    pub hours: Text<120>,
    /// What it offers.
    pub services: Text<500>,
    /// Telephone, published.
    pub contact: Option<Text<40>>,
    /// Notice to customers.
    pub notice: Option<Text<500>>,
    /// Where the settlement is paid to; absent: as before.
    pub settlement_account: Option<Text<120>>,
}

/// A merchant of the caller's organizations.
pub(super) fn own(connection: &mut diesel::PgConnection, scope: &Scope, id: MerchantId) -> Result<Merchant, ApiError> {
    let merchant = rows::merchant_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let organization = merchant.organization_id.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_organization(organization)?;
    Ok(merchant)
}

/// Writes the profile.
pub(super) fn update(
    mut tx: Tx<'_>,
    scope: &Scope,
    ring: &KeyRing,
    id: MerchantId,
    version: &IfMatch,
    form: &MerchantProfile,
) -> Result<Finished<()>, ApiError> {
    let merchant = own(tx.conn(), scope, id)?;
    version.check(merchant.version)?;
    let profile = Profile {
        name: &form.name,
        address: &form.address,
        hours: &form.hours,
        services: &form.services,
        contact: form.contact.as_deref(),
        notice: form.notice.as_deref(),
    };
    if !rows::update(tx.conn(), id, merchant.version, &profile)? {
        return Err(ApiError::of(&error::PRECONDITION_FAILED));
    }
    if let Some(sealed) = apply::seal_account(ring, id, form.settlement_account.as_ref())? {
        rows::update_account(tx.conn(), id, &sealed)?;
    }
    let after = json!({"version": merchant.version + 1, "account_changed": form.settlement_account.is_some()});
    let entry = Audit::new("merchant_update", "merchant", id.0).at(merchant.community_id);
    tx.audit(entry.before(json!({"version": merchant.version})).after(after))?;
    Ok(tx.done(())?)
}

/// Opens the account for staff who pay; the reading is recorded with its reason.
pub(super) fn reveal(
    mut tx: Tx<'_>,
    scope: &Scope,
    ring: &KeyRing,
    id: MerchantId,
    reason: &str,
) -> Result<Finished<String>, ApiError> {
    let merchant = apply::in_scope(tx.conn(), scope, id)?;
    let sealed = merchant.settlement_account.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let account = ring.open(&apply::account_place(id), &sealed).map_err(ApiError::internal)?;
    let entry = Audit::new("merchant_account_reveal", "merchant", id.0).at(merchant.community_id);
    tx.audit(entry.after(json!({"reason": reason})))?;
    Ok(tx.done(account)?)
}

/// Puts a new shop QR into force.
pub(super) fn renew_ticket(mut tx: Tx<'_>, scope: &Scope, id: MerchantId) -> Result<Finished<()>, ApiError> {
    let merchant = own(tx.conn(), scope, id)?;
    if merchant.state != MerchantState::Approved {
        return Err(ApiError::of(&MERCHANT_NOT_APPROVED));
    }
    rows::renew_ticket(tx.conn(), id)?;
    let entry = Audit::new("merchant_ticket_renew", "merchant", id.0).at(merchant.community_id);
    tx.audit(entry.after(json!({"number": merchant.ticket_number + 1})))?;
    Ok(tx.done(())?)
}
