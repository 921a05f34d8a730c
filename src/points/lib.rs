//! Points (积分): budgets that pay, rules that decide, awards that follow from events, wallets and statements, expiry, reversal.
//! The ledger below moves the points; this crate decides which, why and by whom.
//!
//! Other nouns hand in what happened with [`emit`]; the award follows by a job. What points must know of its neighbours stands in
//! [`Outside`] and is filled by `app.rs`.
//!
//! Edges between nouns: `rules → budgets`; `awards → rules, budgets`; `contributions → awards, budgets, rules`;
//! `reversals → awards, budgets`; `statements → awards, rules`. `transfers` and `expiry` stand alone.

mod audit;
mod decision;
mod home;
mod outside;
pub mod place;

pub mod awards;
pub mod budgets;
pub mod contributions;
mod expiry;
pub mod reversals;
pub mod rules;
pub mod statements;
pub mod transfers;

use std::time::Duration;

use base::error::ErrorCode;
use base::jobs::JobKind;
use base::state::StateTable;
use people::identity::{EraseHook, ExportHook, MergeHook, Rule};

pub use audit::CHECKS;
pub use awards::{Beneficiary, Event, EventId, Evidence, emit};
pub use home::home;
pub use outside::{Households, Notice, Notices, Outside};
pub use rules::EventKind;

/// Job that posts the awards waiting for a budget.
pub(crate) const RETRY_JOB: &str = "points_retry";
/// Job that passes on what reached merged accounts.
pub(crate) const FOLLOW_MERGES_JOB: &str = "points_follow_merges";

/// The rows of this crate in the permission table.
pub const PERMISSIONS: &[&[Rule]] = &[
    budgets::PERMISSIONS,
    rules::PERMISSIONS,
    awards::PERMISSIONS,
    contributions::PERMISSIONS,
    transfers::PERMISSIONS,
    reversals::PERMISSIONS,
    statements::PERMISSIONS,
];

/// The error codes of this crate.
pub const ERRORS: &[&[&ErrorCode]] = &[place::ERRORS, budgets::ERRORS, rules::ERRORS, transfers::ERRORS];

/// State machines of this crate.
pub const STATES: &[StateTable] = &[
    ("budget", budgets::STATES),
    ("budget_change", budgets::DECISIONS),
    ("earning_rule", rules::STATES),
    ("award", awards::STATES),
    ("contribution", budgets::DECISIONS),
    ("reversal", budgets::DECISIONS),
];

/// What points give along in the export of a person.
pub const EXPORT: ExportHook = ExportHook { noun: "points", export: home::export };

/// What points do when a person is erased; after whoever holds points of theirs has let go.
pub const ERASE: EraseHook = EraseHook { noun: "points", before: Some(home::forfeit), erase: home::erase };

/// What points do when two accounts of one person become one; after whoever holds points of the one that ends has let go.
/// Awards stay with the account that earned them; what waits for a budget is passed on when it is posted.
pub const MERGE: MergeHook = MergeHook { noun: "points", before: Some(home::pass_on), merge: |_tx, _gone, _keep| Ok(()) };

/// The jobs of this crate.
pub fn jobs(outside: &Outside) -> Vec<JobKind> {
    let mut kinds = awards::kinds(outside);
    kinds.extend(expiry::kinds(outside));
    kinds.push(JobKind::new(FOLLOW_MERGES_JOB, |db, _payload| Ok(home::follow_merges(db)?)).every(Duration::from_secs(3600)));
    kinds
}
