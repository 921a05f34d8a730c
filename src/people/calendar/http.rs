#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/calendars` (one community's) and `/calendar-years` (everybody's).

use actix_web::web::{Data, Path};
use actix_web::{get, put};
use base::clock::shanghai_date;
use base::db::{self, Db};
use base::error::{self, ApiError};
use base::http::{IfMatch, PathId, Problem, Query, Tagged, Valid};
use base::ids::GridUnitId;
use base::text::{Few, Text, Whole};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::rows::{DayRow, YearRow};
use super::week::{Minute, Opening, Week};
use super::{CalendarFind, CalendarHoursUpdate, CalendarYearFind, CalendarYearUpdate, DayKind, edit, rows};
use crate::grid::{self, UnitKind};
use crate::identity::Can;

/// Which year.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CalendarQuery {
    /// The year whose listed days are shown, 2020 to 2100 (default: the current one).
    pub year: Option<i32>,
}

/// One stretch of work of a weekday.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoursForm {
    /// 1 is Monday, 7 is Sunday.
    pub weekday: Whole<1, 7>,
    /// From.
    pub opens: Minute,
    /// To, not included.
    pub closes: Minute,
}

/// The hours of a community's week.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarHoursForm {
    /// At least one; those of one weekday must not overlap.
    #[schema(value_type = Vec<HoursForm>, min_items = 1, max_items = 42)]
    pub hours: Few<HoursForm, 42>,
}

/// A date that isn't an ordinary one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayForm {
    /// The date.
    pub date: NaiveDate,
    /// Free, or worked instead of another day.
    pub kind: DayKind,
    /// What it is called: `春节`.
    pub name: Text<20>,
}

/// The arrangement of a year.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarYearForm {
    /// True until the arrangement is published.
    pub provisional: bool,
    /// Where it comes from: title and number of the document.
    pub source: Text<200>,
    /// Every free weekday and every worked weekend day.
    #[schema(value_type = Vec<DayForm>, max_items = 100)]
    pub days: Few<DayForm, 100>,
}

/// A listed date.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayView {
    /// The date.
    pub date: NaiveDate,
    /// Free, or worked instead of another day.
    pub kind: DayKind,
    /// What it is called.
    pub name: String,
    /// One line to read out.
    pub summary: String,
}

/// The arrangement of a year.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarYearView {
    /// The year.
    pub year: i32,
    /// Has anybody entered it? If not, weekends and fixed dates count.
    pub entered: bool,
    /// Deadlines that touch it may still move.
    pub provisional: bool,
    /// Where it comes from.
    pub source: Option<String>,
    /// Listed dates, early first.
    pub days: Vec<DayView>,
    /// Version, for If-Match; 0: not entered.
    pub version: i32,
}

/// One stretch of work.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoursView {
    /// 1 is Monday, 7 is Sunday.
    pub weekday: i32,
    /// From.
    pub opens: Minute,
    /// To, not included.
    pub closes: Minute,
}

/// When a community works.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarView {
    /// The community.
    pub community: GridUnitId,
    /// Hours of the week, Monday first.
    pub hours: Vec<HoursView>,
    /// Does it work now?
    pub open_now: bool,
    /// By the product's clock.
    pub now: DateTime<Utc>,
    /// The year's listed days.
    pub year: CalendarYearView,
    /// Version of the hours, for If-Match; 0: the usual ones.
    pub version: i32,
}

fn day_view(row: DayRow) -> DayView {
    let summary = format!("{}月{}日 {}（{}）", row.date.month(), row.date.day(), row.name, row.kind.zh());
    DayView { date: row.date, kind: row.kind, name: row.name, summary }
}

fn year_view(connection: &mut PgConnection, year: i32) -> Result<CalendarYearView, ApiError> {
    let (first, last) = edit::bounds(year)?;
    let row = rows::year(connection, year)?;
    let days = rows::days_between(connection, first, last)?.into_iter().map(day_view).collect();
    Ok(CalendarYearView {
        year,
        entered: row.is_some(),
        provisional: row.as_ref().is_none_or(|row| row.provisional),
        version: row.as_ref().map_or(0, |row| row.version),
        source: row.map(|row| row.source),
        days,
    })
}

fn view(connection: &mut PgConnection, id: GridUnitId, year: Option<i32>) -> Result<CalendarView, ApiError> {
    let unit = grid::unit_find(connection, id)?.filter(|unit| unit.level() == UnitKind::Community);
    unit.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let now = db::now(connection)?;
    let calendar = rows::of(connection, id)?;
    let version = rows::hours(connection, id)?.1;
    let year = year_view(connection, year.unwrap_or_else(|| shanghai_date(now).year()))?;
    let hours = calendar.week().openings().iter();
    let hours =
        hours.map(|opening| HoursView { weekday: opening.weekday, opens: opening.opens, closes: opening.closes }).collect();
    Ok(CalendarView { community: id, hours, open_now: calendar.open_at(now), now, year, version })
}

/// When a community works: its hours, and the year's holidays and make-up days.
#[utoipa::path(tag = "calendar", params(("id" = GridUnitId, Path), CalendarQuery), responses((status = 200, body = CalendarView, description = "the calendar"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/calendars/{id}")]
pub async fn calendar_find(
    can: Can<CalendarFind>,
    id: PathId<GridUnitId>,
    query: Query<CalendarQuery>,
    db: Data<Db>,
) -> Result<Tagged<CalendarView>, ApiError> {
    let _anyone_signed_in = can;
    let year = query.year;
    let view = db.read(move |connection| view(connection, id.0, year)).await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}

/// Set the hours of a community, for terms that start from now on.
#[utoipa::path(tag = "calendar", request_body = CalendarHoursForm, params(("id" = GridUnitId, Path), ("If-Match" = String, Header)), responses((status = 200, body = CalendarView, description = "set"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/calendars/{id}/hours")]
pub async fn calendar_hours_update(
    can: Can<CalendarHoursUpdate>,
    id: PathId<GridUnitId>,
    version: IfMatch,
    body: Valid<CalendarHoursForm>,
    db: Data<Db>,
) -> Result<Tagged<CalendarView>, ApiError> {
    let hours = body.hours.items().iter();
    let week =
        Week::new(hours.map(|form| Opening { weekday: form.weekday.get(), opens: form.opens, closes: form.closes }).collect());
    let scope = can.scope().clone();
    db.transaction(can.context(), move |tx| edit::hours(tx, &scope, id.0, &version, week.as_ref())).await?;
    let view = db.read(move |connection| view(connection, id.0, None)).await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}

/// A year in the path; anything that is none doesn't exist.
fn year_of(path: &str) -> Result<i32, ApiError> {
    path.parse().map_err(|_no_number| ApiError::of(&error::NOT_FOUND))
}

/// The holidays and make-up days of a year.
#[utoipa::path(tag = "calendar", params(("year" = i32, Path)), responses((status = 200, body = CalendarYearView, description = "the year"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/calendar-years/{year}")]
pub async fn calendar_year_find(
    can: Can<CalendarYearFind>,
    year: Path<String>,
    db: Data<Db>,
) -> Result<Tagged<CalendarYearView>, ApiError> {
    let _anyone_signed_in = can;
    let year = year_of(&year)?;
    let view = db.read(move |connection| year_view(connection, year)).await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}

/// Enter the holidays and make-up days of a year, as published; what stands there is replaced.
#[utoipa::path(tag = "calendar", request_body = CalendarYearForm, params(("year" = i32, Path), ("If-Match" = String, Header)), responses((status = 200, body = CalendarYearView, description = "entered"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/calendar-years/{year}")]
pub async fn calendar_year_update(
    can: Can<CalendarYearUpdate>,
    year: Path<String>,
    version: IfMatch,
    body: Valid<CalendarYearForm>,
    db: Data<Db>,
) -> Result<Tagged<CalendarYearView>, ApiError> {
    let year = year_of(&year)?;
    let body = body.into_inner();
    let row = YearRow { year, provisional: body.provisional, source: body.source.into_string(), version: 0 };
    let days = body.days.items().iter();
    let days: Vec<DayRow> = days.map(|day| DayRow { date: day.date, kind: day.kind, name: day.name.to_string() }).collect();
    db.transaction(can.context(), move |tx| edit::year(tx, &version, &row, &days)).await?;
    let view = db.read(move |connection| year_view(connection, year)).await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}
