//! Sending a message: everything that can refuse it comes first, the topic's row last.

use base::db::{Audit, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::text::{Few, Text};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use people::files::{self, About, FileId};
use people::identity::{Actor, PHONE_REQUIRED};
use people::notify::{Notice, templates};
use people::screening::{self, Subject, Verdict};
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, Message};
use super::{
    CHAT_FLOOD, CHAT_MENTION_WRONG, CHAT_READ_ONLY, CHAT_REPLY_UNKNOWN, CHAT_SAYS_NOTHING, ChatMessageKind, MessageState, NOUN,
    SCREENED,
};
use crate::groups::{self, Seen};
use crate::moderation::{self, CHAT_MUTED};
use crate::reach::{moderators, tell};
use crate::topics::{self, CHAT_TOPIC_NOT_OPEN, TopicKind, TopicState};
use crate::{MessageId, Part, TopicId, keywords, questions, search};

/// A message to be sent.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// What is written; it may be left out where there are pictures.
    pub text: Option<Text<2000>>,
    /// Pictures.
    #[schema(value_type = Option<Vec<FileId>>, max_items = 9)]
    pub files: Option<Few<FileId, 9>>,
    /// Number of the message that it answers.
    #[schema(value_type = Option<i32>)]
    pub reply_to: Option<base::text::Whole<1, 2_000_000_000>>,
    /// Workers of the place who are asked to look; they are told.
    #[schema(value_type = Option<Vec<PersonId>>, max_items = 5)]
    pub mentions: Option<Few<PersonId, 5>>,
}

/// A message on its way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sending<'a> {
    /// Id, made before.
    pub(crate) id: MessageId,
    /// Where.
    pub(crate) topic: TopicId,
    /// Who.
    pub(crate) actor: &'a Actor,
    /// What.
    pub(crate) new: &'a NewMessage,
    /// What the check says of its text.
    pub(crate) verdict: &'a Verdict,
    /// Messages that a member may send in a minute.
    pub(crate) per_minute: i64,
}

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Its number; none while others don't see it.
    pub(crate) sequence: Option<i32>,
    /// The newest change of the topic: announce it once it is committed.
    pub(crate) change: i32,
}

/// Sees to it that the actor may write into a topic now: before WeChat is asked, and again in the transaction.
pub(crate) fn may_write(connection: &mut PgConnection, actor: &Actor, topic: TopicId) -> Result<Seen, ApiError> {
    let seen = groups::may_read(connection, actor, topic)?;
    if !actor.phone_bound {
        return Err(ApiError::of(&PHONE_REQUIRED));
    }
    if seen.topic.state != TopicState::Open {
        return Err(ApiError::of(&CHAT_TOPIC_NOT_OPEN));
    }
    if seen.topic.kind == TopicKind::Notice && seen.part == Part::Member {
        return Err(ApiError::of(&CHAT_READ_ONLY));
    }
    if seen.part == Part::Member {
        not_muted(connection, &seen, actor)?;
    }
    Ok(seen)
}

/// 403 for somebody who is muted in the group now, with the end.
fn not_muted(connection: &mut PgConnection, seen: &Seen, actor: &Actor) -> Result<(), ApiError> {
    let now = base::db::now(connection)?;
    let Some(until) = moderation::muted_until(connection, seen.topic.group_id, actor.person, now)? else { return Ok(()) };
    let day = until.with_timezone(&base::clock::SHANGHAI).format("%Y-%m-%d %H:%M");
    let (zh, en) = (
        format!("您在本群被禁言至 {day}，可对该处理申诉一次。"),
        format!("You are muted in this group until {day}; you may object once."),
    );
    Err(ApiError::of(&CHAT_MUTED).detail(zh, en))
}

/// Sends a message in the caller's transaction, which ends it and then announces [`Sent::change`]. Errors: 404, 403 for minors, 409
/// for a topic that isn't open, 422, 429.
pub(crate) fn send(tx: &mut Tx<'_>, sending: &Sending<'_>) -> Result<Sent, ApiError> {
    let (new, person) = (sending.new, sending.actor.person);
    let seen = may_write(tx.conn(), sending.actor, sending.topic)?;
    let pictures = new.files.as_ref().map_or(&[][..], Few::items);
    if new.text.is_none() && pictures.is_empty() {
        return Err(ApiError::of(&CHAT_SAYS_NOTHING));
    }
    let now = tx.now()?;
    if seen.part == Part::Member {
        not_too_fast(tx.conn(), person, now, sending.per_minute)?;
    }
    let reply_to = new.reply_to.map(|number| number.get());
    if let Some(number) = reply_to
        && rows::numbered(tx.conn(), sending.topic, number)?.is_none()
    {
        return Err(ApiError::of(&CHAT_REPLY_UNKNOWN));
    }
    let mentions = mentioned(tx.conn(), &seen, new)?;
    let about =
        About { noun: NOUN, id: sending.id.0, community: seen.topic.community_id, unit: seen.topic.grid_unit_id, public: false };
    files::attach(tx, pictures, person, about)?;
    let message = Message {
        id: sending.id,
        topic_id: sending.topic,
        sequence: None,
        change_sequence: None,
        kind: ChatMessageKind::Message,
        state: match sending.verdict {
            Verdict::Publish => MessageState::Published,
            Verdict::Queue(_) => MessageState::Pending,
            Verdict::Refuse(_) => MessageState::Refused,
        },
        author_id: Some(person),
        as_worker: seen.part != Part::Member,
        text: new.text.as_ref().map(ToString::to_string),
        reply_to,
        mentions,
        pictures: i16::try_from(pictures.len()).map_err(ApiError::internal)?,
        pictures_wait: !pictures.is_empty(),
        pictures_of: None,
        moved_to: None,
        case_id: None,
        created_at: now,
        published_at: None,
    };
    let entry = Audit::new("chat_message_send", NOUN, sending.id.0).at(seen.topic.grid_unit_id);
    tx.audit(entry.after(json!({"topic": sending.topic, "state": message.state})))?;
    if message.state == MessageState::Published {
        return enter(tx, &seen, message);
    }
    let subject = Subject {
        noun: SCREENED.name,
        id: sending.id.0,
        community: seen.topic.community_id,
        unit: seen.topic.grid_unit_id,
        author: Some(person),
    };
    screening::submit(tx, subject, sending.verdict, message.text.as_deref().unwrap_or_default())?;
    rows::insert(tx.conn(), &message)?;
    // Its author follows the topic too.
    let change = topics::bump(tx.conn(), sending.topic, false)?.1;
    Ok(Sent { sequence: None, change })
}

/// Enters a message that everybody may see, under the next number.
fn enter(tx: &mut Tx<'_>, seen: &Seen, mut message: Message) -> Result<Sent, ApiError> {
    shown(tx, &seen.topic, &message)?;
    let (sequence, change) = topics::bump(tx.conn(), message.topic_id, true)?;
    message.sequence = Some(sequence);
    message.change_sequence = Some(change);
    message.published_at = Some(message.created_at);
    rows::insert(tx.conn(), &message)?;
    search::put(tx.conn(), &message, &seen.topic)?;
    if let Some(author) = message.author_id {
        // Who writes has read what stands before.
        topics::mark_read(tx.conn(), message.topic_id, (author, sequence), message.created_at)?;
    }
    owed(tx, &seen.topic, &message)?;
    Ok(Sent { sequence: Some(sequence), change })
}

/// What follows when a message is seen by others for the first time; inboxes are locked, so it comes before the topic.
pub(super) fn shown(tx: &mut Tx<'_>, topic: &topics::Topic, message: &Message) -> Result<(), ApiError> {
    let notice = Notice::new(&templates::CHAT_MENTIONED).with("title", &topic.title);
    let page = format!("pages/chat/topic?id={}", topic.id);
    let asked: Vec<PersonId> = message.mentions.iter().copied().filter(|person| Some(*person) != message.author_id).collect();
    tell(tx, asked.iter().copied(), &notice.link(page))?;
    keywords::heard(tx, topic, message)
}

/// What is owed by a message that was just entered: by whom it mentions. And what it answers, when a worker wrote it.
pub(super) fn owed(tx: &mut Tx<'_>, topic: &topics::Topic, message: &Message) -> Result<(), ApiError> {
    let asked: Vec<PersonId> = message.mentions.iter().copied().filter(|person| Some(*person) != message.author_id).collect();
    questions::ask(tx, topic, Some(message.id), &asked)?;
    let Some(worker) = message.author_id.filter(|_| message.as_worker) else { return Ok(()) };
    let replied = match message.reply_to {
        Some(number) => rows::numbered(tx.conn(), topic.id, number)?.map(|message| message.id),
        None => None,
    };
    questions::answered(tx, topic, worker, replied)
}

/// 429 when somebody writes faster than people do.
fn not_too_fast(connection: &mut PgConnection, person: PersonId, now: DateTime<Utc>, most: i64) -> Result<(), ApiError> {
    let written = rows::written_since(connection, person, now - TimeDelta::minutes(1))?;
    if written < most { Ok(()) } else { Err(ApiError::of(&CHAT_FLOOD).retry_after(60)) }
}

/// The mentioned, each once: who moderates the group's place.
fn mentioned(connection: &mut PgConnection, seen: &Seen, new: &NewMessage) -> Result<Vec<PersonId>, ApiError> {
    let mut named: Vec<PersonId> = new.mentions.iter().flat_map(Few::items).copied().collect();
    if named.is_empty() {
        return Ok(named);
    }
    named.sort_unstable();
    named.dedup();
    let workers = moderators(connection, &seen.path)?;
    if named.iter().all(|person| workers.contains(person)) { Ok(named) } else { Err(ApiError::of(&CHAT_MENTION_WRONG)) }
}

/// Puts a line about what happened into a topic, in whatever state it is; the caller announces the change.
pub(crate) fn say(tx: &mut Tx<'_>, topic: TopicId, text: &str) -> Result<Sent, ApiError> {
    let now = tx.now()?;
    let (sequence, change) = topics::bump(tx.conn(), topic, true)?;
    let message = Message {
        id: MessageId::new(),
        topic_id: topic,
        sequence: Some(sequence),
        change_sequence: Some(change),
        kind: ChatMessageKind::System,
        state: MessageState::Published,
        author_id: None,
        as_worker: false,
        text: Some(text.chars().take(2_000).collect()),
        reply_to: None,
        mentions: Vec::new(),
        pictures: 0,
        pictures_wait: false,
        pictures_of: None,
        moved_to: None,
        case_id: None,
        created_at: now,
        published_at: Some(now),
    };
    rows::insert(tx.conn(), &message)?;
    Ok(Sent { sequence: Some(sequence), change })
}

/// A message that is there for whoever may read its topic; one that others don't see is there for its author alone.
pub(crate) fn within(connection: &mut PgConnection, actor: &Actor, id: MessageId) -> Result<(Seen, Message), ApiError> {
    let message = crate::reach::found(rows::find(connection, id)?)?;
    let seen = groups::may_read(connection, actor, message.topic_id)?;
    let own = message.author_id == Some(actor.person);
    if message.sequence.is_none() && !own && !seen.moderates() {
        return Err(ApiError::of(&error::NOT_FOUND));
    }
    Ok((seen, message))
}
