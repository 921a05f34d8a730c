//! Versions of word lists: written by one person, tried on past texts, put in force by another.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, PersonId};
use diesel::PgConnection;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::fold::Folded;
use super::rows_lists::{self, NewList, WordList};
use super::words::{self, Effect};
use super::{ListState, Noun, WORD_LIST_STATE, WORD_TOO_SHORT, WordListId};
use crate::grid::{self, Scope, Target};
use crate::identity::{Actor, OWN_AFFAIR, Role};

/// Past texts of one noun that a list is tried on.
const TEXTS: i64 = 2_000;
/// Hits that are shown.
const SHOWN: usize = 20;

/// Who writes and decides.
#[derive(Clone)]
pub(super) struct Editor {
    pub(super) scope: Scope,
    pub(super) person: PersonId,
    /// Does a street's list, which holds everywhere, lie in their hands?
    pub(super) everywhere: bool,
}

impl Editor {
    pub(super) fn new(scope: &Scope, actor: &Actor) -> Self {
        let everywhere = !actor.holding(Role::StreetStaff).is_empty();
        Self { scope: scope.clone(), person: actor.person, everywhere }
    }

    /// 404 for a community out of reach, 403 for the installation's list in a community's hands.
    fn require(&self, connection: &mut PgConnection, community: Option<GridUnitId>) -> Result<(), ApiError> {
        let Some(community) = community else {
            return if self.everywhere { Ok(()) } else { Err(ApiError::of(&error::FORBIDDEN)) };
        };
        let unit = grid::unit_find(connection, community)?;
        self.scope.require(&Target { unit: unit.as_ref().map(|unit| &unit.path), ..Target::default() })
    }
}

/// A new version.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) community: Option<GridUnitId>,
    pub(super) refused: Vec<String>,
    pub(super) doubtful: Vec<String>,
    pub(super) note: String,
}

/// Writes a draft of the next version.
pub(super) fn write(mut tx: Tx<'_>, editor: &Editor, draft: &Draft, id: WordListId) -> Result<Finished<()>, ApiError> {
    editor.require(tx.conn(), draft.community)?;
    for (pointer, list) in [("/refused", &draft.refused), ("/doubtful", &draft.doubtful)] {
        if let Some(at) = list.iter().position(|word| !words::usable(word)) {
            return Err(ApiError::of(&WORD_TOO_SHORT).field(&format!("{pointer}/{at}"), "two characters at least"));
        }
    }
    let version = rows_lists::newest(tx.conn(), draft.community)? + 1;
    let list = NewList {
        id,
        community_id: draft.community,
        version,
        refused: &draft.refused,
        doubtful: &draft.doubtful,
        note: &draft.note,
        requested_by: editor.person,
    };
    // Two drafts at once meet at the version's index.
    rows_lists::insert(tx.conn(), &list).map_err(|failure| {
        if failure.unique_violation().is_some() { ApiError::of(&error::STATE_CONFLICT) } else { failure.into() }
    })?;
    let after = json!({"version": version, "refused": draft.refused.len(), "doubtful": draft.doubtful.len()});
    tx.audit(audit("word_list_create", id, draft.community).after(after))?;
    Ok(tx.done(())?)
}

fn audit(action: &'static str, id: WordListId, community: Option<GridUnitId>) -> Audit<'static> {
    let audit = Audit::new(action, "word_list", id.0);
    match community {
        Some(community) => audit.at(community),
        None => audit,
    }
}

/// A version within reach; the installation's are seen by all staff.
pub(super) fn seen(connection: &mut PgConnection, editor: &Editor, id: WordListId) -> Result<WordList, ApiError> {
    let list = rows_lists::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    if list.community_id.is_some() {
        editor.require(connection, list.community_id)?;
    }
    Ok(list)
}

/// Puts a draft that another person wrote in force.
pub(super) fn approve(mut tx: Tx<'_>, editor: &Editor, id: WordListId) -> Result<Finished<()>, ApiError> {
    let list = rows_lists::lock(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    editor.require(tx.conn(), list.community_id)?;
    if list.state != ListState::Draft {
        return Err(ApiError::of(&WORD_LIST_STATE));
    }
    if list.requested_by == editor.person {
        return Err(ApiError::of(&OWN_AFFAIR));
    }
    let at = tx.now()?;
    tx.audit(audit("word_list_approve", id, list.community_id).after(json!({"version": list.version})))?;
    rows_lists::approve(tx.conn(), &list, editor.person, at).map_err(|failure| {
        if failure.unique_violation().is_some() { ApiError::of(&error::STATE_CONFLICT) } else { failure.into() }
    })?;
    Ok(tx.done(())?)
}

/// What a version would have done to past texts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Trial {
    /// By noun.
    nouns: Vec<NounTrial>,
    /// One line to read out.
    summary: String,
}

/// What it would have done to one noun's texts.
#[derive(Debug, Serialize, ToSchema)]
pub struct NounTrial {
    /// The noun.
    noun: String,
    /// Texts that were looked at, the newest 2,000 at most.
    looked_at: usize,
    /// How many it refuses.
    would_refuse: usize,
    /// How many it puts before a person.
    would_queue: usize,
    /// Some of those, at most 20.
    hits: Vec<TrialHit>,
}

/// A past text with words of the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrialHit {
    /// Id of the text's thing.
    subject: Uuid,
    /// What becomes of it.
    effect: Effect,
    /// Words that were found.
    words: Vec<String>,
}

/// Tries a version on the nouns' past texts; changes nothing.
pub(super) fn attempt(connection: &mut PgConnection, list: &WordList, nouns: &[Noun]) -> Result<Trial, ApiError> {
    let matcher = list.matcher();
    let mut tried = Vec::new();
    for noun in nouns {
        let Some(texts) = noun.texts else { continue };
        let mut trial = NounTrial { noun: noun.name.to_owned(), looked_at: 0, would_refuse: 0, would_queue: 0, hits: Vec::new() };
        for (subject, text) in texts(connection, list.community_id, TEXTS)? {
            trial.looked_at += 1;
            let found = matcher.find(&Folded::of(&text));
            match found.effect {
                Some(Effect::Refuse) => trial.would_refuse += 1,
                Some(Effect::Queue) => trial.would_queue += 1,
                None => {}
            }
            if let Some(effect) = found.effect.filter(|_| trial.hits.len() < SHOWN) {
                trial.hits.push(TrialHit { subject, effect, words: found.words.into_iter().collect() });
            }
        }
        tried.push(trial);
    }
    let (refused, queued) =
        tried.iter().fold((0, 0), |(refused, queued), trial| (refused + trial.would_refuse, queued + trial.would_queue));
    Ok(Trial { summary: format!("试运行：将拒绝 {refused} 条，转人工 {queued} 条"), nouns: tried })
}
