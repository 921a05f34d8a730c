#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/facilities`: the register, the codes on them, and reports by scan.

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, get, post, put};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Created, IdempotencyKey, IfMatch, PathId, Problem, Query, Tagged, Valid};
use base::page::{Page, PageQuery};
use people::grid::{self, Target};
use people::identity::Can;
use serde::Deserialize;
use utoipa::IntoParams;

use super::rows::{self, Facility, Filter};
use super::scan::{self, FacilityReport, ReportedView, ScanView};
use super::view::{self, FacilityView};
use super::write::{self, FacilityEdit, NewFacility};
use super::{
    FacilityCreate, FacilityFind, FacilityId, FacilityKind, FacilityList, FacilityQr, FacilityReportCreate, FacilityScan,
    FacilityState, FacilityUpdate,
};
use crate::reach::{found, path_of, require_unit};
use crate::requests::CaseId;

/// Which facilities.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FacilityQuery {
    /// Only of this kind.
    #[param(inline)]
    kind: Option<FacilityKind>,
    /// Only in this state.
    #[param(inline)]
    state: Option<FacilityState>,
    /// Items of a page, 1 to 100 (default 20).
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn load(db: &Db, id: FacilityId) -> Result<FacilityView, ApiError> {
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = found(rows::find(connection, id)?)?;
        view::one(connection, row)
    });
    view.await
}

fn code_of(request: &HttpRequest) -> Result<String, ApiError> {
    let code = request.match_info().get("code").filter(|code| code.len() <= 80);
    code.map(str::to_owned).ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// Enter a facility in the register; it gets a random code for its QR.
#[utoipa::path(tag = "facilities", request_body = NewFacility, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = FacilityView, description = "entered"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/facilities")]
pub async fn facility_create(
    can: Can<FacilityCreate>,
    key: IdempotencyKey,
    body: Valid<NewFacility>,
    db: Data<Db>,
) -> Result<Created<FacilityView>, ApiError> {
    let (id, ticket) = (FacilityId::new(), grid::new_ticket().map_err(ApiError::internal)?);
    let (once, scope, author) = (can.once(key, body.hash(), id.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| write::create(tx, &scope, author, (id, &ticket), &body)).await?;
    let view = load(&db, FacilityId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/facilities/{}", done.id), view))
}

/// Facilities of one's places or unit, newest first.
#[utoipa::path(tag = "facilities", params(FacilityQuery), responses((status = 200, body = Page<FacilityView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/facilities")]
pub async fn facility_list(
    can: Can<FacilityList>,
    query: Query<FacilityQuery>,
    db: Data<Db>,
) -> Result<Json<Page<FacilityView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<FacilityId>()?;
    let (scope, filter) = (can.scope().clone(), Filter { kind: query.kind, state: query.state });
    let shown = db.read(move |connection| -> Result<_, ApiError> {
        let rows = rows::list(connection, &scope, filter, &window)?;
        view::views(connection, rows)
    });
    Ok(Json(window.page(shown.await?, |view| view.id, |view| view)))
}

/// One facility; its version is the ETag.
#[utoipa::path(tag = "facilities", params(("id" = FacilityId, Path)), responses((status = 200, body = FacilityView, description = "the facility"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/facilities/{id}")]
pub async fn facility_find(
    can: Can<FacilityFind>,
    id: PathId<FacilityId>,
    db: Data<Db>,
) -> Result<Tagged<FacilityView>, ApiError> {
    let scope = can.scope().clone();
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = found(rows::find(connection, id.0)?)?;
        let path = path_of(connection, row.grid_unit_id)?;
        scope.require(&Target { unit: Some(&path), organization: row.organization_id, person: None })?;
        view::one(connection, row)
    });
    let view = view.await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}

/// Edit a facility, its unit and its state.
#[utoipa::path(tag = "facilities", request_body = FacilityEdit, params(("id" = FacilityId, Path), ("If-Match" = String, Header)), responses((status = 200, body = FacilityView, description = "the new version"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/facilities/{id}")]
pub async fn facility_update(
    can: Can<FacilityUpdate>,
    id: PathId<FacilityId>,
    based_on: IfMatch,
    body: Valid<FacilityEdit>,
    db: Data<Db>,
) -> Result<Tagged<FacilityView>, ApiError> {
    let scope = can.scope().clone();
    db.transaction(can.context(), move |tx| write::update(tx, &scope, id.0, &based_on, &body)).await?;
    let view = load(&db, id.0).await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}

/// The QR code to print and fix on a facility; always the same.
#[utoipa::path(tag = "facilities", params(("id" = FacilityId, Path)), responses((status = 200, description = "an SVG image", content_type = "image/svg+xml", body = String), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/facilities/{id}/qr")]
pub async fn facility_qr(can: Can<FacilityQr>, id: PathId<FacilityId>, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    let scope = can.scope().clone();
    let row = db.read(move |connection| -> Result<Facility, ApiError> {
        let row = found(rows::find(connection, id.0)?)?;
        require_unit(connection, &scope, row.grid_unit_id)?;
        Ok(row)
    });
    let svg = people::qr::svg(&scan::qr_text(&row.await?.ticket))?;
    Ok(HttpResponse::Ok().content_type("image/svg+xml").body(svg))
}

/// The facility behind a scanned code, with what a report needs.
#[utoipa::path(tag = "facilities", params(("code" = String, Path, description = "as scanned or typed")), responses((status = 200, body = ScanView, description = "the facility"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/facility-codes/{code}")]
pub async fn facility_scan(_can: Can<FacilityScan>, request: HttpRequest, db: Data<Db>) -> Result<Json<ScanView>, ApiError> {
    let code = code_of(&request)?;
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = scan::scanned(connection, &code)?;
        scan::view(connection, row)
    });
    view.await.map(Json)
}

/// Report the facility behind a scanned code: a located request goes to its unit in one tap.
#[utoipa::path(tag = "facilities", request_body = FacilityReport, params(("code" = String, Path, description = "as scanned or typed"), ("Idempotency-Key" = String, Header)), responses((status = 201, body = ReportedView, description = "filed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/facility-codes/{code}/report")]
pub async fn facility_report_create(
    can: Can<FacilityReportCreate>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Valid<FacilityReport>,
    db: Data<Db>,
) -> Result<Created<ReportedView>, ApiError> {
    let (case, code) = (CaseId::new(), code_of(&request)?);
    let hash = base::keys::sha256(&[code.as_bytes(), &body.hash()].concat());
    let once = can.once(key, hash, case.0);
    let done = db.once(once, move |tx| scan::report(tx, can.actor(), &code, case, &body)).await?;
    let filed = CaseId(done.id);
    let view = db.read(move |connection| scan::reported(connection, filed)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/requests/{}", done.id), view))
}
