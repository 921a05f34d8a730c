//! Queries of `chat_summaries`.

use base::db::DbResult;
use base::ids::PersonId;
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::schema::chat_summaries;
use crate::{SummaryId, TopicId};

/// A summary.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = chat_summaries, check_for_backend(diesel::pg::Pg))]
pub(super) struct Summary {
    pub(super) id: SummaryId,
    pub(super) topic_id: TopicId,
    pub(super) author_id: Option<PersonId>,
    pub(super) text: Option<String>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) accepted_by: Option<PersonId>,
    pub(super) accepted_at: Option<DateTime<Utc>>,
}

/// Enters a summary; false: the person has written one.
pub(super) fn insert(connection: &mut PgConnection, row: &Summary) -> DbResult<bool> {
    let entered = diesel::insert_into(chat_summaries::table).values(row);
    Ok(entered.on_conflict((chat_summaries::topic_id, chat_summaries::author_id)).do_nothing().execute(connection)? == 1)
}

pub(super) fn find(connection: &mut PgConnection, id: SummaryId) -> DbResult<Option<Summary>> {
    Ok(chat_summaries::table.find(id).select(Summary::as_select()).first(connection).optional()?)
}

/// Locks a summary.
pub(super) fn hold(connection: &mut PgConnection, id: SummaryId) -> DbResult<Option<Summary>> {
    Ok(chat_summaries::table.find(id).select(Summary::as_select()).for_update().first(connection).optional()?)
}

/// Marks a summary as the accepted one of its topic; of a topic that was opened again, the later one is.
pub(super) fn accept(connection: &mut PgConnection, id: SummaryId, by: PersonId, at: DateTime<Utc>) -> DbResult<()> {
    let topic: TopicId = chat_summaries::table.find(id).select(chat_summaries::topic_id).first(connection)?;
    let others = chat_summaries::topic_id.eq(topic).and(chat_summaries::id.ne(id));
    diesel::update(chat_summaries::table.filter(others))
        .set((chat_summaries::accepted_by.eq(None::<PersonId>), chat_summaries::accepted_at.eq(None::<DateTime<Utc>>)))
        .execute(connection)?;
    diesel::update(chat_summaries::table.find(id))
        .set((chat_summaries::accepted_by.eq(by), chat_summaries::accepted_at.eq(at)))
        .execute(connection)?;
    Ok(())
}

/// Summaries of a topic, the oldest first.
pub(super) fn list(connection: &mut PgConnection, topic: TopicId, window: &Window<SummaryId>) -> DbResult<Vec<Summary>> {
    let mut query = chat_summaries::table
        .filter(chat_summaries::topic_id.eq(topic))
        .select(Summary::as_select())
        .order(chat_summaries::id)
        .limit(window.load())
        .into_boxed();
    if let Some(after) = window.after {
        query = query.filter(chat_summaries::id.gt(after));
    }
    Ok(query.load(connection)?)
}

/// What a person wrote, for the export.
pub(super) fn written_by(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<(TopicId, Option<String>)>> {
    Ok(chat_summaries::table
        .filter(chat_summaries::author_id.eq(person))
        .select((chat_summaries::topic_id, chat_summaries::text))
        .order(chat_summaries::id.desc())
        .limit(1_000)
        .load(connection)?)
}

/// Empties what a person wrote, and takes their name away.
pub(crate) fn forget(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    diesel::update(chat_summaries::table.filter(chat_summaries::author_id.eq(person)))
        .set((chat_summaries::text.eq(None::<String>), chat_summaries::author_id.eq(None::<PersonId>)))
        .execute(connection)?;
    Ok(())
}

/// What one account summed up is another's of the same person.
pub(crate) fn hand_over(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    diesel::update(chat_summaries::table.filter(chat_summaries::author_id.eq(gone)))
        .set(chat_summaries::author_id.eq(keep))
        .execute(connection)?;
    Ok(())
}
