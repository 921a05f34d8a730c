#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of groups.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::page::{Page, PageQuery};
use people::identity::{Actor, Can};
use people::screening::{Screener, Verdict, check_text};

use super::enter::{self, NewGroup, NewSettings};
use super::view::{self, GroupView};
use super::{ChatGroupFind, ChatGroupList, ChatGroupOpen, ChatSettingsUpdate, belongs, rows};
use crate::GroupId;
use crate::reach::{found, places_of};

async fn shown(db: &Db, actor: Actor, id: GroupId) -> Result<GroupView, ApiError> {
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let group = found(rows::find(connection, id)?)?;
        found(view::views(connection, &actor, vec![group])?.pop())
    });
    view.await
}

/// Open the group of a grid unit; everybody who lives or works there belongs to it from then on.
#[utoipa::path(tag = "chat", request_body = NewGroup, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = GroupView, description = "opened"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/groups")]
pub async fn chat_group_open(
    can: Can<ChatGroupOpen>,
    key: IdempotencyKey,
    body: Valid<NewGroup>,
    db: Data<Db>,
) -> Result<Created<GroupView>, ApiError> {
    let (id, scope, person) = (GroupId::new(), can.scope().clone(), can.person());
    let once = can.once(key, body.hash(), id.0);
    let done = db.once(once, move |tx| enter::open(tx, &scope, person, id, *body)).await?;
    let view = shown(&db, can.actor().clone(), GroupId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/chat/groups/{}", done.id), view))
}

/// The groups that one belongs to, in the order in which they were opened.
pub async fn list(can: &Can<ChatGroupList>, db: &Db, query: &PageQuery) -> Result<Page<GroupView>, ApiError> {
    let (window, actor) = (query.window::<GroupId>()?, can.actor().clone());
    let views = db.read(move |connection| -> Result<_, ApiError> {
        let (units, scope) = places_of(connection, &actor)?;
        let groups = rows::list(connection, &units, &scope, &window)?;
        view::views(connection, &actor, groups)
    });
    Ok(window.page(views.await?, |view| view.id, |view| view))
}

/// The groups that one belongs to, in the order in which they were opened.
#[utoipa::path(tag = "chat", params(PageQuery), responses((status = 200, body = Page<GroupView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/groups")]
pub async fn chat_group_list(
    can: Can<ChatGroupList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<GroupView>>, ApiError> {
    Ok(Json(list(&can, &db, &query).await?))
}

/// A group that one belongs to.
#[utoipa::path(tag = "chat", params(("id" = GroupId, Path)), responses((status = 200, body = GroupView, description = "the group"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/groups/{id}")]
pub async fn chat_group_find(can: Can<ChatGroupFind>, id: PathId<GroupId>, db: Data<Db>) -> Result<Json<GroupView>, ApiError> {
    let actor = can.actor().clone();
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let within = belongs(connection, &actor, id.0)?;
        found(view::views(connection, &actor, vec![within.group])?.pop())
    });
    Ok(Json(view.await?))
}

/// Set the nickname that stands in front in this group, and whether one wishes notices of it.
#[utoipa::path(tag = "chat", request_body = NewSettings, params(("id" = GroupId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = GroupView, description = "set"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/groups/{id}/settings")]
pub async fn chat_settings_update(
    can: Can<ChatSettingsUpdate>,
    id: PathId<GroupId>,
    key: IdempotencyKey,
    body: Valid<NewSettings>,
    db: Data<Db>,
    screener: Data<Screener>,
) -> Result<Changed<GroupView>, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let verdict = match &body.nickname {
        Some(nickname) => check_text(&screener, Some(actor.person), nickname).await?,
        None => Verdict::Publish,
    };
    let (once, caller) = (can.once(key, hash_on(id.0, body.hash()), id.0), actor.clone());
    let done = db.once(once, move |tx| enter::set(tx, &caller, id, &body, &verdict)).await?;
    Ok(Changed::new(&done, shown(&db, actor, id).await?))
}
