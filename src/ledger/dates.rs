//! Book dates and expiry dates. A **book date** is the date of a posting in Asia/Shanghai: one constant, no daylight
//! saving. `ExpiresOn` is an own type because chrono can't read PostgreSQL's `infinity`.

use std::fmt;

use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};
use diesel::data_types::PgDate;
use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Date;

/// PostgreSQL counts days from here.
const EPOCH: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

/// The date of a posting in Asia/Shanghai.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct BookDate(NaiveDate);

impl BookDate {
    /// The date in Asia/Shanghai at a moment.
    pub fn of(moment: DateTime<Utc>) -> Self {
        Self(base::clock::shanghai_date(moment))
    }

    /// The plain calendar date.
    pub const fn naive(self) -> NaiveDate {
        self.0
    }

    /// Last day of the month that lies `validity` after this date's month. `None` beyond the calendar.
    pub fn expires_after(self, validity: Validity) -> Option<ExpiresOn> {
        let months = Months::new(u32::from(validity.months()).checked_add(1)?);
        let last = self.0.with_day(1)?.checked_add_months(months)?.pred_opt()?;
        ExpiresOn::from_date(last)
    }
}

impl fmt::Display for BookDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How long awarded points live, in whole months: 1 to 120, by default 36.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Validity(u8);

impl Validity {
    /// Longest validity a rule may give, in months.
    pub const MAX_MONTHS: u8 = 120;

    /// A validity of 1 to 120 months; `None` outside.
    pub const fn from_months(months: u8) -> Option<Self> {
        if months >= 1 && months <= Self::MAX_MONTHS { Some(Self(months)) } else { None }
    }

    /// Whole months.
    pub const fn months(self) -> u8 {
        self.0
    }
}

impl Default for Validity {
    fn default() -> Self {
        Self(36)
    }
}

/// Last day on which a bucket's points may be spent, or [`ExpiresOn::NEVER`]. Stored as `date`, ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExpiresOn(i32);

impl ExpiresOn {
    /// `infinity`: accounts without expiry, and debt.
    pub const NEVER: Self = Self(i32::MAX);

    /// A calendar date; `None` outside PostgreSQL's range.
    pub fn from_date(date: NaiveDate) -> Option<Self> {
        i32::try_from(date.signed_duration_since(EPOCH).num_days()).ok().map(Self)
    }

    /// The calendar date; `None` for [`ExpiresOn::NEVER`].
    pub fn date(self) -> Option<NaiveDate> {
        if self == Self::NEVER {
            return None;
        }
        EPOCH.checked_add_signed(TimeDelta::try_days(i64::from(self.0))?)
    }

    /// Is this date before the book date? Points may still be spent on the day itself.
    pub fn is_past(self, today: BookDate) -> bool {
        self.date().is_some_and(|last| last < today.naive())
    }

    /// Days since 2000-01-01, as PostgreSQL stores it; `i32::MAX` is infinity.
    pub const fn days(self) -> i32 {
        self.0
    }
}

impl fmt::Display for ExpiresOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            Some(date) => date.fmt(f),
            None => f.write_str("infinity"),
        }
    }
}

impl serde::Serialize for ExpiresOn {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl FromSql<Date, Pg> for ExpiresOn {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let PgDate(days) = FromSql::<Date, Pg>::from_sql(bytes)?;
        Ok(Self(days))
    }
}

impl ToSql<Date, Pg> for ExpiresOn {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Date, Pg>::to_sql(&PgDate(self.0), &mut out.reborrow())
    }
}

base::sql_newtype!(ExpiresOn, Date);

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn a_book_date_begins_at_sixteen_utc() {
        assert_eq!(BookDate::of(moment("2026-11-30T15:59:59Z")).to_string(), "2026-11-30");
        assert_eq!(BookDate::of(moment("2026-11-30T16:00:00Z")).to_string(), "2026-12-01");
    }

    #[test]
    fn validity_ends_on_a_month_end() {
        for (day, months, end) in [
            ("2026-11-24T00:00:00Z", 36, "2029-11-30"),
            ("2026-11-30T16:00:00Z", 2, "2027-02-28"),
            ("2027-01-31T00:00:00Z", 13, "2028-02-29"),
            ("2026-12-31T00:00:00Z", 12, "2027-12-31"),
        ] {
            let expires = Validity::from_months(months).and_then(|v| BookDate::of(moment(day)).expires_after(v));
            assert_eq!(expires.map(|e| e.to_string()).as_deref(), Some(end), "{day} + {months}");
        }
        assert_eq!(Validity::from_months(0), None);
        assert_eq!(Validity::from_months(121), None);
    }

    #[test]
    fn the_last_day_itself_is_not_past_and_infinity_never_is() {
        let last = NaiveDate::from_ymd_opt(2026, 11, 30).and_then(ExpiresOn::from_date).unwrap();
        assert!(!last.is_past(BookDate::of(moment("2026-11-30T15:59:59Z"))));
        assert!(last.is_past(BookDate::of(moment("2026-11-30T16:00:00Z"))));
        assert!(!ExpiresOn::NEVER.is_past(BookDate::of(moment("9999-01-01T00:00:00Z"))));
        assert!(last < ExpiresOn::NEVER);
        assert_eq!((last.to_string().as_str(), ExpiresOn::NEVER.to_string().as_str()), ("2026-11-30", "infinity"));
    }
}
