//! Questions that a worker owes an answer: a mention of them, or a topic that asks the committee. Each has a time by which; past it the
//! worker is reminded, and until it is answered it stands in their to-do list.

mod rows;

use std::time::Duration;

use base::db::{Audit, Context, Db, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::jobs::{JobError, JobKind};
use chrono::{DateTime, Utc};
use people::calendar::{self, Term};
use people::notify::{self, Notice, templates};
use serde_json::json;

use crate::topics::{self, Topic};
use crate::{MessageId, QuestionId};

pub(crate) use rows::open_of;

/// Hours in which the community is open: by then a question is answered.
const PATIENCE: Term = Term::WorkingHours(8);
/// Workers reminded in one run.
const AT_ONCE: i64 = 200;

/// Workers owe an answer from now on; who is asked already isn't asked twice.
pub(crate) fn ask(tx: &mut Tx<'_>, topic: &Topic, message: Option<MessageId>, workers: &[PersonId]) -> Result<(), ApiError> {
    if workers.is_empty() {
        return Ok(());
    }
    let now = tx.now()?;
    let due: DateTime<Utc> = calendar::of(tx.conn(), topic.community_id)?.deadline(now, PATIENCE).at;
    let rows: Vec<rows::Question> = workers
        .iter()
        .map(|worker| rows::Question {
            id: QuestionId::new(),
            topic_id: topic.id,
            message_id: message,
            grid_unit_id: topic.grid_unit_id,
            worker_id: *worker,
            asked_at: now,
            due_at: due,
        })
        .collect();
    Ok(rows::insert(tx.conn(), &rows)?)
}

/// A worker wrote into a topic: what they owed there is answered, and so is the message that they reply to, whoever was asked.
pub(crate) fn answered(tx: &mut Tx<'_>, topic: &Topic, worker: PersonId, reply_to: Option<MessageId>) -> Result<(), ApiError> {
    let now = tx.now()?;
    Ok(rows::answer(tx.conn(), (topic.id, worker), reply_to, now)?)
}

/// A topic was closed: nothing in it is owed any more.
pub(crate) fn over(tx: &mut Tx<'_>, topic: &Topic, by: PersonId) -> Result<(), ApiError> {
    let now = tx.now()?;
    Ok(rows::answer_all(tx.conn(), topic.id, by, now)?)
}

/// A message is gone: nobody owes it an answer.
pub(crate) fn gone(tx: &mut Tx<'_>, message: MessageId) -> Result<(), ApiError> {
    let now = tx.now()?;
    Ok(rows::drop_message(tx.conn(), message, now)?)
}

/// Background jobs.
pub(crate) fn jobs() -> Vec<JobKind> {
    vec![JobKind::new("chat_questions", |db, _payload| remind(db)).every(Duration::from_secs(300))]
}

/// Reminds whoever is late, once a question.
fn remind(db: &Db) -> Result<(), JobError> {
    let late = db.read_now(|connection| {
        let now = base::db::now(connection)?;
        rows::late(connection, now, AT_ONCE)
    })?;
    for (id, worker, topic) in late {
        db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
            let now = tx.now()?;
            if rows::remind(tx.conn(), id, now)? {
                let title = topics::titles(tx.conn(), &[topic])?.remove(&topic).unwrap_or_default();
                let notice = Notice::new(&templates::CHAT_UNANSWERED).with("title", title);
                notify::send(&mut tx, worker, &notice.link(format!("pages/chat/topic?id={topic}")))?;
                tx.audit(Audit::new("chat_questions", "chat_topic", topic.0).after(json!({"reminded": true})))?;
            }
            Ok(tx.done(())?)
        })?;
    }
    Ok(())
}
