//! Opening and proposing topics.

use std::collections::BTreeSet;

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::text::{Few, Text};
use chrono::{DateTime, TimeDelta, Utc};
use people::identity::{Actor, OWN_AFFAIR, PHONE_REQUIRED};
use people::notify::{Notice, templates};
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, Step, Topic};
use super::{CHAT_OPENS_AT, CHAT_POLL_OPTIONS, CHAT_PROPOSALS, TopicKind, TopicMove, TopicState};
use crate::groups::{self, Within};
use crate::reach::{found, moderators, moved, tell};
use crate::{GroupId, Part, TopicId, questions};

/// How far ahead a topic may be scheduled.
const AHEAD: TimeDelta = TimeDelta::days(366);
/// Proposals of one person that may wait.
const PROPOSALS: i64 = 3;

/// A topic to be opened.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTopic {
    /// What it is.
    pub kind: TopicKind,
    /// Title.
    pub title: Text<60>,
    /// What it is about.
    pub text: Text<4000>,
    /// Of a poll: 2 to 10 options.
    #[schema(value_type = Option<Vec<String>>, max_items = 10)]
    pub options: Option<Few<Text<60>, 10>>,
    /// When it opens, within a year; none: now.
    pub opens_at: Option<DateTime<Utc>>,
}

/// A topic that a member proposes: a talk or a question to the committee.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProposal {
    /// Is it a question to the committee? (default: no)
    pub question: Option<bool>,
    /// Title.
    pub title: Text<60>,
    /// What it is about.
    pub text: Text<4000>,
}

fn fresh(within: &Within, actor: &Actor, id: TopicId, (kind, state): (TopicKind, TopicState), now: DateTime<Utc>) -> Topic {
    Topic {
        id,
        group_id: within.group.id,
        community_id: within.group.community_id,
        grid_unit_id: within.group.grid_unit_id,
        kind,
        state,
        title: String::new(),
        text: None,
        pinned: false,
        author_id: Some(actor.person),
        decided_by: None,
        reason: None,
        opens_at: None,
        closing: None,
        sequence_last: 0,
        change_last: 0,
        created_at: now,
        opened_at: (state == TopicState::Open).then_some(now),
        closed_at: None,
    }
}

/// The options of a poll, all different; none of anything else.
fn options(new: &NewTopic) -> Result<Vec<&str>, ApiError> {
    let given: Vec<&str> = new.options.iter().flat_map(Few::items).map(Text::as_str).collect();
    let different = given.iter().collect::<BTreeSet<_>>().len() == given.len();
    let right = if new.kind == TopicKind::Poll { (2..=10).contains(&given.len()) && different } else { given.is_empty() };
    if right { Ok(given) } else { Err(ApiError::of(&CHAT_POLL_OPTIONS)) }
}

/// A worker of the group's place opens a topic, or writes one that opens at a time.
pub(super) fn open(mut tx: Tx<'_>, actor: &Actor, group: GroupId, id: TopicId, new: &NewTopic) -> Result<Finished<()>, ApiError> {
    let within = groups::belongs(tx.conn(), actor, group)?;
    if within.part != Part::Moderator {
        return Err(ApiError::of(&error::NOT_FOUND));
    }
    let (options, now) = (options(new)?, tx.now()?);
    if new.opens_at.is_some_and(|at| at <= now || at > now + AHEAD) {
        return Err(ApiError::of(&CHAT_OPENS_AT));
    }
    let state = if new.opens_at.is_some() { TopicState::Scheduled } else { TopicState::Open };
    let topic = Topic {
        title: new.title.to_string(),
        text: Some(new.text.to_string()),
        opens_at: new.opens_at,
        ..fresh(&within, actor, id, (new.kind, state), now)
    };
    rows::insert(tx.conn(), &topic)?;
    if !options.is_empty() {
        rows::enter_options(tx.conn(), id, &options)?;
    }
    let entry = Audit::new("chat_topic_open", "chat_topic", id.0).at(topic.grid_unit_id);
    tx.audit(entry.after(json!({"state": state, "kind": new.kind})))?;
    if topic.kind == TopicKind::Question && state == TopicState::Open {
        questions::ask(&mut tx, &topic, None, &[actor.person])?;
    }
    Ok(tx.done(())?)
}

/// A member proposes a topic; the workers of the place are told.
pub(super) fn propose(
    mut tx: Tx<'_>,
    actor: &Actor,
    group: GroupId,
    id: TopicId,
    new: &NewProposal,
) -> Result<Finished<()>, ApiError> {
    let within = groups::belongs(tx.conn(), actor, group)?;
    if !actor.phone_bound {
        return Err(ApiError::of(&PHONE_REQUIRED));
    }
    if rows::proposals_of(tx.conn(), actor.person)? >= PROPOSALS {
        return Err(ApiError::of(&CHAT_PROPOSALS));
    }
    let kind = if new.question.unwrap_or(false) { TopicKind::Question } else { TopicKind::Talk };
    let now = tx.now()?;
    let topic = Topic {
        title: new.title.to_string(),
        text: Some(new.text.to_string()),
        ..fresh(&within, actor, id, (kind, TopicState::Proposed), now)
    };
    rows::insert(tx.conn(), &topic)?;
    let entry = Audit::new("chat_topic_propose", "chat_topic", id.0).at(topic.grid_unit_id);
    tx.audit(entry.after(json!({"state": topic.state, "kind": kind})))?;
    let workers = moderators(tx.conn(), &within.path)?;
    let notice = Notice::new(&templates::CHAT_PROPOSED).with("title", &topic.title);
    tell(&mut tx, workers.into_iter().filter(|worker| *worker != actor.person), &notice)?;
    Ok(tx.done(())?)
}

/// A worker takes a proposal up; its author is told.
pub(super) fn accept(mut tx: Tx<'_>, actor: &Actor, id: TopicId) -> Result<Finished<()>, ApiError> {
    groups::may_moderate(tx.conn(), actor, id)?;
    let topic = found(rows::hold(tx.conn(), id)?)?;
    let to = moved(topic.state.transition(TopicMove::Accept))?;
    if topic.author_id == Some(actor.person) {
        return Err(ApiError::of(&OWN_AFFAIR));
    }
    let now = tx.now()?;
    let step = Step { state: Some(to), decided_by: Some(actor.person), opened_at: Some(now), ..Step::default() };
    rows::step(tx.conn(), id, &step)?;
    let entry = Audit::new("chat_topic_accept", "chat_topic", id.0).at(topic.grid_unit_id);
    tx.audit(entry.before(json!({"state": topic.state})).after(json!({"state": to})))?;
    let notice = Notice::new(&templates::CHAT_PROPOSAL_DECIDED).with("title", &topic.title).with("what", "已采纳并开放");
    tell(&mut tx, topic.author_id, &notice)?;
    if topic.kind == TopicKind::Question {
        questions::ask(&mut tx, &topic, None, &[actor.person])?;
    }
    Ok(tx.done(())?)
}
