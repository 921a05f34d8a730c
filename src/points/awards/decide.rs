//! Deciding events: the rule in force when each happened, the caps, the budget; then the postings. A batch of one community goes in one
//! transaction, so that a cap is used if and only if the award stands, and the book is locked once for all of them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::money::Points;
use ledger::{About, Fact, Party, PostError, Posting, ReasonCode, TransactionId};
use people::community::merges;
use serde_json::json;

use super::award::AwardState;
use super::caps;
use super::ground::{Ground, Purse};
use super::rows::{self, EventRow, InsertAward};
use super::rows_queue::{self, Counter};
use super::{AwardId, EventId};
use crate::budgets::BudgetId;
use crate::outside::{Notice, Outside};
use crate::place;
use crate::rules::{self, Happening, Nothing, Outcome, Rule, Terms};

/// Whose turn it is.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    /// The job's own event.
    pub(super) event: EventId,
    /// Events of one transaction.
    pub(super) limit: i64,
    /// Their budget was just found empty: they wait, whatever it seems to have left.
    pub(super) wait: Vec<EventId>,
    /// Their posting was refused: each fails in a job of its own.
    pub(super) skip: Vec<EventId>,
}

/// Events whose posting the ledger refused; everything was rolled back.
pub(super) type Refused = RefCell<Vec<(EventId, PostError)>>;

/// What comes of one event.
struct Decision<'a> {
    award: AwardId,
    event: &'a EventRow,
    state: AwardState,
    rule: Option<&'a Rule>,
    budget: Option<BudgetId>,
    wanted: Points,
    amount: Points,
    reason: Option<&'static str>,
    /// The transaction, and the account that it credits.
    posting: Option<(TransactionId, Party)>,
}

impl<'a> Decision<'a> {
    /// One that gives nothing.
    fn nothing(event: &'a EventRow, state: AwardState, reason: &'static str) -> Self {
        let (award, wanted, amount) = (AwardId::new(), Points::ZERO, Points::ZERO);
        Self { award, event, state, rule: None, budget: None, wanted, amount, reason: Some(reason), posting: None }
    }
}

/// An event that a rule and a budget stand behind, with the counters that it touches.
struct Claim<'a> {
    event: &'a EventRow,
    terms: &'a Terms,
    rule: &'a Rule,
    budget: BudgetId,
    party: Party,
    counters: Vec<Counter>,
}

/// Decides the event and whatever else of its community waits, up to the turn's limit. Does nothing when it is decided.
pub(super) fn decide(mut tx: Tx<'_>, outside: &Outside, turn: &Turn, refused: &Refused) -> Result<Finished<()>, ApiError> {
    let Some(community) = rows_queue::hold(tx.conn(), turn.event)? else { return Ok(tx.done(())?) };
    let taken = rows_queue::take(tx.conn(), community, turn.event, &turn.skip, turn.limit)?;
    let mut events = rows::events_of(tx.conn(), &taken)?;
    events.sort_by_key(|event| event.id);
    follow_merges(&mut tx, &mut events)?;
    let (ground, mut purse) = Ground::read(&mut tx, outside, community, &events)?;
    let looked: Vec<Result<Claim<'_>, Decision<'_>>> = events.iter().map(|event| look(&ground, event)).collect();
    let decisions = weigh(&mut tx, &mut purse, looked, &turn.wait)?;
    finish(tx, outside, community, &decisions, refused)
}

/// Events name the account that earned; what became of it when it was merged earns now.
fn follow_merges(tx: &mut Tx<'_>, events: &mut [EventRow]) -> Result<(), ApiError> {
    let persons: Vec<PersonId> = events.iter().filter_map(|event| event.beneficiary_person_id).collect();
    let remaining = merges::remaining(tx.conn(), &persons)?;
    for event in events {
        event.beneficiary_person_id = event.beneficiary_person_id.map(|person| remaining.get(&person).copied().unwrap_or(person));
    }
    Ok(())
}

/// What needs no counter: who earns, who confirmed it, which rule, which budget.
fn look<'a>(ground: &'a Ground, event: &'a EventRow) -> Result<Claim<'a>, Decision<'a>> {
    if ground.is_over(event) {
        return Err(Decision::nothing(event, AwardState::Refused, "account_closed"));
    }
    if ground.self_confirmed(event) {
        return Err(Decision::nothing(event, AwardState::Refused, "own_interest"));
    }
    let in_force = ground.in_force(event);
    let chosen = rules::choose(&in_force, &happening(event), |pair| &pair.0).copied();
    let Some((terms, rule)) = chosen else {
        return Err(Decision::nothing(event, AwardState::NoRule, "no_rule"));
    };
    let Some(budget) = ground.budget(event, rule) else {
        return Err(Decision { rule: Some(rule), ..Decision::nothing(event, AwardState::Refused, "budget_over") });
    };
    let home = ground.home(event).filter(|_| terms.caps.household_day.is_some());
    let windows = caps::windows(&terms.caps, rule.lineage_id, event.beneficiary().id(), home, event.occurred_at);
    let counters = windows.into_iter().map(|window| (rule.lineage_id, window)).collect();
    Ok(Claim { event, terms, rule, budget, party: ground.party(event), counters })
}

const fn happening(event: &EventRow) -> Happening<'_> {
    Happening {
        occurred_at: event.occurred_at,
        quantity: event.quantity,
        project: event.project_id,
        evidence: event.evidence_kind.as_str(),
    }
}

/// Locks every counter of the batch, then weighs one event after the other against them and the budgets.
fn weigh<'a>(
    tx: &mut Tx<'_>,
    purse: &mut Purse,
    looked: Vec<Result<Claim<'a>, Decision<'a>>>,
    wait: &[EventId],
) -> Result<Vec<Decision<'a>>, ApiError> {
    let mut counters: Vec<Counter> = looked.iter().flatten().flat_map(|claim| claim.counters.clone()).collect();
    counters.sort();
    counters.dedup();
    let mut used = rows_queue::counters_lock(tx.conn(), &counters)?;
    let mut changed = BTreeMap::new();
    let mut decisions = Vec::with_capacity(looked.len());
    for claim in looked {
        decisions.push(match claim {
            Err(decision) => decision,
            Ok(claim) => {
                let decision = settle(&claim, purse, &mut used, wait.contains(&claim.event.id))?;
                if decision.amount.is_positive() {
                    changed.extend(claim.counters.iter().filter_map(|counter| Some((*counter, *used.get(counter)?))));
                }
                decision
            }
        });
    }
    rows_queue::counters_write(tx.conn(), &changed)?;
    Ok(decisions)
}

/// Caps and budget of one event; what it uses is counted for those after it.
fn settle<'a>(
    claim: &Claim<'a>,
    purse: &mut Purse,
    used: &mut BTreeMap<Counter, Points>,
    wait: bool,
) -> Result<Decision<'a>, ApiError> {
    let counted = |(_, window): &Counter, amount: Points| (window.cap, amount);
    let so_far: Vec<_> = claim.counters.iter().filter_map(|counter| Some(counted(counter, *used.get(counter)?))).collect();
    let (amount, wanted, reason) = match rules::evaluate(claim.terms, &happening(claim.event), &caps::used(&so_far)) {
        Outcome::Full(amount) => (amount, amount, None),
        Outcome::Capped { amount, wanted, by } => (amount, wanted, Some(by.name())),
        Outcome::Nothing(why) => {
            let state = if matches!(why, Nothing::CapReached(_)) { AwardState::CappedOut } else { AwardState::Refused };
            let nothing = Decision::nothing(claim.event, state, why.as_str());
            return Ok(Decision { rule: Some(claim.rule), budget: Some(claim.budget), ..nothing });
        }
    };
    for counter in &claim.counters {
        let sum = used.get(counter).copied().unwrap_or_default().checked_add(amount);
        used.insert(*counter, sum.ok_or_else(|| ApiError::of(&ledger::error::AMOUNT_OUT_OF_RANGE))?);
    }
    let posts = !wait && purse.take(claim.budget, amount);
    Ok(Decision {
        award: AwardId::new(),
        event: claim.event,
        state: if posts { AwardState::Posted } else { AwardState::Waiting },
        rule: Some(claim.rule),
        budget: Some(claim.budget),
        wanted,
        amount,
        reason,
        posting: posts.then(|| (TransactionId::new(), claim.party)),
    })
}

/// Writes the awards and posts them.
fn finish(
    mut tx: Tx<'_>,
    outside: &Outside,
    community: GridUnitId,
    decisions: &[Decision<'_>],
    refused: &Refused,
) -> Result<Finished<()>, ApiError> {
    write(&mut tx, community, decisions)?;
    let mut waiting: Vec<&Decision<'_>> = decisions.iter().filter(|decision| decision.state == AwardState::Waiting).collect();
    waiting.sort_by_key(|decision| decision.event.beneficiary_person_id);
    for decision in waiting {
        tell_waiting(&mut tx, outside, decision)?;
    }
    let (mut events, mut postings) = (Vec::new(), Vec::new());
    for decision in decisions {
        let (Some((id, party)), Some(rule), Some(budget)) = (decision.posting, decision.rule, decision.budget) else { continue };
        postings.push(Posting { id, ..build(decision.event, (decision.award, party), rule, budget, decision.amount)? });
        events.push(decision.event.id);
    }
    if postings.is_empty() {
        return Ok(tx.done(())?);
    }
    ledger::post(tx, place::book(community), &postings, |outcomes| {
        let failed = events.iter().zip(outcomes).filter_map(|(event, outcome)| Some((*event, *outcome.as_ref().err()?)));
        refused.borrow_mut().extend(failed);
        match refused.borrow().first() {
            Some((_, why)) => Err(ApiError::from(*why)),
            None => Ok(()),
        }
    })
}

fn write(tx: &mut Tx<'_>, community: GridUnitId, decisions: &[Decision<'_>]) -> Result<(), ApiError> {
    let now = tx.now()?;
    let row = |decision: &Decision<'_>| InsertAward {
        id: decision.award,
        event_id: decision.event.id,
        community_id: community,
        beneficiary_person_id: decision.event.beneficiary_person_id,
        beneficiary_organization_id: decision.event.beneficiary_organization_id,
        rule_id: decision.rule.map(|rule| rule.id),
        budget_id: decision.budget,
        state: decision.state,
        wanted: decision.wanted,
        amount: decision.amount,
        reason: decision.reason,
        transaction_id: decision.posting.map(|(id, _)| id),
        posted_at: decision.posting.map(|_| now),
    };
    rows_queue::awards_insert(tx.conn(), &decisions.iter().map(row).collect::<Vec<_>>())?;
    let entry = |decision: &Decision<'_>| {
        let after = json!({"state": decision.state, "amount": decision.amount, "reason": decision.reason});
        Audit::new("points_award", "award", decision.award.0).at(community).after(after)
    };
    Ok(tx.audit_all(decisions.iter().map(entry).collect())?)
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

fn tell_waiting(tx: &mut Tx<'_>, outside: &Outside, decision: &Decision<'_>) -> Result<(), ApiError> {
    let Some(person) = decision.event.beneficiary_person_id else { return Ok(()) };
    let amount = decision.amount;
    let notice = Notice {
        person,
        community: decision.event.community_id,
        kind: "award_waiting",
        about: ("award", decision.award.0),
        zh: format!("您有 {amount} 积分正在等待预算到位，到位后自动入账。"),
        en: format!("{amount} points wait for their budget; they will be posted by themselves."),
    };
    outside.notices.tell(tx, &notice)
}
