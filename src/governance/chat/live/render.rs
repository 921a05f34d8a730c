//! What changed in a topic, loaded once and written out for whoever follows it.

use base::error::ApiError;
use base::ids::PersonId;
use bytestring::ByteString;
use diesel::PgConnection;
use people::files::Signer;
use uuid::Uuid;

use super::frames::{ChangesView, Told};
use crate::groups::Seen;
use crate::reach::{found, path_of};
use crate::{Part, TopicId, messages, topics};

/// Messages of one delivery.
const MOST: i64 = 100;

/// Changes of a topic as they go out, the same for many.
#[derive(Debug)]
pub(super) struct Changes {
    pub(super) topic: TopicId,
    /// They follow this number of changes.
    pub(super) from: i32,
    /// And reach to this one.
    pub(super) to: i32,
    /// Who wrote them: they see their own in another way.
    pub(super) authors: Vec<PersonId>,
    pub(super) for_members: ByteString,
    pub(super) for_moderators: ByteString,
    /// Is there more?
    pub(super) more: bool,
}

/// A told frame as it goes over the wire.
pub(super) fn written(told: &Told) -> Result<ByteString, ApiError> {
    let text = serde_json::to_string(told).map_err(ApiError::internal)?;
    Ok(text.into())
}

/// What changed after a number; `None`: nothing.
pub(super) fn changes(
    connection: &mut PgConnection,
    signer: &Signer,
    id: TopicId,
    from: i32,
) -> Result<Option<Changes>, ApiError> {
    let topic = found(topics::find(connection, id)?)?;
    if topic.change_last <= from {
        return Ok(None);
    }
    let path = path_of(connection, topic.grid_unit_id)?;
    let mut rows = messages::after(connection, id, from, MOST + 1)?;
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > MOST;
    rows.truncate(usize::try_from(MOST).unwrap_or(100));
    let newest = rows.iter().filter_map(|row| row.change_sequence).max().unwrap_or(0);
    // The topic was read first: a change that came in meanwhile is among the rows, or among the next.
    let to = if more { newest } else { topic.change_last.max(newest) };
    let mut authors: Vec<PersonId> = rows.iter().filter_map(|row| row.author_id).collect();
    authors.sort_unstable();
    authors.dedup();
    let (state, last_sequence) = (topic.state, topic.sequence_last);
    let mut seen = Seen { topic, path, part: Part::Member };
    // Nobody in particular: who wrote something reads for themselves.
    let reader = PersonId(Uuid::nil());
    let mut write = |part: Part| -> Result<ByteString, ApiError> {
        seen.part = part;
        let items = messages::views(connection, signer, (&seen, reader), rows.clone())?;
        written(&Told::Changes(ChangesView { topic: id, items, state, last_sequence, next_change: to }))
    };
    let (for_members, for_moderators) = (write(Part::Member)?, write(Part::Moderator)?);
    Ok(Some(Changes { topic: id, from, to, authors, for_members, for_moderators, more }))
}
