//! The points ledger, the spine of the product: one append-only, double-entry **book** per community.
//!
//! Read in this order: `account` (who can hold points), `posting` (what can happen), `engine` (all rules, pure), `post`
//! (the three trips: `load`, `store`), `leaf` (what the public log sees), `audit` and `records` (how every row is proved). Nothing here knows money: yuan live in settlement.
//!
//! Tables owned: `ledger_heads ledger_accounts ledger_owners ledger_transactions ledger_entries ledger_balances
//! ledger_holds ledger_leaves ledger_privates`. Rows of transactions, entries and leaves are never changed.

#![deny(clippy::as_conversions, clippy::indexing_slicing)]

pub mod account;
pub mod accounts;
pub mod audit;
pub mod dates;
mod encode;
pub mod engine;
pub mod error;
pub mod fact;
pub mod leaf;
mod load;
pub mod post;
pub mod posting;
#[cfg(test)]
mod properties;
pub mod reads;
pub mod records;
mod reversal;
pub mod state;
mod store;

pub use account::{AccountId, AccountKind, BookId, Owner, OwnerKind, Party, TransactionId};
pub use accounts::{Erased, account_close, account_find, account_open, claw_back_set, erase};
pub use audit::{AuditCheck, AuditLine, AuditReport};
pub use dates::{BookDate, ExpiresOn, Validity};
pub use engine::{Effects, Entry, NewTransaction, apply};
pub use error::{ERRORS, PostError};
pub use fact::{Actor, Fact, ReasonCode, RuleVersion, Subject, TextError};
pub use post::{Outcome, post, post_one};
pub use posting::{About, Movement, Posting, ReleaseBy, TransactionKind};
pub use state::{BookState, ClawBack, Receipt};
pub use store::book_open;
