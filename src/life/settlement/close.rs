//! Closing a period: every merchant of the community gets a statement of the captures before its end that no statement holds yet. What
//! is captured while it runs, or by a clock that was behind, comes onto the next one; nothing is lost or stated twice.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, PersonId};
use base::money::Points;
use chrono::{DateTime, Utc};
use people::grid::Scope;
use people::notify::templates;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::rows::{self, Line, NewSettlement};
use super::split::{Value, split};
use super::{PERIOD_NOT_OVER, SETTLEMENT_STATE, SettlementId, pay};
use crate::merchants::{self, MerchantId};
use crate::{place, redemptions};

/// A period to be closed.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// The community.
    pub community: GridUnitId,
    /// Captures before this moment; absent: until now. Usually the last day's end of a month.
    pub period_end: Option<DateTime<Utc>>,
}

/// Closes; the statements carry the closing's id.
pub(super) fn close(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    closing: Uuid,
    form: Closing,
) -> Result<Finished<()>, ApiError> {
    scope.require_unit(&place::community_named(tx.conn(), form.community, "/community")?)?;
    let now = tx.now()?;
    let end = form.period_end.unwrap_or(now);
    if end > now {
        return Err(ApiError::of(&PERIOD_NOT_OVER).field("/period_end", "lies in the future"));
    }
    state_all(&mut tx, Some(person), closing, (form.community, end, now))?;
    Ok(tx.done(())?)
}

/// Community, end of the period, now.
type Period = (GridUnitId, DateTime<Utc>, DateTime<Utc>);

/// A statement for every merchant of the community that has anything to state, by a person or by the job of the month; how many.
pub(super) fn state_all(tx: &mut Tx<'_>, by: Option<PersonId>, closing: Uuid, period: Period) -> Result<usize, ApiError> {
    let mut stated = 0;
    for shop in merchants::merchants_in(tx.conn(), period.0)? {
        stated += usize::from(state(tx, shop.id, by, closing, period)?);
    }
    Ok(stated)
}

/// One merchant's statement; false: there is nothing to state.
fn state(
    tx: &mut Tx<'_>,
    merchant: MerchantId,
    by: Option<PersonId>,
    closing: Uuid,
    (community, end, now): Period,
) -> Result<bool, ApiError> {
    let id = SettlementId::new();
    let captures = redemptions::captures_claim(tx.conn(), merchant, id.0, end)?;
    if captures.is_empty() {
        return Ok(false);
    }
    let overflow = || ApiError::of(&error::INTERNAL).because(out_of_range());
    let values: Vec<Value> = captures.iter().map(|row| Value { points: row.points, rate: row.rate }).collect();
    let (fen, parts) = split(&values).ok_or_else(overflow)?;
    let points = captures.iter().try_fold(Points::ZERO, |sum, row| sum.checked_add(row.points)).ok_or_else(overflow)?;
    let line = |(row, fen): (&redemptions::Captured, &base::money::Fen)| Line {
        capture_id: row.capture,
        settlement_id: id,
        order_id: row.order,
        captured_at: row.at,
        points: row.points,
        rate: row.rate,
        fen: *fen,
    };
    let lines: Vec<Line> = captures.iter().zip(&parts).map(line).collect();
    let row = NewSettlement {
        id,
        community_id: community,
        merchant_id: merchant,
        period_end: end,
        points,
        fen,
        closing_id: closing,
        closed_by: by,
        closed_at: now,
    };
    rows::insert(tx.conn(), &row, &lines)?;
    let after = json!({"state": "stated", "merchant": merchant, "points": points, "yuan": fen, "lines": lines.len()});
    let action = if by.is_some() { "settlement_close" } else { "settlement_monthly_close" };
    tx.audit(Audit::new(action, "settlement", id.0).at(community).after(after))?;
    pay::tell(tx, &templates::STATEMENT_READY, merchant, end, fen)?;
    Ok(true)
}

fn out_of_range() -> std::io::Error {
    std::io::Error::other("a statement's sum is out of range")
}

/// Withdraws a statement that nobody confirmed: its captures are free for the next one, or for a refund.
pub(super) fn withdraw(mut tx: Tx<'_>, scope: &Scope, id: SettlementId) -> Result<Finished<()>, ApiError> {
    let row = rows::find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&place::community_stored(tx.conn(), row.community_id)?)?;
    let before = json!({"state": row.state, "merchant": row.merchant_id, "points": row.points, "yuan": row.fen});
    tx.audit(Audit::new("settlement_withdraw", "settlement", id.0).at(row.community_id).before(before))?;
    if !rows::delete(tx.conn(), id)? {
        return Err(ApiError::of(&SETTLEMENT_STATE));
    }
    redemptions::captures_free(tx.conn(), id.0)?;
    Ok(tx.done(())?)
}
