#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of a person's wallet and statement, and of the public liability.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get};
use base::db::Db;
use base::error::ApiError;
use base::http::{Problem, Query};
use base::ids::GridUnitId;
use base::page::{Page, PageQuery};
use ledger::reads;
use people::identity::Can;
use serde::Deserialize;
use utoipa::IntoParams;

use super::liability::{self, LiabilityView};
use super::view::{Holder, LineView, WalletView, wallet};
use super::{LiabilityFind, StatementExport, StatementList, WalletFind, csv};
use crate::place;

/// Whose book.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BookQuery {
    /// The community; by default the one that the caller's first role lies in.
    pub(super) community: Option<GridUnitId>,
}

/// A page of a statement.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatementQuery {
    /// The community; by default the one that the caller's first role lies in.
    pub(super) community: Option<GridUnitId>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub(super) limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub(super) cursor: Option<String>,
}

/// Lines of the newest statement that a table holds.
const EXPORTED: i64 = 10_000;

/// One's own wallet in a community: available, by last day of spending, held, waiting.
#[utoipa::path(tag = "points", params(BookQuery), responses((status = 200, body = WalletView, description = "the wallet"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/wallet")]
pub async fn wallet_find(can: Can<WalletFind>, query: Query<BookQuery>, db: Data<Db>) -> Result<Json<WalletView>, ApiError> {
    let (holder, community) = (Holder::Person(can.person().0), place::community_or_own(can.actor(), query.community)?);
    Ok(Json(db.read(move |connection| wallet(connection, community, holder)).await?))
}

/// One's own statement, newest first, paged by the book's sequence.
#[utoipa::path(tag = "points", params(StatementQuery), responses((status = 200, body = Page<LineView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/statement")]
pub async fn statement_list(
    can: Can<StatementList>,
    query: Query<StatementQuery>,
    db: Data<Db>,
) -> Result<Json<Page<LineView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<i64>()?;
    let (actor, asked, (kind, owner)) = (can.actor().clone(), query.community, Holder::Person(can.person().0).account());
    let lines = db
        .read(move |connection| {
            let book = place::book(place::community_or_own(&actor, asked)?);
            Ok::<_, ApiError>(reads::statement_lines(connection, book, kind, owner, window.after, window.load())?)
        })
        .await?;
    Ok(Json(window.page(lines, |line| line.sequence, LineView::from)))
}

/// One's own statement as CSV: the newest 10,000 lines.
#[utoipa::path(tag = "points", params(BookQuery), responses((status = 200, content_type = "text/csv", body = String, description = "a table"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/statement.csv")]
pub async fn statement_export(
    can: Can<StatementExport>,
    query: Query<BookQuery>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let (actor, asked, (kind, owner)) = (can.actor().clone(), query.community, Holder::Person(can.person().0).account());
    let lines = db
        .read(move |connection| {
            let book = place::book(place::community_or_own(&actor, asked)?);
            Ok::<_, ApiError>(reads::statement_lines(connection, book, kind, owner, None, EXPORTED)?)
        })
        .await?;
    let mut response = HttpResponse::Ok();
    response.content_type("text/csv; charset=utf-8");
    response.insert_header(("Content-Disposition", "attachment; filename=\"points-statement.csv\""));
    Ok(response.body(csv::write(&lines)))
}

/// What a community owes in points: outstanding by last day of spending, budgets, held, merchants.
#[utoipa::path(tag = "points", params(BookQuery), responses((status = 200, body = LiabilityView, description = "the figures"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/liability")]
pub async fn liability_find(
    can: Can<LiabilityFind>,
    query: Query<BookQuery>,
    db: Data<Db>,
) -> Result<Json<LiabilityView>, ApiError> {
    let (actor, asked) = (can.actor().clone(), query.community);
    let view = db
        .read(move |connection| {
            let community = place::community_or_own(&actor, asked)?;
            place::must_be_community(connection, community)?;
            Ok::<_, ApiError>(liability::liability(connection, community)?)
        })
        .await?;
    Ok(Json(view))
}
