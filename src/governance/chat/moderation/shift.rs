//! Moving a message to another topic of its group.

use base::db::Tx;
use base::error::ApiError;
use people::identity::Actor;
use people::notify::{Notice, templates};
use serde::Deserialize;

use super::CHAT_OTHER_GROUP;
use super::hide::{self, Change};
use crate::messages::{self, Message, MessageMove, MessageState};
use crate::reach::{found, moved, tell};
use crate::records::{self, RecordAction};
use crate::topics::{self, Topic, TopicState};
use crate::{MessageId, TopicId, search};

/// Where a message goes.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlace {
    /// Another open topic of the same group.
    pub topic: TopicId,
}

/// Moves a message under the next number of another topic; where it stood, its number stays and says where it went. Its author is told.
pub(super) fn shift(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: MessageId,
    (new, to): (MessageId, NewPlace),
) -> Result<[Change; 2], ApiError> {
    let (seen, message) = hide::take(tx, actor, id)?;
    let fits = message.kind == messages::ChatMessageKind::Message && message.case_id.is_none();
    let state = moved(message.state.transition(MessageMove::Move).filter(|_| fits))?;
    let target = found(topics::find(tx.conn(), to.topic)?)?;
    if target.group_id != seen.topic.group_id || target.id == seen.topic.id || target.state != TopicState::Open {
        return Err(ApiError::of(&CHAT_OTHER_GROUP));
    }
    records::write(tx, &hide::act(RecordAction::Move, &seen, &message, actor))?;
    let notice = Notice::new(&templates::CHAT_MOVED).with("title", &seen.topic.title).with("to", &target.title);
    tell(tx, message.author_id, &notice.link(format!("pages/chat/topic?id={}", target.id)))?;
    // Two topics are locked in the order of their ids.
    if target.id < seen.topic.id {
        let there = enter(tx, new, &message, &target)?;
        let here = hide::step(tx, "chat_message_move", (&seen, &message), (state, Some(target.id)))?;
        return Ok([here, there]);
    }
    let here = hide::step(tx, "chat_message_move", (&seen, &message), (state, Some(target.id)))?;
    let there = enter(tx, new, &message, &target)?;
    Ok([here, there])
}

fn enter(tx: &mut Tx<'_>, new: MessageId, message: &Message, topic: &Topic) -> Result<Change, ApiError> {
    let (sequence, change) = topics::bump(tx.conn(), topic.id, true)?;
    let moved = Message {
        id: new,
        topic_id: topic.id,
        sequence: Some(sequence),
        change_sequence: Some(change),
        state: MessageState::Published,
        // What it answers stands elsewhere.
        reply_to: None,
        pictures_of: (message.pictures > 0).then(|| message.pictures_of.unwrap_or(message.id.0)),
        pictures_wait: false,
        published_at: Some(tx.now()?),
        ..message.clone()
    };
    messages::insert(tx.conn(), &moved)?;
    search::put(tx.conn(), &moved, topic)?;
    Ok((topic.id, change))
}
