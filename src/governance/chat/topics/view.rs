//! Topics, as shown to who may read them.

use std::collections::{HashMap, HashSet};

use base::error::ApiError;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::identity::{self, Actor};
use serde::Serialize;
use utoipa::ToSchema;

use super::rows::{self, Topic};
use super::{TopicKind, TopicMove, TopicState};
use crate::reach::found;
use crate::{GroupId, Part, TopicId, groups};

/// An option of a poll.
#[derive(Debug, Serialize, ToSchema)]
pub struct PollOptionView {
    /// Number.
    pub option: i16,
    /// What is offered.
    pub text: String,
    /// Votes; shown to who has voted, to workers, and to everybody once the poll is over.
    pub votes: Option<i64>,
}

/// A topic.
#[derive(Debug, Serialize, ToSchema)]
pub struct TopicView {
    /// Id.
    pub id: TopicId,
    /// One plain sentence.
    pub summary: String,
    /// Group.
    pub group_id: GroupId,
    /// What it is.
    pub kind: TopicKind,
    /// State.
    pub state: TopicState,
    /// What whoever works there may do with it now.
    pub allowed: Vec<TopicMove>,
    /// Title.
    pub title: String,
    /// What it is about.
    pub text: Option<String>,
    /// Does it stand first?
    pub pinned: bool,
    /// What its author is called.
    pub author_name: String,
    /// Is it one's own?
    pub own: bool,
    /// Why it was declined.
    pub reason: Option<String>,
    /// When it opens.
    pub opens_at: Option<DateTime<Utc>>,
    /// What came of it.
    pub closing: Option<String>,
    /// Of a poll: its options.
    pub options: Vec<PollOptionView>,
    /// Of a poll: for which option one has voted.
    pub own_vote: Option<i16>,
    /// Of a notice: has one confirmed to have read it?
    pub received: bool,
    /// Of a notice: how many have; shown to workers.
    pub receipts: Option<i64>,
    /// Number of the newest message.
    pub last_sequence: i32,
    /// Number of the newest change.
    pub last_change: i32,
    /// How far one has read.
    pub read_up_to: i32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was opened.
    pub opened_at: Option<DateTime<Utc>>,
    /// When it was closed or declined.
    pub closed_at: Option<DateTime<Utc>>,
}

/// Who confirmed to have read a notice.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptView {
    /// Who.
    pub person: PersonId,
    /// What they are called.
    pub name: String,
    /// One plain sentence.
    pub summary: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What stands beside the topics of a page.
struct Beside {
    authors: HashMap<PersonId, String>,
    options: Vec<(TopicId, i16, String)>,
    tally: HashMap<(TopicId, i16), i64>,
    own_votes: HashMap<TopicId, i16>,
    receipts: HashMap<TopicId, i64>,
    own_receipts: HashSet<TopicId>,
    marks: HashMap<TopicId, i32>,
}

impl Beside {
    fn load(connection: &mut PgConnection, person: PersonId, topics: &[Topic]) -> Result<Self, ApiError> {
        let of = |kind: TopicKind| -> Vec<TopicId> {
            topics.iter().filter(|topic| topic.kind == kind).map(|topic| topic.id).collect()
        };
        let (polls, notices) = (of(TopicKind::Poll), of(TopicKind::Notice));
        let all: Vec<TopicId> = topics.iter().map(|topic| topic.id).collect();
        let mut beside = Self {
            authors: authors(connection, topics)?,
            options: Vec::new(),
            tally: HashMap::new(),
            own_votes: HashMap::new(),
            receipts: HashMap::new(),
            own_receipts: HashSet::new(),
            marks: rows::read_marks(connection, person, &all)?,
        };
        if !polls.is_empty() {
            beside.options = rows::options_of(connection, &polls)?;
            beside.tally = rows::tally(connection, &polls)?;
            beside.own_votes = rows::own_votes(connection, person, &polls)?;
        }
        if !notices.is_empty() {
            beside.receipts = rows::received(connection, &notices)?;
            beside.own_receipts = rows::own_receipts(connection, person, &notices)?.into_iter().collect();
        }
        Ok(beside)
    }

    fn options_of(&self, topic: &Topic, part: Part) -> Vec<PollOptionView> {
        let told = part != Part::Member || topic.state == TopicState::Closed || self.own_votes.contains_key(&topic.id);
        let own = self.options.iter().filter(|(id, ..)| *id == topic.id);
        own.map(|(id, option, text)| PollOptionView {
            option: *option,
            text: text.clone(),
            votes: told.then(|| self.tally.get(&(*id, *option)).copied().unwrap_or(0)),
        })
        .collect()
    }
}

/// What the authors are called: the name in front in the group, else the account's.
fn authors(connection: &mut PgConnection, topics: &[Topic]) -> Result<HashMap<PersonId, String>, ApiError> {
    let persons: Vec<PersonId> = topics.iter().filter_map(|topic| topic.author_id).collect();
    let names = identity::names_by_ids(connection, &persons)?;
    let mut called: HashMap<PersonId, String> = names.into_iter().map(|(id, name)| (id, name.nickname)).collect();
    if let Some(group) = topics.first().map(|topic| topic.group_id) {
        called.extend(groups::rows::nicknames(connection, group, &persons)?);
    }
    Ok(called)
}

fn view(topic: Topic, actor: &Actor, part: Part, beside: &Beside) -> TopicView {
    let author_name = topic.author_id.and_then(|author| beside.authors.get(&author).cloned());
    TopicView {
        summary: format!("{}「{}」，{}，{} 条消息", topic.kind.zh(), topic.title, topic.state.zh(), topic.sequence_last),
        group_id: topic.group_id,
        kind: topic.kind,
        state: topic.state,
        allowed: if part == Part::Moderator { topic.state.allowed().collect() } else { Vec::new() },
        pinned: topic.pinned,
        author_name: author_name.unwrap_or_else(|| crate::GONE.to_owned()),
        own: topic.author_id == Some(actor.person),
        options: beside.options_of(&topic, part),
        own_vote: beside.own_votes.get(&topic.id).copied(),
        received: beside.own_receipts.contains(&topic.id),
        receipts: (part != Part::Member && topic.kind == TopicKind::Notice)
            .then(|| beside.receipts.get(&topic.id).copied().unwrap_or(0)),
        last_sequence: topic.sequence_last,
        last_change: topic.change_last,
        read_up_to: beside.marks.get(&topic.id).copied().unwrap_or(0),
        id: topic.id,
        title: topic.title,
        text: topic.text,
        reason: topic.reason,
        opens_at: topic.opens_at,
        closing: topic.closing,
        created_at: topic.created_at,
        opened_at: topic.opened_at,
        closed_at: topic.closed_at,
    }
}

/// Topics of one group, in the order given.
pub(super) fn views(
    connection: &mut PgConnection,
    actor: &Actor,
    part: Part,
    topics: Vec<Topic>,
) -> Result<Vec<TopicView>, ApiError> {
    let beside = Beside::load(connection, actor.person, &topics)?;
    Ok(topics.into_iter().map(|topic| view(topic, actor, part, &beside)).collect())
}

/// A topic as the actor sees it; 404 when they may not.
pub(super) fn one(connection: &mut PgConnection, actor: &Actor, id: TopicId) -> Result<TopicView, ApiError> {
    let seen = groups::may_read(connection, actor, id)?;
    found(views(connection, actor, seen.part, vec![seen.topic])?.pop())
}

/// Who confirmed, with names.
pub(super) fn receipts(
    connection: &mut PgConnection,
    rows: Vec<(PersonId, DateTime<Utc>)>,
) -> Result<Vec<ReceiptView>, ApiError> {
    let persons: Vec<PersonId> = rows.iter().map(|(person, _)| *person).collect();
    let names = identity::names_by_ids(connection, &persons)?;
    let shown = rows.into_iter().map(|(person, at)| {
        let name = names.get(&person).map_or_else(String::new, |name| name.nickname.clone());
        ReceiptView { person, summary: format!("{name}已阅读"), name, at }
    });
    Ok(shown.collect())
}
