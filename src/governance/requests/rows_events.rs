//! Queries of `request_events`: the timeline, numbered under the request's row.

use base::db::DbResult;
use base::ids::{OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use super::schema::request_events;
use super::{Capacity, CaseId, State};

/// One event.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = request_events, check_for_backend(diesel::pg::Pg))]
pub(crate) struct EventRow {
    pub(crate) request_id: CaseId,
    pub(crate) sequence: i32,
    /// A word of `EventKind`; a word that this program doesn't know was written by a newer one.
    pub(crate) kind: String,
    pub(crate) state: State,
    pub(crate) role: Capacity,
    pub(crate) person_id: Option<PersonId>,
    pub(crate) organization_id: Option<OrganizationId>,
    pub(crate) public_text: Option<String>,
    pub(crate) internal_note: Option<String>,
    pub(crate) external_by: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) at: DateTime<Utc>,
}

base::statement! {
    /// Rows of timelines; part of every move.
    NewRows<'a> {
        request_id: Vec<CaseId>, sequence: Vec<i32>, kind: Vec<&'a str>, state: Vec<State>, role: Vec<Capacity>,
        person_id: Vec<Option<PersonId>>, organization_id: Vec<Option<OrganizationId>>, public_text: Vec<Option<&'a str>>,
        internal_note: Vec<Option<&'a str>>, external_by: Vec<Option<&'a str>>, external_id: Vec<Option<&'a str>>, at: Vec<DateTime<Utc>>,
    } -> () {
        "INSERT INTO request_events (request_id, sequence, kind, state, role, person_id, organization_id, public_text, internal_note, \
         external_by, external_id, at) SELECT * FROM unnest(" (request_id: Array<SqlUuid>) "::uuid[], " (sequence: Array<Integer>)
        "::integer[], " (kind: Array<Text>) "::text[], " (state: Array<Text>) "::text[], " (role: Array<Text>) "::text[], "
        (person_id: Array<Nullable<SqlUuid>>) "::uuid[], " (organization_id: Array<Nullable<SqlUuid>>) "::uuid[], "
        (public_text: Array<Nullable<Text>>) "::text[], " (internal_note: Array<Nullable<Text>>) "::text[], "
        (external_by: Array<Nullable<Text>>) "::text[], " (external_id: Array<Nullable<Text>>) "::text[], "
        (at: Array<Timestamptz>) "::timestamptz[])"
    }
}

/// Enters events.
pub(super) fn insert(connection: &mut PgConnection, events: &[&EventRow]) -> DbResult<()> {
    let rows = NewRows {
        request_id: &events.iter().map(|event| event.request_id).collect(),
        sequence: &events.iter().map(|event| event.sequence).collect(),
        kind: &events.iter().map(|event| event.kind.as_str()).collect(),
        state: &events.iter().map(|event| event.state).collect(),
        role: &events.iter().map(|event| event.role).collect(),
        person_id: &events.iter().map(|event| event.person_id).collect(),
        organization_id: &events.iter().map(|event| event.organization_id).collect(),
        public_text: &events.iter().map(|event| event.public_text.as_deref()).collect(),
        internal_note: &events.iter().map(|event| event.internal_note.as_deref()).collect(),
        external_by: &events.iter().map(|event| event.external_by.as_deref()).collect(),
        external_id: &events.iter().map(|event| event.external_id.as_deref()).collect(),
        at: &events.iter().map(|event| event.at).collect(),
    };
    rows.execute(connection)?;
    Ok(())
}

/// Events of a request after a sequence; with `handlers` those with an internal note only too.
pub(super) fn after(
    connection: &mut PgConnection,
    id: CaseId,
    after: i32,
    handlers: bool,
    limit: i64,
) -> DbResult<Vec<EventRow>> {
    let mut query = request_events::table
        .filter(request_events::request_id.eq(id).and(request_events::sequence.gt(after)))
        .select(EventRow::as_select())
        .order(request_events::sequence)
        .limit(limit)
        .into_boxed();
    if !handlers {
        query = query.filter(request_events::kind.ne("note"));
    }
    Ok(query.load(connection)?)
}

/// One event.
pub(super) fn find(connection: &mut PgConnection, id: CaseId, sequence: i32) -> DbResult<Option<EventRow>> {
    Ok(request_events::table.find((id, sequence)).select(EventRow::as_select()).first(connection).optional()?)
}

/// Has another system said this already?
pub(super) fn said(connection: &mut PgConnection, id: CaseId, by: &str, external: &str) -> DbResult<bool> {
    let twin = request_events::table
        .filter(request_events::request_id.eq(id))
        .filter(request_events::external_by.eq(by).and(request_events::external_id.eq(external)));
    Ok(diesel::select(diesel::dsl::exists(twin)).get_result(connection)?)
}
