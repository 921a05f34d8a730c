//! The event: a fact of another noun that may earn points, handed in within that noun's own transaction.

use base::db::{DbResult, Tx};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::jobs::NewJob;
use chrono::{DateTime, Utc};
use ledger::Party;
use serde_json::json;
use uuid::Uuid;

use super::{EventId, rows, rows_queue};
use crate::budgets::BudgetId;
use crate::rules::EventKind;

/// Who earns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beneficiary {
    /// A person, into their wallet.
    Person(PersonId),
    /// An organization, into its wallet: these points never become money.
    Organization(OrganizationId),
}

impl Beneficiary {
    /// The account that is credited.
    pub const fn party(self) -> Party {
        match self {
            Self::Person(person) => Party::wallet(person),
            Self::Organization(organization) => Party::organization(organization),
        }
    }

    /// Its id, whichever it is.
    pub(super) const fn id(self) -> Uuid {
        match self {
            Self::Person(person) => person.0,
            Self::Organization(organization) => organization.0,
        }
    }

    /// The person, if it is one.
    pub const fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::Organization(_) => None,
        }
    }
}

/// The row of another noun that proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its noun, such as `participation`; at most 40 characters.
    pub noun: String,
    /// Its id.
    pub id: Uuid,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Made by the caller from its own fact, so that a repetition is the same event.
    pub id: EventId,
    /// Kind, as rules name it.
    pub kind: EventKind,
    /// Whose book.
    pub community: GridUnitId,
    /// Who earns.
    pub beneficiary: Beneficiary,
    /// When it happened: decides the rule and the day of the caps.
    pub occurred_at: DateTime<Utc>,
    /// Half hours (volunteer hours, party posts) or items: 1 to 100,000.
    pub quantity: i32,
    /// What proves it.
    pub evidence: Evidence,
    /// Who confirmed it, in order; never the beneficiary nor their household, else the award is refused.
    pub approvers: Vec<PersonId>,
    /// The project it belongs to, for rules of one project.
    pub project: Option<Uuid>,
    /// A budget of its own that pays instead of the rule's.
    pub budget: Option<BudgetId>,
}

/// Name of the job that decides an event.
pub(super) const AWARD_JOB: &str = "points_award";

/// Hands an event in: its row and the job, in the caller's transaction. The same event twice is the first one.
pub fn emit(tx: &mut Tx<'_>, event: &Event) -> DbResult<()> {
    if rows::event_insert(tx.conn(), event)? {
        rows_queue::push(tx.conn(), event.id, event.community)?;
        tx.enqueue(&NewJob::new(AWARD_JOB, json!({"event": event.id})).once(format!("award:{}", event.id)))?;
    }
    Ok(())
}
