//! The real side: the engine over a book in memory that loads for each posting only what it touches, as `store` does,
//! and writes only what the effects say.

use std::collections::BTreeMap;

use base::ids::PersonId;
use base::money::Points;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::model::{ACCOUNTS, BREAKAGE, BUDGET, ESCROW, FRESH, ISSUANCE, MERCHANT, ORGANIZATION, OWN, Op, POOL};
use crate::account::{AccountId, AccountKind, BookId, Owner, OwnerKind, Party, TransactionId};
use crate::dates::Validity;
use crate::engine::{Effects, NewTransaction, apply};
use crate::error::PostError;
use crate::fact::{Actor, Fact, ReasonCode, Subject};
use crate::posting::{About, Posting, ReleaseBy};
use crate::state::{Account, BookState, ClawBack, Head, Hold, Original, Receipt};

const BOOK: BookId = BookId(Uuid::from_u128(1));

pub(crate) fn party(account: usize) -> Party {
    let id = Uuid::from_u128(1000 + u128::try_from(account).unwrap());
    match account {
        ISSUANCE => Party::ISSUANCE,
        ESCROW => Party::ESCROW,
        BREAKAGE => Party::BREAKAGE,
        MERCHANT => Party::merchant(id),
        ORGANIZATION => Party::organization(base::ids::OrganizationId(id)),
        POOL => Party::pool(Owner { kind: OwnerKind::Household, id }),
        n if n < OWN => Party::budget(id),
        _ => Party::wallet(PersonId(id)),
    }
}

pub(crate) fn id(account: usize) -> AccountId {
    AccountId(Uuid::from_u128(2000 + u128::try_from(account).unwrap()))
}

fn owner(party: Party) -> (AccountKind, Owner) {
    match party {
        Party::Of(kind, owner) => (kind, owner),
        Party::Book(kind) => (kind, Owner { kind: OwnerKind::Book, id: BOOK.0 }),
        Party::Account(_) => unreachable!(),
    }
}

pub(crate) struct Book {
    pub(crate) head: Head,
    pub(crate) accounts: BTreeMap<AccountId, Account>,
    pub(crate) holds: Vec<(TransactionId, Hold)>,
    pub(crate) journal: Vec<NewTransaction>,
    pub(crate) postings: Vec<Posting>,
    /// The same history on one state that is never loaded again: a batch.
    pub(crate) batch: BookState,
    facts: u128,
}

impl Book {
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        let head = Head { book: BOOK, next_sequence: 1, posted_at: now, claw_back: ClawBack::UpToBalance };
        let mut batch = BookState::new(head.clone());
        for account in 0..ACCOUNTS {
            let (kind, owner) = owner(party(account));
            batch.owners.insert((kind, owner.id), id(account));
            batch.accounts.insert(id(account), Account { unopened: Some(owner), ..Account::new(kind) });
        }
        let (accounts, holds, journal, postings) = (BTreeMap::new(), Vec::new(), Vec::new(), Vec::new());
        Self { head, accounts, holds, journal, postings, batch, facts: 0 }
    }

    fn about(&mut self) -> About {
        self.facts += 1;
        About {
            fact: Fact::transfer(Uuid::from_u128(self.facts)),
            subject: Subject { kind: ReasonCode::known("history"), id: Uuid::nil() },
            reason: ReasonCode::known("tried"),
            rule: None,
            actor: Actor::System,
            approvers: vec![],
            occurred_at: self.head.posted_at,
        }
    }

    /// The posting of an operation; `None` for what is no posting.
    pub(crate) fn posting(&mut self, op: &Op) -> Option<Posting> {
        let about = self.about();
        let points = Points::from_hundredths;
        let unknown = TransactionId(Uuid::nil());
        let hold = |nth: usize| self.holds.get(nth).map_or(unknown, |(id, _)| *id);
        Some(match *op {
            Op::Tick { .. } | Op::Policy(_) => return None,
            Op::Again { nth, changed } => {
                let mut posting = self.postings.get(nth)?.clone();
                posting.id = TransactionId::new();
                if changed {
                    posting.about.reason = ReasonCode::known("changed");
                }
                posting
            }
            Op::Fund { recycled, budget, amount } => {
                let from = if recycled { Party::BREAKAGE } else { Party::ISSUANCE };
                Posting::fund(about, from, party(BUDGET + budget), points(amount))
            }
            Op::Unfund { budget, amount } => Posting::unfund(about, party(BUDGET + budget), points(amount)),
            Op::Award { budget, to, amount, months } => {
                let validity = Validity::from_months(months).unwrap();
                Posting::award(about, party(BUDGET + budget), party(OWN + to), points(amount), validity)
            }
            Op::Hold { from, amount, hours } => {
                let expires_at = self.head.posted_at + TimeDelta::hours(hours);
                Posting::hold(about, party(OWN + from), points(amount), expires_at)
            }
            Op::Capture { nth, merchant } => {
                Posting::capture(about, hold(nth), party(if merchant { MERCHANT } else { ISSUANCE }))
            }
            Op::Release { nth, expiry } => {
                Posting::release(about, hold(nth), if expiry { ReleaseBy::Expiry } else { ReleaseBy::Cancel })
            }
            Op::Transfer { from, to, amount } => {
                let to = if to == 5 { ISSUANCE } else { OWN + to };
                Posting::transfer(about, party(OWN + from), party(to), points(amount))
            }
            Op::Settle { amount } => Posting::settle(about, party(MERCHANT), points(amount)),
            Op::Expire { account } => Posting::expire(about, party(OWN + account)),
            Op::Reverse { nth } => Posting::reverse(about, self.journal.get(nth).map_or(unknown, |t| t.receipt.id)),
        })
    }

    /// Loads what one posting touches, and nothing else.
    fn load(&self, posting: &Posting) -> BookState {
        let mut state = BookState::new(self.head.clone());
        let known = (0..ACCOUNTS).map(|n| (party(n), id(n)));
        let mut ids: Vec<AccountId> = known.filter(|(p, _)| posting.parties().contains(p)).map(|(_, id)| id).collect();
        let mut holds: Vec<TransactionId> = posting.ended_hold().into_iter().collect();
        if let Some(transaction) = self.journal.iter().find(|t| Some(t.receipt.id) == posting.original()) {
            let reversed_by = self.journal.iter().find(|t| t.reverses == posting.original()).map(|t| t.receipt.id);
            let (kind, entries) = (transaction.kind, transaction.entries.clone());
            ids.extend(entries.iter().map(|e| e.account));
            holds.extend(transaction.ends);
            state.originals.insert(transaction.receipt.id, Original { kind, entries, hold: transaction.ends, reversed_by });
        }
        for (id, hold) in self.holds.iter().filter(|(id, _)| holds.contains(id)) {
            ids.push(hold.account);
            state.holds.insert(*id, hold.clone());
        }
        for n in 0..ACCOUNTS {
            if ids.contains(&id(n)) {
                let (kind, owner) = owner(party(n));
                state.owners.insert((kind, owner.id), id(n));
                let new = Account { unopened: Some(owner), ..Account::new(kind) };
                state.accounts.insert(id(n), self.accounts.get(&id(n)).cloned().unwrap_or(new));
            }
        }
        let same = self.journal.iter().find(|t| t.about.fact == posting.about.fact);
        state.facts.extend(same.map(|t| (t.about.fact.clone(), t.receipt.clone())));
        state
    }

    /// Sends a posting to a freshly loaded state and to the batch; both must say the same.
    pub(crate) fn send(&mut self, posting: &Posting) -> Result<Receipt, PostError> {
        let mut state = self.load(posting);
        let before = state.clone();
        let effects = apply(&mut state, posting);
        assert_eq!(effects, apply(&mut self.batch, posting), "a batch decides as single postings do");
        match effects {
            Err(error) => {
                assert_eq!(state, before, "a refusal changes nothing");
                Err(error)
            }
            Ok(Effects::Replayed(first)) => {
                assert_eq!(state, before, "a repetition changes nothing");
                Ok(first)
            }
            Ok(Effects::Posted(transaction)) => {
                self.write(&transaction);
                self.postings.push(posting.clone());
                Ok(transaction.receipt)
            }
        }
    }

    /// Writes what the effects say, and nothing else.
    fn write(&mut self, new: &NewTransaction) {
        for (id, kind, _) in &new.opened {
            assert!(self.accounts.insert(*id, Account::new(*kind)).is_none(), "opened once");
        }
        for entry in &new.entries {
            let account = self.accounts.get_mut(&entry.account).expect("an opened account");
            let bucket = account.buckets.entry(entry.expires_on).or_default();
            *bucket = bucket.checked_add(entry.amount).unwrap();
        }
        if let Some((_, hold)) = self.holds.iter_mut().find(|(id, _)| Some(*id) == new.ends) {
            hold.ended_by = Some(new.receipt.id);
        }
        self.holds.extend(new.hold.clone().map(|hold| (new.receipt.id, hold)));
        self.head.next_sequence += 1;
        self.journal.push(new.clone());
    }

    pub(crate) fn set(&mut self, now: DateTime<Utc>, policy: ClawBack) {
        self.head.posted_at = now;
        self.head.claw_back = policy;
        self.batch.head = Head { next_sequence: self.batch.head.next_sequence, ..self.head.clone() };
    }

    /// Non-empty buckets by account index and date, in hundredths.
    pub(crate) fn buckets(&self) -> BTreeMap<(usize, Option<chrono::NaiveDate>), i64> {
        let of = |n: usize| self.accounts.get(&id(n)).into_iter().flat_map(|account| account.buckets.iter());
        let all = (0..=FRESH).flat_map(|n| of(n).map(move |(e, amount)| ((n, e.date()), amount.hundredths())));
        all.filter(|(_, amount)| *amount != 0).collect()
    }
}
