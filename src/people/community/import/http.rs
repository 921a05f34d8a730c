#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/imports`.

use std::time::Duration;

use actix_web::web::{self, Data, Json};
use actix_web::{HttpRequest, HttpResponse, get, post};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Changed, IdempotencyKey, PathId, Problem, Query, Upload};
use base::keys::KeyRing;
use base::page::{Page, PageQuery, Window};
use diesel::PgConnection;
use serde::Deserialize;
use tokio::sync::{Semaphore, SemaphorePermit};
use utoipa::IntoParams;

use super::report::ImportReport;
use super::{IMPORT_RUNNING, ImportCreate, ImportFind, ImportId, ImportKind, ImportList, ImportTemplate, rows, template};
use crate::grid::{self, Scope, Target};
use crate::identity::Can;

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// What the file holds.
    kind: ImportKind,
    /// Only check: says exactly what would happen, writes nothing.
    dry_run: Option<bool>,
}

fn kind_of(request: &HttpRequest) -> Result<ImportKind, ApiError> {
    request.match_info().get("kind").and_then(ImportKind::parse).ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// One upload is worked on at a time in a process: its rows are held in memory, and it blocks a thread for seconds.
static TURN: Semaphore = Semaphore::const_new(1);

/// Waits for one's turn; 409 when another import takes too long.
pub async fn turn() -> Result<SemaphorePermit<'static>, ApiError> {
    match tokio::time::timeout(Duration::from_secs(20), TURN.acquire()).await {
        Ok(Ok(turn)) => Ok(turn),
        Ok(Err(_)) | Err(_) => Err(ApiError::of(&IMPORT_RUNNING).retry_after(20)),
    }
}

/// Import a file of one's own community; rows with errors are left out and listed.
#[utoipa::path(tag = "import", params(ImportQuery, ("Idempotency-Key" = String, Header)), request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "XLSX or CSV, at most 16 MB"), responses((status = 200, body = ImportReport, description = "what came of it"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/imports")]
pub async fn import_create(
    can: Can<ImportCreate>,
    query: Query<ImportQuery>,
    key: IdempotencyKey,
    file: Upload,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Changed<ImportReport>, ApiError> {
    let sent = super::Upload { key, kind: query.kind, bytes: file.bytes, dry_run: query.dry_run == Some(true) };
    let turn = turn().await?;
    let (done, report) = web::block(move || {
        let _turn = turn;
        super::upload(&db, &ring, &can, &sent)
    })
    .await
    .map_err(|gone| ApiError::internal(anyhow::anyhow!("import: {gone}")))??;
    Ok(Changed::new(&done, report))
}

/// A page of reports of the scope, the newest first, without their lists of errors.
pub fn reports_of(
    connection: &mut PgConnection,
    scope: &Scope,
    window: &Window<ImportId>,
) -> Result<Page<ImportReport>, ApiError> {
    let reports = rows::list(connection, scope, window.after, window.load())?;
    let brief = |report: ImportReport| ImportReport { errors: Vec::new(), conflicts: Vec::new(), ..report };
    Ok(window.page(reports, |report| report.id, brief))
}

/// Reports of imports of one's scope, the newest first, without their lists of errors.
#[utoipa::path(tag = "import", params(PageQuery), responses((status = 200, body = Page<ImportReport>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/imports")]
pub async fn import_list(
    can: Can<ImportList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<ImportReport>>, ApiError> {
    let window = query.window()?;
    let scope = can.scope().clone();
    let page = db.read(move |connection| reports_of(connection, &scope, &window)).await?;
    Ok(Json(page))
}

/// A report of the scope; 404 otherwise.
pub fn report_of(connection: &mut PgConnection, scope: &Scope, id: ImportId) -> Result<ImportReport, ApiError> {
    let (report, unit) = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let path = unit.map(|unit| grid::unit_find(connection, unit)).transpose()?.flatten().map(|unit| unit.path);
    scope.require(&Target { unit: path.as_ref(), ..Target::default() })?;
    Ok(report)
}

/// One report, with its errors.
#[utoipa::path(tag = "import", params(("id" = ImportId, Path)), responses((status = 200, body = ImportReport, description = "the report"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/imports/{id}")]
pub async fn import_find(can: Can<ImportFind>, id: PathId<ImportId>, db: Data<Db>) -> Result<Json<ImportReport>, ApiError> {
    let (scope, id) = (can.scope().clone(), id.0);
    let report = db.read(move |connection| report_of(connection, &scope, id)).await?;
    Ok(Json(report))
}

/// An empty XLSX with the columns of a kind.
#[utoipa::path(tag = "import", params(("kind" = ImportKind, Path)), responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", description = "the file"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/imports/templates/{kind}")]
pub async fn import_template_find(_can: Can<ImportTemplate>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    template_answer(&request)
}

/// The template of the path's kind, as a download.
pub fn template_answer(request: &HttpRequest) -> Result<HttpResponse, ApiError> {
    let kind = kind_of(request)?;
    let file = template(kind)?;
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{}.xlsx\"", kind.name())))
        .body(file))
}
