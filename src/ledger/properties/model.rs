//! The naive model: a map (account, date) → amount and a list of what happened, written without looking at the engine.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};

use crate::state::ClawBack;

/// Accounts of the little book, by index.
pub(crate) const ISSUANCE: usize = 0;
pub(crate) const ESCROW: usize = 1;
pub(crate) const BREAKAGE: usize = 2;
pub(crate) const MERCHANT: usize = 3;
/// First of two budgets.
pub(crate) const BUDGET: usize = 4;
/// First of five owners: three wallets, an organization, a pool.
pub(crate) const OWN: usize = 6;
pub(crate) const ORGANIZATION: usize = 9;
pub(crate) const POOL: usize = 10;
/// A wallet that histories never touch.
pub(crate) const FRESH: usize = 11;
pub(crate) const ACCOUNTS: usize = 12;

/// What a history consists of; indexes are taken modulo what exists.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Fund { recycled: bool, budget: usize, amount: i64 },
    Unfund { budget: usize, amount: i64 },
    Award { budget: usize, to: usize, amount: i64, months: u8 },
    Hold { from: usize, amount: i64, hours: i64 },
    Capture { nth: usize, merchant: bool },
    Release { nth: usize, expiry: bool },
    Transfer { from: usize, to: usize, amount: i64 },
    Settle { amount: i64 },
    Expire { account: usize },
    Reverse { nth: usize },
    Again { nth: usize, changed: bool },
    Tick { hours: i64 },
    Policy(ClawBack),
}

pub(crate) type Line = (usize, Option<NaiveDate>, i64);

#[derive(Debug, Clone)]
pub(crate) struct Logged {
    pub(crate) kind: &'static str,
    pub(crate) lines: Vec<Line>,
    pub(crate) ended: Option<usize>,
    pub(crate) reversed: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct HeldPoints {
    pub(crate) account: usize,
    pub(crate) parts: Vec<(NaiveDate, i64)>,
    pub(crate) expires: DateTime<Utc>,
    pub(crate) open: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) now: DateTime<Utc>,
    pub(crate) policy: ClawBack,
    pub(crate) buckets: BTreeMap<(usize, Option<NaiveDate>), i64>,
    pub(crate) log: Vec<Logged>,
    pub(crate) holds: Vec<HeldPoints>,
}

type Outcome<T> = Result<T, &'static str>;

fn ensure(holds: bool, code: &'static str) -> Outcome<()> {
    if holds { Ok(()) } else { Err(code) }
}

impl Model {
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        Self { now, policy: ClawBack::UpToBalance, buckets: BTreeMap::new(), log: Vec::new(), holds: Vec::new() }
    }

    /// Shanghai is eight hours ahead.
    pub(crate) fn today(&self) -> NaiveDate {
        (self.now + TimeDelta::hours(8)).date_naive()
    }

    /// Walks day by day: a slow oracle for month ends.
    fn month_end(&self, months: u8) -> NaiveDate {
        let (mut day, mut turns) = (self.today(), 0);
        loop {
            let next = day + Days::new(1);
            if next.month() != day.month() {
                if turns == months {
                    return day;
                }
                turns += 1;
            }
            day = next;
        }
    }

    pub(crate) fn get(&self, account: usize, date: Option<NaiveDate>) -> i64 {
        self.buckets.get(&(account, date)).copied().unwrap_or(0)
    }

    pub(crate) fn available(&self, account: usize) -> i64 {
        let live = |date: &Option<NaiveDate>| date.is_none_or(|date| date >= self.today());
        self.buckets.iter().filter(|((a, date), _)| *a == account && live(date)).map(|(_, amount)| amount).sum()
    }

    /// Unexpired positive buckets, earliest first.
    fn spendable(&self, account: usize) -> Vec<(NaiveDate, i64)> {
        let live = self.buckets.iter().filter(|((a, _), amount)| *a == account && **amount > 0);
        live.filter_map(|((_, date), amount)| date.filter(|d| *d >= self.today()).map(|d| (d, *amount))).collect()
    }

    fn spend(&self, account: usize, amount: i64) -> Outcome<Vec<(NaiveDate, i64)>> {
        ensure(amount > 0, "invalid_amount")?;
        ensure(self.available(account) >= amount, "insufficient_points")?;
        let (mut left, mut parts) = (amount, Vec::new());
        for (date, there) in self.spendable(account) {
            if left > 0 {
                parts.push((date, left.min(there)));
                left -= left.min(there);
            }
        }
        assert_eq!(left, 0, "available but not there");
        Ok(parts)
    }

    fn post(&mut self, kind: &'static str, lines: Vec<Line>, ended: Option<usize>) {
        for (account, date, amount) in &lines {
            *self.buckets.entry((*account, *date)).or_default() += amount;
        }
        self.buckets.retain(|_, amount| *amount != 0);
        self.log.push(Logged { kind, lines, ended, reversed: false });
    }

    /// Applies one operation: the error code the engine must give, or nothing.
    pub(crate) fn step(&mut self, op: &Op) -> Outcome<()> {
        match *op {
            Op::Tick { hours } => self.now += TimeDelta::hours(hours),
            Op::Policy(policy) => self.policy = policy,
            Op::Again { changed, .. } => ensure(!changed, "fact_conflict")?,
            Op::Fund { recycled, budget, amount } => {
                ensure(amount > 0, "invalid_amount")?;
                ensure(!recycled || self.get(BREAKAGE, None) >= amount, "insufficient_points")?;
                let from = if recycled { BREAKAGE } else { ISSUANCE };
                self.post("fund", vec![(from, None, -amount), (BUDGET + budget, None, amount)], None);
            }
            Op::Unfund { budget, amount } => self.retire("unfund", BUDGET + budget, amount, "budget_exhausted")?,
            Op::Settle { amount } => self.retire("settle", MERCHANT, amount, "insufficient_points")?,
            Op::Award { budget, to, amount, months } => {
                ensure(amount > 0, "invalid_amount")?;
                ensure(self.get(BUDGET + budget, None) >= amount, "budget_exhausted")?;
                let repaid = amount.min(-self.get(OWN + to, None));
                let dated = (OWN + to, Some(self.month_end(months)), amount - repaid);
                self.post("award", vec![(BUDGET + budget, None, -amount), (OWN + to, None, repaid), dated], None);
            }
            Op::Hold { from, amount, hours } => {
                ensure(hours > 0, "hold_expired")?;
                let parts = self.spend(OWN + from, amount)?;
                let lines = parts.iter().flat_map(|(d, n)| [(OWN + from, Some(*d), -n), (ESCROW, Some(*d), *n)]).collect();
                let expires = self.now + TimeDelta::hours(hours);
                self.holds.push(HeldPoints { account: OWN + from, parts, expires, open: true });
                self.post("hold", lines, None);
            }
            Op::Capture { nth, merchant } => self.end(nth, Some(if merchant { MERCHANT } else { ISSUANCE }), false)?,
            Op::Release { nth, expiry } => self.end(nth, None, expiry)?,
            Op::Transfer { from, to, amount } => {
                let (from, to) = (OWN + from, if to == 5 { ISSUANCE } else { OWN + to });
                let into_wallet = (OWN..ORGANIZATION).contains(&to);
                ensure(from != to && !(into_wallet && from >= ORGANIZATION), "no_path")?;
                let dated = |d| if to == ISSUANCE { None } else { Some(d) };
                let parts = self.spend(from, amount)?;
                let lines = parts.iter().flat_map(|(d, n)| [(from, Some(*d), -n), (to, dated(*d), *n)]).collect();
                self.post("transfer", lines, None);
            }
            Op::Expire { account } => {
                let today = self.today();
                let past = |((a, date), n): (&(usize, Option<NaiveDate>), &i64)| {
                    date.filter(|d| *a == OWN + account && *d < today).map(|d| (d, *n))
                };
                let parts: Vec<_> = self.buckets.iter().filter_map(past).collect();
                ensure(!parts.is_empty(), "nothing_expired")?;
                let lines = parts.iter().flat_map(|(d, n)| [(OWN + account, Some(*d), -n), (BREAKAGE, None, *n)]).collect();
                self.post("expire", lines, None);
            }
            Op::Reverse { nth } => self.reverse(nth)?,
        }
        Ok(())
    }

    fn retire(&mut self, kind: &'static str, from: usize, amount: i64, short: &'static str) -> Outcome<()> {
        ensure(amount > 0, "invalid_amount")?;
        ensure(self.get(from, None) >= amount, short)?;
        self.post(kind, vec![(from, None, -amount), (ISSUANCE, None, amount)], None);
        Ok(())
    }

    fn end(&mut self, nth: usize, to: Option<usize>, expiry: bool) -> Outcome<()> {
        let hold = self.holds.get(nth).ok_or("hold_unknown")?.clone();
        ensure(hold.open, "hold_ended")?;
        ensure(to != Some(MERCHANT) || hold.account < ORGANIZATION, "no_path")?;
        ensure(to.is_none() || self.now < hold.expires, "hold_expired")?;
        ensure(!expiry || self.now >= hold.expires, "hold_not_expired")?;
        let target = |date| to.map_or((hold.account, Some(date)), |to| (to, None));
        let lines = hold.parts.iter().flat_map(|(d, n)| [(ESCROW, Some(*d), -n), (target(*d).0, target(*d).1, *n)]).collect();
        self.post(if to.is_some() { "capture" } else { "release" }, lines, Some(nth));
        self.holds[nth].open = false;
        Ok(())
    }

    fn reverse(&mut self, nth: usize) -> Outcome<()> {
        let original = self.log.get(nth).ok_or("transaction_unknown")?.clone();
        ensure(!["hold", "release", "reverse"].contains(&original.kind), "not_reversible")?;
        ensure(!original.reversed, "already_reversed")?;
        let lines = match (original.kind, original.ended) {
            ("award", _) => self.claw_back(&original.lines)?,
            (_, ended) => {
                let mut lines: Vec<Line> = Vec::new();
                for (account, date, amount) in original.lines.iter().filter(|line| line.2 > 0) {
                    // Several lines of one transaction may have gone into one undated bucket.
                    let wanted: i64 =
                        original.lines.iter().filter(|l| l.2 > 0 && (l.0, l.1) == (*account, *date)).map(|l| l.2).sum();
                    let live = date.is_none_or(|date| date >= self.today());
                    let short = if *account / 2 == BUDGET / 2 { "budget_exhausted" } else { "insufficient_points" };
                    ensure(*account == ISSUANCE || (live && self.get(*account, *date) >= wanted), short)?;
                    lines.push((*account, *date, -amount));
                }
                match ended {
                    Some(hold) => {
                        let hold = &self.holds[hold];
                        lines.extend(hold.parts.iter().map(|(date, amount)| (hold.account, Some(*date), *amount)));
                    }
                    None => lines.extend(original.lines.iter().filter(|l| l.2 < 0).map(|(a, d, n)| (*a, *d, -n))),
                }
                lines
            }
        };
        self.post("reverse", lines, None);
        self.log[nth].reversed = true;
        Ok(())
    }

    /// lines of an award: budget, repaid debt, dated part.
    fn claw_back(&self, award: &[Line]) -> Outcome<Vec<Line>> {
        let (budget, repaid, (account, date, dated)) = (award[0].0, award[1].2, award[2]);
        let mut order = self.spendable(account);
        order.sort_by_key(|(d, _)| (Some(*d) != date, *d));
        let (mut left, mut lines) = (dated, vec![(account, None, -repaid)]);
        for (d, there) in order {
            lines.push((account, Some(d), -left.min(there)));
            left -= left.min(there);
        }
        match self.policy {
            ClawBack::Refuse => ensure(left == 0, "award_spent")?,
            ClawBack::AllowDebt if account != POOL => {
                lines.push((account, None, -left));
                left = 0;
            }
            _ => {}
        }
        let back = repaid + dated - left;
        ensure(back > 0, "nothing_to_recover")?;
        lines.push((budget, None, back));
        Ok(lines)
    }
}
