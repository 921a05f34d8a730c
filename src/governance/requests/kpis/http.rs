#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of the figures and of the burden meter.

use actix_web::get;
use actix_web::web::{Data, Json};
use base::clock::shanghai_date;
use base::db::{self, Db};
use base::error::ApiError;
use base::http::{Problem, Query};
use base::page::{Page, PageQuery};
use chrono::{Duration, NaiveDate};
use diesel::PgConnection;
use people::identity::Can;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::CaseId;
use super::burden::{self, BurdenOfAll, BurdenOfOne};
use super::figure::Measure;
use super::report::{self, ExclusionView, FormulaView, GroupBy, KpiRow};
use super::{BurdenFind, BurdenMine, KpiExclusionList, KpiFind, KpiLeague};

/// Which figures.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct KpiQuery {
    /// Filed from this date on (default: 30 days before `to`).
    pub from: Option<NaiveDate>,
    /// Filed until this date, included (default: today).
    pub to: Option<NaiveDate>,
    /// Grouped by (default: unit).
    #[param(inline)]
    pub by: Option<GroupBy>,
}

/// Which league.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LeagueQuery {
    /// Filed from this date on (default: 30 days before `to`).
    pub from: Option<NaiveDate>,
    /// Filed until this date, included (default: today).
    pub to: Option<NaiveDate>,
    /// The figure that ranks (default: resolution).
    pub measure: Option<Measure>,
}

/// Which exclusions.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExclusionQuery {
    /// Filed from this date on (default: 30 days before `to`).
    pub from: Option<NaiveDate>,
    /// Filed until this date, included (default: today).
    pub to: Option<NaiveDate>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
}

/// Which span of the burden meter.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BurdenQuery {
    /// From this date on (default: 6 days before `to`).
    pub from: Option<NaiveDate>,
    /// Until this date, included (default: today).
    pub to: Option<NaiveDate>,
}

/// Figures of a period, with their formulae.
#[derive(Debug, Serialize, ToSchema)]
pub struct KpiReport {
    /// Filed from this date on.
    pub from: NaiveDate,
    /// Until this date, included.
    pub to: NaiveDate,
    /// How each figure is computed.
    pub formulae: Vec<FormulaView>,
    /// Which requests a group has, and that groups are disjoint.
    pub about: String,
    /// All of them.
    pub total: KpiRow,
    /// By group, in the order of their names; a league in the order of its figure.
    pub rows: Vec<KpiRow>,
}

const ABOUT: &str = "按提交日期统计；每件诉求在每项指标中只计一次，计入当前承办单位（未派单的计入社区），各组互不重叠，相加即为合计。\
    By date of filing; each request counts once in each figure, for the unit that holds it now (else its community), so groups are disjoint and add up.";

/// The dates asked for; `days` before the end where no beginning is given.
pub(super) fn period(
    connection: &mut PgConnection,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    days: i64,
) -> Result<(NaiveDate, NaiveDate), ApiError> {
    let to = match to {
        Some(to) => to,
        None => shanghai_date(db::now(connection)?),
    };
    Ok((from.unwrap_or(to - Duration::days(days)), to))
}

/// Figures of the requests in reach, with the formulae that they follow.
#[utoipa::path(tag = "governance", params(KpiQuery), responses((status = 200, body = KpiReport, description = "the figures"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/kpis")]
pub async fn kpi_find(can: Can<KpiFind>, query: Query<KpiQuery>, db: Data<Db>) -> Result<Json<KpiReport>, ApiError> {
    let scope = can.scope().clone();
    let report = db.read(move |connection| {
        let (from, to) = period(connection, query.from, query.to, 30)?;
        let facts = report::facts(connection, &scope, (from, to))?;
        let rows = report::grouped(connection, &facts, query.by.unwrap_or(GroupBy::Unit))?;
        let about = ABOUT.to_owned();
        Ok::<_, ApiError>(KpiReport { from, to, formulae: report::formulae(), about, total: report::total(&facts), rows })
    });
    Ok(Json(report.await?))
}

/// Units in the order of a figure, the best first.
#[utoipa::path(tag = "governance", params(LeagueQuery), responses((status = 200, body = KpiReport, description = "the league"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/kpis/league")]
pub async fn kpi_league(can: Can<KpiLeague>, query: Query<LeagueQuery>, db: Data<Db>) -> Result<Json<KpiReport>, ApiError> {
    let scope = can.scope().clone();
    let report = db.read(move |connection| {
        let (from, to) = period(connection, query.from, query.to, 30)?;
        let facts = report::facts(connection, &scope, (from, to))?;
        let rows = report::league(connection, &facts, query.measure.unwrap_or(Measure::Resolution))?;
        let about = ABOUT.to_owned();
        Ok::<_, ApiError>(KpiReport { from, to, formulae: report::formulae(), about, total: report::total(&facts), rows })
    });
    Ok(Json(report.await?))
}

/// What the figures leave out, each with its reason, in the order of filing. A unit may appeal against each.
#[utoipa::path(tag = "governance", params(ExclusionQuery), responses((status = 200, body = Page<ExclusionView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/kpis/exclusions")]
pub async fn kpi_exclusion_list(
    can: Can<KpiExclusionList>,
    query: Query<ExclusionQuery>,
    db: Data<Db>,
) -> Result<Json<Page<ExclusionView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<(CaseId, String)>()?;
    let (scope, after) = (can.scope().clone(), window.after.clone());
    let listed = db
        .read(move |connection| {
            let period = period(connection, query.from, query.to, 30)?;
            let mut all = report::exclusions(&report::facts(connection, &scope, period)?);
            all.sort_by_key(|one| (one.request, one.measure.name()));
            if let Some((request, measure)) = &after {
                all.retain(|one| (one.request, one.measure.name()) > (*request, measure.as_str()));
            }
            Ok::<_, ApiError>(all)
        })
        .await?;
    Ok(Json(window.page(listed, |one| (one.request, one.measure.name().to_owned()), |one| one)))
}

/// How many asks reached me, by kind.
#[utoipa::path(tag = "governance", params(BurdenQuery), responses((status = 200, body = BurdenOfOne, description = "my burden"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/burden/mine")]
pub async fn burden_mine(can: Can<BurdenMine>, query: Query<BurdenQuery>, db: Data<Db>) -> Result<Json<BurdenOfOne>, ApiError> {
    let person = can.person();
    let found = db.read(move |connection| {
        let period = period(connection, query.from, query.to, 6)?;
        burden::of_one(connection, person, period)
    });
    Ok(Json(found.await?))
}

/// How many asks reached the grid workers in reach: together, without names.
#[utoipa::path(tag = "governance", params(BurdenQuery), responses((status = 200, body = BurdenOfAll, description = "the burden"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/burden")]
pub async fn burden_find(can: Can<BurdenFind>, query: Query<BurdenQuery>, db: Data<Db>) -> Result<Json<BurdenOfAll>, ApiError> {
    let scope = can.scope().clone();
    let found = db.read(move |connection| {
        let period = period(connection, query.from, query.to, 6)?;
        burden::of_all(connection, &scope, period)
    });
    Ok(Json(found.await?))
}
