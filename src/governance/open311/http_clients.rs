#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of the systems that may file by Open311.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Created, IdempotencyKey, NoContent, PathId, Problem, Query, Valid, hash_on};
use base::ids::{GridUnitId, OrganizationId};
use base::keys::random_token;
use base::page::{Page, PageQuery};
use chrono::{DateTime, Utc};
use people::identity::Can;
use serde::Serialize;

use super::clients::{self, NewOpen311Client};
use super::rows::{self, Client};
use super::{Open311ClientCreate, Open311ClientId, Open311ClientList, Open311ClientRevoke};

/// A system that may file by Open311.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Open311ClientView {
    /// Id.
    pub id: Open311ClientId,
    /// One plain sentence.
    pub summary: String,
    /// What it is called.
    pub name: String,
    /// Street or community that it serves.
    pub grid_unit_id: Option<GridUnitId>,
    /// The organization behind it.
    pub organization_id: Option<OrganizationId>,
    /// Calls a minute it may make.
    pub per_minute: i32,
    /// Its key: only in the answer to its creation.
    pub api_key: Option<String>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// Since when its key is worthless.
    pub revoked_at: Option<DateTime<Utc>>,
}

fn view(client: Client, api_key: Option<String>) -> Open311ClientView {
    let stands = if client.revoked_at.is_some() { "已吊销" } else { "有效" };
    Open311ClientView {
        id: client.id,
        summary: format!("{}，每分钟 {} 次，{stands}", client.name, client.per_minute),
        name: client.name,
        grid_unit_id: client.grid_unit_id,
        organization_id: client.organization_id,
        per_minute: client.per_minute,
        api_key,
        created_at: client.created_at,
        revoked_at: client.revoked_at,
    }
}

/// Enter a system that may file by Open311; its key is shown this once.
#[utoipa::path(tag = "governance", request_body = NewOpen311Client, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = Open311ClientView, description = "the client with its key"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/open311-clients")]
pub async fn open311_client_create(
    can: Can<Open311ClientCreate>,
    key: IdempotencyKey,
    body: Valid<NewOpen311Client>,
    db: Data<Db>,
) -> Result<Created<Open311ClientView>, ApiError> {
    let (id, scope, author) = (Open311ClientId::new(), can.scope().clone(), can.person());
    let (once, secret) = (can.once(key, body.hash(), id.0), random_token().map_err(ApiError::internal)?);
    let shown = secret.clone();
    let done = db.once(once, move |tx| clients::create(tx, &scope, author, id, &body, &secret)).await?;
    let id = Open311ClientId(done.id);
    let client = db.read(move |connection| rows::client_find(connection, id)).await?;
    let client = client.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let view = view(client, (!done.replayed).then_some(shown));
    Ok(Created::new(&done, format!("/api/v1/governance/open311-clients/{}", done.id), view))
}

/// List the systems that may file by Open311, the newest first.
#[utoipa::path(tag = "governance", params(PageQuery), responses((status = 200, body = Page<Open311ClientView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/open311-clients")]
pub async fn open311_client_list(
    can: Can<Open311ClientList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<Open311ClientView>>, ApiError> {
    let window = query.window::<Open311ClientId>()?;
    let scope = can.scope().clone();
    let rows = db.read(move |connection| rows::client_list(connection, &scope, window.after, window.load())).await?;
    Ok(Json(window.page(rows, |row| row.id, |row| view(row, None))))
}

/// Make a system's key worthless.
#[utoipa::path(tag = "governance", params(("id" = Open311ClientId, Path), ("Idempotency-Key" = String, Header)), responses((status = 204, description = "worthless from now on"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/open311-clients/{id}/revoke")]
pub async fn open311_client_revoke(
    can: Can<Open311ClientRevoke>,
    id: PathId<Open311ClientId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<NoContent, ApiError> {
    let (id, scope, by) = (id.0, can.scope().clone(), can.person());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db.once(once, move |tx| clients::revoke(tx, &scope, by, id)).await?;
    Ok(NoContent::new(&done))
}
