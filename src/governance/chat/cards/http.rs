#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of cards: sharing, the mini program's code, and what opens without sign-in.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post};
use base::clients::wechat::{CodeRequest, Edition, WeChat};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, IdempotencyKey, PathId, Problem, Tagged, hash_on};
use people::identity::{Can, WECHAT_UNAVAILABLE};

use super::view::{self, CardView, PAGE, SharedTopicView};
use super::{ChatCardCode, ChatCardCreate, rows, share};
use crate::reach::found;
use crate::{TopicId, groups};

/// Share a topic: a card for the WeChat group, and a text to paste there. Sharing again gives the same card.
#[utoipa::path(tag = "chat", params(("id" = TopicId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = CardView, description = "the card"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/topics/{id}/card")]
pub async fn chat_card_create(
    can: Can<ChatCardCreate>,
    id: PathId<TopicId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<CardView>, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db.once(once, move |tx| share(tx, &actor, id)).await?;
    Ok(Changed::new(&done, db.read(move |connection| view::card(connection, id)).await?))
}

/// The mini program's code of a shared topic, as a picture; WeChat draws it.
#[utoipa::path(tag = "chat", params(("id" = TopicId, Path)), responses((status = 200, content_type = "image/png", description = "the code"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/topics/{id}/card/code")]
pub async fn chat_card_code(
    can: Can<ChatCardCode>,
    id: PathId<TopicId>,
    db: Data<Db>,
    wechat: Data<WeChat>,
) -> Result<HttpResponse, ApiError> {
    let actor = can.actor().clone();
    let ticket = db.read(move |connection| -> Result<_, ApiError> {
        groups::may_moderate(connection, &actor, id.0)?;
        found(rows::ticket_of(connection, id.0)?)
    });
    let code = CodeRequest { scene: ticket.await?, page: Some(PAGE.to_owned()), edition: Edition::Release, width: 430 };
    let drawn = wechat.code_image(&code).await.map_err(|why| ApiError::of(&WECHAT_UNAVAILABLE).because(why))?;
    Ok(HttpResponse::Ok().content_type(drawn.content_type).body(drawn.bytes))
}

/// What a card opens for everybody, signed in or not: the topic's title and summary.
#[utoipa::path(tag = "chat", params(("ticket" = String, Path)), responses((status = 200, body = SharedTopicView, description = "title and summary"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/cards/{ticket}")]
pub async fn chat_card_find(ticket: Path<String>, db: Data<Db>) -> Result<Tagged<SharedTopicView>, ApiError> {
    let ticket = Some(ticket.into_inner()).filter(|ticket| ticket.len() == 22 && ticket.is_ascii());
    let ticket = found(ticket)?;
    Ok(Tagged::content(db.read(move |connection| view::shared(connection, &ticket)).await?))
}
