#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of an organization's wallet: points that it earned by taking part and that never become money.

use actix_web::get;
use actix_web::web::{Data, Json};
use base::db::Db;
use base::error::ApiError;
use base::http::{PathId, Problem, Query};
use base::ids::{GridUnitId, OrganizationId};
use base::page::{Page, PageQuery};
use diesel::PgConnection;
use ledger::{AccountKind, reads};
use people::identity::{Actor, Can};

use super::http::StatementQuery;
use super::view::{Holder, LineView, WalletView, wallet};
use super::{OrganizationStatementList, OrganizationWalletFind};
use crate::place;

/// The community asked for, else the first in which the organization has an account, else the caller's.
fn book_of(
    connection: &mut PgConnection,
    actor: &Actor,
    organization: OrganizationId,
    asked: Option<GridUnitId>,
) -> Result<GridUnitId, ApiError> {
    if let Some(community) = asked {
        return Ok(community);
    }
    let books = reads::books_of(connection, AccountKind::Organization, organization.0)?;
    match books.first() {
        Some(book) => Ok(GridUnitId(book.0)),
        None => place::community_or_own(actor, None),
    }
}

/// An organization's wallets, one per community.
#[utoipa::path(tag = "points", params(("id" = OrganizationId, Path)), responses((status = 200, body = Vec<WalletView>, description = "one wallet per community"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/organizations/{id}/wallet")]
pub async fn organization_wallet_find(
    can: Can<OrganizationWalletFind>,
    id: PathId<OrganizationId>,
    db: Data<Db>,
) -> Result<Json<Vec<WalletView>>, ApiError> {
    can.scope().require_organization(id.0)?;
    let views = db
        .read(move |connection| {
            let books = reads::books_of(connection, AccountKind::Organization, id.0.0)?;
            let holder = Holder::Organization(id.0.0);
            books.into_iter().map(|book| wallet(connection, GridUnitId(book.0), holder)).collect::<base::db::DbResult<Vec<_>>>()
        })
        .await?;
    Ok(Json(views))
}

/// An organization's statement, newest first.
#[utoipa::path(tag = "points", params(("id" = OrganizationId, Path), StatementQuery), responses((status = 200, body = Page<LineView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/organizations/{id}/statement")]
pub async fn organization_statement_list(
    can: Can<OrganizationStatementList>,
    id: PathId<OrganizationId>,
    query: Query<StatementQuery>,
    db: Data<Db>,
) -> Result<Json<Page<LineView>>, ApiError> {
    can.scope().require_organization(id.0)?;
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<i64>()?;
    let (actor, asked, (kind, owner)) = (can.actor().clone(), query.community, Holder::Organization(id.0.0).account());
    let lines = db
        .read(move |connection| {
            let book = place::book(book_of(connection, &actor, id.0, asked)?);
            Ok::<_, ApiError>(reads::statement_lines(connection, book, kind, owner, window.after, window.load())?)
        })
        .await?;
    Ok(Json(window.page(lines, |line| line.sequence, LineView::from)))
}
