//! Points: budgets with what was asked, approved and is left, who asked, what waits for a second person; and awards that wait for points.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{PathId, Query};
use base::ids::{GridUnitId, PersonId};
use base::page::{Page, PageQuery};
use people::grid::{self, UnitKind};
use people::identity::{self, Actor, Can, PersonName};
use points::Outside;
use points::awards::http::waiting;
use points::awards::{AwardView, AwardWaitingList};
use points::budgets::http::{self as api, BudgetQuery};
use points::budgets::{
    BudgetApprove, BudgetChangeApprove, BudgetChangeRefuse, BudgetClose, BudgetCreate, BudgetId, BudgetList, BudgetRefuse,
    BudgetState, BudgetTopUp, BudgetUnfund, BudgetView, ChangeId, ChangeState,
};

use super::form::Form;
use super::frame::Frame;
use super::refused::Refused;
use super::times;
use super::words_frame as frame_words;
use super::words_points as w;

const LIST: &str = "/console/points";

/// A community or street that a form names.
pub(super) struct Place {
    pub(super) id: GridUnitId,
    pub(super) name: String,
}

/// The communities that the actor's roles lie in, for forms; and their streets, which may pay.
pub(super) fn places(connection: &mut diesel::PgConnection, actor: &Actor) -> Result<(Vec<Place>, Vec<Place>), ApiError> {
    let held: Vec<GridUnitId> = actor.roles.iter().filter_map(|held| held.unit).collect();
    let mut communities = Vec::new();
    let mut payers = Vec::new();
    for unit in grid::units_by_ids(connection, &held)?.into_values() {
        if unit.level() == UnitKind::Street {
            let below = grid::Scope { units: vec![unit.path.clone()], ..grid::Scope::default() };
            communities.extend(grid::units_below(connection, &below, Some(UnitKind::Community), None, 100)?);
        } else if let Some(community) = grid::community_of(connection, unit.id)? {
            communities.push(community);
        }
        payers.extend(grid::unit_by_code(connection, &unit.path.street())?);
    }
    payers.extend(communities.iter().cloned());
    let place = |mut units: Vec<grid::GridUnit>| {
        units.sort_by(|a, b| a.path.cmp(&b.path));
        units.dedup_by(|a, b| a.id == b.id);
        units.into_iter().map(|unit| Place { id: unit.id, name: unit.name }).collect()
    };
    Ok((place(communities), place(payers)))
}

/// Who a person is to a colleague: nickname and number.
pub(super) fn named(names: &HashMap<PersonId, PersonName>, person: &PersonId) -> String {
    names.get(person).map_or_else(String::new, |name| format!("{} {}", name.nickname, name.short_number))
}

/// What this reader may do; each is asked again when it is done.
struct May {
    ask: bool,
    decide: bool,
}

#[derive(Template)]
#[template(path = "points.html", config = "src/console/askama.toml")]
struct BudgetsPage<'a> {
    f: &'a Frame,
    page: Page<BudgetView>,
    names: HashMap<PersonId, PersonName>,
    communities: Vec<Place>,
    payers: Vec<Place>,
    state: Option<BudgetState>,
    me: PersonId,
    may: May,
    refused: &'a Refused,
}

impl BudgetsPage<'_> {
    fn who(&self, person: &PersonId) -> String {
        named(&self.names, person)
    }

    /// Somebody else's: one's own is for another person to decide.
    fn decides(&self, asked: &PersonId) -> bool {
        self.may.decide && *asked != self.me
    }

    fn is_state(&self, state: &BudgetState) -> bool {
        self.state == Some(*state)
    }
}

async fn budgets_page(
    (can, frame, db): (&Can<BudgetList>, &Frame, &Db),
    query: &BudgetQuery,
    refused: &Refused,
) -> Result<HttpResponse, ApiError> {
    let page = api::list(can, db, query).await?;
    let changes = page.items.iter().flat_map(|one| &one.changes);
    let mut people: Vec<PersonId> = changes.flat_map(|one| [Some(one.requested_by), one.approved_by]).flatten().collect();
    people.extend(page.items.iter().flat_map(|one| [Some(one.requested_by), one.decided_by]).flatten());
    let actor = can.actor().clone();
    let (names, (communities, payers)) = db
        .read(move |connection| Ok::<_, ApiError>((identity::names_by_ids(connection, &people)?, places(connection, &actor)?)))
        .await?;
    let may = May { ask: can.actor().may::<BudgetCreate>(), decide: can.actor().may::<BudgetApprove>() };
    let me = can.person();
    let whole = BudgetsPage { f: frame, page, names, communities, payers, state: query.state, me, may, refused };
    frame.page_with(refused.status_or_ok(), &whole)
}

/// Nothing filtered.
const fn all() -> BudgetQuery {
    BudgetQuery { community: None, state: None, limit: None, cursor: None }
}

/// Budgets.
#[get("/points")]
pub async fn console_budgets(
    can: Can<BudgetList>,
    frame: Frame,
    query: Query<BudgetQuery>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    budgets_page((&can, &frame, &db), &query, &Refused::default()).await
}

/// Asks for a budget.
#[post("/points/budgets")]
pub async fn console_budget_ask(
    can: Can<BudgetCreate>,
    list: Can<BudgetList>,
    frame: Frame,
    form: Form,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let asked = async { api::ask(&can, &db, (form.key()?, form.hash()), form.read()?).await };
    match asked.await {
        Ok(_done) => Ok(frame.go(LIST, w::ASKED)),
        Err(why) => budgets_page((&list, &frame, &db), &all(), &Refused::new("ask", form, why, frame.lang())?).await,
    }
}

/// Asks for more points.
#[post("/points/budgets/{id}/top-up")]
pub async fn console_budget_top_up(
    can: Can<BudgetTopUp>,
    list: Can<BudgetList>,
    frame: Frame,
    id: PathId<BudgetId>,
    form: Form,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let asked = async { api::top_up(&can, &db, (form.key()?, form.hash()), id.0, &form.read()?).await };
    match asked.await {
        Ok(_done) => Ok(frame.go(LIST, w::ASKED)),
        Err(why) => budgets_page((&list, &frame, &db), &all(), &Refused::new("decide", form, why, frame.lang())?).await,
    }
}

/// Asks to take unused points out.
#[post("/points/budgets/{id}/unfund")]
pub async fn console_budget_unfund(
    can: Can<BudgetUnfund>,
    list: Can<BudgetList>,
    frame: Frame,
    id: PathId<BudgetId>,
    form: Form,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let asked = async { api::unfund(&can, &db, (form.key()?, form.hash()), id.0, &form.read()?).await };
    match asked.await {
        Ok(_done) => Ok(frame.go(LIST, w::ASKED)),
        Err(why) => budgets_page((&list, &frame, &db), &all(), &Refused::new("decide", form, why, frame.lang())?).await,
    }
}

/// Everything that a decision may need; one form decides on a budget or on a change of it.
type Deciding = (Can<BudgetApprove>, Can<BudgetRefuse>, Can<BudgetClose>, Can<BudgetChangeApprove>, Can<BudgetChangeRefuse>);

async fn decide(can: &Deciding, db: &Db, outside: &Outside, form: &Form) -> Result<(), ApiError> {
    let unknown = |_why| ApiError::of(&error::NOT_FOUND);
    let (id, key) = (form.get("id"), form.key()?);
    let budget = || id.parse::<BudgetId>().map_err(unknown);
    let change = || id.parse::<ChangeId>().map_err(unknown);
    match form.get("what") {
        "approve" => api::approve(&can.0, db, outside, key, budget()?).await?,
        "refuse" => api::refuse(&can.1, db, outside, key, budget()?).await?,
        "close" => api::close(&can.2, db, outside, key, budget()?).await?,
        "approve-change" => api::approve_change(&can.3, db, outside, key, change()?).await?,
        "refuse-change" => api::refuse_change(&can.4, db, outside, key, change()?).await?,
        _ => return Err(ApiError::of(&error::NOT_FOUND)),
    };
    Ok(())
}

/// Decides what another person asked for.
#[post("/points/decide")]
pub async fn console_budget_decide(
    can: Deciding,
    list: Can<BudgetList>,
    frame: Frame,
    form: Form,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<HttpResponse, ApiError> {
    match decide(&can, &db, &outside, &form).await {
        Ok(()) => Ok(frame.go(LIST, w::DECIDED)),
        Err(why) => budgets_page((&list, &frame, &db), &all(), &Refused::new("decide", form, why, frame.lang())?).await,
    }
}

#[derive(Template)]
#[template(path = "points_awards.html", config = "src/console/askama.toml")]
struct AwardsPage<'a> {
    f: &'a Frame,
    page: Page<AwardView>,
}

/// Awards that wait for points.
#[get("/points/awards")]
pub async fn console_awards(
    can: Can<AwardWaitingList>,
    frame: Frame,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let page = waiting(&can, &db, &query).await?;
    frame.page(&AwardsPage { f: &frame, page })
}
