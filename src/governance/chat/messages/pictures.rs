//! A picture is shown once its check has ended, which happens after the message was sent: then the message has changed for those who follow
//! the topic.

use base::db::{Audit, Context, Db};
use base::error::ApiError;
use base::jobs::JobError;
use people::files;
use serde_json::json;
use uuid::Uuid;

use super::rows::{self, Step};
use super::{MessageState, NOUN};
use crate::{MessageId, topics};

/// Messages looked at in one step.
const STEP: i64 = 100;

/// Looks at all messages whose pictures are being checked; those of which none is any more take a change.
pub(super) fn settle(db: &Db) -> Result<(), JobError> {
    let mut after = MessageId(Uuid::nil());
    loop {
        let (last, done) = db.read_now(|connection| -> Result<_, ApiError> {
            let waiting = rows::with_waiting_pictures(connection, after, STEP)?;
            let subjects: Vec<Uuid> = waiting.iter().map(|message| message.id.0).collect();
            let checking = files::being_checked(connection, NOUN, &subjects)?;
            let last = waiting.last().map(|message| message.id);
            let done: Vec<MessageId> =
                waiting.into_iter().map(|message| message.id).filter(|id| !checking.contains(&id.0)).collect();
            Ok((last, done))
        })?;
        for id in done {
            changed(db, id)?;
        }
        match last {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

fn changed(db: &Db, id: MessageId) -> Result<(), JobError> {
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        let message = rows::hold(tx.conn(), id)?.filter(|message| message.pictures_wait);
        if let Some(message) = message {
            let mut step = Step { pictures_wait: Some(false), ..Step::default() };
            if message.state == MessageState::Published {
                let change = topics::bump(tx.conn(), message.topic_id, false)?.1;
                step.change_sequence = Some(change);
            }
            rows::step(tx.conn(), id, &step)?;
            tx.audit(Audit::new("chat_pictures", NOUN, id.0).after(json!({"checked": true})))?;
        }
        Ok(tx.done(())?)
    })?;
    Ok(())
}
