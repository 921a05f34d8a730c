#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of topics: opening, proposing, closing, pinning.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::page::Page;
use people::identity::{Actor, Can};

use super::close::{self, TopicClosing, TopicDeclining};
use super::desk::{self, Sent};
use super::open::{self, NewProposal, NewTopic};
use super::view::{self, TopicView};
use super::{
    ChatTopicAccept, ChatTopicClose, ChatTopicDecline, ChatTopicFind, ChatTopicList, ChatTopicOpen, ChatTopicPin,
    ChatTopicPropose, ChatTopicReopen, ChatTopicUnpin, TopicKind, TopicState,
};
use crate::{GroupId, Signals, TopicId};

base::list_query! {
    /// Which topics of a group.
    TopicQuery {
        /// Only of this state.
        state: Option<TopicState>,
        /// Only of this kind.
        kind: Option<TopicKind>,
    }
}

async fn shown(db: &Db, actor: &Actor, id: TopicId) -> Result<TopicView, ApiError> {
    let actor = actor.clone();
    db.read(move |connection| view::one(connection, &actor, id)).await
}

/// Announces a change that was just made, and shows the topic.
async fn changed(
    done: &base::db::Done<i32>,
    (db, signals): (&Db, &Signals),
    actor: &Actor,
    id: TopicId,
) -> Result<Changed<TopicView>, ApiError> {
    if let Some(change) = done.value {
        signals.announce(id, change);
    }
    Ok(Changed::new(done, shown(db, actor, id).await?))
}

/// Open a topic in a group of one's place, now or at a time.
#[utoipa::path(tag = "chat", request_body = NewTopic, params(("id" = GroupId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = TopicView, description = "opened or scheduled"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/groups/{id}/topics")]
pub async fn chat_topic_open(
    can: Can<ChatTopicOpen>,
    id: PathId<GroupId>,
    key: IdempotencyKey,
    body: Valid<NewTopic>,
    db: Data<Db>,
) -> Result<Created<TopicView>, ApiError> {
    let hash = body.hash();
    let done = desk::open(&can, &db, Sent { key, hash }, id.0, body.into_inner()).await?;
    let view = shown(&db, can.actor(), TopicId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/chat/topics/{}", done.id), view))
}

/// Propose a topic in a group that one belongs to; a worker takes it up or says why not.
#[utoipa::path(tag = "chat", request_body = NewProposal, params(("id" = GroupId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = TopicView, description = "proposed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/groups/{id}/proposals")]
pub async fn chat_topic_propose(
    can: Can<ChatTopicPropose>,
    id: PathId<GroupId>,
    key: IdempotencyKey,
    body: Valid<NewProposal>,
    db: Data<Db>,
) -> Result<Created<TopicView>, ApiError> {
    let (new, actor) = (TopicId::new(), can.actor().clone());
    let once = can.once(key, hash_on(id.0.0, body.hash()), new.0);
    let done = db.once(once, move |tx| open::propose(tx, &actor, id.0, new, &body)).await?;
    let view = shown(&db, can.actor(), TopicId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/chat/topics/{}", done.id), view))
}

/// The topics of a group: pinned ones first, then the newest. Proposals and scheduled ones are seen by workers and by their author.
#[utoipa::path(tag = "chat", params(("id" = GroupId, Path), TopicQuery), responses((status = 200, body = Page<TopicView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/groups/{id}/topics")]
pub async fn chat_topic_list(
    can: Can<ChatTopicList>,
    id: PathId<GroupId>,
    query: Query<TopicQuery>,
    db: Data<Db>,
) -> Result<Json<Page<TopicView>>, ApiError> {
    Ok(Json(desk::list(&can, &db, id.0, &query).await?))
}

/// A topic.
#[utoipa::path(tag = "chat", params(("id" = TopicId, Path)), responses((status = 200, body = TopicView, description = "the topic"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/topics/{id}")]
pub async fn chat_topic_find(can: Can<ChatTopicFind>, id: PathId<TopicId>, db: Data<Db>) -> Result<Json<TopicView>, ApiError> {
    Ok(Json(desk::find(&can, &db, id.0).await?))
}

/// Take a proposal up: it is open at once.
#[utoipa::path(tag = "chat", params(("id" = TopicId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = TopicView, description = "open"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/topics/{id}/accept")]
pub async fn chat_topic_accept(
    can: Can<ChatTopicAccept>,
    id: PathId<TopicId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<TopicView>, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db.once(once, move |tx| open::accept(tx, &actor, id)).await?;
    Ok(Changed::new(&done, shown(&db, can.actor(), id).await?))
}

/// Decline a proposal, or take a scheduled topic back; the author reads why.
#[utoipa::path(tag = "chat", request_body = TopicDeclining, params(("id" = TopicId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = TopicView, description = "declined"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/topics/{id}/decline")]
pub async fn chat_topic_decline(
    can: Can<ChatTopicDecline>,
    id: PathId<TopicId>,
    key: IdempotencyKey,
    body: Valid<TopicDeclining>,
    db: Data<Db>,
    signals: Data<Signals>,
) -> Result<Changed<TopicView>, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let once = can.once(key, hash_on(id.0, body.hash()), id.0);
    let done = db.once(once, move |tx| close::decline(tx, &actor, id, &body)).await?;
    changed(&done, (&db, &signals), can.actor(), id).await
}

/// Close a topic with a summary.
#[utoipa::path(tag = "chat", request_body = TopicClosing, params(("id" = TopicId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = TopicView, description = "closed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/topics/{id}/close")]
pub async fn chat_topic_close(
    can: Can<ChatTopicClose>,
    id: PathId<TopicId>,
    key: IdempotencyKey,
    body: Valid<TopicClosing>,
    db: Data<Db>,
    signals: Data<Signals>,
) -> Result<Changed<TopicView>, ApiError> {
    let (id, hash) = (id.0, body.hash());
    let done = desk::close(&can, (&db, &signals), Sent { key, hash }, id, body.into_inner()).await?;
    Ok(Changed::new(&done, shown(&db, can.actor(), id).await?))
}

/// Open a closed topic again.
#[utoipa::path(tag = "chat", params(("id" = TopicId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = TopicView, description = "open"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/topics/{id}/reopen")]
pub async fn chat_topic_reopen(
    can: Can<ChatTopicReopen>,
    id: PathId<TopicId>,
    key: IdempotencyKey,
    db: Data<Db>,
    signals: Data<Signals>,
) -> Result<Changed<TopicView>, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db.once(once, move |tx| close::reopen(tx, &actor, id)).await?;
    changed(&done, (&db, &signals), can.actor(), id).await
}

/// Let a topic stand first.
#[utoipa::path(tag = "chat", params(("id" = TopicId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = TopicView, description = "pinned"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/topics/{id}/pin")]
pub async fn chat_topic_pin(
    can: Can<ChatTopicPin>,
    id: PathId<TopicId>,
    key: IdempotencyKey,
    db: Data<Db>,
    signals: Data<Signals>,
) -> Result<Changed<TopicView>, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db.once(once, move |tx| close::pin(tx, &actor, id, true)).await?;
    changed(&done, (&db, &signals), can.actor(), id).await
}

/// Don't let a topic stand first any more.
#[utoipa::path(tag = "chat", params(("id" = TopicId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = TopicView, description = "not pinned"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/topics/{id}/unpin")]
pub async fn chat_topic_unpin(
    can: Can<ChatTopicUnpin>,
    id: PathId<TopicId>,
    key: IdempotencyKey,
    db: Data<Db>,
    signals: Data<Signals>,
) -> Result<Changed<TopicView>, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db.once(once, move |tx| close::pin(tx, &actor, id, false)).await?;
    changed(&done, (&db, &signals), can.actor(), id).await
}
