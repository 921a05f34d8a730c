#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/lead-seasons`.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Created, IdempotencyKey, NoContent, PathId, Problem, Query, Valid, hash_on};
use base::ids::GridUnitId;
use base::page::{Page, PageQuery};
use people::identity::Can;
use serde::Serialize;
use utoipa::ToSchema;

use super::rows_season::{self, Season};
use super::season::{self, NewSeason};
use super::{LeadSeasonCreate, LeadSeasonEnd, LeadSeasonList, SeasonId};
use crate::reach::found;

/// A yearly occasion.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeasonView {
    /// Id.
    pub id: SeasonId,
    /// One plain sentence.
    pub summary: String,
    /// Where the lead lies.
    pub grid_unit_id: GridUnitId,
    /// Code of the duty list.
    pub category: Option<String>,
    /// A few words.
    pub title: String,
    /// What to look at.
    pub text: String,
    /// Month of the year.
    pub month: i32,
    /// Day of the month.
    pub day: i32,
    /// The last year in which it was raised, or passed before it was entered.
    pub last_year: Option<i32>,
}

impl From<Season> for SeasonView {
    fn from(row: Season) -> Self {
        Self {
            id: row.id,
            summary: format!("每年 {} 月 {} 日：{}", row.month, row.day, row.title),
            grid_unit_id: row.grid_unit_id,
            category: row.category,
            title: row.title,
            text: row.text,
            month: row.month,
            day: row.day,
            last_year: row.last_year,
        }
    }
}

/// Enter a yearly occasion; its lead is raised on its day by itself.
#[utoipa::path(tag = "leads", request_body = NewSeason, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = SeasonView, description = "entered"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/lead-seasons")]
pub async fn lead_season_create(
    can: Can<LeadSeasonCreate>,
    key: IdempotencyKey,
    body: Valid<NewSeason>,
    db: Data<Db>,
) -> Result<Created<SeasonView>, ApiError> {
    let id = SeasonId::new();
    let (once, scope, author) = (can.once(key, body.hash(), id.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| season::create(tx, &scope, author, id, &body)).await?;
    let entered = SeasonId(done.id);
    let view = db.read(move |connection| Ok::<_, ApiError>(found(rows_season::find(connection, entered)?)?.into())).await?;
    Ok(Created::new(&done, "/api/v1/governance/lead-seasons", view))
}

/// Yearly occasions in use, newest first.
#[utoipa::path(tag = "leads", params(PageQuery), responses((status = 200, body = Page<SeasonView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/lead-seasons")]
pub async fn lead_season_list(
    can: Can<LeadSeasonList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<SeasonView>>, ApiError> {
    let (window, scope) = (query.window::<SeasonId>()?, can.scope().clone());
    let rows = db.read(move |connection| rows_season::list(connection, &scope, &window)).await?;
    Ok(Json(window.page(rows, |row| row.id, SeasonView::from)))
}

/// Take a yearly occasion out of use.
#[utoipa::path(tag = "leads", params(("id" = SeasonId, Path), ("Idempotency-Key" = String, Header)), responses((status = 204, description = "ended"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/lead-seasons/{id}/end")]
pub async fn lead_season_end(
    can: Can<LeadSeasonEnd>,
    id: PathId<SeasonId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<NoContent, ApiError> {
    let (once, scope) = (can.once(key, hash_on(id.0.0, [0; 32]), id.0.0), can.scope().clone());
    let done = db.once(once, move |tx| season::end(tx, &scope, id.0)).await?;
    Ok(NoContent::new(&done))
}
