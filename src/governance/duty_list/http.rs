#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! The public side: what is in force, what changed and why, the list as a file.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::{GridUnitId, OrganizationId};
use base::page::{Page, PageQuery};
use base::text::Text;
use people::identity::Can;
use points::place;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::item::DutyState;
use super::rows::{self, Filter};
use super::view::{self, DutyChangeView, DutyDraftView, DutyItemView};
use super::{DutyChangeId, DutyChangelogList, DutyItemEnd, DutyItemFind, DutyItemId, DutyItemList, DutyListExport};
use super::{http_drafts, sheet, write};

/// Which items.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DutyItemQuery {
    /// Of this community; by default the caller's.
    community: Option<GridUnitId>,
    /// Codes that begin so: `A` a major class, `A01` a middle one.
    #[param(value_type = Option<String>, min_length = 1, max_length = 6)]
    category: Option<Text<6>>,
    /// Title, category or synonym holds this.
    #[param(value_type = Option<String>, min_length = 1, max_length = 40)]
    q: Option<Text<40>>,
    /// Led by this organization.
    lead: Option<OrganizationId>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    cursor: Option<String>,
}

/// Of which community.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DutyChangeQuery {
    /// Of this community; by default the caller's.
    community: Option<GridUnitId>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    cursor: Option<String>,
}

/// Of which community.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DutyExportQuery {
    /// Of this community; by default the caller's.
    community: Option<GridUnitId>,
}

/// Why an item should end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyEnding {
    /// Why; public once it is approved.
    reason: Text<400>,
}

/// The duty list in force, by code.
#[utoipa::path(tag = "governance", params(DutyItemQuery), responses((status = 200, body = Page<DutyItemView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/duty-items")]
pub async fn duty_item_list(
    can: Can<DutyItemList>,
    query: Query<DutyItemQuery>,
    db: Data<Db>,
) -> Result<Json<Page<DutyItemView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<(String, DutyItemId)>()?;
    let community = place::community_or_own(can.actor(), query.community)?;
    let text = |text: &Text<40>| text.as_str().to_owned();
    let filter = Filter {
        prefix: query.category.as_ref().map(|code| code.as_str().replace(['%', '_', '\\'], "")),
        text: query.q.as_ref().map(text),
        lead: query.lead,
    };
    let page = db
        .read(move |connection| {
            place::require_community(connection, &people::grid::Scope::everything(), community)?;
            let rows = rows::list(connection, community, &filter, window.after.clone(), window.load())?;
            let views = view::items(connection, rows)?;
            Ok::<_, ApiError>(window.page(views, |item| (item.code.clone(), item.id), |item| item))
        })
        .await?;
    Ok(Json(page))
}

/// One version of an item that is or was in force.
#[utoipa::path(tag = "governance", params(("id" = DutyItemId, Path)), responses((status = 200, body = DutyItemView, description = "the version"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/duty-items/{id}")]
pub async fn duty_item_find(
    _can: Can<DutyItemFind>,
    id: PathId<DutyItemId>,
    db: Data<Db>,
) -> Result<Json<DutyItemView>, ApiError> {
    let found = db
        .read(move |connection| {
            let row = rows::find(connection, id.0)?.filter(|row| matches!(row.state, DutyState::InForce | DutyState::Ended));
            view::items(connection, row.into_iter().collect())?.pop().ok_or_else(|| ApiError::of(&error::NOT_FOUND))
        })
        .await?;
    Ok(Json(found))
}

/// Ask to end an item; another person approves the draft that this makes.
#[utoipa::path(tag = "governance", request_body = DutyEnding, params(("id" = DutyItemId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = DutyDraftView, description = "a draft that ends the item"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/duty-items/{id}/end")]
pub async fn duty_item_end(
    can: Can<DutyItemEnd>,
    id: PathId<DutyItemId>,
    key: IdempotencyKey,
    body: Valid<DutyEnding>,
    db: Data<Db>,
) -> Result<Created<DutyDraftView>, ApiError> {
    let draft = DutyItemId::new();
    let once = can.once(key, hash_on(id.0.0, body.hash()), draft.0);
    let (person, scope, reason) = (can.person(), can.scope().clone(), body.reason.as_str().to_owned());
    let done = db.once(once, move |tx| write::end(tx, &scope, person, (id.0, draft), &reason)).await?;
    let view = http_drafts::show(&db, can.scope(), DutyItemId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/duty-drafts/{}", view.id), view))
}

/// What changed in the duty list and why, newest first.
#[utoipa::path(tag = "governance", params(DutyChangeQuery), responses((status = 200, body = Page<DutyChangeView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/duty-changes")]
pub async fn duty_changelog_list(
    can: Can<DutyChangelogList>,
    query: Query<DutyChangeQuery>,
    db: Data<Db>,
) -> Result<Json<Page<DutyChangeView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<DutyChangeId>()?;
    let community = place::community_or_own(can.actor(), query.community)?;
    let page = db
        .read(move |connection| {
            place::require_community(connection, &people::grid::Scope::everything(), community)?;
            let rows = rows::changes(connection, community, window.after, window.load())?;
            Ok::<_, ApiError>(window.page(rows, |change| change.id, DutyChangeView::from))
        })
        .await?;
    Ok(Json(page))
}

/// The duty list in force as an XLSX, in the columns of its import.
#[utoipa::path(tag = "governance", params(DutyExportQuery), responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", description = "the file"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/duty-list/export")]
pub async fn duty_list_export(
    can: Can<DutyListExport>,
    query: Query<DutyExportQuery>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let community = place::community_or_own(can.actor(), query.community)?;
    let file = db.read(move |connection| sheet::export(connection, community)).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header(("Content-Disposition", "attachment; filename=\"duty-list.xlsx\""))
        .body(file))
}
