//! Queries of `joint_cases` and `joint_case_messages`.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};

use super::rows_member::taken_part;
use super::schema::{joint_case_members, joint_case_messages, joint_cases};
use super::{JointCaseId, JointState, MessageId, MessageKind};
use crate::requests::CaseId;

diesel::allow_tables_to_appear_in_same_query!(joint_cases, joint_case_members);

/// A joint case.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = joint_cases, check_for_backend(diesel::pg::Pg))]
pub(super) struct JointCase {
    pub(super) id: JointCaseId,
    pub(super) community_id: GridUnitId,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) case_id: Option<CaseId>,
    pub(super) title: String,
    pub(super) matter: String,
    pub(super) state: JointState,
    pub(super) decision: Option<String>,
    pub(super) closing: Option<String>,
    pub(super) sequence_last: i32,
    pub(super) convened_by: PersonId,
    pub(super) created_at: DateTime<Utc>,
    pub(super) decided_at: Option<DateTime<Utc>>,
    pub(super) closed_at: Option<DateTime<Utc>>,
}

pub(super) fn insert(connection: &mut PgConnection, row: &JointCase) -> DbResult<()> {
    diesel::insert_into(joint_cases::table).values(row).execute(connection)?;
    Ok(())
}

pub(super) fn find(connection: &mut PgConnection, id: JointCaseId) -> DbResult<Option<JointCase>> {
    Ok(joint_cases::table.find(id).select(JointCase::as_select()).first(connection).optional()?)
}

/// Locks a joint case.
pub(super) fn hold(connection: &mut PgConnection, id: JointCaseId) -> DbResult<Option<JointCase>> {
    Ok(joint_cases::table.find(id).select(JointCase::as_select()).for_update().first(connection).optional()?)
}

/// A move of a joint case and what it leaves behind.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = joint_cases)]
pub(super) struct Step<'a> {
    pub(super) state: Option<JointState>,
    pub(super) decision: Option<&'a str>,
    pub(super) closing: Option<&'a str>,
    pub(super) decided_at: Option<DateTime<Utc>>,
    pub(super) closed_at: Option<DateTime<Utc>>,
}

/// Moves a held joint case.
pub(super) fn step(connection: &mut PgConnection, id: JointCaseId, step: &Step<'_>) -> DbResult<()> {
    diesel::update(joint_cases::table.find(id)).set(step).execute(connection)?;
    Ok(())
}

/// Joint cases of the scope's places, and those in which its organizations or its person take part now; newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    state: Option<JointState>,
    window: &Window<JointCaseId>,
) -> DbResult<Vec<JointCase>> {
    let part = taken_part(scope.organizations.clone(), scope.own);
    let mut query = joint_cases::table
        .filter(within(joint_cases::grid_unit_id, scope).or(joint_cases::id.eq_any(part)))
        .select(JointCase::as_select())
        .order(joint_cases::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(joint_cases::state.eq(state));
    }
    if let Some(after) = window.after {
        query = query.filter(joint_cases::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// A message of a thread.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = joint_case_messages, check_for_backend(diesel::pg::Pg))]
pub(super) struct Message {
    pub(super) joint_case_id: JointCaseId,
    pub(super) sequence: i32,
    pub(super) id: MessageId,
    pub(super) kind: MessageKind,
    pub(super) author_id: Option<PersonId>,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) text: String,
    pub(super) created_at: DateTime<Utc>,
}

/// Takes the next number of a thread; the case stays locked until the transaction ends.
pub(super) fn next_sequence(connection: &mut PgConnection, id: JointCaseId) -> DbResult<i32> {
    Ok(diesel::update(joint_cases::table.find(id))
        .set(joint_cases::sequence_last.eq(joint_cases::sequence_last + 1))
        .returning(joint_cases::sequence_last)
        .get_result(connection)?)
}

pub(super) fn say(connection: &mut PgConnection, message: &Message) -> DbResult<()> {
    diesel::insert_into(joint_case_messages::table).values(message).execute(connection)?;
    Ok(())
}

/// The message of an id.
pub(super) fn message(connection: &mut PgConnection, id: MessageId) -> DbResult<Option<Message>> {
    Ok(joint_case_messages::table
        .filter(joint_case_messages::id.eq(id))
        .select(Message::as_select())
        .first(connection)
        .optional()?)
}

/// Messages after a number, oldest first.
pub(super) fn messages(connection: &mut PgConnection, id: JointCaseId, window: &Window<i32>) -> DbResult<Vec<Message>> {
    Ok(joint_case_messages::table
        .filter(joint_case_messages::joint_case_id.eq(id))
        .filter(joint_case_messages::sequence.gt(window.after.unwrap_or(0)))
        .select(Message::as_select())
        .order(joint_case_messages::sequence)
        .limit(window.load())
        .load(connection)?)
}

/// What a person wrote, newest first, for the export.
pub(super) fn written_by(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<Message>> {
    Ok(joint_case_messages::table
        .filter(joint_case_messages::author_id.eq(person).and(joint_case_messages::kind.ne(MessageKind::Event)))
        .select(Message::as_select())
        .order(joint_case_messages::id.desc())
        .limit(1_000)
        .load(connection)?)
}
