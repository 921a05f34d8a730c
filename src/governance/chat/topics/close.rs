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
use crate::records::{self, Act, RecordAction};
use crate::{SummaryId, TopicId, groups, questions, summaries};

/// Why a topic isn't opened.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicDeclining {
    /// Why; its author reads it.
    pub reason: Text<200>,
}

/// How a topic ends: with a summary, or with one that a member wrote.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicClosing {
    /// What came of it; whoever has the topic's card reads it.
    pub summary: Option<Text<2000>>,
    /// Or the member's summary that is accepted; its author earns points, where a rule says so.
    pub accepted: Option<SummaryId>,
}

/// A topic of the actor's place, held, and the change that it takes.
fn take(tx: &mut Tx<'_>, actor: &Actor, id: TopicId) -> Result<Topic, ApiError> {
    groups::may_moderate(tx.conn(), actor, id)?;
    found(rows::hold(tx.conn(), id)?)
}

/// Writes a move and answers the number of the change.
fn go(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (action, act): (&'static str, RecordAction),
    topic: &Topic,
    step: &Step<'_>,
) -> Result<i32, ApiError> {
    rows::step(tx.conn(), topic.id, step)?;
    let act = Act {
        action: act,
        community: topic.community_id,
        unit: topic.grid_unit_id,
        topic: Some(topic.id),
        message: None,
        measure: None,
        person: None,
        reason: None,
        by: Some(actor.person),
    };
    records::write(tx, &act)?;
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
    let change = go(&mut tx, actor, ("chat_topic_decline", RecordAction::Decline), &topic, &step)?;
    Ok(tx.done(change)?)
}

/// Closes a topic with a summary.
pub(super) fn close(mut tx: Tx<'_>, actor: &Actor, id: TopicId, how: &TopicClosing) -> Result<Finished<i32>, ApiError> {
    let topic = take(&mut tx, actor, id)?;
    let to = topic.state.transition(TopicMove::Close).ok_or_else(|| ApiError::of(&CHAT_TOPIC_NOT_OPEN))?;
    let now = tx.now()?;
    let closing = match (&how.summary, how.accepted) {
        (Some(summary), None) => summary.to_string(),
        (None, Some(summary)) => summaries::accept(&mut tx, &topic, summary, actor.person)?,
        _ => return Err(ApiError::invalid("/summary", "write one, or accept a member's")),
    };
    questions::over(&mut tx, &topic, actor.person)?;
    let step = Step { state: Some(to), closing: Some(&closing), closed_at: Some(Some(now)), ..Step::default() };
    let change = go(&mut tx, actor, ("chat_topic_close", RecordAction::Close), &topic, &step)?;
    Ok(tx.done(change)?)
}

/// Opens a closed topic again; its summary stays until another takes its place.
pub(super) fn reopen(mut tx: Tx<'_>, actor: &Actor, id: TopicId) -> Result<Finished<i32>, ApiError> {
    let topic = take(&mut tx, actor, id)?;
    let to = moved(topic.state.transition(TopicMove::Reopen))?;
    let step = Step { state: Some(to), closed_at: Some(None), ..Step::default() };
    let change = go(&mut tx, actor, ("chat_topic_reopen", RecordAction::Reopen), &topic, &step)?;
    Ok(tx.done(change)?)
}

/// Lets a topic stand first, or not any more; saying it twice changes nothing.
pub(super) fn pin(mut tx: Tx<'_>, actor: &Actor, id: TopicId, pinned: bool) -> Result<Finished<i32>, ApiError> {
    let topic = take(&mut tx, actor, id)?;
    let action = match pinned {
        true => ("chat_topic_pin", RecordAction::Pin),
        false => ("chat_topic_unpin", RecordAction::Unpin),
    };
    let change = go(&mut tx, actor, action, &topic, &Step { pinned: Some(pinned), ..Step::default() })?;
    Ok(tx.done(change)?)
}
