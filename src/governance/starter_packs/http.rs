#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/governance/starter-pack` and `/governance/starter-packs`.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::{GridUnitId, PersonId};
use base::money::Points;
use base::page::{Page, PageQuery};
use chrono::{DateTime, Utc};
use people::grid::Scope;
use people::identity::Can;
use points::budgets::BudgetId;
use points::{EventKind, Outside, place};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::adopt::{self, AdoptionOutcome};
use super::pack::{Pack, RewardType};
use super::rows::{self, Adoption};
use super::{AdoptionState, StarterPackApprove, StarterPackFind, StarterPackList, StarterPackRefuse, StarterPackRequest};
use crate::duty_list::{AdoptionId, DeadlineClass};
use crate::requests::Outcome;

/// Ask to adopt the starter pack.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAdoption {
    /// For which community.
    community: GridUnitId,
    /// What pays for the earning rules; absent: they are left out.
    #[serde(default)]
    budget: Option<BudgetId>,
}

/// An adoption.
#[derive(Debug, Serialize, ToSchema)]
pub struct AdoptionView {
    /// Id.
    id: AdoptionId,
    /// Which community.
    community: GridUnitId,
    /// What pays for the earning rules.
    budget: Option<BudgetId>,
    /// State.
    state: AdoptionState,
    /// Who asked.
    requested_by: PersonId,
    /// Who decided.
    decided_by: Option<PersonId>,
    /// What was taken over.
    outcome: Option<AdoptionOutcome>,
    /// When it was asked for.
    created_at: DateTime<Utc>,
    /// When it was decided.
    decided_at: Option<DateTime<Utc>>,
    /// One line to read out.
    summary: String,
}

/// An item of the pack.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackItemView {
    /// Code.
    code: String,
    /// The three levels, joined by `/`.
    category: String,
    /// What kind of unit leads.
    lead: Option<String>,
    /// How soon.
    deadline_class: DeadlineClass,
    /// One line to read out.
    summary: String,
}

/// A reply template of the pack.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackTemplateView {
    /// Title.
    title: String,
    /// For which outcome.
    outcome: Outcome,
    /// The text.
    text: String,
}

/// An earning rule of the pack.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackRuleView {
    /// Kind of event.
    kind: EventKind,
    /// As people call it.
    name: String,
    /// Points of one unit.
    amount_per_unit: Points,
    /// Most per person and day.
    person_day_cap: Option<Points>,
}

/// What the pack holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackView {
    /// Items of the duty list.
    items: Vec<PackItemView>,
    /// Reply templates.
    templates: Vec<PackTemplateView>,
    /// Earning rules.
    rules: Vec<PackRuleView>,
    /// Types of rewards that points may buy.
    rewards: Vec<RewardType>,
    /// One line to read out.
    summary: String,
}

impl From<Adoption> for AdoptionView {
    fn from(row: Adoption) -> Self {
        let outcome: Option<AdoptionOutcome> =
            (row.state == AdoptionState::Adopted).then(|| serde_json::from_value(row.outcome).unwrap_or_default());
        let summary = match outcome {
            Some(done) => format!(
                "起步包{}：事项 {} 条，模板 {} 条，积分规则 {} 条",
                row.state.zh(),
                done.items,
                done.templates,
                done.rules
            ),
            None => format!("起步包{}", row.state.zh()),
        };
        Self {
            id: row.id,
            community: row.community_id,
            budget: row.budget_id,
            state: row.state,
            requested_by: row.requested_by,
            decided_by: row.decided_by,
            outcome,
            created_at: row.created_at,
            decided_at: row.decided_at,
            summary,
        }
    }
}

impl From<Pack> for PackView {
    fn from(pack: Pack) -> Self {
        let summary = format!(
            "起步包：事项 {} 条，回复模板 {} 条，积分规则 {} 条",
            pack.items.len(),
            pack.templates.len(),
            pack.rules.len()
        );
        let item = |item: super::pack::PackItem| {
            let item = item.item;
            let lead = item.lead_hint.as_deref().unwrap_or("社区");
            let summary = format!("{}：{lead}牵头，{}", item.title, item.deadline_class.zh());
            let category = [item.major, item.middle, item.title].join("/");
            PackItemView { code: item.code, category, lead: item.lead_hint, deadline_class: item.deadline_class, summary }
        };
        let templates = pack.templates.into_iter();
        let rules = pack.rules.into_iter();
        Self {
            items: pack.items.into_iter().map(item).collect(),
            templates: templates.map(|row| PackTemplateView { title: row.title, outcome: row.outcome, text: row.text }).collect(),
            rules: rules
                .map(|rule| PackRuleView {
                    kind: rule.kind,
                    name: rule.name,
                    amount_per_unit: rule.amount_per_unit,
                    person_day_cap: rule.caps.person_day,
                })
                .collect(),
            rewards: pack.rewards,
            summary,
        }
    }
}

async fn show(db: &Db, scope: &Scope, id: AdoptionId) -> Result<AdoptionView, ApiError> {
    let scope = scope.clone();
    db.read(move |connection| {
        let row = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        place::require_community(connection, &scope, row.community_id)?;
        Ok::<_, ApiError>(AdoptionView::from(row))
    })
    .await
}

/// What the starter pack holds, to be read before it is decided on.
#[utoipa::path(tag = "governance", responses((status = 200, body = PackView, description = "the pack"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/starter-pack")]
pub async fn starter_pack_find(_can: Can<StarterPackFind>) -> Result<Json<PackView>, ApiError> {
    Ok(Json(PackView::from(Pack::read()?)))
}

/// Ask to adopt the starter pack; another person decides.
#[utoipa::path(tag = "governance", request_body = NewAdoption, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = AdoptionView, description = "asked for; another person adopts it"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/starter-packs")]
pub async fn starter_pack_request(
    can: Can<StarterPackRequest>,
    key: IdempotencyKey,
    body: Valid<NewAdoption>,
    db: Data<Db>,
) -> Result<Created<AdoptionView>, ApiError> {
    let id = AdoptionId::new();
    let once = can.once(key, body.hash(), id.0);
    let (person, scope, community, budget) = (can.person(), can.scope().clone(), body.community, body.budget);
    let done = db.once(once, move |tx| adopt::request(tx, &scope, person, (id, community), budget)).await?;
    let view = show(&db, can.scope(), AdoptionId(done.id)).await?;
    Ok(Created::new(&done, "/api/v1/governance/starter-packs", view))
}

/// Who asked for the starter pack and what came of it, newest first.
#[utoipa::path(tag = "governance", params(PageQuery), responses((status = 200, body = Page<AdoptionView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/starter-packs")]
pub async fn starter_pack_list(
    can: Can<StarterPackList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<AdoptionView>>, ApiError> {
    let window = query.window::<AdoptionId>()?;
    let scope = can.scope().clone();
    let page = db
        .read(move |connection| {
            let rows = rows::list(connection, &scope, window.after, window.load())?;
            Ok::<_, ApiError>(window.page(rows, |row| row.id, AdoptionView::from))
        })
        .await?;
    Ok(Json(page))
}

/// Adopt the starter pack that another person asked for.
#[utoipa::path(tag = "governance", params(("id" = AdoptionId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = AdoptionView, description = "in force"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/starter-packs/{id}/approve")]
pub async fn starter_pack_approve(
    can: Can<StarterPackApprove>,
    id: PathId<AdoptionId>,
    key: IdempotencyKey,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Changed<AdoptionView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let (person, scope) = (can.person(), can.scope().clone());
    let done = db.once(once, move |tx| adopt::approve(tx, &scope, person, &outside, id.0)).await?;
    let view = show(&db, can.scope(), AdoptionId(done.id)).await?;
    Ok(Changed::new(&done, view))
}

/// Refuse an adoption; who asked withdraws it this way.
#[utoipa::path(tag = "governance", params(("id" = AdoptionId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = AdoptionView, description = "refused, as decided"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/starter-packs/{id}/refuse")]
pub async fn starter_pack_refuse(
    can: Can<StarterPackRefuse>,
    id: PathId<AdoptionId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<AdoptionView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let (person, scope) = (can.person(), can.scope().clone());
    let done = db.once(once, move |tx| adopt::refuse(tx, &scope, person, id.0)).await?;
    let view = show(&db, can.scope(), AdoptionId(done.id)).await?;
    Ok(Changed::new(&done, view))
}
