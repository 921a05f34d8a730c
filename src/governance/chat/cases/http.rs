#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handler of making a request of a message.

use actix_web::post;
use actix_web::web::Data;
use base::db::{Db, Done};
use base::error::ApiError;
use base::http::{Created, IdempotencyKey, PathId, Problem, Valid, hash_on};
use people::files::Signer;
use people::identity::Can;
use requests::CaseId;

use super::ChatMessageToRequest;
use super::make::{self, NewCase};
use crate::messages::{self, MessageView};
use crate::moderation::desk::Sent;
use crate::{MessageId, Signals, TopicId};

/// Makes a request of a message of one's place.
pub async fn make_request(
    can: &Can<ChatMessageToRequest>,
    (db, signals): (&Db, &Signals),
    sent: Sent,
    id: MessageId,
    new: NewCase,
) -> Result<Done<(TopicId, i32)>, ApiError> {
    let (case, actor) = (CaseId::new(), can.actor().clone());
    let once = can.once(sent.key, hash_on(id.0, sent.hash), case.0);
    let done = db.once(once, move |tx| make::make(tx, &actor, id, case, &new)).await?;
    if let Some((topic, change)) = done.value {
        signals.announce(topic, change);
    }
    Ok(done)
}

/// Make a request of a message: its author is the reporter and is told, and what becomes of it returns to the topic. The answer is the
/// message with the request's number.
#[utoipa::path(tag = "chat", request_body = NewCase, params(("id" = MessageId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = MessageView, description = "filed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/messages/{id}/request")]
pub async fn chat_message_to_request(
    can: Can<ChatMessageToRequest>,
    id: PathId<MessageId>,
    key: IdempotencyKey,
    body: Valid<NewCase>,
    (db, signer, signals): (Data<Db>, Data<Signer>, Data<Signals>),
) -> Result<Created<MessageView>, ApiError> {
    let (id, hash, reader) = (id.0, body.hash(), can.actor().clone());
    let done = make_request(&can, (&db, &signals), Sent { key, hash }, id, body.into_inner()).await?;
    let view = db.read(move |connection| messages::one(connection, &signer, &reader, id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/requests/{}", done.id), view))
}
