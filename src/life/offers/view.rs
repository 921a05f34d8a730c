//! What is shown of an offer.

use std::collections::BTreeMap;

use base::error::{self, ApiError};
use base::ids::GridUnitId;
use base::money::{Fen, Points};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::grid::{Scope, Target};
use serde::Serialize;

use super::offer::{OfferKind, OfferProvider, OfferState, hold_minutes};
use super::rows::{self, Offer, Stock};
use super::{OfferId, edit};
use crate::merchants::{self, MerchantId};
use crate::place;

/// An offer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OfferView {
    /// Id.
    pub id: OfferId,
    /// One line for a screen reader.
    pub summary: String,
    /// The community whose points it takes.
    pub community: GridUnitId,
    /// Who hands it out.
    pub provider: OfferProvider,
    /// The merchant.
    pub merchant: Option<MerchantId>,
    /// Its name; 社区 for the community's own.
    pub provider_name: String,
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
    /// Paid at the counter besides, in yuan.
    pub cny: Fen,
    /// Left.
    pub stock: i32,
    /// Ever put in.
    pub total: i32,
    /// How many a person may have.
    pub per_person: Option<i32>,
    /// How many a household may have.
    pub per_household: Option<i32>,
    /// Orders from.
    pub orders_from: Option<DateTime<Utc>>,
    /// Orders until, not included.
    pub orders_until: Option<DateTime<Utc>>,
    /// Flash redemption.
    pub flash: bool,
    /// How long an order's points are held.
    pub hold_minutes: i64,
    /// Taken off by staff.
    pub suspended: bool,
    /// Why staff took it off; to its provider and staff.
    pub suspended_for: Option<String>,
    /// Version, for If-Match.
    pub version: i32,
}

impl OfferView {
    fn of(offer: Offer, stock: Stock, names: &BTreeMap<MerchantId, String>, inside: bool) -> Self {
        let name =
            offer.merchant_id.and_then(|id| names.get(&id).cloned()).unwrap_or_else(|| OfferProvider::Community.zh().to_owned());
        Self {
            id: offer.id,
            summary: format!("{}，{}积分，{}，{}，剩余{}", offer.title, offer.price, name, offer.state.zh(), stock.stock),
            community: offer.community_id,
            provider: offer.provider,
            merchant: offer.merchant_id,
            provider_name: name,
            state: offer.state,
            kind: offer.kind,
            title: offer.title,
            about: offer.about,
            pick_up: offer.pick_up,
            price: offer.price,
            cny: offer.cny,
            stock: stock.stock,
            total: stock.total,
            per_person: offer.per_person,
            per_household: offer.per_household,
            orders_from: offer.orders_from,
            orders_until: offer.orders_until,
            flash: offer.flash,
            hold_minutes: hold_minutes(offer.flash),
            suspended: offer.suspended,
            suspended_for: offer.suspended_for.filter(|_| inside),
            version: offer.version,
        }
    }
}

/// Rows of a page with the names beside them.
pub(super) fn views(connection: &mut PgConnection, rows: Vec<(Offer, Stock)>) -> Result<Vec<OfferView>, ApiError> {
    let mut shops: Vec<MerchantId> = rows.iter().filter_map(|(offer, _)| offer.merchant_id).collect();
    shops.sort();
    shops.dedup();
    let names = merchants::names_by_ids(connection, &shops)?;
    Ok(rows.into_iter().map(|(offer, stock)| OfferView::of(offer, stock, &names, false)).collect())
}

/// One offer as the caller may see it: drafts only by their provider.
pub(super) fn find(connection: &mut PgConnection, scope: &Scope, id: OfferId) -> Result<OfferView, ApiError> {
    let gone = || ApiError::of(&error::NOT_FOUND);
    let (offer, stock) = rows::with_stock(connection, id)?.ok_or_else(gone)?;
    let merchant = offer.merchant_id.map(|id| merchants::merchant_find(connection, id)).transpose()?.flatten();
    let path = place::community_stored(connection, offer.community_id)?;
    let organization = merchant.as_ref().and_then(|merchant| merchant.organization_id);
    scope.require(&Target { person: None, unit: Some(&path), organization })?;
    let provider = match organization {
        Some(organization) => scope.organizations.contains(&organization),
        None => true,
    };
    if offer.state == OfferState::Draft && !provider {
        return Err(gone());
    }
    let names = merchant.map(|merchant| (merchant.id, merchant.name)).into_iter().collect();
    Ok(OfferView::of(offer, stock, &names, provider))
}

/// An offer after its provider or staff changed it.
pub(super) fn changed(connection: &mut PgConnection, scope: &Scope, id: OfferId) -> Result<OfferView, ApiError> {
    let (offer, stock) = rows::with_stock(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let staff = scope.require_unit(&place::community_stored(connection, offer.community_id)?).is_ok();
    if !staff {
        edit::reach(connection, scope, offer.home())?;
    }
    let names = merchants::names_by_ids(connection, &offer.merchant_id.into_iter().collect::<Vec<_>>())?;
    Ok(OfferView::of(offer, stock, &names, true))
}
