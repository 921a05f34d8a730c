#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of the on-call roster.

use actix_web::web::{Data, Json};
use actix_web::{delete, get, post};
use base::db::{self, Db};
use base::error::{self, ApiError};
use base::http::{Created, IdempotencyKey, PathId, Problem, Query, Valid};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::page::{Page, PageQuery};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::grid::{self, Scope, Target};
use people::identity::Can;
use people::{community, identity};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::on_call::{self, NewTurn, TurnId};
use super::rows_on_call::{self, TurnRow};
use super::view::shanghai;
use super::{OnCallCreate, OnCallEnd, OnCallList};

/// A turn to be entered.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TurnForm {
    /// The community whose turn it is, for what it handles itself; or …
    pub community: Option<GridUnitId>,
    /// … the unit.
    pub organization: Option<OrganizationId>,
    /// Who is called first.
    pub person: PersonId,
    /// Who is called after 15 minutes.
    pub deputy: Option<PersonId>,
    /// From.
    pub starts_at: DateTime<Utc>,
    /// To, not included; at most 31 days later.
    pub ends_at: DateTime<Utc>,
}

/// Which turns.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TurnQuery {
    /// Of this unit; it must lie in the caller's community or street.
    pub organization: Option<OrganizationId>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
}

/// A turn of the roster.
#[derive(Debug, Serialize, ToSchema)]
pub struct TurnView {
    /// Id.
    pub id: TurnId,
    /// One line to read out.
    pub summary: String,
    /// The community whose turn it is.
    pub community: Option<GridUnitId>,
    /// Or the unit.
    pub organization: Option<OrganizationId>,
    /// Who is called first.
    pub person: PersonId,
    /// Their nickname.
    pub person_name: String,
    /// Who is called after 15 minutes.
    pub deputy: Option<PersonId>,
    /// Their nickname.
    pub deputy_name: Option<String>,
    /// From.
    pub starts_at: DateTime<Utc>,
    /// To.
    pub ends_at: DateTime<Utc>,
    /// When it was taken off.
    pub ended_at: Option<DateTime<Utc>>,
}

fn views(connection: &mut PgConnection, rows: Vec<TurnRow>) -> Result<Vec<TurnView>, ApiError> {
    let persons: Vec<PersonId> = rows.iter().flat_map(|row| std::iter::once(row.person_id).chain(row.deputy_id)).collect();
    let names = identity::names_by_ids(connection, &persons)?;
    let name = |id: PersonId| names.get(&id).map(|name| name.nickname.clone()).unwrap_or_default();
    let view = |row: TurnRow| {
        let (person_name, deputy_name) = (name(row.person_id), row.deputy_id.map(&name));
        let deputy = deputy_name.as_deref().map(|name| format!("，副班 {name}")).unwrap_or_default();
        TurnView {
            summary: format!("{} 至 {} 值班 {person_name}{deputy}", shanghai(row.starts_at), shanghai(row.ends_at)),
            id: row.id,
            community: row.community_id,
            organization: row.organization_id,
            person: row.person_id,
            person_name,
            deputy: row.deputy_id,
            deputy_name,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            ended_at: row.ended_at,
        }
    };
    Ok(rows.into_iter().map(view).collect())
}

fn one(connection: &mut PgConnection, id: TurnId) -> Result<TurnView, ApiError> {
    let row = rows_on_call::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    views(connection, vec![row])?.pop().ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// The units whose turns are shown: the caller's own, or a named one of their place.
fn units(connection: &mut PgConnection, scope: &Scope, named: Option<OrganizationId>) -> Result<Vec<OrganizationId>, ApiError> {
    let Some(named) = named else { return Ok(scope.organizations.clone()) };
    let unit = community::organization_find(connection, named)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let place = grid::unit_find(connection, unit.grid_unit_id)?.map(|unit| unit.path);
    scope.require(&Target { unit: place.as_ref(), organization: Some(named), person: None })?;
    Ok(vec![named])
}

/// Put somebody on call for danger and outages.
#[utoipa::path(tag = "governance", request_body = TurnForm, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = TurnView, description = "entered"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/on-call")]
pub async fn on_call_create(
    can: Can<OnCallCreate>,
    key: IdempotencyKey,
    body: Valid<TurnForm>,
    db: Data<Db>,
) -> Result<Created<TurnView>, ApiError> {
    let (id, by, scope) = (TurnId::new(), can.person(), can.scope().clone());
    let once = can.once(key, body.hash(), id.0);
    let form = body.into_inner();
    let turn = NewTurn {
        id,
        community: form.community,
        organization: form.organization,
        person: form.person,
        deputy: form.deputy,
        starts_at: form.starts_at,
        ends_at: form.ends_at,
    };
    let done = db.once(once, move |tx| on_call::create(tx, &scope, by, &turn)).await?;
    let id = TurnId(done.id);
    let view = db.read(move |connection| one(connection, id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/on-call/{id}"), view))
}

/// Who is on call, now and later: of the caller's communities or unit.
#[utoipa::path(tag = "governance", params(TurnQuery), responses((status = 200, body = Page<TurnView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/on-call")]
pub async fn on_call_list(can: Can<OnCallList>, query: Query<TurnQuery>, db: Data<Db>) -> Result<Json<Page<TurnView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<TurnId>()?;
    let (scope, named) = (can.scope().clone(), query.organization);
    let views = db
        .read(move |connection| {
            let (now, units) = (db::now(connection)?, units(connection, &scope, named)?);
            let rows = rows_on_call::list(connection, &scope, (&units, named.is_some()), now, window.after, window.load())?;
            views(connection, rows)
        })
        .await?;
    Ok(Json(window.page(views, |view| view.id, |view| view)))
}

/// Take a turn off the roster.
#[utoipa::path(tag = "governance", params(("id" = TurnId, Path)), responses((status = 200, body = TurnView, description = "taken off"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[delete("/on-call/{id}")]
pub async fn on_call_end(can: Can<OnCallEnd>, id: PathId<TurnId>, db: Data<Db>) -> Result<Json<TurnView>, ApiError> {
    let scope = can.scope().clone();
    db.transaction(can.context(), move |tx| on_call::end(tx, &scope, id.0)).await?;
    Ok(Json(db.read(move |connection| one(connection, id.0)).await?))
}
