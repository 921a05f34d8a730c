//! Messages that were found, as shown to who belongs to their group.

use std::collections::HashMap;

use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::identity::{self, Actor};
use serde::Serialize;
use utoipa::ToSchema;

use super::CHAT_SEARCH_SAYS_NOTHING;
use super::rows::{self, FoundMessage};
use crate::groups;
use crate::{GroupId, MessageId, TopicId};

/// A message that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundMessageView {
    /// Id.
    pub id: MessageId,
    /// One plain sentence.
    pub summary: String,
    /// Topic in which it stands.
    pub topic: TopicId,
    /// That topic's title.
    pub topic_title: String,
    /// Group of the topic.
    pub group: GroupId,
    /// Number in the topic: read on from there.
    pub sequence: Option<i32>,
    /// What its author is called in this group.
    pub author_name: String,
    /// Is it one's own?
    pub own: bool,
    /// Was it written by somebody who works there?
    pub as_worker: bool,
    /// What was written.
    pub text: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// What somebody looks for.
#[derive(Debug)]
pub(super) struct Wanted {
    /// The words.
    pub(super) text: String,
    /// Only in this group.
    pub(super) group: Option<GroupId>,
}

/// What authors are called in the groups where they wrote.
fn names(connection: &mut PgConnection, found: &[FoundMessage]) -> Result<HashMap<(GroupId, PersonId), String>, ApiError> {
    let mut persons: Vec<PersonId> = found.iter().filter_map(|row| row.author_id).collect();
    persons.sort_unstable();
    persons.dedup();
    let called = identity::names_by_ids(connection, &persons)?;
    let pairs = found.iter().filter_map(|row| Some((row.group_id, row.author_id?)));
    let mut names: HashMap<(GroupId, PersonId), String> =
        pairs.filter_map(|(group, person)| Some(((group, person), called.get(&person)?.nickname.clone()))).collect();
    let mut places: Vec<GroupId> = found.iter().map(|row| row.group_id).collect();
    places.sort_unstable();
    places.dedup();
    for group in places {
        let set = groups::rows::nicknames(connection, group, &persons)?;
        names.extend(set.into_iter().map(|(person, name)| ((group, person), name)));
    }
    Ok(names)
}

/// Messages of the actor's own groups that hold what is wanted, the newest first. Errors: 403 for minors, 404 for a group that they don't
/// belong to, 422 when nothing is asked.
pub(super) fn find(
    connection: &mut PgConnection,
    actor: &Actor,
    wanted: &Wanted,
    window: &Window<MessageId>,
) -> Result<Vec<FoundMessageView>, ApiError> {
    let nothing = || ApiError::of(&CHAT_SEARCH_SAYS_NOTHING).field("/text", "holds no letter and no digit");
    let words = base::search::query_all(&wanted.text).ok_or_else(nothing)?;
    let places: Vec<(GroupId, GridUnitId)> = match wanted.group {
        Some(group) => vec![groups::belongs(connection, actor, group)?.group],
        None => groups::own(connection, actor)?.into_iter().map(|own| own.group).collect(),
    }
    .into_iter()
    .map(|group| (group.id, group.community_id))
    .collect();
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let found = rows::find(connection, &places, &words, window.after, window.load())?;
    let names = names(connection, &found)?;
    Ok(found.into_iter().map(|row| view(row, actor.person, &names)).collect())
}

fn view(row: FoundMessage, reader: PersonId, names: &HashMap<(GroupId, PersonId), String>) -> FoundMessageView {
    let name = row.author_id.and_then(|author| names.get(&(row.group_id, author)).cloned());
    let author_name = name.unwrap_or_else(|| crate::GONE.to_owned());
    let said: String = row.text.chars().take(60).collect();
    FoundMessageView {
        summary: format!("「{}」{author_name}：{said}", row.title),
        topic: row.topic_id,
        topic_title: row.title,
        group: row.group_id,
        sequence: row.sequence,
        author_name,
        own: row.author_id == Some(reader),
        as_worker: row.as_worker,
        text: row.text,
        created_at: row.created_at,
        id: row.id,
    }
}
