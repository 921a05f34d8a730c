//! Queries of `chat_search`, joined to the messages and topics of the same noun.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::search::lexemes;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::schema::chat_search;
use crate::schema::{chat_messages, chat_topics};
use crate::{GroupId, MessageId, TopicId};

diesel::allow_tables_to_appear_in_same_query!(chat_search, chat_messages);
diesel::allow_tables_to_appear_in_same_query!(chat_search, chat_topics);

/// Groups up to which each is asked for by itself; beyond, their communities are.
const FEW: usize = 40;

/// No word of a text has a colon, so neither mark is ever taken for one.
fn group_mark(group: GroupId) -> String {
    format!("g:{}", group.0.simple())
}

fn community_mark(community: GridUnitId) -> String {
    format!("c:{}", community.0.simple())
}

/// A message to be entered: its id, group, community and text.
pub(super) type Entry = (MessageId, GroupId, GridUnitId, String);

/// Enters messages, or enters them anew.
pub(super) fn put(connection: &mut PgConnection, entries: &[Entry]) -> DbResult<()> {
    for (message, group, community, text) in entries {
        let mut words = lexemes(text);
        words.extend([group_mark(*group), community_mark(*community)]);
        sql_query(
            "INSERT INTO chat_search (message_id, tok) VALUES ($1, array_to_tsvector($2)) \
             ON CONFLICT (message_id) DO UPDATE SET tok = excluded.tok",
        )
        .bind::<SqlUuid, _>(message)
        .bind::<Array<Text>, _>(words)
        .execute(connection)?;
    }
    Ok(())
}

/// Forgets messages whose text is gone.
pub(crate) fn forget(connection: &mut PgConnection, messages: &[MessageId]) -> DbResult<()> {
    diesel::delete(chat_search::table.filter(chat_search::message_id.eq_any(messages))).execute(connection)?;
    Ok(())
}

/// Brings what a person wrote into line with its text: rows of emptied texts go, and those of `masked` are made anew.
pub(crate) fn forget_masked(connection: &mut PgConnection, person: PersonId, masked: &[MessageId]) -> DbResult<()> {
    let emptied = chat_messages::table.filter(chat_messages::author_id.eq(person).and(chat_messages::text.is_null()));
    let gone = chat_search::message_id.eq_any(emptied.select(chat_messages::id));
    diesel::delete(chat_search::table.filter(gone)).execute(connection)?;
    let kept: Vec<(MessageId, GroupId, GridUnitId, Option<String>)> = chat_messages::table
        .inner_join(chat_topics::table.on(chat_topics::id.eq(chat_messages::topic_id)))
        .filter(chat_messages::id.eq_any(masked).and(chat_messages::text.is_not_null()))
        .filter(chat_messages::id.eq_any(chat_search::table.select(chat_search::message_id)))
        .select((chat_messages::id, chat_topics::group_id, chat_topics::community_id, chat_messages::text))
        .load(connection)?;
    let entries: Vec<Entry> = kept.into_iter().filter_map(|(id, group, place, text)| Some((id, group, place, text?))).collect();
    put(connection, &entries)
}

#[derive(QueryableByName)]
struct Missing {
    #[diesel(sql_type = SqlUuid)]
    id: MessageId,
    #[diesel(sql_type = SqlUuid)]
    group_id: GroupId,
    #[diesel(sql_type = SqlUuid)]
    community_id: GridUnitId,
    #[diesel(sql_type = Text)]
    text: String,
}

/// Messages that others saw and that aren't entered, in the order of their ids.
pub(super) fn missing(connection: &mut PgConnection, after: MessageId, limit: i64) -> DbResult<Vec<Entry>> {
    let rows: Vec<Missing> = sql_query(
        "SELECT m.id, t.group_id, t.community_id, m.text FROM chat_messages m JOIN chat_topics t ON t.id = m.topic_id \
         WHERE m.id > $1 AND m.kind = 'message' AND m.sequence IS NOT NULL AND m.text IS NOT NULL \
         AND NOT EXISTS (SELECT FROM chat_search s WHERE s.message_id = m.id) ORDER BY m.id LIMIT $2",
    )
    .bind::<SqlUuid, _>(after)
    .bind::<BigInt, _>(limit)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.id, row.group_id, row.community_id, row.text)).collect())
}

/// A message that was found.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct FoundMessage {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: MessageId,
    #[diesel(sql_type = SqlUuid)]
    pub(super) topic_id: TopicId,
    #[diesel(sql_type = SqlUuid)]
    pub(super) group_id: GroupId,
    #[diesel(sql_type = Text)]
    pub(super) title: String,
    #[diesel(sql_type = Nullable<Integer>)]
    pub(super) sequence: Option<i32>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) author_id: Option<PersonId>,
    #[diesel(sql_type = Bool)]
    pub(super) as_worker: bool,
    #[diesel(sql_type = Text)]
    pub(super) text: String,
    #[diesel(sql_type = Timestamptz)]
    pub(super) created_at: DateTime<Utc>,
}

/// Published messages of these groups (with their communities) whose text holds what is asked, the newest first.
pub(super) fn find(
    connection: &mut PgConnection,
    groups: &[(GroupId, GridUnitId)],
    words: &str,
    after: Option<MessageId>,
    limit: i64,
) -> DbResult<Vec<FoundMessage>> {
    let mut marks: Vec<String> = match groups.len() <= FEW {
        true => groups.iter().map(|(group, _)| group_mark(*group)).collect(),
        false => groups.iter().map(|(_, community)| community_mark(*community)).collect(),
    };
    marks.sort_unstable();
    marks.dedup();
    let marks: Vec<String> = marks.iter().map(|mark| format!("'{mark}'")).collect();
    let ids: Vec<Uuid> = groups.iter().map(|(group, _)| group.0).collect();
    Ok(sql_query(
        "SELECT m.id, m.topic_id, t.group_id, t.title, m.sequence, m.author_id, m.as_worker, m.text, m.created_at \
         FROM chat_search s JOIN chat_messages m ON m.id = s.message_id JOIN chat_topics t ON t.id = m.topic_id \
         WHERE s.tok @@ $1::tsquery AND t.group_id = ANY($2) AND t.state IN ('open', 'closed') AND m.state = 'published' \
         AND m.text IS NOT NULL AND ($3 IS NULL OR s.message_id < $3) ORDER BY s.message_id DESC LIMIT $4",
    )
    .bind::<Text, _>(format!("({}) & ({words})", marks.join(" | ")))
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(connection)?)
}
