//! Deciding an event: the rule in force when it happened, the caps, the budget; then the posting. All in one transaction, so that
//! a cap is used if and only if the award stands.

use base::db::{Audit, DbResult, Finished, Tx};
use base::error::ApiError;
use base::money::Points;
use ledger::{About, Fact, Owner, OwnerKind, Party, Posting, ReasonCode, TransactionId};
use people::identity::is_active;
use serde_json::json;

use super::award::AwardState;
use super::caps::{self, Window};
use super::rows::{self, EventRow, InsertAward};
use super::{AwardId, EventId};
use crate::budgets::{self, Budget, BudgetId, BudgetState};
use crate::outside::{Notice, Outside};
use crate::place;
use crate::rules::{self, EventKind, Happening, Nothing, Outcome, Rule};

/// What is to be written.
struct Decision<'a> {
    state: AwardState,
    rule: Option<&'a Rule>,
    budget: Option<BudgetId>,
    wanted: Points,
    amount: Points,
    reason: Option<&'a str>,
    posting: Option<TransactionId>,
}

impl Decision<'_> {
    /// One that gives nothing.
    const fn nothing(state: AwardState, reason: &'static str) -> Self {
        Self { state, rule: None, budget: None, wanted: Points::ZERO, amount: Points::ZERO, reason: Some(reason), posting: None }
    }
}

fn write(tx: &mut Tx<'_>, event: &EventRow, id: AwardId, decision: &Decision<'_>) -> Result<(), ApiError> {
    let posted_at = if decision.posting.is_some() { Some(tx.now()?) } else { None };
    let row = InsertAward {
        id,
        event_id: event.id,
        community_id: event.community_id,
        beneficiary_person_id: event.beneficiary_person_id,
        beneficiary_organization_id: event.beneficiary_organization_id,
        rule_id: decision.rule.map(|rule| rule.id),
        budget_id: decision.budget,
        state: decision.state,
        wanted: decision.wanted,
        amount: decision.amount,
        reason: decision.reason,
        transaction_id: decision.posting,
        posted_at,
    };
    rows::award_insert(tx.conn(), &row)?;
    let after = json!({"state": decision.state, "amount": decision.amount, "reason": decision.reason});
    tx.audit(Audit::new("points_award", "award", id.0).at(event.community_id).after(after))?;
    Ok(())
}

/// Did the beneficiary or their household confirm it themselves?
fn self_confirmed(tx: &mut Tx<'_>, outside: &Outside, event: &EventRow) -> DbResult<bool> {
    let Some(person) = event.beneficiary_person_id else { return Ok(false) };
    for approver in &event.approver_ids {
        if outside.households.same_household(tx.conn(), event.community_id, person, *approver)? {
            return Ok(true);
        }
    }
    Ok(event.approver_ids.contains(&person))
}

/// The account that is credited: the beneficiary's; for a minor the pool of their household, or, while none is known, a wallet that
/// nobody under 14 can spend from.
pub(super) fn party_of(tx: &mut Tx<'_>, outside: &Outside, event: &EventRow) -> DbResult<Party> {
    let own = event.beneficiary().party();
    let Some(person) = event.beneficiary_person_id else { return Ok(own) };
    if !outside.households.is_minor(tx.conn(), person)? {
        return Ok(own);
    }
    let household = outside.households.household_of(tx.conn(), event.community_id, person)?;
    Ok(household.map_or(own, |id| Party::pool(Owner { kind: OwnerKind::Household, id })))
}

/// The budget that pays: the event's own, else the rule's; `None` when it is over or another community's.
fn budget_for(tx: &mut Tx<'_>, event: &EventRow, rule: &Rule) -> DbResult<Option<Budget>> {
    let budget = budgets::budget_find(tx.conn(), event.budget_id.unwrap_or(rule.budget_id))?;
    let day = base::clock::shanghai_date(event.occurred_at);
    Ok(budget.filter(|budget| {
        budget.community_id == event.community_id
            && matches!(budget.state, BudgetState::Requested | BudgetState::Approved)
            && (budget.period_from..=budget.period_to).contains(&day)
    }))
}

/// Decides an event that has no award yet. With `wait` it doesn't try to post: the budget was just found empty.
pub(super) fn decide(mut tx: Tx<'_>, outside: &Outside, id: EventId, wait: bool) -> Result<Finished<()>, ApiError> {
    let Some(event) = rows::event_find(tx.conn(), id)? else { return Ok(tx.done(())?) };
    if rows::award_of_event(tx.conn(), id)?.is_some() {
        return Ok(tx.done(())?);
    }
    let award = AwardId::new();
    if let Some(person) = event.beneficiary_person_id
        && !is_active(tx.conn(), person)?
    {
        write(&mut tx, &event, award, &Decision::nothing(AwardState::Refused, "account_closed"))?;
        return Ok(tx.done(())?);
    }
    if self_confirmed(&mut tx, outside, &event)? {
        write(&mut tx, &event, award, &Decision::nothing(AwardState::Refused, "own_interest"))?;
        return Ok(tx.done(())?);
    }
    let party = party_of(&mut tx, outside, &event)?;
    let happening = Happening {
        occurred_at: event.occurred_at,
        quantity: event.quantity,
        project: event.project_id,
        evidence: &event.evidence_kind,
    };
    let in_force = match EventKind::parse(&event.kind) {
        Some(kind) => rules::in_force_at(tx.conn(), event.community_id, kind, event.occurred_at)?,
        None => Vec::new(),
    };
    let in_force: Vec<_> = in_force.into_iter().map(|rule| (rule.terms(), rule)).collect();
    let Some((terms, rule)) = rules::choose(&in_force, &happening, |(terms, _)| terms) else {
        write(&mut tx, &event, award, &Decision::nothing(AwardState::NoRule, "no_rule"))?;
        return Ok(tx.done(())?);
    };
    let Some(budget) = budget_for(&mut tx, &event, rule)? else {
        let refused = Decision { rule: Some(rule), ..Decision::nothing(AwardState::Refused, "budget_over") };
        write(&mut tx, &event, award, &refused)?;
        return Ok(tx.done(())?);
    };
    let left = budgets::left(tx.conn(), budget.id)?;
    let household = match event.beneficiary_person_id {
        Some(person) if terms.caps.household_day.is_some() => {
            outside.households.household_of(tx.conn(), event.community_id, person)?
        }
        _ => None,
    };
    let windows = caps::windows(&terms.caps, rule.lineage_id, event.beneficiary().id(), household, event.occurred_at);
    let counters = rows::caps_lock(tx.conn(), rule.lineage_id, &windows)?;
    let outcome = rules::evaluate(terms, &happening, &caps::used(&counters));
    let paying = Paying { party, rule, budget: &budget, left, windows: &windows, wait };
    settle(tx, outside, &event, award, outcome, &paying)
}

/// What pays and what is counted.
struct Paying<'a> {
    party: Party,
    rule: &'a Rule,
    budget: &'a Budget,
    left: Points,
    windows: &'a [Window],
    wait: bool,
}

/// Writes what came of it, and posts.
fn settle(
    mut tx: Tx<'_>,
    outside: &Outside,
    event: &EventRow,
    id: AwardId,
    outcome: Outcome,
    paying: &Paying<'_>,
) -> Result<Finished<()>, ApiError> {
    let (amount, wanted, reason) = match outcome {
        Outcome::Full(amount) => (amount, amount, None),
        Outcome::Capped { amount, wanted, by } => (amount, wanted, Some(by.name())),
        Outcome::Nothing(why) => {
            let state = if matches!(why, Nothing::CapReached(_)) { AwardState::CappedOut } else { AwardState::Refused };
            let nothing =
                Decision { rule: Some(paying.rule), budget: Some(paying.budget.id), ..Decision::nothing(state, why.as_str()) };
            write(&mut tx, event, id, &nothing)?;
            return Ok(tx.done(())?);
        }
    };
    let waits = paying.wait || paying.left < amount;
    let posting = posting(event, id, paying, amount)?;
    let decision = Decision {
        state: if waits { AwardState::Waiting } else { AwardState::Posted },
        rule: Some(paying.rule),
        budget: Some(paying.budget.id),
        wanted,
        amount,
        reason,
        posting: (!waits).then_some(posting.id),
    };
    rows::caps_use(tx.conn(), paying.rule.lineage_id, paying.windows, amount)?;
    write(&mut tx, event, id, &decision)?;
    if waits {
        tell_waiting(&mut tx, outside, event, id, amount)?;
        return Ok(tx.done(())?);
    }
    ledger::post_one(tx, place::book(event.community_id), posting, |_receipt| ())
}

fn posting(event: &EventRow, id: AwardId, paying: &Paying<'_>, amount: Points) -> Result<Posting, ApiError> {
    build(event, (id, paying.party), paying.rule, paying.budget.id, amount)
}

/// The posting of an award. Its fact is the rule and the event: an event has one beneficiary, and never a second award.
pub(super) fn build(
    event: &EventRow,
    (id, party): (AwardId, Party),
    rule: &Rule,
    budget: BudgetId,
    amount: Points,
) -> Result<Posting, ApiError> {
    let about = About {
        fact: Fact::new(format!("award:{}:{}", rule.id, event.id)).map_err(ApiError::internal)?,
        subject: place::subject("award", id.0),
        reason: ReasonCode::new(event.kind.as_str()).map_err(ApiError::internal)?,
        rule: rule.public_version(),
        actor: ledger::Actor::System,
        approvers: event.approver_ids.clone(),
        occurred_at: event.occurred_at,
    };
    Ok(Posting::award(about, Party::budget(budget.0), party, amount, rule.validity()))
}

fn tell_waiting(tx: &mut Tx<'_>, outside: &Outside, event: &EventRow, id: AwardId, amount: Points) -> Result<(), ApiError> {
    let Some(person) = event.beneficiary_person_id else { return Ok(()) };
    let notice = Notice {
        person,
        community: event.community_id,
        kind: "award_waiting",
        about: ("award", id.0),
        zh: format!("您有 {amount} 积分正在等待预算到位，到位后自动入账。"),
        en: format!("{amount} points wait for their budget; they will be posted by themselves."),
    };
    outside.notices.tell(tx, &notice)
}
