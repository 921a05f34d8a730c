#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of matters between a community and its street.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::{Db, Done};
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Tagged, Valid, hash_on};
use base::ids::GridUnitId;
use base::page::{Page, PageQuery};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::grid;
use people::identity::Can;
use serde::{Deserialize, Serialize};

use super::http_read::by;
use super::matter::{self, Direction, MatterAnswer, MatterState, NewMatter};
use super::rows_matters::{self, Filter, Matter};
use super::{CaseId, MatterDirect, MatterFind, MatterId, MatterList, MatterRaise, MatterReceive, RequestMatterAnswer};

/// A matter between a community and its street.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MatterView {
    /// Id.
    pub id: MatterId,
    /// One plain sentence.
    pub summary: String,
    /// up: the community whistles; down: the street directs.
    pub direction: Direction,
    /// The community.
    pub community: GridUnitId,
    /// The street.
    pub street: GridUnitId,
    /// The request it is about.
    pub request: Option<CaseId>,
    /// In a few words.
    pub title: String,
    /// What is asked.
    pub text: String,
    /// State.
    pub state: MatterState,
    /// The answer or result.
    pub answer: Option<String>,
    /// Until when an answer is due.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// When the receipt came.
    pub received_at: Option<DateTime<Utc>>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
}

impl From<Matter> for MatterView {
    fn from(matter: Matter) -> Self {
        Self {
            summary: format!("{}「{}」，{}", matter.direction.zh(), matter.title, matter.state.zh()),
            id: matter.id,
            direction: matter.direction,
            community: matter.community_id,
            street: matter.street_id,
            request: matter.request_id,
            title: matter.title,
            text: matter.text,
            state: matter.state,
            answer: matter.answer,
            due_at: matter.due_at,
            created_at: matter.created_at,
            received_at: matter.received_at,
            answered_at: matter.answered_at,
        }
    }
}

fn load(connection: &mut PgConnection, id: MatterId) -> Result<Matter, ApiError> {
    rows_matters::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// Which matters.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MatterQuery {
    /// Only this way.
    pub direction: Option<Direction>,
    /// Only those without an answer.
    pub open: Option<bool>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
}

/// Raise a matter to the street (吹哨).
#[utoipa::path(tag = "governance", request_body = NewMatter, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = MatterView, description = "sent"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/matters/raise")]
pub async fn matter_raise(
    can: Can<MatterRaise>,
    key: IdempotencyKey,
    body: Valid<NewMatter>,
    db: Data<Db>,
) -> Result<Created<MatterView>, ApiError> {
    let id = MatterId::new();
    let once = can.once(key, body.hash(), id.0);
    let done = db.once(once, move |tx| matter::send(tx, &by(&can), Direction::Up, id, &body)).await?;
    sent(&db, &done).await
}

/// Direct a matter to a community of the street.
#[utoipa::path(tag = "governance", request_body = NewMatter, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = MatterView, description = "sent"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/matters/direct")]
pub async fn matter_direct(
    can: Can<MatterDirect>,
    key: IdempotencyKey,
    body: Valid<NewMatter>,
    db: Data<Db>,
) -> Result<Created<MatterView>, ApiError> {
    let id = MatterId::new();
    let once = can.once(key, body.hash(), id.0);
    let done = db.once(once, move |tx| matter::send(tx, &by(&can), Direction::Down, id, &body)).await?;
    sent(&db, &done).await
}

async fn sent<T>(db: &Db, done: &Done<T>) -> Result<Created<MatterView>, ApiError> {
    let id = MatterId(done.id);
    let matter = db.read(move |connection| load(connection, id)).await?;
    Ok(Created::new(done, format!("/api/v1/governance/matters/{id}"), matter.into()))
}

/// List matters of one's community or street, both ways, the newest first.
#[utoipa::path(tag = "governance", params(MatterQuery), responses((status = 200, body = Page<MatterView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/matters")]
pub async fn matter_list(
    can: Can<MatterList>,
    query: Query<MatterQuery>,
    db: Data<Db>,
) -> Result<Json<Page<MatterView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<MatterId>()?;
    let filter =
        Filter { direction: query.direction, open: query.open.unwrap_or(false), after: window.after, limit: window.load() };
    let rows = db.read(move |connection| rows_matters::list(connection, can.scope(), filter)).await?;
    Ok(Json(window.page(rows, |row| row.id, MatterView::from)))
}

/// See a matter.
#[utoipa::path(tag = "governance", params(("id" = MatterId, Path)), responses((status = 200, body = MatterView, description = "the matter"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/matters/{id}")]
pub async fn matter_find(can: Can<MatterFind>, id: PathId<MatterId>, db: Data<Db>) -> Result<Tagged<MatterView>, ApiError> {
    let matter = db
        .read(move |connection| {
            let matter = load(connection, id.0)?;
            let place = grid::unit_find(connection, matter.community_id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
            can.scope().require_unit(&place.path)?;
            Ok::<_, ApiError>(matter)
        })
        .await?;
    Ok(Tagged::content(matter.into()))
}

/// Give the receipt of a matter.
#[utoipa::path(tag = "governance", params(("id" = MatterId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MatterView, description = "received"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/matters/{id}/receive")]
pub async fn matter_receive(
    can: Can<MatterReceive>,
    id: PathId<MatterId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<MatterView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let done = db.once(once, move |tx| matter::receive(tx, &by(&can), id.0)).await?;
    let matter = db.read(move |connection| load(connection, id.0)).await?;
    Ok(Changed::new(&done, matter.into()))
}

/// Answer a matter, or say what came of it.
#[utoipa::path(tag = "governance", request_body = MatterAnswer, params(("id" = MatterId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = MatterView, description = "answered"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/matters/{id}/answer")]
pub async fn matter_answer(
    can: Can<RequestMatterAnswer>,
    id: PathId<MatterId>,
    key: IdempotencyKey,
    body: Valid<MatterAnswer>,
    db: Data<Db>,
) -> Result<Changed<MatterView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let done = db.once(once, move |tx| matter::answer(tx, &by(&can), id.0, &body)).await?;
    let matter = db.read(move |connection| load(connection, id.0)).await?;
    Ok(Changed::new(&done, matter.into()))
}
