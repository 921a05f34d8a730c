#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of what every member leaves at a topic: votes, receipts, read marks.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::PersonId;
use base::page::{Page, PageQuery};
use people::identity::Can;

use super::poll::{self, NewVote, TopicReadUpTo};
use super::view::{self, ReceiptView, TopicView};
use super::{ChatReadMark, ChatReceiptCreate, ChatReceiptList, ChatVoteCreate, rows};
use crate::{Signals, TopicId, VoteId, groups};

/// Vote in a poll, once.
#[utoipa::path(tag = "chat", request_body = NewVote, params(("id" = TopicId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = TopicView, description = "voted"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/topics/{id}/votes")]
pub async fn chat_vote_create(
    can: Can<ChatVoteCreate>,
    id: PathId<TopicId>,
    key: IdempotencyKey,
    body: Valid<NewVote>,
    db: Data<Db>,
    signals: Data<Signals>,
) -> Result<Created<TopicView>, ApiError> {
    let (topic, vote, voter, reader) = (id.0, VoteId::new(), can.actor().clone(), can.actor().clone());
    let once = can.once(key, hash_on(topic.0, body.hash()), vote.0);
    let done = db.once(once, move |tx| poll::vote(tx, &voter, topic, vote, *body)).await?;
    if let Some(change) = done.value {
        signals.announce(topic, change);
    }
    let view = db.read(move |connection| view::one(connection, &reader, topic)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/chat/topics/{topic}"), view))
}

/// Confirm to have read a notice.
#[utoipa::path(tag = "chat", params(("id" = TopicId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = TopicView, description = "confirmed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/topics/{id}/receipt")]
pub async fn chat_receipt_create(
    can: Can<ChatReceiptCreate>,
    id: PathId<TopicId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<TopicView>, ApiError> {
    let (topic, caller, reader) = (id.0, can.actor().clone(), can.actor().clone());
    let once = can.once(key, hash_on(topic.0, [0; 32]), topic.0);
    let done = db.once(once, move |tx| poll::receive(tx, &caller, topic)).await?;
    let view = db.read(move |connection| view::one(connection, &reader, topic)).await?;
    Ok(Changed::new(&done, view))
}

/// Who confirmed to have read a notice of one's place.
#[utoipa::path(tag = "chat", params(("id" = TopicId, Path), PageQuery), responses((status = 200, body = Page<ReceiptView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/topics/{id}/receipts")]
pub async fn chat_receipt_list(
    can: Can<ChatReceiptList>,
    id: PathId<TopicId>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<ReceiptView>>, ApiError> {
    let (window, actor) = (query.window::<PersonId>()?, can.actor().clone());
    let views = db.read(move |connection| -> Result<_, ApiError> {
        groups::may_moderate(connection, &actor, id.0)?;
        let rows = rows::receipts(connection, id.0, &window)?;
        view::receipts(connection, rows)
    });
    Ok(Json(window.page(views.await?, |view| view.person, |view| view)))
}

/// Say how far one has read a topic; a mark never moves back.
#[utoipa::path(tag = "chat", request_body = TopicReadUpTo, params(("id" = TopicId, Path)), responses((status = 204, description = "marked"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/topics/{id}/read")]
pub async fn chat_read_mark(
    can: Can<ChatReadMark>,
    id: PathId<TopicId>,
    body: Valid<TopicReadUpTo>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let actor = can.actor().clone();
    db.transaction(can.context(), move |tx| poll::mark_read(tx, &actor, id.0, *body)).await?;
    Ok(HttpResponse::NoContent().finish())
}
