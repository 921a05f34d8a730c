//! Topics for whoever shows them in another way than the API's JSON: the console. Each function is what its route does, with the same right,
//! idempotency and body.

use base::db::{Db, Done};
use base::error::ApiError;
use base::http::hash_on;
use base::page::Page;
use people::identity::Can;

use super::close::{self, TopicClosing};
use super::http::TopicQuery;
use super::open::{self, NewTopic};
use super::rows::{self, TopicFilter};
use super::view::{self, TopicView};
use super::{ChatTopicClose, ChatTopicFind, ChatTopicList, ChatTopicOpen};
use crate::{GroupId, Part, Signals, TopicId, groups};

pub use crate::moderation::desk::Sent;

/// Opens a topic in a group of one's place, now or at a time.
pub async fn open(can: &Can<ChatTopicOpen>, db: &Db, sent: Sent, group: GroupId, new: NewTopic) -> Result<Done<()>, ApiError> {
    let (id, actor) = (TopicId::new(), can.actor().clone());
    let once = can.once(sent.key, hash_on(group.0, sent.hash), id.0);
    db.once(once, move |tx| open::open(tx, &actor, group, id, &new)).await
}

/// The topics of a group that one belongs to: pinned ones first, then the newest.
pub async fn list(can: &Can<ChatTopicList>, db: &Db, group: GroupId, query: &TopicQuery) -> Result<Page<TopicView>, ApiError> {
    let (window, actor) = (query.window::<(bool, TopicId)>()?, can.actor().clone());
    let (state, kind) = (query.state, query.kind);
    let shown = db.read(move |connection| -> Result<_, ApiError> {
        let within = groups::belongs(connection, &actor, group)?;
        let moderates = within.part == Part::Moderator;
        let filter = TopicFilter { group, state, kind, moderates, person: actor.person };
        let topics = rows::list(connection, &filter, &window)?;
        view::views(connection, &actor, within.part, topics)
    });
    Ok(window.page(shown.await?, |view| (view.pinned, view.id), |view| view))
}

/// A topic as one sees it; 404 when one may not.
pub async fn find(can: &Can<ChatTopicFind>, db: &Db, id: TopicId) -> Result<TopicView, ApiError> {
    let actor = can.actor().clone();
    db.read(move |connection| view::one(connection, &actor, id)).await
}

/// Closes a topic with a summary.
pub async fn close(
    can: &Can<ChatTopicClose>,
    (db, signals): (&Db, &Signals),
    sent: Sent,
    id: TopicId,
    how: TopicClosing,
) -> Result<Done<i32>, ApiError> {
    let (actor, once) = (can.actor().clone(), can.once(sent.key, hash_on(id.0, sent.hash), id.0));
    let done = db.once(once, move |tx| close::close(tx, &actor, id, &how)).await?;
    if let Some(change) = done.value {
        signals.announce(id, change);
    }
    Ok(done)
}
