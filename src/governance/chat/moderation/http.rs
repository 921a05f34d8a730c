#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of moderation: reports, the queue, hiding, restoring, moving, batches.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::{Db, Done};
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::page::{Page, PageQuery};
use people::files::Signer;
use people::identity::{Actor, Can};

use super::batch::{self, Batch, BatchResult};
use super::hide::{self, Change, Grounds};
use super::report::{self, NewReport};
use super::shift::{self, NewPlace};
use super::view::{self, QueueItemView, ReasonView};
use super::{
    ChatBatch, ChatMessageDismiss, ChatMessageHide, ChatMessageMove, ChatMessageReport, ChatMessageRestore, ChatQueueList,
    ChatReasonList, rows,
};
use crate::messages::{self, MessageView};
use crate::{MessageId, ReportId, Signals};

/// Announces what was changed, and shows a message.
async fn shown(
    changes: &[Change],
    (db, signer, signals): (&Db, Data<Signer>, &Signals),
    actor: &Actor,
    id: MessageId,
) -> Result<MessageView, ApiError> {
    changes.iter().for_each(|(topic, change)| signals.announce(*topic, *change));
    let actor = actor.clone();
    db.read(move |connection| messages::one(connection, &signer, &actor, id)).await
}

/// The reasons that reports and measures name.
#[utoipa::path(tag = "chat", responses((status = 200, body = Page<ReasonView>, description = "the reasons"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/reasons")]
pub async fn chat_reason_list(_can: Can<ChatReasonList>, db: Data<Db>) -> Result<Json<Page<ReasonView>>, ApiError> {
    let reasons = db.read(rows::reasons).await?;
    Ok(Json(Page { items: view::reasons(reasons), next_cursor: None }))
}

/// Report a message to the workers of the place; they don't learn who did.
#[utoipa::path(tag = "chat", request_body = NewReport, params(("id" = MessageId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = MessageView, description = "reported"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/messages/{id}/reports")]
pub async fn chat_message_report(
    can: Can<ChatMessageReport>,
    id: PathId<MessageId>,
    key: IdempotencyKey,
    body: Valid<NewReport>,
    (db, signer, signals): (Data<Db>, Data<Signer>, Data<Signals>),
) -> Result<Created<MessageView>, ApiError> {
    let (id, report, actor) = (id.0, ReportId::new(), can.actor().clone());
    let once = can.once(key, hash_on(id.0, body.hash()), report.0);
    let done = db.once(once, move |tx| report::report(tx, &actor, id, report, &body)).await?;
    let view = shown(&[], (&db, signer, &signals), can.actor(), id).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/chat/messages/{id}"), view))
}

/// What waits in one's place, the oldest first: what was reported, and what the check held back (that is decided at `/screening/items`).
#[utoipa::path(tag = "chat", params(PageQuery), responses((status = 200, body = Page<QueueItemView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/moderation/queue")]
pub async fn chat_queue_list(
    can: Can<ChatQueueList>,
    query: Query<PageQuery>,
    (db, signer): (Data<Db>, Data<Signer>),
) -> Result<Json<Page<QueueItemView>>, ApiError> {
    let window = query.window::<MessageId>()?;
    let views = db.read(move |connection| -> Result<_, ApiError> {
        let waiting = messages::waiting(connection, can.scope(), &window)?;
        view::queue(connection, &signer, can.actor(), waiting)
    });
    Ok(Json(window.page(views.await?, |view| view.message.id, |view| view)))
}

/// Hide a message; its author is told why, and may object once.
#[utoipa::path(tag = "chat", request_body = Grounds, params(("id" = MessageId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MessageView, description = "hidden"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/messages/{id}/hide")]
pub async fn chat_message_hide(
    can: Can<ChatMessageHide>,
    id: PathId<MessageId>,
    key: IdempotencyKey,
    body: Valid<Grounds>,
    (db, signer, signals): (Data<Db>, Data<Signer>, Data<Signals>),
) -> Result<Changed<MessageView>, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let once = can.once(key, hash_on(id.0, body.hash()), id.0);
    let done = db.once(once, move |mut tx| -> Result<_, ApiError> {
        let change = hide::hide(&mut tx, &actor, id, &body)?;
        Ok(tx.done(vec![change])?)
    });
    changed(done.await?, (&db, signer, &signals), can.actor(), id).await
}

/// Show a hidden message again; its author is told.
#[utoipa::path(tag = "chat", params(("id" = MessageId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MessageView, description = "shown again"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/messages/{id}/restore")]
pub async fn chat_message_restore(
    can: Can<ChatMessageRestore>,
    id: PathId<MessageId>,
    key: IdempotencyKey,
    (db, signer, signals): (Data<Db>, Data<Signer>, Data<Signals>),
) -> Result<Changed<MessageView>, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db.once(once, move |mut tx| -> Result<_, ApiError> {
        let change = hide::restore(&mut tx, &actor, id)?;
        Ok(tx.done(vec![change])?)
    });
    changed(done.await?, (&db, signer, &signals), can.actor(), id).await
}

/// Leave a reported message as it is: its reports are settled.
#[utoipa::path(tag = "chat", params(("id" = MessageId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MessageView, description = "settled"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/messages/{id}/dismiss")]
pub async fn chat_message_dismiss(
    can: Can<ChatMessageDismiss>,
    id: PathId<MessageId>,
    key: IdempotencyKey,
    (db, signer, signals): (Data<Db>, Data<Signer>, Data<Signals>),
) -> Result<Changed<MessageView>, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db.once(once, move |mut tx| -> Result<_, ApiError> {
        hide::dismiss(&mut tx, &actor, id)?;
        Ok(tx.done(Vec::new())?)
    });
    changed(done.await?, (&db, signer, &signals), can.actor(), id).await
}

/// Move a message to another open topic of its group; its author is told. The answer is the message where it stands now.
#[utoipa::path(tag = "chat", request_body = NewPlace, params(("id" = MessageId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MessageView, description = "moved"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/messages/{id}/move")]
pub async fn chat_message_move(
    can: Can<ChatMessageMove>,
    id: PathId<MessageId>,
    key: IdempotencyKey,
    body: Valid<NewPlace>,
    (db, signer, signals): (Data<Db>, Data<Signer>, Data<Signals>),
) -> Result<Changed<MessageView>, ApiError> {
    let (id, new, actor) = (id.0, MessageId::new(), can.actor().clone());
    let once = can.once(key, hash_on(id.0, body.hash()), new.0);
    let done = db.once(once, move |mut tx| -> Result<_, ApiError> {
        let changes = shift::shift(&mut tx, &actor, id, (new, *body))?;
        Ok(tx.done(changes.to_vec())?)
    });
    let done = done.await?;
    let now = MessageId(done.id);
    changed(done, (&db, signer, &signals), can.actor(), now).await
}

async fn changed(
    done: Done<Vec<Change>>,
    parts: (&Db, Data<Signer>, &Signals),
    actor: &Actor,
    id: MessageId,
) -> Result<Changed<MessageView>, ApiError> {
    let view = shown(done.value.as_deref().unwrap_or_default(), parts, actor, id).await?;
    Ok(Changed::new(&done, view))
}

/// Hide, restore or leave many messages at once, each for itself; the answer says what came of each.
#[utoipa::path(tag = "chat", request_body = Batch, params(("Idempotency-Key" = String, Header)), responses((status = 200, body = Page<BatchResult>, description = "what came of each"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/moderation/batch")]
pub async fn chat_batch(
    can: Can<ChatBatch>,
    key: IdempotencyKey,
    body: Valid<Batch>,
    (db, signals): (Data<Db>, Data<Signals>),
) -> Result<Changed<Page<BatchResult>>, ApiError> {
    let (actor, again) = (can.actor().clone(), body.clone());
    let once = can.once(key, body.hash(), uuid::Uuid::now_v7());
    let mut done = db.once(once, move |tx| batch::run(tx, &actor, &body)).await?;
    let (items, changes) = match done.value.take() {
        Some(done) => done,
        None => (db.read(move |connection| batch::stands(connection, can.actor(), &again)).await?, Vec::new()),
    };
    changes.iter().for_each(|(topic, change): &Change| signals.announce(*topic, *change));
    Ok(Changed::new(&done, Page { items, next_cursor: None }))
}
