//! Ending an order without capture: by somebody, or by its time. The order's row first, then counts and stock, then the ledger.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::text::Text;
use diesel::PgConnection;
use ledger::{BookId, Fact, Posting, ReasonCode, ReleaseBy};
use people::grid::Scope;
use people::notify::{self, Notice, templates};
use serde::Deserialize;
use serde_json::json;

use super::order::about;
use super::rows::{self, Redemption};
use super::{ORDER_ALREADY_CAPTURED, ORDER_ENDED, OrderId, OrderState, view};
use crate::{merchants, offers, place};

/// A cancellation.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancellation {
    /// Why; required from a merchant and from staff.
    pub reason: Option<Text<300>>,
}

const CANCELLED: ReasonCode = ReasonCode::known("redemption_cancel");
const RAN_OUT: ReasonCode = ReasonCode::known("redemption_expiry");

/// How the caller stands to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// It is theirs, or their organization's.
    Holder,
    /// Their merchant or community hands it out.
    Counter,
}

/// 404 when the caller is on neither side.
pub(super) fn side(connection: &mut PgConnection, scope: &Scope, row: &Redemption) -> Result<Side, ApiError> {
    let own = row.person_id.is_some() && row.person_id == scope.own;
    if own || row.organization_id.is_some_and(|id| scope.organizations.contains(&id)) {
        return Ok(Side::Holder);
    }
    let shop = row.merchant_id.map(|id| merchants::merchant_find(connection, id)).transpose()?.flatten();
    if shop.and_then(|shop| shop.organization_id).is_some_and(|id| scope.organizations.contains(&id)) {
        return Ok(Side::Counter);
    }
    scope.require_unit(&place::community_stored(connection, row.community_id)?)?;
    Ok(Side::Counter)
}

/// Cancels an open order.
pub(super) fn cancel(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: OrderId,
    form: &Cancellation,
) -> Result<Finished<view::OrderView>, ApiError> {
    let row = rows::find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    if side(tx.conn(), scope, &row)? == Side::Counter && form.reason.is_none() {
        return Err(ApiError::invalid("/reason", "tell the resident why"));
    }
    end(tx, "order_cancel", row, Some(person), form.reason.as_ref().map(Text::as_str))
}

/// Ends an order whose time is over; false: it had ended already, or runs still.
pub(super) fn expire(mut tx: Tx<'_>, id: OrderId) -> Result<Finished<bool>, ApiError> {
    let row = rows::find(tx.conn(), id)?.filter(|row| row.state == OrderState::Held);
    match row {
        Some(row) => Ok(end(tx, "redemption_expiry", row, None, None)?.map(|_view| true)),
        None => Ok(tx.done(false)?),
    }
}

/// Tells the holder what somebody else, or time, did to the order.
fn tell(tx: &mut Tx<'_>, row: &Redemption, by: Option<PersonId>) -> Result<(), ApiError> {
    let Some(holder) = row.person_id.filter(|holder| by != Some(*holder)) else { return Ok(()) };
    let title = offers::offer_find(tx.conn(), row.offer_id)?.map(|offer| offer.title).unwrap_or_default();
    let notice = Notice::new(&templates::ORDER_RELEASED).with("title", title).with("points", row.points.to_string());
    notify::send(tx, holder, &notice)
}

/// By somebody (`by`), or by its time.
pub(super) fn end(
    mut tx: Tx<'_>,
    action: &str,
    row: Redemption,
    by: Option<PersonId>,
    reason: Option<&str>,
) -> Result<Finished<view::OrderView>, ApiError> {
    let (id, community) = (row.id, row.community_id);
    let (to, code, release, actor) = match by {
        Some(person) => (OrderState::Cancelled, CANCELLED, ReleaseBy::Cancel, ledger::Actor::Person(person)),
        None => (OrderState::Expired, RAN_OUT, ReleaseBy::Expiry, ledger::Actor::System),
    };
    let entry = Audit::new(action, "redemption", id.0).at(community);
    tx.audit(entry.before(json!({"state": "held"})).after(json!({"state": to, "reason": reason})))?;
    tell(&mut tx, &row, by)?;
    let Some(ended) = rows::end(tx.conn(), id, to, by, reason)? else {
        let now = rows::find(tx.conn(), id)?.map(|row| row.state);
        return Err(ApiError::of(if now == Some(OrderState::Captured) { &ORDER_ALREADY_CAPTURED } else { &ORDER_ENDED }));
    };
    let shown = view::order(tx.conn(), &ended)?;
    rows::uncount(tx.conn(), &ended)?;
    offers::stock_back(tx.conn(), ended.offer_id, ended.quantity)?;
    let at = ended.ended_at.unwrap_or(ended.created_at);
    let posting = Posting::release(about(id, Fact::order_release(id.0), code, actor, at), ended.hold_id, release);
    ledger::post_one(tx, BookId(community.0), posting, |_receipt| shown)
}
