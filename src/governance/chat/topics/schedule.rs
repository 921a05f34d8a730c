//! Scheduled topics open at their time.

use base::db::{Audit, Context, Db};
use base::error::ApiError;
use base::jobs::JobError;
use serde_json::json;

use super::rows::{self, Step};
use super::{TopicKind, TopicMove};
use crate::questions;

/// Topics opened in one run.
const AT_ONCE: i64 = 100;

pub(super) fn open_due(db: &Db) -> Result<(), JobError> {
    let due = db.read_now(|connection| {
        let now = base::db::now(connection)?;
        rows::due(connection, now, AT_ONCE)
    })?;
    for id in due {
        db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
            let topic = rows::hold(tx.conn(), id)?;
            // Taken back, or opened by a twin meanwhile: nothing to do.
            let open = topic.and_then(|topic| Some((topic.state.transition(TopicMove::Open)?, topic)));
            if let Some((to, topic)) = open {
                let now = tx.now()?;
                rows::step(tx.conn(), id, &Step { state: Some(to), opened_at: Some(now), ..Step::default() })?;
                let entry = Audit::new("chat_topics_open", "chat_topic", id.0).at(topic.grid_unit_id);
                tx.audit(entry.before(json!({"state": topic.state})).after(json!({"state": to})))?;
                if topic.kind == TopicKind::Question {
                    questions::ask(&mut tx, &topic, None, &Vec::from_iter(topic.author_id))?;
                }
                rows::bump(tx.conn(), id, false)?;
            }
            Ok(tx.done(())?)
        })?;
    }
    Ok(())
}
