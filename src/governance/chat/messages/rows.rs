//! Queries of `chat_messages`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use people::grid::{Scope, within};
use requests::CaseId;
use uuid::Uuid;

use super::{ChatMessageKind, MessageState};
use crate::schema::{chat_messages, chat_reports, chat_topics};
use crate::{MessageId, TopicId, search};

diesel::allow_tables_to_appear_in_same_query!(chat_messages, chat_topics, chat_reports);

/// A message.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = chat_messages, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Message {
    pub(crate) id: MessageId,
    pub(crate) topic_id: TopicId,
    pub(crate) sequence: Option<i32>,
    pub(crate) change_sequence: Option<i32>,
    pub(crate) kind: ChatMessageKind,
    pub(crate) state: MessageState,
    pub(crate) author_id: Option<PersonId>,
    pub(crate) as_worker: bool,
    pub(crate) text: Option<String>,
    pub(crate) reply_to: Option<i32>,
    pub(crate) mentions: Vec<PersonId>,
    pub(crate) pictures: i16,
    pub(crate) pictures_wait: bool,
    pub(crate) pictures_of: Option<Uuid>,
    pub(crate) moved_to: Option<TopicId>,
    pub(crate) case_id: Option<CaseId>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) published_at: Option<DateTime<Utc>>,
}

pub(crate) fn insert(connection: &mut PgConnection, message: &Message) -> DbResult<()> {
    diesel::insert_into(chat_messages::table).values(message).execute(connection)?;
    Ok(())
}

pub(crate) fn find(connection: &mut PgConnection, id: MessageId) -> DbResult<Option<Message>> {
    Ok(chat_messages::table.find(id).select(Message::as_select()).first(connection).optional()?)
}

/// Locks a message.
pub(crate) fn hold(connection: &mut PgConnection, id: MessageId) -> DbResult<Option<Message>> {
    Ok(chat_messages::table.find(id).select(Message::as_select()).for_update().first(connection).optional()?)
}

/// What a move leaves behind; what is `None` stays.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = chat_messages)]
pub(crate) struct Step {
    pub(crate) state: Option<MessageState>,
    pub(crate) sequence: Option<i32>,
    pub(crate) change_sequence: Option<i32>,
    pub(crate) published_at: Option<DateTime<Utc>>,
    pub(crate) text: Option<Option<String>>,
    pub(crate) pictures_wait: Option<bool>,
    pub(crate) moved_to: Option<TopicId>,
    pub(crate) case_id: Option<CaseId>,
}

/// Moves a held message; with its text go the words by which it is found.
pub(crate) fn step(connection: &mut PgConnection, id: MessageId, step: &Step) -> DbResult<()> {
    if step.text == Some(None) {
        search::forget(connection, &[id])?;
    }
    diesel::update(chat_messages::table.find(id)).set(step).execute(connection)?;
    Ok(())
}

/// The message of a number.
pub(crate) fn numbered(connection: &mut PgConnection, topic: TopicId, sequence: i32) -> DbResult<Option<Message>> {
    Ok(chat_messages::table
        .filter(chat_messages::topic_id.eq(topic).and(chat_messages::sequence.eq(sequence)))
        .select(Message::as_select())
        .first(connection)
        .optional()?)
}

/// Messages that changed after a number of changes, in the order of their changes, at most `limit`.
pub(crate) fn after(connection: &mut PgConnection, topic: TopicId, change: i32, limit: i64) -> DbResult<Vec<Message>> {
    Ok(chat_messages::table
        .filter(chat_messages::topic_id.eq(topic).and(chat_messages::change_sequence.gt(change)))
        .select(Message::as_select())
        .order(chat_messages::change_sequence)
        .limit(limit)
        .load(connection)?)
}

/// Messages before a number, the newest first, at most `limit`.
pub(crate) fn before(connection: &mut PgConnection, topic: TopicId, sequence: i32, limit: i64) -> DbResult<Vec<Message>> {
    Ok(chat_messages::table
        .filter(chat_messages::topic_id.eq(topic).and(chat_messages::sequence.lt(sequence)))
        .select(Message::as_select())
        .order(chat_messages::sequence.desc())
        .limit(limit)
        .load(connection)?)
}

/// What a person wrote in a topic that others don't see (yet), the newest twenty, oldest first.
pub(crate) fn unpublished_of(connection: &mut PgConnection, topic: TopicId, person: PersonId) -> DbResult<Vec<Message>> {
    let mut rows: Vec<Message> = chat_messages::table
        .filter(chat_messages::topic_id.eq(topic).and(chat_messages::author_id.eq(person)))
        .filter(chat_messages::sequence.is_null().and(chat_messages::state.ne(MessageState::Withdrawn)))
        .select(Message::as_select())
        .order(chat_messages::id.desc())
        .limit(20)
        .load(connection)?;
    rows.reverse();
    Ok(rows)
}

/// How many messages a person has written since.
pub(crate) fn written_since(connection: &mut PgConnection, person: PersonId, since: DateTime<Utc>) -> DbResult<i64> {
    Ok(chat_messages::table
        .filter(chat_messages::author_id.eq(person).and(chat_messages::created_at.gt(since)))
        .select(count_star())
        .first(connection)?)
}

/// What a person wrote, the newest thousand, for the export.
pub(crate) fn written_by(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<Message>> {
    Ok(chat_messages::table
        .filter(chat_messages::author_id.eq(person))
        .select(Message::as_select())
        .order(chat_messages::created_at.desc())
        .limit(1_000)
        .load(connection)?)
}

/// The newest texts of a community, or of all: what a word list is tried on.
pub(crate) fn texts(connection: &mut PgConnection, community: Option<GridUnitId>, limit: i64) -> DbResult<Vec<(Uuid, String)>> {
    let mut query = chat_messages::table
        .filter(chat_messages::text.is_not_null().and(chat_messages::kind.eq(ChatMessageKind::Message)))
        .select((chat_messages::id, chat_messages::text))
        .order(chat_messages::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(community) = community {
        let there = chat_topics::table.filter(chat_topics::community_id.eq(community)).select(chat_topics::id);
        query = query.filter(chat_messages::topic_id.eq_any(there));
    }
    let rows: Vec<(MessageId, Option<String>)> = query.load(connection)?;
    Ok(rows.into_iter().filter_map(|(id, text)| Some((id.0, text?))).collect())
}

/// Published messages some of whose pictures are being checked, the oldest first.
pub(crate) fn with_waiting_pictures(connection: &mut PgConnection, after: MessageId, limit: i64) -> DbResult<Vec<Message>> {
    Ok(chat_messages::table
        .filter(chat_messages::pictures_wait.and(chat_messages::id.gt(after)))
        .select(Message::as_select())
        .order(chat_messages::id)
        .limit(limit)
        .load(connection)?)
}

/// What waits for a worker of the scope: held back by the check, or reported; the oldest first.
pub(crate) fn waiting(connection: &mut PgConnection, scope: &Scope, window: &Window<MessageId>) -> DbResult<Vec<Message>> {
    let there = chat_topics::table.filter(within(chat_topics::grid_unit_id, scope)).select(chat_topics::id);
    let reported = chat_reports::table.filter(chat_reports::settled_at.is_null()).select(chat_reports::message_id);
    let mut query = chat_messages::table
        .filter(chat_messages::topic_id.eq_any(there))
        .filter(chat_messages::state.eq(MessageState::Pending).or(chat_messages::id.eq_any(reported)))
        .select(Message::as_select())
        .order(chat_messages::id)
        .limit(window.load())
        .into_boxed();
    if let Some(after) = window.after {
        query = query.filter(chat_messages::id.gt(after));
    }
    Ok(query.load(connection)?)
}

/// Empties texts from before a time of which no request came; how many, at most `limit`.
pub(crate) fn forget_aged(connection: &mut PgConnection, before: DateTime<Utc>, limit: i64) -> DbResult<usize> {
    let aged: Vec<MessageId> = chat_messages::table
        .filter(chat_messages::created_at.lt(before).and(chat_messages::text.is_not_null()))
        .filter(chat_messages::case_id.is_null().and(chat_messages::kind.eq(ChatMessageKind::Message)))
        .select(chat_messages::id)
        .order(chat_messages::created_at)
        .limit(limit)
        .load(connection)?;
    search::forget(connection, &aged)?;
    Ok(diesel::update(chat_messages::table.filter(chat_messages::id.eq_any(aged)))
        .set(chat_messages::text.eq(None::<String>))
        .execute(connection)?)
}

/// A message in which numbers were struck out.
#[derive(QueryableByName)]
struct Masked {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: MessageId,
}

/// Takes a person out of what they wrote; texts that nobody else sees go.
pub(crate) fn forget(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    let shown = [MessageState::Published, MessageState::Moved];
    diesel::update(chat_messages::table.filter(chat_messages::author_id.eq(person).and(chat_messages::state.ne_all(shown))))
        .set(chat_messages::text.eq(None::<String>))
        .execute(connection)?;
    // Numbers in what stays may be phones.
    let masked: Vec<Masked> = diesel::sql_query(
        "UPDATE chat_messages SET text = regexp_replace(text, '[0-9]{5,}', '***', 'g') WHERE author_id = $1 AND text ~ '[0-9]{5,}' \
         RETURNING id",
    )
    .bind::<diesel::sql_types::Uuid, _>(person.0)
    .load(connection)?;
    let masked: Vec<MessageId> = masked.into_iter().map(|row| row.id).collect();
    search::forget_masked(connection, person, &masked)?;
    diesel::update(chat_messages::table.filter(chat_messages::author_id.eq(person)))
        .set(chat_messages::author_id.eq(None::<PersonId>))
        .execute(connection)?;
    Ok(())
}

/// What one account wrote is another's of the same person.
pub(crate) fn hand_over(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    diesel::update(chat_messages::table.filter(chat_messages::author_id.eq(gone)))
        .set(chat_messages::author_id.eq(keep))
        .execute(connection)?;
    Ok(())
}
