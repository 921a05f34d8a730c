//! Queries of `redemptions` and `redemption_counts`.

use base::db::{DbResult, palm_now};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::money::{Fen, Points};
use base::page::Window;
use chrono::{DateTime, Duration, Utc};
use diesel::dsl::not;
use diesel::prelude::*;
use ledger::TransactionId;
use people::grid::{Scope, within};
use uuid::Uuid;

use super::schema::{redemption_counts, redemptions};
use super::{OrderId, OrderState};
use crate::merchants::MerchantId;
use crate::offers::OfferId;

/// An order.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = redemptions, check_for_backend(diesel::pg::Pg))]
pub(super) struct Redemption {
    pub id: OrderId,
    pub community_id: GridUnitId,
    pub offer_id: OfferId,
    pub merchant_id: Option<MerchantId>,
    pub person_id: Option<PersonId>,
    pub organization_id: Option<OrganizationId>,
    pub household_id: Option<Uuid>,
    pub state: OrderState,
    pub quantity: i32,
    pub points: Points,
    pub cny: Fen,
    pub hold_id: TransactionId,
    pub hold_expires_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub slip_pin_hash: Option<Vec<u8>>,
    pub capture_id: Option<TransactionId>,
    pub captured_at: Option<DateTime<Utc>>,
    pub rate: Option<Fen>,
    pub settlement_id: Option<Uuid>,
    pub ended_at: Option<DateTime<Utc>>,
    pub end_reason: Option<String>,
    pub refund_asked_by: Option<PersonId>,
}

/// One order.
pub(super) fn find(connection: &mut PgConnection, id: OrderId) -> DbResult<Option<Redemption>> {
    Ok(redemptions::table.find(id).select(Redemption::as_select()).first(connection).optional()?)
}

/// The order of a slip.
pub(super) fn by_slip(connection: &mut PgConnection, hash: &[u8]) -> DbResult<Option<Redemption>> {
    let query = redemptions::table.filter(redemptions::slip_hash.eq(hash)).select(Redemption::as_select());
    Ok(query.first(connection).optional()?)
}

/// The order that a capture ended.
pub(super) fn by_capture(connection: &mut PgConnection, capture: Uuid) -> DbResult<Option<Redemption>> {
    let query = redemptions::table.filter(redemptions::capture_id.eq(capture)).select(Redemption::as_select());
    Ok(query.first(connection).optional()?)
}

/// Whose orders a list shows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Person(PersonId),
    Organization(OrganizationId),
    Merchant(MerchantId),
    /// The community's own offers.
    Community(GridUnitId),
}

/// Orders, newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    of: Of,
    state: Option<OrderState>,
    window: &Window<OrderId>,
) -> DbResult<Vec<Redemption>> {
    let mut query =
        redemptions::table.select(Redemption::as_select()).order(redemptions::id.desc()).limit(window.load()).into_boxed();
    query = match of {
        Of::Person(id) => query.filter(redemptions::person_id.eq(id)),
        Of::Organization(id) => query.filter(redemptions::organization_id.eq(id)),
        Of::Merchant(id) => query.filter(redemptions::merchant_id.eq(id)),
        Of::Community(id) => query.filter(redemptions::community_id.eq(id).and(redemptions::merchant_id.is_null())),
    };
    if let Some(state) = state {
        query = query.filter(redemptions::state.eq(state));
    }
    if let Some(after) = window.after {
        query = query.filter(redemptions::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// Orders that a counter can be shown the code of: open ones, and those handed out in the last two minutes, so that the second of two
/// counters is told what happened.
pub(super) fn at_counter(
    connection: &mut PgConnection,
    merchants: &[MerchantId],
    scope: &Scope,
    now: DateTime<Utc>,
) -> DbResult<Vec<OrderId>> {
    let just =
        redemptions::captured_at.assume_not_null().gt(now - Duration::minutes(2)).and(redemptions::captured_at.is_not_null());
    let lively = redemptions::state.eq(OrderState::Held).or(just);
    let of_shop = redemptions::merchant_id.eq_any(merchants).assume_not_null().and(redemptions::merchant_id.is_not_null());
    let of_community = redemptions::merchant_id.is_null().and(within(redemptions::community_id, scope));
    let query = redemptions::table.filter(lively).filter(of_shop.or(of_community)).select(redemptions::id);
    Ok(query.order(redemptions::id.desc()).limit(5_000).load(connection)?)
}

/// What a capture writes.
#[derive(Debug, Clone, Copy)]
pub(super) struct CaptureMark {
    pub capture: TransactionId,
    pub by: PersonId,
    pub rate: Fen,
}

/// Ends an open order in its time by capture; `None`: it isn't open, or its time is over.
pub(super) fn capture(connection: &mut PgConnection, id: OrderId, mark: CaptureMark) -> DbResult<Option<Redemption>> {
    let open = redemptions::table
        .find(id)
        .filter(redemptions::state.eq(OrderState::Held))
        .filter(redemptions::hold_expires_at.gt(palm_now()));
    let row = diesel::update(open)
        .set((
            redemptions::state.eq(OrderState::Captured),
            redemptions::capture_id.eq(mark.capture),
            redemptions::captured_at.eq(palm_now().nullable()),
            redemptions::captured_by.eq(mark.by),
            redemptions::rate.eq(mark.rate),
        ))
        .returning(Redemption::as_returning())
        .get_result(connection)
        .optional()?;
    Ok(row)
}

/// Ends an open order without capture; by expiry only when its time is over. `None`: it isn't open (or runs still).
pub(super) fn end(
    connection: &mut PgConnection,
    id: OrderId,
    to: OrderState,
    by: Option<PersonId>,
    reason: Option<&str>,
) -> DbResult<Option<Redemption>> {
    let over = redemptions::hold_expires_at.le(palm_now()).or((to != OrderState::Expired).into_sql::<diesel::sql_types::Bool>());
    let open = redemptions::table.find(id).filter(redemptions::state.eq(OrderState::Held)).filter(over);
    let row = diesel::update(open)
        .set((
            redemptions::state.eq(to),
            redemptions::ended_at.eq(palm_now().nullable()),
            redemptions::ended_by.eq(by),
            redemptions::end_reason.eq(reason),
        ))
        .returning(Redemption::as_returning())
        .get_result(connection)
        .optional()?;
    Ok(row)
}

/// Gives back what an order counted against the limits.
pub(super) fn uncount(connection: &mut PgConnection, row: &Redemption) -> DbResult<()> {
    let holders = [
        row.person_id.map(|id| ("person", id.0)),
        row.organization_id.map(|id| ("organization", id.0)),
        row.household_id.map(|id| ("household", id)),
    ];
    for (kind, holder) in holders.into_iter().flatten() {
        diesel::update(redemption_counts::table.find((row.offer_id, kind, holder)))
            .set(redemption_counts::used.eq(redemption_counts::used - row.quantity))
            .execute(connection)?;
    }
    Ok(())
}

/// Open orders whose time is over.
pub(super) fn run_out(connection: &mut PgConnection, limit: i64) -> DbResult<Vec<OrderId>> {
    let query = redemptions::table
        .filter(redemptions::state.eq(OrderState::Held))
        .filter(redemptions::hold_expires_at.le(palm_now()))
        .select(redemptions::id)
        .order(redemptions::hold_expires_at)
        .limit(limit);
    Ok(query.load(connection)?)
}

/// Open orders of a person.
pub(super) fn open_of(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<Redemption>> {
    let query = redemptions::table
        .filter(redemptions::person_id.eq(person))
        .filter(redemptions::state.eq(OrderState::Held))
        .select(Redemption::as_select());
    Ok(query.order(redemptions::hold_expires_at).limit(100).load(connection)?)
}

/// Writes a slip over any earlier one; false: the order isn't open.
pub(super) fn slip(connection: &mut PgConnection, id: OrderId, secret: &[u8], pin: Option<&[u8]>) -> DbResult<bool> {
    let open = redemptions::table.find(id).filter(redemptions::state.eq(OrderState::Held));
    let marks = (redemptions::slip_hash.eq(Some(secret)), redemptions::slip_pin_hash.eq(pin));
    Ok(diesel::update(open).set(marks).execute(connection)? == 1)
}

/// Marks that somebody asks for a refund; false: nothing to refund.
pub(super) fn ask_refund(connection: &mut PgConnection, id: OrderId, by: PersonId, reason: &str) -> DbResult<bool> {
    let row = redemptions::table
        .find(id)
        .filter(redemptions::state.eq(OrderState::Captured))
        .filter(redemptions::settlement_id.is_null());
    let marks = (redemptions::refund_asked_by.eq(by), redemptions::end_reason.eq(reason));
    Ok(diesel::update(row).set(marks).execute(connection)? == 1)
}

/// Marks the refund, as long as no statement holds the order and another one asked for it.
pub(super) fn refund(connection: &mut PgConnection, id: OrderId, by: PersonId, refund: TransactionId) -> DbResult<bool> {
    let row = redemptions::table
        .find(id)
        .filter(redemptions::state.eq(OrderState::Captured))
        .filter(redemptions::settlement_id.is_null())
        .filter(redemptions::refund_asked_by.is_not_null())
        .filter(not(redemptions::refund_asked_by.eq(by)));
    let marks = (
        redemptions::state.eq(OrderState::Reversed),
        redemptions::refund_id.eq(refund),
        redemptions::refund_approved_by.eq(by),
        redemptions::ended_at.eq(palm_now().nullable()),
        redemptions::ended_by.eq(by),
    );
    Ok(diesel::update(row).set(marks).execute(connection)? == 1)
}

/// A capture, for a statement.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Captured {
    /// The ledger's capture.
    pub capture: Uuid,
    /// The order.
    pub order: OrderId,
    /// The merchant.
    pub merchant: MerchantId,
    /// When it was handed out.
    pub at: DateTime<Utc>,
    /// The points.
    pub points: Points,
    /// Fen for one point, fixed then.
    pub rate: Fen,
}

/// Puts a merchant's captures before `until` that no statement holds onto a statement, and returns them in time order. A refund or
/// another close that runs beside waits for the rows and finds them taken.
pub fn captures_claim(
    connection: &mut PgConnection,
    merchant: MerchantId,
    statement: Uuid,
    until: DateTime<Utc>,
) -> DbResult<Vec<Captured>> {
    let free = redemptions::table
        .filter(redemptions::merchant_id.eq(merchant))
        .filter(redemptions::state.eq(OrderState::Captured))
        .filter(redemptions::settlement_id.is_null())
        .filter(redemptions::captured_at.lt(until));
    let mut rows: Vec<Captured> = diesel::update(free)
        .set(redemptions::settlement_id.eq(statement))
        .returning((
            redemptions::capture_id.assume_not_null(),
            redemptions::id,
            redemptions::merchant_id.assume_not_null(),
            redemptions::captured_at.assume_not_null(),
            redemptions::points,
            redemptions::rate.assume_not_null(),
        ))
        .get_results(connection)?;
    rows.sort_by_key(|row| (row.at, row.capture));
    Ok(rows)
}

/// Takes the captures of a withdrawn statement off it.
pub fn captures_free(connection: &mut PgConnection, statement: Uuid) -> DbResult<usize> {
    let rows = redemptions::table.filter(redemptions::settlement_id.eq(statement));
    Ok(diesel::update(rows).set(redemptions::settlement_id.eq(None::<Uuid>)).execute(connection)?)
}

/// Empties what names a person; counts go with it.
pub(super) fn forget(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    diesel::delete(redemption_counts::table)
        .filter(redemption_counts::holder_kind.eq("person"))
        .filter(redemption_counts::holder_id.eq(person.0))
        .execute(connection)?;
    diesel::update(redemptions::table.filter(redemptions::person_id.eq(person)))
        .set((
            redemptions::person_id.eq(None::<PersonId>),
            redemptions::household_id.eq(None::<Uuid>),
            redemptions::slip_hash.eq(None::<Vec<u8>>),
            redemptions::slip_pin_hash.eq(None::<Vec<u8>>),
        ))
        .execute(connection)?;
    Ok(())
}

/// What was ordered how often, beside rows of others.
pub(super) fn ordered(connection: &mut PgConnection, ids: &[OrderId]) -> DbResult<Vec<(OrderId, OfferId, i32)>> {
    let query = redemptions::table.filter(redemptions::id.eq_any(ids));
    Ok(query.select((redemptions::id, redemptions::offer_id, redemptions::quantity)).load(connection)?)
}
