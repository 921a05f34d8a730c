//! Making and editing an offer. A merchant's owner does so for their shop, staff for the community.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::http::IfMatch;
use base::ids::{GridUnitId, PersonId};
use base::money::{Fen, Points};
use base::text::{Text, Whole};
use chrono::{DateTime, Utc};
use people::grid::Scope;
use serde::Deserialize;
use serde_json::json;

use super::offer::{self, OfferKind, OfferProvider, Window};
use super::rows::{self, Content, Home, Offer};
use super::{OFFER_STATE, OfferId};
use crate::merchants::{self, MERCHANT_NOT_APPROVED, MerchantId, MerchantState};
use crate::place;

/// An offer as its provider writes it.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferForm {
    /// Reward type.
    pub kind: OfferKind,
    /// Title.
    pub title: Text<60>,
    /// Description.
    pub about: Text<1000>,
    /// Where and how it is handed out.
    pub pick_up: Text<200>,
    /// Price of one, in points, above zero, at most 10,000,000.
    pub price: Points,
    /// Paid at the counter besides, in yuan.
    pub cny: Option<Fen>,
    /// How many one person may have.
    pub per_person: Option<Whole<1, 1000>>,
    /// How many one household may have.
    pub per_household: Option<Whole<1, 1000>>,
    /// Orders from.
    pub orders_from: Option<DateTime<Utc>>,
    /// Orders until, not included.
    pub orders_until: Option<DateTime<Utc>>,
    /// Flash redemption: points are held for 15 minutes instead of 72 hours.
    #[serde(default)]
    pub flash: bool,
}

/// A new offer.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOffer {
    /// The merchant that hands it out …
    pub merchant: Option<MerchantId>,
    /// … or the community that does. Exactly one of both.
    pub community: Option<GridUnitId>,
    /// How many there are.
    pub stock: Whole<0, 1_000_000>,
    /// The offer.
    pub offer: OfferForm,
}

const MAX_PRICE: i64 = 1_000_000_000;
const MAX_CNY: i64 = 100_000_000;

impl OfferForm {
    fn content(&self, provider: OfferProvider) -> Result<Content<'_>, ApiError> {
        if !(1..=MAX_PRICE).contains(&self.price.hundredths()) {
            return Err(ApiError::invalid("/price", "must be above 0 and at most 10000000"));
        }
        let cny = self.cny.unwrap_or(Fen::ZERO);
        if cny.hundredths() > MAX_CNY {
            return Err(ApiError::invalid("/cny", "must be at most 1000000"));
        }
        offer::check(provider, self.kind, Window { from: self.orders_from, until: self.orders_until }, self.flash)?;
        Ok(Content {
            kind: self.kind,
            title: &self.title,
            about: &self.about,
            pick_up: &self.pick_up,
            price: self.price,
            cny,
            per_person: self.per_person.map(Whole::get),
            per_household: self.per_household.map(Whole::get),
            orders_from: self.orders_from,
            orders_until: self.orders_until,
            flash: self.flash,
        })
    }
}

/// 404 unless the caller's rights reach the provider of an offer: its merchant's organization, or the community for its own.
/// Staff don't edit what a merchant offers; they suspend it.
pub(super) fn reach(connection: &mut diesel::PgConnection, scope: &Scope, home: Home) -> Result<(), ApiError> {
    match home.merchant {
        None => scope.require_unit(&place::community_stored(connection, home.community)?),
        Some(merchant) => {
            let merchant = merchants::merchant_find(connection, merchant)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
            scope.require_organization(merchant.organization_id.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?)?;
            if merchant.state == MerchantState::Approved { Ok(()) } else { Err(ApiError::of(&MERCHANT_NOT_APPROVED)) }
        }
    }
}

impl Offer {
    /// Whose it is.
    pub(super) const fn home(&self) -> Home {
        Home { community: self.community_id, provider: self.provider, merchant: self.merchant_id }
    }
}

fn home_of(connection: &mut diesel::PgConnection, form: &NewOffer) -> Result<Home, ApiError> {
    match (form.merchant, form.community) {
        (None, Some(community)) => {
            place::community_named(connection, community, "/community")?;
            Ok(Home { community, provider: OfferProvider::Community, merchant: None })
        }
        (Some(id), None) => {
            let merchant = merchants::merchant_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
            Ok(Home { community: merchant.community_id, provider: OfferProvider::Merchant, merchant: Some(id) })
        }
        _ => Err(ApiError::invalid("/merchant", "give either merchant or community")),
    }
}

/// Writes a draft without asking for rights (import, demo data); returns the community.
pub fn offer_enter(tx: &mut Tx<'_>, id: OfferId, person: PersonId, form: &NewOffer) -> Result<(), ApiError> {
    let home = home_of(tx.conn(), form)?;
    write(tx, id, person, home, form)
}

fn write(tx: &mut Tx<'_>, id: OfferId, person: PersonId, home: Home, form: &NewOffer) -> Result<(), ApiError> {
    let content = form.offer.content(home.provider)?;
    rows::insert(tx.conn(), id, home, person, &content, form.stock.get())?;
    let after = json!({"state": "draft", "price": form.offer.price, "stock": form.stock});
    tx.audit(Audit::new("offer_create", "offer", id.0).at(home.community).after(after))?;
    Ok(())
}

/// Makes a draft.
pub(super) fn create(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: OfferId,
    form: &NewOffer,
) -> Result<Finished<()>, ApiError> {
    let home = home_of(tx.conn(), form)?;
    reach(tx.conn(), scope, home)?;
    write(&mut tx, id, person, home, form)?;
    Ok(tx.done(())?)
}

/// Writes over the version that the caller read.
pub(super) fn update(
    mut tx: Tx<'_>,
    scope: &Scope,
    id: OfferId,
    version: &IfMatch,
    form: &OfferForm,
) -> Result<Finished<()>, ApiError> {
    let offer = rows::offer_find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    reach(tx.conn(), scope, offer.home())?;
    version.check(offer.version)?;
    if offer.state == super::OfferState::Ended {
        return Err(ApiError::of(&OFFER_STATE));
    }
    if !rows::update(tx.conn(), id, offer.version, &form.content(offer.provider)?)? {
        return Err(ApiError::of(&error::PRECONDITION_FAILED));
    }
    let entry = Audit::new("offer_update", "offer", id.0).at(offer.community_id);
    let before = json!({"version": offer.version, "price": offer.price});
    tx.audit(entry.before(before).after(json!({"version": offer.version + 1, "price": form.price})))?;
    Ok(tx.done(())?)
}
