//! The community's terms with its merchants: fen for one point, how often one person may redeem at one shop, and when a period ends.
//! One person proposes, another approves; the old terms stay in force till then. A rate is fixed at each capture, so a change never
//! touches what was handed out before.

use std::cmp::Ordering;

use base::clock::{SHANGHAI, shanghai_midnight};
use base::db::{Audit, DbResult, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, PersonId};
use base::money::{Fen, Points};
use chrono::{DateTime, Datelike as _, Months, Utc};
use diesel::{PgConnection, Queryable};
use people::community::same_household;
use people::grid::Scope;
use serde_json::json;

use super::rows_terms::{self, Change};
use super::{OfferTermsChangeId, TERMS_CHANGE_OPEN, TERMS_SAME_PERSON};
use crate::place;

/// Fen for one point where a community has set nothing: 0.1 yuan.
pub const DEFAULT_RATE: Fen = Fen::from_hundredths(10);

/// How often one person may redeem at one merchant where a community has set nothing: on a day, and in a month.
pub const DEFAULT_PAIR_LIMITS: (i32, i32) = (5, 30);

/// The terms in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Terms {
    /// Money for one point.
    pub rate: Fen,
    /// How often one person may redeem at one merchant on a day.
    pub pair_day_limit: i32,
    /// The same in a month.
    pub pair_month_limit: i32,
    /// Day of the month on which the month before is closed by itself; 0: never.
    pub close_day: i32,
    /// Counts edits; 0: never set.
    pub version: i32,
}

impl Terms {
    /// Where a community has set nothing.
    const DEFAULT: Self = Self {
        rate: DEFAULT_RATE,
        pair_day_limit: DEFAULT_PAIR_LIMITS.0,
        pair_month_limit: DEFAULT_PAIR_LIMITS.1,
        close_day: 1,
        version: 0,
    };
}

/// The terms of a community.
pub fn terms_of(connection: &mut PgConnection, community: GridUnitId) -> DbResult<Terms> {
    Ok(rows_terms::terms(connection, community)?.unwrap_or(Terms::DEFAULT))
}

/// Hundredths of a fen in a fen: a hundredth of a point times a fen per point is a hundredth of a fen.
pub(crate) const PARTS: i128 = 100;

/// What points are worth at a rate, exactly, in hundredths of a fen.
pub(crate) fn exact(points: Points, rate: Fen) -> i128 {
    i128::from(points.hundredths()) * i128::from(rate.hundredths())
}

/// Hundredths of a fen to the fen, half-even.
pub(crate) fn half_even(parts: i128) -> i128 {
    let (whole, rest) = (parts.div_euclid(PARTS), parts.rem_euclid(PARTS));
    match rest.cmp(&(PARTS / 2)) {
        Ordering::Less => whole,
        Ordering::Greater => whole + 1,
        Ordering::Equal => whole + whole.rem_euclid(2),
    }
}

/// What points are worth at a rate, half-even to the fen.
pub fn worth(points: Points, rate: Fen) -> Fen {
    Fen::from_hundredths(i64::try_from(half_even(exact(points, rate))).unwrap_or(i64::MAX))
}

/// The end of the settlement period that a moment lies in: the end of its month in Shanghai, not included.
pub fn period_end(at: DateTime<Utc>) -> DateTime<Utc> {
    let local = at.with_timezone(&SHANGHAI).date_naive();
    let next = local.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    next.map_or(at, shanghai_midnight)
}

base::words! {
    /// State of proposed terms.
    TermsState {
        /// Waits for another person.
        Requested = "requested" "待审批",
        /// In force from then on.
        Approved = "approved" "已生效",
        /// Refused, or taken back.
        Refused = "refused" "未通过",
    }
}

/// Allowed changes of a proposal's state.
pub const TERMS_STATES: &[base::state::Transition] = &[
    ("", "requested", "community_staff"),
    ("requested", "approved", "community_staff, neither who proposed it nor their household"),
    ("requested", "refused", "community_staff; who proposed it takes it back"),
];

/// What a proposal changes; absent: as before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TermsWish {
    pub(super) rate: Option<Fen>,
    pub(super) pair_day_limit: Option<i32>,
    pub(super) pair_month_limit: Option<i32>,
    pub(super) close_day: Option<i32>,
}

impl Change {
    /// The terms after it, over those in force.
    fn over(&self, now: Terms) -> Terms {
        Terms {
            rate: self.rate.unwrap_or(now.rate),
            pair_day_limit: self.pair_day_limit.unwrap_or(now.pair_day_limit),
            pair_month_limit: self.pair_month_limit.unwrap_or(now.pair_month_limit),
            close_day: self.close_day.unwrap_or(now.close_day),
            version: now.version + 1,
        }
    }
}

impl Terms {
    fn told(&self) -> serde_json::Value {
        json!({"rate": self.rate, "pair_day_limit": self.pair_day_limit, "pair_month_limit": self.pair_month_limit,
            "close_day": self.close_day})
    }
}

/// Proposes terms; those in force stay so until another person approves.
pub(super) fn propose(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    community: GridUnitId,
    id: OfferTermsChangeId,
    wish: &TermsWish,
) -> Result<Finished<()>, ApiError> {
    scope.require_unit(&place::community_stored(tx.conn(), community)?)?;
    let before = terms_of(tx.conn(), community)?;
    rows_terms::change_insert(tx.conn(), id, community, wish, person).map_err(|failure| match failure.unique_violation() {
        Some("offer_terms_changes_one_open") => ApiError::of(&TERMS_CHANGE_OPEN),
        _ => failure.into(),
    })?;
    let after = json!({"rate": wish.rate, "pair_day_limit": wish.pair_day_limit, "pair_month_limit": wish.pair_month_limit,
        "close_day": wish.close_day});
    let entry = Audit::new("offer_terms_propose", "offer_terms_change", id.0).at(community);
    tx.audit(entry.before(before.told()).after(after))?;
    Ok(tx.done(())?)
}

/// Decides a proposal. Whoever made it may take it back, never approve it; nor may their household.
pub(super) fn decide(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: OfferTermsChangeId,
    state: TermsState,
) -> Result<Finished<()>, ApiError> {
    let change = rows_terms::change_find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let community = change.community_id;
    scope.require_unit(&place::community_stored(tx.conn(), community)?)?;
    let approves = state == TermsState::Approved;
    if approves && same_household(tx.conn(), change.requested_by, person)? {
        return Err(ApiError::of(&TERMS_SAME_PERSON));
    }
    let before = terms_of(tx.conn(), community)?;
    let after = if approves { change.over(before) } else { before };
    let action = if approves { "offer_terms_approve" } else { "offer_terms_refuse" };
    let entry = Audit::new(action, "offer_terms_change", id.0).at(community);
    tx.audit(entry.before(before.told()).after(after.told()))?;
    if !rows_terms::change_decide(tx.conn(), id, state, person)? {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    if approves {
        rows_terms::terms_write(tx.conn(), community, after, (change.requested_by, person))?;
    }
    Ok(tx.done(())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worth_is_half_even() {
        for (points, rate, fen) in [(800, 10, 80), (50, 1, 0), (150, 1, 2), (250, 1, 2), (1, 100, 1), (0, 10, 0)] {
            assert_eq!(
                worth(Points::from_hundredths(points), Fen::from_hundredths(rate)),
                Fen::from_hundredths(fen),
                "{points} at {rate}"
            );
        }
    }

    #[test]
    fn a_period_ends_with_its_month_in_shanghai() {
        for (at, end) in [
            ("2026-11-24T00:00:00Z", "2026-11-30T16:00:00Z"),
            ("2026-11-30T15:59:59Z", "2026-11-30T16:00:00Z"),
            ("2026-11-30T16:00:00Z", "2026-12-31T16:00:00Z"),
            ("2026-12-31T15:00:00Z", "2026-12-31T16:00:00Z"),
        ] {
            assert_eq!(period_end(at.parse().unwrap()), end.parse::<DateTime<Utc>>().unwrap(), "{at}");
        }
    }
}
