#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/organizations`: the directory. Contacts are not shown here.

use actix_web::get;
use actix_web::web::{Data, Json};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{PathId, Problem, Query};
use base::ids::{GridUnitId, OrganizationId};
use base::page::{Page, PageQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::rows::{self, Organization};
use super::{OrganizationFind, OrganizationKind, OrganizationList};
use crate::grid::{self, Target};
use crate::identity::Can;

/// Which organizations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrganizationQuery {
    /// Only of this kind.
    #[param(inline)]
    kind: Option<OrganizationKind>,
    /// Only of this community or street.
    unit: Option<GridUnitId>,
    /// Items of a page, 1 to 100 (default 20).
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// An organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganizationView {
    /// Id.
    id: OrganizationId,
    /// merchant, property, social_organization, company, office, street, committee.
    kind: String,
    /// Name.
    name: String,
    /// Code within its community or street.
    code: String,
    /// Its community or street.
    unit: GridUnitId,
    /// applied, active, closed.
    state: String,
    /// One line to read out.
    summary: String,
}

fn view(row: Organization) -> OrganizationView {
    let kind = OrganizationKind::parse(&row.kind).map_or("", OrganizationKind::zh);
    let summary = format!("{}（{kind}）", row.name);
    OrganizationView {
        id: row.id,
        kind: row.kind,
        name: row.name,
        code: row.code,
        unit: row.grid_unit_id,
        state: row.state,
        summary,
    }
}

/// Organizations of one's street in order of entry, closed ones left out.
#[utoipa::path(tag = "community", params(OrganizationQuery), responses((status = 200, body = Page<OrganizationView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/organizations")]
pub async fn organization_list(
    can: Can<OrganizationList>,
    query: Query<OrganizationQuery>,
    db: Data<Db>,
) -> Result<Json<Page<OrganizationView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window()?;
    let (scope, kind, unit) = (can.scope().clone(), query.kind, query.unit);
    let page = db
        .read(move |connection| {
            let kind = kind.map(OrganizationKind::name);
            let rows = rows::list(connection, &scope, kind, unit, window.after, window.load())?;
            Ok::<_, ApiError>(window.page(rows, |row| row.id, view))
        })
        .await?;
    Ok(Json(page))
}

/// One organization.
#[utoipa::path(tag = "community", params(("id" = OrganizationId, Path)), responses((status = 200, body = OrganizationView, description = "the organization"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/organizations/{id}")]
pub async fn organization_find(
    can: Can<OrganizationFind>,
    id: PathId<OrganizationId>,
    db: Data<Db>,
) -> Result<Json<OrganizationView>, ApiError> {
    let scope = can.scope().clone();
    let found = db
        .read(move |connection| {
            let row = rows::organization_find(connection, id.0)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
            let unit = grid::unit_find(connection, row.grid_unit_id)?.map(|unit| unit.path);
            scope.require(&Target { unit: unit.as_ref(), organization: Some(row.id), person: None })?;
            Ok::<_, ApiError>(view(row))
        })
        .await?;
    Ok(Json(found))
}
