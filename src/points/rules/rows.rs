//! Queries of `earning_rules`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::money::Points;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use ledger::{RuleVersion, Validity};
use people::grid::{Scope, within};
use serde_json::Value;

use super::RuleId;
use super::rule::{Caps, Conditions, EventKind, RuleState, Terms};
use super::schema::earning_rules;
use crate::budgets::BudgetId;

/// A version of a rule.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = earning_rules, check_for_backend(diesel::pg::Pg))]
pub struct Rule {
    /// Id.
    pub id: RuleId,
    /// The first version's id; versions share it.
    pub lineage_id: RuleId,
    /// Counted per community and kind.
    pub version: i32,
    /// Where it holds.
    pub community_id: GridUnitId,
    /// Kind of event.
    pub kind: EventKind,
    /// As people call it.
    pub name: String,
    /// What pays.
    pub budget_id: BudgetId,
    /// Points of one unit.
    pub amount_per_unit: Points,
    /// Limit per beneficiary and day.
    pub person_day_cap: Option<Points>,
    /// Limit per household and day.
    pub household_day_cap: Option<Points>,
    /// Limit per beneficiary and month.
    pub person_month_cap: Option<Points>,
    /// Limit in all.
    pub total_cap: Option<Points>,
    /// How long its points live.
    pub validity_months: i32,
    /// First day of events.
    pub valid_from: NaiveDate,
    /// Last day of events.
    pub valid_until: Option<NaiveDate>,
    /// Conditions as stored.
    pub conditions: Value,
    /// State.
    pub state: RuleState,
    /// Counts edits of the draft.
    pub draft_version: i32,
    /// Who wrote it.
    pub created_by: PersonId,
    /// Who approved it.
    pub approved_by: Option<PersonId>,
    /// Decides events from then on.
    pub in_force_from: Option<DateTime<Utc>>,
    /// Decides none from then on.
    pub ended_at: Option<DateTime<Utc>>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

impl Rule {
    /// For `evaluate`.
    pub fn terms(&self) -> Terms {
        Terms {
            amount_per_unit: self.amount_per_unit,
            caps: Caps {
                person_day: self.person_day_cap,
                household_day: self.household_day_cap,
                person_month: self.person_month_cap,
                total: self.total_cap,
            },
            conditions: serde_json::from_value(self.conditions.clone()).unwrap_or_else(|_odd| unreadable()),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
        }
    }

    /// Did it decide events that happened at this moment?
    pub fn was_in_force(&self, at: DateTime<Utc>) -> bool {
        self.in_force_from.is_some_and(|from| from <= at) && self.ended_at.is_none_or(|end| end > at)
    }

    /// Public name, such as `volunteer_hours@3`.
    pub fn public_version(&self) -> Option<RuleVersion> {
        RuleVersion::new(format!("{}@{}", self.kind.name(), self.version)).ok()
    }

    /// How long its points live.
    pub fn validity(&self) -> Validity {
        u8::try_from(self.validity_months).ok().and_then(Validity::from_months).unwrap_or_default()
    }
}

/// Conditions that can't be read are never met: better no points than wrong ones.
fn unreadable() -> Conditions {
    Conditions { min_quantity: Some(i32::MAX), ..Conditions::default() }
}

/// What may be edited in a draft.
#[derive(Debug, Clone, Insertable, AsChangeset)]
#[diesel(table_name = earning_rules, treat_none_as_null = true)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) budget_id: BudgetId,
    pub(super) amount_per_unit: Points,
    pub(super) person_day_cap: Option<Points>,
    pub(super) household_day_cap: Option<Points>,
    pub(super) person_month_cap: Option<Points>,
    pub(super) total_cap: Option<Points>,
    pub(super) validity_months: i32,
    pub(super) valid_from: NaiveDate,
    pub(super) valid_until: Option<NaiveDate>,
    pub(super) conditions: Value,
}

/// What is fixed when it is written.
#[derive(Debug, Clone, Copy, Insertable)]
#[diesel(table_name = earning_rules)]
pub(super) struct Written {
    pub(super) id: RuleId,
    pub(super) lineage_id: RuleId,
    pub(super) version: i32,
    pub(super) community_id: GridUnitId,
    pub(super) kind: EventKind,
    pub(super) created_by: PersonId,
}

pub(super) fn rule_insert(connection: &mut PgConnection, written: Written, draft: &Draft) -> DbResult<()> {
    diesel::insert_into(earning_rules::table).values((written, draft.clone())).execute(connection)?;
    Ok(())
}

/// The next version number of a kind in a community; two at once meet at the unique key.
pub(super) fn next_version(connection: &mut PgConnection, community: GridUnitId, kind: EventKind) -> DbResult<i32> {
    let last: Option<i32> = earning_rules::table
        .filter(earning_rules::community_id.eq(community))
        .filter(earning_rules::kind.eq(kind))
        .select(diesel::dsl::max(earning_rules::version))
        .first(connection)?;
    Ok(last.unwrap_or(0).saturating_add(1))
}

/// One version.
pub fn rule_find(connection: &mut PgConnection, id: RuleId) -> DbResult<Option<Rule>> {
    Ok(earning_rules::table.find(id).select(Rule::as_select()).first(connection).optional()?)
}

/// Rules of a community, newest first, below an id.
pub(super) fn rule_list(
    connection: &mut PgConnection,
    community: GridUnitId,
    kind: Option<EventKind>,
    state: Option<RuleState>,
    below: Option<RuleId>,
    limit: i64,
) -> DbResult<Vec<Rule>> {
    let mut query = earning_rules::table
        .filter(earning_rules::community_id.eq(community))
        .select(Rule::as_select())
        .order(earning_rules::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(earning_rules::kind.eq(kind));
    }
    if let Some(state) = state {
        query = query.filter(earning_rules::state.eq(state));
    }
    if let Some(below) = below {
        query = query.filter(earning_rules::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// Rules of these kinds that are, or ever were, in force in a community, newest first.
pub(crate) fn ever_in_force(connection: &mut PgConnection, community: GridUnitId, kinds: &[EventKind]) -> DbResult<Vec<Rule>> {
    Ok(earning_rules::table
        .filter(earning_rules::community_id.eq(community))
        .filter(earning_rules::kind.eq_any(kinds))
        .filter(earning_rules::in_force_from.is_not_null())
        .select(Rule::as_select())
        .order(earning_rules::version.desc())
        .load(connection)?)
}

/// Changes a draft, if it is still the version that was read.
pub(super) fn draft_update(
    connection: &mut PgConnection,
    id: RuleId,
    version: i32,
    author: PersonId,
    draft: &Draft,
) -> DbResult<usize> {
    Ok(diesel::update(
        earning_rules::table
            .find(id)
            .filter(earning_rules::state.eq(RuleState::Draft))
            .filter(earning_rules::draft_version.eq(version)),
    )
    .set((draft.clone(), earning_rules::draft_version.eq(version.saturating_add(1)), earning_rules::created_by.eq(author)))
    .execute(connection)?)
}

/// Puts a draft in force, if it is still the version that was read.
pub(super) fn rule_approve(
    connection: &mut PgConnection,
    id: RuleId,
    version: i32,
    by: PersonId,
    from: DateTime<Utc>,
) -> DbResult<usize> {
    let draft = earning_rules::table
        .find(id)
        .filter(earning_rules::state.eq(RuleState::Draft))
        .filter(earning_rules::draft_version.eq(version));
    Ok(diesel::update(draft)
        .set((
            earning_rules::state.eq(RuleState::InForce),
            earning_rules::approved_by.eq(by),
            earning_rules::in_force_from.eq(from),
        ))
        .execute(connection)?)
}

/// Ends the version of a lineage that is in force, at a moment that does not lie before its start.
pub(super) fn lineage_end(connection: &mut PgConnection, lineage: RuleId, at: DateTime<Utc>) -> DbResult<usize> {
    Ok(diesel::update(
        earning_rules::table.filter(earning_rules::lineage_id.eq(lineage)).filter(earning_rules::state.eq(RuleState::InForce)),
    )
    .set((earning_rules::state.eq(RuleState::Ended), earning_rules::ended_at.eq(at)))
    .execute(connection)?)
}

/// How many drafts of the scope wait for somebody other than this person.
pub(crate) fn waiting_drafts(connection: &mut PgConnection, scope: &Scope, person: PersonId) -> DbResult<i64> {
    Ok(earning_rules::table
        .filter(earning_rules::state.eq(RuleState::Draft))
        .filter(earning_rules::created_by.ne(person))
        .filter(within(earning_rules::community_id, scope))
        .count()
        .get_result(connection)?)
}
