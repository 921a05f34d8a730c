//! How awards are shown, and the why-chain.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::money::Points;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use ledger::{TransactionId, reads};
use people::identity::names_by_ids;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::award::AwardState;
use super::rows::{self, AwardRow, EventRow};
use super::{AwardId, EventId};
use crate::budgets::{self, BudgetId};
use crate::rules::{self, EventKind, RuleId};

/// An award in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct AwardView {
    /// Id.
    pub id: AwardId,
    /// The event.
    pub event: EventId,
    /// Kind of event.
    pub kind: String,
    /// Whose book.
    pub community: GridUnitId,
    /// The person who earns.
    pub person: Option<PersonId>,
    /// The organization that earns.
    pub organization: Option<OrganizationId>,
    /// State.
    pub state: AwardState,
    /// Points after caps.
    pub amount: Points,
    /// Points before caps.
    pub wanted: Points,
    /// The cap that cut it, or why nothing came of it.
    pub reason: Option<String>,
    /// What pays.
    pub budget: Option<BudgetId>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was decided.
    pub created_at: DateTime<Utc>,
    /// When it was posted.
    pub posted_at: Option<DateTime<Utc>>,
    /// The posting.
    pub transaction: Option<TransactionId>,
    /// One plain sentence.
    pub summary: String,
}

/// Why an award was given: the whole chain.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhyView {
    /// The award.
    pub award: AwardView,
    /// What happened.
    pub event: WhyEvent,
    /// The version of the rule that decided.
    pub rule: Option<WhyRule>,
    /// Who confirmed it, in order.
    pub approvers: Vec<WhyApprover>,
    /// What pays.
    pub budget: Option<WhyBudget>,
    /// The posting in the ledger.
    pub posting: Option<WhyPosting>,
}

/// What happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhyEvent {
    /// Id.
    pub id: EventId,
    /// Kind.
    pub kind: String,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Half hours or items.
    pub quantity: i32,
    /// Noun of the evidence.
    pub evidence_noun: String,
    /// Id of the evidence.
    pub evidence: Uuid,
    /// Its project.
    pub project: Option<Uuid>,
}

/// The rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhyRule {
    /// This version.
    pub id: RuleId,
    /// Public name, as in the posting.
    pub version: String,
    /// As people call it.
    pub name: String,
    /// Points of one unit.
    pub amount_per_unit: Points,
    /// How long the points live, in months.
    pub validity_months: i32,
    /// Who put it in force.
    pub approved_by: Option<WhyApprover>,
}

/// A person who confirmed something, by nickname.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WhyApprover {
    /// What others see.
    pub nickname: String,
    /// Number to say on the phone.
    pub short_number: String,
}

/// What pays.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhyBudget {
    /// Id.
    pub id: BudgetId,
    /// What it is for.
    pub name: String,
    /// The organization that pays.
    pub sponsor_organization: Option<OrganizationId>,
    /// The street or community that pays.
    pub sponsor_unit: Option<GridUnitId>,
}

/// The posting.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhyPosting {
    /// The transaction.
    pub transaction: TransactionId,
    /// Its place in the book.
    pub sequence: i64,
    /// When.
    pub posted_at: DateTime<Utc>,
    /// Points moved.
    pub amount: Points,
    /// What took it back.
    pub reversed_by: Option<TransactionId>,
    /// Of that: points that did not come back.
    pub not_recovered: Points,
}

fn kind_zh(kind: &str) -> &str {
    EventKind::parse(kind).map_or(kind, |kind| kind.zh())
}

fn view(award: AwardRow, event: &EventRow) -> AwardView {
    let summary = format!("{}：{} 积分，{}", kind_zh(&event.kind), award.amount, award.state.zh());
    AwardView {
        id: award.id,
        event: award.event_id,
        kind: event.kind.clone(),
        community: award.community_id,
        person: award.beneficiary_person_id,
        organization: award.beneficiary_organization_id,
        state: award.state,
        amount: award.amount,
        wanted: award.wanted,
        reason: award.reason,
        budget: award.budget_id,
        occurred_at: event.occurred_at,
        created_at: award.created_at,
        posted_at: award.posted_at,
        transaction: award.transaction_id,
        summary,
    }
}

/// Views of awards, in their order: one more query for any number.
pub(super) fn views(connection: &mut PgConnection, awards: Vec<AwardRow>) -> DbResult<Vec<AwardView>> {
    let ids: Vec<EventId> = awards.iter().map(|award| award.event_id).collect();
    let events: HashMap<EventId, EventRow> =
        rows::events_of(connection, &ids)?.into_iter().map(|event| (event.id, event)).collect();
    let found = awards.into_iter().filter_map(|award| {
        let event = events.get(&award.event_id)?;
        Some(view(award, event))
    });
    Ok(found.collect())
}

fn posting(connection: &mut PgConnection, id: TransactionId) -> DbResult<Option<WhyPosting>> {
    let Some(posted) = reads::transaction_find(connection, id)? else { return Ok(None) };
    let reversal = posted.reversed_by.map(|by| reads::transaction_find(connection, by)).transpose()?.flatten();
    Ok(Some(WhyPosting {
        transaction: posted.id,
        sequence: posted.sequence,
        posted_at: posted.posted_at,
        amount: posted.amount,
        reversed_by: posted.reversed_by,
        not_recovered: reversal.map_or(Points::ZERO, |reversal| reversal.unrecovered),
    }))
}

/// The whole chain of one award.
pub(super) fn why(connection: &mut PgConnection, award: AwardRow) -> DbResult<Option<WhyView>> {
    let Some(event) = rows::event_find(connection, award.event_id)? else { return Ok(None) };
    let rule = award.rule_id.map(|rule| rules::rule_find(connection, rule)).transpose()?.flatten();
    let budget = award.budget_id.map(|budget| budgets::budget_find(connection, budget)).transpose()?.flatten();
    let mut persons: Vec<PersonId> = event.approver_ids.clone();
    persons.extend(rule.as_ref().and_then(|rule| rule.approved_by));
    let names = names_by_ids(connection, &persons)?;
    let named = |person: &PersonId| {
        let name = names.get(person)?;
        Some(WhyApprover { nickname: name.nickname.clone(), short_number: name.short_number.clone() })
    };
    let posting = award.transaction_id.map(|id| posting(connection, id)).transpose()?.flatten();
    Ok(Some(WhyView {
        award: view(award, &event),
        rule: rule.map(|rule| WhyRule {
            id: rule.id,
            version: format!("{}@{}", rule.kind.name(), rule.version),
            approved_by: rule.approved_by.as_ref().and_then(named),
            name: rule.name,
            amount_per_unit: rule.amount_per_unit,
            validity_months: rule.validity_months,
        }),
        approvers: event.approver_ids.iter().filter_map(named).collect(),
        budget: budget.map(|budget| WhyBudget {
            id: budget.id,
            name: budget.name,
            sponsor_organization: budget.sponsor_organization_id,
            sponsor_unit: budget.sponsor_unit_id,
        }),
        posting,
        event: WhyEvent {
            id: event.id,
            kind: event.kind,
            occurred_at: event.occurred_at,
            quantity: event.quantity,
            evidence_noun: event.evidence_kind,
            evidence: event.evidence_id,
            project: event.project_id,
        },
    }))
}
