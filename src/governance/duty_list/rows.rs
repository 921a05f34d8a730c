//! Queries of `duty_items` and `duty_changes`.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};
use serde_json::Value;

use super::item::{DeadlineClass, DutyItem, DutyState};
use super::schema::{duty_changes, duty_items};
use super::{AdoptionId, ChangeKind, DutyChangeId, DutyItemId};

/// A version as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = duty_items, check_for_backend(diesel::pg::Pg))]
pub(super) struct Row {
    pub(super) id: DutyItemId,
    pub(super) community_id: GridUnitId,
    pub(super) code: String,
    pub(super) version: i32,
    pub(super) jurisdiction_id: GridUnitId,
    pub(super) major: String,
    pub(super) middle: String,
    pub(super) title: String,
    pub(super) lead_organization_id: Option<OrganizationId>,
    pub(super) lead_hint: Option<String>,
    pub(super) co_units: Vec<OrganizationId>,
    pub(super) deadline_class: DeadlineClass,
    pub(super) legal_basis: Option<String>,
    pub(super) questions: Value,
    pub(super) synonyms: Vec<String>,
    pub(super) reason: String,
    pub(super) ending: bool,
    pub(super) state: DutyState,
    pub(super) draft_version: i32,
    pub(super) requested_by: PersonId,
    pub(super) decided_by: Option<PersonId>,
    pub(super) decided_at: Option<DateTime<Utc>>,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

impl From<Row> for DutyItem {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            community: row.community_id,
            code: row.code,
            version: row.version,
            jurisdiction: row.jurisdiction_id,
            major: row.major,
            middle: row.middle,
            title: row.title,
            lead: row.lead_organization_id,
            lead_hint: row.lead_hint,
            co_units: row.co_units,
            deadline_class: row.deadline_class,
            legal_basis: row.legal_basis,
            questions: serde_json::from_value(row.questions).unwrap_or_default(),
            synonyms: row.synonyms,
            state: row.state,
        }
    }
}

/// What may be edited in a draft.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = duty_items, treat_none_as_null = true)]
pub(super) struct Draft {
    pub(super) jurisdiction_id: GridUnitId,
    pub(super) major: String,
    pub(super) middle: String,
    pub(super) title: String,
    pub(super) lead_organization_id: Option<OrganizationId>,
    pub(super) lead_hint: Option<String>,
    pub(super) co_units: Vec<OrganizationId>,
    pub(super) deadline_class: DeadlineClass,
    pub(super) legal_basis: Option<String>,
    pub(super) questions: Value,
    pub(super) synonyms: Vec<String>,
    pub(super) reason: String,
}

impl From<Row> for Draft {
    fn from(row: Row) -> Self {
        Self {
            jurisdiction_id: row.jurisdiction_id,
            major: row.major,
            middle: row.middle,
            title: row.title,
            lead_organization_id: row.lead_organization_id,
            lead_hint: row.lead_hint,
            co_units: row.co_units,
            deadline_class: row.deadline_class,
            legal_basis: row.legal_basis,
            questions: row.questions,
            synonyms: row.synonyms,
            reason: row.reason,
        }
    }
}

/// What stands beside a new version.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = duty_items)]
pub(super) struct Written {
    pub(super) id: DutyItemId,
    pub(super) community_id: GridUnitId,
    pub(super) code: String,
    pub(super) version: i32,
    pub(super) ending: bool,
    pub(super) adoption_id: Option<AdoptionId>,
    pub(super) requested_by: PersonId,
}

/// A line of the public log.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = duty_changes, check_for_backend(diesel::pg::Pg))]
pub(super) struct Change {
    pub(super) id: DutyChangeId,
    pub(super) community_id: GridUnitId,
    pub(super) item_id: DutyItemId,
    pub(super) kind: ChangeKind,
    pub(super) code: String,
    pub(super) title: String,
    pub(super) reason: String,
    pub(super) created_at: DateTime<Utc>,
}

/// Which items of a list are wanted.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    pub(super) prefix: Option<String>,
    pub(super) text: Option<String>,
    pub(super) lead: Option<OrganizationId>,
}

/// One version.
pub(super) fn find(connection: &mut PgConnection, id: DutyItemId) -> DbResult<Option<Row>> {
    Ok(duty_items::table.find(id).select(Row::as_select()).first(connection).optional()?)
}

/// Every version of a code that is in force somewhere in the community.
pub(super) fn of_code(connection: &mut PgConnection, community: GridUnitId, code: &str) -> DbResult<Vec<Row>> {
    Ok(duty_items::table
        .filter(duty_items::community_id.eq(community))
        .filter(duty_items::code.eq(code))
        .filter(duty_items::state.eq(DutyState::InForce))
        .select(Row::as_select())
        .order(duty_items::id)
        .load(connection)?)
}

/// Everything in force in a community, by code.
pub(super) fn in_force(connection: &mut PgConnection, community: GridUnitId) -> DbResult<Vec<Row>> {
    Ok(duty_items::table
        .filter(duty_items::community_id.eq(community))
        .filter(duty_items::state.eq(DutyState::InForce))
        .select(Row::as_select())
        .order((duty_items::code, duty_items::id))
        .load(connection)?)
}

/// Everything in force or waiting in a community.
pub(super) fn said(connection: &mut PgConnection, community: GridUnitId) -> DbResult<Vec<Row>> {
    Ok(duty_items::table
        .filter(duty_items::community_id.eq(community))
        .filter(duty_items::state.eq_any([DutyState::InForce, DutyState::Draft]))
        .select(Row::as_select())
        .load(connection)?)
}

/// A page of what is in force in a community, by code.
pub(super) fn list(
    connection: &mut PgConnection,
    community: GridUnitId,
    filter: &Filter,
    after: Option<(String, DutyItemId)>,
    limit: i64,
) -> DbResult<Vec<Row>> {
    let mut query = duty_items::table
        .filter(duty_items::community_id.eq(community))
        .filter(duty_items::state.eq(DutyState::InForce))
        .select(Row::as_select())
        .order((duty_items::code, duty_items::id))
        .limit(limit)
        .into_boxed();
    if let Some(prefix) = &filter.prefix {
        query = query.filter(duty_items::code.like(format!("{prefix}%")));
    }
    if let Some(text) = &filter.text {
        let pattern = format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        query = query.filter(
            duty_items::title
                .like(pattern.clone())
                .or(duty_items::middle.like(pattern.clone()))
                .or(duty_items::major.like(pattern))
                .or(duty_items::synonyms.contains(vec![text.clone()])),
        );
    }
    if let Some(lead) = filter.lead {
        query = query.filter(duty_items::lead_organization_id.eq(lead));
    }
    if let Some((code, id)) = after {
        query = query.filter(duty_items::code.gt(code.clone()).or(duty_items::code.eq(code).and(duty_items::id.gt(id))));
    }
    Ok(query.load(connection)?)
}

/// Undecided drafts of the scope, newest first.
pub(super) fn drafts(
    connection: &mut PgConnection,
    scope: &Scope,
    community: Option<GridUnitId>,
    below: Option<DutyItemId>,
    limit: i64,
) -> DbResult<Vec<Row>> {
    let mut query = duty_items::table
        .filter(within(duty_items::community_id, scope))
        .filter(duty_items::state.eq(DutyState::Draft))
        .select(Row::as_select())
        .order(duty_items::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(community) = community {
        query = query.filter(duty_items::community_id.eq(community));
    }
    if let Some(below) = below {
        query = query.filter(duty_items::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// Number of the next version of a code.
pub(super) fn next_version(connection: &mut PgConnection, community: GridUnitId, code: &str) -> DbResult<i32> {
    let last: Option<i32> = duty_items::table
        .filter(duty_items::community_id.eq(community))
        .filter(duty_items::code.eq(code))
        .select(diesel::dsl::max(duty_items::version))
        .get_result(connection)?;
    Ok(last.unwrap_or(0).saturating_add(1))
}

/// The last version of each code of a community.
pub(super) fn versions(connection: &mut PgConnection, community: GridUnitId) -> DbResult<HashMap<String, i32>> {
    let rows: Vec<(String, i32)> = duty_items::table
        .filter(duty_items::community_id.eq(community))
        .select((duty_items::code, duty_items::version))
        .order(duty_items::version)
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Writes drafts.
pub(super) fn insert(connection: &mut PgConnection, rows: &[(Written, Draft)]) -> DbResult<()> {
    let values: Vec<_> = rows.iter().map(|(written, draft)| (written.clone(), draft.clone())).collect();
    diesel::insert_into(duty_items::table).values(values).execute(connection)?;
    Ok(())
}

/// Changes a draft, if it is still the version that was read.
pub(super) fn draft_update(
    connection: &mut PgConnection,
    id: DutyItemId,
    version: i32,
    author: PersonId,
    draft: &Draft,
) -> DbResult<usize> {
    let target =
        duty_items::table.find(id).filter(duty_items::state.eq(DutyState::Draft)).filter(duty_items::draft_version.eq(version));
    Ok(diesel::update(target)
        .set((draft.clone(), duty_items::draft_version.eq(version.saturating_add(1)), duty_items::requested_by.eq(author)))
        .execute(connection)?)
}

/// Ends what is in force for a code at a place; how many versions that were (0 or 1).
pub(super) fn end(
    connection: &mut PgConnection,
    community: GridUnitId,
    code: &str,
    jurisdiction: GridUnitId,
    at: DateTime<Utc>,
) -> DbResult<usize> {
    let target = duty_items::table
        .filter(duty_items::community_id.eq(community))
        .filter(duty_items::code.eq(code))
        .filter(duty_items::jurisdiction_id.eq(jurisdiction))
        .filter(duty_items::state.eq(DutyState::InForce));
    Ok(diesel::update(target).set((duty_items::state.eq(DutyState::Ended), duty_items::ended_at.eq(at))).execute(connection)?)
}

/// Decides drafts that are still the versions that were read; how many.
pub(super) fn decide(
    connection: &mut PgConnection,
    drafts: &[(DutyItemId, i32)],
    to: DutyState,
    by: PersonId,
    at: DateTime<Utc>,
) -> DbResult<usize> {
    let ended = (to == DutyState::Ended).then_some(at);
    let mut decided = 0;
    for version in drafts.iter().map(|(_, version)| *version).collect::<std::collections::BTreeSet<i32>>() {
        let ids: Vec<DutyItemId> = drafts.iter().filter(|(_, of)| *of == version).map(|(id, _)| *id).collect();
        let target = duty_items::table
            .filter(duty_items::id.eq_any(ids))
            .filter(duty_items::state.eq(DutyState::Draft))
            .filter(duty_items::draft_version.eq(version));
        decided += diesel::update(target)
            .set((
                duty_items::state.eq(to),
                duty_items::decided_by.eq(by),
                duty_items::decided_at.eq(at),
                duty_items::ended_at.eq(ended),
            ))
            .execute(connection)?;
    }
    Ok(decided)
}

/// Writes lines of the public log.
pub(super) fn log(connection: &mut PgConnection, changes: &[Change]) -> DbResult<()> {
    diesel::insert_into(duty_changes::table).values(changes).execute(connection)?;
    Ok(())
}

/// The public log, newest first.
pub(super) fn changes(
    connection: &mut PgConnection,
    community: GridUnitId,
    below: Option<DutyChangeId>,
    limit: i64,
) -> DbResult<Vec<Change>> {
    let mut query = duty_changes::table
        .filter(duty_changes::community_id.eq(community))
        .select(Change::as_select())
        .order(duty_changes::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(below) = below {
        query = query.filter(duty_changes::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// How many drafts of the scope wait for somebody other than this person.
pub(super) fn waiting(connection: &mut PgConnection, scope: &Scope, person: PersonId) -> DbResult<i64> {
    Ok(duty_items::table
        .filter(duty_items::state.eq(DutyState::Draft))
        .filter(duty_items::requested_by.ne(person))
        .filter(within(duty_items::community_id, scope))
        .count()
        .get_result(connection)?)
}
