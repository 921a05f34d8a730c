//! The audit trail: who did what to which object, written in the same transaction as the change. Append-only by grants and
//! triggers. `before`/`after` hold states and figures, never personal data.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Jsonb, Nullable, Text, Uuid as SqlUuid};
use serde_json::Value;
use uuid::Uuid;

use super::schema::audit_entries;
use super::{Context, DbResult, Principal};
use crate::ids::GridUnitId;

/// One change to be recorded.
#[derive(Debug)]
pub struct Audit<'a> {
    action: &'a str,
    object_kind: &'a str,
    object_id: Uuid,
    grid_unit: Option<GridUnitId>,
    before: Option<Value>,
    after: Option<Value>,
}

impl<'a> Audit<'a> {
    /// `action` is the permission's name (or the job's), `object_kind` the noun.
    pub const fn new(action: &'a str, object_kind: &'a str, object_id: Uuid) -> Self {
        Self { action, object_kind, object_id, grid_unit: None, before: None, after: None }
    }
    /// Where it happened, so that auditors of that place find it.
    #[must_use]
    pub fn at(mut self, unit: GridUnitId) -> Self {
        self.grid_unit = Some(unit);
        self
    }
    /// The state before.
    #[must_use]
    pub fn before(mut self, value: Value) -> Self {
        self.before = Some(value);
        self
    }
    /// The state after.
    #[must_use]
    pub fn after(mut self, value: Value) -> Self {
        self.after = Some(value);
        self
    }
}

crate::statement! {
    /// Rows of the trail; part of every write.
    NewEntries<'a> {
        id: Vec<Uuid>, principal_kind: Vec<&'a str>, principal_id: Vec<Option<Uuid>>, session_id: Vec<Option<Uuid>>,
        request_id: Vec<Uuid>, action: Vec<&'a str>, object_kind: Vec<&'a str>, object_id: Vec<Uuid>,
        grid_unit_id: Vec<Option<Uuid>>, before: Vec<Option<&'a Value>>, after: Vec<Option<&'a Value>>,
    } -> () {
        "INSERT INTO audit_entries (id, principal_kind, principal_id, session_id, request_id, action, object_kind, object_id, \
         grid_unit_id, before, after) SELECT * FROM unnest(" (id: Array<SqlUuid>) "::uuid[], " (principal_kind: Array<Text>)
        "::text[], " (principal_id: Array<Nullable<SqlUuid>>) "::uuid[], " (session_id: Array<Nullable<SqlUuid>>) "::uuid[], "
        (request_id: Array<SqlUuid>) "::uuid[], " (action: Array<Text>) "::text[], " (object_kind: Array<Text>) "::text[], "
        (object_id: Array<SqlUuid>) "::uuid[], " (grid_unit_id: Array<Nullable<SqlUuid>>) "::uuid[], "
        (before: Array<Nullable<Jsonb>>) "::jsonb[], " (after: Array<Nullable<Jsonb>>) "::jsonb[])"
    }
}

/// Writes rows in one statement, each under the context it came from.
pub(super) fn write(connection: &mut PgConnection, entries: &[(&Context, Audit<'_>)]) -> DbResult<()> {
    let session = |context: &Context| match context.principal {
        Principal::Person(_, session) => Some(session.0),
        _ => None,
    };
    let person = |context: &Context| context.principal.person().map(|person| person.0);
    let rows = NewEntries {
        id: &entries.iter().map(|_| Uuid::now_v7()).collect(),
        principal_kind: &entries.iter().map(|(context, _)| context.principal.kind()).collect(),
        principal_id: &entries.iter().map(|(context, _)| person(context)).collect(),
        session_id: &entries.iter().map(|(context, _)| session(context)).collect(),
        request_id: &entries.iter().map(|(context, _)| context.request.0).collect(),
        action: &entries.iter().map(|(_, entry)| entry.action).collect(),
        object_kind: &entries.iter().map(|(_, entry)| entry.object_kind).collect(),
        object_id: &entries.iter().map(|(_, entry)| entry.object_id).collect(),
        grid_unit_id: &entries.iter().map(|(_, entry)| entry.grid_unit.map(|unit| unit.0)).collect(),
        before: &entries.iter().map(|(_, entry)| entry.before.as_ref()).collect(),
        after: &entries.iter().map(|(_, entry)| entry.after.as_ref()).collect(),
    };
    rows.execute(connection)?;
    Ok(())
}

/// A row of the trail, newest first in lists.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = audit_entries, check_for_backend(diesel::pg::Pg))]
pub struct AuditRow {
    /// Id of the entry (time-ordered).
    pub id: Uuid,
    /// When, by the product's clock.
    pub at: DateTime<Utc>,
    /// person, job, operator, anonymous.
    pub principal_kind: String,
    /// The person.
    pub principal_id: Option<Uuid>,
    /// The request.
    pub request_id: Uuid,
    /// The action.
    pub action: String,
    /// The noun.
    pub object_kind: String,
    /// The object.
    pub object_id: Uuid,
    /// State before.
    pub before: Option<Value>,
    /// State after.
    pub after: Option<Value>,
}

/// The trail, newest first: `below` is the last id of the previous page.
pub fn audit_of(connection: &mut PgConnection, object: Option<Uuid>, below: Option<Uuid>, limit: i64) -> DbResult<Vec<AuditRow>> {
    let mut query = audit_entries::table.select(AuditRow::as_select()).order(audit_entries::id.desc()).limit(limit).into_boxed();
    if let Some(object) = object {
        query = query.filter(audit_entries::object_id.eq(object));
    }
    if let Some(below) = below {
        query = query.filter(audit_entries::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// Entries of these actions on one object that others than its own person have made, newest first: who looked at my data.
pub fn audit_by_others(
    connection: &mut PgConnection,
    object: Uuid,
    actions: &[&str],
    below: Option<Uuid>,
    limit: i64,
) -> DbResult<Vec<AuditRow>> {
    let mut query = audit_entries::table
        .filter(audit_entries::object_id.eq(object).and(audit_entries::action.eq_any(actions)))
        .filter(audit_entries::principal_id.is_distinct_from(object))
        .select(AuditRow::as_select())
        .order(audit_entries::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(below) = below {
        query = query.filter(audit_entries::id.lt(below));
    }
    Ok(query.load(connection)?)
}
