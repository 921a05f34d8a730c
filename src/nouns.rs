//! The tables that every noun adds its rows to: permissions, error codes, jobs, audit checks, states, and the hooks for one person.
//! A crate below collects its own nouns; here stands one line a crate.

use std::sync::Arc;

use base::error::ErrorCode;
use base::jobs::JobKind;
use base::state::StateTable;
use ledger::AuditCheck;
use people::identity::{EraseHook, ExportHook, HomeHook, Hooks, MergeHook, Rule};
use people::{calendar, community, files, identity, notify, screening};

use crate::app::Parts;
use crate::console;
use crate::neighbours;
use crate::operations;

/// The permission table.
pub fn permissions() -> Vec<&'static Rule> {
    let mut nouns: Vec<&'static [Rule]> = vec![identity::PERMISSIONS];
    nouns.extend(community::PERMISSIONS);
    nouns.extend([notify::PERMISSIONS, calendar::PERMISSIONS, files::PERMISSIONS, screening::PERMISSIONS]);
    nouns.extend(points::PERMISSIONS);
    nouns.extend(life::PERMISSIONS);
    nouns.extend(service::PERMISSIONS);
    nouns.extend(governance::PERMISSIONS);
    nouns.push(operations::PERMISSIONS);
    nouns.into_iter().flatten().collect()
}

/// Operations that need no sign-in.
pub const PUBLIC: &[&str] = &[
    "healthz",
    "readyz",
    "version",
    "facility_alarm_create",
    "session_create",
    "console_login_create",
    "session_refresh",
    "wechat_push_setup",
    "wechat_push_receive",
    "file_bytes_find",
    "open311_discovery",
    "open311_services",
    "open311_service",
    "open311_request_create",
    "open311_token",
    "open311_requests",
    "open311_request",
    "open311_updates",
    "open311_update_create",
    "open311_bulk",
    "connector_update_receive",
    "public_request_list",
    "public_request_map",
    "public_request_feed",
    "public_request_find",
    "chat_figures",
    "chat_card_find",
    "request_export_file_find",
];

/// Every error code.
pub fn errors() -> Vec<&'static ErrorCode> {
    let mut nouns: Vec<&'static [&'static ErrorCode]> = vec![base::error::ERRORS, identity::ERRORS];
    nouns.extend(community::ERRORS);
    nouns.extend([notify::ERRORS, calendar::ERRORS, files::ERRORS, screening::ERRORS, ledger::ERRORS]);
    nouns.extend(points::ERRORS);
    nouns.extend(life::ERRORS);
    nouns.extend(service::ERRORS);
    nouns.extend(governance::ERRORS);
    nouns.push(console::ERRORS);
    nouns.into_iter().flatten().copied().collect()
}

/// Every state machine.
pub fn states() -> Vec<StateTable> {
    let people = [
        ("registration", identity::STATES),
        ("residency", community::residencies::STATES),
        ("family_proxy", identity::ProxyState::TABLE),
        ("legal_hold", identity::HoldState::TABLE),
        ("person_merge", community::merges::MergeState::TABLE),
        ("file_check", files::STATES),
    ];
    [&people[..], screening::STATES, points::STATES, life::STATES, service::STATES, &governance::STATES.concat()].concat()
}

/// Every kind of background job.
pub fn jobs(parts: &Parts) -> Vec<JobKind> {
    let mut all = vec![base::jobs::housekeeping()];
    all.extend(identity::jobs(Arc::clone(&parts.hooks), Arc::clone(&parts.erasures)));
    all.extend(community::jobs());
    all.extend(notify::jobs(Arc::clone(&parts.outbound), Arc::clone(&parts.ring), Arc::clone(&parts.templates), LISTENERS));
    all.extend(files::jobs(&parts.cabinet, &parts.outbound, &parts.ring));
    all.extend(screening::jobs());
    all.extend(points::jobs(&points_outside()));
    all.extend(life::jobs());
    all.extend(service::jobs());
    all.extend(governance::jobs(&parts.webhooks, &parts.ring));
    all
}

/// Whose things are checked before they are published; they hear of a person's decisions.
pub const SCREENED: &[screening::Noun] = &[
    screening::Noun { name: files::NOUN, zh: "图片", path: Some("/api/v1/files/"), decided: files::decided, texts: None },
    governance::requests::SCREENED,
    governance::chat::SCREENED,
];

/// Who listens to WeChat's events.
const LISTENERS: notify::Listeners = &[(files::MEDIA_EVENT, files::media_checked)];

/// What `palm audit` checks besides the ledger's own invariants: the nouns' tables against the books.
pub fn audit_checks() -> Vec<AuditCheck> {
    let mut nouns: Vec<&'static [AuditCheck]> = vec![points::CHECKS, service::CHECKS];
    nouns.extend(life::CHECKS);
    nouns.extend(governance::CHECKS);
    nouns.into_iter().flatten().copied().collect()
}

/// What each noun does for one person.
pub(crate) fn hooks() -> Hooks {
    Hooks {
        home: [
            &[
                community::residencies::home as HomeHook,
                community::proxies::home,
                screening::home,
                points::home,
                service::volunteering::home,
            ],
            life::HOME,
            governance::HOME,
        ]
        .concat(),
        // Open orders end before the wallet is emptied.
        erase: [
            &[life::ERASE, service::volunteering::ERASE],
            governance::ERASE,
            &[
                points::ERASE,
                EraseHook { noun: "community", before: None, erase: community::residencies::erase },
                EraseHook { noun: "person_merges", before: None, erase: community::merges::erase },
                EraseHook { noun: "notify", before: None, erase: notify::erase },
                EraseHook { noun: "files", before: None, erase: files::erase },
                EraseHook { noun: "screening", before: None, erase: screening::erase },
            ],
        ]
        .concat(),
        // Open orders end before the balance is passed on.
        merge: [
            &[
                life::MERGE,
                points::MERGE,
                service::volunteering::MERGE,
                MergeHook { noun: "community", before: None, merge: community::merges::merge },
                MergeHook { noun: "notify", before: None, merge: notify::merge },
                MergeHook { noun: "files", before: None, merge: files::merge },
                MergeHook { noun: "screening", before: None, merge: screening::merge },
            ],
            governance::MERGE,
        ]
        .concat(),
        export: [
            &[
                points::EXPORT,
                service::volunteering::EXPORT,
                ExportHook { noun: "community", export: community::residencies::export },
                ExportHook { noun: "notify", export: notify::export },
                ExportHook { noun: "files", export: files::export },
                ExportHook { noun: "screening", export: screening::export },
            ],
            life::EXPORT,
            governance::EXPORT,
        ]
        .concat(),
    }
}

/// What points know of their neighbours.
pub(crate) fn points_outside() -> points::Outside {
    points::Outside { households: Arc::new(neighbours::Community), notices: Arc::new(neighbours::Inbox) }
}
