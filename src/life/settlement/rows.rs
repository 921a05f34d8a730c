//! Queries of `settlements` and `settlement_lines`.

use base::db::{DbResult, palm_now};
use base::ids::{GridUnitId, PersonId};
use base::money::{Fen, Points};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::dsl::not;
use diesel::prelude::*;
use ledger::TransactionId;
use people::grid::{Scope, within};
use uuid::Uuid;

use super::schema::{settlement_closings, settlement_lines, settlements};
use super::{SettlementId, SettlementState};
use crate::merchants::MerchantId;
use crate::redemptions::OrderId;

/// A statement.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = settlements, check_for_backend(diesel::pg::Pg))]
pub(super) struct Settlement {
    pub id: SettlementId,
    pub community_id: GridUnitId,
    pub merchant_id: MerchantId,
    pub state: SettlementState,
    pub period_end: DateTime<Utc>,
    pub points: Points,
    pub fen: Fen,
    pub closed_by: Option<PersonId>,
    pub closed_at: DateTime<Utc>,
    pub answered_at: Option<DateTime<Utc>>,
    pub dispute: Option<String>,
    pub reply: Option<String>,
    pub proof: Option<String>,
    pub payment_asked_by: Option<PersonId>,
    pub paid_at: Option<DateTime<Utc>>,
    pub transaction_id: Option<TransactionId>,
}

/// A statement to be written.
#[derive(Debug, Insertable)]
#[diesel(table_name = settlements)]
pub(super) struct NewSettlement {
    pub id: SettlementId,
    pub community_id: GridUnitId,
    pub merchant_id: MerchantId,
    pub period_end: DateTime<Utc>,
    pub points: Points,
    pub fen: Fen,
    pub closing_id: Uuid,
    pub closed_by: Option<PersonId>,
    pub closed_at: DateTime<Utc>,
}

/// A line.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = settlement_lines, check_for_backend(diesel::pg::Pg))]
pub(super) struct Line {
    pub capture_id: Uuid,
    pub settlement_id: SettlementId,
    pub order_id: OrderId,
    pub captured_at: DateTime<Utc>,
    pub points: Points,
    pub rate: Fen,
    pub fen: Fen,
}

/// Writes a statement with its lines.
pub(super) fn insert(connection: &mut PgConnection, row: &NewSettlement, lines: &[Line]) -> DbResult<()> {
    diesel::insert_into(settlements::table).values(row).execute(connection)?;
    for chunk in lines.chunks(1_000) {
        diesel::insert_into(settlement_lines::table).values(chunk).execute(connection)?;
    }
    Ok(())
}

/// Takes a period for the job of the month; false: it has been closed by one.
pub(super) fn closing_claim(
    connection: &mut PgConnection,
    community: GridUnitId,
    period_end: DateTime<Utc>,
    closing: Uuid,
) -> DbResult<bool> {
    let row = (
        settlement_closings::community_id.eq(community),
        settlement_closings::period_end.eq(period_end),
        settlement_closings::closing_id.eq(closing),
    );
    Ok(diesel::insert_into(settlement_closings::table).values(row).on_conflict_do_nothing().execute(connection)? == 1)
}

/// One statement.
pub(super) fn find(connection: &mut PgConnection, id: SettlementId) -> DbResult<Option<Settlement>> {
    Ok(settlements::table.find(id).select(Settlement::as_select()).first(connection).optional()?)
}

/// The statements of one close.
pub(super) fn of_closing(connection: &mut PgConnection, closing: Uuid) -> DbResult<Vec<Settlement>> {
    let query = settlements::table.filter(settlements::closing_id.eq(closing)).select(Settlement::as_select());
    Ok(query.order(settlements::id).load(connection)?)
}

/// Statements of the scope, newest first. `shops`: the caller's own.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    shops: &[MerchantId],
    merchant: Option<MerchantId>,
    state: Option<SettlementState>,
    window: &Window<SettlementId>,
) -> DbResult<Vec<Settlement>> {
    let mut query = settlements::table
        .filter(within(settlements::community_id, scope).or(settlements::merchant_id.eq_any(shops)))
        .select(Settlement::as_select())
        .order(settlements::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(merchant) = merchant {
        query = query.filter(settlements::merchant_id.eq(merchant));
    }
    if let Some(state) = state {
        query = query.filter(settlements::state.eq(state));
    }
    if let Some(after) = window.after {
        query = query.filter(settlements::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// Lines of a statement by time, after a key.
pub(super) fn lines(
    connection: &mut PgConnection,
    id: SettlementId,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> DbResult<Vec<Line>> {
    let mut query = settlement_lines::table
        .filter(settlement_lines::settlement_id.eq(id))
        .select(Line::as_select())
        .order((settlement_lines::captured_at, settlement_lines::capture_id))
        .limit(limit)
        .into_boxed();
    if let Some((at, capture)) = after {
        let later = settlement_lines::captured_at.gt(at);
        let same = settlement_lines::captured_at.eq(at).and(settlement_lines::capture_id.gt(capture));
        query = query.filter(later.or(same));
    }
    Ok(query.load(connection)?)
}

/// The merchant's answer, or staff's reply; false: it is in another state meanwhile.
pub(super) fn answer(
    connection: &mut PgConnection,
    id: SettlementId,
    to: SettlementState,
    by: PersonId,
    dispute: Option<&str>,
) -> DbResult<bool> {
    let row = settlements::table.find(id).filter(settlements::state.eq(SettlementState::Stated));
    let marks = (
        settlements::state.eq(to),
        settlements::answered_by.eq(by),
        settlements::answered_at.eq(palm_now().nullable()),
        settlements::dispute.eq(dispute),
    );
    Ok(diesel::update(row).set(marks).execute(connection)? == 1)
}

/// Staff's reply puts a disputed statement before the merchant again.
pub(super) fn reply(connection: &mut PgConnection, id: SettlementId, text: &str) -> DbResult<bool> {
    let row = settlements::table.find(id).filter(settlements::state.eq(SettlementState::Disputed));
    let marks = (settlements::state.eq(SettlementState::Stated), settlements::reply.eq(text));
    Ok(diesel::update(row).set(marks).execute(connection)? == 1)
}

/// Deletes a statement that nobody confirmed; false: somebody did.
pub(super) fn delete(connection: &mut PgConnection, id: SettlementId) -> DbResult<bool> {
    let open = [SettlementState::Stated, SettlementState::Disputed];
    let locked: Option<SettlementId> = settlements::table
        .find(id)
        .filter(settlements::state.eq_any(open))
        .select(settlements::id)
        .for_update()
        .first(connection)
        .optional()?;
    if locked.is_none() {
        return Ok(false);
    }
    diesel::delete(settlement_lines::table.filter(settlement_lines::settlement_id.eq(id))).execute(connection)?;
    Ok(diesel::delete(settlements::table.find(id)).execute(connection)? == 1)
}

/// Enters a payment's proof.
pub(super) fn ask_payment(connection: &mut PgConnection, id: SettlementId, by: PersonId, proof: &str) -> DbResult<bool> {
    let row = settlements::table.find(id).filter(settlements::state.eq(SettlementState::Confirmed));
    let marks = (
        settlements::proof.eq(proof),
        settlements::payment_asked_by.eq(by),
        settlements::payment_asked_at.eq(palm_now().nullable()),
    );
    Ok(diesel::update(row).set(marks).execute(connection)? == 1)
}

/// Marks the payment that another one entered.
pub(super) fn pay(connection: &mut PgConnection, id: SettlementId, by: PersonId, transaction: TransactionId) -> DbResult<bool> {
    let row = settlements::table
        .find(id)
        .filter(settlements::state.eq(SettlementState::Confirmed))
        .filter(settlements::payment_asked_by.is_not_null())
        .filter(not(settlements::payment_asked_by.eq(by)));
    let marks = (
        settlements::state.eq(SettlementState::Paid),
        settlements::payment_approved_by.eq(by),
        settlements::paid_at.eq(palm_now().nullable()),
        settlements::transaction_id.eq(transaction),
    );
    Ok(diesel::update(row).set(marks).execute(connection)? == 1)
}
