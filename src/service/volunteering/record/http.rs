#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of a person's own record.

use std::collections::HashMap;

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get};
use base::clock::shanghai_date;
use base::db::Db;
use base::error::ApiError;
use base::http::{Problem, Query};
use base::ids::PersonId;
use base::keys::KeyRing;
use base::page::Page;
use diesel::PgConnection;
use people::identity::Can;
use serde::Serialize;

use super::certificate::{self, Certificate, Line};
use crate::volunteering::hours::http::{HoursView, views};
use crate::volunteering::hours::{self, HoursState, shown};
use crate::volunteering::{HoursCertificateMine, HoursId, HoursListMine, HoursTotalsMine, ProjectId, found, outward, projects};

base::list_query! {
    /// Which of one's hours.
    MyHoursQuery {
        /// Only of this state.
        state: Option<HoursState>,
    }
}

/// Half hours at one project.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProjectTotal {
    /// Project.
    pub project_id: ProjectId,
    /// One plain sentence.
    pub summary: String,
    /// Title of the project.
    pub project_title: String,
    /// Approved half hours.
    pub approved: i64,
    /// Half hours that wait for a decision.
    pub recorded: i64,
    /// Approved times of service.
    pub times: i64,
}

/// One's totals.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TotalsView {
    /// One plain sentence.
    pub summary: String,
    /// Approved half hours.
    pub approved: i64,
    /// Half hours that wait for a decision.
    pub recorded: i64,
    /// By project.
    pub projects: Vec<ProjectTotal>,
}

fn half(amount: i64) -> String {
    shown(i32::try_from(amount).unwrap_or(i32::MAX))
}

fn by_project(connection: &mut PgConnection, person: PersonId) -> Result<Vec<ProjectTotal>, ApiError> {
    let rows = hours::totals(connection, person)?;
    let ids: Vec<ProjectId> = rows.iter().map(|row| row.0).collect();
    let titles = projects::titles(connection, &ids)?;
    let mut totals: HashMap<ProjectId, ProjectTotal> = HashMap::new();
    for (project_id, state, half_hours, count) in rows {
        let project_title = titles.get(&project_id).cloned().unwrap_or_default();
        let total = totals.entry(project_id).or_insert(ProjectTotal {
            project_id,
            summary: String::new(),
            project_title,
            approved: 0,
            recorded: 0,
            times: 0,
        });
        match HoursState::parse(&state) {
            Some(HoursState::Approved) => (total.approved, total.times) = (half_hours, count),
            Some(HoursState::Recorded) => total.recorded = half_hours,
            _ => {}
        }
    }
    let mut totals: Vec<ProjectTotal> = totals.into_values().collect();
    totals.sort_by_key(|total| (std::cmp::Reverse(total.approved), total.project_id));
    for total in &mut totals {
        total.summary =
            format!("{}，已核准 {} 小时，待核准 {} 小时", total.project_title, half(total.approved), half(total.recorded));
    }
    Ok(totals)
}

/// One's own hours, newest first.
#[utoipa::path(tag = "service", params(MyHoursQuery), responses((status = 200, body = Page<HoursView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/my-hours")]
pub async fn hours_list_mine(
    can: Can<HoursListMine>,
    query: Query<MyHoursQuery>,
    db: Data<Db>,
) -> Result<Json<Page<HoursView>>, ApiError> {
    let window = query.window::<HoursId>()?;
    let (person, state) = (can.person(), query.state);
    let shown = db
        .read(move |connection| {
            let rows = hours::of_person(connection, person, state, &window)?;
            views(connection, rows)
        })
        .await?;
    Ok(Json(window.page(shown, |view| view.id, |view| view)))
}

/// One's own totals, by project.
#[utoipa::path(tag = "service", responses((status = 200, body = TotalsView, description = "totals"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/my-hours/totals")]
pub async fn hours_totals_mine(can: Can<HoursTotalsMine>, db: Data<Db>) -> Result<Json<TotalsView>, ApiError> {
    let person = can.person();
    let projects = db.read(move |connection| by_project(connection, person)).await?;
    let approved = projects.iter().map(|total| total.approved).sum();
    let recorded = projects.iter().map(|total| total.recorded).sum();
    let summary = format!("已核准 {} 小时，待核准 {} 小时", half(approved), half(recorded));
    Ok(Json(TotalsView { summary, approved, recorded, projects }))
}

/// One's own certificate as a page to be printed.
#[utoipa::path(tag = "service", responses((status = 200, content_type = "text/html", body = String, description = "the page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/my-hours/certificate")]
pub async fn hours_certificate_mine(
    can: Can<HoursCertificateMine>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    let person = can.person();
    let certificate = db.read(move |connection| certificate_of(connection, &ring, person)).await?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(certificate::page(&certificate)))
}

fn certificate_of(connection: &mut PgConnection, ring: &KeyRing, person: PersonId) -> Result<Certificate, ApiError> {
    let (name, number) = found(outward::name_of(connection, ring, person)?)?;
    let day = shanghai_date(base::db::now(connection)?);
    let lines = by_project(connection, person)?.into_iter().filter(|total| total.approved > 0);
    let line = |total: ProjectTotal| Line {
        title: total.project_title,
        half_hours: i32::try_from(total.approved).unwrap_or(i32::MAX),
        times: total.times,
    };
    Ok(Certificate { name, number, day, lines: lines.map(line).collect() })
}
