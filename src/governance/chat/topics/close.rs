//! TopicDeclining, closing with a summary, opening again, pinning.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::text::Text;
use people::identity::Actor;
use people::notify::{Notice, templates};
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, Step, Topic};
use super::{CHAT_TOPIC_NOT_OPEN, TopicMove, TopicState};
use crate::reach::{found, moved, tell};
use crate::{TopicId, groups};

/// Why a topic isn't opened.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicDeclining {
    /// Why; its author reads it.
    pub reason: Text<200>,
}

/// How a topic ends.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicClosing {
    /// What came of it; whoever has the topic's card reads it.
    pub summary: Text<2000>,
}

/// A topic of the actor's place, held, and the change that it takes.
fn take(tx: &mut Tx<'_>, actor: &Actor, id: TopicId) -> Result<Topic, ApiError> {
    groups::may_moderate(tx.conn(), actor, id)?;
    found(rows::hold(tx.conn(), id)?)
}

/// Writes a move and answers the number of the change.
fn go(tx: &mut Tx<'_>, action: &'static str, topic: &Topic, step: &Step<'_>) -> Result<i32, ApiError> {
    rows::step(tx.conn(), topic.id, step)?;
    let entry = Audit::new(action, "chat_topic", topic.id.0).at(topic.grid_unit_id);
    let entry = entry.before(json!({"state": topic.state, "pinned": topic.pinned}));
    tx.audit(entry.after(json!({"state": step.state.unwrap_or(topic.state), "pinned": step.pinned.unwrap_or(topic.pinned)})))?;
    Ok(rows::bump(tx.conn(), topic.id, false)?.1)
}

/// Declines a proposal, or takes a scheduled topic back.
pub(super) fn decline(mut tx: Tx<'_>, actor: &Actor, id: TopicId, how: &TopicDeclining) -> Result<Finished<i32>, ApiError> {
    let topic = take(&mut tx, actor, id)?;
    let to = moved(topic.state.transition(TopicMove::Decline))?;
    let now = tx.now()?;
    let step = Step {
        state: Some(to),
        decided_by: Some(actor.person),
        reason: Some(&how.reason),
        closed_at: Some(Some(now)),
        ..Step::default()
    };
    if topic.state == TopicState::Proposed {
        let what = format!("未采纳：{}", how.reason.as_str());
        let notice = Notice::new(&templates::CHAT_PROPOSAL_DECIDED).with("title", &topic.title).with("what", what);
        tell(&mut tx, topic.author_id, &notice)?;
    }
    let change = go(&mut tx, "chat_topic_decline", &topic, &step)?;
    Ok(tx.done(change)?)
}

/// Closes a topic with a summary.
pub(super) fn close(mut tx: Tx<'_>, actor: &Actor, id: TopicId, how: &TopicClosing) -> Result<Finished<i32>, ApiError> {
    let topic = take(&mut tx, actor, id)?;
    let to = topic.state.transition(TopicMove::Close).ok_or_else(|| ApiError::of(&CHAT_TOPIC_NOT_OPEN))?;
    let now = tx.now()?;
    let step = Step { state: Some(to), closing: Some(&how.summary), closed_at: Some(Some(now)), ..Step::default() };
    let change = go(&mut tx, "chat_topic_close", &topic, &step)?;
    Ok(tx.done(change)?)
}

/// Opens a closed topic again; its summary stays until another takes its place.
pub(super) fn reopen(mut tx: Tx<'_>, actor: &Actor, id: TopicId) -> Result<Finished<i32>, ApiError> {
    let topic = take(&mut tx, actor, id)?;
    let to = moved(topic.state.transition(TopicMove::Reopen))?;
    let step = Step { state: Some(to), closed_at: Some(None), ..Step::default() };
    let change = go(&mut tx, "chat_topic_reopen", &topic, &step)?;
    Ok(tx.done(change)?)
}

/// Lets a topic stand first, or not any more; saying it twice changes nothing.
pub(super) fn pin(mut tx: Tx<'_>, actor: &Actor, id: TopicId, pinned: bool) -> Result<Finished<i32>, ApiError> {
    let topic = take(&mut tx, actor, id)?;
    let action = if pinned { "chat_topic_pin" } else { "chat_topic_unpin" };
    let change = go(&mut tx, action, &topic, &Step { pinned: Some(pinned), ..Step::default() })?;
    Ok(tx.done(change)?)
}
