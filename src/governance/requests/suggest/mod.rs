//! Which item of the duty list a text is about, and which open requests near by say the same. Only suggested, with the reason; never
//! applied by itself. Owns `request_search`, which staff's search uses too.
//!
//! Two voices vote: the words of the duty list in force, and similar past requests of the same community. See [`vote`].

pub mod http;
mod near;
mod rows;
mod schema;
mod vote;

use base::db::{DbResult, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId};
use diesel::PgConnection;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::CaseId;
use super::rows_details::Details;
use base::search;

pub use near::{Near, Nearby, near};
pub use vote::{Candidate, Past, Vote, vote};

/// Suggestions of one answer.
const MOST: usize = 5;

/// A suggested category and why.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Suggestion {
    /// Code of the duty list.
    pub code: String,
    /// The item.
    pub title: String,
    /// The first two levels.
    pub category: [String; 2],
    /// 0 to 1; only the order means something.
    pub score: f64,
    /// Why, in Chinese.
    pub why: String,
    /// Why, in English.
    pub why_en: String,
    /// One line to read out.
    pub summary: String,
}

/// What stands among the words of a request that speaks of danger. Marks begin with a character that no word holds.
pub(crate) const DANGER_MARK: &str = "#danger";

/// What stands among the words of the requests of a community or unit.
pub(crate) fn mark_of(id: Uuid) -> String {
    format!("#{:012x}", id.as_u128() & 0xffff_ffff_ffff)
}

/// Keeps the words of a new request for search, with the marks of its community, of the units that have it, and of danger.
pub(crate) fn index(tx: &mut Tx<'_>, details: &Details, community: GridUnitId, units: &[OrganizationId]) -> DbResult<()> {
    let mut lexemes = search::lexemes(&details.text);
    lexemes.push(mark_of(community.0));
    lexemes.extend(units.iter().map(|unit| mark_of(unit.0)));
    lexemes.extend(details.danger.as_ref().map(|_| DANGER_MARK.to_owned()));
    rows::put(tx.conn(), details.request_id, community, &lexemes)
}

/// Units have been given a request: their handlers find it by its words. What a unit had before stays marked; whether it has it now is
/// asked anyway.
pub(crate) fn given(tx: &mut Tx<'_>, case: CaseId, units: &[OrganizationId]) -> DbResult<()> {
    rows::mark(tx.conn(), case, &units.iter().map(|unit| mark_of(unit.0)).collect())
}

/// Forgets the words of requests, when their texts are erased.
pub(crate) fn forget(connection: &mut PgConnection, cases: &[CaseId]) -> DbResult<()> {
    rows::forget(connection, cases)
}

fn why(vote: &Vote) -> (String, String) {
    let words = vote.words.iter().take(3).map(|word| format!("“{word}”")).collect::<Vec<String>>();
    let mut zh = Vec::new();
    let mut en = Vec::new();
    if !words.is_empty() {
        zh.push(format!("文字里有{}", words.join("")));
        en.push(format!("the text says {}", words.join(", ")));
    }
    if vote.similar > 0 {
        zh.push(format!("与 {} 件相似的诉求同类", vote.similar));
        en.push(format!("like {} similar requests", vote.similar));
    }
    if zh.is_empty() {
        zh.push("用词与该事项接近".to_owned());
        en.push("the wording is close to this item".to_owned());
    }
    (zh.join("；"), en.join("; "))
}

/// Up to five items of the community's duty list that a text may be about, the likeliest first.
pub fn suggest(connection: &mut PgConnection, community: GridUnitId, text: &str) -> Result<Vec<Suggestion>, ApiError> {
    let items: Vec<Candidate> = duty_list::all_in_force(connection, community)?.iter().map(Candidate::from).collect();
    let past = match search::query_any(text) {
        Some(query) => rows::past(connection, community, &query)?,
        None => Vec::new(),
    };
    let votes = vote(text, &items, &past, MOST);
    let shown = |vote: Vote| {
        let [major, middle, title] = items.iter().find(|item| item.code == vote.code)?.category.clone();
        let (why, why_en) = why(&vote);
        let summary = format!("可能是「{title}」：{why}");
        Some(Suggestion { code: vote.code, title, category: [major, middle], score: vote.score, why, why_en, summary })
    };
    Ok(votes.into_iter().filter_map(shown).collect())
}
