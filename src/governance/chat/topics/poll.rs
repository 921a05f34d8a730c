//! Votes, receipts and read marks: what every member leaves at a topic, once.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::text::Whole;
use people::identity::{Actor, PHONE_REQUIRED};
use serde::Deserialize;
use serde_json::json;

use super::{CHAT_TOPIC_NOT_OPEN, CHAT_VOTED, TopicKind, TopicState, rows};
use crate::groups::{self, Seen};
use crate::{TopicId, VoteId};

/// A vote.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVote {
    /// Number of the option.
    #[schema(value_type = Whole<1, 10>)]
    pub option: Whole<1, 10>,
}

/// How far somebody has read.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicReadUpTo {
    /// Number of the last message read.
    #[schema(value_type = Whole<0, 2000000000>)]
    pub sequence: Whole<0, 2_000_000_000>,
}

fn open_of(tx: &mut Tx<'_>, actor: &Actor, id: TopicId, kind: TopicKind) -> Result<Seen, ApiError> {
    let seen = groups::may_read(tx.conn(), actor, id)?;
    match (seen.topic.kind == kind, seen.topic.state) {
        (true, TopicState::Open) => Ok(seen),
        _ => Err(ApiError::of(&CHAT_TOPIC_NOT_OPEN)),
    }
}

/// One vote a person; the unique key decides between twins.
pub(super) fn vote(mut tx: Tx<'_>, actor: &Actor, topic: TopicId, id: VoteId, new: NewVote) -> Result<Finished<i32>, ApiError> {
    let seen = open_of(&mut tx, actor, topic, TopicKind::Poll)?;
    if !actor.phone_bound {
        return Err(ApiError::of(&PHONE_REQUIRED));
    }
    let option = i16::try_from(new.option.get()).map_err(ApiError::internal)?;
    if !rows::options_of(tx.conn(), &[topic])?.iter().any(|(_, known, _)| *known == option) {
        return Err(ApiError::invalid("/option", "is no option of this poll"));
    }
    let now = tx.now()?;
    if !rows::vote(tx.conn(), id, topic, (actor.person, option), now)? {
        return Err(ApiError::of(&CHAT_VOTED));
    }
    // For what somebody voted is nobody's business.
    tx.audit(Audit::new("chat_vote_create", "chat_topic", topic.0).at(seen.topic.grid_unit_id))?;
    let change = rows::bump(tx.conn(), topic, false)?.1;
    Ok(tx.done(change)?)
}

/// Confirms to have read a notice.
pub(super) fn receive(mut tx: Tx<'_>, actor: &Actor, topic: TopicId) -> Result<Finished<()>, ApiError> {
    let seen = groups::may_read(tx.conn(), actor, topic)?;
    if seen.topic.kind != TopicKind::Notice {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    let now = tx.now()?;
    rows::receive(tx.conn(), topic, actor.person, now)?;
    tx.audit(Audit::new("chat_receipt_create", "chat_topic", topic.0).at(seen.topic.grid_unit_id))?;
    Ok(tx.done(())?)
}

/// Moves the read mark forward, to the newest message at most.
pub(super) fn mark_read(mut tx: Tx<'_>, actor: &Actor, topic: TopicId, to: TopicReadUpTo) -> Result<Finished<()>, ApiError> {
    let seen = groups::may_read(tx.conn(), actor, topic)?;
    let (sequence, now) = (to.sequence.get().min(seen.topic.sequence_last), tx.now()?);
    rows::mark_read(tx.conn(), topic, (actor.person, sequence), now)?;
    let entry = Audit::new("chat_read_mark", "chat_topic", topic.0).at(seen.topic.grid_unit_id);
    tx.audit(entry.after(json!({"sequence": sequence})))?;
    Ok(tx.done(())?)
}
