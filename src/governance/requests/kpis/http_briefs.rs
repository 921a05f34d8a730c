#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of the weekly brief.

use actix_web::http::header::{CONTENT_DISPOSITION, ContentType};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use base::db::Db;
use base::error::ApiError;
use base::http::Problem;
use people::identity::Can;

use super::brief::{self, Week};
use super::{BriefHtmlFind, BriefXlsxFind, workbook};

/// The brief of a week (`2026-W48`) as a page to read or print.
#[utoipa::path(tag = "governance", params(("week" = String, Path)), responses((status = 200, description = "the page", body = String, content_type = "text/html"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/briefs/{week}.html")]
pub async fn brief_html_find(can: Can<BriefHtmlFind>, week: Path<String>, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    let (scope, week) = (can.scope().clone(), Week::parse(&week)?);
    let page = db.read(move |connection| brief::make(connection, &scope, week)?.html()).await?;
    Ok(HttpResponse::Ok().insert_header(ContentType::html()).body(page))
}

/// The brief of a week (`2026-W48`) as a workbook.
#[utoipa::path(tag = "governance", params(("week" = String, Path)), responses((status = 200, description = "the file", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/briefs/{week}.xlsx")]
pub async fn brief_xlsx_find(can: Can<BriefXlsxFind>, week: Path<String>, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    let (scope, week) = (can.scope().clone(), Week::parse(&week)?);
    let bytes = db.read(move |connection| workbook::xlsx(&brief::make(connection, &scope, week)?)).await?;
    let name = format!("attachment; filename=\"brief-{}.xlsx\"", week.name());
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(HttpResponse::Ok().content_type(kind).insert_header((CONTENT_DISPOSITION, name)).body(bytes))
}
