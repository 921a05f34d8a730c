//! Queries of `chat_questions`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::schema::chat_questions;
use crate::{MessageId, QuestionId, TopicId};

/// A question.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = chat_questions, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Question {
    pub(super) id: QuestionId,
    pub(crate) topic_id: TopicId,
    pub(crate) message_id: Option<MessageId>,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) worker_id: PersonId,
    pub(super) asked_at: DateTime<Utc>,
    pub(crate) due_at: DateTime<Utc>,
}

pub(super) fn insert(connection: &mut PgConnection, rows: &[Question]) -> DbResult<()> {
    diesel::insert_into(chat_questions::table).values(rows).on_conflict_do_nothing().execute(connection)?;
    Ok(())
}

/// What a worker owes, the most urgent first.
pub(crate) fn open_of(connection: &mut PgConnection, worker: PersonId, limit: i64) -> DbResult<Vec<Question>> {
    Ok(chat_questions::table
        .filter(chat_questions::worker_id.eq(worker).and(chat_questions::answered_at.is_null()))
        .select(Question::as_select())
        .order((chat_questions::due_at, chat_questions::id))
        .limit(limit)
        .load(connection)?)
}

/// Answers what the worker owes in a topic, and what anybody owes the message.
pub(super) fn answer(
    connection: &mut PgConnection,
    (topic, worker): (TopicId, PersonId),
    message: Option<MessageId>,
    at: DateTime<Utc>,
) -> DbResult<()> {
    let open = chat_questions::topic_id.eq(topic).and(chat_questions::answered_at.is_null());
    let answer = (chat_questions::answered_by.eq(worker), chat_questions::answered_at.eq(at));
    diesel::update(chat_questions::table.filter(open.and(chat_questions::worker_id.eq(worker))))
        .set(answer)
        .execute(connection)?;
    if let Some(message) = message {
        let owed = chat_questions::table.filter(open.and(chat_questions::message_id.eq(message)));
        diesel::update(owed).set(answer).execute(connection)?;
    }
    Ok(())
}

/// Answers everything that is owed in a topic.
pub(super) fn answer_all(connection: &mut PgConnection, topic: TopicId, by: PersonId, at: DateTime<Utc>) -> DbResult<()> {
    diesel::update(chat_questions::table.filter(chat_questions::topic_id.eq(topic).and(chat_questions::answered_at.is_null())))
        .set((chat_questions::answered_by.eq(by), chat_questions::answered_at.eq(at)))
        .execute(connection)?;
    Ok(())
}

/// Ends what is owed to a message; nobody answered it.
pub(super) fn drop_message(connection: &mut PgConnection, message: MessageId, at: DateTime<Utc>) -> DbResult<()> {
    diesel::update(
        chat_questions::table.filter(chat_questions::message_id.eq(message).and(chat_questions::answered_at.is_null())),
    )
    .set(chat_questions::answered_at.eq(at))
    .execute(connection)?;
    Ok(())
}

/// Questions that are late and whose worker wasn't reminded.
pub(super) fn late(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> DbResult<Vec<(QuestionId, PersonId, TopicId)>> {
    Ok(chat_questions::table
        .filter(chat_questions::answered_at.is_null().and(chat_questions::reminded_at.is_null()))
        .filter(chat_questions::due_at.le(now))
        .select((chat_questions::id, chat_questions::worker_id, chat_questions::topic_id))
        .order(chat_questions::due_at)
        .limit(limit)
        .load(connection)?)
}

/// Notes a reminder; false: there was one, or the question is answered.
pub(super) fn remind(connection: &mut PgConnection, id: QuestionId, at: DateTime<Utc>) -> DbResult<bool> {
    let open =
        chat_questions::table.find(id).filter(chat_questions::answered_at.is_null().and(chat_questions::reminded_at.is_null()));
    Ok(diesel::update(open).set(chat_questions::reminded_at.eq(at)).execute(connection)? == 1)
}
