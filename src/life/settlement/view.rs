//! What is shown of a statement.

use base::error::{self, ApiError};
use base::ids::GridUnitId;
use base::money::{Fen, Points};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use ledger::TransactionId;
use people::grid::{Scope, Target};
use serde::Serialize;

use super::rows::{self, Line, Settlement};
use super::{SettlementId, SettlementState};
use crate::merchants::{self, MerchantId};
use crate::place;
use crate::redemptions::{self, OrderId};

/// A statement.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SettlementView {
    /// Id.
    pub id: SettlementId,
    /// One line for a screen reader.
    pub summary: String,
    /// Who pays.
    pub community: GridUnitId,
    /// Who is paid.
    pub merchant: MerchantId,
    /// Its name.
    pub merchant_name: String,
    /// State.
    pub state: SettlementState,
    /// Captures before this moment.
    pub period_end: DateTime<Utc>,
    /// Sum of the lines' points.
    pub points: Points,
    /// Sum of the lines' money, in yuan.
    pub yuan: Fen,
    /// When the period was closed.
    pub closed_at: DateTime<Utc>,
    /// It closed by itself, on the community's day of the month.
    pub automatic: bool,
    /// When the merchant answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// What the merchant disputes.
    pub dispute: Option<String>,
    /// What the community replied.
    pub reply: Option<String>,
    /// Reference of the payment.
    pub proof: Option<String>,
    /// When it was paid and the points retired.
    pub paid_at: Option<DateTime<Utc>>,
    /// The ledger's transaction that retired them.
    pub transaction: Option<TransactionId>,
}

/// A line of a statement.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SettlementLineView {
    /// One line for a screen reader.
    pub summary: String,
    /// The order.
    pub order: OrderId,
    /// What was handed out.
    pub title: String,
    /// How many.
    pub quantity: i32,
    /// When.
    pub captured_at: DateTime<Utc>,
    /// Points.
    pub points: Points,
    /// Yuan for one point, fixed at capture.
    pub rate: Fen,
    /// Its part of the total, in yuan.
    pub yuan: Fen,
}

/// Statements with names beside them.
pub(super) fn settlements(connection: &mut PgConnection, rows: Vec<Settlement>) -> Result<Vec<SettlementView>, ApiError> {
    let mut shops: Vec<MerchantId> = rows.iter().map(|row| row.merchant_id).collect();
    shops.sort();
    shops.dedup();
    let names = merchants::names_by_ids(connection, &shops)?;
    let view = |row: Settlement| {
        let name = names.get(&row.merchant_id).cloned().unwrap_or_default();
        SettlementView {
            id: row.id,
            summary: format!("{name}，{}积分，{}元，{}", row.points, row.fen, row.state.zh()),
            community: row.community_id,
            merchant: row.merchant_id,
            merchant_name: name,
            state: row.state,
            period_end: row.period_end,
            points: row.points,
            yuan: row.fen,
            closed_at: row.closed_at,
            automatic: row.closed_by.is_none(),
            answered_at: row.answered_at,
            dispute: row.dispute,
            reply: row.reply,
            proof: row.proof,
            paid_at: row.paid_at,
            transaction: row.transaction_id,
        }
    };
    Ok(rows.into_iter().map(view).collect())
}

/// A statement in scope: its shop's owner, the community, the street, auditors.
pub(super) fn in_scope(connection: &mut PgConnection, scope: &Scope, id: SettlementId) -> Result<Settlement, ApiError> {
    let gone = || ApiError::of(&error::NOT_FOUND);
    let row = rows::find(connection, id)?.ok_or_else(gone)?;
    let merchant = merchants::merchant_find(connection, row.merchant_id)?.ok_or_else(gone)?;
    let path = place::community_stored(connection, row.community_id)?;
    scope.require(&Target { person: None, unit: Some(&path), organization: merchant.organization_id })?;
    Ok(row)
}

/// One statement.
pub(super) fn settlement(connection: &mut PgConnection, scope: &Scope, id: SettlementId) -> Result<SettlementView, ApiError> {
    let row = in_scope(connection, scope, id)?;
    settlements(connection, vec![row])?.pop().ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// Lines with what was handed out beside them.
pub(super) fn lines(connection: &mut PgConnection, rows: &[Line]) -> Result<Vec<SettlementLineView>, ApiError> {
    let orders: Vec<OrderId> = rows.iter().map(|row| row.order_id).collect();
    let titles = redemptions::titles_by_ids(connection, &orders)?;
    let view = |row: &Line| {
        let (title, quantity) = titles.get(&row.order_id).cloned().unwrap_or_default();
        SettlementLineView {
            summary: format!("{title} {quantity}份，{}积分，{}元", row.points, row.fen),
            order: row.order_id,
            title,
            quantity,
            captured_at: row.captured_at,
            points: row.points,
            rate: row.rate,
            yuan: row.fen,
        }
    };
    Ok(rows.iter().map(view).collect())
}
