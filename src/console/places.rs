//! Places: who is responsible for each block, which have nobody; roles with their start and end; the staff roster.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use base::db::Db;
use base::error::ApiError;
use base::http::{PathId, Query};
use base::ids::GridUnitId;
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use people::community::places::GridRedList;
use people::community::places::http::{self as api, UnitDuty, UnitView};
use people::grid::{self, UnitKind};
use people::identity::http_people::{self, RoleQuery, RoleView};
use people::identity::http_phone::{self, CodeView, RosterQuery, RosterView};
use people::identity::{Can, Role, RoleEnd, RoleId, RoleList, RosterCodeIssue, RosterList, RosterRowId};

use super::form::Form;
use super::frame::Frame;
use super::refused::Refused;
use super::times;
use super::words_frame as frame_words;
use super::words_people as w;

const ROLES: &str = "/console/places/roles";

#[derive(Template)]
#[template(path = "places.html", config = "src/console/askama.toml")]
struct PlacesPage<'a> {
    f: &'a Frame,
    red: Vec<UnitView>,
    page: Page<UnitDuty>,
}

impl PlacesPage<'_> {
    fn is_block(&self, one: &UnitDuty) -> bool {
        one.unit.kind == UnitKind::Block
    }
}

/// The tree down to the blocks, with their workers; and blocks without one.
#[get("/places")]
pub async fn console_places(
    can: Can<GridRedList>,
    frame: Frame,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let most = PageQuery { limit: Some(100), cursor: None };
    let red = api::red_list(&can, &db, &most).await?.items;
    let query = PageQuery { limit: Some(query.limit.unwrap_or(50)), cursor: query.cursor.clone() };
    let page = api::tree(&can, &db, &query).await?;
    frame.page(&PlacesPage { f: &frame, red, page })
}

/// Names of units, for lists that know their ids only.
pub(super) async fn unit_names(db: &Db, ids: Vec<GridUnitId>) -> Result<HashMap<GridUnitId, String>, ApiError> {
    let units = db.read(move |connection| grid::units_by_ids(connection, &ids)).await?;
    Ok(units.into_iter().map(|(id, unit)| (id, format!("{} {}", unit.name, unit.path.as_str()))).collect())
}

#[derive(Template)]
#[template(path = "roles.html", config = "src/console/askama.toml")]
struct RolesPage<'a> {
    f: &'a Frame,
    page: Page<RoleView>,
    units: HashMap<GridUnitId, String>,
    role: Option<Role>,
    may_end: bool,
    refused: &'a Refused,
}

impl RolesPage<'_> {
    fn place(&self, unit: &Option<GridUnitId>) -> String {
        unit.and_then(|unit| self.units.get(&unit).cloned()).unwrap_or_default()
    }

    fn zh(&self, role: &str) -> String {
        Role::parse(role).map_or_else(|| role.to_owned(), |known| known.zh().to_owned())
    }

    fn is_role(&self, role: &Role) -> bool {
        self.role == Some(*role)
    }
}

async fn roles_page(
    (can, frame, db): (&Can<RoleList>, &Frame, &Db),
    query: &RoleQuery,
    refused: &Refused,
) -> Result<HttpResponse, ApiError> {
    let page = http_people::roles(can, db, query).await?;
    let units = unit_names(db, page.items.iter().filter_map(|one| one.grid_unit_id).collect()).await?;
    let may_end = can.actor().may::<RoleEnd>();
    frame.page_with(refused.status_or_ok(), &RolesPage { f: frame, page, units, role: query.role, may_end, refused })
}

/// Who holds which role.
#[get("/places/roles")]
pub async fn console_roles(
    can: Can<RoleList>,
    frame: Frame,
    query: Query<RoleQuery>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    roles_page((&can, &frame, &db), &query, &Refused::default()).await
}

/// Ends a role.
#[post("/places/roles/{id}/end")]
pub async fn console_role_end(
    can: Can<RoleEnd>,
    list: Can<RoleList>,
    frame: Frame,
    id: PathId<RoleId>,
    form: Form,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let ended = async { http_people::end_role(&can, &db, form.key()?, id.0).await };
    match ended.await {
        Ok(_done) => Ok(frame.go(ROLES, w::ENDED)),
        Err(why) => {
            let refused = Refused::new("end", form, why, frame.lang())?;
            roles_page((&list, &frame, &db), &RoleQuery::default(), &refused).await
        }
    }
}

/// A code that is shown this once, and whose row it is.
type Given = Option<(RosterRowId, CodeView)>;

#[derive(Template)]
#[template(path = "roster.html", config = "src/console/askama.toml")]
struct RosterPage<'a> {
    f: &'a Frame,
    page: Page<RosterView>,
    units: HashMap<GridUnitId, String>,
    given: Given,
    may_code: bool,
    refused: &'a Refused,
}

impl RosterPage<'_> {
    fn place(&self, unit: &Option<GridUnitId>) -> String {
        unit.and_then(|unit| self.units.get(&unit).cloned()).unwrap_or_default()
    }

    fn code(&self, row: &RosterRowId) -> Option<&CodeView> {
        self.given.as_ref().filter(|(given, _)| given == row).map(|(_, view)| view)
    }
}

async fn roster_page(
    (can, frame, db, ring): (&Can<RosterList>, &Frame, &Db, &KeyRing),
    query: &RosterQuery,
    given: Given,
    refused: &Refused,
) -> Result<HttpResponse, ApiError> {
    let page = http_phone::roster_of(can, db, ring, query).await?;
    let units = unit_names(db, page.items.iter().filter_map(|one| one.grid_unit_id).collect()).await?;
    let may_code = can.actor().may::<RosterCodeIssue>();
    frame.page_with(refused.status_or_ok(), &RosterPage { f: frame, page, units, given, may_code, refused })
}

/// The staff roster, masked.
#[get("/places/roster")]
pub async fn console_roster(
    can: Can<RosterList>,
    frame: Frame,
    query: Query<RosterQuery>,
    (db, ring): (Data<Db>, Data<KeyRing>),
) -> Result<HttpResponse, ApiError> {
    roster_page((&can, &frame, &db, &ring), &query, None, &Refused::default()).await
}

/// Gives the one-time code of a row, for somebody whose phone differs. It stands on the answer itself and nowhere else.
#[post("/places/roster/{id}/code")]
pub async fn console_roster_code(
    can: (Can<RosterCodeIssue>, Can<RosterList>),
    frame: Frame,
    id: PathId<RosterRowId>,
    form: Form,
    (db, ring): (Data<Db>, Data<KeyRing>),
) -> Result<HttpResponse, ApiError> {
    let issued = async { http_phone::issue_code(&can.0, &db, ring.clone().into_inner(), form.key()?, id.0).await };
    let (given, refused) = match issued.await {
        Ok((_done, view)) => (Some((id.0, view)), Refused::default()),
        Err(why) => (None, Refused::new("code", form, why, frame.lang())?),
    };
    let all = RosterQuery { limit: Some(100), ..RosterQuery::default() };
    roster_page((&can.1, &frame, &db, &ring), &all, given, &refused).await
}
