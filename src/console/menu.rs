//! The menu: one line a screen area. What it shows is no right: every page asks `Can` itself.

use governance::chat::moderation::ChatQueueList;
use governance::requests;
use life::settlement;
use people::community::{import, places, residencies};
use people::identity::Actor;
use people::screening::ScreeningList;
use points::budgets;

use super::said::Said;
use super::{words_frame as w, words_imports, words_operations, words_people, words_points, words_settlements};
use crate::operations;

/// The to-do list.
pub(super) const HOME: &str = "/console";

/// One entry.
pub(crate) struct Entry {
    /// Its page; pages below it belong to it.
    pub(crate) path: &'static str,
    /// Its name.
    pub(crate) name: Said,
    /// Who sees it.
    pub(crate) may: fn(&Actor) -> bool,
}

/// In the order of the menu.
pub(super) const ENTRIES: &[Entry] = &[
    Entry { path: HOME, name: w::TODO, may: |_anybody| true },
    Entry { path: "/console/requests", name: w::REQUESTS, may: Actor::may::<requests::RequestList> },
    Entry { path: "/console/chat", name: w::CHAT, may: Actor::may::<ChatQueueList> },
    Entry { path: "/console/moderation", name: w::MODERATION, may: Actor::may::<ScreeningList> },
    Entry { path: "/console/people", name: words_people::CLAIMS, may: Actor::may::<residencies::ResidencyList> },
    Entry { path: "/console/places", name: words_people::PLACES, may: Actor::may::<places::GridRedList> },
    Entry { path: "/console/imports", name: words_imports::TITLE, may: Actor::may::<import::ImportList> },
    Entry { path: "/console/points", name: words_points::TITLE, may: Actor::may::<budgets::BudgetList> },
    Entry { path: "/console/settlements", name: words_settlements::TITLE, may: Actor::may::<settlement::SettlementList> },
    Entry { path: "/console/operations", name: words_operations::TITLE, may: Actor::may::<operations::DeadJobList> },
];
