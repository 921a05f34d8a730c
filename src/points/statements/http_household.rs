#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of a household's pool: what its children earned. Whoever belongs to the household sees it.

use actix_web::get;
use actix_web::web::{Data, Json};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Problem, Query};
use base::ids::{GridUnitId, PersonId};
use base::page::{Page, PageQuery};
use diesel::PgConnection;
use ledger::reads;
use people::identity::Can;
use uuid::Uuid;

use super::http::{BookQuery, StatementQuery};
use super::view::{Holder, LineView, WalletView, wallet};
use super::{HouseholdPoolFind, HouseholdStatementList};
use crate::outside::Outside;
use crate::place;

/// The caller's household in a community; 404 where they belong to none.
fn household(
    connection: &mut PgConnection,
    outside: &Outside,
    community: GridUnitId,
    person: PersonId,
) -> Result<Uuid, ApiError> {
    let mut found = outside.households.households_of(connection, community, &[person])?;
    found.remove(&person).ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// The pool of one's own household in a community: what its children under 14 earned.
#[utoipa::path(tag = "points", params(BookQuery), responses((status = 200, body = WalletView, description = "the pool"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/household")]
pub async fn household_pool_find(
    can: Can<HouseholdPoolFind>,
    query: Query<BookQuery>,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Json<WalletView>, ApiError> {
    let (person, community) = (can.person(), place::community_or_own(can.actor(), query.community)?);
    let view = db
        .read(move |connection| {
            let household = household(connection, &outside, community, person)?;
            Ok::<_, ApiError>(wallet(connection, community, Holder::Household(household))?)
        })
        .await?;
    Ok(Json(view))
}

/// The statement of that pool, newest first.
#[utoipa::path(tag = "points", params(StatementQuery), responses((status = 200, body = Page<LineView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/household/statement")]
pub async fn household_statement_list(
    can: Can<HouseholdStatementList>,
    query: Query<StatementQuery>,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Json<Page<LineView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<i64>()?;
    let (person, community) = (can.person(), place::community_or_own(can.actor(), query.community)?);
    let lines = db
        .read(move |connection| {
            let (kind, owner) = Holder::Household(household(connection, &outside, community, person)?).account();
            let book = place::book(community);
            Ok::<_, ApiError>(reads::statement_lines(connection, book, kind, owner, window.after, window.load())?)
        })
        .await?;
    Ok(Json(window.page(lines, |line| line.sequence, LineView::from)))
}
