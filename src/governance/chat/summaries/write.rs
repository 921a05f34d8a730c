//! Writing a summary.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::text::Text;
use people::identity::Actor;
use serde::Deserialize;

use super::CHAT_SUMMARY_THERE;
use super::rows::{self, Summary};
use crate::messages;
use crate::{SummaryId, TopicId};

/// A summary.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSummary {
    /// What came of the topic so far. Workers alone read it until one of them closes the topic with it.
    pub text: Text<2000>,
}

pub(super) fn write(
    mut tx: Tx<'_>,
    actor: &Actor,
    topic: TopicId,
    id: SummaryId,
    new: &NewSummary,
) -> Result<Finished<()>, ApiError> {
    let seen = messages::may_write(tx.conn(), actor, topic)?;
    let row = Summary {
        id,
        topic_id: topic,
        author_id: Some(actor.person),
        text: Some(new.text.to_string()),
        created_at: tx.now()?,
        accepted_by: None,
        accepted_at: None,
    };
    if !rows::insert(tx.conn(), &row)? {
        return Err(ApiError::of(&CHAT_SUMMARY_THERE));
    }
    tx.audit(Audit::new("chat_summary_create", "chat_topic", topic.0).at(seen.topic.grid_unit_id))?;
    Ok(tx.done(())?)
}
