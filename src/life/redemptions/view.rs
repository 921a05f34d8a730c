//! What is shown of an order: to its holder, and at the counter.

use std::collections::BTreeMap;

use base::error::{self, ApiError};
use base::ids::OrganizationId;
use base::keys::KeyRing;
use base::money::{Fen, Points};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::Serialize;

use super::rows::Redemption;
use super::{OrderId, OrderState};
use crate::merchants::{self, MerchantId};
use crate::offers::{self, OfferId};

/// An order.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OrderView {
    /// Id.
    pub id: OrderId,
    /// One line for a screen reader.
    pub summary: String,
    /// What was ordered.
    pub offer: OfferId,
    /// Its title.
    pub title: String,
    /// The merchant.
    pub merchant: Option<MerchantId>,
    /// Its name; 社区 for the community's own.
    pub provider_name: String,
    /// Where and how it is handed out.
    pub pick_up: String,
    /// State.
    pub state: OrderState,
    /// How many.
    pub quantity: i32,
    /// Points of all.
    pub points: Points,
    /// To be paid at the counter besides, in yuan.
    pub cny: Fen,
    /// The organization whose points these are.
    pub as_organization: Option<OrganizationId>,
    /// When it was ordered.
    pub created_at: DateTime<Utc>,
    /// Until when the points are held.
    pub hold_expires_at: DateTime<Utc>,
    /// When it was handed out.
    pub captured_at: Option<DateTime<Utc>>,
    /// When it was cancelled, ran out or was refunded.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why.
    pub end_reason: Option<String>,
}

const COMMUNITY: &str = "社区";

impl OrderView {
    pub(super) fn of(row: &Redemption, title: &str, pick_up: &str, provider: Option<&str>) -> Self {
        let provider = provider.unwrap_or(COMMUNITY);
        Self {
            id: row.id,
            summary: format!("{title} {}份，{}积分，{provider}，{}", row.quantity, row.points, row.state.zh()),
            offer: row.offer_id,
            title: title.to_owned(),
            merchant: row.merchant_id,
            provider_name: provider.to_owned(),
            pick_up: pick_up.to_owned(),
            state: row.state,
            quantity: row.quantity,
            points: row.points,
            cny: row.cny,
            as_organization: row.organization_id,
            created_at: row.created_at,
            hold_expires_at: row.hold_expires_at,
            captured_at: row.captured_at,
            ended_at: row.ended_at,
            end_reason: row.end_reason.clone(),
        }
    }
}

/// Orders with the titles and names beside them.
pub(super) fn orders(connection: &mut PgConnection, rows: &[Redemption]) -> Result<Vec<OrderView>, ApiError> {
    let mut ids: Vec<OfferId> = rows.iter().map(|row| row.offer_id).collect();
    ids.sort();
    ids.dedup();
    let mut shops: Vec<MerchantId> = rows.iter().filter_map(|row| row.merchant_id).collect();
    shops.sort();
    shops.dedup();
    let offers = offers::offers_by_ids(connection, &ids)?;
    let names: BTreeMap<MerchantId, String> =
        if shops.is_empty() { BTreeMap::new() } else { merchants::names_by_ids(connection, &shops)? };
    let view = |row: &Redemption| {
        let (title, pick_up) = offers.get(&row.offer_id).map_or(("", ""), |offer| (&offer.title, &offer.pick_up));
        OrderView::of(row, title, pick_up, row.merchant_id.and_then(|id| names.get(&id)).map(String::as_str))
    };
    Ok(rows.iter().map(view).collect())
}

/// One order.
pub(super) fn order(connection: &mut PgConnection, row: &Redemption) -> Result<OrderView, ApiError> {
    orders(connection, std::slice::from_ref(row))?.pop().ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// An order at the counter.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CounterView {
    /// The order.
    pub order: OrderId,
    /// One line for a screen reader.
    pub summary: String,
    /// Title of what is to be handed out.
    pub title: String,
    /// How many.
    pub quantity: i32,
    /// State.
    pub state: OrderState,
    /// Points of all.
    pub points: Points,
    /// To be collected at the counter besides, in yuan.
    pub cny: Fen,
    /// Whose order it is: `王*`, the nickname, or an organization.
    pub holder: String,
    /// Until when it can be handed out.
    pub hold_expires_at: DateTime<Utc>,
    /// When it was handed out.
    pub captured_at: Option<DateTime<Utc>>,
    /// What the merchant gets for it, in yuan, at the rate fixed at capture; none for the community's own.
    pub merchant_gets: Option<Fen>,
    /// The end of the settlement period that it is paid for.
    pub settled_after: Option<DateTime<Utc>>,
}

fn holder_name(connection: &mut PgConnection, ring: &KeyRing, row: &Redemption) -> Result<String, ApiError> {
    let Some(person) = row.person_id else {
        return Ok(if row.organization_id.is_some() { "组织" } else { "已注销用户" }.to_owned());
    };
    if let Some(name) = people::identity::masked_names(connection, ring, &[person])?.remove(&person) {
        return Ok(name);
    }
    let nickname = people::identity::names_by_ids(connection, &[person])?.remove(&person);
    Ok(nickname.map_or_else(|| "居民".to_owned(), |name| name.nickname))
}

/// An order as the counter sees it; before its capture, what a capture now would bring.
pub(super) fn counter(connection: &mut PgConnection, ring: &KeyRing, row: &Redemption) -> Result<CounterView, ApiError> {
    let offer = offers::offer_find(connection, row.offer_id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let holder = holder_name(connection, ring, row)?;
    let (gets, after) = match row.merchant_id {
        None => (None, None),
        Some(_) => {
            let rate = match row.rate {
                Some(rate) => rate,
                None => offers::terms_of(connection, row.community_id)?.rate,
            };
            let at = match row.captured_at {
                Some(at) => at,
                None => base::db::now(connection)?,
            };
            (Some(offers::worth(row.points, rate)), Some(offers::period_end(at)))
        }
    };
    let money = gets.map_or_else(String::new, |fen| format!("，结算{fen}元"));
    Ok(CounterView {
        order: row.id,
        summary: format!("{} {}份，{}，{}积分{money}，{}", offer.title, row.quantity, holder, row.points, row.state.zh()),
        title: offer.title,
        quantity: row.quantity,
        state: row.state,
        points: row.points,
        cny: row.cny,
        holder,
        hold_expires_at: row.hold_expires_at,
        captured_at: row.captured_at,
        merchant_gets: gets,
        settled_after: after,
    })
}

/// Titles and quantities of orders, beside rows of others.
pub fn titles_by_ids(connection: &mut PgConnection, ids: &[OrderId]) -> Result<BTreeMap<OrderId, (String, i32)>, ApiError> {
    let rows = super::rows::ordered(connection, ids)?;
    let offers = offers::offers_by_ids(connection, &rows.iter().map(|(_, offer, _)| *offer).collect::<Vec<_>>())?;
    let title = |offer: &OfferId| offers.get(offer).map(|offer| offer.title.clone()).unwrap_or_default();
    Ok(rows.into_iter().map(|(id, offer, quantity)| (id, (title(&offer), quantity))).collect())
}
