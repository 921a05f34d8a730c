//! Claiming a residence, and the register's answer to it.

use base::clock::shanghai_date;
use base::db::{Audit, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use diesel::PgConnection;
use serde_json::json;

use super::rows::{self, Confirmed, NewResidency, Residency};
use super::{NOT_AN_ENTRANCE, ResidencyId, TOO_MANY_CLAIMS, decide};
use crate::community::households::{self, HouseholdId};
use crate::community::room;
use crate::grid::{self, GridUnit, UnitKind};
use crate::identity;

/// Residences of a person that may be claimed or confirmed at once.
const LIVE_LIMIT: usize = 5;

/// A claim.
pub(in super::super) struct Claim<'a> {
    pub(in super::super) id: ResidencyId,
    pub(in super::super) person: PersonId,
    pub(in super::super) entrance: &'a GridUnit,
    pub(in super::super) room: Option<&'a str>,
}

/// An entrance in use and its community, or the refusal.
pub(in super::super) fn entrance_and_community(
    connection: &mut PgConnection,
    unit: Option<GridUnit>,
) -> Result<(GridUnit, GridUnit), ApiError> {
    let unit =
        unit.filter(|unit| unit.level() == UnitKind::Entrance && unit.active).ok_or_else(|| ApiError::of(&NOT_AN_ENTRANCE))?;
    let community = grid::community_of(connection, unit.id)?.ok_or_else(|| ApiError::of(&NOT_AN_ENTRANCE))?;
    Ok((unit, community))
}

/// Enters the claim and confirms it at once when the register knows the phone. A second claim of the same entrance changes nothing.
pub(super) fn claim(tx: &mut Tx<'_>, ring: &KeyRing, claim: &Claim<'_>) -> Result<(), ApiError> {
    let phone = identity::phone_lookup(tx.conn(), claim.person)?.ok_or_else(|| ApiError::of(&identity::PHONE_REQUIRED))?;
    let (entrance, community) = entrance_and_community(tx.conn(), Some(claim.entrance.clone()))?;
    let live = rows::live(tx.conn(), claim.person)?;
    if live.iter().any(|residency| residency.entrance_id == entrance.id) {
        return Ok(());
    }
    if live.len() >= LIVE_LIMIT {
        return Err(ApiError::of(&TOO_MANY_CLAIMS));
    }
    if !enter(tx, ring, claim, &community)? {
        return Ok(());
    }
    tx.audit(Audit::new("residency_claim", "residency", claim.id.0).at(entrance.id).after(json!({"state": "claimed"})))?;
    if let Some(residency) = rows::find(tx.conn(), claim.id)? {
        ask_register(tx, &residency, &phone)?;
    }
    Ok(())
}

/// Enters the row; `false` when a twin was quicker.
pub(super) fn enter(tx: &mut Tx<'_>, ring: &KeyRing, claim: &Claim<'_>, community: &GridUnit) -> Result<bool, ApiError> {
    let seal = |room: &str| ring.seal(&format!("residencies|room|{}", claim.id), room).map_err(ApiError::internal);
    let row = NewResidency {
        id: claim.id,
        person_id: claim.person,
        community_id: community.id,
        entrance_id: claim.entrance.id,
        room_sealed: claim.room.map(seal).transpose()?,
        room_lookup: claim.room.map(|text| room::lookup(ring, claim.entrance.id, text)),
        state: "claimed",
    };
    Ok(rows::insert(tx.conn(), &row)?)
}

/// Confirms a claim when the phone stands on the register of its entrance today; `true` when it does.
pub(super) fn ask_register(tx: &mut Tx<'_>, residency: &Residency, phone: &[u8]) -> Result<bool, ApiError> {
    let now = tx.now()?;
    let matches = households::matches_of_phone(tx.conn(), residency.entrance_id, phone, shanghai_date(now))?;
    let free: Vec<_> = matches.iter().filter(|found| found.person.is_none_or(|person| person == residency.person_id)).collect();
    let Some(first) = free.first() else { return Ok(false) };
    let household: HouseholdId = first.household;
    // A phone that several entries share (a couple, a child's contact) says where somebody lives, but not which of them they are.
    if let [only] = free.as_slice() {
        households::link_member(tx.conn(), only.member, residency.person_id)?;
        if let Some(year) = only.birth_year {
            identity::birth_year_note(tx, residency.person_id, year)?;
        }
    }
    decide::confirmed(tx, residency, Confirmed { how: "register", by: None, household: Some(household), voting: false, at: now })
}
