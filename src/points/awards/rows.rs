//! Queries of `award_events`, `awards`, `award_caps`.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::money::Points;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use ledger::TransactionId;
use people::grid::{Scope, within};
use uuid::Uuid;

use super::award::AwardState;
use super::caps::Window;
use super::event::{Beneficiary, Event};
use super::schema::{award_caps, award_events, awards};
use super::{AwardId, EventId};
use crate::budgets::BudgetId;
use crate::rules::{Cap, RuleId};

/// An event as stored. Its kind is a text: an older program may read what a newer one handed in.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = award_events, check_for_backend(diesel::pg::Pg))]
pub(super) struct EventRow {
    pub(super) id: EventId,
    pub(super) community_id: GridUnitId,
    pub(super) kind: String,
    pub(super) beneficiary_person_id: Option<PersonId>,
    pub(super) beneficiary_organization_id: Option<OrganizationId>,
    pub(super) occurred_at: DateTime<Utc>,
    pub(super) quantity: i32,
    pub(super) evidence_kind: String,
    pub(super) evidence_id: Uuid,
    pub(super) approver_ids: Vec<PersonId>,
    pub(super) project_id: Option<Uuid>,
    pub(super) budget_id: Option<BudgetId>,
}

impl EventRow {
    /// Who earns: the table keeps exactly one of the two.
    pub(super) fn beneficiary(&self) -> Beneficiary {
        let nobody = OrganizationId(Uuid::nil());
        self.beneficiary_person_id
            .map_or_else(|| Beneficiary::Organization(self.beneficiary_organization_id.unwrap_or(nobody)), Beneficiary::Person)
    }
}

/// An award.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = awards, check_for_backend(diesel::pg::Pg))]
pub(crate) struct AwardRow {
    pub(crate) id: AwardId,
    pub(super) event_id: EventId,
    pub(super) community_id: GridUnitId,
    pub(crate) beneficiary_person_id: Option<PersonId>,
    pub(crate) beneficiary_organization_id: Option<OrganizationId>,
    pub(super) rule_id: Option<RuleId>,
    pub(crate) budget_id: Option<BudgetId>,
    pub(crate) state: AwardState,
    pub(super) wanted: Points,
    pub(super) amount: Points,
    pub(super) reason: Option<String>,
    pub(super) transaction_id: Option<TransactionId>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) posted_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = awards)]
pub(super) struct InsertAward<'a> {
    pub(super) id: AwardId,
    pub(super) event_id: EventId,
    pub(super) community_id: GridUnitId,
    pub(super) beneficiary_person_id: Option<PersonId>,
    pub(super) beneficiary_organization_id: Option<OrganizationId>,
    pub(super) rule_id: Option<RuleId>,
    pub(super) budget_id: Option<BudgetId>,
    pub(super) state: AwardState,
    pub(super) wanted: Points,
    pub(super) amount: Points,
    pub(super) reason: Option<&'a str>,
    pub(super) transaction_id: Option<TransactionId>,
    pub(super) posted_at: Option<DateTime<Utc>>,
}

/// Stores an event; false when it is there already.
pub(super) fn event_insert(connection: &mut PgConnection, event: &Event) -> DbResult<bool> {
    let (person, organization) = match event.beneficiary {
        Beneficiary::Person(person) => (Some(person), None),
        Beneficiary::Organization(organization) => (None, Some(organization)),
    };
    let row = EventRow {
        id: event.id,
        community_id: event.community,
        kind: event.kind.name().to_owned(),
        beneficiary_person_id: person,
        beneficiary_organization_id: organization,
        occurred_at: event.occurred_at,
        quantity: event.quantity,
        evidence_kind: event.evidence.noun.clone(),
        evidence_id: event.evidence.id,
        approver_ids: event.approvers.clone(),
        project_id: event.project,
        budget_id: event.budget,
    };
    Ok(diesel::insert_into(award_events::table).values(row).on_conflict_do_nothing().execute(connection)? == 1)
}

pub(super) fn event_find(connection: &mut PgConnection, id: EventId) -> DbResult<Option<EventRow>> {
    Ok(award_events::table.find(id).select(EventRow::as_select()).first(connection).optional()?)
}

/// The event of an award, earned by whom the award names: by then the account that the event names may have become another one.
pub(super) fn event_of(connection: &mut PgConnection, award: &AwardRow) -> DbResult<Option<EventRow>> {
    let event = event_find(connection, award.event_id)?;
    Ok(event.map(|event| EventRow { beneficiary_person_id: award.beneficiary_person_id, ..event }))
}

/// Events of awards, in no order.
pub(super) fn events_of(connection: &mut PgConnection, ids: &[EventId]) -> DbResult<Vec<EventRow>> {
    Ok(award_events::table.filter(award_events::id.eq_any(ids)).select(EventRow::as_select()).load(connection)?)
}

pub(super) fn award_find(connection: &mut PgConnection, id: AwardId) -> DbResult<Option<AwardRow>> {
    Ok(awards::table.find(id).select(AwardRow::as_select()).first(connection).optional()?)
}

/// The award behind a posting.
pub(crate) fn award_of_posting(connection: &mut PgConnection, posting: TransactionId) -> DbResult<Option<AwardRow>> {
    Ok(awards::table.filter(awards::transaction_id.eq(posting)).select(AwardRow::as_select()).first(connection).optional()?)
}

/// A person's awards, newest first, below an id.
pub(super) fn awards_of(
    connection: &mut PgConnection,
    person: PersonId,
    community: Option<GridUnitId>,
    state: Option<AwardState>,
    below: Option<AwardId>,
    limit: i64,
) -> DbResult<Vec<AwardRow>> {
    let mut query = awards::table
        .filter(awards::beneficiary_person_id.eq(person))
        .select(AwardRow::as_select())
        .order(awards::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(community) = community {
        query = query.filter(awards::community_id.eq(community));
    }
    if let Some(state) = state {
        query = query.filter(awards::state.eq(state));
    }
    if let Some(below) = below {
        query = query.filter(awards::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// Waiting awards of the scope's places or of these budgets, oldest first, after an id.
pub(super) fn awards_waiting(
    connection: &mut PgConnection,
    scope: &Scope,
    budgets: &[BudgetId],
    after: Option<AwardId>,
    limit: i64,
) -> DbResult<Vec<AwardRow>> {
    Ok(awards::table
        .filter(awards::state.eq(AwardState::Waiting))
        .filter(within(awards::community_id, scope).or(awards::budget_id.eq_any(budgets).assume_not_null()))
        .filter(awards::id.gt(after.unwrap_or(AwardId(Uuid::nil()))))
        .select(AwardRow::as_select())
        .order(awards::id)
        .limit(limit)
        .load(connection)?)
}

/// Waiting awards of one budget, oldest first.
pub(super) fn waiting_of_budget(connection: &mut PgConnection, budget: BudgetId, limit: i64) -> DbResult<Vec<AwardRow>> {
    Ok(awards::table
        .filter(awards::state.eq(AwardState::Waiting))
        .filter(awards::budget_id.eq(budget))
        .select(AwardRow::as_select())
        .order(awards::id)
        .limit(limit)
        .load(connection)?)
}

/// A person's waiting awards.
pub(super) fn waiting_of_person(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<AwardRow>> {
    Ok(awards::table
        .filter(awards::state.eq(AwardState::Waiting))
        .filter(awards::beneficiary_person_id.eq(person))
        .select(AwardRow::as_select())
        .order(awards::id)
        .load(connection)?)
}

/// Gives a waiting award up, if it still waits.
pub(super) fn mark_given_up(connection: &mut PgConnection, id: AwardId) -> DbResult<usize> {
    Ok(diesel::update(awards::table.find(id).filter(awards::state.eq(AwardState::Waiting)))
        .set((awards::state.eq(AwardState::Refused), awards::amount.eq(Points::ZERO), awards::reason.eq("account_closed")))
        .execute(connection)?)
}

/// Budgets that awards wait for.
pub(super) fn budgets_waited_for(connection: &mut PgConnection) -> DbResult<Vec<BudgetId>> {
    let found: Vec<Option<BudgetId>> =
        awards::table.filter(awards::state.eq(AwardState::Waiting)).select(awards::budget_id).distinct().load(connection)?;
    Ok(found.into_iter().flatten().collect())
}

/// How many awards wait for a budget, and how many points.
pub(super) fn waiting_sum(connection: &mut PgConnection, budget: BudgetId) -> DbResult<(i64, Points)> {
    let found: Vec<Points> = awards::table
        .filter(awards::state.eq(AwardState::Waiting).and(awards::budget_id.eq(budget)))
        .select(awards::amount)
        .load(connection)?;
    let sum = found.iter().try_fold(Points::ZERO, |sum, amount| sum.checked_add(*amount));
    Ok((i64::try_from(found.len()).unwrap_or(i64::MAX), sum.unwrap_or_default()))
}

/// Marks a waiting award as posted, if it still waits.
pub(super) fn mark_posted(
    connection: &mut PgConnection,
    id: AwardId,
    posting: TransactionId,
    at: DateTime<Utc>,
) -> DbResult<usize> {
    Ok(diesel::update(awards::table.find(id).filter(awards::state.eq(AwardState::Waiting)))
        .set((awards::state.eq(AwardState::Posted), awards::transaction_id.eq(posting), awards::posted_at.eq(at)))
        .execute(connection)?)
}

/// Marks a posted award as taken back, if it still stands.
pub(crate) fn mark_reversed(connection: &mut PgConnection, id: AwardId, by: TransactionId) -> DbResult<usize> {
    Ok(diesel::update(awards::table.find(id).filter(awards::state.eq(AwardState::Posted)))
        .set((awards::state.eq(AwardState::Reversed), awards::reversed_by.eq(by)))
        .execute(connection)?)
}

/// How many awards of the scope wait for a budget.
pub(crate) fn waiting_count(connection: &mut PgConnection, scope: &Scope) -> DbResult<i64> {
    Ok(awards::table
        .filter(awards::state.eq(AwardState::Waiting))
        .filter(within(awards::community_id, scope))
        .count()
        .get_result(connection)?)
}

/// Locks the counters, in the order given, and answers what is used of each.
pub(super) fn caps_lock(connection: &mut PgConnection, lineage: RuleId, windows: &[Window]) -> DbResult<Vec<(Cap, Points)>> {
    if windows.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<_> = windows
        .iter()
        .map(|window| {
            (
                award_caps::lineage_id.eq(lineage),
                award_caps::cap.eq(window.cap),
                award_caps::subject_id.eq(window.subject),
                award_caps::window_start.eq(window.start),
            )
        })
        .collect();
    Ok(diesel::insert_into(award_caps::table)
        .values(rows)
        .on_conflict((award_caps::lineage_id, award_caps::cap, award_caps::subject_id, award_caps::window_start))
        .do_update()
        .set(award_caps::used.eq(award_caps::used))
        .returning((award_caps::cap, award_caps::used))
        .get_results(connection)?)
}

/// Adds to locked counters.
pub(super) fn caps_use(connection: &mut PgConnection, lineage: RuleId, windows: &[Window], amount: Points) -> DbResult<()> {
    for window in windows {
        diesel::update(award_caps::table.find((lineage, window.cap, window.subject, window.start)))
            .set(award_caps::used.eq(award_caps::used + amount))
            .execute(connection)?;
    }
    Ok(())
}
