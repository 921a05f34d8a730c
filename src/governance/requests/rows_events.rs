//! Queries of `request_events`: the timeline, numbered under the request's row.

use base::db::DbResult;
use base::ids::{OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::request_events;
use super::{Capacity, CaseId, State};

/// One event.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
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

/// Enters events.
pub(super) fn insert(connection: &mut PgConnection, events: &[EventRow]) -> DbResult<()> {
    diesel::insert_into(request_events::table).values(events).execute(connection)?;
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
