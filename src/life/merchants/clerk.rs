//! Clerks: the owner hands out a one-time code; whoever redeems it is a clerk of this shop.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use people::grid::Scope;
use people::identity::{self, Invitation, InvitationId, Role};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{MERCHANT_NOT_APPROVED, MerchantId, MerchantState, profile};

/// How long a code can be used.
const HOURS: i64 = 24;

/// An invitation to be a clerk.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ClerkInvitation {
    /// Id of the invitation.
    pub id: Uuid,
    /// The code, shown once.
    pub code: Option<String>,
}

/// Makes an invitation and returns its code.
pub(super) fn invite(mut tx: Tx<'_>, scope: &Scope, id: MerchantId, invitation: Uuid) -> Result<Finished<String>, ApiError> {
    let merchant = profile::own(tx.conn(), scope, id)?;
    if merchant.state != MerchantState::Approved {
        return Err(ApiError::of(&MERCHANT_NOT_APPROVED));
    }
    let organization = merchant.organization_id.ok_or_else(|| ApiError::of(&MERCHANT_NOT_APPROVED))?;
    let wanted = Invitation {
        id: InvitationId(invitation),
        role: Role::MerchantClerk,
        unit: None,
        organization: Some(organization),
        hours: HOURS,
    };
    let code = identity::invite(&mut tx, &wanted)?;
    tx.audit(
        Audit::new("merchant_clerk_invite", "merchant", id.0).at(merchant.community_id).after(json!({"invitation": invitation})),
    )?;
    Ok(tx.done(code)?)
}
