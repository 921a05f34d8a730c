//! From application to approval, and suspension. Approval makes the organization and the owner's role in one transaction.

use base::db::{Audit, DbResult, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::keys::KeyRing;
use base::text::Text;
use people::community::organizations::OrganizationKind;
use people::community::{NewOrganization, organization_by_code, organization_create};
use people::grid::Scope;
use people::identity::{self, Actor, Grant, Role, RoleSource};
use people::notify::{self, Notice, templates};
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, Merchant, NewRow};
use super::{MERCHANT_DECIDED, MERCHANT_EXISTS, MERCHANT_OWN_APPLICATION, MerchantId, MerchantState};
use crate::place;

/// An application.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMerchant {
    /// The community that the shop joins.
    pub community: GridUnitId,
    /// Name of the shop.
    pub name: Text<60>,
    /// Number of the business licence.
    pub licence_number: Text<40>,
    /// Where the shop is.
    pub address: Text<120>,
    /// Opening hours.
    pub hours: Text<120>,
    /// What it offers.
    pub services: Text<500>,
    /// Telephone of the shop, published.
    pub contact: Option<Text<40>>,
    /// Where the settlement is to be paid to; stored encrypted.
    pub settlement_account: Option<Text<120>>,
}

/// Where the sealed account belongs.
pub(super) fn account_place(id: MerchantId) -> String {
    format!("merchants|settlement_account|{id}")
}

pub(super) fn seal_account(ring: &KeyRing, id: MerchantId, account: Option<&Text<120>>) -> Result<Option<Vec<u8>>, ApiError> {
    account.map(|text| ring.seal(&account_place(id), text)).transpose().map_err(ApiError::internal)
}

fn write(tx: &mut Tx<'_>, ring: &KeyRing, id: MerchantId, form: &NewMerchant, applicant: PersonId) -> Result<(), ApiError> {
    place::community_named(tx.conn(), form.community, "/community")?;
    let row = NewRow {
        id,
        community_id: form.community,
        name: &form.name,
        licence_number: &form.licence_number,
        address: &form.address,
        hours: &form.hours,
        services: &form.services,
        contact: form.contact.as_deref(),
        notice: None,
        settlement_account: seal_account(ring, id, form.settlement_account.as_ref())?,
        applicant_id: applicant,
    };
    rows::insert(tx.conn(), &row).map_err(|failure| match failure.unique_violation() {
        Some("merchants_licence") => ApiError::of(&MERCHANT_EXISTS),
        _ => failure.into(),
    })
}

/// Writes an application.
pub(super) fn apply(
    mut tx: Tx<'_>,
    actor: &Actor,
    ring: &KeyRing,
    id: MerchantId,
    form: &NewMerchant,
) -> Result<Finished<()>, ApiError> {
    if !actor.phone_bound {
        return Err(ApiError::of(&identity::PHONE_REQUIRED));
    }
    write(&mut tx, ring, id, form, actor.person)?;
    let entry = Audit::new("merchant_apply", "merchant", id.0).at(form.community).after(json!({"state": "applied"}));
    tx.audit(entry)?;
    Ok(tx.done(())?)
}

/// Enters a merchant that is approved from the start (import, demo data): its owner and who answers for it.
pub fn merchant_enter(
    tx: &mut Tx<'_>,
    ring: &KeyRing,
    id: MerchantId,
    form: &NewMerchant,
    owner: PersonId,
    approver: Option<PersonId>,
) -> Result<(), ApiError> {
    write(tx, ring, id, form, owner)?;
    let merchant = rows::merchant_find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    establish(tx, ring, &merchant, approver)?;
    tx.audit(Audit::new("merchant_approve", "merchant", id.0).at(form.community).after(json!({"state": "approved"})))?;
    Ok(())
}

/// The organization, the owner's role, the state.
fn establish(tx: &mut Tx<'_>, ring: &KeyRing, merchant: &Merchant, by: Option<PersonId>) -> Result<(), ApiError> {
    let organization = organization(tx, ring, merchant)?;
    let owner = Grant {
        person: merchant.applicant_id,
        role: Role::MerchantOwner,
        unit: None,
        organization: Some(organization),
        source: RoleSource::Registration,
        starts: None,
        ends: None,
    };
    identity::grant(tx, &owner)?;
    let change = (MerchantState::Applied, MerchantState::Approved);
    if !rows::decide(tx.conn(), merchant.id, change, by, Some(organization), None)? {
        return Err(ApiError::of(&MERCHANT_DECIDED));
    }
    Ok(())
}

/// The organization that the shop becomes: the imported one with that licence, or a new one.
fn organization(tx: &mut Tx<'_>, ring: &KeyRing, merchant: &Merchant) -> Result<OrganizationId, ApiError> {
    let code: String = merchant.licence_number.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    if let Some(known) = organization_by_code(tx.conn(), merchant.community_id, &code)?
        && known.kind == OrganizationKind::Merchant.name()
    {
        return Ok(known.id);
    }
    let new = NewOrganization {
        id: OrganizationId::new(),
        kind: OrganizationKind::Merchant,
        name: merchant.name.clone(),
        code: (!code.is_empty()).then_some(code),
        unit: merchant.community_id,
        active: true,
        contact: None,
        phone: None,
    };
    organization_create(tx, ring, &new)?;
    Ok(new.id)
}

fn waiting(tx: &mut Tx<'_>, scope: &Scope, person: PersonId, id: MerchantId) -> Result<Merchant, ApiError> {
    let merchant = in_scope(tx.conn(), scope, id)?;
    if merchant.applicant_id == person {
        return Err(ApiError::of(&MERCHANT_OWN_APPLICATION));
    }
    if merchant.state != MerchantState::Applied {
        return Err(ApiError::of(&MERCHANT_DECIDED));
    }
    Ok(merchant)
}

/// A merchant of a community in scope, for staff.
pub(super) fn in_scope(connection: &mut diesel::PgConnection, scope: &Scope, id: MerchantId) -> Result<Merchant, ApiError> {
    let merchant = rows::merchant_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&place::community_stored(connection, merchant.community_id)?)?;
    Ok(merchant)
}

fn recorded(tx: &mut Tx<'_>, action: &str, merchant: &Merchant, to: MerchantState, reason: Option<&str>) -> DbResult<()> {
    let entry = Audit::new(action, "merchant", merchant.id.0).at(merchant.community_id);
    let entry = entry.before(json!({"state": merchant.state})).after(json!({"state": to, "reason": reason}));
    tx.audit(entry)
}

/// Approves an application.
pub(super) fn approve(
    mut tx: Tx<'_>,
    ring: &KeyRing,
    scope: &Scope,
    person: PersonId,
    id: MerchantId,
) -> Result<Finished<()>, ApiError> {
    let merchant = waiting(&mut tx, scope, person, id)?;
    establish(&mut tx, ring, &merchant, Some(person))?;
    recorded(&mut tx, "merchant_approve", &merchant, MerchantState::Approved, None)?;
    notify::send(&mut tx, merchant.applicant_id, &Notice::new(&templates::MERCHANT_APPROVED).with("title", &merchant.name))?;
    Ok(tx.done(())?)
}

/// Refuses an application with a reason.
pub(super) fn refuse(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: MerchantId,
    reason: &str,
) -> Result<Finished<()>, ApiError> {
    let merchant = waiting(&mut tx, scope, person, id)?;
    let change = (MerchantState::Applied, MerchantState::Refused);
    if !rows::decide(tx.conn(), id, change, Some(person), None, Some(reason))? {
        return Err(ApiError::of(&MERCHANT_DECIDED));
    }
    recorded(&mut tx, "merchant_refuse", &merchant, MerchantState::Refused, Some(reason))?;
    let notice = Notice::new(&templates::MERCHANT_REFUSED).with("title", &merchant.name).with("reason", reason);
    notify::send(&mut tx, merchant.applicant_id, &notice)?;
    Ok(tx.done(())?)
}

/// Suspends an approved merchant, or lifts that. The caller's action names the audit row.
pub(super) fn suspend(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: MerchantId,
    reason: Option<&str>,
) -> Result<Finished<()>, ApiError> {
    let merchant = in_scope(tx.conn(), scope, id)?;
    let (action, change) = match reason {
        Some(_) => ("merchant_suspend", (MerchantState::Approved, MerchantState::Suspended)),
        None => ("merchant_resume", (MerchantState::Suspended, MerchantState::Approved)),
    };
    if !rows::decide(tx.conn(), id, change, Some(person), merchant.organization_id, reason)? {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    recorded(&mut tx, action, &merchant, change.1, reason)?;
    Ok(tx.done(())?)
}
