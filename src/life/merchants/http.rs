#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of merchants.

use actix_web::web::{Data, Json};
use actix_web::{get, post, put};
use base::db::{Db, Done};
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, IfMatch, PathId, Problem, Query, Tagged, Valid, hash_on};
use base::ids::GridUnitId;
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use base::text::Text;
use people::identity::Can;
use people::qr;
use serde::{Deserialize, Serialize};

use super::apply::{self, NewMerchant};
use super::clerk::{self, ClerkInvitation};
use super::profile::{self, MerchantProfile};
use super::view::{self, MerchantView};
use super::*;

base::list_query! {
    /// Filters of the directory.
    MerchantFilter {
        /// Of one community.
        community: Option<GridUnitId>,
    }
}

/// A reason, shown to those it concerns.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Why.
    pub reason: Text<300>,
}

/// The shop's QR.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ShopTicket {
    /// Text behind the QR.
    pub ticket: String,
    /// The QR as SVG, for printing.
    pub svg: String,
}

/// Where a settlement is paid to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SettlementAccount {
    /// As the owner wrote it.
    pub settlement_account: String,
}

/// Apply as a merchant: a person with a bound phone, for one community.
#[utoipa::path(tag = "life", request_body = NewMerchant, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = MerchantView, description = "applied"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/merchants")]
pub async fn merchant_apply(
    can: Can<MerchantApply>,
    key: IdempotencyKey,
    body: Valid<NewMerchant>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Created<MerchantView>, ApiError> {
    let id = MerchantId::new();
    let once = can.once(key, body.hash(), id.0);
    let (actor, keys, form) = (can.actor().clone(), ring.clone().into_inner(), body.into_inner());
    let done = db.once(once, move |tx| apply::apply(tx, &actor, &keys, id, &form)).await?;
    let (id, actor, scope) = (MerchantId(done.id), can.actor().clone(), can.scope().clone());
    let view = db.read(move |conn| view::find(conn, &scope, &actor, &ring, id)).await?;
    Ok(Created::new(&done, format!("/api/v1/life/merchants/{id}"), view))
}

/// Applications that wait for a decision, newest first.
#[utoipa::path(tag = "life", params(PageQuery), responses((status = 200, body = Page<MerchantView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/merchant-applications")]
pub async fn merchant_application_list(
    can: Can<MerchantApplicationList>,
    query: Query<PageQuery>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Json<Page<MerchantView>>, ApiError> {
    let window = query.window()?;
    let scope = can.scope().clone();
    let rows = db.read(move |conn| rows::merchant_list(conn, &scope, None, &[MerchantState::Applied], &window)).await?;
    Ok(Json(window.page(rows, |row| row.id, |row| MerchantView::inside(&ring, row))))
}

/// The directory of merchants, newest first.
#[utoipa::path(tag = "life", params(MerchantFilter), responses((status = 200, body = Page<MerchantView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/merchants")]
pub async fn merchant_list(
    can: Can<MerchantList>,
    query: Query<MerchantFilter>,
    db: Data<Db>,
) -> Result<Tagged<Page<MerchantView>>, ApiError> {
    let window = query.window()?;
    let (scope, community) = (can.scope().clone(), query.community);
    let rows = db.read(move |conn| rows::merchant_list(conn, &scope, community, &[MerchantState::Approved], &window)).await?;
    Ok(Tagged::content(window.page(rows, |row| row.id, MerchantView::public)))
}

/// One merchant.
#[utoipa::path(tag = "life", params(("id" = MerchantId, Path)), responses((status = 200, body = MerchantView, description = "the merchant"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/merchants/{id}")]
pub async fn merchant_find(
    can: Can<MerchantFind>,
    id: PathId<MerchantId>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Tagged<MerchantView>, ApiError> {
    let (actor, scope) = (can.actor().clone(), can.scope().clone());
    let view = db.read(move |conn| view::find(conn, &scope, &actor, &ring, id.0)).await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}

/// Write a merchant's profile (its owner).
#[utoipa::path(tag = "life", request_body = MerchantProfile, params(("id" = MerchantId, Path), ("If-Match" = String, Header)), responses((status = 200, body = MerchantView, description = "written"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/merchants/{id}")]
pub async fn merchant_update(
    can: Can<MerchantUpdate>,
    id: PathId<MerchantId>,
    version: IfMatch,
    body: Valid<MerchantProfile>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Tagged<MerchantView>, ApiError> {
    let (scope, keys, form) = (can.scope().clone(), ring.clone().into_inner(), body.into_inner());
    db.transaction(can.context(), move |tx| profile::update(tx, &scope, &keys, id.0, &version, &form)).await?;
    let (actor, scope) = (can.actor().clone(), can.scope().clone());
    let view = db.read(move |conn| view::find(conn, &scope, &actor, &ring, id.0)).await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}

/// Approve an application: the shop becomes an organization, the applicant its owner.
#[utoipa::path(tag = "life", params(("id" = MerchantId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MerchantView, description = "approved"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/merchants/{id}/approve")]
pub async fn merchant_approve(
    can: Can<MerchantApprove>,
    id: PathId<MerchantId>,
    key: IdempotencyKey,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<MerchantView>, ApiError> {
    let (keys, scope, person) = (ring.clone(), can.scope().clone(), can.person());
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let done = db.once(once, move |tx| apply::approve(tx, &keys, &scope, person, id.0)).await?;
    decided(&db, can.scope().clone(), ring, done).await
}

/// Refuse an application with a reason.
#[utoipa::path(tag = "life", request_body = Reason, params(("id" = MerchantId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MerchantView, description = "refused"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/merchants/{id}/refuse")]
pub async fn merchant_refuse(
    can: Can<MerchantRefuse>,
    id: PathId<MerchantId>,
    key: IdempotencyKey,
    body: Valid<Reason>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<MerchantView>, ApiError> {
    let (scope, person) = (can.scope().clone(), can.person());
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| apply::refuse(tx, &scope, person, id.0, &body.reason)).await?;
    decided(&db, can.scope().clone(), ring, done).await
}

/// Suspend a merchant with a reason: no new orders; open ones can still be handed out.
#[utoipa::path(tag = "life", request_body = Reason, params(("id" = MerchantId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MerchantView, description = "suspended"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/merchants/{id}/suspend")]
pub async fn merchant_suspend(
    can: Can<MerchantSuspend>,
    id: PathId<MerchantId>,
    key: IdempotencyKey,
    body: Valid<Reason>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<MerchantView>, ApiError> {
    let (scope, person) = (can.scope().clone(), can.person());
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| apply::suspend(tx, &scope, person, id.0, Some(&body.reason))).await?;
    decided(&db, can.scope().clone(), ring, done).await
}

/// Lift a suspension.
#[utoipa::path(tag = "life", params(("id" = MerchantId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MerchantView, description = "in the directory again"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/merchants/{id}/resume")]
pub async fn merchant_resume(
    can: Can<MerchantResume>,
    id: PathId<MerchantId>,
    key: IdempotencyKey,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<MerchantView>, ApiError> {
    let (scope, person) = (can.scope().clone(), can.person());
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let done = db.once(once, move |tx| apply::suspend(tx, &scope, person, id.0, None)).await?;
    decided(&db, can.scope().clone(), ring, done).await
}

/// The merchant after a decision of staff.
async fn decided(
    db: &Db,
    scope: people::grid::Scope,
    ring: Data<KeyRing>,
    done: Done<()>,
) -> Result<Changed<MerchantView>, ApiError> {
    let id = MerchantId(done.id);
    let row = db.read(move |conn| apply::in_scope(conn, &scope, id)).await?;
    Ok(Changed::new(&done, MerchantView::inside(&ring, row)))
}

/// Read where a merchant is paid to, with a reason; the reading is recorded.
#[utoipa::path(tag = "life", request_body = Reason, params(("id" = MerchantId, Path)), responses((status = 200, body = SettlementAccount, description = "the account"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/merchants/{id}/settlement-account")]
pub async fn merchant_account_reveal(
    can: Can<MerchantAccountReveal>,
    id: PathId<MerchantId>,
    body: Valid<Reason>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Json<SettlementAccount>, ApiError> {
    let scope = can.scope().clone();
    let account = db.transaction(can.context(), move |tx| profile::reveal(tx, &scope, &ring, id.0, &body.reason)).await?;
    Ok(Json(SettlementAccount { settlement_account: account }))
}

/// Invite a clerk: a one-time code that makes whoever redeems it a clerk of this shop.
#[utoipa::path(tag = "life", params(("id" = MerchantId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = ClerkInvitation, description = "invited"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/merchants/{id}/clerks")]
pub async fn merchant_clerk_invite(
    can: Can<MerchantClerkInvite>,
    id: PathId<MerchantId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Created<ClerkInvitation>, ApiError> {
    let scope = can.scope().clone();
    let invitation = uuid::Uuid::now_v7();
    let once = can.once(key, hash_on(id.0.0, [0; 32]), invitation);
    let mut done = db.once(once, move |tx| clerk::invite(tx, &scope, id.0, invitation)).await?;
    let view = ClerkInvitation { id: done.id, code: done.value.take() };
    Ok(Created::new(&done, format!("/api/v1/life/merchants/{}", id.0), view))
}

/// The shop's QR for printing: residents scan it when the shop is offline.
#[utoipa::path(tag = "life", params(("id" = MerchantId, Path)), responses((status = 200, body = ShopTicket, description = "the QR"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/merchants/{id}/shop-ticket")]
pub async fn merchant_ticket_find(
    can: Can<MerchantTicketFind>,
    id: PathId<MerchantId>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Json<ShopTicket>, ApiError> {
    let scope = can.scope().clone();
    let merchant = db.read(move |conn| profile::own(conn, &scope, id.0)).await?;
    let ticket = shop_ticket(&ring, &merchant);
    Ok(Json(ShopTicket { svg: qr::svg(&ticket)?, ticket }))
}

/// Replace the shop's QR: printed ones stop working.
#[utoipa::path(tag = "life", params(("id" = MerchantId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ShopTicket, description = "the new QR"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/merchants/{id}/shop-ticket")]
pub async fn merchant_ticket_renew(
    can: Can<MerchantTicketRenew>,
    id: PathId<MerchantId>,
    key: IdempotencyKey,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<ShopTicket>, ApiError> {
    let scope = can.scope().clone();
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let done = db.once(once, move |tx| profile::renew_ticket(tx, &scope, id.0)).await?;
    let scope = can.scope().clone();
    let merchant = db.read(move |conn| profile::own(conn, &scope, id.0)).await?;
    let ticket = shop_ticket(&ring, &merchant);
    Ok(Changed::new(&done, ShopTicket { svg: qr::svg(&ticket)?, ticket }))
}
