//! What can happen to points: a **posting** is one request to the ledger, complete in itself, with one constructor per
//! kind. Whether it may happen is decided by `engine` alone.

use base::ids::PersonId;
use base::money::Points;
use chrono::{DateTime, Utc};

use crate::account::{AccountId, Party, TransactionId};
use crate::dates::Validity;
use crate::encode::{Canonical, Hash, sha256};
use crate::fact::{Actor, Fact, ReasonCode, RuleVersion, Subject};

base::words! {
    /// Kind of a transaction.
    TransactionKind {
        /// Points for a budget, from issuance or breakage.
        Fund = "fund",
        /// Points out of a budget, out of circulation.
        Unfund = "unfund",
        /// From a budget to a wallet, organization or pool; dated here and nowhere else.
        Award = "award",
        /// Into escrow until it is captured or released.
        Hold = "hold",
        /// Ends a hold: to a merchant, or out of circulation for the community's own service.
        Capture = "capture",
        /// Ends a hold: back with the old dates.
        Release = "release",
        /// Gift, donation, or payment to the community.
        Transfer = "transfer",
        /// A merchant's captured points are paid for and retired.
        Settle = "settle",
        /// Points past their date, to breakage.
        Expire = "expire",
        /// Undoes one transaction, once.
        Reverse = "reverse",
    }
}

base::words! {
    /// Why a hold is released.
    ReleaseBy {
        /// Somebody cancelled; allowed as long as the hold is open.
        Cancel = "cancel",
        /// It ran out; refused before its time.
        Expiry = "expiry",
    }
}

/// Everything about a posting but the points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The business event, unique in the book.
    pub fact: Fact,
    /// The row of another noun it is about.
    pub subject: Subject,
    /// Public reason code.
    pub reason: ReasonCode,
    /// The rule and version that decided the amount, if one did.
    pub rule: Option<RuleVersion>,
    /// Who caused it.
    pub actor: Actor,
    /// Who approved it, in order.
    pub approvers: Vec<PersonId>,
    /// When the event happened (the posting may be later).
    pub occurred_at: DateTime<Utc>,
}

/// What is to happen to points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Movement {
    /// See [`Posting::fund`].
    Fund {
        /// Issuance or breakage.
        from: Party,
        /// The budget.
        budget: Party,
        /// Above zero.
        amount: Points,
    },
    /// See [`Posting::unfund`].
    Unfund {
        /// The budget.
        budget: Party,
        /// Above zero.
        amount: Points,
    },
    /// See [`Posting::award`].
    Award {
        /// The budget that pays.
        budget: Party,
        /// Wallet, organization or pool.
        to: Party,
        /// Above zero.
        amount: Points,
        /// How long the points live.
        validity: Validity,
    },
    /// See [`Posting::hold`].
    Hold {
        /// Wallet, organization or pool.
        from: Party,
        /// Above zero.
        amount: Points,
        /// From then on it can't be captured.
        expires_at: DateTime<Utc>,
    },
    /// See [`Posting::capture`].
    Capture {
        /// The hold.
        hold: TransactionId,
        /// A merchant, or issuance.
        to: Party,
    },
    /// See [`Posting::release`].
    Release {
        /// The hold.
        hold: TransactionId,
        /// Cancelled or run out.
        by: ReleaseBy,
    },
    /// See [`Posting::transfer`].
    Transfer {
        /// Wallet, organization or pool.
        from: Party,
        /// Another of them, or issuance.
        to: Party,
        /// Above zero.
        amount: Points,
    },
    /// See [`Posting::settle`].
    Settle {
        /// The merchant.
        merchant: Party,
        /// Above zero.
        amount: Points,
    },
    /// See [`Posting::expire`].
    Expire {
        /// Wallet, organization or pool.
        account: Party,
    },
    /// See [`Posting::reverse`].
    Reverse {
        /// The transaction to undo.
        original: TransactionId,
    },
}

/// One request to the ledger. Applied or refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Id of the transaction it becomes.
    pub id: TransactionId,
    /// Fact, reason, persons, time.
    pub about: About,
    /// The points.
    pub movement: Movement,
}

impl Posting {
    fn new(about: About, movement: Movement) -> Self {
        Self { id: TransactionId::new(), about, movement }
    }

    /// Points for a budget: from [`Party::ISSUANCE`], or [`Party::BREAKAGE`] by a decision to use expired points again.
    pub fn fund(about: About, from: Party, budget: Party, amount: Points) -> Self {
        Self::new(about, Movement::Fund { from, budget, amount })
    }

    /// Unused points of a budget go out of circulation.
    pub fn unfund(about: About, budget: Party, amount: Points) -> Self {
        Self::new(about, Movement::Unfund { budget, amount })
    }

    /// A reward out of a budget. Repays debt first; the rest expires at the end of the month `validity` after today.
    pub fn award(about: About, budget: Party, to: Party, amount: Points, validity: Validity) -> Self {
        Self::new(about, Movement::Award { budget, to, amount, validity })
    }

    /// Sets points aside until `expires_at`. The hold's id is this posting's id.
    pub fn hold(about: About, from: Party, amount: Points, expires_at: DateTime<Utc>) -> Self {
        Self::new(about, Movement::Hold { from, amount, expires_at })
    }

    /// Fulfils a hold: to a merchant, or to [`Party::ISSUANCE`] for the community's own service.
    pub fn capture(about: About, hold: TransactionId, to: Party) -> Self {
        Self::new(about, Movement::Capture { hold, to })
    }

    /// Ends a hold unfulfilled; every point goes back with its old date.
    pub fn release(about: About, hold: TransactionId, by: ReleaseBy) -> Self {
        Self::new(about, Movement::Release { hold, by })
    }

    /// Gift, donation, or payment to the community (to [`Party::ISSUANCE`]); dates go along.
    pub fn transfer(about: About, from: Party, to: Party, amount: Points) -> Self {
        Self::new(about, Movement::Transfer { from, to, amount })
    }

    /// A merchant's points are paid for and go out of circulation.
    pub fn settle(about: About, merchant: Party, amount: Points) -> Self {
        Self::new(about, Movement::Settle { merchant, amount })
    }

    /// Everything of an account that is past its date goes to breakage.
    pub fn expire(about: About, account: Party) -> Self {
        Self::new(about, Movement::Expire { account })
    }

    /// Undoes a transaction (never a hold, release or reverse), once.
    pub fn reverse(about: About, original: TransactionId) -> Self {
        Self::new(about, Movement::Reverse { original })
    }

    /// Its kind.
    pub const fn kind(&self) -> TransactionKind {
        match self.movement {
            Movement::Fund { .. } => TransactionKind::Fund,
            Movement::Unfund { .. } => TransactionKind::Unfund,
            Movement::Award { .. } => TransactionKind::Award,
            Movement::Hold { .. } => TransactionKind::Hold,
            Movement::Capture { .. } => TransactionKind::Capture,
            Movement::Release { .. } => TransactionKind::Release,
            Movement::Transfer { .. } => TransactionKind::Transfer,
            Movement::Settle { .. } => TransactionKind::Settle,
            Movement::Expire { .. } => TransactionKind::Expire,
            Movement::Reverse { .. } => TransactionKind::Reverse,
        }
    }

    /// Accounts it names itself, in canonical order. Those of a hold or an original are reached through it.
    pub(crate) fn parties(&self) -> Vec<Party> {
        match self.movement {
            Movement::Fund { from, budget, .. } => vec![from, budget],
            Movement::Unfund { budget, .. } => vec![budget, Party::ISSUANCE],
            Movement::Award { budget, to, .. } => vec![budget, to],
            Movement::Hold { from, .. } => vec![from, Party::ESCROW],
            Movement::Capture { to, .. } => vec![Party::ESCROW, to],
            Movement::Release { .. } => vec![Party::ESCROW],
            Movement::Transfer { from, to, .. } => vec![from, to],
            Movement::Settle { merchant, .. } => vec![merchant, Party::ISSUANCE],
            Movement::Expire { account } => vec![account, Party::BREAKAGE],
            Movement::Reverse { .. } => vec![],
        }
    }

    /// The hold it ends.
    pub(crate) const fn ended_hold(&self) -> Option<TransactionId> {
        match self.movement {
            Movement::Capture { hold, .. } | Movement::Release { hold, .. } => Some(hold),
            _ => None,
        }
    }

    /// The transaction it undoes.
    pub(crate) const fn original(&self) -> Option<TransactionId> {
        match self.movement {
            Movement::Reverse { original } => Some(original),
            _ => None,
        }
    }

    /// Hash of what a repetition must have in common with the first: what moves between which accounts and why. Not its
    /// id, the persons or any time: a retry may be sent by another session, later.
    pub(crate) fn content(&self, accounts: &[AccountId]) -> Hash {
        let mut bytes = Canonical::new("palm.posting.v1");
        bytes.text(self.kind().name());
        bytes.count(accounts.len());
        for account in accounts {
            bytes.bytes(account.0.as_bytes());
        }
        match &self.movement {
            Movement::Award { amount, validity, .. } => {
                bytes.number(amount.hundredths());
                bytes.number(i64::from(validity.months()));
            }
            Movement::Fund { amount, .. }
            | Movement::Unfund { amount, .. }
            | Movement::Hold { amount, .. }
            | Movement::Transfer { amount, .. }
            | Movement::Settle { amount, .. } => bytes.number(amount.hundredths()),
            Movement::Capture { hold, .. } => bytes.bytes(hold.0.as_bytes()),
            Movement::Release { hold, by } => {
                bytes.bytes(hold.0.as_bytes());
                bytes.text(by.name());
            }
            Movement::Expire { .. } => {}
            Movement::Reverse { original } => bytes.bytes(original.0.as_bytes()),
        }
        bytes.text(self.about.subject.kind.as_str());
        bytes.bytes(self.about.subject.id.as_bytes());
        bytes.text(self.about.reason.as_str());
        bytes.optional(self.about.rule.as_ref().map(|rule| rule.as_str().as_bytes()));
        sha256(&[&bytes.finish()])
    }
}
