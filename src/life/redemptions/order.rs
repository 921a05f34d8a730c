//! Placing an order. Most of a sale's attempts are refused by one plain SELECT, before any transaction; the others take order, counts
//! and stock of exactly the version that they saw, and then the ledger's hold.

use std::collections::HashSet;

use base::db::{Audit, Finished, Share, Together, Tx};
use base::error::{self, ApiError, ErrorCode};
use base::ids::{OrganizationId, PersonId};
use base::money::{Fen, Points};
use base::text::Whole;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use ledger::{About, BookId, Fact, Party, Posting, ReasonCode, Subject, TransactionId};
use people::grid::{GridPath, Scope};
use people::identity::{self, Acting, Can};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::rows::Redemption;
use super::rows_order::{self, Gate, PlaceQuery};
use super::view::OrderView;
use super::{
    COMMUNITY_OFFERS_ONLY, LIMIT_REACHED, OFFER_CHANGED, OFFER_NOT_OPEN, OFFER_NOT_YET, OFFER_OVER, OUT_OF_STOCK, OWN_SHOP,
    OrderCreate, OrderId, OrderState,
};
use crate::merchants::MerchantState;
use crate::offers::{self, Moment, OfferId, OfferState, Window};

/// An order.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// What.
    pub offer: OfferId,
    /// How many.
    pub quantity: Whole<1, 1000>,
    /// With the points of this organization, which the caller acts for; buys the community's own offers only.
    pub as_organization: Option<OrganizationId>,
    /// With the points of this person, whose confirmed family proxy the caller is.
    pub on_behalf_of: Option<PersonId>,
}

/// Whose points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Person(PersonId),
    Organization(OrganizationId),
}

impl Holder {
    pub(super) const fn count_key(self) -> (&'static str, Uuid) {
        match self {
            Self::Person(person) => ("person", person.0),
            Self::Organization(organization) => ("organization", organization.0),
        }
    }
    const fn party(self) -> Party {
        match self {
            Self::Person(person) => Party::wallet(person),
            Self::Organization(organization) => Party::organization(organization),
        }
    }
    const fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::Organization(_) => None,
        }
    }
    const fn organization(self) -> Option<OrganizationId> {
        match self {
            Self::Person(_) => None,
            Self::Organization(organization) => Some(organization),
        }
    }
}

/// Who wants what, for whom.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub offer: OfferId,
    pub quantity: i32,
    pub holder: Holder,
    /// Organizations that the holder works for.
    pub works_for: Vec<OrganizationId>,
    /// The clerk or the family proxy, when it isn't the holder.
    pub placed_by: Option<PersonId>,
    /// As whose family proxy the caller orders.
    pub acting: Option<Acting>,
}

/// A wish that the plain reads found nothing against: everything that the transaction writes.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    wish: Wish,
    gate: Gate,
    household: Option<Uuid>,
    points: Points,
    cny: Fen,
    hold_expires_at: DateTime<Utc>,
}

/// The answer of the plain reads. A refusal stands at once for somebody who never ordered this offer: no earlier answer can exist
/// that their key would have to repeat.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    Go(Box<Plan>),
    Refused(&'static ErrorCode),
}

/// The rules, pure, in the order in which a caller is told.
fn refusal(gate: &Gate, wish: &Wish) -> Option<&'static ErrorCode> {
    let approved = gate.merchant_state.is_none_or(|state| state == MerchantState::Approved);
    if gate.state != OfferState::Published || gate.suspended || !approved {
        return Some(&OFFER_NOT_OPEN);
    }
    match (Window { from: gate.orders_from, until: gate.orders_until }).at(gate.now) {
        Moment::Early => return Some(&OFFER_NOT_YET),
        Moment::Late => return Some(&OFFER_OVER),
        Moment::Open => {}
    }
    if wish.holder.organization().is_some() && gate.merchant.is_some() {
        return Some(&COMMUNITY_OFFERS_ONLY);
    }
    if gate.merchant_organization.is_some_and(|shop| wish.works_for.contains(&shop)) {
        return Some(&OWN_SHOP);
    }
    if gate.stock < wish.quantity {
        return Some(&OUT_OF_STOCK);
    }
    let used = i64::from(gate.used.unwrap_or(0)) + i64::from(wish.quantity);
    gate.per_person.is_some_and(|limit| used > i64::from(limit)).then_some(&LIMIT_REACHED)
}

/// Reads and judges. 404 where the offer is out of `reach`.
pub(super) fn consider(
    connection: &mut PgConnection,
    wish: &Wish,
    reach: impl Fn(&Gate) -> Result<(), ApiError>,
) -> Result<Answer, ApiError> {
    let gate =
        rows_order::gate(connection, wish.offer, wish.holder.count_key())?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    reach(&gate)?;
    if let Some(code) = refusal(&gate, wish) {
        return if gate.used.is_none() { Err(ApiError::of(code)) } else { Ok(Answer::Refused(code)) };
    }
    if let Holder::Person(person) = wish.holder {
        identity::require_of_age(connection, person)?;
    }
    let household = match (wish.holder, gate.per_household) {
        (Holder::Person(person), Some(_)) => people::community::household_of(connection, person)?.map(|home| home.0),
        _ => None,
    };
    let times = i64::from(wish.quantity);
    let too_much = || ApiError::invalid("/quantity", "is too much");
    let plan = Plan {
        points: gate.price.checked_mul(times).ok_or_else(too_much)?,
        cny: gate.cny.checked_mul(times).ok_or_else(too_much)?,
        hold_expires_at: offers::hold_end(gate.flash, gate.now),
        wish: wish.clone(),
        gate,
        household,
    };
    Ok(Answer::Go(Box::new(plan)))
}

/// Who wants what, for whom, and how far they reach: for oneself, for an organization that one acts for, or as a family proxy.
pub(super) fn wish_of(connection: &mut PgConnection, can: &Can<OrderCreate>, new: &NewOrder) -> Result<(Wish, Scope), ApiError> {
    if new.as_organization.is_some() && new.on_behalf_of.is_some() {
        return Err(ApiError::invalid("/on_behalf_of", "can't stand beside `as_organization`"));
    }
    let acting = identity::acting_for(connection, can, new.on_behalf_of)?;
    let wish = Wish {
        offer: new.offer,
        quantity: new.quantity.get(),
        holder: new.as_organization.map_or(Holder::Person(acting.person), Holder::Organization),
        works_for: can.actor().roles.iter().filter_map(|held| held.organization).collect(),
        placed_by: acting.proxy,
        acting: acting.proxy.is_some().then(|| acting.clone()),
    };
    Ok((wish, acting.scope))
}

/// The community of the offer must be in the caller's scope, or the organization be one that the caller acts for.
pub(super) fn reach_of(scope: &Scope, holder: Holder, path: &GridPath) -> Result<(), ApiError> {
    match holder {
        Holder::Person(_) => scope.require_unit(path),
        Holder::Organization(organization) => scope.require_organization(organization),
    }
}

/// A considered order on its way into the transaction.
pub struct Placing {
    pub(super) answer: Answer,
    /// Who asked: the holder, or the clerk.
    pub(super) actor: PersonId,
}

/// Orders of one offer go in together.
pub type Orders = Together<Placing, OrderView>;

/// Where orders gather; one per process.
pub fn orders() -> Orders {
    Together::new(place)
}

/// One order of a joint transaction.
struct Placed<'a> {
    id: OrderId,
    hold: TransactionId,
    plan: &'a Plan,
    share: &'a Share<Placing>,
}

impl<'a> Placed<'a> {
    fn of(share: &'a Share<Placing>) -> Result<Self, ApiError> {
        match &share.wish.answer {
            Answer::Go(plan) => Ok(Self { id: OrderId(share.once.id()), hold: TransactionId::new(), plan, share }),
            Answer::Refused(code) => Err(ApiError::of(code)),
        }
    }

    fn posting(&self) -> Posting {
        let Plan { wish, gate, points, hold_expires_at, .. } = self.plan;
        let actor = ledger::Actor::Person(self.share.wish.actor);
        let about = about(self.id, Fact::order_hold(self.id.0), REASON_HOLD, actor, gate.now);
        Posting { id: self.hold, ..Posting::hold(about, wish.holder.party(), *points, *hold_expires_at) }
    }

    fn audit(&self) -> Audit<'static> {
        let Plan { wish, gate, points, .. } = self.plan;
        let after = json!({"state": "held", "offer": wish.offer, "quantity": wish.quantity, "points": points, "placed_by": wish.placed_by});
        Audit::new("order_create", "redemption", self.id.0).at(gate.community).after(after)
    }

    fn view(&self) -> OrderView {
        let gate = &self.plan.gate;
        OrderView::of(&self.plan.row(self.id, self.hold), &gate.title, &gate.pick_up, gate.merchant_name.as_deref())
    }
}

/// One statement can't count one holder or household twice, and takes the terms of one version.
fn stand_together(placed: &[Placed<'_>], first: &Gate) -> bool {
    let mut seen = HashSet::new();
    placed.iter().all(|one| {
        let alike = one.plan.gate.version == first.version;
        let (_, holder) = one.plan.wish.holder.count_key();
        alike && seen.insert(holder) && one.plan.household.is_none_or(|home| seen.insert(home))
    })
}

fn write(tx: &mut Tx<'_>, placed: &[Placed<'_>], first: &Plan) -> Result<(), ApiError> {
    let every = || placed.iter().map(|one| (one.plan, one));
    let row = PlaceQuery {
        offer: &first.wish.offer,
        community: &first.gate.community,
        merchant: &first.gate.merchant,
        per_person: &first.gate.per_person.unwrap_or(i32::MAX),
        per_household: &first.gate.per_household.unwrap_or(i32::MAX),
        order: &every().map(|(_, one)| one.id).collect(),
        person: &every().map(|(plan, _)| plan.wish.holder.person()).collect(),
        organization: &every().map(|(plan, _)| plan.wish.holder.organization()).collect(),
        household: &every().map(|(plan, _)| plan.household).collect(),
        placed_by: &every().map(|(plan, _)| plan.wish.placed_by).collect(),
        quantity: &every().map(|(plan, _)| plan.wish.quantity).collect(),
        points: &every().map(|(plan, _)| plan.points).collect(),
        cny: &every().map(|(plan, _)| plan.cny).collect(),
        hold: &every().map(|(_, one)| one.hold.0).collect(),
        expires: &every().map(|(plan, _)| plan.hold_expires_at).collect(),
        created: &every().map(|(plan, _)| plan.gate.now).collect(),
        kind: &every().map(|(plan, _)| plan.wish.holder.count_key().0).collect(),
        holder: &every().map(|(plan, _)| plan.wish.holder.count_key().1).collect(),
    };
    if rows_order::place(tx.conn(), &row)? { Ok(()) } else { Err(ApiError::of(&LIMIT_REACHED)) }
}

impl Plan {
    fn row(&self, id: OrderId, hold: TransactionId) -> Redemption {
        Redemption {
            id,
            community_id: self.gate.community,
            offer_id: self.wish.offer,
            merchant_id: self.gate.merchant,
            person_id: self.wish.holder.person(),
            organization_id: self.wish.holder.organization(),
            household_id: self.household,
            state: OrderState::Held,
            quantity: self.wish.quantity,
            points: self.points,
            cny: self.cny,
            hold_id: hold,
            hold_expires_at: self.hold_expires_at,
            created_at: self.gate.now,
            slip_pin_hash: None,
            capture_id: None,
            captured_at: None,
            rate: None,
            settlement_id: None,
            ended_at: None,
            end_reason: None,
            refund_asked_by: None,
        }
    }
}

const REASON_HOLD: ReasonCode = ReasonCode::known("redemption_hold");
const SUBJECT: ReasonCode = ReasonCode::known("redemption");

/// What the ledger is told of an order.
pub(super) fn about(id: OrderId, fact: Fact, reason: ReasonCode, actor: ledger::Actor, at: DateTime<Utc>) -> About {
    About {
        fact,
        subject: Subject { kind: SUBJECT, id: id.0 },
        reason,
        rule: None,
        actor,
        approvers: Vec::new(),
        occurred_at: at,
    }
}

/// Writes orders of one offer, takes the stock and holds the points; ends the transaction.
fn place(mut tx: Tx<'_>, shares: &[Share<Placing>]) -> Result<Finished<Vec<OrderView>>, ApiError> {
    let placed: Vec<Placed<'_>> = shares.iter().map(Placed::of).collect::<Result<_, _>>()?;
    let [Placed { plan: first, .. }, ..] = placed.as_slice() else { return Err(base::db::apart()) };
    if !stand_together(&placed, &first.gate) {
        return Err(base::db::apart());
    }
    write(&mut tx, &placed, first)?;
    let trail: Vec<_> = placed.iter().map(|one| (one.share.once.context(), one.audit())).collect();
    tx.audit_each(&trail)?;
    for Plan { wish, gate, .. } in placed.iter().map(|one| one.plan) {
        if let Some(acting) = &wish.acting {
            let title = &gate.title;
            people::notify::tell_acted(&mut tx, acting, &format!("兑换 {title}"), &format!("ordered {title}"))?;
        }
    }
    let quantity = placed.iter().map(|one| one.plan.wish.quantity).sum();
    if !offers::stock_take(tx.conn(), first.wish.offer, first.gate.version, quantity)? {
        let now = offers::offer_find(tx.conn(), first.wish.offer)?;
        let same = now.is_some_and(|offer| offer.version == first.gate.version);
        return Err(ApiError::of(if same { &OUT_OF_STOCK } else { &OFFER_CHANGED }));
    }
    let postings: Vec<Posting> = placed.iter().map(Placed::posting).collect();
    ledger::post(tx, BookId(first.gate.community.0), &postings, |outcomes| {
        let refused = outcomes.iter().find_map(|outcome| outcome.as_ref().err().copied());
        refused.map_or_else(|| Ok(placed.iter().map(Placed::view).collect()), |refusal| Err(refusal.into()))
    })
}

#[cfg(test)]
mod tests {
    use base::ids::GridUnitId;
    use chrono::Duration;

    use super::*;
    use crate::merchants::MerchantId;

    fn gate() -> Gate {
        Gate {
            community: GridUnitId::new(),
            path: GridPath::new("S1/C1"),
            merchant: Some(MerchantId::new()),
            merchant_name: None,
            merchant_state: Some(MerchantState::Approved),
            merchant_organization: Some(OrganizationId::new()),
            state: OfferState::Published,
            suspended: false,
            title: "鸡蛋".to_owned(),
            pick_up: "店内".to_owned(),
            price: Points::from_hundredths(800),
            cny: Fen::ZERO,
            per_person: Some(2),
            per_household: None,
            orders_from: None,
            orders_until: None,
            flash: false,
            version: 1,
            stock: 10,
            used: None,
            now: "2026-11-24T08:00:00Z".parse().unwrap(),
        }
    }

    fn wish(quantity: i32) -> Wish {
        Wish {
            offer: OfferId::new(),
            quantity,
            holder: Holder::Person(PersonId::new()),
            works_for: Vec::new(),
            placed_by: None,
            acting: None,
        }
    }

    #[test]
    fn every_refusal_has_its_code() {
        let open = gate();
        assert_eq!(refusal(&open, &wish(2)), None);
        let of = |change: &dyn Fn(&mut Gate), quantity| {
            let mut changed = gate();
            change(&mut changed);
            refusal(&changed, &wish(quantity)).map(|code| code.code)
        };
        assert_eq!(of(&|g| g.state = OfferState::Paused, 1), Some("offer_not_open"));
        assert_eq!(of(&|g| g.suspended = true, 1), Some("offer_not_open"));
        assert_eq!(of(&|g| g.merchant_state = Some(MerchantState::Suspended), 1), Some("offer_not_open"));
        assert_eq!(of(&|g| g.orders_from = Some(g.now + Duration::milliseconds(1)), 1), Some("offer_not_yet"));
        assert_eq!(of(&|g| g.orders_until = Some(g.now), 1), Some("offer_over"));
        assert_eq!(of(&|g| g.stock = 0, 1), Some("out_of_stock"));
        assert_eq!(of(&|g| g.used = Some(2), 1), Some("limit_reached"));
        assert_eq!(of(&|g| g.used = Some(1), 2), Some("limit_reached"));
        assert_eq!(of(&|g| g.used = Some(1), 1), None);
    }

    #[test]
    fn organizations_buy_the_communitys_own_only_and_nobody_at_their_own_shop() {
        let shop = gate();
        let organization = Wish { holder: Holder::Organization(OrganizationId::new()), ..wish(1) };
        assert_eq!(refusal(&shop, &organization).map(|code| code.code), Some("community_offers_only"));
        let own = Gate { merchant: None, merchant_state: None, merchant_organization: None, ..gate() };
        assert_eq!(refusal(&own, &organization), None);
        let clerk = Wish { works_for: shop.merchant_organization.into_iter().collect(), ..wish(1) };
        assert_eq!(refusal(&shop, &clerk).map(|code| code.code), Some("own_shop"));
    }
}
