//! Deadlines against an oracle that walks minute by minute and day by day, over random starts, hours, holidays and make-up days.

use std::collections::BTreeMap;

use base::clock::{shanghai_date, shanghai_midnight};
use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc};
use proptest::prelude::*;

use super::{Calendar, DayKind, Minute, Opening, Term, Week};

/// The same world, kept as the oracle wants it.
#[derive(Debug, Clone)]
struct World {
    /// For each weekday, Monday first, the minutes that are open.
    open: Vec<Vec<(i32, i32)>>,
    days: BTreeMap<NaiveDate, DayKind>,
    years: BTreeMap<i32, bool>,
}

impl World {
    fn calendar(&self) -> Option<Calendar> {
        let mut openings = Vec::new();
        for (index, stretches) in self.open.iter().enumerate() {
            for (opens, closes) in stretches {
                let weekday = i32::try_from(index).ok()? + 1;
                openings.push(Opening { weekday, opens: Minute::new(*opens)?, closes: Minute::new(*closes)? });
            }
        }
        Some(Calendar::new(Week::new(openings)?, self.days.clone(), self.years.clone()))
    }

    /// The stretches of a date, by looking at everything that may decide it.
    fn of_date(&self, date: NaiveDate) -> &[(i32, i32)] {
        let own = &self.open[usize::try_from(date.weekday().num_days_from_monday()).unwrap()];
        let fixed = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)].contains(&(date.month(), date.day()));
        let known = self.years.contains_key(&date.year());
        match self.days.get(&date) {
            Some(DayKind::Holiday) => &[],
            Some(DayKind::Workday) if own.is_empty() => self.open.iter().find(|stretches| !stretches.is_empty()).unwrap(),
            None if fixed && !known => &[],
            _ => own,
        }
    }

    fn open_in(&self, minute: DateTime<Utc>) -> bool {
        let date = shanghai_date(minute);
        let of_day = i32::try_from((minute - shanghai_midnight(date)).num_minutes()).unwrap();
        self.of_date(date).iter().any(|(opens, closes)| (*opens..*closes).contains(&of_day))
    }

    fn unsure(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
        let mut date = shanghai_date(from);
        while date <= shanghai_date(to) {
            if self.years.get(&date.year()) != Some(&false) {
                return true;
            }
            date = date.succ_opt().unwrap();
        }
        false
    }

    /// Minute by minute; `start` stands on a whole minute.
    fn hours(&self, start: DateTime<Utc>, hours: u32) -> DateTime<Utc> {
        let (mut minute, mut left) = (start, hours * 60);
        loop {
            if self.open_in(minute) {
                left -= 1;
            }
            minute += Duration::minutes(1);
            if left == 0 {
                return minute;
            }
        }
    }

    /// Day by day, then minute by minute back from the night to the end of work.
    fn days(&self, start: DateTime<Utc>, days: u32) -> DateTime<Utc> {
        let (mut date, mut left) = (shanghai_date(start), days);
        while left > 0 {
            date = date.succ_opt().unwrap();
            if !self.of_date(date).is_empty() {
                left -= 1;
            }
        }
        let mut end = shanghai_midnight(date.succ_opt().unwrap());
        while !self.open_in(end - Duration::minutes(1)) {
            end -= Duration::minutes(1);
        }
        end
    }
}

fn stretches() -> impl Strategy<Value = Vec<(i32, i32)>> {
    prop_oneof![
        1 => Just(Vec::new()),
        1 => (0..1440_i32).prop_flat_map(|opens| (Just(opens), opens + 1..=1440)).prop_map(|stretch| vec![stretch]),
        2 => proptest::collection::btree_set(0..=1440_i32, 4).prop_map(|cuts| {
            let cuts: Vec<i32> = cuts.into_iter().collect();
            vec![(cuts[0], cuts[1]), (cuts[2], cuts[3])]
        }),
    ]
}

fn world() -> impl Strategy<Value = World> {
    let open = proptest::collection::vec(stretches(), 7);
    let day = (0..800_i64, any::<bool>());
    let days = proptest::collection::vec(day, 0..90);
    let years = proptest::collection::btree_map(2026..2029_i32, any::<bool>(), 0..3);
    (open, days, years).prop_map(|(open, days, years)| {
        let first = NaiveDate::from_ymd_opt(2026, 9, 1).unwrap();
        let kind = |holiday| if holiday { DayKind::Holiday } else { DayKind::Workday };
        let days = days.into_iter().map(|(after, holiday)| (first + Duration::days(after), kind(holiday))).collect();
        World { open, days, years }
    })
}

/// Whole minutes from September 2026 on, over the change of the year and the next one.
fn start() -> impl Strategy<Value = DateTime<Utc>> {
    (0..700 * 1440_i64).prop_map(|minutes| "2026-09-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::minutes(minutes))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn deadlines_equal_a_slow_oracle(world in world(), start in start(), hours in 1..40_u32, days in 1..20_u32) {
        // Enough work in a week, so that the slow walk ends: an hour at least.
        let open: i32 = world.open.iter().flatten().map(|(opens, closes)| closes - opens).sum();
        prop_assume!(open >= 60);
        let calendar = world.calendar().unwrap();

        let wall = calendar.deadline(start, Term::WallHours(hours));
        prop_assert_eq!((wall.at, wall.provisional), (start + Duration::hours(hours.into()), false));

        let working = calendar.deadline(start, Term::WorkingHours(hours));
        prop_assert_eq!(working.at, world.hours(start, hours));
        prop_assert_eq!(working.provisional, world.unsure(start, working.at));

        let daily = calendar.deadline(start, Term::WorkingDays(days));
        prop_assert_eq!(daily.at, world.days(start, days));
        prop_assert_eq!(daily.provisional, world.unsure(start, daily.at));
    }

    #[test]
    fn what_is_left_at_a_pause_ends_where_the_term_did(world in world(), start in start(), hours in 1..40_u32, part in 0..100_i64) {
        let open: i32 = world.open.iter().flatten().map(|(opens, closes)| closes - opens).sum();
        prop_assume!(open >= 60);
        let calendar = world.calendar().unwrap();
        for term in [Term::WallHours(hours), Term::WorkingHours(hours), Term::WorkingDays(hours)] {
            let due = calendar.deadline(start, term).at;
            let pause = start + (due - start) / 100 * i32::try_from(part).unwrap();
            let pause = pause - Duration::nanoseconds(i64::from(pause.timestamp_subsec_nanos()));
            prop_assert_eq!(calendar.resume(pause, calendar.left(pause, due, term)).at, due, "{:?} paused at {}", term, pause);
        }
    }
}
