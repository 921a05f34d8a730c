//! The one statement of unread counts, over `chat_topics`, `chat_read_marks` and `chat_members`.

use base::db::DbResult;
use base::ids::PersonId;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::schema::{chat_members, chat_read_marks, chat_topics};
use crate::topics::TopicState;
use crate::{GroupId, TopicId};

diesel::allow_tables_to_appear_in_same_query!(chat_topics, chat_read_marks, chat_members);

/// How long a closed topic still counts.
pub(crate) const CLOSED: TimeDelta = TimeDelta::days(14);

/// A topic with something unread.
#[derive(Debug, Clone, Queryable)]
pub(crate) struct Unread {
    pub(crate) topic: TopicId,
    pub(crate) group: GroupId,
    pub(crate) title: String,
    /// Number of the newest message.
    pub(crate) last: i32,
    /// Number of the last one read; none: never read.
    pub(crate) read: Option<i32>,
    /// Does the person wish no notices of the group?
    pub(crate) quiet: Option<bool>,
}

impl Unread {
    /// Messages that came after the last one read.
    pub(crate) fn count(&self) -> i32 {
        self.last - self.read.unwrap_or(0)
    }
}

/// Topics of these groups in which the person hasn't read all, the newest topic first.
pub(crate) fn unread(
    connection: &mut PgConnection,
    person: PersonId,
    groups: &[GroupId],
    now: DateTime<Utc>,
    limit: i64,
) -> DbResult<Vec<Unread>> {
    let mark = chat_read_marks::topic_id.eq(chat_topics::id).and(chat_read_marks::person_id.eq(person));
    let set = chat_members::group_id.eq(chat_topics::group_id).and(chat_members::person_id.eq(person));
    let counts = chat_topics::state
        .eq(TopicState::Open)
        .or(chat_topics::state.eq(TopicState::Closed).and(chat_topics::closed_at.gt(now - CLOSED)));
    let behind = chat_topics::sequence_last.nullable().gt(chat_read_marks::sequence.nullable());
    let never = chat_read_marks::sequence.nullable().is_null().and(chat_topics::sequence_last.gt(0));
    Ok(chat_topics::table
        .left_join(chat_read_marks::table.on(mark))
        .left_join(chat_members::table.on(set))
        .filter(chat_topics::group_id.eq_any(groups).and(counts).and(behind.or(never)))
        .select((
            chat_topics::id,
            chat_topics::group_id,
            chat_topics::title,
            chat_topics::sequence_last,
            chat_read_marks::sequence.nullable(),
            chat_members::quiet.nullable(),
        ))
        .order(chat_topics::id.desc())
        .limit(limit)
        .load(connection)?)
}
