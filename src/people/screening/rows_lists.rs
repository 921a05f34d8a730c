//! Queries of `word_lists`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::dsl::max;
use diesel::prelude::*;

use super::schema::word_lists;
use super::words::{Effect, Matcher};
use super::{ListState, WordListId};
use crate::grid::{Scope, within};

/// One version of a word list.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = word_lists, check_for_backend(diesel::pg::Pg))]
pub(super) struct WordList {
    pub(super) id: WordListId,
    pub(super) community_id: Option<GridUnitId>,
    pub(super) version: i32,
    pub(super) state: ListState,
    pub(super) refused: Vec<String>,
    pub(super) doubtful: Vec<String>,
    pub(super) note: String,
    pub(super) requested_by: PersonId,
    pub(super) approved_by: Option<PersonId>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) in_force_at: Option<DateTime<Utc>>,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

impl WordList {
    /// Ready to be looked for.
    pub(super) fn matcher(&self) -> Matcher {
        let refused = self.refused.iter().map(|word| (word.as_str(), Effect::Refuse));
        Matcher::new(refused.chain(self.doubtful.iter().map(|word| (word.as_str(), Effect::Queue))))
    }
}

/// A new version.
#[derive(Debug, Insertable)]
#[diesel(table_name = word_lists)]
pub(super) struct NewList<'a> {
    pub(super) id: WordListId,
    pub(super) community_id: Option<GridUnitId>,
    pub(super) version: i32,
    pub(super) refused: &'a [String],
    pub(super) doubtful: &'a [String],
    pub(super) note: &'a str,
    pub(super) requested_by: PersonId,
}

pub(super) fn insert(connection: &mut PgConnection, list: &NewList<'_>) -> DbResult<()> {
    diesel::insert_into(word_lists::table).values(list).execute(connection)?;
    Ok(())
}

/// The highest version so far, 0 before the first.
pub(super) fn newest(connection: &mut PgConnection, community: Option<GridUnitId>) -> DbResult<i32> {
    let of = word_lists::table.filter(word_lists::community_id.is_not_distinct_from(community));
    Ok(of.select(max(word_lists::version)).first::<Option<i32>>(connection)?.unwrap_or(0))
}

pub(super) fn find(connection: &mut PgConnection, id: WordListId) -> DbResult<Option<WordList>> {
    Ok(word_lists::table.find(id).select(WordList::as_select()).first(connection).optional()?)
}

pub(super) fn lock(connection: &mut PgConnection, id: WordListId) -> DbResult<Option<WordList>> {
    Ok(word_lists::table.find(id).select(WordList::as_select()).for_update().first(connection).optional()?)
}

/// The versions in force: of the installation, and of a community.
pub(super) fn in_force(connection: &mut PgConnection, community: Option<GridUnitId>) -> DbResult<Vec<WordListId>> {
    let here = word_lists::community_id.is_null().or(word_lists::community_id.is_not_distinct_from(community));
    let query = word_lists::table.filter(word_lists::state.eq(ListState::InForce).and(here));
    Ok(query.select(word_lists::id).order(word_lists::id).load(connection)?)
}

/// Versions of the installation and of communities in the scope, newest first.
pub(super) fn list(connection: &mut PgConnection, scope: &Scope, window: &Window<WordListId>) -> DbResult<Vec<WordList>> {
    let mut query = word_lists::table
        .filter(word_lists::community_id.is_null().or(within(word_lists::community_id, scope)))
        .select(WordList::as_select())
        .order(word_lists::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(before) = window.after {
        query = query.filter(word_lists::id.lt(before));
    }
    Ok(query.load(connection)?)
}

/// Puts a draft in force; the one before it ends.
pub(super) fn approve(connection: &mut PgConnection, list: &WordList, by: PersonId, at: DateTime<Utc>) -> DbResult<()> {
    let before = word_lists::table
        .filter(word_lists::community_id.is_not_distinct_from(list.community_id))
        .filter(word_lists::state.eq(ListState::InForce));
    diesel::update(before).set((word_lists::state.eq(ListState::Ended), word_lists::ended_at.eq(at))).execute(connection)?;
    diesel::update(word_lists::table.find(list.id))
        .set((word_lists::state.eq(ListState::InForce), word_lists::approved_by.eq(by), word_lists::in_force_at.eq(at)))
        .execute(connection)?;
    Ok(())
}
