//! Queries of `chat_keywords`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::{sql_query, sql_types};
use people::grid::{Scope, within};

use crate::KeywordId;
use crate::schema::chat_keywords;

/// A word.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = chat_keywords, check_for_backend(diesel::pg::Pg))]
pub(super) struct Keyword {
    pub(super) id: KeywordId,
    pub(super) community_id: Option<GridUnitId>,
    pub(super) word: String,
    pub(super) category: Option<String>,
    pub(super) made_by: Option<PersonId>,
    pub(super) made_at: DateTime<Utc>,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct Hit {
    #[diesel(sql_type = sql_types::Text)]
    word: String,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    category: Option<String>,
}

/// Words in use in a community that stand in a text, with their categories.
pub(super) fn within_text(
    connection: &mut PgConnection,
    community: GridUnitId,
    text: &str,
    limit: i64,
) -> DbResult<Vec<(String, Option<String>)>> {
    let hits: Vec<Hit> = sql_query(
        "SELECT DISTINCT ON (word) word, category FROM chat_keywords WHERE ended_at IS NULL AND (community_id IS NULL OR community_id = $1) \
         AND position(word IN $2) > 0 ORDER BY word, community_id NULLS LAST LIMIT $3",
    )
    .bind::<sql_types::Uuid, _>(community)
    .bind::<sql_types::Text, _>(text)
    .bind::<sql_types::BigInt, _>(limit)
    .load(connection)?;
    Ok(hits.into_iter().map(|hit| (hit.word, hit.category)).collect())
}

/// Enters a word; false: it is in use.
pub(super) fn insert(connection: &mut PgConnection, keyword: &Keyword) -> DbResult<bool> {
    Ok(diesel::insert_into(chat_keywords::table).values(keyword).on_conflict_do_nothing().execute(connection)? == 1)
}

pub(super) fn find(connection: &mut PgConnection, id: KeywordId) -> DbResult<Option<Keyword>> {
    Ok(chat_keywords::table.find(id).select(Keyword::as_select()).first(connection).optional()?)
}

/// Words in use of the scope's communities and those that hold everywhere.
pub(super) fn list(connection: &mut PgConnection, scope: &Scope, window: &Window<KeywordId>) -> DbResult<Vec<Keyword>> {
    let here = chat_keywords::community_id.is_null().or(within(chat_keywords::community_id, scope));
    let mut query = chat_keywords::table
        .filter(chat_keywords::ended_at.is_null().and(here))
        .select(Keyword::as_select())
        .order(chat_keywords::id)
        .limit(window.load())
        .into_boxed();
    if let Some(after) = window.after {
        query = query.filter(chat_keywords::id.gt(after));
    }
    Ok(query.load(connection)?)
}

/// Puts a word out of use; false: it was.
pub(super) fn end(connection: &mut PgConnection, id: KeywordId, at: DateTime<Utc>) -> DbResult<bool> {
    let used = chat_keywords::table.find(id).filter(chat_keywords::ended_at.is_null());
    Ok(diesel::update(used).set(chat_keywords::ended_at.eq(at)).execute(connection)? == 1)
}
