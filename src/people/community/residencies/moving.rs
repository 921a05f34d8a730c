//! Moving out: scope ends the same day, the wallet stays.

use base::db::{Audit, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use serde_json::json;

use super::rows::{self, Residency};
use super::state::ResidencyState;
use super::{NO_RESIDENCE, RESIDENCY_DECIDED, ResidencyId, SEVERAL_RESIDENCES};
use crate::community::households;
use crate::grid::{self, Scope};
use crate::identity::{self, Role};

/// The person leaves one of their residences; which one must be said when there are several.
pub(super) fn leave(tx: &mut Tx<'_>, person: PersonId, id: Option<ResidencyId>) -> Result<ResidencyId, ApiError> {
    let live = rows::live(tx.conn(), person)?;
    let chosen = match (id, live.as_slice()) {
        (Some(id), all) => all.iter().find(|residency| residency.id == id).ok_or_else(|| ApiError::of(&error::NOT_FOUND))?,
        (None, [only]) => only,
        (None, []) => return Err(ApiError::of(&NO_RESIDENCE)),
        (None, _) => return Err(ApiError::of(&SEVERAL_RESIDENCES)),
    };
    let id = chosen.id;
    let residency = rows::lock(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    end(tx, &residency, "residency_leave")?;
    Ok(id)
}

/// Staff note that somebody has moved out.
pub(super) fn end_by_staff(tx: &mut Tx<'_>, scope: &Scope, id: ResidencyId) -> Result<(), ApiError> {
    let residency = rows::lock(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let entrance = grid::unit_find(tx.conn(), residency.entrance_id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&entrance.path)?;
    end(tx, &residency, "residency_end")
}

fn end(tx: &mut Tx<'_>, residency: &Residency, action: &str) -> Result<(), ApiError> {
    if !residency.state().may_become(ResidencyState::MovedOut) {
        return Err(ApiError::of(&RESIDENCY_DECIDED));
    }
    let now = tx.now()?;
    rows::end(tx.conn(), residency.id, ResidencyState::MovedOut, None, now)?;
    rows::settle_vote(tx.conn(), residency.person_id)?;
    identity::end_at_unit(tx, residency.person_id, Role::Resident, residency.entrance_id)?;
    tx.audit(
        Audit::new(action, "residency", residency.id.0)
            .at(residency.entrance_id)
            .before(json!({"state": residency.state}))
            .after(json!({"state": "moved_out"})),
    )?;
    Ok(())
}

/// The register says that somebody's last day at a household is over: their residence there ends.
pub(super) fn end_by_register(tx: &mut Tx<'_>, id: ResidencyId) -> Result<(), ApiError> {
    match rows::lock(tx.conn(), id)? {
        Some(residency) if residency.state() == ResidencyState::Confirmed => end(tx, &residency, "residency_end_by_register"),
        _ => Ok(()),
    }
}

/// The hook of merged accounts: residences become the remaining account's, and so do entries of the register. Of two at one entrance
/// the one that isn't confirmed ends, or else the merged account's.
pub(in super::super) fn merge(tx: &mut Tx<'_>, gone: PersonId, keep: PersonId) -> Result<(), ApiError> {
    let kept = rows::live(tx.conn(), keep)?;
    for residency in rows::live(tx.conn(), gone)? {
        match kept.iter().find(|other| other.entrance_id == residency.entrance_id) {
            Some(twin) if twin.state() != ResidencyState::Confirmed && residency.state() == ResidencyState::Confirmed => {
                let now = tx.now()?;
                rows::end(tx.conn(), twin.id, ResidencyState::Refused, None, now)?;
            }
            Some(_twin) => {
                let to = if residency.state() == ResidencyState::Confirmed {
                    ResidencyState::MovedOut
                } else {
                    ResidencyState::Refused
                };
                let now = tx.now()?;
                rows::end(tx.conn(), residency.id, to, None, now)?;
                continue;
            }
            None => {}
        }
        rows::hand_over(tx.conn(), residency.id, keep)?;
        tx.audit(
            Audit::new("residency_merge", "residency", residency.id.0)
                .at(residency.entrance_id)
                .before(json!({"person": gone}))
                .after(json!({"person": keep})),
        )?;
    }
    rows::settle_vote(tx.conn(), keep)?;
    households::relink_person(tx.conn(), gone, keep)?;
    Ok(())
}

/// The hook of a closed account: ends every residency and makes the register forget the account.
pub fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    for residency in rows::live(tx.conn(), person)? {
        end(tx, &residency, "residency_erase")?;
    }
    households::unlink_person(tx.conn(), person)?;
    Ok(())
}
