//! Refunds: one of the staff asks with a reason, another approves; the capture is reversed and the points are back with the dates of
//! their hold. Only as long as no settlement statement holds the order, and never for oneself or one's household.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use ledger::{BookId, Fact, Posting, ReasonCode, TransactionId};
use people::community::same_household;
use people::grid::Scope;
use serde_json::json;

use super::order::about;
use super::rows::{self, Redemption};
use super::{ORDER_NOT_CAPTURED, ORDER_STATED, OWN_SHOP, OrderId, OrderState, REFUND_NOT_ASKED, REFUND_SAME_PERSON};
use crate::place;

const REASON: ReasonCode = ReasonCode::known("redemption_refund");

/// An order that may be refunded, in scope, of somebody else.
fn refundable(tx: &mut Tx<'_>, scope: &Scope, staff: PersonId, id: OrderId) -> Result<Redemption, ApiError> {
    let row = rows::find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&place::community_stored(tx.conn(), row.community_id)?)?;
    if row.state != OrderState::Captured {
        return Err(ApiError::of(&ORDER_NOT_CAPTURED));
    }
    if row.settlement_id.is_some() {
        return Err(ApiError::of(&ORDER_STATED));
    }
    if let Some(holder) = row.person_id
        && same_household(tx.conn(), holder, staff)?
    {
        return Err(ApiError::of(&OWN_SHOP).detail("不能为本人或家人办理退回。", "Nobody refunds themselves or their household."));
    }
    Ok(row)
}

/// Asks for a refund.
pub(super) fn ask(mut tx: Tx<'_>, scope: &Scope, staff: PersonId, id: OrderId, reason: &str) -> Result<Finished<()>, ApiError> {
    let row = refundable(&mut tx, scope, staff, id)?;
    tx.audit(Audit::new("order_refund", "redemption", id.0).at(row.community_id).after(json!({"reason": reason})))?;
    if !rows::ask_refund(tx.conn(), id, staff, reason)? {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    Ok(tx.done(())?)
}

/// Approves what another one asked for.
pub(super) fn approve(mut tx: Tx<'_>, scope: &Scope, staff: PersonId, id: OrderId) -> Result<Finished<()>, ApiError> {
    let row = refundable(&mut tx, scope, staff, id)?;
    let asked = row.refund_asked_by.ok_or_else(|| ApiError::of(&REFUND_NOT_ASKED))?;
    if asked == staff {
        return Err(ApiError::of(&REFUND_SAME_PERSON));
    }
    let capture = row.capture_id.ok_or_else(|| ApiError::of(&ORDER_NOT_CAPTURED))?;
    let entry = Audit::new("order_refund_approve", "redemption", id.0).at(row.community_id);
    tx.audit(entry.before(json!({"state": "captured"})).after(json!({"state": "reversed", "asked_by": asked})))?;
    let refund = TransactionId::new();
    if !rows::refund(tx.conn(), id, staff, refund)? {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    let now = tx.now()?;
    let mut told = about(id, Fact::reverse(capture), REASON, ledger::Actor::Person(asked), now);
    told.approvers = vec![staff];
    let posting = Posting { id: refund, ..Posting::reverse(told, capture) };
    ledger::post_one(tx, BookId(row.community_id.0), posting, |_receipt| ())
}
