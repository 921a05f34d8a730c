//! An account for somebody without a phone, opened by a grid worker with recorded consent, who lives at an entrance. The account is
//! `identity`'s, the residence `residencies`'.

pub mod http;

use base::clock::shanghai_date;
use base::db::{Audit, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use serde_json::json;

use super::minors::NOT_A_GUARDIAN;
use super::residencies::{self, Claim, ResidencyId};
use crate::grid::{GridUnit, Scope};
use crate::identity::{self, NewManaged};

crate::permissions! {
    /// Open an account for a person without a phone, living at an entrance.
    ManagedResidentCreate "managed_resident_create" [GridWorker Grid, CommunityStaff Community];
}

/// What the worker writes down.
#[derive(Debug, Clone)]
struct ManagedResident {
    residency: ResidencyId,
    person: PersonId,
    name: String,
    birth_year: i32,
    room: Option<String>,
    consent_version: String,
    consent_text: String,
    /// Of somebody under 14.
    guardian: Option<PersonId>,
}

/// Opens the account and confirms the residence in one go.
fn create(
    tx: &mut Tx<'_>,
    ring: &KeyRing,
    scope: &Scope,
    entrance: GridUnit,
    new: &ManagedResident,
    by: PersonId,
) -> Result<(), ApiError> {
    let (entrance, community) = residencies::entrance_and_community(tx.conn(), Some(entrance))?;
    scope.require_unit(&entrance.path)?;
    identity::managed_create(
        tx,
        ring,
        &NewManaged {
            person: new.person,
            name: new.name.clone(),
            birth_year: new.birth_year,
            unit: entrance.id,
            opened_by: by,
            consent_version: new.consent_version.clone(),
            consent_text: new.consent_text.clone(),
        },
    )?;
    guardian_of_minor(tx, new)?;
    let residence = Claim { id: new.residency, person: new.person, entrance: &entrance, room: new.room.as_deref() };
    residencies::enter_managed(tx, ring, &residence, &community, by)?;
    tx.audit(
        Audit::new("managed_resident_create", "residency", new.residency.0)
            .at(entrance.id)
            .after(json!({"person": new.person, "consent_version": new.consent_version})),
    )?;
    Ok(())
}

/// A child's account needs the consent of somebody of age, who is named with it.
fn guardian_of_minor(tx: &mut Tx<'_>, new: &ManagedResident) -> Result<(), ApiError> {
    let today = shanghai_date(tx.now()?);
    if !identity::minor_on(new.birth_year, today) {
        return Ok(());
    }
    let Some(guardian) = new.guardian else { return Err(ApiError::of(&identity::GUARDIAN_CONSENT_REQUIRED)) };
    if !identity::is_active(tx.conn(), guardian)? || identity::is_minor(tx.conn(), guardian, today)? {
        return Err(ApiError::of(&NOT_A_GUARDIAN));
    }
    identity::guardian_consent(tx, (new.person, guardian), &new.consent_version, true)
}
