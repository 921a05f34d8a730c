#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes for going along with a request or a place.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{IdempotencyKey, NoContent, PathId, Problem, Query, Tagged, Valid, hash_on};
use base::ids::GridUnitId;
use base::page::{Page, PageQuery};
use chrono::{DateTime, Utc};
use people::grid;
use people::identity::Can;
use serde::{Deserialize, Serialize};

use super::super::{CaseId, State, briefs};
use super::join::{self, JoinRating};
use super::{
    PlaceFollow, PlaceFollowEnd, PlaceFollowedList, RequestFollow, RequestFollowedList, RequestJoin, RequestJoinEnd,
    RequestJoinRate, rows,
};

/// Places that one person follows at most.
pub const PLACES: usize = 20;

/// A place to follow.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceToFollow {
    /// Community, estate, block or entrance.
    pub unit: GridUnitId,
}

/// A request that one goes along with.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FollowedRequest {
    /// Id.
    pub id: CaseId,
    /// Number to say on the phone.
    pub number: String,
    /// One plain sentence.
    pub summary: String,
    /// State now.
    pub state: State,
    /// True: it concerns oneself too; false: only followed.
    pub joined: bool,
    /// One's own word on whether it is resolved.
    pub resolved: Option<bool>,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// A place that one follows.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FollowedPlace {
    /// The place.
    pub unit: GridUnitId,
    /// Its name.
    pub summary: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Say that a public request concerns you too; you are told of every step and counted by household.
#[utoipa::path(tag = "governance", params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 204, description = "joined"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/join")]
pub async fn request_join(
    can: Can<RequestJoin>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<NoContent, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let (scope, person) = (can.scope().clone(), can.person());
    let done = db.once(once, move |tx| join::join(tx, &scope, person, id.0)).await?;
    Ok(NoContent::new(&done))
}

/// No longer join or follow a request.
#[utoipa::path(tag = "governance", params(("id" = CaseId, Path)), responses((status = 204, description = "left"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[delete("/requests/{id}/join")]
pub async fn request_join_end(can: Can<RequestJoinEnd>, id: PathId<CaseId>, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    let person = can.person();
    db.transaction(can.context(), move |tx| join::leave(tx, person, id.0)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Rate the answer to a request that you joined; the reporter's own rating stays theirs.
#[utoipa::path(tag = "governance", request_body = JoinRating, params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 204, description = "rated"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/join/rating")]
pub async fn request_join_rate(
    can: Can<RequestJoinRate>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    body: Valid<JoinRating>,
    db: Data<Db>,
) -> Result<NoContent, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let (person, form) = (can.person(), body.into_inner());
    let done = db.once(once, move |tx| join::rate(tx, person, id.0, &form)).await?;
    Ok(NoContent::new(&done))
}

/// Follow a public request without joining it.
#[utoipa::path(tag = "governance", params(("id" = CaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 204, description = "followed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/{id}/follow")]
pub async fn request_follow(
    can: Can<RequestFollow>,
    id: PathId<CaseId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<NoContent, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let person = can.person();
    let done = db.once(once, move |tx| join::follow(tx, person, id.0)).await?;
    Ok(NoContent::new(&done))
}

/// Requests that you joined or follow, the newest first.
#[utoipa::path(tag = "governance", params(PageQuery), responses((status = 200, body = Page<FollowedRequest>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/requests/followed")]
pub async fn request_followed_list(
    can: Can<RequestFollowedList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Tagged<Page<FollowedRequest>>, ApiError> {
    let (window, person) = (query.window::<CaseId>()?, can.person());
    let (found, briefs) = db
        .read(move |connection| -> Result<_, ApiError> {
            let found = rows::of_person(connection, person, window.after, window.load())?;
            let ids: Vec<CaseId> = found.iter().map(|row| row.request_id).collect();
            Ok((found, briefs(connection, &ids)?))
        })
        .await?;
    let views = found.into_iter().filter_map(|row| {
        let brief = briefs.get(&row.request_id)?;
        Some(FollowedRequest {
            id: row.request_id,
            number: brief.number.clone(),
            summary: format!("{}「{}」，{}", brief.number, brief.title, brief.state.zh()),
            state: brief.state,
            joined: row.joined,
            resolved: row.resolved,
            since: row.created_at,
        })
    });
    Ok(Tagged::content(window.page(views.collect(), |view| view.id, |view| view)))
}

/// Hear of new public requests at a place and below; at most 20 places.
#[utoipa::path(tag = "governance", request_body = PlaceToFollow, params(("Idempotency-Key" = String, Header)), responses((status = 204, description = "followed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/followed-places")]
pub async fn place_follow(
    can: Can<PlaceFollow>,
    key: IdempotencyKey,
    body: Valid<PlaceToFollow>,
    db: Data<Db>,
) -> Result<NoContent, ApiError> {
    let (unit, person) = (body.unit, can.person());
    let once = can.once(key, body.hash(), unit.0);
    let done = db
        .once(once, move |mut tx| -> Result<_, ApiError> {
            let place = grid::unit_find(tx.conn(), unit)?.filter(|place| place.active);
            place.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
            let followed = rows::places_of(tx.conn(), person)?;
            if followed.len() >= PLACES && !followed.iter().any(|(known, _)| *known == unit) {
                return Err(ApiError::invalid("/unit", "at most 20 places can be followed"));
            }
            rows::place_follow(tx.conn(), person, unit)?;
            tx.audit(base::db::Audit::new("place_follow", "grid_unit", unit.0))?;
            Ok(tx.done(())?)
        })
        .await?;
    Ok(NoContent::new(&done))
}

/// Stop following a place.
#[utoipa::path(tag = "governance", params(("id" = GridUnitId, Path)), responses((status = 204, description = "left"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[delete("/followed-places/{id}")]
pub async fn place_follow_end(can: Can<PlaceFollowEnd>, id: PathId<GridUnitId>, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    let person = can.person();
    db.transaction(can.context(), move |mut tx| -> Result<_, ApiError> {
        if !rows::place_leave(tx.conn(), person, id.0)? {
            return Err(ApiError::of(&error::NOT_FOUND));
        }
        tx.audit(base::db::Audit::new("place_follow_end", "grid_unit", id.0.0))?;
        Ok(tx.done(())?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The places that you follow.
#[utoipa::path(tag = "governance", responses((status = 200, body = Page<FollowedPlace>, description = "all of them"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/followed-places")]
pub async fn place_followed_list(can: Can<PlaceFollowedList>, db: Data<Db>) -> Result<Json<Page<FollowedPlace>>, ApiError> {
    let person = can.person();
    let items = db
        .read(move |connection| -> Result<_, ApiError> {
            let places = rows::places_of(connection, person)?;
            let ids: Vec<GridUnitId> = places.iter().map(|(unit, _)| *unit).collect();
            let units = grid::units_by_ids(connection, &ids)?;
            let view = |(unit, since): (GridUnitId, DateTime<Utc>)| FollowedPlace {
                summary: units.get(&unit).map(|place| place.name.clone()).unwrap_or_default(),
                unit,
                since,
            };
            Ok(places.into_iter().map(view).collect())
        })
        .await?;
    Ok(Json(Page { items, next_cursor: None }))
}
