#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/facility-device-keys`.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::{Db, Done};
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, NoContent, PathId, Problem, Query, Valid, hash_on};
use base::ids::GridUnitId;
use base::keys;
use base::page::{Page, PageQuery};
use chrono::{DateTime, Utc};
use people::identity::Can;
use serde::Serialize;
use utoipa::ToSchema;

use super::device_key::{self, NewDeviceKey};
use super::rows_key::{self, DeviceKey};
use super::{DeviceKeyCreate, DeviceKeyId, DeviceKeyList, DeviceKeyRevoke, DeviceKeyRotate};
use crate::reach::found;

/// A key of devices.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeviceKeyView {
    /// Id.
    pub id: DeviceKeyId,
    /// One plain sentence.
    pub summary: String,
    /// Whose devices.
    pub community_id: GridUnitId,
    /// What the key is for.
    pub name: String,
    /// The group of facilities that it speaks for.
    pub device_group: String,
    /// The key itself, shown once: to be sent as `Authorization: Device <key>`.
    pub key: Option<String>,
    /// Until when the key before the rotation is taken.
    pub previous_until: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was rotated last.
    pub rotated_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When an alarm came by it last.
    pub last_used_at: Option<DateTime<Utc>>,
}

fn view(row: DeviceKey, key: Option<String>) -> DeviceKeyView {
    let stands = if row.revoked_at.is_some() { "已停用" } else { "使用中" };
    DeviceKeyView {
        summary: format!("{}（{}），{stands}", row.name, row.device_group),
        id: row.id,
        community_id: row.community_id,
        name: row.name,
        device_group: row.device_group,
        key,
        previous_until: row.previous_until,
        created_at: row.created_at,
        rotated_at: row.rotated_at,
        revoked_at: row.revoked_at,
        last_used_at: row.last_used_at,
    }
}

fn secret() -> Result<String, ApiError> {
    keys::random_token().map_err(ApiError::internal)
}

/// The key as it stands; the secret only in the answer of the call that made it.
async fn shown(db: &Db, done: &Done<()>, secret: String) -> Result<DeviceKeyView, ApiError> {
    let id = DeviceKeyId(done.id);
    let row = db.read(move |connection| found(rows_key::find(connection, id)?)).await?;
    Ok(view(row, done.value.map(|()| secret)))
}

/// Make a key for devices of a group; it is shown once.
#[utoipa::path(tag = "facilities", request_body = NewDeviceKey, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = DeviceKeyView, description = "made"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/facility-device-keys")]
pub async fn device_key_create(
    can: Can<DeviceKeyCreate>,
    key: IdempotencyKey,
    body: Valid<NewDeviceKey>,
    db: Data<Db>,
) -> Result<Created<DeviceKeyView>, ApiError> {
    let (id, fresh) = (DeviceKeyId::new(), secret()?);
    let (once, scope, author) = (can.once(key, body.hash(), id.0), can.scope().clone(), can.person());
    let stored = fresh.clone();
    let done = db.once(once, move |tx| device_key::create(tx, &scope, author, (id, &stored), &body)).await?;
    let view = shown(&db, &done, fresh).await?;
    Ok(Created::new(&done, "/api/v1/governance/facility-device-keys", view))
}

/// Keys of one's community, newest first; never the keys themselves.
#[utoipa::path(tag = "facilities", params(PageQuery), responses((status = 200, body = Page<DeviceKeyView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/facility-device-keys")]
pub async fn device_key_list(
    can: Can<DeviceKeyList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<DeviceKeyView>>, ApiError> {
    let (window, scope) = (query.window::<DeviceKeyId>()?, can.scope().clone());
    let rows = db.read(move |connection| rows_key::list(connection, &scope, &window)).await?;
    Ok(Json(window.page(rows, |row| row.id, |row| view(row, None))))
}

/// Make a key anew; it is shown once, and the one before is taken for a day.
#[utoipa::path(tag = "facilities", params(("id" = DeviceKeyId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = DeviceKeyView, description = "rotated"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/facility-device-keys/{id}/rotate")]
pub async fn device_key_rotate(
    can: Can<DeviceKeyRotate>,
    id: PathId<DeviceKeyId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<DeviceKeyView>, ApiError> {
    let (once, scope, fresh) = (can.once(key, hash_on(id.0.0, [0; 32]), id.0.0), can.scope().clone(), secret()?);
    let stored = fresh.clone();
    let done = db.once(once, move |tx| device_key::rotate(tx, &scope, id.0, &stored)).await?;
    let view = shown(&db, &done, fresh).await?;
    Ok(Changed::new(&done, view))
}

/// Take a key out of use at once, the one before it too.
#[utoipa::path(tag = "facilities", params(("id" = DeviceKeyId, Path), ("Idempotency-Key" = String, Header)), responses((status = 204, description = "revoked"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/facility-device-keys/{id}/revoke")]
pub async fn device_key_revoke(
    can: Can<DeviceKeyRevoke>,
    id: PathId<DeviceKeyId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<NoContent, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, [0; 32]), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| device_key::revoke(tx, &scope, person, id.0)).await?;
    Ok(NoContent::new(&done))
}
