//! The invariants of `audit`, over the journal in memory: the same statements, other code.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;

use super::book::Book;
use crate::account::{AccountId, AccountKind as K};
use crate::dates::{BookDate, ExpiresOn};
use crate::engine::NewTransaction;
use crate::posting::TransactionKind as T;

/// Asserts every invariant over the whole history.
pub(crate) fn hold(book: &Book) {
    let mut after: BTreeMap<(AccountId, ExpiresOn), i64> = BTreeMap::new();
    let (mut facts, mut ended, mut reversed) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (n, t) in book.journal.iter().enumerate() {
        assert_eq!(t.receipt.sequence, i64::try_from(n).unwrap() + 1, "dense");
        assert!(n == 0 || book.journal[n - 1].receipt.posted_at <= t.receipt.posted_at, "dense: time goes back");
        assert!(facts.insert(&t.about.fact), "fact");
        assert!(t.ends.is_none_or(|hold| ended.insert(hold)), "hold_once");
        assert!(t.reverses.is_none_or(|original| reversed.insert(original)), "reverse_once");
        balanced(t);
        paths(book, t);
        for entry in &t.entries {
            let bucket = after.entry((entry.account, entry.expires_on)).or_default();
            *bucket += entry.amount.hundredths();
            entry_rules(t, entry, *bucket);
        }
        order(t, &after);
    }
    assert_eq!(book.buckets().values().sum::<i64>(), 0, "conservation");
    let stored = book.accounts.iter().flat_map(|(id, a)| a.buckets.iter().map(|(e, n)| ((*id, *e), n.hundredths())));
    assert_eq!(stored.collect::<BTreeMap<_, _>>(), after, "bucket");
    escrow(book, &after);
    funded(book);
    reversals(book);
}

fn balanced(t: &NewTransaction) {
    let amounts: Vec<i64> = t.entries.iter().map(|e| e.amount.hundredths()).collect();
    assert!(amounts.len() >= 2 && amounts.iter().sum::<i64>() == 0 && !amounts.contains(&0), "balanced {t:?}");
    assert_eq!(amounts.iter().filter(|n| **n > 0).sum::<i64>(), t.receipt.amount.hundredths(), "balanced: amount");
}

fn entry_rules(t: &NewTransaction, entry: &crate::engine::Entry, after: i64) {
    let (own, debit) = (entry.kind.is_own(), entry.amount.hundredths() < 0);
    let undated = entry.expires_on == ExpiresOn::NEVER;
    let debt = own && entry.kind != K::Pool && undated && (t.kind == T::Reverse || !debit);
    assert!(after >= 0 || entry.kind == K::Issuance || debt, "no_overdraft {t:?}");
    if let Some(date) = entry.expires_on.date() {
        assert!(own || entry.kind == K::Escrow, "dates {t:?}");
        assert_eq!(date.succ_opt().map(|next| next.day()), Some(1), "dates: month end");
    } else {
        assert!(!matches!(entry.kind, K::Pool | K::Escrow) && (!own || after <= 0), "dates: only debt is undated {t:?}");
    }
    let late = entry.expires_on.is_past(BookDate::of(t.receipt.posted_at));
    assert!(!(debit && own) || late == (t.kind == T::Expire), "no_late_spend {t:?}");
}

/// No debit from a later bucket while an earlier one that is not past keeps points; no date gains.
fn order(t: &NewTransaction, after: &BTreeMap<(AccountId, ExpiresOn), i64>) {
    let today = BookDate::of(t.receipt.posted_at);
    if matches!(t.kind, T::Hold | T::Transfer) {
        for debit in t.entries.iter().filter(|e| e.amount.hundredths() < 0) {
            let earlier =
                |(id, date): &(AccountId, ExpiresOn)| *id == debit.account && *date < debit.expires_on && !date.is_past(today);
            assert!(after.iter().all(|(key, amount)| !earlier(key) || *amount <= 0), "order {t:?}");
        }
    }
    if matches!(t.kind, T::Hold | T::Transfer | T::Release) {
        let mut dates: BTreeMap<ExpiresOn, i64> = BTreeMap::new();
        for e in t.entries.iter().filter(|e| e.expires_on != ExpiresOn::NEVER) {
            *dates.entry(e.expires_on).or_default() += e.amount.hundredths();
        }
        assert!(dates.values().all(|sum| *sum <= 0), "dates: renewed {t:?}");
    }
}

fn paths(book: &Book, t: &NewTransaction) {
    let side =
        |credit: bool| -> Vec<K> { t.entries.iter().filter(|e| e.amount.is_positive() == credit).map(|e| e.kind).collect() };
    let (from, to) = (side(false), side(true));
    let all = |kinds: &[K], allowed: &[K]| kinds.iter().all(|kind| allowed.contains(kind));
    const OWN: &[K] = &[K::Wallet, K::Organization, K::Pool];
    let fine = match t.kind {
        T::Fund => all(&from, &[K::Issuance, K::Breakage]) && all(&to, &[K::Budget]),
        T::Unfund => all(&from, &[K::Budget]) && all(&to, &[K::Issuance]),
        T::Award => all(&from, &[K::Budget]) && all(&to, OWN),
        T::Hold => all(&from, OWN) && all(&to, &[K::Escrow]),
        T::Release => all(&from, &[K::Escrow]) && all(&to, OWN),
        T::Capture => {
            let holder = book.holds.iter().find(|(id, _)| Some(*id) == t.ends).map(|(_, hold)| book.accounts[&hold.account].kind);
            let cash = to.contains(&K::Merchant);
            all(&from, &[K::Escrow]) && all(&to, &[K::Merchant, K::Issuance]) && (!cash || holder == Some(K::Wallet))
        }
        T::Transfer => {
            let cash = to.contains(&K::Wallet) && !all(&from, &[K::Wallet]);
            all(&from, OWN) && all(&to, &[OWN, &[K::Issuance]].concat()) && !cash
        }
        T::Settle => all(&from, &[K::Merchant]) && all(&to, &[K::Issuance]),
        T::Expire => all(&from, OWN) && all(&to, &[K::Breakage]),
        T::Reverse => true,
    };
    assert!(fine, "no_cash {t:?}");
}

fn escrow(book: &Book, after: &BTreeMap<(AccountId, ExpiresOn), i64>) {
    let mut open: BTreeMap<ExpiresOn, i64> = BTreeMap::new();
    for (_, hold) in book.holds.iter().filter(|(_, hold)| hold.ended_by.is_none()) {
        for (expires, amount) in &hold.parts {
            *open.entry(*expires).or_default() += amount.hundredths();
        }
    }
    let held = after.iter().filter(|((id, _), n)| book.accounts[id].kind == K::Escrow && **n != 0);
    assert_eq!(held.map(|((_, e), n)| (*e, *n)).collect::<BTreeMap<_, _>>(), open, "escrow");
}

fn funded(book: &Book) {
    let mut left: BTreeMap<AccountId, i64> = BTreeMap::new();
    for e in book.journal.iter().flat_map(|t| t.entries.iter()).filter(|e| e.kind == K::Budget) {
        *left.entry(e.account).or_default() += e.amount.hundredths();
    }
    assert!(left.values().all(|left| *left >= 0), "funded");
}

fn reversals(book: &Book) {
    for r in book.journal.iter().filter(|t| t.reverses.is_some()) {
        let o = book.journal.iter().find(|t| Some(t.receipt.id) == r.reverses).expect("an original");
        assert!(!matches!(o.kind, T::Hold | T::Release | T::Reverse), "reverse_once: kind");
        let back = r.receipt.amount.checked_add(r.receipt.unrecovered);
        assert_eq!(back, Some(o.receipt.amount), "reverse_once: all accounted for {r:?}");
        let hold = book.journal.iter().find(|t| Some(t.receipt.id) == o.ends);
        for credit in r.entries.iter().filter(|e| e.amount.is_positive() && e.expires_on != ExpiresOn::NEVER) {
            let taken = o.entries.iter().chain(hold.iter().flat_map(|h| h.entries.iter()));
            let same = |e: &crate::engine::Entry| {
                (e.account, e.expires_on) == (credit.account, credit.expires_on) && !e.amount.is_positive()
            };
            assert!(taken.into_iter().any(same), "reverse_once: old dates {r:?}");
        }
    }
}
