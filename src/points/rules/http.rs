#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of earning rules.

use actix_web::web::{Data, Json};
use actix_web::{get, post, put};
use base::db::{Db, DbResult, Done};
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, IfMatch, PathId, Problem, Query, Tagged, Valid, hash_on};
use base::ids::{GridUnitId, PersonId};
use base::money::Points;
use base::page::Page;
use base::text::{Few, Text, Whole};
use chrono::{DateTime, NaiveDate, Utc};
use people::identity::Can;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::rows::{self, Draft, Rule};
use super::rule::{Conditions, EventKind, RuleState};
use super::write::{self, Place};
use super::{RuleApprove, RuleCreate, RuleEdit, RuleEnd, RuleFind, RuleId, RuleList, approve};
use crate::budgets::BudgetId;
use crate::decision::{Decider, Decision};
use crate::outside::Outside;
use crate::place;

/// What a rule says.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleTerms {
    /// As people call it.
    name: Text<80>,
    /// What pays.
    budget: BudgetId,
    /// Points of one unit (half hour or item).
    amount_per_unit: Points,
    /// Most per beneficiary and day; absent: no limit.
    #[serde(default)]
    person_day_cap: Option<Points>,
    /// Most per household and day.
    #[serde(default)]
    household_day_cap: Option<Points>,
    /// Most per beneficiary and month.
    #[serde(default)]
    person_month_cap: Option<Points>,
    /// Most in all.
    #[serde(default)]
    total_cap: Option<Points>,
    /// How long the points live, in months (default 36).
    #[serde(default)]
    validity_months: Option<Whole<1, 120>>,
    /// First day of events, Asia/Shanghai.
    valid_from: NaiveDate,
    /// Last day of events; absent: open.
    #[serde(default)]
    valid_until: Option<NaiveDate>,
    /// Conditions; absent: none.
    #[serde(default)]
    conditions: Option<RuleConditions>,
}

/// Which events count.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleConditions {
    /// Fewer units earn nothing.
    #[serde(default)]
    min_quantity: Option<Whole<1, 100_000>>,
    /// More units are not counted.
    #[serde(default)]
    max_quantity: Option<Whole<1, 100_000>>,
    /// Only events of these projects.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    projects: Option<Few<Uuid, 50>>,
    /// Only events with evidence of these nouns.
    #[serde(default)]
    #[schema(value_type = Vec<Text<40>>, max_items = 20)]
    evidence: Option<Few<Text<40>, 20>>,
}

impl From<&RuleConditions> for Conditions {
    fn from(asked: &RuleConditions) -> Self {
        Self {
            min_quantity: asked.min_quantity.map(Whole::get),
            max_quantity: asked.max_quantity.map(Whole::get),
            projects: asked.projects.as_ref().map(|list| list.items().to_vec()).unwrap_or_default(),
            evidence: asked.evidence.iter().flat_map(|list| list.items()).map(|noun| noun.as_str().to_owned()).collect(),
        }
    }
}

impl TryFrom<&RuleTerms> for Draft {
    type Error = ApiError;
    fn try_from(terms: &RuleTerms) -> Result<Self, ApiError> {
        let conditions = terms.conditions.as_ref().map(Conditions::from).unwrap_or_default();
        Ok(Self {
            name: terms.name.as_str().to_owned(),
            budget_id: terms.budget,
            amount_per_unit: terms.amount_per_unit,
            person_day_cap: terms.person_day_cap,
            household_day_cap: terms.household_day_cap,
            person_month_cap: terms.person_month_cap,
            total_cap: terms.total_cap,
            validity_months: terms.validity_months.map_or(36, Whole::get),
            valid_from: terms.valid_from,
            valid_until: terms.valid_until,
            conditions: serde_json::to_value(conditions).map_err(ApiError::internal)?,
        })
    }
}

/// A draft of a rule.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRule {
    /// Where it holds.
    community: GridUnitId,
    /// Kind of event.
    kind: EventKind,
    /// The version that it replaces once it is approved.
    #[serde(default)]
    supersedes: Option<RuleId>,
    /// What it says.
    terms: RuleTerms,
}

/// A rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleView {
    /// Id.
    pub id: RuleId,
    /// Public name of this version, as in postings: `volunteer_hours@3`.
    pub version: String,
    /// Where it holds.
    pub community: GridUnitId,
    /// Kind of event.
    pub kind: EventKind,
    /// As people call it.
    pub name: String,
    /// State.
    pub state: RuleState,
    /// What pays.
    pub budget: BudgetId,
    /// Points of one unit.
    pub amount_per_unit: Points,
    /// Most per beneficiary and day.
    pub person_day_cap: Option<Points>,
    /// Most per household and day.
    pub household_day_cap: Option<Points>,
    /// Most per beneficiary and month.
    pub person_month_cap: Option<Points>,
    /// Most in all.
    pub total_cap: Option<Points>,
    /// How long the points live, in months.
    pub validity_months: i32,
    /// First day of events.
    pub valid_from: NaiveDate,
    /// Last day of events.
    pub valid_until: Option<NaiveDate>,
    /// Conditions.
    #[schema(value_type = Object)]
    pub conditions: Value,
    /// Who wrote it.
    pub created_by: PersonId,
    /// Who approved it.
    pub approved_by: Option<PersonId>,
    /// Decides events from then on.
    pub in_force_from: Option<DateTime<Utc>>,
    /// Decides none from then on.
    pub ended_at: Option<DateTime<Utc>>,
    /// For `If-Match`.
    pub draft_version: i32,
    /// One plain sentence.
    pub summary: String,
}

fn sentence(rule: &Rule) -> String {
    let mut text = format!("{}：每{} {} 积分", rule.name, rule.kind.unit_zh(), rule.amount_per_unit);
    for (words, cap) in [
        ("每人每天最多", rule.person_day_cap),
        ("每户每天最多", rule.household_day_cap),
        ("每人每月最多", rule.person_month_cap),
        ("总共最多", rule.total_cap),
    ] {
        if let Some(cap) = cap {
            text.push_str(&format!("，{words} {cap} 积分"));
        }
    }
    text
}

impl From<Rule> for RuleView {
    fn from(rule: Rule) -> Self {
        Self {
            summary: sentence(&rule),
            version: format!("{}@{}", rule.kind.name(), rule.version),
            id: rule.id,
            community: rule.community_id,
            kind: rule.kind,
            name: rule.name,
            state: rule.state,
            budget: rule.budget_id,
            amount_per_unit: rule.amount_per_unit,
            person_day_cap: rule.person_day_cap,
            household_day_cap: rule.household_day_cap,
            person_month_cap: rule.person_month_cap,
            total_cap: rule.total_cap,
            validity_months: rule.validity_months,
            valid_from: rule.valid_from,
            valid_until: rule.valid_until,
            conditions: rule.conditions,
            created_by: rule.created_by,
            approved_by: rule.approved_by,
            in_force_from: rule.in_force_from,
            ended_at: rule.ended_at,
            draft_version: rule.draft_version,
        }
    }
}

base::list_query! {
    /// Which rules.
    RuleQuery {
        /// Of this community; by default the caller's.
        community: Option<GridUnitId>,
        /// Of one kind of event.
        kind: Option<EventKind>,
        /// In one state.
        state: Option<RuleState>,
    }
}

async fn show(db: &Db, id: RuleId) -> Result<RuleView, ApiError> {
    let found: Option<Rule> = db.read(move |connection| -> DbResult<_> { rows::rule_find(connection, id) }).await?;
    found.map(RuleView::from).ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

impl NewRule {
    /// A draft of no version before.
    pub const fn new(community: GridUnitId, kind: EventKind, terms: RuleTerms) -> Self {
        Self { community, kind, supersedes: None, terms }
    }
}

/// Writes a draft; its id in what is done.
pub async fn draft(
    can: &Can<RuleCreate>,
    db: &Db,
    (key, hash): (IdempotencyKey, [u8; 32]),
    new: NewRule,
) -> Result<Done<()>, ApiError> {
    let id = RuleId::new();
    let once = can.once(key, hash, id.0);
    let (person, scope, draft) = (can.person(), can.scope().clone(), Draft::try_from(&new.terms)?);
    let place = Place { id, community: new.community, kind: new.kind, supersedes: new.supersedes };
    db.once(once, move |tx| write::create(tx, &scope, person, place, &draft)).await
}

/// Puts a rule that another person wrote in force.
pub async fn put_in_force(
    can: &Can<RuleApprove>,
    db: &Db,
    outside: &Outside,
    key: IdempotencyKey,
    id: RuleId,
) -> Result<Done<()>, ApiError> {
    let verb = move |tx: base::db::Tx<'_>, decider: &Decider| {
        approve::approve(tx, &decider.scope, decider.actor.person, &decider.outside, id)
    };
    Decision::on(can, key, id.0, outside).take(db, verb).await
}

/// Ends a rule now.
pub async fn end(can: &Can<RuleEnd>, db: &Db, key: IdempotencyKey, id: RuleId) -> Result<Done<()>, ApiError> {
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let scope = can.scope().clone();
    db.once(once, move |tx| approve::end(tx, &scope, id)).await
}

/// Rules of a community, newest first.
pub async fn list(can: &Can<RuleList>, db: &Db, query: &RuleQuery) -> Result<Page<RuleView>, ApiError> {
    let window = query.window::<RuleId>()?;
    let (actor, query) = (can.actor().clone(), query.clone());
    db.read(move |connection| {
        let community = place::community_or_own(&actor, query.community)?;
        let found = rows::rule_list(connection, community, query.kind, query.state, window.after, window.load())?;
        Ok::<_, ApiError>(window.page(found, |rule| rule.id, RuleView::from))
    })
    .await
}

/// Write a draft of a rule.
#[utoipa::path(tag = "points", request_body = NewRule, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = RuleView, description = "a draft; another person approves"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/rules")]
pub async fn rule_create(
    can: Can<RuleCreate>,
    key: IdempotencyKey,
    body: Valid<NewRule>,
    db: Data<Db>,
) -> Result<Created<RuleView>, ApiError> {
    let hash = body.hash();
    let done = draft(&can, &db, (key, hash), body.into_inner()).await?;
    let view = show(&db, RuleId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/points/rules/{}", view.id), view))
}

/// Edit a draft.
#[utoipa::path(tag = "points", request_body = RuleTerms, params(("id" = RuleId, Path), ("If-Match" = String, Header)), responses((status = 200, body = RuleView, description = "edited"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/points/rules/{id}")]
pub async fn rule_edit(
    can: Can<RuleEdit>,
    id: PathId<RuleId>,
    base: IfMatch,
    body: Valid<RuleTerms>,
    db: Data<Db>,
) -> Result<Tagged<RuleView>, ApiError> {
    let (person, scope, draft) = (can.person(), can.scope().clone(), Draft::try_from(&*body)?);
    db.transaction(can.context(), move |tx| write::edit(tx, &scope, person, id.0, &base, &draft)).await?;
    let view = show(&db, id.0).await?;
    let version = view.draft_version;
    Ok(Tagged::version(view, version))
}

/// Put a rule that another person wrote in force.
#[utoipa::path(tag = "points", params(("id" = RuleId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RuleView, description = "in force"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/rules/{id}/approve")]
pub async fn rule_approve(
    can: Can<RuleApprove>,
    id: PathId<RuleId>,
    key: IdempotencyKey,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Changed<RuleView>, ApiError> {
    let done = put_in_force(&can, &db, &outside, key, id.0).await?;
    Ok(Changed::new(&done, show(&db, id.0).await?))
}

/// End a rule now.
#[utoipa::path(tag = "points", params(("id" = RuleId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = RuleView, description = "ended"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/rules/{id}/end")]
pub async fn rule_end(
    can: Can<RuleEnd>,
    id: PathId<RuleId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<RuleView>, ApiError> {
    let done = end(&can, &db, key, id.0).await?;
    let view = show(&db, RuleId(done.id)).await?;
    Ok(Changed::new(&done, view))
}

/// Rules of a community, newest first.
#[utoipa::path(tag = "points", params(RuleQuery), responses((status = 200, body = Page<RuleView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/rules")]
pub async fn rule_list(can: Can<RuleList>, query: Query<RuleQuery>, db: Data<Db>) -> Result<Json<Page<RuleView>>, ApiError> {
    Ok(Json(list(&can, &db, &query).await?))
}

/// One rule, tagged by its draft's version.
#[utoipa::path(tag = "points", params(("id" = RuleId, Path)), responses((status = 200, body = RuleView, description = "the rule"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/points/rules/{id}")]
pub async fn rule_find(_can: Can<RuleFind>, id: PathId<RuleId>, db: Data<Db>) -> Result<Tagged<RuleView>, ApiError> {
    let view = show(&db, id.0).await?;
    let version = view.draft_version;
    Ok(Tagged::version(view, version))
}
