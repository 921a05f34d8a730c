#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of messages: reading and following a topic, sending, withdrawing.

use actix_web::http::header::{ETAG, IF_NONE_MATCH};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Responder as _, get, post};
use base::db::{Db, Done};
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Tagged, Valid, hash_on};
use people::files::Signer;
use people::identity::{Actor, Can};
use people::screening::{Reason, Screener, Verdict, check_text};
use serde::Deserialize;
use utoipa::IntoParams;

use super::send::{self, NewMessage, Sending};
use super::view::{self, Ask, MessageView, ThreadView};
use super::{ChatMessageList, ChatMessageSend, ChatMessageWithdraw, withdraw};
use crate::moderation::desk::Sent;
use crate::{MessageId, Settings, Signals, TopicId, groups};

/// Which part of a topic: the newest messages, older ones, or what has changed.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ThreadQuery {
    /// Follow: what changed after this number (`next_change` of the answer before).
    #[param(minimum = 0)]
    pub after_change: Option<i32>,
    /// Read: what stands before this number (`next_before` of the answer before).
    #[param(minimum = 1)]
    pub before: Option<i32>,
    /// Messages of an answer, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

impl ThreadQuery {
    fn ask(&self) -> Result<(Ask, usize), ApiError> {
        let wrong = |field: &str, what: &str| Err(ApiError::of(&error::INVALID_QUERY).field(field, what));
        let limit = self.limit.unwrap_or(20);
        if !(1..=100).contains(&limit) {
            return wrong("limit", "must be between 1 and 100");
        }
        let ask = match (self.after_change, self.before) {
            (Some(_), Some(_)) => return wrong("before", "is for reading, after_change for following"),
            (Some(change), None) if change < 0 => return wrong("after_change", "must not be below zero"),
            (Some(change), None) => Ask::After(change),
            (None, Some(before)) if before < 1 => return wrong("before", "must be above zero"),
            (None, before) => Ask::Before(before.unwrap_or(i32::MAX)),
        };
        Ok((ask, usize::try_from(limit).unwrap_or(20)))
    }
}

async fn shown(db: &Db, signer: Data<Signer>, actor: Actor, id: MessageId) -> Result<MessageView, ApiError> {
    db.read(move |connection| view::one(connection, &signer, &actor, id)).await
}

/// Read a topic, newest first, or follow it: what changed after a number, in the order of the changes. The tag is the number of the
/// topic's newest change: as long as nothing has changed, the answer is 304 and costs next to nothing.
#[utoipa::path(tag = "chat", params(("id" = TopicId, Path), ThreadQuery), responses((status = 200, body = ThreadView, description = "a part of the topic"), (status = 304, description = "nothing has changed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/topics/{id}/messages")]
pub async fn chat_message_list(
    can: Can<ChatMessageList>,
    id: PathId<TopicId>,
    query: Query<ThreadQuery>,
    request: HttpRequest,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<HttpResponse, ApiError> {
    let (ask, actor) = (query.ask()?, can.actor().clone());
    let known = request.headers().get(IF_NONE_MATCH).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    let part = db.read(move |connection| -> Result<_, ApiError> {
        let seen = groups::may_read(connection, &actor, id.0)?;
        let change = seen.topic.change_last;
        if known.as_deref() == Some(&format!("\"{change}\"")) {
            return Ok((change, None));
        }
        Ok((change, Some(view::thread(connection, &signer, (&seen, actor.person), ask)?)))
    });
    let (change, part) = part.await?;
    Ok(match part {
        Some(part) => Tagged::version(part, change).respond_to(&request),
        None => HttpResponse::NotModified().insert_header((ETAG, format!("\"{change}\""))).finish(),
    })
}

/// Writes into a topic.
async fn write(
    can: &Can<ChatMessageSend>,
    (db, screener, settings, signals): (&Db, &Screener, &Settings, &Signals),
    sent: Sent,
    topic: TopicId,
    body: NewMessage,
) -> Result<Done<send::Sent>, ApiError> {
    let (new, actor, per_minute) = (MessageId::new(), can.actor().clone(), settings.messages_per_minute);
    let verdict = checked(db, screener, &actor, topic, &body).await?;
    let once = can.once(sent.key, hash_on(topic.0, sent.hash), new.0).contended();
    let done = db.once(once, move |mut tx| -> Result<_, ApiError> {
        let sending = Sending { id: new, topic, actor: &actor, new: &body, verdict: &verdict, per_minute };
        let sent = send::send(&mut tx, &sending)?;
        Ok(tx.done(sent)?)
    });
    let done = done.await?;
    if let Some(sent) = done.value {
        signals.announce(topic, sent.change);
    }
    Ok(done)
}

/// Writes into a topic for whoever shows it in another way than JSON.
pub async fn say_into(
    can: &Can<ChatMessageSend>,
    parts: (&Db, &Screener, &Settings, &Signals),
    sent: Sent,
    topic: TopicId,
    body: NewMessage,
) -> Result<(), ApiError> {
    write(can, parts, sent, topic, body).await.map(|_done| ())
}

/// A part of a topic that one may read.
pub async fn part_of(
    can: &Can<ChatMessageList>,
    db: &Db,
    signer: Data<Signer>,
    id: TopicId,
    query: &ThreadQuery,
) -> Result<ThreadView, ApiError> {
    let (ask, actor) = (query.ask()?, can.actor().clone());
    db.read(move |connection| {
        let seen = groups::may_read(connection, &actor, id)?;
        view::thread(connection, &signer, (&seen, actor.person), ask)
    })
    .await
}

/// Write into a topic. What the check doubts is seen by others after a person has looked; its state says so.
#[utoipa::path(tag = "chat", request_body = NewMessage, params(("id" = TopicId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = MessageView, description = "written"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/topics/{id}/messages")]
pub async fn chat_message_send(
    can: Can<ChatMessageSend>,
    id: PathId<TopicId>,
    key: IdempotencyKey,
    body: Valid<NewMessage>,
    (db, signer): (Data<Db>, Data<Signer>),
    (screener, settings, signals): (Data<Screener>, Data<Settings>, Data<Signals>),
) -> Result<Created<MessageView>, ApiError> {
    let (topic, hash) = (id.0, body.hash());
    let done = write(&can, (&db, &screener, &settings, &signals), Sent { key, hash }, topic, body.into_inner()).await?;
    let view = shown(&db, signer, can.actor().clone(), MessageId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/chat/topics/{topic}/messages"), view))
}

/// What the check says of a text, once it is clear that its author may write there at all. Who may not is refused by the transaction,
/// after it has looked for an earlier request with the same key: until then, the text counts as one that nobody could check.
async fn checked(db: &Db, screener: &Screener, actor: &Actor, topic: TopicId, new: &NewMessage) -> Result<Verdict, ApiError> {
    let writer = actor.clone();
    let seen = match db.read(move |connection| send::may_write(connection, &writer, topic)).await {
        Ok(seen) => seen,
        Err(refused) if refused.code().status < 500 => return Ok(Verdict::Queue(Reason::WeChatUnavailable.into())),
        Err(failed) => return Err(failed),
    };
    match &new.text {
        Some(text) => check_text(&screener.of(seen.topic.community_id), Some(actor.person), text).await,
        None => Ok(Verdict::Publish),
    }
}

/// Take one's own message back, within two minutes.
#[utoipa::path(tag = "chat", params(("id" = MessageId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MessageView, description = "withdrawn"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/messages/{id}/withdraw")]
pub async fn chat_message_withdraw(
    can: Can<ChatMessageWithdraw>,
    id: PathId<MessageId>,
    key: IdempotencyKey,
    (db, signer): (Data<Db>, Data<Signer>),
    signals: Data<Signals>,
) -> Result<Changed<MessageView>, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db.once(once, move |tx| withdraw::withdraw(tx, &actor, id)).await?;
    if let Some((topic, change)) = done.value {
        signals.announce(topic, change);
    }
    Ok(Changed::new(&done, shown(&db, signer, can.actor().clone(), id).await?))
}
