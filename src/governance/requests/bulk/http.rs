#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/requests/import`.

use std::sync::Arc;

use actix_web::post;
use actix_web::web::{self, Data, Json};
use base::db::Db;
use base::error::ApiError;
use base::http::{IdempotencyKey, Problem, Query, Upload};
use base::ids::GridUnitId;
use base::keys::{KeyRing, sha256};
use people::community::import::Table;
use people::identity::Can;
use serde::Deserialize;
use utoipa::IntoParams;

use super::columns::COLUMNS;
use super::{RequestImport, RequestImportReport, plan, write};

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RequestImportQuery {
    /// Whose requests.
    community: GridUnitId,
    /// Only check: says what would happen, writes nothing.
    dry_run: Option<bool>,
}

/// Import requests from a file; each row is told by the number it has elsewhere, so that the same file again changes nothing.
#[utoipa::path(tag = "governance", params(RequestImportQuery, ("Idempotency-Key" = String, Header)), request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "XLSX or CSV, at most 16 MB and 2,000 rows"), responses((status = 200, body = RequestImportReport, description = "what came of it"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/requests/import")]
pub async fn request_import(
    can: Can<RequestImport>,
    query: Query<RequestImportQuery>,
    key: IdempotencyKey,
    file: Upload,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Json<RequestImportReport>, ApiError> {
    let (community, dry_run) = (query.community, query.dry_run == Some(true));
    let hash = sha256(&[&file.hash()[..], community.0.as_bytes()].concat());
    let table = web::block(move || Table::read(&file.bytes, &COLUMNS)).await.map_err(ApiError::internal)??;
    let (table, scope) = (Arc::new(table), can.scope().clone());
    if !dry_run {
        let once = can.once(key, hash, uuid::Uuid::now_v7());
        let (ring, scope, table) = (ring.clone(), scope.clone(), Arc::clone(&table));
        let done = db.once(once, move |tx| write::write(tx, &ring, &scope, community, &table)).await?;
        if let Some(report) = done.value {
            return Ok(Json(report));
        }
    }
    // A trial, or the same import again: says what stands.
    let report = db
        .read(move |connection| {
            let unit = write::community(connection, &scope, community)?;
            Ok::<_, ApiError>(plan::plan(connection, &ring, &unit, &table, dry_run)?.0)
        })
        .await?;
    Ok(Json(report))
}
