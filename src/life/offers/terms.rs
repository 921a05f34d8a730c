//! The community's terms with its merchants: fen for one point, and when a period ends. A rate is fixed at each capture, so a change
//! never touches what was handed out before.

use std::cmp::Ordering;

use base::clock::{SHANGHAI, shanghai_midnight};
use base::db::{Audit, DbResult, Finished, Tx};
use base::error::{self, ApiError};
use base::http::IfMatch;
use base::ids::{GridUnitId, PersonId};
use base::money::{Fen, Points};
use chrono::{DateTime, Datelike as _, Months, Utc};
use diesel::PgConnection;
use people::grid::Scope;
use serde_json::json;

use super::rows;
use crate::place;

/// Fen for one point where a community has set nothing: 0.1 yuan.
pub const DEFAULT_RATE: Fen = Fen::from_hundredths(10);

/// The terms in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Money for one point.
    pub rate: Fen,
    /// Counts edits; 0: never set.
    pub version: i32,
}

/// The terms of a community.
pub fn terms_of(connection: &mut PgConnection, community: GridUnitId) -> DbResult<Terms> {
    Ok(rows::terms(connection, community)?.unwrap_or(Terms { rate: DEFAULT_RATE, version: 0 }))
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

/// Sets the terms: a row of staff's, recorded.
pub(super) fn update(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    community: GridUnitId,
    version: &IfMatch,
    rate: Fen,
) -> Result<Finished<()>, ApiError> {
    scope.require_unit(&place::community_stored(tx.conn(), community)?)?;
    let before = terms_of(tx.conn(), community)?;
    version.check(before.version)?;
    if !rows::terms_write(tx.conn(), community, before.version, rate, person)? {
        return Err(ApiError::of(&error::PRECONDITION_FAILED));
    }
    let entry = Audit::new("offer_terms_update", "offer_terms", community.0).at(community);
    tx.audit(entry.before(json!({"rate": before.rate})).after(json!({"rate": rate})))?;
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
