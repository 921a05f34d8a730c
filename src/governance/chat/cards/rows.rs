//! Queries of `chat_cards`.

use base::db::DbResult;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::TopicId;
use crate::schema::chat_cards;

/// Enters a topic's ticket, unless it has one.
pub(super) fn insert(
    connection: &mut PgConnection,
    ticket: &str,
    topic: TopicId,
    (by, at): (PersonId, DateTime<Utc>),
) -> DbResult<()> {
    diesel::insert_into(chat_cards::table)
        .values((
            chat_cards::ticket.eq(ticket),
            chat_cards::topic_id.eq(topic),
            chat_cards::made_by.eq(by),
            chat_cards::made_at.eq(at),
        ))
        .on_conflict(chat_cards::topic_id)
        .do_nothing()
        .execute(connection)?;
    Ok(())
}

/// A topic's ticket.
pub(super) fn ticket_of(connection: &mut PgConnection, topic: TopicId) -> DbResult<Option<String>> {
    Ok(chat_cards::table.filter(chat_cards::topic_id.eq(topic)).select(chat_cards::ticket).first(connection).optional()?)
}

/// The topic of a ticket.
pub(super) fn topic_of(connection: &mut PgConnection, ticket: &str) -> DbResult<Option<TopicId>> {
    Ok(chat_cards::table.find(ticket).select(chat_cards::topic_id).first(connection).optional()?)
}
