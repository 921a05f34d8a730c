//! What deciding a batch of events needs to know, read at once: whose accounts are open, who lives with whom, the rules, the budgets.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use base::db::Tx;
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::money::Points;
use ledger::{Owner, OwnerKind, Party};
use people::identity::active_among;
use uuid::Uuid;

use super::rows::EventRow;
use crate::budgets::{self, Budget, BudgetId, BudgetState};
use crate::outside::Outside;
use crate::rules::{self, EventKind, Rule, Terms};

/// The ground that decisions stand on.
pub(super) struct Ground {
    active: HashSet<PersonId>,
    related: HashSet<(PersonId, PersonId)>,
    minors: HashSet<PersonId>,
    homes: HashMap<PersonId, Uuid>,
    rules: Vec<(Terms, Rule)>,
    budgets: HashMap<BudgetId, Budget>,
}

/// What the budgets have left.
pub(super) struct Purse(BTreeMap<Uuid, Points>);

impl Purse {
    /// Takes an amount out of what a budget has left; false: it hasn't that much.
    pub(super) fn take(&mut self, budget: BudgetId, amount: Points) -> bool {
        let rest = self.0.get(&budget.0).copied().unwrap_or_default().checked_sub(amount).filter(|rest| *rest >= Points::ZERO);
        if let Some(rest) = rest {
            self.0.insert(budget.0, rest);
        }
        rest.is_some()
    }
}

impl Ground {
    /// Reads it for the events of one community.
    pub(super) fn read(
        tx: &mut Tx<'_>,
        outside: &Outside,
        community: GridUnitId,
        events: &[EventRow],
    ) -> Result<(Self, Purse), ApiError> {
        let persons: Vec<PersonId> = events.iter().filter_map(|event| event.beneficiary_person_id).collect();
        let pairs: Vec<(PersonId, PersonId)> = events
            .iter()
            .filter_map(|event| Some((event.beneficiary_person_id?, &event.approver_ids)))
            .flat_map(|(person, approvers)| approvers.iter().map(move |approver| (person, *approver)))
            .collect();
        let kinds: BTreeSet<EventKind> = events.iter().filter_map(|event| EventKind::parse(&event.kind)).collect();
        let rules = rules::ever_in_force(tx.conn(), community, &kinds.into_iter().collect::<Vec<_>>())?;
        let minors = outside.households.minors(tx.conn(), &persons)?;
        let counts_homes = !minors.is_empty() || rules.iter().any(|rule| rule.household_day_cap.is_some());
        let homes = if counts_homes { outside.households.households_of(tx.conn(), community, &persons)? } else { HashMap::new() };
        let mut paying: Vec<BudgetId> = events.iter().filter_map(|event| event.budget_id).collect();
        paying.extend(rules.iter().map(|rule| rule.budget_id));
        let budgets = budgets::budgets_by_ids(tx.conn(), &paying)?;
        let ids: Vec<Uuid> = budgets.keys().map(|budget| budget.0).collect();
        let left = ledger::reads::budgets_left(tx.conn(), &ids)?;
        let ground = Self {
            active: active_among(tx.conn(), &persons)?,
            related: outside.households.related(tx.conn(), community, &pairs)?,
            minors,
            homes,
            rules: rules.into_iter().map(|rule| (rule.terms(), rule)).collect(),
            budgets,
        };
        Ok((ground, Purse(left)))
    }

    /// Is the account of who earns closed?
    pub(super) fn is_over(&self, event: &EventRow) -> bool {
        event.beneficiary_person_id.is_some_and(|person| !self.active.contains(&person))
    }

    /// Did the beneficiary or their household confirm it themselves?
    pub(super) fn self_confirmed(&self, event: &EventRow) -> bool {
        let Some(person) = event.beneficiary_person_id else { return false };
        event.approver_ids.iter().any(|approver| *approver == person || self.related.contains(&(person, *approver)))
    }

    /// The household of who earns.
    pub(super) fn home(&self, event: &EventRow) -> Option<Uuid> {
        self.homes.get(&event.beneficiary_person_id?).copied()
    }

    /// The account that is credited: the beneficiary's; for a minor the pool of their household, or, while none is known, a wallet that
    /// nobody under 14 can spend from.
    pub(super) fn party(&self, event: &EventRow) -> Party {
        let home = event.beneficiary_person_id.filter(|person| self.minors.contains(person)).and_then(|_| self.home(event));
        home.map_or_else(|| event.beneficiary().party(), |id| Party::pool(Owner { kind: OwnerKind::Household, id }))
    }

    /// Rules that were in force when it happened, the newest first.
    pub(super) fn in_force(&self, event: &EventRow) -> Vec<&(Terms, Rule)> {
        let fits = |rule: &Rule| rule.kind.name() == event.kind && rule.was_in_force(event.occurred_at);
        self.rules.iter().filter(|(_, rule)| fits(rule)).collect()
    }

    /// The budget that pays: the event's own, else the rule's; `None` when it is over or another community's.
    pub(super) fn budget(&self, event: &EventRow, rule: &Rule) -> Option<BudgetId> {
        let budget = self.budgets.get(&event.budget_id.unwrap_or(rule.budget_id))?;
        let day = base::clock::shanghai_date(event.occurred_at);
        let pays = budget.community_id == event.community_id
            && matches!(budget.state, BudgetState::Requested | BudgetState::Approved)
            && (budget.period_from..=budget.period_to).contains(&day);
        pays.then_some(budget.id)
    }
}
