#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/residencies`, `/me/residencies`, `/me/residency/move-out`.

use std::sync::Arc;

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::{Db, Done, Finished};
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::GridUnitId;
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use base::text::{Few, Text};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::claim::{self, Claim};
use super::decide::{self, ResidencyBulkOutcome};
use super::state::ResidencyState;
use super::view::{Eyes, ResidencyView, one, views};
use super::{
    NOT_AN_ENTRANCE, ResidencyClaim, ResidencyConfirm, ResidencyConfirmBulk, ResidencyEnd, ResidencyId, ResidencyLeave,
    ResidencyList, ResidencyMine, ResidencyRefuse, TICKET_UNKNOWN, moving, rows,
};
use crate::grid::{self, GridUnit};
use crate::identity::Can;

/// A claim: the poster's ticket or the entrance's id, and the door.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewResidencyClaim {
    /// What was scanned at the entrance, or typed off its poster.
    ticket: Option<Text<60>>,
    /// The entrance as picked from the list.
    entrance: Option<GridUnitId>,
    /// Door, such as `502`.
    room: Option<Text<20>>,
}

/// Which residencies.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ResidencyQuery {
    /// Only in this state.
    pub state: Option<ResidencyState>,
    /// Only of this entrance.
    pub entrance: Option<GridUnitId>,
    /// Items of a page, 1 to 100 (default 20).
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Why a claim is refused.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResidencyRefusal {
    /// Told to the person.
    pub reason: Text<200>,
}

/// Claims to confirm.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResidencyBulk {
    /// At most 200.
    #[schema(value_type = Vec<ResidencyId>, max_items = 200)]
    ids: Few<ResidencyId, 200>,
}

/// What became of each claim.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResidencyBulkResult {
    /// In order of id.
    items: Vec<ResidencyBulkItem>,
}

/// What became of one claim.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResidencyBulkItem {
    id: ResidencyId,
    outcome: ResidencyBulkOutcome,
}

/// Which residence is left.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResidencyMoveOut {
    /// Needed when there are several.
    residency: Option<ResidencyId>,
}

fn chosen(connection: &mut PgConnection, body: &NewResidencyClaim) -> Result<GridUnit, ApiError> {
    match (&body.ticket, body.entrance) {
        (Some(ticket), None) => grid::place_from_ticket(connection, ticket)?.ok_or_else(|| ApiError::of(&TICKET_UNKNOWN)),
        (None, Some(id)) => grid::unit_find(connection, id)?.ok_or_else(|| ApiError::of(&NOT_AN_ENTRANCE)),
        _ => Err(ApiError::invalid("", "give either ticket or entrance")),
    }
}

/// Claim a residence: confirmed at once when the register of the entrance knows the phone, else by its worker.
#[utoipa::path(tag = "community", request_body = NewResidencyClaim, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = ResidencyView, description = "claimed or confirmed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/residencies")]
pub async fn residency_claim(
    can: Can<ResidencyClaim>,
    key: IdempotencyKey,
    body: Valid<NewResidencyClaim>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Created<ResidencyView>, ApiError> {
    let (id, person, once_ring) = (ResidencyId::new(), can.person(), ring.clone());
    let once = can.once(key, body.hash(), id.0);
    let request = body.into_inner();
    let again = request.clone();
    let done = db
        .once(once, move |mut tx| {
            let entrance = chosen(tx.conn(), &request)?;
            let wanted = Claim { id, person, entrance: &entrance, room: request.room.as_deref() };
            claim::claim(&mut tx, &once_ring, &wanted)?;
            Ok::<Finished<()>, ApiError>(tx.done(())?)
        })
        .await?;
    let view = db
        .read(move |connection| {
            // A second claim of the same entrance answers with the first one.
            let entrance = chosen(connection, &again)?;
            let row = rows::latest_at(connection, person, entrance.id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
            one(connection, &ring, row.id, Eyes::Own)
        })
        .await?;
    let location = format!("/api/v1/me/residencies#{}", view.id);
    Ok(Created::new(&done, location, view))
}

/// One's own residences, the newest first.
#[utoipa::path(tag = "community", responses((status = 200, body = Page<ResidencyView>, description = "at most 50, one page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/me/residencies")]
pub async fn residency_mine(
    can: Can<ResidencyMine>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Json<Page<ResidencyView>>, ApiError> {
    let person = can.person();
    let items = db
        .read(move |connection| {
            let rows = rows::of_person(connection, person)?;
            views(connection, &ring, &rows, Eyes::Own)
        })
        .await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Residences of the scope, the newest first.
pub async fn list(
    can: &Can<ResidencyList>,
    db: &Db,
    ring: Arc<KeyRing>,
    query: &ResidencyQuery,
) -> Result<Page<ResidencyView>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window()?;
    let (scope, state, entrance) = (can.scope().clone(), query.state, query.entrance);
    db.read(move |connection| {
        let rows = rows::list(connection, &scope, state, entrance, window.after, window.load())?;
        let items = views(connection, &ring, &rows, Eyes::Worker)?;
        Ok::<_, ApiError>(window.page(items, |view| view.id, |view| view))
    })
    .await
}

/// Confirms a claim of the scope.
pub async fn confirm(
    can: &Can<ResidencyConfirm>,
    db: &Db,
    ring: &Arc<KeyRing>,
    key: IdempotencyKey,
    id: ResidencyId,
) -> Result<Done<()>, ApiError> {
    let (by, scope, ring) = (can.person(), can.scope().clone(), Arc::clone(ring));
    db.once(can.once(key, hash_on(id.0, [0; 32]), id.0), move |mut tx| {
        decide::confirm(&mut tx, &ring, &scope, id, by)?;
        Ok::<Finished<()>, ApiError>(tx.done(())?)
    })
    .await
}

/// Confirms claims of the scope; each has its outcome, also in a replay.
pub async fn confirm_bulk(
    can: &Can<ResidencyConfirmBulk>,
    db: &Db,
    ring: Arc<KeyRing>,
    (key, hash): (IdempotencyKey, [u8; 32]),
    ids: Few<ResidencyId, 200>,
) -> Result<Done<Vec<(ResidencyId, ResidencyBulkOutcome)>>, ApiError> {
    let (by, scope) = (can.person(), can.scope().clone());
    let bulk = uuid::Uuid::now_v7();
    let mut done = db
        .once(can.once(key, hash, bulk), move |mut tx| {
            let outcomes = decide::confirm_bulk(&mut tx, &ring, &scope, ids.items(), (bulk, by))?;
            Ok::<_, ApiError>(tx.done(outcomes)?)
        })
        .await?;
    if done.value.is_none() {
        let bulk = done.id;
        done.value = Some(db.read(move |connection| decide::outcomes_of(connection, bulk)).await?);
    }
    Ok(done)
}

/// Refuses a claim of the scope; the person is told why.
pub async fn refuse(
    can: &Can<ResidencyRefuse>,
    db: &Db,
    (key, hash): (IdempotencyKey, [u8; 32]),
    id: ResidencyId,
    refusal: ResidencyRefusal,
) -> Result<Done<()>, ApiError> {
    let (by, scope, reason) = (can.person(), can.scope().clone(), refusal.reason);
    db.once(can.once(key, hash_on(id.0, hash), id.0), move |mut tx| {
        decide::refuse(&mut tx, &scope, id, by, &reason)?;
        Ok::<Finished<()>, ApiError>(tx.done(())?)
    })
    .await
}

/// Residences of one's scope, the newest first: the worker's list.
#[utoipa::path(tag = "community", params(ResidencyQuery), responses((status = 200, body = Page<ResidencyView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/residencies")]
pub async fn residency_list(
    can: Can<ResidencyList>,
    query: Query<ResidencyQuery>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Json<Page<ResidencyView>>, ApiError> {
    Ok(Json(list(&can, &db, ring.into_inner(), &query).await?))
}

/// Confirm a claimed residence; never one's own or that of one's household.
#[utoipa::path(tag = "community", params(("id" = ResidencyId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ResidencyView, description = "confirmed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/residencies/{id}/confirm")]
pub async fn residency_confirm(
    can: Can<ResidencyConfirm>,
    id: PathId<ResidencyId>,
    key: IdempotencyKey,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<ResidencyView>, ApiError> {
    let id = id.0;
    let done = confirm(&can, &db, &ring.clone().into_inner(), key, id).await?;
    Ok(Changed::new(&done, db.read(move |connection| one(connection, &ring, id, Eyes::Worker)).await?))
}

/// Confirm up to 200 claimed residences; each has its outcome.
#[utoipa::path(tag = "community", request_body = ResidencyBulk, params(("Idempotency-Key" = String, Header)), responses((status = 200, body = ResidencyBulkResult, description = "what became of each; empty on a replay"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/residencies/confirm-bulk")]
pub async fn residency_confirm_bulk(
    can: Can<ResidencyConfirmBulk>,
    key: IdempotencyKey,
    body: Valid<ResidencyBulk>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<ResidencyBulkResult>, ApiError> {
    let hash = body.hash();
    let mut done = confirm_bulk(&can, &db, ring.into_inner(), (key, hash), body.into_inner().ids).await?;
    let outcomes = done.value.take().unwrap_or_default();
    let items = outcomes.into_iter().map(|(id, outcome)| ResidencyBulkItem { id, outcome }).collect();
    Ok(Changed::new(&done, ResidencyBulkResult { items }))
}

/// Refuse a claimed residence; the person is told why.
#[utoipa::path(tag = "community", request_body = ResidencyRefusal, params(("id" = ResidencyId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ResidencyView, description = "refused"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/residencies/{id}/refuse")]
pub async fn residency_refuse(
    can: Can<ResidencyRefuse>,
    id: PathId<ResidencyId>,
    key: IdempotencyKey,
    body: Valid<ResidencyRefusal>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<ResidencyView>, ApiError> {
    let (id, hash) = (id.0, body.hash());
    let done = refuse(&can, &db, (key, hash), id, body.into_inner()).await?;
    Ok(Changed::new(&done, db.read(move |connection| one(connection, &ring, id, Eyes::Worker)).await?))
}

/// Move out of one's residence: rights there end now, the wallet stays.
#[utoipa::path(tag = "community", request_body = ResidencyMoveOut, params(("Idempotency-Key" = String, Header)), responses((status = 200, body = ResidencyView, description = "moved out"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/me/residency/move-out")]
pub async fn residency_leave(
    can: Can<ResidencyLeave>,
    key: IdempotencyKey,
    body: Valid<ResidencyMoveOut>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<ResidencyView>, ApiError> {
    let (person, wanted) = (can.person(), body.residency);
    let once = can.once(key, body.hash(), person.0);
    let done = db
        .once(once, move |mut tx| {
            let left = moving::leave(&mut tx, person, wanted)?;
            Ok::<_, ApiError>(tx.done(left)?)
        })
        .await?;
    let view = db
        .read(move |connection| {
            let left = done.value.or(wanted).or_else(|| rows::of_person(connection, person).ok()?.first().map(|row| row.id));
            one(connection, &ring, left.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?, Eyes::Own)
        })
        .await?;
    Ok(Changed::new(&done, view))
}

/// Note that a resident has moved out.
#[utoipa::path(tag = "community", params(("id" = ResidencyId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ResidencyView, description = "moved out"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/residencies/{id}/move-out")]
pub async fn residency_end(
    can: Can<ResidencyEnd>,
    id: PathId<ResidencyId>,
    key: IdempotencyKey,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<ResidencyView>, ApiError> {
    let (id, scope) = (id.0, can.scope().clone());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db
        .once(once, move |mut tx| {
            moving::end_by_staff(&mut tx, &scope, id)?;
            Ok::<Finished<()>, ApiError>(tx.done(())?)
        })
        .await?;
    Ok(Changed::new(&done, db.read(move |connection| one(connection, &ring, id, Eyes::Worker)).await?))
}
