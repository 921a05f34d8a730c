#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of the record, and of its figures, which need no sign-in.

use actix_web::get;
use actix_web::web::{Data, Json};
use base::clock::shanghai_midnight;
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Problem, Query, Tagged};
use base::ids::GridUnitId;
use base::page::{Page, PageQuery};
use chrono::{Months, NaiveDate};
use people::grid::{self, UnitKind};
use people::identity::Can;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::view::{self, FiguresView, RecordView};
use super::{ChatRecordList, rows};

/// Whose figures, and of when.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FiguresQuery {
    /// Community.
    pub community: GridUnitId,
    /// Month, as `YYYY-MM`.
    #[param(pattern = r"^\d{4}-\d{2}$")]
    pub month: String,
}

/// The record of moderation of one's place, the newest act first.
#[utoipa::path(tag = "chat", params(PageQuery), responses((status = 200, body = Page<RecordView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/records")]
pub async fn chat_record_list(
    can: Can<ChatRecordList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<RecordView>>, ApiError> {
    let (window, scope) = (query.window::<Uuid>()?, can.scope().clone());
    let views = db.read(move |connection| -> Result<_, ApiError> {
        let rows = rows::list(connection, &scope, &window)?;
        view::views(connection, rows)
    });
    Ok(Json(window.page(views.await?, |view| view.id, |view| view)))
}

/// How often what was done in a community's chat in a month; for everybody.
pub async fn figures_of(db: &Db, query: &FiguresQuery) -> Result<FiguresView, ApiError> {
    let wrong = || ApiError::of(&error::INVALID_QUERY).field("month", "must be a month as YYYY-MM");
    let first = format!("{}-01", query.month).parse::<NaiveDate>().ok().filter(|_| query.month.len() == 7).ok_or_else(wrong)?;
    let next = first.checked_add_months(Months::new(1)).ok_or_else(wrong)?;
    let (community, between) = (query.community, (shanghai_midnight(first), shanghai_midnight(next)));
    let counted = db.read(move |connection| -> Result<_, ApiError> {
        let unit = grid::unit_find(connection, community)?.filter(|unit| unit.level() == UnitKind::Community);
        crate::reach::found(unit)?;
        Ok(rows::figures(connection, community, between)?)
    });
    Ok(view::figures(community, query.month.clone(), &counted.await?))
}

/// How often what was done in a community's chat in a month; for everybody.
#[utoipa::path(tag = "chat", params(FiguresQuery), responses((status = 200, body = FiguresView, description = "the figures"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/figures")]
pub async fn chat_figures(query: Query<FiguresQuery>, db: Data<Db>) -> Result<Tagged<FiguresView>, ApiError> {
    Ok(Tagged::content(figures_of(&db, &query).await?))
}
