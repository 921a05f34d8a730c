#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of the systems themselves.

use std::sync::Arc;

use actix_web::web::{Data, Json};
use actix_web::{get, post, put};
use base::clients::webhook::{Webhooks, new_secret};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, IfMatch, PathId, Problem, Query, Tagged, Valid, hash_on};
use base::ids::OrganizationId;
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use chrono::{DateTime, Utc};
use people::grid::Scope;
use people::identity::Can;
use secrecy::ExposeSecret as _;
use serde::Serialize;

use super::edit::{self, ConnectorSettings, NewConnector};
use super::rows::{self, Connector};
use super::{
    ConnectorClose, ConnectorCreate, ConnectorFind, ConnectorId, ConnectorList, ConnectorMove, ConnectorPause, ConnectorResume,
    ConnectorRotate, ConnectorState, ConnectorUpdate, PauseReason, StatusWord, WEBHOOK_URL_REFUSED, rows_deliveries,
};

/// A system of a unit.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ConnectorView {
    /// Id.
    pub id: ConnectorId,
    /// One plain sentence.
    pub summary: String,
    /// The unit.
    pub organization_id: OrganizationId,
    /// What it is called.
    pub name: String,
    /// Where it is told.
    pub url: String,
    /// Kinds of events that it wants; empty: all.
    pub events: Vec<String>,
    /// Its own words for a state.
    pub status_words: Vec<StatusWord>,
    /// State.
    pub state: ConnectorState,
    /// Why nothing is sent.
    pub pause_reason: Option<PauseReason>,
    /// Since when nothing has got through.
    pub failing_since: Option<DateTime<Utc>>,
    /// Until when the secret before the present one is valid.
    pub previous_secret_until: Option<DateTime<Utc>>,
    /// Its secret: only in the answer to its creation or renewal.
    pub secret: Option<String>,
    /// Deliveries that wait.
    pub waiting: i64,
    /// Deliveries that were given up.
    pub dead: i64,
    /// Version, for `If-Match`.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

fn view(row: Connector, secret: Option<String>, (waiting, dead): (i64, i64)) -> ConnectorView {
    let why = row.pause_reason.map(|reason| format!("（{}）", reason.zh())).unwrap_or_default();
    ConnectorView {
        id: row.id,
        summary: format!("{}，{}{why}，待发送 {waiting} 条，未送达 {dead} 条", row.name, row.state.zh()),
        organization_id: row.organization_id,
        status_words: row.words(),
        name: row.name,
        url: row.url,
        events: row.events,
        state: row.state,
        pause_reason: row.pause_reason,
        failing_since: row.failing_since,
        previous_secret_until: row.previous_until,
        secret,
        waiting,
        dead,
        version: row.version,
        created_at: row.created_at,
    }
}

async fn load(db: &Db, id: ConnectorId, secret: Option<String>) -> Result<ConnectorView, ApiError> {
    db.read(move |connection| {
        let row = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        let counts = rows_deliveries::counts(connection, id)?;
        Ok::<_, ApiError>(view(row, secret.clone(), counts))
    })
    .await
}

/// Refuses an address that webhooks must not go to.
async fn check(webhooks: &Webhooks, settings: &ConnectorSettings) -> Result<(), ApiError> {
    let checked = webhooks.check(&settings.url).await;
    checked.map_err(|why| ApiError::of(&WEBHOOK_URL_REFUSED).field("/url", &why.to_string()))
}

fn fresh_secret() -> Result<String, ApiError> {
    new_secret().map(|secret| secret.expose_secret().to_owned()).map_err(ApiError::internal)
}

/// Enter a system of a unit; its secret is shown this once.
#[utoipa::path(tag = "governance", request_body = NewConnector, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = ConnectorView, description = "the system with its secret"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/connectors")]
pub async fn connector_create(
    can: Can<ConnectorCreate>,
    key: IdempotencyKey,
    body: Valid<NewConnector>,
    db: Data<Db>,
    ring: Data<KeyRing>,
    webhooks: Data<Webhooks>,
) -> Result<Created<ConnectorView>, ApiError> {
    check(&webhooks, &body.settings).await?;
    let (id, scope, author, secret) = (ConnectorId::new(), can.scope().clone(), can.person(), fresh_secret()?);
    let (once, shown, ring) = (can.once(key, body.hash(), id.0), secret.clone(), ring.into_inner());
    let done = db.once(once, move |tx| edit::create(tx, &ring, &scope, author, id, &body, &secret)).await?;
    let view = load(&db, ConnectorId(done.id), (!done.replayed).then_some(shown)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/connectors/{}", done.id), view))
}

/// Systems of the scope, the newest first.
pub async fn list(can: &Can<ConnectorList>, db: &Db, query: &PageQuery) -> Result<Page<ConnectorView>, ApiError> {
    let window = query.window::<ConnectorId>()?;
    let scope = can.scope().clone();
    let views = db
        .read(move |connection| {
            let organizations = edit::reached(connection, &scope)?;
            let rows = rows::list(connection, organizations.as_deref(), window.after, window.load())?;
            let seen = rows.into_iter().map(|row| {
                let counts = rows_deliveries::counts(connection, row.id)?;
                Ok(view(row, None, counts))
            });
            seen.collect::<Result<Vec<ConnectorView>, ApiError>>()
        })
        .await?;
    Ok(window.page(views, |view| view.id, |view| view))
}

/// List the systems of one's units, the newest first.
#[utoipa::path(tag = "governance", params(PageQuery), responses((status = 200, body = Page<ConnectorView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/connectors")]
pub async fn connector_list(
    can: Can<ConnectorList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<ConnectorView>>, ApiError> {
    Ok(Json(list(&can, &db, &query).await?))
}

/// See a system.
#[utoipa::path(tag = "governance", params(("id" = ConnectorId, Path)), responses((status = 200, body = ConnectorView, description = "the system; its version is the ETag"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/connectors/{id}")]
pub async fn connector_find(
    can: Can<ConnectorFind>,
    id: PathId<ConnectorId>,
    db: Data<Db>,
) -> Result<Tagged<ConnectorView>, ApiError> {
    let scope = can.scope().clone();
    db.read(move |connection| edit::within(connection, &scope, id.0).map(|_row| ())).await?;
    let view = load(&db, id.0, None).await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}

/// Change a system's name, address, events and words.
#[utoipa::path(tag = "governance", request_body = ConnectorSettings, params(("id" = ConnectorId, Path), ("If-Match" = String, Header)), responses((status = 200, body = ConnectorView, description = "the new version"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/connectors/{id}")]
pub async fn connector_update(
    can: Can<ConnectorUpdate>,
    id: PathId<ConnectorId>,
    based_on: IfMatch,
    body: Valid<ConnectorSettings>,
    db: Data<Db>,
    webhooks: Data<Webhooks>,
) -> Result<Tagged<ConnectorView>, ApiError> {
    let (scope, id) = (can.scope().clone(), id.0);
    let reach = scope.clone();
    db.read(move |connection| edit::within(connection, &reach, id).map(|_row| ())).await?;
    check(&webhooks, &body).await?;
    db.transaction(can.context(), move |tx| edit::update(tx, &scope, id, &based_on, &body)).await?;
    let view = load(&db, id, None).await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}

/// Give a system a new secret, shown this once; the one before stays valid for a day.
#[utoipa::path(tag = "governance", params(("id" = ConnectorId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ConnectorView, description = "the system with its new secret"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/connectors/{id}/rotate")]
pub async fn connector_rotate(
    can: Can<ConnectorRotate>,
    id: PathId<ConnectorId>,
    key: IdempotencyKey,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<ConnectorView>, ApiError> {
    let (id, scope, secret, ring) = (id.0, can.scope().clone(), fresh_secret()?, ring.into_inner());
    let (once, shown) = (can.once(key, hash_on(id.0, [0; 32]), id.0), secret.clone());
    let done = db.once(once, move |tx| edit::rotate(tx, &ring, &scope, id, &secret)).await?;
    let view = load(&db, id, (!done.replayed).then_some(shown)).await?;
    Ok(Changed::new(&done, view))
}

async fn moved(
    db: Data<Db>,
    once: base::db::Once,
    (id, scope): (ConnectorId, Scope),
    (by, name): (ConnectorMove, &'static str),
) -> Result<Changed<ConnectorView>, ApiError> {
    let scope = Arc::new(scope);
    let done = db.once(once, move |tx| edit::move_on(tx, &scope, id, by, name)).await?;
    let view = load(&db, id, None).await?;
    Ok(Changed::new(&done, view))
}

/// Send nothing to a system for a while; what happens is kept.
#[utoipa::path(tag = "governance", params(("id" = ConnectorId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ConnectorView, description = "paused"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/connectors/{id}/pause")]
pub async fn connector_pause(
    can: Can<ConnectorPause>,
    id: PathId<ConnectorId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<ConnectorView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    moved(db, once, (id.0, can.scope().clone()), (ConnectorMove::Pause, Can::<ConnectorPause>::ACTION)).await
}

/// Send to a system again; what waited goes on its way.
#[utoipa::path(tag = "governance", params(("id" = ConnectorId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ConnectorView, description = "active"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/connectors/{id}/resume")]
pub async fn connector_resume(
    can: Can<ConnectorResume>,
    id: PathId<ConnectorId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<ConnectorView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    moved(db, once, (id.0, can.scope().clone()), (ConnectorMove::Resume, Can::<ConnectorResume>::ACTION)).await
}

/// End a system: it is told nothing more and what it says is refused.
#[utoipa::path(tag = "governance", params(("id" = ConnectorId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ConnectorView, description = "closed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/connectors/{id}/close")]
pub async fn connector_close(
    can: Can<ConnectorClose>,
    id: PathId<ConnectorId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<ConnectorView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    moved(db, once, (id.0, can.scope().clone()), (ConnectorMove::Close, Can::<ConnectorClose>::ACTION)).await
}
