#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of awards.

use actix_web::get;
use actix_web::web::{Data, Json};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{PathId, Problem, Query};
use base::ids::GridUnitId;
use base::page::{Page, PageQuery};
use people::grid::{self, Target};
use people::identity::Can;

use super::award::AwardState;
use super::view::{AwardView, WhyView, views, why};
use super::{AwardFind, AwardId, AwardList, AwardWaitingList, rows};
use crate::budgets;

base::list_query! {
    /// Which awards.
    AwardQuery {
        /// Of one community.
        community: Option<GridUnitId>,
        /// In one state.
        state: Option<AwardState>,
    }
}

/// One's own awards, newest first.
#[utoipa::path(tag = "points", params(AwardQuery), responses((status = 200, body = Page<AwardView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/awards")]
pub async fn award_list(can: Can<AwardList>, query: Query<AwardQuery>, db: Data<Db>) -> Result<Json<Page<AwardView>>, ApiError> {
    let window = query.window::<AwardId>()?;
    let (person, community, state) = (can.person(), query.community, query.state);
    let page = db
        .read(move |connection| {
            let found = rows::awards_of(connection, person, community, state, window.after, window.load())?;
            Ok::<_, ApiError>(window.page(views(connection, found)?, |view| view.id, |view| view))
        })
        .await?;
    Ok(Json(page))
}

/// Awards of the scope that wait for a budget, oldest first.
pub async fn waiting(can: &Can<AwardWaitingList>, db: &Db, query: &PageQuery) -> Result<Page<AwardView>, ApiError> {
    let window = query.window::<AwardId>()?;
    let scope = can.scope().clone();
    db.read(move |connection| {
        let sponsored = budgets::sponsored_by(connection, &scope.organizations)?;
        let found = rows::awards_waiting(connection, &scope, &sponsored, window.after, window.load())?;
        Ok::<_, ApiError>(window.page(views(connection, found)?, |view| view.id, |view| view))
    })
    .await
}

/// Awards that wait for a budget of the caller's places or organization, oldest first.
#[utoipa::path(tag = "points", params(PageQuery), responses((status = 200, body = Page<AwardView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/awards/waiting")]
pub async fn award_waiting_list(
    can: Can<AwardWaitingList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<AwardView>>, ApiError> {
    Ok(Json(waiting(&can, &db, &query).await?))
}

/// Why an award was given: event, evidence, rule version, approvers, budget, posting.
#[utoipa::path(tag = "points", params(("id" = AwardId, Path)), responses((status = 200, body = WhyView, description = "the chain"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/awards/{id}")]
pub async fn award_find(can: Can<AwardFind>, id: PathId<AwardId>, db: Data<Db>) -> Result<Json<WhyView>, ApiError> {
    let scope = can.scope().clone();
    let found = db
        .read(move |connection| {
            let award = rows::award_find(connection, id.0)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
            let unit = grid::unit_find(connection, award.community_id)?;
            scope.require(&Target {
                person: award.beneficiary_person_id,
                organization: award.beneficiary_organization_id,
                unit: unit.as_ref().map(|unit| &unit.path),
            })?;
            Ok::<_, ApiError>(why(connection, award)?)
        })
        .await?;
    found.map(Json).ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}
