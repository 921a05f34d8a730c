//! Changes of state and of stock.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use people::grid::Scope;
use serde_json::json;

use super::offer::OfferState;
use super::rows::{self, Offer};
use super::{OFFER_STATE, OFFER_SUSPENDED, OfferId, edit};
use crate::place;

/// Moves an offer and records it. `action` is the permission's name.
fn shift(tx: &mut Tx<'_>, action: &str, offer: &Offer, to: OfferState, suspended: Option<Option<&str>>) -> Result<(), ApiError> {
    if !rows::shift(tx.conn(), offer, to, suspended)? {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    let entry = Audit::new(action, "offer", offer.id.0).at(offer.community_id);
    let after = json!({"state": to, "suspended": suspended.map_or(offer.suspended, |mark| mark.is_some())});
    tx.audit(entry.before(json!({"state": offer.state, "suspended": offer.suspended})).after(after))?;
    Ok(())
}

/// Publishes, pauses or ends an offer of the caller's.
pub(super) fn by_provider(
    mut tx: Tx<'_>,
    action: &str,
    scope: &Scope,
    id: OfferId,
    to: OfferState,
) -> Result<Finished<()>, ApiError> {
    let offer = rows::offer_find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    edit::reach(tx.conn(), scope, offer.home())?;
    if !offer.state.may_become(to) {
        return Err(ApiError::of(&OFFER_STATE));
    }
    if to == OfferState::Published && offer.suspended {
        return Err(ApiError::of(&OFFER_SUSPENDED));
    }
    shift(&mut tx, action, &offer, to, None)?;
    Ok(tx.done(())?)
}

/// Staff take an offer off with a reason, or (without one) let its provider publish it again.
pub(super) fn by_staff(
    mut tx: Tx<'_>,
    action: &str,
    scope: &Scope,
    id: OfferId,
    reason: Option<&str>,
) -> Result<Finished<()>, ApiError> {
    let offer = rows::offer_find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&place::community_stored(tx.conn(), offer.community_id)?)?;
    if offer.suspended == reason.is_some() || offer.state == OfferState::Ended {
        return Err(ApiError::of(&OFFER_STATE));
    }
    let to = if offer.state == OfferState::Published { OfferState::Paused } else { offer.state };
    shift(&mut tx, action, &offer, to, Some(reason))?;
    Ok(tx.done(())?)
}

/// Puts into the stock, or takes out what is left.
pub(super) fn restock(mut tx: Tx<'_>, scope: &Scope, id: OfferId, by: i32) -> Result<Finished<()>, ApiError> {
    let offer = rows::offer_find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    edit::reach(tx.conn(), scope, offer.home())?;
    if offer.state == OfferState::Ended {
        return Err(ApiError::of(&OFFER_STATE));
    }
    tx.audit(Audit::new("offer_restock", "offer", id.0).at(offer.community_id).after(json!({"by": by})))?;
    if !rows::restock(tx.conn(), id, by)? {
        return Err(ApiError::of(&OFFER_STATE).detail("剩余数量不足，不能减少这么多。", "Less is left than is to be taken out."));
    }
    Ok(tx.done(())?)
}
