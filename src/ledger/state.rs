//! The part of a book that a batch of postings touches: what `store` loads under the head lock and `engine` works on.
//! Ordered maps throughout, so the same input gives the same entries in the same order.

use std::collections::BTreeMap;

use base::money::Points;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::account::{AccountId, AccountKind, BookId, Owner, Party, TransactionId};
use crate::dates::{BookDate, ExpiresOn};
use crate::encode::Hash;
use crate::engine::Entry;
use crate::fact::Fact;
use crate::posting::TransactionKind;

base::words! {
    /// What happens when an award is reversed whose points are already spent.
    ClawBack {
        /// The reversal is refused.
        Refuse = "refuse",
        /// What is there comes back; the rest is recorded as not recovered.
        UpToBalance = "up_to_balance",
        /// What is missing becomes a debt that the next award repays. A pool can't owe: as `up_to_balance`.
        AllowDebt = "allow_debt",
    }
}

/// The book's head row, held locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The book.
    pub book: BookId,
    /// Sequence of the next transaction, from 1.
    pub next_sequence: i64,
    /// Time of this batch: the clock after the lock, never before the last posting. Decides every expiry.
    pub posted_at: DateTime<Utc>,
    /// The book's policy.
    pub claw_back: ClawBack,
}

/// An account with its buckets. A missing bucket is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What it is for.
    pub kind: AccountKind,
    /// Closed accounts take part only in what ends or undoes something.
    pub closed: bool,
    /// Set for an account that is not stored yet: it is opened with the first entry.
    pub unopened: Option<Owner>,
    /// Amount by last day of spending.
    pub buckets: BTreeMap<ExpiresOn, Points>,
}

impl Account {
    /// An empty account of a kind.
    pub fn new(kind: AccountKind) -> Self {
        Self { kind, closed: false, unopened: None, buckets: BTreeMap::new() }
    }

    /// What may be spent today: all buckets that are not past, less debt. Independent of when the sweep runs.
    pub fn available(&self, today: BookDate) -> Option<Points> {
        let mut sum = Points::ZERO;
        for (expires, amount) in &self.buckets {
            if !expires.is_past(today) {
                sum = sum.checked_add(*amount)?;
            }
        }
        Some(sum)
    }

    /// The amount of one bucket.
    pub fn bucket(&self, expires: ExpiresOn) -> Points {
        self.buckets.get(&expires).copied().unwrap_or_default()
    }
}

/// A hold with the dates it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Whose points.
    pub account: AccountId,
    /// What was taken from which bucket.
    pub parts: Vec<(ExpiresOn, Points)>,
    /// From then on it can't be captured.
    pub expires_at: DateTime<Utc>,
    /// The capture or release, once there is one.
    pub ended_by: Option<TransactionId>,
}

/// A posted transaction that is to be reversed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Its kind.
    pub kind: TransactionKind,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// The hold it ended, for a capture.
    pub hold: Option<TransactionId>,
    /// The reversal, once there is one.
    pub reversed_by: Option<TransactionId>,
}

/// The answer to a posting: the same for the first time and for every repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The transaction.
    pub id: TransactionId,
    /// Its place in the book.
    pub sequence: i64,
    /// When it was posted.
    pub posted_at: DateTime<Utc>,
    /// Points moved: the sum of its positive entries.
    pub amount: Points,
    /// Of a claw-back: what neither points nor debt brought back.
    pub unrecovered: Points,
    /// Hash of what a repetition must have in common.
    pub(crate) content: Hash,
}

/// The touched part of one book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookState {
    pub(crate) head: Head,
    pub(crate) accounts: BTreeMap<AccountId, Account>,
    pub(crate) owners: BTreeMap<(AccountKind, Uuid), AccountId>,
    pub(crate) holds: BTreeMap<TransactionId, Hold>,
    pub(crate) facts: BTreeMap<Fact, Receipt>,
    pub(crate) originals: BTreeMap<TransactionId, Original>,
}

impl BookState {
    /// Nothing loaded yet.
    pub fn new(head: Head) -> Self {
        Self {
            head,
            accounts: BTreeMap::new(),
            owners: BTreeMap::new(),
            holds: BTreeMap::new(),
            facts: BTreeMap::new(),
            originals: BTreeMap::new(),
        }
    }

    /// The batch's date in Asia/Shanghai.
    pub fn today(&self) -> BookDate {
        BookDate::of(self.head.posted_at)
    }

    /// The head as it stands after what was applied.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// A loaded account.
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.get(&id)
    }

    /// The loaded account that a posting names.
    pub fn account_of(&self, party: Party) -> Option<AccountId> {
        match party {
            Party::Account(id) => Some(id),
            Party::Of(kind, owner) => self.owners.get(&(kind, owner.id)).copied(),
            Party::Book(kind) => self.owners.get(&(kind, self.head.book.0)).copied(),
        }
        .filter(|id| self.accounts.contains_key(id))
    }
}
