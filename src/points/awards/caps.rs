//! The windows of a rule's caps that an event falls into, and what is used of them.

use base::clock::shanghai_date;
use base::money::Points;
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use uuid::Uuid;

use crate::rules::{Cap, Caps, RuleId, Used};

/// A counter of a cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Window {
    pub(super) cap: Cap,
    pub(super) subject: Uuid,
    pub(super) start: NaiveDate,
}

/// The one window of `total`.
const ALWAYS: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

/// The counters to lock, always in this order: whoever locks several meets others in the same order.
pub(super) fn windows(
    caps: &Caps,
    lineage: RuleId,
    beneficiary: Uuid,
    household: Option<Uuid>,
    at: DateTime<Utc>,
) -> Vec<Window> {
    let day = shanghai_date(at);
    let month = day.with_day(1).unwrap_or(day);
    let mut windows = Vec::with_capacity(4);
    let mut add = |limit: Option<Points>, cap, subject, start| {
        if let (Some(_), Some(subject)) = (limit, subject) {
            windows.push(Window { cap, subject, start });
        }
    };
    add(caps.person_day, Cap::PersonDay, Some(beneficiary), day);
    add(caps.person_month, Cap::PersonMonth, Some(beneficiary), month);
    add(caps.household_day, Cap::HouseholdDay, household, day);
    add(caps.total, Cap::Total, Some(lineage.0), ALWAYS);
    windows
}

/// What `evaluate` needs, out of the locked counters.
pub(super) fn used(counters: &[(Cap, Points)]) -> Used {
    let mut used = Used::default();
    for (cap, amount) in counters {
        match cap {
            Cap::PersonDay => used.person_day = *amount,
            Cap::PersonMonth => used.person_month = *amount,
            Cap::HouseholdDay => used.household_day = *amount,
            Cap::Total => used.total = *amount,
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_limited_caps_are_counted_and_days_are_shanghais() {
        let (person, household, lineage) = (Uuid::now_v7(), Uuid::now_v7(), RuleId::new());
        let limit = Some(Points::from_hundredths(100));
        let caps = Caps { person_day: limit, household_day: limit, ..Caps::default() };
        let at = "2026-11-30T16:00:00Z".parse().unwrap_or_default();
        let first = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap_or_default();
        let day = |cap, subject| Window { cap, subject, start: first };
        let both = windows(&caps, lineage, person, Some(household), at);
        assert_eq!(both, [day(Cap::PersonDay, person), day(Cap::HouseholdDay, household)]);
        assert_eq!(windows(&caps, lineage, person, None, at).len(), 1, "without a household its cap can't be counted");
        assert!(windows(&Caps::default(), lineage, person, Some(household), at).is_empty());
    }
}
