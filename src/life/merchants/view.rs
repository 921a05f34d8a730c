//! What is shown of a merchant, and to whom.

use base::error::{self, ApiError};
use base::ids::{GridUnitId, OrganizationId};
use base::keys::KeyRing;
use diesel::PgConnection;
use people::grid::{Scope, Target};
use people::identity::{Actor, Role};
use serde::Serialize;

use super::rows::{self, Merchant};
use super::{MerchantId, MerchantState, apply};
use crate::place;

/// A merchant.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MerchantView {
    /// Id.
    pub id: MerchantId,
    /// One line for a screen reader.
    pub summary: String,
    /// The community that it belongs to.
    pub community: GridUnitId,
    /// Its organization, from approval on.
    pub organization: Option<OrganizationId>,
    /// State.
    pub state: MerchantState,
    /// Name of the shop.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// Opening hours.
    pub hours: String,
    /// What it offers.
    pub services: String,
    /// Telephone.
    pub contact: Option<String>,
    /// Notice to customers.
    pub notice: Option<String>,
    /// Number of the business licence: owner, applicant and staff only.
    pub licence_number: Option<String>,
    /// Where it is paid to, all but the last four characters hidden: owner, applicant and staff only.
    pub settlement_account: Option<String>,
    /// Why it was refused or suspended: owner, applicant and staff only.
    pub decision: Option<String>,
    /// Version, for If-Match.
    pub version: i32,
}

/// The last four characters of an account.
fn masked(account: &str) -> String {
    let tail: Vec<char> = account.chars().rev().take(4).collect();
    format!("****{}", tail.into_iter().rev().collect::<String>())
}

impl MerchantView {
    /// What everybody in the community may see.
    pub(super) fn public(row: Merchant) -> Self {
        Self {
            id: row.id,
            summary: format!("{}，{}，{}", row.name, row.address, row.state.zh()),
            community: row.community_id,
            organization: row.organization_id,
            state: row.state,
            name: row.name,
            address: row.address,
            hours: row.hours,
            services: row.services,
            contact: row.contact,
            notice: row.notice,
            licence_number: None,
            settlement_account: None,
            decision: None,
            version: row.version,
        }
    }

    /// What its owner, its applicant and staff see.
    pub(super) fn inside(ring: &KeyRing, row: Merchant) -> Self {
        let opened = row.settlement_account.as_ref().and_then(|sealed| ring.open(&apply::account_place(row.id), sealed).ok());
        let (licence, decision) = (row.licence_number.clone(), row.decision.clone());
        let shown = Self::public(row);
        Self { licence_number: Some(licence), settlement_account: opened.as_deref().map(masked), decision, ..shown }
    }
}

/// One merchant as the caller may see it; what isn't in the directory is only for those it concerns.
pub(super) fn find(
    connection: &mut PgConnection,
    scope: &Scope,
    actor: &Actor,
    ring: &KeyRing,
    id: MerchantId,
) -> Result<MerchantView, ApiError> {
    let row = rows::merchant_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let path = place::community_stored(connection, row.community_id)?;
    let inside = row.applicant_id == actor.person
        || actor
            .holding(Role::MerchantOwner)
            .iter()
            .any(|held| held.organization.is_some() && held.organization == row.organization_id)
        || actor.holding(Role::CommunityStaff).iter().any(|held| held.path.as_ref().is_some_and(|at| at.community() == path));
    if inside {
        return Ok(MerchantView::inside(ring, row));
    }
    scope.require(&Target { person: None, unit: Some(&path), organization: row.organization_id })?;
    if row.state != MerchantState::Approved {
        return Err(ApiError::of(&error::NOT_FOUND));
    }
    Ok(MerchantView::public(row))
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_account_shows_its_end_only() {
        assert_eq!(super::masked("建行 6217000012345678"), "****5678");
        assert_eq!(super::masked("78"), "****78");
    }
}
