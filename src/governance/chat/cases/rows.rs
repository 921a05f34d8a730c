//! Queries of `chat_requests`.

use base::db::DbResult;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use requests::CaseId;

use crate::schema::chat_requests;
use crate::{MessageId, TopicId};

/// A request and the message that it came of.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = chat_requests, check_for_backend(diesel::pg::Pg))]
pub(super) struct Link {
    pub(super) case_id: CaseId,
    pub(super) message_id: MessageId,
    pub(super) topic_id: TopicId,
    pub(super) told_up_to: i32,
    pub(super) made_by: PersonId,
    pub(super) made_at: DateTime<Utc>,
}

pub(super) fn insert(connection: &mut PgConnection, link: &Link) -> DbResult<()> {
    diesel::insert_into(chat_requests::table).values(link).execute(connection)?;
    Ok(())
}

/// Locks the link of a request.
pub(super) fn hold(connection: &mut PgConnection, case: CaseId) -> DbResult<Option<Link>> {
    Ok(chat_requests::table.find(case).select(Link::as_select()).for_update().first(connection).optional()?)
}

/// Notes up to which event the topic was told.
pub(super) fn told(connection: &mut PgConnection, case: CaseId, up_to: i32) -> DbResult<()> {
    diesel::update(chat_requests::table.find(case)).set(chat_requests::told_up_to.eq(up_to)).execute(connection)?;
    Ok(())
}
