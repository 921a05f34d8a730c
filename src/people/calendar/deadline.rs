//! When a term is over. Pure; all dates and hours are those of Asia/Shanghai.

use std::collections::BTreeMap;

use base::clock::{SHANGHAI, shanghai_date, shanghai_midnight};
use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc};

use super::day::{DayKind, fixed_holiday};
use super::week::{Week, days};

/// How long something may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Term {
    /// Hours of the clock, day and night.
    WallHours(u32),
    /// Hours in which the community is open.
    WorkingHours(u32),
    /// Working days after the day of the start; over when the last of them closes.
    WorkingDays(u32),
}

/// What is left of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Left {
    /// Seconds of the clock.
    Wall(i64),
    /// Seconds in which the community is open.
    Working(i64),
    /// Working days after the current one.
    Days(i64),
}

impl Term {
    /// All of it.
    pub fn whole(self) -> Left {
        match self {
            Self::WallHours(hours) => Left::Wall(i64::from(hours) * 3600),
            Self::WorkingHours(hours) => Left::Working(i64::from(hours) * 3600),
            Self::WorkingDays(days) => Left::Days(i64::from(days)),
        }
    }
}

/// The end of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// When it is over.
    pub at: DateTime<Utc>,
    /// It touches a year whose holidays aren't known, so it may still move.
    pub provisional: bool,
}

/// What is known of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearState {
    /// Its arrangement is entered and published.
    Published,
    /// Entered, but not as published.
    Provisional,
    /// Nobody has entered it.
    Missing,
}

/// When a community works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    week: Week,
    days: BTreeMap<NaiveDate, DayKind>,
    /// Years that are entered, and whether they are only provisional.
    years: BTreeMap<i32, bool>,
}

/// No term reaches further than this; a calendar without a working day in it would never end.
const HORIZON_DAYS: i64 = 3_700;

impl Calendar {
    /// From the hours, the listed days, and the years that are entered (`true`: provisional).
    pub fn new(week: Week, days: BTreeMap<NaiveDate, DayKind>, years: BTreeMap<i32, bool>) -> Self {
        Self { week, days, years }
    }

    /// The hours of the week.
    pub fn week(&self) -> &Week {
        &self.week
    }

    /// What is known of a year.
    pub fn year(&self, year: i32) -> YearState {
        match self.years.get(&year) {
            Some(false) => YearState::Published,
            Some(true) => YearState::Provisional,
            None => YearState::Missing,
        }
    }

    /// The stretches of a date in which the community works, in minutes after midnight, early first.
    pub fn stretches(&self, date: NaiveDate) -> Vec<(i32, i32)> {
        match self.days.get(&date) {
            Some(DayKind::Holiday) => Vec::new(),
            Some(DayKind::Workday) => self.week.made_up(date.weekday()),
            None if self.year(date.year()) == YearState::Missing && fixed_holiday(date) => Vec::new(),
            None => self.week.of(date.weekday()).collect(),
        }
    }

    /// Is it open at that moment?
    pub fn open_at(&self, at: DateTime<Utc>) -> bool {
        let second = (at - shanghai_midnight(shanghai_date(at))).num_seconds();
        self.stretches(shanghai_date(at))
            .into_iter()
            .any(|(opens, closes)| (i64::from(opens) * 60..i64::from(closes) * 60).contains(&second))
    }

    /// When a term that starts at `start` is over.
    pub fn deadline(&self, start: DateTime<Utc>, term: Term) -> Deadline {
        self.resume(start, term.whole())
    }

    /// When what is left of a term is over if it goes on at `start`.
    pub fn resume(&self, start: DateTime<Utc>, left: Left) -> Deadline {
        let at = match left {
            Left::Wall(seconds) => return Deadline { at: start + Duration::seconds(seconds.max(0)), provisional: false },
            Left::Working(seconds) => self.after_seconds(start, seconds),
            Left::Days(count) => self.after_days(start, count),
        };
        // A calendar without work: better a deadline of the clock, marked, than none.
        let at = at.unwrap_or(start + Duration::days(HORIZON_DAYS));
        Deadline { at, provisional: self.unsure(shanghai_date(start), shanghai_date(at)) }
    }

    /// What is left at `from` of a term that is over at `due`; nothing once it is over. Gives [`Calendar::resume`] back the same end.
    pub fn left(&self, from: DateTime<Utc>, due: DateTime<Utc>, term: Term) -> Left {
        // Work that ends at midnight ends the day before.
        let span = days(shanghai_date(from), shanghai_date(due - Duration::seconds(1)));
        match term {
            Term::WallHours(_) => Left::Wall((due - from).num_seconds().max(0)),
            Term::WorkingHours(_) => Left::Working(span.map(|date| self.worked(date, from, due)).sum()),
            Term::WorkingDays(_) => {
                let worked = span.skip(1).filter(|date| !self.stretches(*date).is_empty()).count();
                Left::Days(i64::try_from(worked).unwrap_or(i64::MAX))
            }
        }
    }

    /// Does the span touch a year whose arrangement isn't known?
    fn unsure(&self, from: NaiveDate, to: NaiveDate) -> bool {
        (from.year()..=to.year()).any(|year| self.year(year) != YearState::Published)
    }

    /// Seconds of work of a date that lie between two moments.
    fn worked(&self, date: NaiveDate, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        let midnight = shanghai_midnight(date);
        let clipped = self.stretches(date).into_iter().map(|(opens, closes)| {
            let opens = (midnight + Duration::minutes(opens.into())).max(from);
            let closes = (midnight + Duration::minutes(closes.into())).min(to);
            (closes - opens).num_seconds().max(0)
        });
        clipped.sum()
    }

    fn after_seconds(&self, start: DateTime<Utc>, seconds: i64) -> Option<DateTime<Utc>> {
        let mut left = Duration::seconds(seconds);
        if left <= Duration::zero() {
            return Some(start);
        }
        let first = start.with_timezone(&SHANGHAI).date_naive();
        for date in days(first, first + Duration::days(HORIZON_DAYS)) {
            let midnight = shanghai_midnight(date);
            for (opens, closes) in self.stretches(date) {
                let opens = (midnight + Duration::minutes(opens.into())).max(start);
                let open = midnight + Duration::minutes(closes.into()) - opens;
                if open >= left {
                    return Some(opens + left);
                }
                left -= open.max(Duration::zero());
            }
        }
        None
    }

    /// The end of work of the `count`th working day after the start's; with none left, of the first that isn't over yet.
    fn after_days(&self, start: DateTime<Utc>, count: i64) -> Option<DateTime<Utc>> {
        let first = shanghai_date(start);
        let mut ends = days(first, first + Duration::days(HORIZON_DAYS)).filter_map(|date| {
            let closes = self.stretches(date).last().map(|(_, closes)| *closes)?;
            Some((date, shanghai_midnight(date) + Duration::minutes(closes.into())))
        });
        let (_, end) = match usize::try_from(count - 1) {
            Ok(before) => ends.filter(|(date, _)| *date > first).nth(before)?,
            Err(_none_left) => ends.find(|(_, end)| *end > start)?,
        };
        Some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}+08:00").parse().unwrap()
    }

    fn calendar() -> Calendar {
        let day = |text: &str, kind| (text.parse().unwrap(), kind);
        let days = [
            day("2026-10-01", DayKind::Holiday),
            day("2026-10-02", DayKind::Holiday),
            day("2026-10-05", DayKind::Holiday),
            day("2026-10-06", DayKind::Holiday),
            day("2026-10-07", DayKind::Holiday),
            day("2026-10-10", DayKind::Workday),
        ];
        Calendar::new(Week::usual(), days.into(), [(2026, false), (2027, true)].into())
    }

    #[test]
    fn a_gas_leak_of_friday_evening_is_due_the_same_evening() {
        let due = calendar().deadline(at("2026-11-27T18:00:00"), Term::WallHours(2));
        assert_eq!(due, Deadline { at: at("2026-11-27T20:00:00"), provisional: false });
    }

    #[test]
    fn working_time_skips_nights_weekends_and_holidays_and_counts_make_up_days() {
        for (start, term, due) in [
            ("2026-11-24T09:00:00", Term::WorkingHours(2), "2026-11-24T11:00:00"),
            ("2026-11-24T11:00:30", Term::WorkingHours(2), "2026-11-24T15:30:30"),
            ("2026-11-24T16:00:00", Term::WorkingHours(2), "2026-11-25T09:00:00"),
            ("2026-11-24T15:30:00", Term::WorkingHours(2), "2026-11-24T17:30:00"),
            ("2026-11-27T18:00:00", Term::WorkingHours(2), "2026-11-30T10:30:00"),
            ("2026-11-24T09:00:00", Term::WorkingDays(1), "2026-11-25T17:30:00"),
            ("2026-11-24T23:00:00", Term::WorkingDays(7), "2026-12-03T17:30:00"),
            // The National Day week, with the Saturday after it worked.
            ("2026-09-30T17:00:00", Term::WorkingHours(2), "2026-10-08T10:00:00"),
            ("2026-09-30T09:00:00", Term::WorkingDays(3), "2026-10-10T17:30:00"),
            ("2026-10-10T07:00:00", Term::WorkingHours(2), "2026-10-10T10:30:00"),
        ] {
            assert_eq!(calendar().deadline(at(start), term), Deadline { at: at(due), provisional: false }, "{start} {term:?}");
        }
    }

    #[test]
    fn a_year_that_is_not_published_makes_the_deadline_provisional() {
        let calendar = calendar();
        let due = calendar.deadline(at("2026-12-30T09:00:00"), Term::WorkingDays(15));
        assert!(due.provisional, "{due:?}");
        // 2028 is missing: 1 to 3 October are free whatever comes, 4 to 7 are counted as ordinary days.
        let due = calendar.deadline(at("2028-09-29T17:00:00"), Term::WorkingHours(2));
        assert_eq!(due, Deadline { at: at("2028-10-04T10:00:00"), provisional: true });
        assert!(!calendar.deadline(at("2028-09-29T17:00:00"), Term::WallHours(24)).provisional);
    }
}
