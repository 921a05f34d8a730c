//! Moderation for whoever shows it in another way than the API's JSON: the console. Each function is what its route does, with the same
//! right, idempotency and body.

use base::db::{Db, Finished, Tx};
use base::error::ApiError;
use base::http::{IdempotencyKey, hash_on};
use base::page::{Page, PageQuery};
use diesel::PgConnection;
use people::files::Signer;
use people::identity::{Actor, Can, Permission};

use super::appeal::{self, AppealDecision};
use super::hide::{self, Change, Grounds};
use super::http_measures::MeasureQuery;
use super::mute::{self, NewMute};
use super::view::{self, MeasureView, QueueItemView, ReasonView};
use super::{
    ChatAppealDecide, ChatAuthorMute, ChatMeasureList, ChatMessageDismiss, ChatMessageHide, ChatMessageRestore, ChatMuteApprove,
    ChatMuteLift, ChatMuteRefuse, ChatQueueList, rows, rows_measures,
};
use crate::groups;
use crate::messages::{self, MessageView};
use crate::{MeasureId, MessageId, Signals, TopicId};

/// What identifies a write that was sent: its key, and SHA-256 of what it says.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The key.
    pub key: IdempotencyKey,
    /// SHA-256 of the content as sent.
    pub hash: [u8; 32],
}

/// A message that waits, with what was said around it.
pub struct Waiting {
    /// The message with its reports.
    pub item: QueueItemView,
    /// Up to five messages that end with it, oldest first.
    pub around: Vec<MessageView>,
}

/// How many messages stand around one that waits.
const AROUND: i64 = 5;

fn around(
    connection: &mut PgConnection,
    signer: &Signer,
    actor: &Actor,
    item: &QueueItemView,
) -> Result<Vec<MessageView>, ApiError> {
    let seen = groups::may_moderate(connection, actor, item.topic_id)?;
    let end = item.message.sequence.map_or(i32::MAX, |sequence| sequence.saturating_add(1));
    let rows = messages::before(connection, item.topic_id, end, AROUND)?;
    let mut views = messages::views(connection, signer, (&seen, actor.person), rows)?;
    views.reverse();
    Ok(views)
}

/// A page of what waits in one's place, the oldest first.
pub async fn queue(can: &Can<ChatQueueList>, query: &PageQuery, db: &Db, signer: Signer) -> Result<Page<Waiting>, ApiError> {
    let (window, can) = (query.window::<MessageId>()?, can.clone());
    let items = db.read(move |connection| -> Result<_, ApiError> {
        let waiting = messages::waiting(connection, can.scope(), &window)?;
        let items = view::queue(connection, &signer, can.actor(), waiting)?;
        let with = |item: QueueItemView| {
            let around = around(connection, &signer, can.actor(), &item)?;
            Ok(Waiting { item, around })
        };
        items.into_iter().map(with).collect::<Result<Vec<_>, ApiError>>()
    });
    Ok(window.page(items.await?, |waiting| waiting.item.message.id, |waiting| waiting))
}

/// The reasons that reports and measures name.
pub fn reasons(connection: &mut PgConnection) -> Result<Vec<ReasonView>, ApiError> {
    Ok(view::reasons(rows::reasons(connection)?))
}

/// A page of the measures of one's place, the newest first.
pub async fn measures(can: &Can<ChatMeasureList>, query: &MeasureQuery, db: &Db) -> Result<Page<MeasureView>, ApiError> {
    let (window, can, state, kind) = (query.window::<MeasureId>()?, can.clone(), query.state, query.kind);
    let views = db.read(move |connection| -> Result<_, ApiError> {
        let rows = rows_measures::list(connection, can.scope(), (state, kind), &window)?;
        view::measures(connection, can.person(), rows)
    });
    Ok(window.page(views.await?, |view| view.id, |view| view))
}

/// One write on a message, announced when it changed a topic.
async fn on_message<P: Permission>(
    can: &Can<P>,
    (db, signals): (&Db, &Signals),
    sent: Sent,
    id: MessageId,
    act: impl Fn(&mut Tx<'_>, &Actor) -> Result<Option<Change>, ApiError> + Send + 'static,
) -> Result<(), ApiError> {
    let (actor, once) = (can.actor().clone(), can.once(sent.key, hash_on(id.0, sent.hash), id.0));
    let done = db.once(once, move |mut tx| -> Result<Finished<Option<Change>>, ApiError> {
        let change = act(&mut tx, &actor)?;
        Ok(tx.done(change)?)
    });
    announce(signals, done.await?.value.flatten());
    Ok(())
}

fn announce(signals: &Signals, change: Option<(TopicId, i32)>) {
    if let Some((topic, change)) = change {
        signals.announce(topic, change);
    }
}

/// Hides a message.
pub async fn hide(
    can: &Can<ChatMessageHide>,
    parts: (&Db, &Signals),
    sent: Sent,
    id: MessageId,
    grounds: Grounds,
) -> Result<(), ApiError> {
    on_message(can, parts, sent, id, move |tx, actor| hide::hide(tx, actor, id, &grounds).map(Some)).await
}

/// Shows a hidden message again.
pub async fn restore(can: &Can<ChatMessageRestore>, parts: (&Db, &Signals), sent: Sent, id: MessageId) -> Result<(), ApiError> {
    on_message(can, parts, sent, id, move |tx, actor| hide::restore(tx, actor, id).map(Some)).await
}

/// Leaves a reported message as it is.
pub async fn dismiss(can: &Can<ChatMessageDismiss>, parts: (&Db, &Signals), sent: Sent, id: MessageId) -> Result<(), ApiError> {
    on_message(can, parts, sent, id, move |tx, actor| hide::dismiss(tx, actor, id).map(|()| None)).await
}

/// Mutes the author of a message.
pub async fn mute(can: &Can<ChatAuthorMute>, db: &Db, sent: Sent, message: MessageId, new: NewMute) -> Result<(), ApiError> {
    let (id, actor) = (MeasureId::new(), can.actor().clone());
    let once = can.once(sent.key, hash_on(message.0, sent.hash), id.0);
    db.once(once, move |tx| mute::mute(tx, &actor, message, id, &new)).await?;
    Ok(())
}

/// Says yes to a long mute that a colleague proposes.
pub async fn approve(can: &Can<ChatMuteApprove>, db: &Db, sent: Sent, id: MeasureId) -> Result<(), ApiError> {
    let (actor, once) = (can.actor().clone(), can.once(sent.key, hash_on(id.0, sent.hash), id.0));
    db.once(once, move |tx| mute::second(tx, &actor, id, true)).await?;
    Ok(())
}

/// Says no to it.
pub async fn refuse(can: &Can<ChatMuteRefuse>, db: &Db, sent: Sent, id: MeasureId) -> Result<(), ApiError> {
    let (actor, once) = (can.actor().clone(), can.once(sent.key, hash_on(id.0, sent.hash), id.0));
    db.once(once, move |tx| mute::second(tx, &actor, id, false)).await?;
    Ok(())
}

/// Lifts a mute early.
pub async fn lift(can: &Can<ChatMuteLift>, db: &Db, sent: Sent, id: MeasureId) -> Result<(), ApiError> {
    let (actor, once) = (can.actor().clone(), can.once(sent.key, hash_on(id.0, sent.hash), id.0));
    db.once(once, move |tx| mute::lift(tx, &actor, id)).await?;
    Ok(())
}

/// Decides on an objection.
pub async fn decide(
    can: &Can<ChatAppealDecide>,
    (db, signals): (&Db, &Signals),
    sent: Sent,
    id: MeasureId,
    decision: AppealDecision,
) -> Result<(), ApiError> {
    let (actor, scope, once) = (can.actor().clone(), can.scope().clone(), can.once(sent.key, hash_on(id.0, sent.hash), id.0));
    let done = db.once(once, move |tx| appeal::decide(tx, &scope, &actor, id, &decision)).await?;
    announce(signals, done.value.flatten());
    Ok(())
}
