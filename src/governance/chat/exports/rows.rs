//! The query of a file, over `chat_messages` and `chat_topics`.

use base::db::DbResult;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use requests::CaseId;

use crate::messages::{ChatMessageKind, MessageState};
use crate::schema::{chat_messages, chat_topics};
use crate::{GroupId, TopicId};

/// Whose messages.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whose {
    /// Of a topic.
    Topic(TopicId),
    /// Of all topics of a group.
    Group(GroupId),
}

/// A message as it goes into a file.
#[derive(Debug, Clone, Queryable)]
pub(super) struct Line {
    pub(super) title: String,
    pub(super) sequence: Option<i32>,
    pub(super) kind: ChatMessageKind,
    pub(super) state: MessageState,
    pub(super) author: Option<PersonId>,
    pub(super) as_worker: bool,
    pub(super) text: Option<String>,
    pub(super) case: Option<CaseId>,
    pub(super) at: DateTime<Utc>,
}

/// The newest messages that others saw, written at these times, the newest first.
pub(super) fn lines(
    connection: &mut PgConnection,
    whose: Whose,
    (from, until): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    limit: i64,
) -> DbResult<Vec<Line>> {
    let mut query = chat_messages::table
        .inner_join(chat_topics::table.on(chat_topics::id.eq(chat_messages::topic_id)))
        .filter(chat_messages::sequence.is_not_null())
        .select((
            chat_topics::title,
            chat_messages::sequence,
            chat_messages::kind,
            chat_messages::state,
            chat_messages::author_id,
            chat_messages::as_worker,
            chat_messages::text,
            chat_messages::case_id,
            chat_messages::created_at,
        ))
        .order((chat_messages::topic_id.desc(), chat_messages::sequence.desc()))
        .limit(limit)
        .into_boxed();
    query = match whose {
        Whose::Topic(topic) => query.filter(chat_messages::topic_id.eq(topic)),
        Whose::Group(group) => query.filter(chat_topics::group_id.eq(group)),
    };
    if let Some(from) = from {
        query = query.filter(chat_messages::created_at.ge(from));
    }
    if let Some(until) = until {
        query = query.filter(chat_messages::created_at.lt(until));
    }
    Ok(query.load(connection)?)
}
