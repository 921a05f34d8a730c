#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of offers.

use actix_web::web::Data;
use actix_web::{get, post, put};
use base::db::{Db, Done};
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, IfMatch, PathId, Problem, Query, Tagged, Valid, hash_on};
use base::ids::GridUnitId;
use base::page::Page;
use base::text::{Text, Whole};
use people::grid::Scope;
use people::identity::Can;
use serde::Deserialize;

use super::edit::{self, NewOffer, OfferForm};
use super::offer::{OfferKind, OfferProvider, OfferState};
use super::rows::{self, Filter};
use super::view::{self, OfferView};
use super::*;
use crate::merchants::MerchantId;

base::list_query! {
    /// Filters of the list.
    OfferFilter {
        /// Of one community.
        community: Option<GridUnitId>,
        /// Of one merchant.
        merchant: Option<MerchantId>,
        /// Of one reward type.
        kind: Option<OfferKind>,
        /// Of merchants or of the community.
        provider: Option<OfferProvider>,
        /// Only what the caller provides, with drafts and ended ones.
        own: Option<bool>,
    }
}

/// A change of stock.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Restock {
    /// How many to put in; below zero: to take out.
    pub by: Whole<-1_000_000, 1_000_000>,
}

/// Why staff take an offer off.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferSuspension {
    /// Shown to its provider.
    pub reason: Text<300>,
}

async fn changed(db: &Db, done: &Done<()>, scope: Scope, id: OfferId) -> Result<Changed<OfferView>, ApiError> {
    let view = db.read(move |conn| view::changed(conn, &scope, id)).await?;
    let version = view.version;
    Ok(Changed::version(done, view, version))
}

/// Make an offer, as a draft: a merchant's owner, or staff for the community.
#[utoipa::path(tag = "life", request_body = NewOffer, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = OfferView, description = "made"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/offers")]
pub async fn offer_create(
    can: Can<OfferCreate>,
    key: IdempotencyKey,
    body: Valid<NewOffer>,
    db: Data<Db>,
) -> Result<Created<OfferView>, ApiError> {
    let id = OfferId::new();
    let once = can.once(key, body.hash(), id.0);
    let (scope, person, form) = (can.scope().clone(), can.person(), body.into_inner());
    let done = db.once(once, move |tx| edit::create(tx, &scope, person, id, &form)).await?;
    let (scope, id) = (can.scope().clone(), OfferId(done.id));
    let view = db.read(move |conn| view::changed(conn, &scope, id)).await?;
    Ok(Created::new(&done, format!("/api/v1/life/offers/{id}"), view))
}

/// Offers, newest first.
#[utoipa::path(tag = "life", params(OfferFilter), responses((status = 200, body = Page<OfferView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/offers")]
pub async fn offer_list(
    can: Can<OfferList>,
    query: Query<OfferFilter>,
    db: Data<Db>,
) -> Result<Tagged<Page<OfferView>>, ApiError> {
    let window = query.window()?;
    let filter = Filter {
        community: query.community,
        merchant: query.merchant,
        kind: query.kind,
        provider: query.provider,
        own: query.own.unwrap_or(false),
    };
    let scope = can.scope().clone();
    let page = db
        .read(move |conn| {
            let rows = rows::list(conn, &scope, &filter, &window)?;
            let page = window.page(rows, |(offer, _)| offer.id, |row| row);
            Ok::<_, ApiError>(Page { items: view::views(conn, page.items)?, next_cursor: page.next_cursor })
        })
        .await?;
    Ok(Tagged::content(page))
}

/// One offer.
#[utoipa::path(tag = "life", params(("id" = OfferId, Path)), responses((status = 200, body = OfferView, description = "the offer"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/offers/{id}")]
pub async fn offer_find(can: Can<OfferFind>, id: PathId<OfferId>, db: Data<Db>) -> Result<Tagged<OfferView>, ApiError> {
    let scope = can.scope().clone();
    let view = db.read(move |conn| view::find(conn, &scope, id.0)).await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}

/// Edit an offer. Orders placed before keep their price.
#[utoipa::path(tag = "life", request_body = OfferForm, params(("id" = OfferId, Path), ("If-Match" = String, Header)), responses((status = 200, body = OfferView, description = "written"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/offers/{id}")]
pub async fn offer_update(
    can: Can<OfferUpdate>,
    id: PathId<OfferId>,
    version: IfMatch,
    body: Valid<OfferForm>,
    db: Data<Db>,
) -> Result<Tagged<OfferView>, ApiError> {
    let scope = can.scope().clone();
    db.transaction(can.context(), move |tx| edit::update(tx, &scope, id.0, &version, &body)).await?;
    let scope = can.scope().clone();
    let view = db.read(move |conn| view::changed(conn, &scope, id.0)).await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}

/// Publish an offer: from now on (or from its opening time) it can be ordered.
#[utoipa::path(tag = "life", params(("id" = OfferId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = OfferView, description = "published"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/offers/{id}/publish")]
pub async fn offer_publish(
    can: Can<OfferPublish>,
    id: PathId<OfferId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<OfferView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let scope = can.scope().clone();
    let work = move |tx: base::db::Tx<'_>| shift::by_provider(tx, "offer_publish", &scope, id.0, OfferState::Published);
    let done = db.once(once, work).await?;
    changed(&db, &done, can.scope().clone(), id.0).await
}

/// Pause an offer: no new orders; open ones go on.
#[utoipa::path(tag = "life", params(("id" = OfferId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = OfferView, description = "paused"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/offers/{id}/pause")]
pub async fn offer_pause(
    can: Can<OfferPause>,
    id: PathId<OfferId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<OfferView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let scope = can.scope().clone();
    let work = move |tx: base::db::Tx<'_>| shift::by_provider(tx, "offer_pause", &scope, id.0, OfferState::Paused);
    let done = db.once(once, work).await?;
    changed(&db, &done, can.scope().clone(), id.0).await
}

/// End an offer for good; open orders go on.
#[utoipa::path(tag = "life", params(("id" = OfferId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = OfferView, description = "ended"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/offers/{id}/end")]
pub async fn offer_end(
    can: Can<OfferEnd>,
    id: PathId<OfferId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<OfferView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let scope = can.scope().clone();
    let work = move |tx: base::db::Tx<'_>| shift::by_provider(tx, "offer_end", &scope, id.0, OfferState::Ended);
    let done = db.once(once, work).await?;
    changed(&db, &done, can.scope().clone(), id.0).await
}

/// Put more into the stock, or take out what is left.
#[utoipa::path(tag = "life", request_body = Restock, params(("id" = OfferId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = OfferView, description = "done"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/offers/{id}/restock")]
pub async fn offer_restock(
    can: Can<OfferRestock>,
    id: PathId<OfferId>,
    key: IdempotencyKey,
    body: Valid<Restock>,
    db: Data<Db>,
) -> Result<Created<OfferView>, ApiError> {
    let scope = can.scope().clone();
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| shift::restock(tx, &scope, id.0, body.by.get())).await?;
    let scope = can.scope().clone();
    let view = db.read(move |conn| view::changed(conn, &scope, id.0)).await?;
    Ok(Created::new(&done, format!("/api/v1/life/offers/{}", id.0), view))
}

/// Take an offer off with a reason (staff): it is paused until staff let it go on.
#[utoipa::path(tag = "life", request_body = OfferSuspension, params(("id" = OfferId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = OfferView, description = "taken off"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/offers/{id}/suspend")]
pub async fn offer_suspend(
    can: Can<OfferSuspend>,
    id: PathId<OfferId>,
    key: IdempotencyKey,
    body: Valid<OfferSuspension>,
    db: Data<Db>,
) -> Result<Changed<OfferView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let scope = can.scope().clone();
    let work = move |tx: base::db::Tx<'_>| shift::by_staff(tx, "offer_suspend", &scope, id.0, Some(&body.reason));
    let done = db.once(once, work).await?;
    changed(&db, &done, can.scope().clone(), id.0).await
}

/// Let its provider publish a suspended offer again (staff).
#[utoipa::path(tag = "life", params(("id" = OfferId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = OfferView, description = "may be published again"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/offers/{id}/resume")]
pub async fn offer_resume(
    can: Can<OfferResume>,
    id: PathId<OfferId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<OfferView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let scope = can.scope().clone();
    let work = move |tx: base::db::Tx<'_>| shift::by_staff(tx, "offer_resume", &scope, id.0, None);
    let done = db.once(once, work).await?;
    changed(&db, &done, can.scope().clone(), id.0).await
}
