#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/screening/items`: what waits for a person, decisions, and objections.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Changed, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::PersonId;
use base::page::{Page, PageQuery};
use base::text::Text;
use diesel::PgConnection;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::check::Screener;
use super::decide::{self, Decider};
use super::view::{self, ItemView};
use super::{
    Decision, ItemId, ItemState, Refusal, ScreeningAppeal, ScreeningAppealDecide, ScreeningFind, ScreeningList,
    ScreeningListMine, ScreeningPublish, ScreeningRefuse, rows,
};
use crate::grid::{self, Target};
use crate::identity::{Can, Permission};

/// Which part of the queue.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QueueQuery {
    /// queued (default) or appealed.
    state: Option<ItemState>,
    /// Items of a page, 1 to 100 (default 20).
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A refusal.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRefusal {
    /// Why.
    reason: Refusal,
    /// What is added; needed with `other`.
    #[serde(default)]
    note: Option<Text<200>>,
}

/// A publication.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPublication {
    /// What is added.
    #[serde(default)]
    note: Option<Text<200>>,
}

/// An objection.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAppeal {
    /// Why it should be shown.
    text: Text<500>,
}

/// A decision on an objection.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealDecision {
    /// Is it shown after all?
    publish: bool,
    /// Why.
    note: Text<200>,
}

/// What waits in one's scope, the oldest first.
#[utoipa::path(tag = "screening", params(QueueQuery), responses((status = 200, body = Page<ItemView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/screening/items")]
pub async fn screening_list(
    can: Can<ScreeningList>,
    query: Query<QueueQuery>,
    db: Data<Db>,
    screener: Data<Screener>,
) -> Result<Json<Page<ItemView>>, ApiError> {
    queue(&can, &query, &db, screener).await.map(Json)
}

/// A page of what waits in one's scope, the oldest first.
pub async fn queue(
    can: &Can<ScreeningList>,
    query: &QueueQuery,
    db: &Db,
    screener: Data<Screener>,
) -> Result<Page<ItemView>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<ItemId>()?;
    let state = query.state.unwrap_or(ItemState::Queued);
    if ![ItemState::Queued, ItemState::Appealed].contains(&state) {
        return Err(ApiError::of(&error::INVALID_QUERY).field("state", "queued or appealed"));
    }
    let (scope, viewer) = (can.scope().clone(), can.person());
    let page = db.read(move |connection| -> Result<_, ApiError> {
        let rows = rows::waiting(connection, &scope, state, &window)?;
        let page = window.page(rows, |row| row.id, |row| row);
        let items = view::views(connection, &screener, page.items, viewer)?;
        Ok(Page { items, next_cursor: page.next_cursor })
    });
    page.await
}

/// One's own checked contents, the newest first.
#[utoipa::path(tag = "screening", params(PageQuery), responses((status = 200, body = Page<ItemView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/me/screening")]
pub async fn screening_list_mine(
    can: Can<ScreeningListMine>,
    query: Query<PageQuery>,
    db: Data<Db>,
    screener: Data<Screener>,
) -> Result<Json<Page<ItemView>>, ApiError> {
    let window = query.window::<ItemId>()?;
    let person = can.person();
    let page = db.read(move |connection| -> Result<_, ApiError> {
        let rows = rows::of_author(connection, person, &window)?;
        let page = window.page(rows, |row| row.id, |row| row);
        let items = view::views(connection, &screener, page.items, person)?;
        Ok(Page { items, next_cursor: page.next_cursor })
    });
    Ok(Json(page.await?))
}

/// Something that was checked: one's own, or one of one's scope.
#[utoipa::path(tag = "screening", params(("id" = ItemId, Path)), responses((status = 200, body = ItemView, description = "the item"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/screening/items/{id}")]
pub async fn screening_find(
    can: Can<ScreeningFind>,
    id: PathId<ItemId>,
    db: Data<Db>,
    screener: Data<Screener>,
) -> Result<Json<ItemView>, ApiError> {
    let (id, scope, viewer) = (id.0, can.scope().clone(), can.person());
    let found = db.read(move |connection| -> Result<_, ApiError> {
        let item = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        let unit = grid::unit_find(connection, item.unit_id)?;
        scope.require(&Target { person: item.author_id, unit: unit.as_ref().map(|unit| &unit.path), ..Target::default() })?;
        one(connection, &screener, id, viewer)
    });
    Ok(Json(found.await?))
}

fn one(connection: &mut PgConnection, screener: &Screener, id: ItemId, viewer: PersonId) -> Result<ItemView, ApiError> {
    let item = rows::find(connection, id)?;
    let view = view::views(connection, screener, item.into_iter().collect(), viewer)?.pop();
    view.ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// A write on an item: what is done in the transaction, then the item as it stands.
async fn changed<P: Permission>(
    db: &Db,
    screener: &Data<Screener>,
    can: &Can<P>,
    once: base::db::Once,
    work: impl Fn(base::db::Tx<'_>, &Decider<'_>) -> Result<base::db::Finished<()>, ApiError> + Send + 'static,
) -> Result<Changed<ItemView>, ApiError> {
    let (scope, person, with) = (can.scope().clone(), can.person(), Data::clone(screener));
    let done = db.once(once, move |tx| work(tx, &Decider { screener: &with, scope: &scope, person })).await?;
    let (id, with) = (ItemId(done.id), Data::clone(screener));
    let view = db.read(move |connection| one(connection, &with, id, person)).await?;
    Ok(Changed::new(&done, view))
}

/// Let something be shown. Nobody decides on their own.
#[utoipa::path(tag = "screening", request_body = NewPublication, params(("id" = ItemId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ItemView, description = "published"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/screening/items/{id}/publish")]
pub async fn screening_publish(
    can: Can<ScreeningPublish>,
    id: PathId<ItemId>,
    key: IdempotencyKey,
    body: Valid<NewPublication>,
    db: Data<Db>,
    screener: Data<Screener>,
) -> Result<Changed<ItemView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    publish(&can, &db, &screener, once, body.into_inner()).await
}

/// Lets the item of `once` be shown, as the route does.
pub async fn publish(
    can: &Can<ScreeningPublish>,
    db: &Db,
    screener: &Data<Screener>,
    once: base::db::Once,
    body: NewPublication,
) -> Result<Changed<ItemView>, ApiError> {
    let (id, note) = (ItemId(once.id()), body.note);
    let work =
        move |tx: base::db::Tx<'_>, decider: &Decider<'_>| decide::decide(tx, decider, id, Decision::Publish, note.as_deref());
    changed(db, screener, can, once, work).await
}

/// Refuse something; its author is told and may object.
#[utoipa::path(tag = "screening", request_body = NewRefusal, params(("id" = ItemId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ItemView, description = "refused"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/screening/items/{id}/refuse")]
pub async fn screening_refuse(
    can: Can<ScreeningRefuse>,
    id: PathId<ItemId>,
    key: IdempotencyKey,
    body: Valid<NewRefusal>,
    db: Data<Db>,
    screener: Data<Screener>,
) -> Result<Changed<ItemView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    refuse(&can, &db, &screener, once, body.into_inner()).await
}

/// Refuses the item of `once`, as the route does.
pub async fn refuse(
    can: &Can<ScreeningRefuse>,
    db: &Db,
    screener: &Data<Screener>,
    once: base::db::Once,
    body: NewRefusal,
) -> Result<Changed<ItemView>, ApiError> {
    let (id, decision) = (ItemId(once.id()), Decision::Refuse(body.reason));
    let work = move |tx: base::db::Tx<'_>, decider: &Decider<'_>| decide::decide(tx, decider, id, decision, body.note.as_deref());
    changed(db, screener, can, once, work).await
}

/// Object to a refusal of one's own content, once.
#[utoipa::path(tag = "screening", request_body = NewAppeal, params(("id" = ItemId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ItemView, description = "noted"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/screening/items/{id}/appeal")]
pub async fn screening_appeal(
    can: Can<ScreeningAppeal>,
    id: PathId<ItemId>,
    key: IdempotencyKey,
    body: Valid<NewAppeal>,
    db: Data<Db>,
    screener: Data<Screener>,
) -> Result<Changed<ItemView>, ApiError> {
    let (id, once, text) = (id.0, can.once(key, hash_on(id.0.0, body.hash()), id.0.0), body.into_inner().text);
    let work = move |tx: base::db::Tx<'_>, decider: &Decider<'_>| decide::appeal(tx, decider.scope, id, &text);
    changed(&db, &screener, &can, once, work).await
}

/// Decide on an objection: staff of the community, never whoever refused it.
#[utoipa::path(tag = "screening", request_body = AppealDecision, params(("id" = ItemId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ItemView, description = "decided"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/screening/items/{id}/appeal/decide")]
pub async fn screening_appeal_decide(
    can: Can<ScreeningAppealDecide>,
    id: PathId<ItemId>,
    key: IdempotencyKey,
    body: Valid<AppealDecision>,
    db: Data<Db>,
    screener: Data<Screener>,
) -> Result<Changed<ItemView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    settle_appeal(&can, &db, &screener, once, body.into_inner()).await
}

/// Decides on the objection to the item of `once`, as the route does.
pub async fn settle_appeal(
    can: &Can<ScreeningAppealDecide>,
    db: &Db,
    screener: &Data<Screener>,
    once: base::db::Once,
    body: AppealDecision,
) -> Result<Changed<ItemView>, ApiError> {
    let id = ItemId(once.id());
    let work =
        move |tx: base::db::Tx<'_>, decider: &Decider<'_>| decide::decide_appeal(tx, decider, id, body.publish, &body.note);
    changed(db, screener, can, once, work).await
}
