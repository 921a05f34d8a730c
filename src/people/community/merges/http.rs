#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/person-merges`.

use std::collections::HashMap;

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::{ApiError, found};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::{GridUnitId, PersonId};
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use base::text::Text;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::decide::{self, Proposal};
use super::rows::{self, Merge};
use super::state::{MergeMove, MergeState};
use super::{MergeId, PersonMergeApprove, PersonMergeAsk, PersonMergeFind, PersonMergeList, PersonMergeRefuse};
use crate::identity::{self, Can, Permission, PersonName};

/// Two accounts of one person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPersonMerge {
    /// The account that ends.
    pub gone: PersonId,
    /// The account that remains.
    pub keep: PersonId,
    /// How one knows that it is one person.
    pub reason: Text<300>,
}

/// A proposal to merge two accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonMergeView {
    /// Id.
    pub id: MergeId,
    /// The account that ends.
    pub gone: PersonId,
    /// Its number.
    pub gone_number: String,
    /// The account that remains.
    pub keep: PersonId,
    /// Its number.
    pub keep_number: String,
    /// Community of the person.
    pub community: GridUnitId,
    /// State.
    pub state: MergeState,
    /// How one knows that it is one person.
    pub reason: String,
    /// Who proposed it.
    pub requested_by: PersonId,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// One line to read out.
    pub summary: String,
}

fn view(row: Merge, names: &HashMap<PersonId, PersonName>) -> PersonMergeView {
    let number = |id: PersonId| names.get(&id).map_or_else(String::new, |name| name.short_number.clone());
    let (gone_number, keep_number) = (number(row.gone_id), number(row.keep_id));
    PersonMergeView {
        summary: format!("{gone_number} 并入 {keep_number}，{}", row.state.zh()),
        id: row.id,
        gone: row.gone_id,
        gone_number,
        keep: row.keep_id,
        keep_number,
        community: row.grid_unit_id,
        state: row.state,
        reason: row.reason,
        requested_by: row.requested_by,
        requested_at: row.requested_at,
        decided_by: row.decided_by,
        decided_at: row.decided_at,
    }
}

fn named(connection: &mut PgConnection, rows: &[Merge]) -> Result<HashMap<PersonId, PersonName>, ApiError> {
    let people: Vec<PersonId> = rows.iter().flat_map(|row| [row.gone_id, row.keep_id]).collect();
    Ok(identity::names_by_ids(connection, &people)?)
}

fn shown(connection: &mut PgConnection, row: Merge) -> Result<PersonMergeView, ApiError> {
    let names = named(connection, std::slice::from_ref(&row))?;
    Ok(view(row, &names))
}

fn one(connection: &mut PgConnection, id: MergeId) -> Result<PersonMergeView, ApiError> {
    let row = found(rows::find(connection, id)?)?;
    shown(connection, row)
}

/// Propose to merge two accounts of one person; another one of the staff approves.
#[utoipa::path(tag = "community", request_body = NewPersonMerge, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = PersonMergeView, description = "proposed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/person-merges")]
pub async fn person_merge_ask(
    can: Can<PersonMergeAsk>,
    key: IdempotencyKey,
    body: Valid<NewPersonMerge>,
    db: Data<Db>,
) -> Result<Created<PersonMergeView>, ApiError> {
    let id = MergeId::new();
    let once = can.once(key, body.hash(), id.0);
    let (scope, by, body) = (can.scope().clone(), can.person(), body.into_inner());
    let new = Proposal { id, gone: body.gone, keep: body.keep, reason: body.reason.into_string() };
    let done = db.once(once, move |tx| decide::ask(tx, &scope, by, &new)).await?;
    let id = MergeId(done.id);
    let view = db.read(move |connection| one(connection, id)).await?;
    Ok(Created::new(&done, format!("/api/v1/person-merges/{id}"), view))
}

/// Proposals to merge accounts, newest first.
#[utoipa::path(tag = "community", params(PageQuery), responses((status = 200, body = Page<PersonMergeView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/person-merges")]
pub async fn person_merge_list(
    can: Can<PersonMergeList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<PersonMergeView>>, ApiError> {
    let (window, scope) = (query.window::<MergeId>()?, can.scope().clone());
    let page = db
        .read(move |connection| -> Result<_, ApiError> {
            let rows = rows::list(connection, &scope, window.after, window.load())?;
            let names = named(connection, &rows)?;
            Ok(window.page(rows, |row| row.id, |row| view(row, &names)))
        })
        .await?;
    Ok(Json(page))
}

/// One proposal to merge accounts.
#[utoipa::path(tag = "community", params(("id" = MergeId, Path)), responses((status = 200, body = PersonMergeView, description = "the proposal"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/person-merges/{id}")]
pub async fn person_merge_find(
    can: Can<PersonMergeFind>,
    id: PathId<MergeId>,
    db: Data<Db>,
) -> Result<Json<PersonMergeView>, ApiError> {
    let (id, scope) = (id.0, can.scope().clone());
    let view = db
        .read(move |connection| -> Result<_, ApiError> {
            let row = rows::find(connection, id)?;
            let row = decide::within(connection, &scope, row)?;
            shown(connection, row)
        })
        .await?;
    Ok(Json(view))
}

async fn step<P: Permission>(
    can: Can<P>,
    key: IdempotencyKey,
    (db, ring): (Data<Db>, Data<KeyRing>),
    (id, by): (MergeId, MergeMove),
) -> Result<Changed<PersonMergeView>, ApiError> {
    let (once, scope, who) = (can.once(key, hash_on(id.0, [0; 32]), id.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| decide::decide(tx, &ring, (&scope, who), id, by)).await?;
    let view = db.read(move |connection| one(connection, id)).await?;
    Ok(Changed::new(&done, view))
}

/// Merge two accounts as another person proposed; points and rows of other parts follow within a minute.
#[utoipa::path(tag = "community", params(("id" = MergeId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = PersonMergeView, description = "merged"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/person-merges/{id}/approve")]
pub async fn person_merge_approve(
    can: Can<PersonMergeApprove>,
    id: PathId<MergeId>,
    key: IdempotencyKey,
    parts: (Data<Db>, Data<KeyRing>),
) -> Result<Changed<PersonMergeView>, ApiError> {
    step(can, key, parts, (id.0, MergeMove::Approve)).await
}

/// Refuse to merge two accounts.
#[utoipa::path(tag = "community", params(("id" = MergeId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = PersonMergeView, description = "refused"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/person-merges/{id}/refuse")]
pub async fn person_merge_refuse(
    can: Can<PersonMergeRefuse>,
    id: PathId<MergeId>,
    key: IdempotencyKey,
    parts: (Data<Db>, Data<KeyRing>),
) -> Result<Changed<PersonMergeView>, ApiError> {
    step(can, key, parts, (id.0, MergeMove::Refuse)).await
}
