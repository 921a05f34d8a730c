//! Summaries that members write of an open topic, one each. The one that a worker closes the topic with is accepted; then, and by rule
//! only, its author earns points. Nothing is ever earned for a number of messages.

pub mod http;
mod rows;
mod write;

use base::db::Tx;
use base::error::ApiError;
use people::community;
use people::grid::GridPath;
use people::identity::{self, OWN_AFFAIR, Role};
use points::{Beneficiary, Event, EventId, EventKind, Evidence};

use crate::reach::{found, path_of};
use crate::topics::Topic;
use crate::{SummaryId, TopicId};

pub use http::SummaryView;
pub use write::NewSummary;

pub(crate) use rows::{forget, hand_over};

base::error_codes! {
    CHAT_SUMMARY_THERE 409 "chat_summary_there" "您已为该话题写过总结。" "You have written a summary of this topic.";
}

people::permissions! {
    /// Write a summary of an open topic.
    ChatSummaryCreate "chat_summary_create" [Resident Own, BuildingHead Own, NewEmployment Own];
    /// See the summaries that members wrote of a topic.
    ChatSummaryList "chat_summary_list" [GridWorker Grid, CommunityStaff Community];
}

/// Accepts a summary of a topic, on behalf of the worker who closes it; its author earns by the community's rule. Answers the text.
pub(crate) fn accept(tx: &mut Tx<'_>, topic: &Topic, id: SummaryId, by: base::ids::PersonId) -> Result<String, ApiError> {
    let summary = found(rows::hold(tx.conn(), id)?.filter(|summary| summary.topic_id == topic.id))?;
    let text = found(summary.text.clone())?;
    if summary.author_id == Some(by) {
        return Err(ApiError::of(&OWN_AFFAIR));
    }
    let now = tx.now()?;
    rows::accept(tx.conn(), id, by, now)?;
    let author = match summary.author_id {
        Some(author) if earns(tx, author, topic)? => author,
        _ => return Ok(text),
    };
    let event = Event {
        id: EventId(id.0),
        kind: EventKind::ChatSummary,
        community: topic.community_id,
        beneficiary: Beneficiary::Person(author),
        occurred_at: summary.created_at,
        quantity: 1,
        evidence: Evidence { noun: "chat_summary".to_owned(), id: id.0 },
        approvers: vec![by],
        project: None,
        budget: None,
    };
    points::emit(tx, &event)?;
    Ok(text)
}

/// Can somebody earn in the topic's community: confirmed resident, or registered to work in its street?
fn earns(tx: &mut Tx<'_>, person: base::ids::PersonId, topic: &Topic) -> Result<bool, ApiError> {
    if community::confirmed_in(tx.conn(), person, topic.community_id)? {
        return Ok(true);
    }
    let here: GridPath = path_of(tx.conn(), topic.community_id)?;
    let places = identity::places_of(tx.conn(), person)?;
    let lives = identity::holds(tx.conn(), person, Role::Resident, None)? && places.iter().any(|place| here.covers(place));
    let works = identity::holds(tx.conn(), person, Role::NewEmployment, None)?
        && places.iter().any(|place| place.street() == here.street());
    Ok(lives || works)
}

/// What a person wrote, for the export.
pub(crate) fn written_by(
    connection: &mut diesel::PgConnection,
    person: base::ids::PersonId,
) -> base::db::DbResult<Vec<(TopicId, Option<String>)>> {
    rows::written_by(connection, person)
}
