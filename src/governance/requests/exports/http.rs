#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/request-exports`: asking for a file, watching it come about, fetching and removing it.

use actix_web::body::SizedStream;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, LOCATION};
use actix_web::web::{Bytes, Data, Json};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use base::db::{Audit, Context, Db};
use base::error::{self, ApiError};
use base::http::{IdempotencyKey, PathId, Problem, Query, Tagged, Valid, request_id};
use base::ids::PersonId;
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use chrono::{DateTime, Utc};
use people::grid::Scope;
use people::identity::Can;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::super::finding::RequestFilters;
use super::ask::{self, NewRequestExport};
use super::rows::{self, Export};
use super::{
    EXPORT_NOT_READY, ExportFormat, ExportMove, ExportState, RequestExportCreate, RequestExportFind, RequestExportId,
    RequestExportList, RequestExportRemove, link,
};

/// A file of requests, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequestExportView {
    /// Id.
    pub id: RequestExportId,
    /// One plain sentence.
    pub summary: String,
    /// State.
    pub state: ExportState,
    /// Which kind.
    pub format: ExportFormat,
    /// What the list was narrowed to.
    pub filters: RequestFilters,
    /// Requests in all, once they are counted.
    pub rows_total: Option<i32>,
    /// Requests written so far.
    pub rows_done: i32,
    /// 0 to 100.
    pub progress: i32,
    /// Were there more than the 100,000 that a file holds? The newest are in it.
    pub truncated: bool,
    /// Size.
    pub bytes: i64,
    /// Path of the file in this API, signed; works for some minutes, ask again for a new one.
    pub link: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it is removed.
    pub remove_at: DateTime<Utc>,
}

fn shown(ring: &KeyRing, now: DateTime<Utc>, export: Export) -> RequestExportView {
    let progress = match (export.state, export.rows_total) {
        (ExportState::Done, _) => 100,
        (_, Some(total)) if total > 0 => i32::try_from(i64::from(export.rows_done) * 100 / i64::from(total)).unwrap_or(0).min(99),
        _ => 0,
    };
    RequestExportView {
        id: export.id,
        summary: format!("诉求导出，{}，{} 件，{progress}%", export.state.zh(), export.rows_done),
        link: (export.state == ExportState::Done).then(|| link::link(ring, export.id, now)),
        filters: RequestFilters::kept(&export.filters),
        state: export.state,
        format: export.format,
        rows_total: export.rows_total,
        rows_done: export.rows_done,
        progress,
        truncated: export.truncated,
        bytes: export.bytes,
        created_at: export.created_at,
        remove_at: export.remove_at,
    }
}

/// One's own; 404 for all others.
fn own(connection: &mut diesel::PgConnection, scope: &Scope, id: RequestExportId) -> Result<Export, ApiError> {
    let export = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_own(export.person_id)?;
    Ok(export)
}

/// Have a file made of requests; poll it until its `state` is `done`. At most three at a time.
#[utoipa::path(tag = "governance", request_body = NewRequestExport, params(("Idempotency-Key" = String, Header)), responses((status = 202, body = RequestExportView, description = "asked for"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/request-exports")]
pub async fn request_export_create(
    can: Can<RequestExportCreate>,
    key: IdempotencyKey,
    body: Valid<NewRequestExport>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    let id = RequestExportId::new();
    let once = can.once(key, body.hash(), id.0);
    let (person, scope) = (can.person(), can.scope().clone());
    let done = db.once(once, move |tx| ask::ask(tx, &scope, person, id, &body)).await?;
    let view = load(&db, ring, RequestExportId(done.id), can.scope().clone(), person).await?;
    let mut reply = HttpResponse::Accepted();
    reply.insert_header((LOCATION, format!("/api/v1/governance/request-exports/{}", done.id)));
    if done.replayed {
        reply.insert_header(("Idempotency-Replayed", "true"));
    }
    Ok(reply.json(view))
}

async fn load(
    db: &Db,
    ring: Data<KeyRing>,
    id: RequestExportId,
    scope: Scope,
    person: PersonId,
) -> Result<RequestExportView, ApiError> {
    let scope = Scope { own: Some(person), ..scope };
    let (export, now) = db
        .read(move |connection| -> Result<_, ApiError> {
            let export = own(connection, &scope, id)?;
            Ok((export, base::db::now(connection)?))
        })
        .await?;
    Ok(shown(&ring, now, export))
}

/// Your own files of requests, the newest first.
#[utoipa::path(tag = "governance", params(PageQuery), responses((status = 200, body = Page<RequestExportView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/request-exports")]
pub async fn request_export_list(
    can: Can<RequestExportList>,
    query: Query<PageQuery>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Json<Page<RequestExportView>>, ApiError> {
    let (window, person) = (query.window::<RequestExportId>()?, can.person());
    let (found, now) = db
        .read(move |connection| -> Result<_, ApiError> {
            let found = rows::list(connection, person, window.after, window.load())?;
            Ok((found, base::db::now(connection)?))
        })
        .await?;
    Ok(Json(window.page(found, |export| export.id, |export| shown(&ring, now, export))))
}

/// How far your file of requests is; once it is done, with a link that works for some minutes.
#[utoipa::path(tag = "governance", params(("id" = RequestExportId, Path)), responses((status = 200, body = RequestExportView, description = "the file"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/request-exports/{id}")]
pub async fn request_export_find(
    can: Can<RequestExportFind>,
    id: PathId<RequestExportId>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Tagged<RequestExportView>, ApiError> {
    load(&db, ring, id.0, can.scope().clone(), can.person()).await.map(Tagged::content)
}

/// Remove your file of requests before its time.
#[utoipa::path(tag = "governance", params(("id" = RequestExportId, Path)), responses((status = 204, description = "removed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[delete("/request-exports/{id}")]
pub async fn request_export_remove(
    can: Can<RequestExportRemove>,
    id: PathId<RequestExportId>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let scope = can.scope().clone();
    db.transaction(can.context(), move |mut tx| -> Result<_, ApiError> {
        let mut export = rows::lock(tx.conn(), id.0)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        scope.require_own(export.person_id)?;
        let before = export.state;
        export.state = before.transition(ExportMove::Remove).ok_or_else(|| ApiError::of(&EXPORT_NOT_READY))?;
        rows::parts_delete(tx.conn(), id.0)?;
        rows::save(tx.conn(), &export)?;
        let audit = Audit::new("request_export_remove", "request_export", id.0.0).before(json!({"state": before}));
        tx.audit(audit.after(json!({"state": export.state})))?;
        Ok(tx.done(())?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a signed link carries.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportLink {
    /// Until when, in seconds since 1970.
    expires: i64,
    /// Of this API.
    #[param(max_length = 60)]
    signature: String,
}

/// Fetch a file of requests by its signed link. 404 for a link that was changed, 403 for one that has expired, 409 once it is removed.
#[utoipa::path(tag = "governance", params(("id" = RequestExportId, Path), ExportLink), responses((status = 200, description = "the file", content_type = "application/octet-stream", body = Vec<u8>), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/request-exports/{id}/file")]
pub async fn request_export_file_find(
    request: HttpRequest,
    id: PathId<RequestExportId>,
    query: Query<ExportLink>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    let (id, link) = (id.0, query.clone());
    let context = Context::anonymous(request_id(&request));
    let export = db
        .transaction(context, move |mut tx| -> Result<_, ApiError> {
            link::check(&ring, id, link.expires, &link.signature, tx.now()?)?;
            let export = rows::find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
            if export.state != ExportState::Done {
                return Err(ApiError::of(&EXPORT_NOT_READY));
            }
            let after = json!({"owner": export.person_id, "rows": export.rows_done});
            tx.audit(Audit::new("request_export_fetch", "request_export", id.0).after(after))?;
            Ok(tx.done(export)?)
        })
        .await?;
    let (kind, end) = match export.format {
        ExportFormat::Csv => ("text/csv; charset=utf-8", "csv"),
        ExportFormat::Xlsx => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    };
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"requests-{id}.{end}\"")))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .body(SizedStream::new(u64::try_from(export.bytes).unwrap_or(0), Box::pin(parts(db, id, export.parts)))))
}

/// The parts of a file, one at a time.
fn parts(
    db: Data<Db>,
    id: RequestExportId,
    parts: i32,
) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> + 'static {
    futures_util::stream::unfold((db, 0), move |(db, part)| async move {
        if part >= parts {
            return None;
        }
        let bytes = db.read(move |connection| rows::part(connection, id, part)).await;
        let bytes = match bytes {
            Ok(Some(bytes)) => Ok(Bytes::from(bytes)),
            Ok(None) => Err(std::io::Error::other("a part of the file is gone")),
            Err(why) => Err(std::io::Error::other(format!("{why:?}"))),
        };
        Some((bytes, (db, part + 1)))
    })
}
