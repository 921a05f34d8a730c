#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! The register of facilities by file.

use std::sync::Arc;

use actix_web::post;
use actix_web::web::{self, Data, Json};
use base::db::Db;
use base::error::ApiError;
use base::http::{IdempotencyKey, Problem, Query, Upload};
use base::ids::GridUnitId;
use base::keys::sha256;
use people::community::import::Table;
use people::identity::Can;
use serde::Deserialize;
use utoipa::IntoParams;

use super::FacilityImport;
use super::import::{self, COLUMNS, FacilityImportReport};

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FacilityImportQuery {
    /// Whose register.
    community: GridUnitId,
    /// Only check: says what would happen, writes nothing.
    dry_run: Option<bool>,
}

/// Import facilities from a file; each row is told by its code, so that the same file again changes nothing.
#[utoipa::path(tag = "facilities", params(FacilityImportQuery, ("Idempotency-Key" = String, Header)), request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "XLSX or CSV, at most 16 MB"), responses((status = 200, body = FacilityImportReport, description = "what came of it"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/facilities/import")]
pub async fn facility_import(
    can: Can<FacilityImport>,
    query: Query<FacilityImportQuery>,
    key: IdempotencyKey,
    file: Upload,
    db: Data<Db>,
) -> Result<Json<FacilityImportReport>, ApiError> {
    let (community, dry_run) = (query.community, query.dry_run == Some(true));
    let hash = sha256(&[&file.hash()[..], community.0.as_bytes()].concat());
    let table = web::block(move || Table::read(&file.bytes, &COLUMNS)).await.map_err(ApiError::internal)??;
    let (table, scope) = (Arc::new(table), can.scope().clone());
    if !dry_run {
        let once = can.once(key, hash, uuid::Uuid::now_v7());
        let (author, scope, table) = (can.person(), scope.clone(), Arc::clone(&table));
        let done = db.once(once, move |tx| import::write(tx, &scope, author, community, &table)).await?;
        if let Some(report) = done.value {
            return Ok(Json(report));
        }
    }
    // A trial, or the same import again: says what stands.
    let report = db.read(move |connection| import::tried(connection, &scope, community, &table, dry_run)).await?;
    Ok(Json(report))
}
