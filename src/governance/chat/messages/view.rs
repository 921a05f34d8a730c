//! Messages, as shown to who may read their topic.

use std::collections::HashMap;

use base::error::ApiError;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::files::{self, FileView, Signer};
use people::identity;
use requests::CaseId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::rows::{self, Message};
use super::{ChatMessageKind, MessageState, NOUN};
use crate::groups::{self, Seen};
use crate::topics::TopicState;
use crate::{MessageId, TopicId};

/// A worker who is asked to look.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MentionView {
    /// Who.
    pub person: PersonId,
    /// What they are called.
    pub name: String,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageView {
    /// Id.
    pub id: MessageId,
    /// Number in the topic; none while only its author sees it.
    pub sequence: Option<i32>,
    /// Number of its newest change.
    pub change: Option<i32>,
    /// One plain sentence.
    pub summary: String,
    /// Written by a person, or what happened.
    pub kind: ChatMessageKind,
    /// State.
    pub state: MessageState,
    /// Is it one's own?
    pub own: bool,
    /// Who wrote it: shown to workers, and of workers.
    pub author: Option<PersonId>,
    /// What they are called in this group.
    pub author_name: String,
    /// Was it written by somebody who works there?
    pub as_worker: bool,
    /// What was written; none of what was hidden, withdrawn, moved or has aged.
    pub text: Option<String>,
    /// Number of the message that it answers.
    pub reply_to: Option<i32>,
    /// Who is asked to look.
    pub mentions: Vec<MentionView>,
    /// Pictures.
    pub files: Vec<FileView>,
    /// The topic in which it stands now.
    pub moved_to: Option<TopicId>,
    /// The request that came of it.
    pub case: Option<CaseId>,
    /// That request's number.
    pub case_number: Option<String>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// A part of a topic.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadView {
    /// Messages: newest first when read, in the order of their changes when followed.
    pub items: Vec<MessageView>,
    /// One's own that others don't see (yet).
    pub own: Vec<MessageView>,
    /// State of the topic.
    pub state: TopicState,
    /// Number of the topic's newest message.
    pub last_sequence: i32,
    /// Follow with this as `after_change`.
    pub next_change: i32,
    /// Read older ones with this as `before`; none: there are none.
    pub next_before: Option<i32>,
    /// Are there more changes? Then ask again at once.
    pub more: bool,
}

/// What stands beside messages.
struct Beside {
    names: HashMap<PersonId, String>,
    pictures: HashMap<Uuid, Vec<FileView>>,
    numbers: HashMap<CaseId, String>,
}

/// On which message the pictures of one hang.
fn hangs_on(message: &Message) -> Uuid {
    message.pictures_of.unwrap_or(message.id.0)
}

/// Does this reader see what was written?
fn readable(message: &Message, seen: &Seen, own: bool) -> bool {
    match message.state {
        MessageState::Published => true,
        MessageState::Pending | MessageState::Refused | MessageState::Hidden => own || seen.moderates(),
        MessageState::Withdrawn | MessageState::Moved => false,
    }
}

impl Beside {
    fn load(
        connection: &mut PgConnection,
        signer: &Signer,
        (seen, reader): (&Seen, PersonId),
        rows: &[Message],
    ) -> Result<Self, ApiError> {
        let mut persons: Vec<PersonId> = rows.iter().filter_map(|row| row.author_id).collect();
        persons.extend(rows.iter().flat_map(|row| row.mentions.iter().copied()));
        persons.sort_unstable();
        persons.dedup();
        let names = identity::names_by_ids(connection, &persons)?;
        let mut names: HashMap<PersonId, String> = names.into_iter().map(|(id, name)| (id, name.nickname)).collect();
        names.extend(groups::rows::nicknames(connection, seen.topic.group_id, &persons)?);
        let with_pictures = rows.iter().filter(|row| row.pictures > 0);
        let (own, others): (Vec<&Message>, Vec<&Message>) = with_pictures.partition(|row| row.author_id == Some(reader));
        let ids = |rows: Vec<&Message>| -> Vec<Uuid> { rows.into_iter().map(hangs_on).collect() };
        let mut pictures = files::views(connection, signer, NOUN, &ids(others))?;
        pictures.extend(files::views_in_full(connection, signer, NOUN, &ids(own))?);
        let cases: Vec<CaseId> = rows.iter().filter_map(|row| row.case_id).collect();
        let numbers = requests::briefs(connection, &cases)?.into_iter().map(|(id, brief)| (id, brief.number)).collect();
        Ok(Self { names, pictures, numbers })
    }

    fn name(&self, person: Option<PersonId>) -> String {
        person.and_then(|person| self.names.get(&person).cloned()).unwrap_or_else(|| crate::GONE.to_owned())
    }
}

fn view(message: Message, seen: &Seen, reader: PersonId, beside: &mut Beside) -> MessageView {
    let own = message.author_id == Some(reader);
    let readable = readable(&message, seen, own);
    let author_name = match message.kind {
        ChatMessageKind::System => String::new(),
        ChatMessageKind::Message => beside.name(message.author_id),
    };
    let text = message.text.clone().filter(|_| readable);
    let said = text.as_deref().map_or(message.state.zh(), |text| text);
    let said: String = said.chars().take(60).collect();
    let summary = if author_name.is_empty() { said } else { format!("{author_name}：{said}") };
    let names_author = own || seen.moderates() || message.as_worker;
    MessageView {
        summary,
        own,
        author: message.author_id.filter(|_| names_author),
        author_name,
        mentions: message
            .mentions
            .iter()
            .map(|person| MentionView { person: *person, name: beside.name(Some(*person)) })
            .collect(),
        files: if readable { beside.pictures.get(&hangs_on(&message)).cloned().unwrap_or_default() } else { Vec::new() },
        case_number: message.case_id.and_then(|case| beside.numbers.get(&case).cloned()),
        text,
        id: message.id,
        sequence: message.sequence,
        change: message.change_sequence,
        kind: message.kind,
        state: message.state,
        as_worker: message.as_worker,
        reply_to: message.reply_to,
        moved_to: message.moved_to,
        case: message.case_id,
        created_at: message.created_at,
    }
}

/// Messages of a topic as its reader sees them, in the order given.
pub(crate) fn views(
    connection: &mut PgConnection,
    signer: &Signer,
    (seen, reader): (&Seen, PersonId),
    rows: Vec<Message>,
) -> Result<Vec<MessageView>, ApiError> {
    let mut beside = Beside::load(connection, signer, (seen, reader), &rows)?;
    Ok(rows.into_iter().map(|row| view(row, seen, reader, &mut beside)).collect())
}

/// Which part of a topic.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ask {
    /// What changed after this number of changes.
    After(i32),
    /// What stands before this number.
    Before(i32),
}

/// A part of a topic. The topic is read first: a change that comes in meanwhile is among the next.
pub(crate) fn thread(
    connection: &mut PgConnection,
    signer: &Signer,
    (seen, reader): (&Seen, PersonId),
    (ask, limit): (Ask, usize),
) -> Result<ThreadView, ApiError> {
    let topic = &seen.topic;
    let load = i64::try_from(limit).unwrap_or(100) + 1;
    let mut rows = match ask {
        Ask::After(change) => rows::after(connection, topic.id, change, load)?,
        Ask::Before(sequence) => rows::before(connection, topic.id, sequence, load)?,
    };
    let further = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last();
    let newest = rows.iter().filter_map(|row| row.change_sequence).max().unwrap_or(0);
    let (next_change, next_before, more) = match ask {
        Ask::After(_) if further => (newest, None, true),
        Ask::After(change) => (topic.change_last.max(newest).max(change), None, false),
        Ask::Before(_) => (topic.change_last, last.and_then(|row| row.sequence).filter(|_| further), false),
    };
    let own = rows::unpublished_of(connection, topic.id, reader)?;
    let (items, own) = (views(connection, signer, (seen, reader), rows)?, views(connection, signer, (seen, reader), own)?);
    Ok(ThreadView { items, own, state: topic.state, last_sequence: topic.sequence_last, next_change, next_before, more })
}

/// One message as its reader sees it.
pub(crate) fn one(
    connection: &mut PgConnection,
    signer: &Signer,
    actor: &identity::Actor,
    id: MessageId,
) -> Result<MessageView, ApiError> {
    let (seen, message) = super::send::within(connection, actor, id)?;
    crate::reach::found(views(connection, signer, (&seen, actor.person), vec![message])?.pop())
}
