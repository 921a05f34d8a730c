//! Time. The product's clock is PostgreSQL's `palm_now()` (`Tx::now`, `db::now`): it can be moved forward in demo and
//! test databases. The machine's own clock is read here only, for token lifetimes and durations.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

/// Asia/Shanghai as a fixed offset: China has no daylight saving time.
pub const SHANGHAI: FixedOffset = match FixedOffset::east_opt(8 * 3600) {
    Some(offset) => offset,
    None => unreachable!(),
};

/// The calendar date in Asia/Shanghai; daily caps and book dates are counted in it.
pub fn shanghai_date(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&SHANGHAI).date_naive()
}

/// The first instant of a Shanghai date.
pub fn shanghai_midnight(date: NaiveDate) -> DateTime<Utc> {
    (date.and_time(chrono::NaiveTime::MIN) - chrono::Duration::hours(8)).and_utc()
}

/// The machine's clock: for durations and log lines, never for a business decision.
pub fn machine_now() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shanghai_day_starts_at_sixteen_hours_utc() {
        let midnight = shanghai_midnight(NaiveDate::from_ymd_opt(2026, 3, 1).unwrap());
        assert_eq!(midnight.to_rfc3339(), "2026-02-28T16:00:00+00:00");
        assert_eq!(shanghai_date(midnight), NaiveDate::from_ymd_opt(2026, 3, 1).unwrap());
        assert_eq!(shanghai_date(midnight - chrono::Duration::seconds(1)), NaiveDate::from_ymd_opt(2026, 2, 28).unwrap());
    }
}
