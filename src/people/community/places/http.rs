#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/grid/units`, `/grid/mine`, `/grid/red-list`, posters.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::clock::shanghai_date;
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Tagged, Valid, hash_on};
use base::ids::GridUnitId;
use base::page::{Page, PageQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::deputy::{self, NewDeputy};
use super::poster;
use super::responsible::{self, ResponsibleView};
use super::{DeputyName, GridMine, GridRedList, PosterCreate, UnitFind, UnitList};
use crate::grid::{self, GridPath, GridUnit, TICKET_PREFIX, UnitKind};
use crate::identity::{Can, Role, RoleId};
use crate::qr;

/// Which units.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitQuery {
    /// Only of this level.
    kind: Option<UnitKind>,
    /// Only at or below this unit.
    under: Option<GridUnitId>,
    /// Items of a page, 1 to 100 (default 20).
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A unit of the grid.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitView {
    /// Id.
    pub id: GridUnitId,
    /// Level.
    pub kind: UnitKind,
    /// The unit above.
    pub parent: Option<GridUnitId>,
    /// Whole code.
    pub path: String,
    /// Name.
    pub name: String,
    /// In use?
    pub active: bool,
    /// One line to read out.
    pub summary: String,
}

/// A unit and the names from the street down to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitDetail {
    /// The unit.
    unit: UnitView,
    /// Units from the street down, itself last.
    above: Vec<UnitView>,
}

/// Who is responsible for one of my places.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyPlace {
    /// The place.
    unit: UnitView,
    /// Names from the street down, joined.
    full_name: String,
    /// Grid workers, the nearest first.
    workers: Vec<ResponsibleView>,
    /// Who stands in for one of them today.
    deputies: Vec<ResponsibleView>,
    /// Heads of the entrance.
    building_heads: Vec<ResponsibleView>,
    /// Says so when no worker is there.
    note: Option<String>,
    /// One line to read out.
    summary: String,
}

/// My places.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyGrid {
    /// One entry a residence or place of work.
    items: Vec<MyPlace>,
}

/// A poster.
#[derive(Debug, Serialize, ToSchema)]
pub struct PosterView {
    /// The entrance.
    unit: GridUnitId,
    /// To be typed when a phone can't scan.
    ticket: String,
    /// Content of the QR code.
    content: String,
    /// The QR code as SVG.
    svg: String,
    /// Title of the poster.
    title: String,
}

fn view(unit: GridUnit) -> UnitView {
    let kind = unit.level();
    let level = match kind {
        UnitKind::Street => "街道",
        UnitKind::Community => "社区",
        UnitKind::Estate => "小区",
        UnitKind::Block => "片区",
        UnitKind::Entrance => "楼门",
    };
    let summary = format!("{level}：{}{}", unit.name, if unit.active { "" } else { "（停用）" });
    UnitView {
        id: unit.id,
        kind,
        parent: unit.parent_id,
        path: unit.path.as_str().to_owned(),
        name: unit.name,
        active: unit.active,
        summary,
    }
}

/// Units of the grid in order of their code.
#[utoipa::path(tag = "grid", params(UnitQuery), responses((status = 200, body = Page<UnitView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/grid/units")]
pub async fn unit_list(can: Can<UnitList>, query: Query<UnitQuery>, db: Data<Db>) -> Result<Json<Page<UnitView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<String>()?;
    let (scope, kind, under) = (can.scope().clone(), query.kind, query.under);
    let page = db
        .read(move |connection| {
            let mut scope = scope.clone();
            if let Some(id) = under {
                let top = grid::unit_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
                scope.require_unit(&top.path)?;
                scope = grid::Scope { units: vec![top.path], ..grid::Scope::default() };
            }
            let after = window.after.clone().map(GridPath::new);
            let rows = grid::units_below(connection, &scope, kind, after.as_ref(), window.load())?;
            Ok::<_, ApiError>(window.page(rows, |unit| unit.path.as_str().to_owned(), view))
        })
        .await?;
    Ok(Json(page))
}

/// One unit with the units above it.
#[utoipa::path(tag = "grid", params(("id" = GridUnitId, Path)), responses((status = 200, body = UnitDetail, description = "the unit"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/grid/units/{id}")]
pub async fn unit_find(can: Can<UnitFind>, id: PathId<GridUnitId>, db: Data<Db>) -> Result<Json<UnitDetail>, ApiError> {
    let scope = can.scope().clone();
    let found = db
        .read(move |connection| {
            let unit = grid::unit_find(connection, id.0)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
            scope.require_unit(&unit.path)?;
            let above = grid::above(connection, &unit.path)?.into_iter().map(view).collect();
            Ok::<_, ApiError>(UnitDetail { unit: view(unit), above })
        })
        .await?;
    Ok(Json(found))
}

/// Who is responsible for me: workers and building heads of my entrances and places of work.
#[utoipa::path(tag = "grid", responses((status = 200, body = MyGrid, description = "my places"), (status = 304, description = "unchanged"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/grid/mine")]
pub async fn grid_mine(can: Can<GridMine>, db: Data<Db>) -> Result<Tagged<MyGrid>, ApiError> {
    let mine = [Role::Resident, Role::NewEmployment];
    let mut units: Vec<GridUnitId> =
        mine.iter().flat_map(|role| can.actor().holding(*role)).filter_map(|held| held.unit).collect();
    units.sort();
    units.dedup();
    let items = db
        .read(move |connection| {
            let found = grid::units_by_ids(connection, &units)?;
            let mut places: Vec<GridUnit> = found.into_values().collect();
            places.sort_by(|one, other| one.path.cmp(&other.path));
            places.into_iter().map(|unit| my_place(connection, unit)).collect::<Result<Vec<_>, ApiError>>()
        })
        .await?;
    Ok(Tagged::content(MyGrid { items }))
}

fn my_place(connection: &mut diesel::PgConnection, unit: GridUnit) -> Result<MyPlace, ApiError> {
    let full_name = grid::above(connection, &unit.path)?.into_iter().map(|unit| unit.name).collect::<Vec<_>>().join(" ");
    let (workers, deputies) = responsible::workers(connection, &unit.path)?;
    let building_heads = responsible::over(connection, Role::BuildingHead, &unit.path)?;
    let nobody = workers.is_empty() && deputies.is_empty();
    let note = nobody.then(|| "本片区暂无网格员，已列入红色清单，请联系社区居委会。".to_owned());
    let summary = match (deputies.first(), workers.first()) {
        (Some(deputy), _) => format!("{full_name}，今日由 {} 代班", deputy.nickname),
        (None, Some(worker)) => format!("{full_name}，网格员 {}", worker.nickname),
        (None, None) => format!("{full_name}，暂无网格员"),
    };
    Ok(MyPlace { unit: view(unit), full_name, workers, deputies, building_heads, note, summary })
}

/// Somebody who stands in.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeputyView {
    /// Their role at the block, by which it can be ended early (`POST /roles/{id}/end`).
    role: RoleId,
    /// The block.
    unit: GridUnitId,
    /// One line to read out.
    summary: String,
}

/// Name who stands in for the worker of a block for some time: the role is theirs in it.
#[utoipa::path(tag = "grid", request_body = NewDeputy, params(("id" = GridUnitId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = DeputyView, description = "named"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid/units/{id}/deputies")]
pub async fn deputy_name(
    can: Can<DeputyName>,
    id: PathId<GridUnitId>,
    key: IdempotencyKey,
    body: Valid<NewDeputy>,
    db: Data<Db>,
) -> Result<Created<DeputyView>, ApiError> {
    let (role, unit, scope, new) = (RoleId::new(), id.0, can.scope().clone(), *body);
    let once = can.once(key, hash_on(unit.0, body.hash()), role.0);
    let done = db.once(once, move |tx| deputy::name(tx, &scope, (role, unit), new)).await?;
    let role = RoleId(done.id);
    let summary = format!("{} 至 {} 代班", shanghai_date(new.starts_at), shanghai_date(new.ends_at));
    Ok(Created::new(&done, "/api/v1/roles", DeputyView { role, unit, summary }))
}

/// Blocks of the scope that have no active worker, in order of their code.
pub async fn red_list(can: &Can<GridRedList>, db: &Db, query: &PageQuery) -> Result<Page<UnitView>, ApiError> {
    let window = query.window::<String>()?;
    let scope = can.scope().clone();
    db.read(move |connection| {
        let after = window.after.clone().map(GridPath::new);
        let limit = usize::try_from(window.load()).unwrap_or(21);
        let rows = responsible::uncovered(connection, &scope, after, limit)?;
        Ok::<_, ApiError>(window.page(rows, |unit| unit.path.as_str().to_owned(), view))
    })
    .await
}

/// A unit of the tree with those who are responsible for it.
#[derive(Debug)]
pub struct UnitDuty {
    /// The unit: a block of the scope, or one above it.
    pub unit: UnitView,
    /// Of a block: its grid workers, the nearest first.
    pub workers: Vec<ResponsibleView>,
}

impl UnitDuty {
    /// How far below the street it lies.
    pub fn depth(&self) -> usize {
        self.unit.path.matches('/').count()
    }
}

/// Blocks of the scope with their workers, in order of their code, the units above them in front of them; a page counts blocks.
pub async fn tree(can: &Can<GridRedList>, db: &Db, query: &PageQuery) -> Result<Page<UnitDuty>, ApiError> {
    let window = query.window::<String>()?;
    let scope = can.scope().clone();
    db.read(move |connection| {
        let after = window.after.clone().map(GridPath::new);
        let rows = grid::units_below(connection, &scope, Some(UnitKind::Block), after.as_ref(), window.load())?;
        let page = window.page(rows, |unit| unit.path.as_str().to_owned(), |unit| unit.path);
        let mut workers = responsible::over_each(connection, Role::GridWorker, &page.items)?;
        let units = grid::above_all(connection, &page.items)?;
        let duty = |unit: GridUnit| {
            let workers = workers.remove(&unit.path).unwrap_or_default();
            UnitDuty { unit: view(unit), workers }
        };
        Ok::<_, ApiError>(Page { items: units.into_iter().map(duty).collect(), next_cursor: page.next_cursor })
    })
    .await
}

/// Blocks of one's scope that have no active worker, in order of their code.
#[utoipa::path(tag = "grid", params(PageQuery), responses((status = 200, body = Page<UnitView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/grid/red-list")]
pub async fn grid_red_list(
    can: Can<GridRedList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<UnitView>>, ApiError> {
    Ok(Json(red_list(&can, &db, &query).await?))
}

/// The poster of an entrance; asking again gives the same ticket, so posters on the wall stay valid.
#[utoipa::path(tag = "grid", params(("id" = GridUnitId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = PosterView, description = "ticket and QR code"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid/units/{id}/poster")]
pub async fn poster_create(
    can: Can<PosterCreate>,
    id: PathId<GridUnitId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<PosterView>, ApiError> {
    let (once, scope, by) = (can.once(key, hash_on(id.0.0, [0; 32]), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| poster::make(tx, &scope, by, id.0)).await?;
    let (unit, ticket) = db.read(move |connection| poster::find(connection, id.0)).await?;
    let content = format!("{TICKET_PREFIX}{ticket}");
    let svg = qr::svg(&content)?;
    let title = format!("{} · 扫码认领住址", unit.name);
    Ok(Changed::new(&done, PosterView { unit: unit.id, ticket, content, svg, title }))
}
