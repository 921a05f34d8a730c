//! Handing out: the order's row is locked by its conditional UPDATE first, the ledger's capture comes last. Of any number of counters
//! that take one code at once, exactly one finds the order open.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::keys::KeyRing;
use base::money::Fen;
use diesel::PgConnection;
use ledger::{BookId, Fact, Party, Posting, ReasonCode, TransactionId};
use people::grid::Scope;
use people::identity::{self, Role};
use people::notify::{self, Notice, templates};
use serde_json::json;

use super::order::about;
use super::present::Token;
use super::rows::{self, CaptureMark, Redemption};
use super::{ORDER_ALREADY_CAPTURED, ORDER_ENDED, ORDER_HOLD_OVER, OWN_SHOP, OrderId, OrderState, pairs};
use crate::{merchants, offers};

const CARD_ORDER: &str = "redemption_card_order";
const REASON: ReasonCode = ReasonCode::known("redemption_capture");

/// Nobody hands out to themselves, nor does a shop to those who work for it.
fn require_other(connection: &mut PgConnection, row: &Redemption, clerk: PersonId) -> Result<(), ApiError> {
    let Some(holder) = row.person_id else { return Ok(()) };
    if holder == clerk {
        return Err(ApiError::of(&OWN_SHOP));
    }
    require_customer(connection, row, holder)
}

/// The holder doesn't work for the shop.
fn require_customer(connection: &mut PgConnection, row: &Redemption, holder: PersonId) -> Result<(), ApiError> {
    let shop = row.merchant_id.map(|id| merchants::merchant_find(connection, id)).transpose()?.flatten();
    let Some(organization) = shop.and_then(|shop| shop.organization_id) else { return Ok(()) };
    for role in [Role::MerchantOwner, Role::MerchantClerk] {
        if identity::people_of_organization(connection, role, organization)?.contains(&holder) {
            return Err(ApiError::of(&OWN_SHOP));
        }
    }
    Ok(())
}

/// Takes what was presented at a counter.
pub(super) fn at_counter(
    mut tx: Tx<'_>,
    ring: &KeyRing,
    scope: &Scope,
    clerk: PersonId,
    token: &Token,
    capture: TransactionId,
) -> Result<Finished<OrderId>, ApiError> {
    let now = base::db::now(tx.conn())?;
    let row = token.order(tx.conn(), ring, scope, now)?;
    require_other(tx.conn(), &row, clerk)?;
    finish(tx, "redemption_capture", row, clerk, capture)
}

/// Takes the order that a card has just placed.
pub(super) fn placed(
    mut tx: Tx<'_>,
    id: OrderId,
    clerk: PersonId,
    capture: TransactionId,
) -> Result<Finished<OrderId>, ApiError> {
    let row = rows::find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    require_other(tx.conn(), &row, clerk)?;
    finish(tx, CARD_ORDER, row, clerk, capture)
}

/// The resident scanned the printed QR of an offline shop.
pub(super) fn at_shop(
    mut tx: Tx<'_>,
    ring: &KeyRing,
    person: PersonId,
    id: OrderId,
    ticket: &str,
    capture: TransactionId,
) -> Result<Finished<OrderId>, ApiError> {
    let gone = || ApiError::of(&error::NOT_FOUND);
    let row = rows::find(tx.conn(), id)?.filter(|row| row.person_id == Some(person)).ok_or_else(gone)?;
    let shop = row.merchant_id.filter(|shop| merchants::ticket_merchant(ticket) == Some(*shop)).ok_or_else(gone)?;
    let merchant = merchants::merchant_find(tx.conn(), shop)?.ok_or_else(gone)?;
    merchants::ticket_check(ring, &merchant, ticket)?;
    require_customer(tx.conn(), &row, person)?;
    finish(tx, "order_shop_scan", row, person, capture)
}

/// Audit, the order's row, the ledger.
fn finish(
    mut tx: Tx<'_>,
    action: &str,
    row: Redemption,
    by: PersonId,
    capture: TransactionId,
) -> Result<Finished<OrderId>, ApiError> {
    let (id, book) = (row.id, BookId(row.community_id.0));
    let (to, rate) = match row.merchant_id {
        Some(merchant) => {
            let terms = offers::terms_of(tx.conn(), row.community_id)?;
            let now = base::db::now(tx.conn())?;
            pairs::require_within_limits(tx.conn(), &row, &terms, now)?;
            (Party::merchant(merchant.0), terms.rate)
        }
        None => (Party::ISSUANCE, Fen::ZERO),
    };
    let entry = Audit::new(action, "redemption", id.0).at(row.community_id);
    tx.audit(entry.before(json!({"state": "held"})).after(json!({"state": "captured", "points": row.points, "rate": rate})))?;
    tell(&mut tx, action, &row, by)?;
    let Some(taken) = rows::capture(tx.conn(), id, CaptureMark { capture, by, rate })? else {
        return Err(why_not(tx.conn(), id)?);
    };
    let at = taken.captured_at.unwrap_or(taken.created_at);
    let about = about(id, Fact::order_capture(id.0), REASON, ledger::Actor::Person(by), at);
    let posting = Posting { id: capture, ..Posting::capture(about, taken.hold_id, to) };
    ledger::post_one(tx, book, posting, |_receipt| id)
}

/// Tells the holder what somebody else took, so that nobody uses a code or card unseen.
fn tell(tx: &mut Tx<'_>, action: &str, row: &Redemption, by: PersonId) -> Result<(), ApiError> {
    let Some(holder) = row.person_id.filter(|holder| by != *holder) else { return Ok(()) };
    let points = row.points.to_string();
    let notice = if action == CARD_ORDER {
        let shop = row.merchant_id.map(|id| merchants::merchant_find(tx.conn(), id)).transpose()?.flatten();
        Notice::new(&templates::CARD_USED).with("place", shop.map_or_else(|| "社区".to_owned(), |shop| shop.name))
    } else {
        let title = offers::offer_find(tx.conn(), row.offer_id)?.map(|offer| offer.title).unwrap_or_default();
        Notice::new(&templates::ORDER_CAPTURED).with("title", title)
    };
    notify::send(tx, holder, &notice.with("points", points))
}

/// Why an order can't be taken.
fn why_not(connection: &mut PgConnection, id: OrderId) -> Result<ApiError, ApiError> {
    let state = rows::find(connection, id)?.map(|row| row.state);
    Ok(ApiError::of(match state {
        Some(OrderState::Held) => &ORDER_HOLD_OVER,
        Some(OrderState::Captured) => &ORDER_ALREADY_CAPTURED,
        Some(_) => &ORDER_ENDED,
        None => &error::NOT_FOUND,
    }))
}
