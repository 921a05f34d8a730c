//! Unread counts, as shown.

use base::error::ApiError;
use diesel::PgConnection;
use people::identity::Actor;
use serde::Serialize;
use utoipa::ToSchema;

use super::rows::{self, Unread};
use crate::groups::{self, Own};
use crate::{GroupId, TopicId};

/// Topics of one answer.
const TOPICS: usize = 500;

/// A topic in which something is unread.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnreadTopicView {
    /// Topic.
    pub id: TopicId,
    /// One plain sentence.
    pub summary: String,
    /// Its title.
    pub title: String,
    /// Messages that came after the last one read.
    pub unread: i32,
    /// Number of the last message read; 0: none.
    pub read_up_to: i32,
    /// Number of the newest message.
    pub last_sequence: i32,
}

/// A group in which something is unread.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnreadGroupView {
    /// Group.
    pub id: GroupId,
    /// One plain sentence.
    pub summary: String,
    /// What its place is called.
    pub name: String,
    /// Messages in all its topics.
    pub unread: i64,
    /// Did one ask for no notices? Then it isn't part of the sum.
    pub quiet: bool,
    /// Its topics, the newest first.
    pub topics: Vec<UnreadTopicView>,
}

/// What one hasn't read yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnreadView {
    /// One plain sentence.
    pub summary: String,
    /// Messages in all groups but the quiet ones.
    pub unread: i64,
    /// Groups in which something is unread, in the order in which they were opened.
    pub groups: Vec<UnreadGroupView>,
    /// Are there more than the 500 newest topics? Then the counts are of these.
    pub more: bool,
}

fn topic(row: Unread) -> UnreadTopicView {
    let unread = row.count();
    UnreadTopicView {
        id: row.topic,
        summary: format!("「{}」{unread} 条未读", row.title),
        unread,
        read_up_to: row.read.unwrap_or(0),
        last_sequence: row.last,
        title: row.title,
    }
}

fn group(own: &Own, topics: &mut Vec<Unread>) -> Option<UnreadGroupView> {
    let here: Vec<Unread> = topics.extract_if(.., |row| row.group == own.group.id).collect();
    let quiet = here.first()?.quiet.unwrap_or(false);
    let unread = here.iter().map(|row| i64::from(row.count())).sum();
    Some(UnreadGroupView {
        id: own.group.id,
        summary: format!("「{}」{unread} 条未读{}", own.unit.name, if quiet { "（免打扰）" } else { "" }),
        name: own.unit.name.clone(),
        unread,
        quiet,
        topics: here.into_iter().map(topic).collect(),
    })
}

/// What the actor hasn't read yet. Errors: 403 for minors.
pub(super) fn unread(connection: &mut PgConnection, actor: &Actor) -> Result<UnreadView, ApiError> {
    let own = groups::own(connection, actor)?;
    let ids: Vec<GroupId> = own.iter().map(|own| own.group.id).collect();
    let now = base::db::now(connection)?;
    let mut topics = rows::unread(connection, actor.person, &ids, now, i64::try_from(TOPICS).unwrap_or(500) + 1)?;
    let more = topics.len() > TOPICS;
    topics.truncate(TOPICS);
    let groups: Vec<UnreadGroupView> = own.iter().filter_map(|own| group(own, &mut topics)).collect();
    let unread = groups.iter().filter(|group| !group.quiet).map(|group| group.unread).sum();
    Ok(UnreadView { summary: format!("居民畅聊 {unread} 条未读"), unread, groups, more })
}
