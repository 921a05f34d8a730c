//! Rules of points: a draft of one person, put in force by another.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use base::db::Db;
use base::error::ApiError;
use base::http::{PathId, Query};
use base::ids::PersonId;
use base::page::Page;
use people::identity::{self, Can, PersonName};
use points::budgets::http as budgets_api;
use points::budgets::{BudgetList, BudgetState, BudgetView};
use points::rules::http::{self as api, NewRule, RuleQuery, RuleView};
use points::rules::{RuleApprove, RuleCreate, RuleEnd, RuleId, RuleList, RuleState};
use points::{EventKind, Outside};

use super::form::Form;
use super::frame::Frame;
use super::points::{Place, named, places};
use super::refused::Refused;
use super::words_frame as frame_words;
use super::words_points as w;

const LIST: &str = "/console/points/rules";

#[derive(Template)]
#[template(path = "points_rules.html", config = "src/console/askama.toml")]
struct RulesPage<'a> {
    f: &'a Frame,
    page: Page<RuleView>,
    names: HashMap<PersonId, PersonName>,
    communities: Vec<Place>,
    budgets: Vec<BudgetView>,
    me: PersonId,
    may_write: bool,
    may_decide: bool,
    refused: &'a Refused,
}

impl RulesPage<'_> {
    fn who(&self, person: &PersonId) -> String {
        named(&self.names, person)
    }

    fn decides(&self, rule: &RuleView) -> bool {
        self.may_decide && rule.state == RuleState::Draft && rule.created_by != self.me
    }

    fn ends(&self, rule: &RuleView) -> bool {
        self.may_decide && rule.state == RuleState::InForce
    }
}

async fn rules_page(
    (can, budgets, frame, db): (&Can<RuleList>, &Can<BudgetList>, &Frame, &Db),
    query: &RuleQuery,
    refused: &Refused,
) -> Result<HttpResponse, ApiError> {
    let mut query = query.clone();
    let actor = can.actor().clone();
    let (communities, _) = db.read(move |connection| places(connection, &actor)).await?;
    // Who works for a street sees the rules of its first community until another is chosen.
    query.community = query.community.or_else(|| communities.first().map(|place| place.id));
    let page = api::list(can, db, &query).await?;
    let usable = budgets_api::BudgetQuery {
        community: query.community,
        state: Some(BudgetState::Approved),
        limit: Some(100),
        cursor: None,
    };
    let budgets = budgets_api::list(budgets, db, &usable).await?.items;
    let people: Vec<PersonId> = page.items.iter().flat_map(|rule| [Some(rule.created_by), rule.approved_by]).flatten().collect();
    let names = db.read(move |connection| identity::names_by_ids(connection, &people)).await?;
    let (may_write, may_decide) = (can.actor().may::<RuleCreate>(), can.actor().may::<RuleApprove>());
    let me = can.person();
    let whole = RulesPage { f: frame, page, names, communities, budgets, me, may_write, may_decide, refused };
    frame.page_with(refused.status_or_ok(), &whole)
}

const fn all() -> RuleQuery {
    RuleQuery { community: None, kind: None, state: None, limit: None, cursor: None }
}

/// Rules of a community.
#[get("/points/rules")]
pub async fn console_rules(
    can: Can<RuleList>,
    budgets: Can<BudgetList>,
    frame: Frame,
    query: Query<RuleQuery>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    rules_page((&can, &budgets, &frame, &db), &query, &Refused::default()).await
}

fn draft_of(form: &Form) -> Result<NewRule, ApiError> {
    let community = form.get("community").parse().map_err(|_why| ApiError::invalid("/community", "is no community"))?;
    let kind = EventKind::parse(form.get("kind")).ok_or_else(|| ApiError::invalid("/kind", "is no kind of event"))?;
    Ok(NewRule::new(community, kind, form.without("community").without("kind").read()?))
}

/// Writes a draft.
#[post("/points/rules")]
pub async fn console_rule_draft(
    can: Can<RuleCreate>,
    see: (Can<RuleList>, Can<BudgetList>),
    frame: Frame,
    form: Form,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let written = async { api::draft(&can, &db, (form.key()?, form.hash()), draft_of(&form)?).await };
    match written.await {
        Ok(_done) => Ok(frame.go(LIST, w::DRAFTED)),
        Err(why) => {
            let refused = Refused::new("draft", form, why, frame.lang())?;
            rules_page((&see.0, &see.1, &frame, &db), &all(), &refused).await
        }
    }
}

/// Puts a rule of another person in force.
#[post("/points/rules/{id}/approve")]
pub async fn console_rule_approve(
    can: Can<RuleApprove>,
    see: (Can<RuleList>, Can<BudgetList>),
    frame: Frame,
    id: PathId<RuleId>,
    form: Form,
    (db, outside): (Data<Db>, Data<Outside>),
) -> Result<HttpResponse, ApiError> {
    let done = async { api::put_in_force(&can, &db, &outside, form.key()?, id.0).await };
    match done.await {
        Ok(_done) => Ok(frame.go(LIST, w::IN_FORCE_NOW)),
        Err(why) => {
            let refused = Refused::new("decide", form, why, frame.lang())?;
            rules_page((&see.0, &see.1, &frame, &db), &all(), &refused).await
        }
    }
}

/// Ends a rule.
#[post("/points/rules/{id}/end")]
pub async fn console_rule_end(
    can: Can<RuleEnd>,
    see: (Can<RuleList>, Can<BudgetList>),
    frame: Frame,
    id: PathId<RuleId>,
    form: Form,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let done = async { api::end(&can, &db, form.key()?, id.0).await };
    match done.await {
        Ok(_done) => Ok(frame.go(LIST, w::ENDED_NOW)),
        Err(why) => {
            let refused = Refused::new("decide", form, why, frame.lang())?;
            rules_page((&see.0, &see.1, &frame, &db), &all(), &refused).await
        }
    }
}
