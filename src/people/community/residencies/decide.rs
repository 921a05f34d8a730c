//! A worker's decision on a claim: confirm, confirm many, refuse.

use base::clock::shanghai_date;
use base::db::{Audit, Tx, audit_of};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::keys::KeyRing;
use diesel::PgConnection;
use serde_json::json;
use uuid::Uuid;

use super::claim::{self, Claim};
use super::rows::{self, Confirmed, Residency};
use super::state::ResidencyState;
use super::{NOT_OWN_RESIDENCE, RESIDENCY_DECIDED, ResidencyId, same_household};
use crate::community::households::{self, HouseholdId, HouseholdRow};
use crate::grid::{self, GridUnit, Scope};
use crate::identity::{self, Grant, Role, RoleSource};
use crate::notify::{self, Notice, templates};

/// What became of one claim of a bulk confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResidencyBulkOutcome {
    /// Confirmed now.
    Confirmed,
    /// Decided before.
    Decided,
    /// One's own, or a household member's.
    OwnHousehold,
    /// Not there, or not in one's scope.
    NotFound,
}

/// Checks and locks a claim for a decision by `by`.
fn claimed(tx: &mut Tx<'_>, scope: &Scope, id: ResidencyId, by: PersonId) -> Result<Residency, ApiError> {
    let residency = rows::lock(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let entrance = grid::unit_find(tx.conn(), residency.entrance_id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&entrance.path)?;
    if same_household(tx.conn(), by, residency.person_id)? {
        return Err(ApiError::of(&NOT_OWN_RESIDENCE));
    }
    if residency.state() != ResidencyState::Claimed {
        return Err(ApiError::of(&RESIDENCY_DECIDED));
    }
    Ok(residency)
}

/// Confirms a claim.
pub(super) fn confirm(tx: &mut Tx<'_>, ring: &KeyRing, scope: &Scope, id: ResidencyId, by: PersonId) -> Result<(), ApiError> {
    let residency = claimed(tx, scope, id, by)?;
    let household = household_behind(tx, ring, &residency)?;
    let at = tx.now()?;
    confirmed(tx, &residency, Confirmed { how: "worker", by: Some(by), household, voting: false, at })?;
    Ok(())
}

/// Confirms many, in order of id so that two bulks never wait for each other in a circle. What became of each stands in the audit
/// row, where a repeat of the request finds it.
pub(super) fn confirm_bulk(
    tx: &mut Tx<'_>,
    ring: &KeyRing,
    scope: &Scope,
    ids: &[ResidencyId],
    (bulk, by): (Uuid, PersonId),
) -> Result<Vec<(ResidencyId, ResidencyBulkOutcome)>, ApiError> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    let mut outcomes = Vec::with_capacity(ids.len());
    for id in ids {
        let outcome = match confirm(tx, ring, scope, id, by) {
            Ok(()) => ResidencyBulkOutcome::Confirmed,
            Err(refusal) if refusal.code() == &RESIDENCY_DECIDED => ResidencyBulkOutcome::Decided,
            Err(refusal) if refusal.code() == &NOT_OWN_RESIDENCE => ResidencyBulkOutcome::OwnHousehold,
            Err(refusal) if refusal.code() == &error::NOT_FOUND => ResidencyBulkOutcome::NotFound,
            Err(failure) => return Err(failure),
        };
        outcomes.push((id, outcome));
    }
    tx.audit(Audit::new("residency_confirm_bulk", "residency_bulk", bulk).after(json!({"outcomes": outcomes})))?;
    Ok(outcomes)
}

/// What became of each claim of a bulk confirmation.
pub(super) fn outcomes_of(
    connection: &mut PgConnection,
    bulk: Uuid,
) -> Result<Vec<(ResidencyId, ResidencyBulkOutcome)>, ApiError> {
    let row = audit_of(connection, Some(bulk), None, 1)?.pop();
    let outcomes = row.and_then(|row| row.after).and_then(|mut after| after.get_mut("outcomes").map(serde_json::Value::take));
    outcomes.map_or_else(|| Ok(Vec::new()), |outcomes| serde_json::from_value(outcomes).map_err(ApiError::internal))
}

/// Refuses a claim; the person is told why.
pub(super) fn refuse(tx: &mut Tx<'_>, scope: &Scope, id: ResidencyId, by: PersonId, reason: &str) -> Result<(), ApiError> {
    let residency = claimed(tx, scope, id, by)?;
    let now = tx.now()?;
    rows::end(tx.conn(), id, ResidencyState::Refused, Some(reason), now)?;
    tx.audit(
        Audit::new("residency_refuse", "residency", id.0)
            .at(residency.entrance_id)
            .before(json!({"state": "claimed"}))
            .after(json!({"state": "refused"})),
    )?;
    let place = place_name(tx, &residency)?;
    notify::send(tx, residency.person_id, &Notice::new(&templates::RESIDENCY_REFUSED).with("place", place).with("reason", reason))
}

/// Enters a managed account's residence and confirms it.
pub(in super::super) fn enter_managed(
    tx: &mut Tx<'_>,
    ring: &KeyRing,
    residence: &Claim<'_>,
    community: &GridUnit,
    by: PersonId,
) -> Result<(), ApiError> {
    claim::enter(tx, ring, residence, community)?;
    let residency = rows::find(tx.conn(), residence.id)?.ok_or_else(|| ApiError::of(&error::STATE_CONFLICT))?;
    let household = household_behind(tx, ring, &residency)?;
    let at = tx.now()?;
    confirmed(tx, &residency, Confirmed { how: "managed", by: Some(by), household, voting: false, at })?;
    Ok(())
}

/// The household behind the claimed door: the register's, or one opened for it; `None` when no door was named.
fn household_behind(tx: &mut Tx<'_>, ring: &KeyRing, residency: &Residency) -> Result<Option<HouseholdId>, ApiError> {
    let (Some(sealed), Some(lookup)) = (&residency.room_sealed, &residency.room_lookup) else { return Ok(None) };
    let room = ring.open(&format!("residencies|room|{}", residency.id), sealed).map_err(ApiError::internal)?;
    let now = tx.now()?;
    let id = HouseholdId::new();
    let fresh = HouseholdRow {
        id,
        community_id: residency.community_id,
        entrance_id: residency.entrance_id,
        register_key: None,
        address_sealed: ring.seal(&format!("households|address|{id}"), &room).map_err(ApiError::internal)?,
        room_lookup: lookup.clone(),
        content_hash: None,
        from_date: Some(shanghai_date(now)),
        until_date: None,
        updated_at: now,
    };
    Ok(Some(households::find_or_open(tx.conn(), &fresh, shanghai_date(now))?))
}

fn place_name(tx: &mut Tx<'_>, residency: &Residency) -> Result<String, ApiError> {
    let unit = grid::unit_find(tx.conn(), residency.entrance_id)?;
    Ok(unit.map_or_else(String::new, |unit| unit.name))
}

/// What every confirmation does: the state, the one voting residency, the role, the audit row, the notice. `false` when the claim had
/// been decided meanwhile.
pub(super) fn confirmed(tx: &mut Tx<'_>, residency: &Residency, how: Confirmed) -> Result<bool, ApiError> {
    if !rows::confirm(tx.conn(), residency.id, &how)? {
        return Ok(false);
    }
    // The notice comes first: it locks the person's inbox, so two confirmations of one person follow each other, and the second one
    // sees the first one's vote.
    let place = place_name(tx, residency)?;
    notify::send(tx, residency.person_id, &Notice::new(&templates::RESIDENCY_CONFIRMED).with("place", place))?;
    rows::settle_vote(tx.conn(), residency.person_id)?;
    identity::grant(
        tx,
        &Grant {
            person: residency.person_id,
            role: Role::Resident,
            unit: Some(residency.entrance_id),
            organization: None,
            source: RoleSource::Residency,
            starts: None,
            ends: None,
        },
    )?;
    tx.audit(
        Audit::new("residency_confirm", "residency", residency.id.0)
            .at(residency.entrance_id)
            .before(json!({"state": "claimed"}))
            .after(json!({"state": "confirmed", "how": how.how})),
    )?;
    Ok(true)
}
