//! Kinds, states and the rules of one offer, pure.

use base::error::ApiError;
use chrono::{DateTime, Duration, Utc};

use super::OFFER_KIND_REFUSED;

base::words! {
    /// Reward type: the whitelist. Fees, statutory services, lottery, alcohol, tobacco and cash cards have no word here.
    OfferKind {
        /// Daily goods.
        DailyGoods = "daily_goods" "日用品",
        /// Food to take home.
        Food = "food" "食品",
        /// A meal.
        Meal = "meal" "餐饮",
        /// Haircut.
        Haircut = "haircut" "理发",
        /// Repair of things.
        Repair = "repair" "维修",
        /// Laundry.
        Laundry = "laundry" "洗衣",
        /// A health check beyond what is due by law.
        HealthCheck = "health_check" "健康体检",
        /// Culture: books, cinema, shows.
        Culture = "culture" "文化",
        /// Sport.
        Sport = "sport" "体育",
        /// A course.
        Course = "course" "课程",
        /// Plants.
        Plant = "plant" "绿植",
        /// Any other service by hand.
        Service = "service" "生活服务",
        /// Hours of a room or field; the community only.
        Venue = "venue" "场地时段",
        /// A visit by the agency service; the community only.
        Agency = "agency" "上门代办",
    }
}

base::words! {
    /// Who hands it out.
    OfferProvider {
        /// A merchant, who is paid in money at settlement.
        Merchant = "merchant" "商户",
        /// The community itself: captured points go out of circulation.
        Community = "community" "社区",
    }
}

base::words! {
    /// State of an offer.
    OfferState {
        /// Not shown yet.
        Draft = "draft" "草稿",
        /// Can be ordered.
        Published = "published" "可兑换",
        /// Shown, can't be ordered.
        Paused = "paused" "暂停",
        /// Over for good.
        Ended = "ended" "已结束",
    }
}

/// Allowed changes of state.
pub const STATES: &[base::state::Transition] = &[
    ("", "draft", "provider"),
    ("draft", "published", "provider"),
    ("paused", "published", "provider, unless suspended"),
    ("published", "paused", "provider; community_staff by suspending"),
    ("draft", "ended", "provider"),
    ("published", "ended", "provider"),
    ("paused", "ended", "provider"),
];

impl OfferState {
    /// May it become `next`?
    pub fn may_become(self, next: Self) -> bool {
        STATES.iter().any(|(from, to, _)| *from == self.name() && *to == next.name())
    }
}

/// When orders are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From.
    pub from: Option<DateTime<Utc>>,
    /// Until, not included.
    pub until: Option<DateTime<Utc>>,
}

/// Where a moment lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before it opens.
    Early,
    /// Inside.
    Open,
    /// After it closed.
    Late,
}

impl Window {
    /// Where `now` lies.
    pub fn at(&self, now: DateTime<Utc>) -> Moment {
        if self.from.is_some_and(|from| now < from) {
            Moment::Early
        } else if self.until.is_some_and(|until| now >= until) {
            Moment::Late
        } else {
            Moment::Open
        }
    }
}

/// How long an order's points are held: 15 minutes in a flash redemption, else 72 hours.
pub(super) const fn hold_minutes(flash: bool) -> i64 {
    if flash { 15 } else { 72 * 60 }
}

/// When the hold of an order placed now ends.
pub fn hold_end(flash: bool, now: DateTime<Utc>) -> DateTime<Utc> {
    now + Duration::minutes(hold_minutes(flash))
}

/// Rules between fields of an offer; each field's own bounds are checked before.
pub(super) fn check(provider: OfferProvider, kind: OfferKind, window: Window, flash: bool) -> Result<(), ApiError> {
    if provider == OfferProvider::Merchant && matches!(kind, OfferKind::Venue | OfferKind::Agency) {
        return Err(ApiError::of(&OFFER_KIND_REFUSED).field("/kind", "only the community offers this kind"));
    }
    if let (Some(from), Some(until)) = (window.from, window.until)
        && from >= until
    {
        return Err(ApiError::invalid("/orders_until", "must be after orders_from"));
    }
    if flash && window.from.is_none() {
        return Err(ApiError::invalid("/orders_from", "a flash redemption needs its opening time"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_takes_its_first_moment_and_not_its_last() {
        let window = Window { from: Some(moment("2026-12-01T01:00:00Z")), until: Some(moment("2026-12-01T02:00:00Z")) };
        for (at, lies) in [
            ("2026-12-01T00:59:59.999999Z", Moment::Early),
            ("2026-12-01T01:00:00Z", Moment::Open),
            ("2026-12-01T01:59:59.999999Z", Moment::Open),
            ("2026-12-01T02:00:00Z", Moment::Late),
        ] {
            assert_eq!(window.at(moment(at)), lies, "{at}");
        }
        assert_eq!(Window { from: None, until: None }.at(moment("2026-12-01T00:00:00Z")), Moment::Open);
    }

    #[test]
    fn an_ended_offer_stays_ended() {
        use OfferState::{Draft, Ended, Paused, Published};
        for next in OfferState::ALL {
            assert!(!Ended.may_become(*next));
        }
        assert!(Draft.may_become(Published) && Published.may_become(Paused) && Paused.may_become(Published));
        assert!(!Draft.may_become(Paused) && !Published.may_become(Draft));
    }

    #[test]
    fn rooms_are_the_communitys_and_a_flash_has_a_start() {
        let open = Window { from: None, until: None };
        assert!(check(OfferProvider::Merchant, OfferKind::Venue, open, false).is_err());
        assert!(check(OfferProvider::Community, OfferKind::Venue, open, false).is_ok());
        assert!(check(OfferProvider::Merchant, OfferKind::Food, open, true).is_err());
        let at = moment("2026-12-01T01:00:00Z");
        assert!(check(OfferProvider::Merchant, OfferKind::Food, Window { from: Some(at), until: Some(at) }, false).is_err());
        assert_eq!(hold_end(true, at), moment("2026-12-01T01:15:00Z"));
        assert_eq!(hold_end(false, at), moment("2026-12-04T01:00:00Z"));
    }
}
