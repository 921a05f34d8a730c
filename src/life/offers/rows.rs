//! Queries of `offers`, `offer_stocks`, `offer_terms`.

use std::collections::BTreeMap;

use base::db::{DbResult, palm_now};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::money::{Fen, Points};
use base::page;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};

use super::OfferId;
use super::offer::{OfferKind, OfferProvider, OfferState, Window};
use super::schema::{offer_stocks, offers};
use crate::merchants::{self, MerchantId};

/// An offer.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = offers, check_for_backend(diesel::pg::Pg))]
pub struct Offer {
    /// Id.
    pub id: OfferId,
    /// The community whose points it takes.
    pub community_id: GridUnitId,
    /// Who hands it out.
    pub provider: OfferProvider,
    /// The merchant; none for the community's own.
    pub merchant_id: Option<MerchantId>,
    /// State.
    pub state: OfferState,
    /// Reward type.
    pub kind: OfferKind,
    /// Title.
    pub title: String,
    /// Description.
    pub about: String,
    /// Where and how it is handed out.
    pub pick_up: String,
    /// Price of one.
    pub price: Points,
    /// Paid at the counter besides.
    pub cny: Fen,
    /// How many a person may have.
    pub per_person: Option<i32>,
    /// How many a household may have.
    pub per_household: Option<i32>,
    /// Orders from.
    pub orders_from: Option<DateTime<Utc>>,
    /// Orders until.
    pub orders_until: Option<DateTime<Utc>>,
    /// Flash redemption.
    pub flash: bool,
    /// Taken off by staff.
    pub suspended: bool,
    /// Why.
    pub suspended_for: Option<String>,
    /// Counts edits and changes of state.
    pub version: i32,
}

impl Offer {
    /// When orders are taken.
    pub const fn window(&self) -> Window {
        Window { from: self.orders_from, until: self.orders_until }
    }
}

/// What is left of an offer.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = offer_stocks, check_for_backend(diesel::pg::Pg))]
pub struct Stock {
    /// Left.
    pub stock: i32,
    /// Ever put in.
    pub total: i32,
}

/// What its provider writes of an offer.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = offers, treat_none_as_null = true)]
pub(super) struct Content<'a> {
    pub kind: OfferKind,
    pub title: &'a str,
    pub about: &'a str,
    pub pick_up: &'a str,
    pub price: Points,
    pub cny: Fen,
    pub per_person: Option<i32>,
    pub per_household: Option<i32>,
    pub orders_from: Option<DateTime<Utc>>,
    pub orders_until: Option<DateTime<Utc>>,
    pub flash: bool,
}

/// Whose an offer is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Home {
    pub community: GridUnitId,
    pub provider: OfferProvider,
    pub merchant: Option<MerchantId>,
}

pub(super) fn insert(
    connection: &mut PgConnection,
    id: OfferId,
    home: Home,
    by: PersonId,
    content: &Content<'_>,
    stock: i32,
) -> DbResult<()> {
    let fixed = (
        offers::id.eq(id),
        offers::community_id.eq(home.community),
        offers::provider.eq(home.provider),
        offers::merchant_id.eq(home.merchant),
        offers::created_by.eq(by),
    );
    diesel::insert_into(offers::table).values((fixed, content)).execute(connection)?;
    let left = (offer_stocks::offer_id.eq(id), offer_stocks::stock.eq(stock), offer_stocks::total.eq(stock));
    diesel::insert_into(offer_stocks::table).values(left).execute(connection)?;
    Ok(())
}

/// One offer.
pub fn offer_find(connection: &mut PgConnection, id: OfferId) -> DbResult<Option<Offer>> {
    Ok(offers::table.find(id).select(Offer::as_select()).first(connection).optional()?)
}

/// One offer with its stock.
pub(super) fn with_stock(connection: &mut PgConnection, id: OfferId) -> DbResult<Option<(Offer, Stock)>> {
    let query = offers::table.inner_join(offer_stocks::table).filter(offers::id.eq(id));
    Ok(query.select((Offer::as_select(), Stock::as_select())).first(connection).optional()?)
}

/// Offers beside rows of others.
pub fn offers_by_ids(connection: &mut PgConnection, ids: &[OfferId]) -> DbResult<BTreeMap<OfferId, Offer>> {
    let rows: Vec<Offer> = offers::table.filter(offers::id.eq_any(ids)).select(Offer::as_select()).load(connection)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Filters of the list.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    pub community: Option<GridUnitId>,
    pub merchant: Option<MerchantId>,
    pub kind: Option<OfferKind>,
    pub provider: Option<OfferProvider>,
    /// Also drafts and ended ones, of what is the caller's own.
    pub own: bool,
}

/// Offers of the scope, newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: &Filter,
    window: &page::Window<OfferId>,
) -> DbResult<Vec<(Offer, Stock)>> {
    let shops: Vec<MerchantId> = merchants_of(connection, &scope.organizations)?;
    let own = offers::merchant_id.eq_any(shops).assume_not_null().and(offers::merchant_id.is_not_null());
    let shown = offers::state.eq_any([OfferState::Published, OfferState::Paused]);
    let mut query = offers::table
        .inner_join(offer_stocks::table)
        .select((Offer::as_select(), Stock::as_select()))
        .order(offers::id.desc())
        .limit(window.load())
        .into_boxed();
    query = if filter.own {
        query.filter(own.or(offers::provider.eq(OfferProvider::Community).and(within(offers::community_id, scope))))
    } else {
        query.filter(shown.and(own.or(within(offers::community_id, scope))))
    };
    if let Some(community) = filter.community {
        query = query.filter(offers::community_id.eq(community));
    }
    if let Some(merchant) = filter.merchant {
        query = query.filter(offers::merchant_id.eq(merchant));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(offers::kind.eq(kind));
    }
    if let Some(provider) = filter.provider {
        query = query.filter(offers::provider.eq(provider));
    }
    if let Some(after) = window.after {
        query = query.filter(offers::id.lt(after));
    }
    Ok(query.load(connection)?)
}

fn merchants_of(connection: &mut PgConnection, organizations: &[OrganizationId]) -> DbResult<Vec<MerchantId>> {
    if organizations.is_empty() {
        return Ok(Vec::new());
    }
    Ok(merchants::merchants_of(connection, organizations)?.into_iter().map(|row| row.id).collect())
}

/// Writes the content; false: another edit came first. Orders that were about to take stock of the old version find none.
pub(super) fn update(connection: &mut PgConnection, id: OfferId, version: i32, content: &Content<'_>) -> DbResult<bool> {
    let row = offers::table.find(id).filter(offers::version.eq(version)).filter(offers::state.ne(OfferState::Ended));
    let rows = diesel::update(row).set((content, offers::version.eq(offers::version + 1))).execute(connection)?;
    if rows == 1 {
        let open = offer_stocks::table.find(id).filter(offer_stocks::open_version.is_not_null());
        diesel::update(open).set(offer_stocks::open_version.eq(Some(version + 1))).execute(connection)?;
    }
    Ok(rows == 1)
}

/// Moves to another state; false: the offer has changed meanwhile.
pub(super) fn shift(
    connection: &mut PgConnection,
    offer: &Offer,
    to: OfferState,
    suspended: Option<Option<&str>>,
) -> DbResult<bool> {
    let row = offers::table.find(offer.id).filter(offers::version.eq(offer.version));
    let published = (to == OfferState::Published).then(|| offers::published_at.eq(palm_now().nullable()));
    let mark = suspended.map(|reason| (offers::suspended.eq(reason.is_some()), offers::suspended_for.eq(reason)));
    let rows = diesel::update(row)
        .set((offers::state.eq(to), offers::version.eq(offers::version + 1), published, mark))
        .execute(connection)?;
    let open = (to == OfferState::Published).then_some(offer.version + 1);
    diesel::update(offer_stocks::table.find(offer.id)).set(offer_stocks::open_version.eq(open)).execute(connection)?;
    Ok(rows == 1)
}

/// Puts into the stock (or takes out what is left); false: less is left than is to be taken out.
pub(super) fn restock(connection: &mut PgConnection, id: OfferId, by: i32) -> DbResult<bool> {
    let row = offer_stocks::table.find(id).filter((offer_stocks::stock + by).ge(0));
    let change = (offer_stocks::stock.eq(offer_stocks::stock + by), offer_stocks::total.eq(offer_stocks::total + by));
    Ok(diesel::update(row).set(change).execute(connection)? == 1)
}

/// Takes from the stock of exactly this published version. False: sold out, or the offer has changed. This is the hot row of a sale:
/// call it last before the ledger.
pub fn stock_take(connection: &mut PgConnection, id: OfferId, version: i32, quantity: i32) -> DbResult<bool> {
    let row =
        offer_stocks::table.find(id).filter(offer_stocks::stock.ge(quantity)).filter(offer_stocks::open_version.eq(version));
    Ok(diesel::update(row).set(offer_stocks::stock.eq(offer_stocks::stock - quantity)).execute(connection)? == 1)
}

/// Gives back what an order had taken.
pub fn stock_back(connection: &mut PgConnection, id: OfferId, quantity: i32) -> DbResult<()> {
    let row = offer_stocks::table.find(id);
    diesel::update(row).set(offer_stocks::stock.eq(offer_stocks::stock + quantity)).execute(connection)?;
    Ok(())
}
