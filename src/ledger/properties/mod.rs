//! Property tests: random histories on the engine and on a naive model; after each step every invariant holds and both
//! agree on buckets, available points, holds and error code. Failing histories, shrunk, are kept as regression seeds.
#![expect(clippy::indexing_slicing, reason = "a failing index is a failing test")]

mod book;
mod database;
mod invariants;
mod model;

use base::money::Points;
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use book::{Book, id, party};
use model::{ACCOUNTS, BUDGET, FRESH, Model, OWN, Op};

use crate::dates::Validity;
use crate::posting::{Posting, ReleaseBy};
use crate::state::ClawBack;

/// Two hours before a Shanghai midnight at a month's end.
fn start() -> DateTime<Utc> {
    "2026-11-30T14:00:00Z".parse().unwrap()
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![1 => -1..=0_i64, 30 => 1..=300_i64]
}

/// Few values, so that time often stands exactly at a hold's end; the long ones pass month ends.
fn hours() -> impl Strategy<Value = i64> {
    prop_oneof![4 => Just(2), 2 => Just(24), 1 => Just(240), 2 => Just(800), 1 => 0..2000_i64]
}

fn policy() -> impl Strategy<Value = ClawBack> {
    prop_oneof![1 => Just(ClawBack::Refuse), 1 => Just(ClawBack::UpToBalance), 2 => Just(ClawBack::AllowDebt)]
}

fn op() -> impl Strategy<Value = Op> {
    let (own, nth) = (0..5_usize, 0..40_usize);
    prop_oneof![
        2 => (any::<bool>(), 0..2_usize, amount()).prop_map(|(recycled, budget, amount)| Op::Fund { recycled, budget, amount }),
        1 => (0..2_usize, amount()).prop_map(|(budget, amount)| Op::Unfund { budget, amount }),
        8 => (0..2_usize, own.clone(), amount(), 1..4_u8)
            .prop_map(|(budget, to, amount, months)| Op::Award { budget, to, amount, months }),
        6 => (own.clone(), amount(), prop_oneof![12 => hours(), 1 => -1..=0_i64])
            .prop_map(|(from, amount, hours)| Op::Hold { from, amount, hours }),
        4 => (0..8_usize, any::<bool>()).prop_map(|(nth, merchant)| Op::Capture { nth, merchant }),
        3 => (0..8_usize, any::<bool>()).prop_map(|(nth, expiry)| Op::Release { nth, expiry }),
        5 => (own.clone(), 0..6_usize, amount()).prop_map(|(from, to, amount)| Op::Transfer { from, to, amount }),
        2 => amount().prop_map(|amount| Op::Settle { amount }),
        3 => own.prop_map(|account| Op::Expire { account }),
        8 => nth.clone().prop_map(|nth| Op::Reverse { nth }),
        2 => (nth, any::<bool>()).prop_map(|(nth, changed)| Op::Again { nth, changed }),
        4 => hours().prop_map(|hours| Op::Tick { hours }),
        1 => policy().prop_map(Op::Policy),
    ]
}

/// Histories begin with funded budgets, so that most steps do something.
fn history() -> impl Strategy<Value = Vec<Op>> {
    let funds = |amount| (0..2).map(move |budget| Op::Fund { recycled: false, budget, amount });
    let begin = move |policy| funds(2000).chain([Op::Policy(policy)]);
    (policy(), proptest::collection::vec(op(), 1..45)).prop_map(move |(policy, ops)| begin(policy).chain(ops).collect())
}

/// Both sides after the same steps.
struct Pair {
    real: Book,
    model: Model,
    last: Option<(Posting, Result<(), &'static str>)>,
}

impl Pair {
    fn new() -> Self {
        Self { real: Book::new(start()), model: Model::new(start()), last: None }
    }

    fn after(history: &[Op]) -> Self {
        let mut pair = Self::new();
        history.iter().for_each(|op| pair.step(op, 1));
        pair
    }

    /// One operation, its request sent `times`.
    fn step(&mut self, op: &Op, times: usize) {
        let mut op = op.clone();
        match &mut op {
            Op::Again { .. } if self.real.postings.is_empty() => return,
            Op::Again { nth, .. } => *nth %= self.real.postings.len(),
            // One more than there are: sometimes there is none such.
            Op::Capture { nth, .. } | Op::Release { nth, .. } => *nth %= self.real.holds.len() + 1,
            Op::Reverse { nth } => *nth %= self.real.journal.len() + 1,
            _ => {}
        }
        let op = &op;
        let expected = self.model.step(op);
        if let Some(posting) = self.real.posting(op) {
            let first = self.real.send(&posting);
            assert_eq!(first.clone().map_err(|e| e.code()).map(|_| ()), expected, "{op:?}");
            self.last = Some((posting.clone(), expected));
            for _ in 1..times {
                assert_eq!(self.real.send(&posting), first, "a repetition gets the first answer");
            }
        }
        self.real.set(self.model.now, self.model.policy);
    }

    fn step_with(&mut self, op: &Op) -> Option<(Posting, Result<(), &'static str>)> {
        self.last = None;
        self.step(op, 1);
        self.last.take()
    }

    fn compare(&self) {
        assert_eq!(self.real.buckets(), self.model.buckets);
        let today = self.real.batch.today();
        for n in 0..ACCOUNTS {
            let available = self.real.accounts.get(&id(n)).map_or(0, |a| a.available(today).unwrap().hundredths());
            assert_eq!(available, self.model.available(n), "available of {n}");
        }
        let real: Vec<_> = self.real.holds.iter().map(|(_, h)| (h.expires_at, h.ended_by.is_none())).collect();
        assert_eq!(real, self.model.holds.iter().map(|h| (h.expires, h.open)).collect::<Vec<_>>());
        invariants::hold(&self.real);
    }

    /// Sends a posting made by `make` outside the model.
    fn send(&mut self, make: impl FnOnce(crate::posting::About) -> Posting) -> Result<crate::state::Receipt, crate::PostError> {
        let template = self.real.posting(&Op::Settle { amount: 1 }).unwrap();
        self.real.send(&make(template.about))
    }
}

fn config(cases: u32) -> ProptestConfig {
    let seeds = FileFailurePersistence::Direct(concat!(env!("CARGO_MANIFEST_DIR"), "/properties/regressions.txt"));
    ProptestConfig { cases, max_shrink_iters: 2000, failure_persistence: Some(Box::new(seeds)), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(1200))]

    #[test]
    fn engine_and_model_agree_after_each_step(history in history()) {
        let mut pair = Pair::new();
        for op in &history {
            pair.step(op, 1);
            pair.compare();
        }
    }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn requests_sent_up_to_three_times_give_the_same_buckets(history in history(), times in proptest::collection::vec(1..=3_usize, 60)) {
        let once = Pair::after(&history);
        let mut often = Pair::new();
        history.iter().zip(times).for_each(|(op, times)| often.step(op, times));
        prop_assert_eq!(once.real.buckets(), often.real.buckets());
    }

    #[test]
    fn nothing_renews_points(history in history(), own in 0..5_usize, n in 1..300_i64) {
        let mut pair = Pair::after(&history);
        let (before, points) = (pair.real.buckets(), Points::from_hundredths(n));
        if let Ok(award) = pair.send(|a| Posting::award(a, party(BUDGET), party(OWN + own), points, Validity::default())) {
            prop_assert!(pair.send(|a| Posting::reverse(a, award.id)).is_ok());
            prop_assert_eq!(pair.real.buckets(), before.clone(), "award and reverse");
        }
        let until = pair.model.now + chrono::TimeDelta::hours(1);
        if let Ok(hold) = pair.send(|a| Posting::hold(a, party(OWN + own), points, until)) {
            prop_assert!(pair.send(|a| Posting::release(a, hold.id, ReleaseBy::Cancel)).is_ok());
            prop_assert_eq!(pair.real.buckets(), before.clone(), "hold and release");
        }
        if let Ok(_gift) = pair.send(|a| Posting::transfer(a, party(OWN), party(FRESH), points)) {
            prop_assert!(pair.send(|a| Posting::transfer(a, party(FRESH), party(OWN), points)).is_ok());
            prop_assert_eq!(pair.real.buckets(), before, "gift there and back");
        }
    }

    #[test]
    fn a_debit_in_two_takes_the_same_buckets(history in history(), own in 0..5_usize, a in 1..200_i64, b in 1..200_i64) {
        let (mut whole, mut split) = (Pair::after(&history), Pair::after(&history));
        let until = whole.model.now + chrono::TimeDelta::hours(1);
        let hold = |n| move |about| Posting::hold(about, party(OWN + own), Points::from_hundredths(n), until);
        let at_once = whole.send(hold(a + b));
        let in_two = split.send(hold(a)).and_then(|_| split.send(hold(b)));
        prop_assert_eq!(at_once.is_ok(), in_two.is_ok());
        if at_once.is_ok() {
            prop_assert_eq!(whole.real.buckets(), split.real.buckets());
        }
    }

    #[test]
    fn available_does_not_wait_for_the_sweep(history in history(), hours in 0..3000_i64) {
        let mut pair = Pair::after(&history);
        pair.step(&Op::Tick { hours }, 1);
        let available = |pair: &Pair| -> Vec<i64> {
            let today = pair.real.batch.today();
            let of = |n| pair.real.accounts.get(&id(n)).and_then(|a| a.available(today)).unwrap_or_default().hundredths();
            (OWN..ACCOUNTS).map(of).collect()
        };
        let before = available(&pair);
        (0..5).for_each(|account| pair.step(&Op::Expire { account }, 1));
        prop_assert_eq!(available(&pair), before);
        let today = pair.model.today();
        prop_assert!(pair.real.buckets().iter().all(|((n, date), _)| *n < OWN || date.is_none_or(|date| date >= today)));
    }
}
