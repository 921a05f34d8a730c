#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of measures: mutes with one or two workers, objections and what staff decide on them.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::PersonId;
use base::page::{Page, PageQuery};
use people::grid::Target;
use people::identity::Can;

use super::appeal::{self, AppealDecision, NewAppeal};
use super::mute::{self, NewMute};
use super::view::{self, MeasureView};
use super::{
    ChatAppealDecide, ChatAuthorMute, ChatMeasureAppeal, ChatMeasureFind, ChatMeasureList, ChatMeasureListMine, ChatMuteApprove,
    ChatMuteLift, ChatMuteRefuse, MeasureKind, MeasureState, rows_measures,
};
use crate::reach::{found, path_of};
use crate::{MeasureId, MessageId, Signals};

base::list_query! {
    /// Which measures.
    MeasureQuery {
        /// Only in this state.
        state: Option<MeasureState>,
        /// Only of this kind.
        kind: Option<MeasureKind>,
    }
}

async fn shown(db: &Db, reader: PersonId, id: MeasureId) -> Result<MeasureView, ApiError> {
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = found(rows_measures::find(connection, id)?)?;
        found(view::measures(connection, reader, vec![row])?.pop())
    });
    view.await
}

/// Mute the author of a message in its group. Over seven days it is a proposal that a second worker has to approve.
#[utoipa::path(tag = "chat", request_body = NewMute, params(("id" = MessageId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = MeasureView, description = "muted or proposed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/messages/{id}/mute-author")]
pub async fn chat_author_mute(
    can: Can<ChatAuthorMute>,
    id: PathId<MessageId>,
    key: IdempotencyKey,
    body: Valid<NewMute>,
    db: Data<Db>,
) -> Result<Created<MeasureView>, ApiError> {
    let (message, new, actor) = (id.0, MeasureId::new(), can.actor().clone());
    let once = can.once(key, hash_on(message.0, body.hash()), new.0);
    let done = db.once(once, move |tx| mute::mute(tx, &actor, message, new, &body)).await?;
    let view = shown(&db, can.person(), MeasureId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/chat/measures/{}", done.id), view))
}

/// Measures of one's place, the newest first.
#[utoipa::path(tag = "chat", params(MeasureQuery), responses((status = 200, body = Page<MeasureView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/measures")]
pub async fn chat_measure_list(
    can: Can<ChatMeasureList>,
    query: Query<MeasureQuery>,
    db: Data<Db>,
) -> Result<Json<Page<MeasureView>>, ApiError> {
    let window = query.window::<MeasureId>()?;
    let views = db.read(move |connection| -> Result<_, ApiError> {
        let rows = rows_measures::list(connection, can.scope(), (query.state, query.kind), &window)?;
        view::measures(connection, can.person(), rows)
    });
    Ok(Json(window.page(views.await?, |view| view.id, |view| view)))
}

/// Measures that concern oneself, the newest first.
#[utoipa::path(tag = "chat", params(PageQuery), responses((status = 200, body = Page<MeasureView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/measures/mine")]
pub async fn chat_measure_list_mine(
    can: Can<ChatMeasureListMine>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<MeasureView>>, ApiError> {
    let (window, person) = (query.window::<MeasureId>()?, can.person());
    let views = db.read(move |connection| -> Result<_, ApiError> {
        let rows = rows_measures::of(connection, person, &window)?;
        view::measures(connection, person, rows)
    });
    Ok(Json(window.page(views.await?, |view| view.id, |view| view)))
}

/// A measure of one's place, or one that concerns oneself.
#[utoipa::path(tag = "chat", params(("id" = MeasureId, Path)), responses((status = 200, body = MeasureView, description = "the measure"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/measures/{id}")]
pub async fn chat_measure_find(
    can: Can<ChatMeasureFind>,
    id: PathId<MeasureId>,
    db: Data<Db>,
) -> Result<Json<MeasureView>, ApiError> {
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = found(rows_measures::find(connection, id.0)?)?;
        let path = path_of(connection, row.grid_unit_id)?;
        // What is only proposed isn't told yet.
        let person = row.person_id.filter(|_| row.in_force_at.is_some());
        can.scope().require(&Target { person, unit: Some(&path), ..Target::default() })?;
        found(view::measures(connection, can.person(), vec![row])?.pop())
    });
    Ok(Json(view.await?))
}

/// Approve a long mute that a colleague proposes; whom it concerns is told.
#[utoipa::path(tag = "chat", params(("id" = MeasureId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MeasureView, description = "in force"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/measures/{id}/approve")]
pub async fn chat_mute_approve(
    can: Can<ChatMuteApprove>,
    id: PathId<MeasureId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<MeasureView>, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db.once(once, move |tx| mute::second(tx, &actor, id, true)).await?;
    Ok(Changed::new(&done, shown(&db, can.person(), id).await?))
}

/// Refuse a long mute that a colleague proposes.
#[utoipa::path(tag = "chat", params(("id" = MeasureId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MeasureView, description = "refused"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/measures/{id}/refuse")]
pub async fn chat_mute_refuse(
    can: Can<ChatMuteRefuse>,
    id: PathId<MeasureId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<MeasureView>, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db.once(once, move |tx| mute::second(tx, &actor, id, false)).await?;
    Ok(Changed::new(&done, shown(&db, can.person(), id).await?))
}

/// Lift a mute early; whom it concerns is told.
#[utoipa::path(tag = "chat", params(("id" = MeasureId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MeasureView, description = "lifted"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/measures/{id}/lift")]
pub async fn chat_mute_lift(
    can: Can<ChatMuteLift>,
    id: PathId<MeasureId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<MeasureView>, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db.once(once, move |tx| mute::lift(tx, &actor, id)).await?;
    Ok(Changed::new(&done, shown(&db, can.person(), id).await?))
}

/// Object to a measure that concerns oneself, once; staff who had no part in it decide.
#[utoipa::path(tag = "chat", request_body = NewAppeal, params(("id" = MeasureId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MeasureView, description = "noted"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/measures/{id}/appeal")]
pub async fn chat_measure_appeal(
    can: Can<ChatMeasureAppeal>,
    id: PathId<MeasureId>,
    key: IdempotencyKey,
    body: Valid<NewAppeal>,
    db: Data<Db>,
) -> Result<Changed<MeasureView>, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let once = can.once(key, hash_on(id.0, body.hash()), id.0);
    let done = db.once(once, move |tx| appeal::appeal(tx, &actor, id, &body)).await?;
    Ok(Changed::new(&done, shown(&db, can.person(), id).await?))
}

/// Decide on an objection; a message whose hiding doesn't stand is shown again. Nobody decides who had a part in it.
#[utoipa::path(tag = "chat", request_body = AppealDecision, params(("id" = MeasureId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MeasureView, description = "decided"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/measures/{id}/decide")]
pub async fn chat_appeal_decide(
    can: Can<ChatAppealDecide>,
    id: PathId<MeasureId>,
    key: IdempotencyKey,
    body: Valid<AppealDecision>,
    (db, signals): (Data<Db>, Data<Signals>),
) -> Result<Changed<MeasureView>, ApiError> {
    let (id, actor, scope) = (id.0, can.actor().clone(), can.scope().clone());
    let once = can.once(key, hash_on(id.0, body.hash()), id.0);
    let done = db.once(once, move |tx| appeal::decide(tx, &scope, &actor, id, &body)).await?;
    if let Some((topic, change)) = done.value.flatten() {
        signals.announce(topic, change);
    }
    Ok(Changed::new(&done, shown(&db, can.person(), id).await?))
}
