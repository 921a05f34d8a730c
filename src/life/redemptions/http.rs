#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of orders and of the counter.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::{Db, Once};
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Tagged, Valid, hash_on};
use base::ids::{GridUnitId, OrganizationId};
use base::keys::KeyRing;
use base::page::Page;
use base::text::Text;
use chrono::{DateTime, Utc};
use ledger::TransactionId;
use people::identity::{Can, Permission};
use people::qr;
use serde::{Deserialize, Serialize};

use super::cancel::{self, Cancellation, Side};
use super::card::{self, CardOrder};
use super::order::{self, NewOrder, Placing};
use super::present::Presented;
use super::rows::{self, Of, Redemption};
use super::slip::{NewSlip, SlipView};
use super::view::{self, CounterView, OrderView};
use super::*;
use crate::merchants::{self, MerchantId};
use crate::place;

base::list_query! {
    /// Filters of orders.
    OrderFilter {
        /// In one state.
        state: Option<OrderState>,
        /// Of an organization that the caller acts for, instead of their own.
        organization: Option<OrganizationId>,
    }
}

/// An order's code, to be shown on a screen.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderCode {
    /// Text behind the QR.
    pub code: String,
    /// The QR as SVG.
    pub svg: String,
    /// The same for typing.
    pub digits: String,
    /// From then on it isn't taken; ask for the next one 30 s before.
    pub valid_until: Option<DateTime<Utc>>,
}

/// The text behind a shop's printed QR.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopScan {
    /// As scanned.
    pub ticket: Text<200>,
}

/// Why a refund is due.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// Shown to the approver and the holder.
    pub reason: Text<300>,
}

fn location(id: OrderId) -> String {
    format!("/api/v1/life/orders/{id}")
}

/// An order by id, when the caller is on one of its sides.
async fn reached<P: Permission>(db: &Db, can: &Can<P>, id: OrderId, holder_only: bool) -> Result<Redemption, ApiError> {
    let scope = can.scope().clone();
    db.read(move |conn| {
        let row = rows::find(conn, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        if cancel::side(conn, &scope, &row)? == Side::Counter && holder_only {
            return Err(ApiError::of(&error::NOT_FOUND));
        }
        Ok(row)
    })
    .await
}

async fn shown(db: &Db, id: OrderId) -> Result<OrderView, ApiError> {
    db.read(move |conn| {
        let row = rows::find(conn, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        view::order(conn, &row)
    })
    .await
}

/// Order an offer: the points are held until it is handed out or the hold ends.
#[utoipa::path(tag = "life", request_body = NewOrder, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = OrderView, description = "held"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/orders")]
pub async fn order_create(
    can: Can<OrderCreate>,
    key: IdempotencyKey,
    body: Valid<NewOrder>,
    db: Data<Db>,
    orders: Data<Orders>,
) -> Result<Created<OrderView>, ApiError> {
    let id = OrderId::new();
    let once = can.once(key, body.hash(), id.0).contended();
    let (actor, offer, caller, wanted) = (can.person(), body.offer.0, can.clone(), body.into_inner());
    let answer = db
        .read(move |conn| {
            let (wish, scope) = order::wish_of(conn, &caller, &wanted)?;
            order::consider(conn, &wish, |gate| order::reach_of(&scope, wish.holder, &gate.path))
        })
        .await?;
    let done = orders.once(&db, offer, once, Placing { answer, actor }).await?;
    let id = OrderId(done.id);
    let view = match &done.value {
        Some(view) => view.clone(),
        None => shown(&db, id).await?,
    };
    Ok(Created::new(&done, location(id), view))
}

/// One's own orders (or an organization's), newest first.
#[utoipa::path(tag = "life", params(OrderFilter), responses((status = 200, body = Page<OrderView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/orders")]
pub async fn order_list(
    can: Can<OrderList>,
    query: Query<OrderFilter>,
    db: Data<Db>,
) -> Result<Tagged<Page<OrderView>>, ApiError> {
    let of = match query.organization {
        Some(organization) => {
            can.scope().require_organization(organization)?;
            Of::Organization(organization)
        }
        None => Of::Person(can.person()),
    };
    page(&db, of, &query).await
}

async fn page(db: &Db, of: Of, query: &OrderFilter) -> Result<Tagged<Page<OrderView>>, ApiError> {
    let window = query.window()?;
    let state = query.state;
    let page = db
        .read(move |conn| {
            let page = window.page(rows::list(conn, of, state, &window)?, |row| row.id, |row| row);
            Ok::<_, ApiError>(Page { items: view::orders(conn, &page.items)?, next_cursor: page.next_cursor })
        })
        .await?;
    Ok(Tagged::content(page))
}

/// One order, for its holder, its merchant and staff.
#[utoipa::path(tag = "life", params(("id" = OrderId, Path)), responses((status = 200, body = OrderView, description = "the order"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/orders/{id}")]
pub async fn order_find(can: Can<OrderFind>, id: PathId<OrderId>, db: Data<Db>) -> Result<Tagged<OrderView>, ApiError> {
    let row = reached(&db, &can, id.0, false).await?;
    let view = db.read(move |conn| view::order(conn, &row)).await?;
    Ok(Tagged::content(view))
}

/// The rotating code of an open order, for its holder's screen.
#[utoipa::path(tag = "life", params(("id" = OrderId, Path)), responses((status = 200, body = OrderCode, description = "the code"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/orders/{id}/code")]
pub async fn order_code_find(
    can: Can<OrderCodeFind>,
    id: PathId<OrderId>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Json<OrderCode>, ApiError> {
    let row = reached(&db, &can, id.0, true).await?;
    if row.state != OrderState::Held {
        return Err(ApiError::of(if row.state == OrderState::Captured { &ORDER_ALREADY_CAPTURED } else { &ORDER_ENDED }));
    }
    let now = db.read(base::db::now).await?;
    if now >= row.hold_expires_at {
        return Err(ApiError::of(&ORDER_HOLD_OVER));
    }
    let window = code::window_of(now);
    let text = code::qr_text(&ring, row.id, window);
    let digits = code::digits(&ring, row.id, window);
    Ok(Json(OrderCode { svg: qr::svg(&text)?, code: text, digits, valid_until: code::valid_until(window) }))
}

/// Make a paper slip of one's open order; it needs the PIN chosen here, or the card.
#[utoipa::path(tag = "life", request_body = NewSlip, params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = SlipView, description = "the slip"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/orders/{id}/slip")]
pub async fn order_slip_create(
    can: Can<OrderSlipCreate>,
    id: PathId<OrderId>,
    key: IdempotencyKey,
    body: Valid<NewSlip>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Created<SlipView>, ApiError> {
    body.check()?;
    let person = can.person();
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let mut done = db.once(once, move |tx| slip::create(tx, &ring, person, id.0, &body)).await?;
    let slip = done.value.take();
    let svg = slip.as_deref().map(qr::svg).transpose()?;
    Ok(Created::new(&done, location(id.0), SlipView { order: id.0, slip, svg }))
}

/// Hand one's order over at the shop's printed QR, when the shop is offline.
#[utoipa::path(tag = "life", request_body = ShopScan, params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = OrderView, description = "handed out"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/orders/{id}/shop-scan")]
pub async fn order_shop_scan(
    can: Can<OrderShopScan>,
    id: PathId<OrderId>,
    key: IdempotencyKey,
    body: Valid<ShopScan>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Created<OrderView>, ApiError> {
    let (person, capture) = (can.person(), TransactionId::new());
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0).contended();
    let done = db.once(once, move |tx| capture::at_shop(tx, &ring, person, id.0, &body.ticket, capture)).await?;
    Ok(Created::new(&done, location(id.0), shown(&db, id.0).await?))
}

/// Cancel an open order: points back with their dates. A merchant and staff give a reason.
#[utoipa::path(tag = "life", request_body = Cancellation, params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = OrderView, description = "cancelled"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/orders/{id}/cancel")]
pub async fn order_cancel(
    can: Can<OrderCancel>,
    id: PathId<OrderId>,
    key: IdempotencyKey,
    body: Valid<Cancellation>,
    db: Data<Db>,
) -> Result<Created<OrderView>, ApiError> {
    let (scope, person) = (can.scope().clone(), can.person());
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0).contended();
    let done = db.once(once, move |tx| cancel::cancel(tx, &scope, person, id.0, &body)).await?;
    Ok(Created::new(&done, location(id.0), shown(&db, id.0).await?))
}

/// Ask for the refund of an order that was handed out; another one of the staff approves.
#[utoipa::path(tag = "life", request_body = RefundRequest, params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = OrderView, description = "asked"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/orders/{id}/refund")]
pub async fn order_refund(
    can: Can<OrderRefund>,
    id: PathId<OrderId>,
    key: IdempotencyKey,
    body: Valid<RefundRequest>,
    db: Data<Db>,
) -> Result<Changed<OrderView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let (scope, person) = (can.scope().clone(), can.person());
    let work = move |tx: base::db::Tx<'_>| refund::ask(tx, &scope, person, id.0, &body.reason);
    let done = db.once(once, work).await?;
    Ok(Changed::new(&done, shown(&db, id.0).await?))
}

/// Approve a refund that another one asked for: the capture is reversed, the points are back with their dates.
#[utoipa::path(tag = "life", params(("id" = OrderId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = OrderView, description = "refunded"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/orders/{id}/refund/approve")]
pub async fn order_refund_approve(
    can: Can<OrderRefundApprove>,
    id: PathId<OrderId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Created<OrderView>, ApiError> {
    let (scope, person) = (can.scope().clone(), can.person());
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0).contended();
    let done = db.once(once, move |tx| refund::approve(tx, &scope, person, id.0)).await?;
    Ok(Created::new(&done, location(id.0), shown(&db, id.0).await?))
}

/// A merchant's orders, newest first.
#[utoipa::path(tag = "life", params(("id" = MerchantId, Path), OrderFilter), responses((status = 200, body = Page<OrderView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/merchants/{id}/orders")]
pub async fn merchant_order_list(
    can: Can<MerchantOrderList>,
    id: PathId<MerchantId>,
    query: Query<OrderFilter>,
    db: Data<Db>,
) -> Result<Tagged<Page<OrderView>>, ApiError> {
    let merchant = db.read(move |conn| merchants::merchant_find(conn, id.0)).await?;
    let organization = merchant.and_then(|row| row.organization_id).ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    can.scope().require_organization(organization)?;
    page(&db, Of::Merchant(id.0), &query).await
}

/// Orders of the community's own offers, newest first.
#[utoipa::path(tag = "life", params(("id" = GridUnitId, Path), OrderFilter), responses((status = 200, body = Page<OrderView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/communities/{id}/orders")]
pub async fn community_order_list(
    can: Can<CommunityOrderList>,
    id: PathId<GridUnitId>,
    query: Query<OrderFilter>,
    db: Data<Db>,
) -> Result<Tagged<Page<OrderView>>, ApiError> {
    let path = db.read(move |conn| place::community_stored(conn, id.0)).await?;
    can.scope().require_unit(&path)?;
    page(&db, Of::Community(id.0), &query).await
}

/// Look at what a code, slip or card stands for, before handing out.
#[utoipa::path(tag = "life", request_body = Presented, responses((status = 200, body = CounterView, description = "the order"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/redemptions/preview")]
pub async fn redemption_preview(
    can: Can<RedemptionPreview>,
    body: Valid<Presented>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Json<CounterView>, ApiError> {
    let (scope, clerk) = (can.scope().clone(), can.person());
    let view = db
        .read(move |conn| {
            let token = body.token(conn, &ring)?;
            token.count(conn, &ring, clerk)?;
            let now = base::db::now(conn)?;
            let row = token.order(conn, &ring, &scope, now)?;
            token.right(conn, &ring, clerk)?;
            view::counter(conn, &ring, &row)
        })
        .await?;
    Ok(Json(view))
}

/// The order at the counter after a capture.
async fn captured(db: &Db, ring: Data<KeyRing>, find: Found) -> Result<CounterView, ApiError> {
    db.read(move |conn| {
        let row = match find {
            Found::Capture(id) => rows::by_capture(conn, id)?,
            Found::Order(id) => rows::find(conn, id)?,
        };
        let row = row.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        view::counter(conn, &ring, &row)
    })
    .await
}

/// How an answer finds its order again.
#[derive(Debug, Clone, Copy)]
enum Found {
    Capture(uuid::Uuid),
    Order(OrderId),
}

/// Take a code, slip or card: the order is handed out, and the merchant sees what it gets and when.
#[utoipa::path(tag = "life", request_body = Presented, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = CounterView, description = "handed out"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/redemptions/capture")]
pub async fn redemption_capture(
    can: Can<RedemptionCapture>,
    key: IdempotencyKey,
    body: Valid<Presented>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Created<CounterView>, ApiError> {
    let (scope, clerk, capture) = (can.scope().clone(), can.person(), TransactionId::new());
    let once = can.once(key, body.hash(), capture.0).contended();
    let keys = ring.clone();
    let token = db
        .read(move |conn| {
            let token = body.token(conn, &keys)?;
            token.count(conn, &keys, clerk)?;
            Ok::<_, ApiError>(token)
        })
        .await?;
    let (keys, right) = (ring.clone(), token.clone());
    let done = db.once(once, move |tx| capture::at_counter(tx, &keys, &scope, clerk, &token, capture)).await?;
    let keys = ring.clone();
    db.read(move |conn| right.right(conn, &keys, clerk)).await?;
    let view = captured(&db, ring, Found::Capture(done.id)).await?;
    let order = view.order;
    Ok(Created::new(&done, location(order), view))
}

/// Order and hand out at once for the holder of a card.
#[utoipa::path(tag = "life", request_body = CardOrder, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = CounterView, description = "handed out"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/redemptions/card-orders")]
pub async fn redemption_card_order(
    can: Can<RedemptionCardOrder>,
    key: IdempotencyKey,
    body: Valid<CardOrder>,
    db: Data<Db>,
    ring: Data<KeyRing>,
    orders: Data<Orders>,
) -> Result<Created<CounterView>, ApiError> {
    let (id, scope, clerk) = (OrderId::new(), can.scope().clone(), can.person());
    let once = can.once(key, body.hash(), id.0).contended();
    let (keys, offer) = (ring.clone(), body.offer);
    let answer = db.read(move |conn| card::consider(conn, &keys, &scope, clerk, &body)).await?;
    let done = orders.once(&db, offer.0, once, Placing { answer, actor: clerk }).await?;
    let (id, capture) = (OrderId(done.id), TransactionId::new());
    let open = db.read(move |conn| rows::find(conn, id)).await?.is_some_and(|row| row.state == OrderState::Held);
    if open {
        let second = Once::new(can.context(), RedemptionCardOrder::RULE.action, None, [0; 32], id.0).contended();
        db.once(second, move |tx| capture::placed(tx, id, clerk, capture)).await?;
    }
    let view = captured(&db, ring, Found::Order(id)).await?;
    Ok(Created::new(&done, location(id), view))
}
