//! Who redeems where: points must not become cash between two who agree. A limit per person and merchant stops it at the counter; the
//! report shows staff and auditors the circles (households, or people alone) that stand out at a shop. A signal is a reason to look,
//! never a verdict.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base::clock::{shanghai_date, shanghai_midnight};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::money::Points;
use chrono::{DateTime, Datelike as _, Utc};
use diesel::PgConnection;
use people::community::residencies::households_in;
use people::identity::{self, Role};
use uuid::Uuid;

use super::PAIR_LIMIT_REACHED;
use super::rows::Redemption;
use super::rows_pairs::{self, Pair};
use crate::merchants::{self, MerchantId};
use crate::offers::Terms;

/// Refuses the capture that would pass the pair's limit of the day or the month; holds the pair until the transaction ends.
pub(super) fn require_within_limits(
    connection: &mut PgConnection,
    row: &Redemption,
    terms: &Terms,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    let (Some(merchant), Some(person)) = (row.merchant_id, row.person_id) else { return Ok(()) };
    rows_pairs::pair_lock(connection, merchant, person)?;
    let today = shanghai_date(now);
    let first = today.with_day(1).unwrap_or(today);
    for (since, limit) in [(today, terms.pair_day_limit), (first, terms.pair_month_limit)] {
        if rows_pairs::pair_count(connection, merchant, person, shanghai_midnight(since))? >= i64::from(limit) {
            return Err(ApiError::of(&PAIR_LIMIT_REACHED));
        }
    }
    Ok(())
}

base::words! {
    /// Why a circle stands out at a shop.
    PairSignal {
        /// Somebody who works for the shop lives with them.
        OwnerHousehold = "owner_household" "与店方人员同住",
        /// A large part of all that the shop captured.
        Dominant = "dominant" "占该店核销的大部分",
        /// Nearly all that they redeemed, and often.
        Captive = "captive" "几乎只在该店核销",
        /// As often on one day as the limit allows, or nearly.
        Burst = "burst" "一天内多次核销",
    }
}

/// From so many captures on, a share says something.
const ENOUGH: i64 = 10;
/// A circle that has this part of a shop's points dominates it, in basis points.
const DOMINANT: i64 = 4_000;
/// A circle that spent this part of its points at one shop goes there only, in basis points.
const CAPTIVE: i64 = 9_000;

/// A household, or a person alone, at one merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Circle {
    pub(super) merchant: MerchantId,
    /// The household's id, else the person's.
    pub(super) id: Uuid,
    pub(super) members: Vec<PersonId>,
    pub(super) captures: i64,
    pub(super) points: Points,
    /// Part of all that the shop captured, in basis points.
    pub(super) share_of_shop: i64,
    /// Part of all that the circle redeemed at merchants, in basis points.
    pub(super) share_of_circle: i64,
    /// Most captures of one member on one day.
    pub(super) busiest_day: i64,
    pub(super) last_at: DateTime<Utc>,
    pub(super) signals: Vec<PairSignal>,
}

impl Circle {
    /// Worth a look: the shop's own household, a shop that lives on one circle, or one that goes nowhere else and in bursts.
    pub(super) fn is_flagged(&self) -> bool {
        let has = |signal| self.signals.contains(&signal);
        has(PairSignal::OwnerHousehold) || has(PairSignal::Dominant) || (has(PairSignal::Captive) && has(PairSignal::Burst))
    }

    /// Place in the report.
    pub(super) const fn key(&self) -> (i64, MerchantId, Uuid) {
        (self.share_of_shop, self.merchant, self.id)
    }
}

fn share(part: i64, whole: i64) -> i64 {
    if whole > 0 { i64::try_from(i128::from(part) * 10_000 / i128::from(whole)).unwrap_or(10_000) } else { 0 }
}

/// Sums of points and captures.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    points: i64,
    captures: i64,
}

impl Sum {
    const fn add(&mut self, pair: &Pair) {
        self.points += pair.points.hundredths();
        self.captures += pair.captures;
    }
}

/// The circles of a report, the largest share first. `homes`: who lives where; `insiders`: the households of those who work for a shop.
pub(super) fn circles(
    pairs: &[Pair],
    homes: &HashMap<PersonId, Uuid>,
    insiders: &BTreeMap<MerchantId, BTreeSet<Uuid>>,
    day_limit: i32,
) -> Vec<Circle> {
    let circle_of = |person: PersonId| homes.get(&person).copied().unwrap_or(person.0);
    let (mut shops, mut spent) = (BTreeMap::<MerchantId, Sum>::new(), BTreeMap::<Uuid, Sum>::new());
    let mut found: BTreeMap<(MerchantId, Uuid), (Sum, Circle)> = BTreeMap::new();
    for pair in pairs {
        let id = circle_of(pair.person_id);
        shops.entry(pair.merchant_id).or_default().add(pair);
        spent.entry(id).or_default().add(pair);
        let empty = || Circle {
            merchant: pair.merchant_id,
            id,
            members: Vec::new(),
            captures: 0,
            points: Points::ZERO,
            share_of_shop: 0,
            share_of_circle: 0,
            busiest_day: 0,
            last_at: pair.last_at,
            signals: Vec::new(),
        };
        let (sum, circle) = found.entry((pair.merchant_id, id)).or_insert_with(|| (Sum::default(), empty()));
        sum.add(pair);
        circle.members.push(pair.person_id);
        circle.busiest_day = circle.busiest_day.max(pair.busiest_day);
        circle.last_at = circle.last_at.max(pair.last_at);
    }
    let nearly = (i64::from(day_limit) * 4 / 5).max(3);
    let mut circles: Vec<Circle> = found
        .into_iter()
        .map(|((merchant, id), (sum, mut circle))| {
            let shop = shops.get(&merchant).copied().unwrap_or_default();
            circle.captures = sum.captures;
            circle.points = Points::from_hundredths(sum.points);
            circle.share_of_shop = share(sum.points, shop.points);
            circle.share_of_circle = share(sum.points, spent.get(&id).copied().unwrap_or_default().points);
            let signals = [
                (PairSignal::OwnerHousehold, insiders.get(&merchant).is_some_and(|homes| homes.contains(&id))),
                (PairSignal::Dominant, sum.captures >= ENOUGH && circle.share_of_shop >= DOMINANT),
                (PairSignal::Captive, sum.captures >= ENOUGH && circle.share_of_circle >= CAPTIVE),
                (PairSignal::Burst, circle.busiest_day >= nearly),
            ];
            circle.signals = signals.into_iter().filter(|(_, holds)| *holds).map(|(signal, _)| signal).collect();
            circle
        })
        .collect();
    circles.sort_by_key(|circle| std::cmp::Reverse(circle.key()));
    circles
}

/// Reads a community's report.
pub(super) fn report(
    connection: &mut PgConnection,
    community: GridUnitId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    terms: &Terms,
) -> Result<Vec<Circle>, ApiError> {
    let pairs = rows_pairs::pairs(connection, community, from, until)?;
    let shops: BTreeSet<MerchantId> = pairs.iter().map(|pair| pair.merchant_id).collect();
    let mut working: BTreeMap<MerchantId, Vec<PersonId>> = BTreeMap::new();
    for shop in merchants::merchants_in(connection, community)?.into_iter().filter(|shop| shops.contains(&shop.id)) {
        let Some(organization) = shop.organization_id else { continue };
        for role in [Role::MerchantOwner, Role::MerchantClerk] {
            working.entry(shop.id).or_default().extend(identity::people_of_organization(connection, role, organization)?);
        }
    }
    let mut persons: Vec<PersonId> = pairs.iter().map(|pair| pair.person_id).chain(working.values().flatten().copied()).collect();
    persons.sort();
    persons.dedup();
    let homes = households_in(connection, &persons, community)?;
    let homes: HashMap<PersonId, Uuid> = homes.into_iter().map(|(person, home)| (person, home.0)).collect();
    let home_of = |person: &PersonId| homes.get(person).copied().unwrap_or(person.0);
    let insiders = working.iter().map(|(shop, persons)| (*shop, persons.iter().map(home_of).collect())).collect();
    Ok(circles(&pairs, &homes, &insiders, terms.pair_day_limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(merchant: MerchantId, person: PersonId, captures: i64, busiest_day: i64) -> Pair {
        let points = Points::from_hundredths(captures * 800);
        Pair { merchant_id: merchant, person_id: person, captures, points, busiest_day, last_at: DateTime::<Utc>::UNIX_EPOCH }
    }

    #[test]
    fn a_household_is_one_circle_and_shares_are_of_points() {
        let (shop, other, home) = (MerchantId::new(), MerchantId::new(), Uuid::now_v7());
        let (one, two, alone) = (PersonId::new(), PersonId::new(), PersonId::new());
        let pairs = [pair(shop, one, 6, 2), pair(shop, two, 6, 5), pair(shop, alone, 4, 1), pair(other, alone, 12, 2)];
        let homes = HashMap::from([(one, home), (two, home)]);
        let insiders = BTreeMap::from([(other, BTreeSet::from([alone.0]))]);
        let found = circles(&pairs, &homes, &insiders, 5);
        let of = |merchant, id| found.iter().find(|circle| (circle.merchant, circle.id) == (merchant, id)).expect("a circle");
        let family = of(shop, home);
        assert_eq!((family.captures, family.share_of_shop, family.share_of_circle, family.busiest_day), (12, 7_500, 10_000, 5));
        assert_eq!(family.signals, [PairSignal::Dominant, PairSignal::Captive, PairSignal::Burst]);
        let guest = of(shop, alone.0);
        assert!(guest.signals.is_empty() && !guest.is_flagged(), "{guest:?}");
        assert_eq!(of(other, alone.0).signals, [PairSignal::OwnerHousehold, PairSignal::Dominant]);
        assert!(found.is_sorted_by_key(|circle| std::cmp::Reverse(circle.key())));
    }

    #[test]
    fn few_captures_say_nothing() {
        let (shop, person) = (MerchantId::new(), PersonId::new());
        let found = circles(&[pair(shop, person, 9, 2)], &HashMap::new(), &BTreeMap::new(), 5);
        assert!(found.iter().all(|circle| circle.signals.is_empty() && circle.share_of_shop == 10_000), "{found:?}");
    }
}
