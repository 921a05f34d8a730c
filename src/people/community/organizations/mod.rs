//! Organizations of a community or street: merchants, property companies, social organizations, companies, offices, the street
//! itself, committees. States: `applied → active → closed`; a merchant's rules live in `life/merchants`, its identity here.

pub mod http;
mod rows;

pub use rows::{
    Organization, organization_by_code, organization_find, organization_names, organization_set_state, organizations_by_ids,
    organizations_of,
};
pub(super) use rows::{OrganizationRow, existing, put};

use base::db::{Audit, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, OrganizationId};
use base::keys::KeyRing;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::grid;
use crate::identity::Phone;

crate::permissions! {
    /// See the organizations of one's street.
    OrganizationList "organization_list" [Resident Street, NewEmployment Street, GridWorker Street, CommunityStaff Street, StreetStaff Street, Auditor Street, UnitHandler Organization, OrganizationContact Organization, MerchantOwner Organization, MerchantClerk Organization, Admin Anyone];
    /// See one organization.
    OrganizationFind "organization_find" [Resident Street, NewEmployment Street, GridWorker Street, CommunityStaff Street, StreetStaff Street, Auditor Street, UnitHandler Organization, OrganizationContact Organization, MerchantOwner Organization, MerchantClerk Organization, Admin Anyone];
}

/// What an organization is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationKind {
    /// 商户
    Merchant,
    /// 物业
    Property,
    /// 社会组织
    SocialOrganization,
    /// 企业
    Company,
    /// 办公室
    Office,
    /// 街道
    Street,
    /// 居委会
    Committee,
}

impl OrganizationKind {
    const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::Merchant, "merchant", "商户"),
        (Self::Property, "property", "物业"),
        (Self::SocialOrganization, "social_organization", "社会组织"),
        (Self::Company, "company", "企业"),
        (Self::Office, "office", "办公室"),
        (Self::Street, "street", "街道"),
        (Self::Committee, "committee", "居委会"),
    ];

    /// As stored.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("company", |(_, name, _)| name)
    }

    /// In Chinese.
    pub fn zh(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("", |(.., zh)| zh)
    }

    /// From its stored form or its Chinese name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name, zh)| text.eq_ignore_ascii_case(name) || text == *zh).map(|(kind, ..)| *kind)
    }
}

/// An organization to be entered.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    /// Id, made before.
    pub id: OrganizationId,
    /// What it is.
    pub kind: OrganizationKind,
    /// Name.
    pub name: String,
    /// Code within its unit; `None`: made from the id.
    pub code: Option<String>,
    /// Its community, or its street.
    pub unit: GridUnitId,
    /// In use at once? Else it stands as `applied`.
    pub active: bool,
    /// Name of the contact.
    pub contact: Option<String>,
    /// Phone of the contact.
    pub phone: Option<Phone>,
}

/// Seals what is personal and makes the row.
pub(super) fn sealed(
    ring: &KeyRing,
    new: &NewOrganization,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<OrganizationRow, ApiError> {
    let seal =
        |column: &str, plain: &str| ring.seal(&format!("organizations|{column}|{}", new.id), plain).map_err(ApiError::internal);
    Ok(OrganizationRow {
        id: new.id,
        kind: new.kind.name().to_owned(),
        name: new.name.clone(),
        code: new.code.clone().unwrap_or_else(|| new.id.0.simple().to_string()),
        grid_unit_id: new.unit,
        state: if new.active { "active" } else { "applied" }.to_owned(),
        contact_sealed: new.contact.as_deref().map(|name| seal("contact", name)).transpose()?,
        phone_sealed: new.phone.as_ref().map(|phone| seal("phone", phone.as_str())).transpose()?,
        phone_lookup: new.phone.as_ref().map(|phone| phone.lookup(ring)),
        content_hash: None,
        updated_at: now,
    })
}

/// Enters an organization; 409 `already_exists` when its code is taken there.
pub fn organization_create(tx: &mut Tx<'_>, ring: &KeyRing, new: &NewOrganization) -> Result<(), ApiError> {
    if grid::unit_find(tx.conn(), new.unit)?.is_none() {
        return Err(ApiError::of(&error::NOT_FOUND));
    }
    let now = tx.now()?;
    let row = sealed(ring, new, now)?;
    if organization_by_code(tx.conn(), new.unit, &row.code)?.is_some() {
        return Err(ApiError::of(&error::ALREADY_EXISTS));
    }
    put(tx.conn(), &[row])?;
    tx.audit(
        Audit::new("organization_create", "organization", new.id.0)
            .at(new.unit)
            .after(json!({"kind": new.kind.name(), "active": new.active})),
    )?;
    Ok(())
}
