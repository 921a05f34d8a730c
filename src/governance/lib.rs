//! Palm governance 掌上治理: requests and who answers them. A wing: it knows the other wings by events only.
//!
//! Three nouns are crates of their own, in their folders: `duty_list`, `requests` above it, `chat` above that.
//!
//! Edges between nouns: `grid_tasks → requests`; `starter_packs → duty_list, requests`; `leads → requests, duty_list`;
//! `open311 → requests, duty_list`; `connectors → requests`; `facilities → leads, requests`; `joint_cases → requests`.

pub mod connectors;

pub mod facilities;
pub mod grid_tasks;
pub mod joint_cases;
pub mod leads;
pub mod open311;
mod reach;

pub mod starter_packs;

pub use {chat, duty_list, requests};

use std::sync::Arc;

use base::clients::webhook::Webhooks;
use base::error::ErrorCode;
use base::jobs::JobKind;
use base::keys::KeyRing;
use base::state::StateTable;
use ledger::AuditCheck;
use people::identity::{EraseHook, ExportHook, HomeHook, MergeHook, Rule};

/// Rows of this wing in the permission table.
pub const PERMISSIONS: &[&[Rule]] = &[
    requests::PERMISSIONS,
    requests::clocks::PERMISSIONS,
    requests::kpis::PERMISSIONS,
    requests::joining::PERMISSIONS,
    requests::finding::PERMISSIONS,
    requests::exports::PERMISSIONS,
    requests::mediations::PERMISSIONS,
    requests::root_causes::PERMISSIONS,
    requests::bulk::PERMISSIONS,
    duty_list::PERMISSIONS,
    grid_tasks::PERMISSIONS,
    starter_packs::PERMISSIONS,
    leads::PERMISSIONS,
    facilities::PERMISSIONS,
    open311::PERMISSIONS,
    connectors::PERMISSIONS,
    joint_cases::PERMISSIONS,
    chat::groups::PERMISSIONS,
    chat::topics::PERMISSIONS,
    chat::messages::PERMISSIONS,
    chat::moderation::PERMISSIONS,
    chat::records::PERMISSIONS,
    chat::cases::PERMISSIONS,
    chat::keywords::PERMISSIONS,
    chat::summaries::PERMISSIONS,
    chat::cards::PERMISSIONS,
    chat::live::PERMISSIONS,
    chat::unread::PERMISSIONS,
    chat::search::PERMISSIONS,
    chat::exports::PERMISSIONS,
];
/// Error codes of this wing.
pub const ERRORS: &[&[&ErrorCode]] = &[
    requests::ERRORS,
    requests::clocks::ERRORS,
    requests::kpis::ERRORS,
    requests::joining::ERRORS,
    requests::finding::ERRORS,
    requests::exports::ERRORS,
    requests::mediations::ERRORS,
    requests::root_causes::ERRORS,
    requests::bulk::ERRORS,
    duty_list::ERRORS,
    grid_tasks::ERRORS,
    starter_packs::ERRORS,
    leads::ERRORS,
    facilities::ERRORS,
    open311::ERRORS,
    connectors::ERRORS,
    joint_cases::ERRORS,
    chat::groups::ERRORS,
    chat::topics::ERRORS,
    chat::messages::ERRORS,
    chat::moderation::ERRORS,
    chat::cases::ERRORS,
    chat::keywords::ERRORS,
    chat::summaries::ERRORS,
    chat::live::ERRORS,
    chat::search::ERRORS,
];
/// State machines of this wing, by noun.
pub const STATES: &[&[StateTable]] = &[
    requests::STATES,
    requests::kpis::STATES,
    requests::exports::STATES,
    requests::mediations::STATES,
    requests::root_causes::STATES,
    duty_list::STATES,
    grid_tasks::STATES,
    starter_packs::STATES,
    leads::STATES,
    connectors::STATES,
    joint_cases::STATES,
    chat::STATES,
];
/// What the audit asks of this wing's tables.
pub const CHECKS: &[&[AuditCheck]] = &[requests::CHECKS];
/// This wing's parts of the home screen and to-do list.
pub const HOME: &[HomeHook] = &[
    requests::home,
    requests::mediations::home,
    requests::root_causes::home,
    duty_list::home,
    grid_tasks::home,
    leads::home,
    joint_cases::home,
    chat::home,
];
/// What this wing does when a person is erased.
pub const ERASE: &[EraseHook] = &[
    requests::ERASE,
    requests::joining::ERASE,
    requests::finding::ERASE,
    requests::exports::ERASE,
    requests::mediations::ERASE,
    grid_tasks::ERASE,
    leads::ERASE,
    joint_cases::ERASE,
    chat::ERASE,
];
/// What this wing does when two accounts of one person become one.
pub const MERGE: &[MergeHook] =
    &[requests::MERGE, requests::joining::MERGE, requests::mediations::MERGE, grid_tasks::MERGE, joint_cases::MERGE, chat::MERGE];
/// What this wing gives along in the export of a person.
pub const EXPORT: &[ExportHook] = &[
    requests::EXPORT,
    requests::joining::EXPORT,
    requests::finding::EXPORT,
    requests::exports::EXPORT,
    requests::mediations::EXPORT,
    grid_tasks::EXPORT,
    leads::EXPORT,
    joint_cases::EXPORT,
    chat::EXPORT,
];

/// Background jobs of this wing. Webhooks go out by `webhooks`, signed with secrets that `ring` opens.
pub fn jobs(webhooks: &Arc<Webhooks>, ring: &Arc<KeyRing>) -> Vec<JobKind> {
    let mut all = requests::jobs();
    all.extend(requests::clocks::jobs());
    all.extend(grid_tasks::jobs());
    all.extend(leads::jobs());
    all.extend(open311::jobs());
    all.extend(connectors::jobs(webhooks, ring));
    all.extend(chat::jobs());
    all
}
