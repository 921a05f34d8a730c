#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers that show requests.

use actix_web::get;
use actix_web::web::{Data, Json};
use base::db::{Db, Done};
use base::error::ApiError;
use base::http::{Changed, PathId, Problem, Query, Tagged};
use base::page::{Page, PageQuery};
use people::files::Signer;
use people::identity::{Can, Permission};
use serde::Deserialize;

use super::finding::{self, RequestQuery};
use super::hats::By;
use super::rows;
use super::view::{self, AnswerView, EventView, RequestView};
use super::{
    CaseId, RequestAnswerList, RequestEventList, RequestFind, RequestList, RequestListMine, reach, rows_answers, rows_events,
};

/// Which of one's own requests.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MineQuery {
    /// Only those that aren't over.
    pub open: Option<bool>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
}

/// List requests of one's scope, the newest first; what is given narrows it. `text` finds by words, or one by its number.
#[utoipa::path(tag = "governance", params(RequestQuery), responses((status = 200, body = Page<RequestView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/requests")]
pub async fn request_list(
    can: Can<RequestList>,
    query: Query<RequestQuery>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Json<Page<RequestView>>, ApiError> {
    listed(&can, &query, &db, signer).await.map(Json)
}

/// A page of the requests of one's scope.
pub async fn listed(
    can: &Can<RequestList>,
    query: &RequestQuery,
    db: &Db,
    signer: Data<Signer>,
) -> Result<Page<RequestView>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<CaseId>()?;
    let filters = query.filters();
    filters.check()?;
    let wanted = filters.wanted(Some(can.person()), window.after, window.load());
    let can = can.clone();
    let views = db
        .read(move |connection| {
            let found = finding::list(connection, can.scope(), &wanted)?;
            view::shown(connection, &signer, found)
        })
        .await?;
    Ok(window.page(views, |view| view.id, |view| view))
}

/// List one's own requests and those one acts in, the newest first.
#[utoipa::path(tag = "governance", params(MineQuery), responses((status = 200, body = Page<RequestView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/requests/mine")]
pub async fn request_list_mine(
    can: Can<RequestListMine>,
    query: Query<MineQuery>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Json<Page<RequestView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<CaseId>()?;
    let (person, open) = (can.person(), query.open.unwrap_or(false));
    let views = db
        .read(move |connection| {
            let found = rows::mine(connection, person, open, window.after, window.load())?;
            view::shown(connection, &signer, found)
        })
        .await?;
    Ok(Json(window.page(views, |view| view.id, |view| view)))
}

/// See a request.
#[utoipa::path(tag = "governance", params(("id" = CaseId, Path)), responses((status = 200, body = RequestView, description = "the request"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/requests/{id}")]
pub async fn request_find(
    can: Can<RequestFind>,
    id: PathId<CaseId>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Tagged<RequestView>, ApiError> {
    db.read(move |connection| {
        let (case, _) = reach::within(connection, can.scope(), id.0)?;
        view::one(connection, &signer, case)
    })
    .await
    .map(Tagged::content)
}

/// See the timeline of a request in its order; `cursor` follows it. Handlers see their notes too.
#[utoipa::path(tag = "governance", params(("id" = CaseId, Path), PageQuery), responses((status = 200, body = Page<EventView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/requests/{id}/events")]
pub async fn request_event_list(
    can: Can<RequestEventList>,
    id: PathId<CaseId>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Tagged<Page<EventView>>, ApiError> {
    let window = query.window::<i32>()?;
    let views = db
        .read(move |connection| {
            let (case, handler) = reach::within(connection, can.scope(), id.0)?;
            let events = rows_events::after(connection, case.id, window.after.unwrap_or(0), handler, window.load())?;
            view::timeline(connection, events, handler)
        })
        .await?;
    Ok(Tagged::content(window.page(views, |view| view.sequence, |view| view)))
}

/// See the answers to a request, round by round, with their ratings.
#[utoipa::path(tag = "governance", params(("id" = CaseId, Path), PageQuery), responses((status = 200, body = Page<AnswerView>, description = "all rounds"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/requests/{id}/answers")]
pub async fn request_answer_list(
    can: Can<RequestAnswerList>,
    id: PathId<CaseId>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Tagged<Page<AnswerView>>, ApiError> {
    let window = query.window::<i16>()?;
    let views = db
        .read(move |connection| {
            let (case, _) = reach::within(connection, can.scope(), id.0)?;
            let mut rounds = rows_answers::all(connection, case.id)?;
            rounds.retain(|answer| window.after.is_none_or(|after| answer.round > after));
            view::answers(connection, rounds)
        })
        .await?;
    Ok(Tagged::content(window.page(views, |view| view.round, |view| view)))
}

/// Who does it.
pub(super) fn by<P: Permission>(can: &Can<P>) -> By<'_> {
    By { scope: can.scope(), actor: can.actor(), action: P::RULE.action }
}

/// The request after a write.
pub(super) async fn shown<T>(
    db: &Db,
    signer: Data<Signer>,
    id: CaseId,
    done: &Done<T>,
) -> Result<Changed<RequestView>, ApiError> {
    let view = db.read(move |connection| view::by_id(connection, &signer, id)).await?;
    Ok(Changed::new(done, view))
}
