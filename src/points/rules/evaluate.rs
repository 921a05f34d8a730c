//! What an event comes to under a rule: pure, so that a draft can be tried on stored events.

use base::clock::shanghai_date;
use base::money::Points;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::rule::Terms;

base::words! {
    /// A limit of a rule.
    Cap {
        /// Per beneficiary and day.
        PersonDay = "person_day",
        /// Per beneficiary and month.
        PersonMonth = "person_month",
        /// Per household and day.
        HouseholdDay = "household_day",
        /// Of the rule in all.
        Total = "total",
    }
}

/// What of an event matters to a rule.
#[derive(Debug, Clone)]
pub struct Happening<'a> {
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Half hours or items.
    pub quantity: i32,
    /// Its project.
    pub project: Option<Uuid>,
    /// Noun of its evidence.
    pub evidence: &'a str,
}

/// What is used of each cap in the window that the event falls into.
#[derive(Debug, Clone, Copy, Default)]
pub struct Used {
    /// By the beneficiary, that day.
    pub person_day: Points,
    /// By the beneficiary, that month.
    pub person_month: Points,
    /// By the household, that day.
    pub household_day: Points,
    /// By all.
    pub total: Points,
}

/// Why an event earns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nothing {
    /// It happened outside the rule's days.
    OutsideWindow,
    /// Too few units, another project or evidence.
    ConditionsNotMet,
    /// A cap is used up.
    CapReached(Cap),
    /// The amount leaves the range of points.
    OutOfRange,
}

impl Nothing {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OutsideWindow => "outside_window",
            Self::ConditionsNotMet => "conditions_not_met",
            Self::CapReached(cap) => cap.name(),
            Self::OutOfRange => "out_of_range",
        }
    }
}

/// What an event comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All of it.
    Full(Points),
    /// A part: `wanted` before, `amount` after the cap.
    Capped {
        /// After the cap.
        amount: Points,
        /// Before it.
        wanted: Points,
        /// Which one.
        by: Cap,
    },
    /// Nothing.
    Nothing(Nothing),
}

/// Does the event meet days and conditions?
fn meets(terms: &Terms, event: &Happening<'_>) -> Result<(), Nothing> {
    let day = shanghai_date(event.occurred_at);
    if day < terms.valid_from || terms.valid_until.is_some_and(|last| day > last) {
        return Err(Nothing::OutsideWindow);
    }
    let conditions = &terms.conditions;
    let enough = conditions.min_quantity.is_none_or(|least| event.quantity >= least);
    let project = conditions.projects.is_empty() || event.project.is_some_and(|project| conditions.projects.contains(&project));
    let evidence = conditions.evidence.is_empty() || conditions.evidence.iter().any(|noun| noun == event.evidence);
    if enough && project && evidence && event.quantity > 0 { Ok(()) } else { Err(Nothing::ConditionsNotMet) }
}

/// Units × amount, then the tightest cap.
pub fn evaluate(terms: &Terms, event: &Happening<'_>, used: &Used) -> Outcome {
    if let Err(why) = meets(terms, event) {
        return Outcome::Nothing(why);
    }
    let units = terms.conditions.max_quantity.map_or(event.quantity, |most| event.quantity.min(most));
    let Some(wanted) = terms.amount_per_unit.checked_mul(i64::from(units)).filter(|amount| amount.is_positive()) else {
        return Outcome::Nothing(Nothing::OutOfRange);
    };
    let caps = [
        (Cap::PersonDay, terms.caps.person_day, used.person_day),
        (Cap::PersonMonth, terms.caps.person_month, used.person_month),
        (Cap::HouseholdDay, terms.caps.household_day, used.household_day),
        (Cap::Total, terms.caps.total, used.total),
    ];
    let mut amount = wanted;
    let mut by = None;
    for (cap, limit, used) in caps {
        let Some(limit) = limit else { continue };
        let rest = Points::from_hundredths(limit.hundredths().saturating_sub(used.hundredths()).max(0));
        if rest < amount {
            (amount, by) = (rest, Some(cap));
        }
    }
    match by {
        None => Outcome::Full(wanted),
        Some(cap) if !amount.is_positive() => Outcome::Nothing(Nothing::CapReached(cap)),
        Some(by) => Outcome::Capped { amount, wanted, by },
    }
}

/// The rule that decides among those in force: one that names the event's project before one for any, then the newest
/// (they come newest first).
pub fn choose<'a, R>(rules: &'a [R], event: &Happening<'_>, terms: impl Fn(&'a R) -> &'a Terms) -> Option<&'a R> {
    let fitting = || rules.iter().filter(|rule| meets(terms(rule), event).is_ok());
    fitting().find(|rule| !terms(rule).conditions.projects.is_empty()).or_else(|| fitting().next())
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::super::rule::{Caps, Conditions};
    use super::*;

    fn points(text: &str) -> Points {
        text.parse().unwrap_or_default()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    /// 5 points per half hour, at most 20 per person and day.
    fn terms() -> Terms {
        Terms {
            amount_per_unit: points("5"),
            caps: Caps { person_day: Some(points("20")), ..Caps::default() },
            conditions: Conditions::default(),
            valid_from: day("2026-11-01"),
            valid_until: Some(day("2026-11-30")),
        }
    }

    fn event(at: &str, quantity: i32) -> Happening<'static> {
        Happening { occurred_at: at.parse().unwrap_or_default(), quantity, project: None, evidence: "shift" }
    }

    const NOON: &str = "2026-11-24T04:00:00Z";

    #[test]
    fn half_hours_times_amount_up_to_the_days_cap() {
        let used = |day: &str| Used { person_day: points(day), ..Used::default() };
        assert_eq!(evaluate(&terms(), &event(NOON, 3), &used("0")), Outcome::Full(points("15")));
        let capped = Outcome::Capped { amount: points("5"), wanted: points("15"), by: Cap::PersonDay };
        assert_eq!(evaluate(&terms(), &event(NOON, 3), &used("15")), capped);
        let nothing = Outcome::Nothing(Nothing::CapReached(Cap::PersonDay));
        assert_eq!(evaluate(&terms(), &event(NOON, 1), &used("20")), nothing);
        assert_eq!(
            evaluate(&terms(), &event(NOON, 1), &used("25")),
            nothing,
            "a newer version may lower a cap below what is used"
        );
    }

    #[test]
    fn the_tightest_cap_decides() {
        let mut terms = terms();
        terms.caps = Caps {
            person_day: Some(points("20")),
            household_day: Some(points("30")),
            person_month: Some(points("100")),
            total: Some(points("1000")),
        };
        let used = Used { person_day: points("5"), household_day: points("28"), person_month: points("10"), total: points("10") };
        let capped = Outcome::Capped { amount: points("2"), wanted: points("10"), by: Cap::HouseholdDay };
        assert_eq!(evaluate(&terms, &event(NOON, 2), &used), capped);
        let used = Used { total: points("1000"), ..used };
        assert_eq!(evaluate(&terms, &event(NOON, 2), &used), Outcome::Nothing(Nothing::CapReached(Cap::Total)));
    }

    #[test]
    fn days_are_counted_in_shanghai() {
        let none = Used::default();
        for (at, outcome) in [
            ("2026-10-31T15:59:59Z", Outcome::Nothing(Nothing::OutsideWindow)),
            ("2026-10-31T16:00:00Z", Outcome::Full(points("5"))),
            ("2026-11-30T15:59:59Z", Outcome::Full(points("5"))),
            ("2026-11-30T16:00:00Z", Outcome::Nothing(Nothing::OutsideWindow)),
        ] {
            assert_eq!(evaluate(&terms(), &event(at, 1), &none), outcome, "{at}");
        }
    }

    #[test]
    fn conditions_bound_units_projects_and_evidence() {
        let (project, none) = (Uuid::now_v7(), Used::default());
        let mut terms = terms();
        terms.caps = Caps::default();
        terms.conditions = Conditions {
            min_quantity: Some(2),
            max_quantity: Some(4),
            projects: vec![project],
            evidence: vec!["shift".to_owned()],
        };
        let here = |quantity| Happening { project: Some(project), ..event(NOON, quantity) };
        assert_eq!(evaluate(&terms, &here(9), &none), Outcome::Full(points("20")));
        let unmet = Outcome::Nothing(Nothing::ConditionsNotMet);
        assert_eq!(evaluate(&terms, &here(1), &none), unmet);
        assert_eq!(evaluate(&terms, &event(NOON, 2), &none), unmet);
        assert_eq!(evaluate(&terms, &Happening { evidence: "photo", ..here(2) }, &none), unmet);
    }

    #[test]
    fn a_rule_for_the_project_goes_before_one_for_all() {
        let project = Uuid::now_v7();
        let mut own = terms();
        own.conditions.projects = vec![project];
        let rules = [terms(), own];
        let chosen = |event: &Happening<'_>| choose(&rules, event, |terms| terms).map(|terms| terms.conditions.projects.len());
        assert_eq!(chosen(&Happening { project: Some(project), ..event(NOON, 1) }), Some(1));
        assert_eq!(chosen(&event(NOON, 1)), Some(0));
        assert_eq!(chosen(&event("2027-01-01T00:00:00Z", 1)), None);
    }

    #[test]
    fn an_amount_beyond_the_range_is_refused_not_wrapped() {
        let mut terms = terms();
        terms.amount_per_unit = Points::from_hundredths(i64::MAX / 2);
        terms.caps = Caps::default();
        assert_eq!(evaluate(&terms, &event(NOON, 3), &Used::default()), Outcome::Nothing(Nothing::OutOfRange));
    }

    #[test]
    fn stored_conditions_tolerate_unknown_fields() {
        let read: Result<Conditions, _> = serde_json::from_str(r#"{"min_quantity":2,"weather":"fine"}"#);
        assert_eq!(read.ok().and_then(|conditions| conditions.min_quantity), Some(2));
    }
}
