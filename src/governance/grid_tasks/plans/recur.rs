//! When a rule strikes.

use chrono::{Days, Months, NaiveDate};

use super::Recurrence;

/// A rule: from a first day, every so many units, perhaps until a last day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub(super) recurrence: Recurrence,
    pub(super) every: u32,
    pub(super) starts_on: NaiveDate,
    pub(super) ends_on: Option<NaiveDate>,
}

impl Rule {
    /// The n-th occurrence, the first day being number 0.
    fn nth(&self, n: u32) -> Option<NaiveDate> {
        let steps = n.checked_mul(self.every)?;
        match self.recurrence {
            Recurrence::Daily => self.starts_on.checked_add_days(Days::new(u64::from(steps))),
            Recurrence::Weekly => self.starts_on.checked_add_days(Days::new(u64::from(steps) * 7)),
            Recurrence::Monthly => self.starts_on.checked_add_months(Months::new(steps)),
        }
    }

    /// A number of occurrences that are surely before `day`: where a search may begin.
    fn surely_before(&self, day: NaiveDate) -> u32 {
        let days = u32::try_from((day - self.starts_on).num_days()).unwrap_or(0);
        let longest = self.every * if self.recurrence == Recurrence::Monthly { 31 } else { 7 };
        (days / longest.max(1)).saturating_sub(1)
    }

    /// The first occurrence on or after `day`; `None` past the last day.
    pub(super) fn from(&self, day: NaiveDate) -> Option<NaiveDate> {
        let next = (self.surely_before(day)..).map_while(|n| self.nth(n)).find(|occurrence| *occurrence >= day)?;
        self.ends_on.is_none_or(|last| next <= last).then_some(next)
    }

    /// The last occurrence on or before `day`, but not before `from`.
    pub(super) fn latest(&self, from: NaiveDate, day: NaiveDate) -> Option<NaiveDate> {
        let mut latest = None;
        let mut next = self.from(from);
        while let Some(occurrence) = next.filter(|occurrence| *occurrence <= day) {
            latest = Some(occurrence);
            next = occurrence.succ_opt().and_then(|day| self.from(day));
        }
        latest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rule(recurrence: Recurrence, every: u32, starts_on: &str, ends_on: Option<&str>) -> Rule {
        Rule { recurrence, every, starts_on: day(starts_on), ends_on: ends_on.map(day) }
    }

    #[test]
    fn a_rule_equals_a_slow_list_of_its_days() {
        for (recurrence, every) in [
            (Recurrence::Daily, 1),
            (Recurrence::Daily, 3),
            (Recurrence::Weekly, 2),
            (Recurrence::Monthly, 1),
            (Recurrence::Monthly, 5),
        ] {
            let rule = rule(recurrence, every, "2026-01-31", None);
            let slow: Vec<NaiveDate> = (0..400).map_while(|n| rule.nth(n)).collect();
            let mut today = day("2026-01-31");
            while today < day("2027-03-01") {
                let expected = slow.iter().copied().find(|occurrence| *occurrence >= today);
                assert_eq!(rule.from(today), expected, "{recurrence:?} {every} {today}");
                today = today.succ_opt().unwrap();
            }
        }
    }

    #[test]
    fn months_keep_their_day_where_they_have_it() {
        let rule = rule(Recurrence::Monthly, 1, "2026-01-31", None);
        assert_eq!(rule.from(day("2026-02-01")), Some(day("2026-02-28")));
        assert_eq!(rule.from(day("2026-03-01")), Some(day("2026-03-31")));
    }

    #[test]
    fn a_rule_ends_and_a_standstill_leaves_only_the_latest() {
        let rule = rule(Recurrence::Weekly, 1, "2026-03-02", Some("2026-03-20"));
        assert_eq!(rule.from(day("2026-03-17")), None);
        assert_eq!(rule.latest(day("2026-03-02"), day("2026-04-30")), Some(day("2026-03-16")));
        assert_eq!(rule.latest(day("2026-03-17"), day("2026-04-30")), None);
        assert_eq!(rule.latest(day("2026-03-02"), day("2026-03-01")), None);
    }
}
