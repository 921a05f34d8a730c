//! Queries of `request_exports` and `request_export_parts`.

use base::db::DbResult;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use super::super::CaseId;
use super::schema::{request_export_parts, request_exports};
use super::{ExportFormat, ExportState, RequestExportId};

diesel::allow_tables_to_appear_in_same_query!(request_exports, request_export_parts);

/// A file of requests, without its bytes.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = request_exports, check_for_backend(diesel::pg::Pg))]
pub(super) struct Export {
    pub(super) id: RequestExportId,
    pub(super) person_id: PersonId,
    pub(super) format: ExportFormat,
    pub(super) filters: Value,
    pub(super) scope: Value,
    pub(super) state: ExportState,
    pub(super) rows_total: Option<i32>,
    pub(super) rows_done: i32,
    pub(super) last_id: Option<CaseId>,
    pub(super) parts: i32,
    pub(super) bytes: i64,
    pub(super) truncated: bool,
    pub(super) created_at: DateTime<Utc>,
    pub(super) finished_at: Option<DateTime<Utc>>,
    pub(super) remove_at: DateTime<Utc>,
}

/// Enters one.
pub(super) fn insert(connection: &mut PgConnection, export: &Export) -> DbResult<()> {
    diesel::insert_into(request_exports::table).values(export).execute(connection)?;
    Ok(())
}

/// One.
pub(super) fn find(connection: &mut PgConnection, id: RequestExportId) -> DbResult<Option<Export>> {
    Ok(request_exports::table.find(id).select(Export::as_select()).first(connection).optional()?)
}

/// One, locked until the transaction ends.
pub(super) fn lock(connection: &mut PgConnection, id: RequestExportId) -> DbResult<Option<Export>> {
    Ok(request_exports::table.find(id).select(Export::as_select()).for_update().first(connection).optional()?)
}

/// How many of a person's are under way.
pub(super) fn under_way(connection: &mut PgConnection, person: PersonId) -> DbResult<i64> {
    let query = request_exports::table.filter(request_exports::person_id.eq(person));
    Ok(query.filter(request_exports::state.eq_any([ExportState::Queued, ExportState::Running])).count().get_result(connection)?)
}

/// A person's, the newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    person: PersonId,
    after: Option<RequestExportId>,
    limit: i64,
) -> DbResult<Vec<Export>> {
    let mut query = request_exports::table
        .filter(request_exports::person_id.eq(person))
        .select(Export::as_select())
        .order(request_exports::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(request_exports::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// Writes what may change of one that is locked.
pub(super) fn save(connection: &mut PgConnection, export: &Export) -> DbResult<()> {
    diesel::update(request_exports::table.find(export.id))
        .set((
            request_exports::state.eq(export.state),
            request_exports::rows_total.eq(export.rows_total),
            request_exports::rows_done.eq(export.rows_done),
            request_exports::last_id.eq(export.last_id),
            request_exports::parts.eq(export.parts),
            request_exports::bytes.eq(export.bytes),
            request_exports::truncated.eq(export.truncated),
            request_exports::finished_at.eq(export.finished_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Adds a part.
pub(super) fn part_insert(connection: &mut PgConnection, id: RequestExportId, part: i32, bytes: &[u8]) -> DbResult<()> {
    diesel::insert_into(request_export_parts::table)
        .values((
            request_export_parts::export_id.eq(id),
            request_export_parts::part.eq(part),
            request_export_parts::bytes.eq(bytes),
        ))
        .execute(connection)?;
    Ok(())
}

/// A part.
pub(super) fn part(connection: &mut PgConnection, id: RequestExportId, part: i32) -> DbResult<Option<Vec<u8>>> {
    let query = request_export_parts::table.find((id, part)).select(request_export_parts::bytes);
    Ok(query.first(connection).optional()?)
}

/// Takes all parts away.
pub(super) fn parts_delete(connection: &mut PgConnection, id: RequestExportId) -> DbResult<()> {
    diesel::delete(request_export_parts::table.filter(request_export_parts::export_id.eq(id))).execute(connection)?;
    Ok(())
}

/// Those whose time is over, or that were begun before `given_up` and never done.
pub(super) fn over(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    given_up: DateTime<Utc>,
    limit: i64,
) -> DbResult<Vec<RequestExportId>> {
    let stuck =
        request_exports::state.eq_any([ExportState::Queued, ExportState::Running]).and(request_exports::created_at.lt(given_up));
    let old = request_exports::state.eq_any([ExportState::Done, ExportState::Failed]).and(request_exports::remove_at.lt(now));
    let query = request_exports::table.filter(stuck.or(old)).order(request_exports::remove_at).limit(limit);
    Ok(query.select(request_exports::id).load(connection)?)
}

/// Deletes all of a person's, with their parts.
pub(super) fn erase(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    let own = request_exports::table.filter(request_exports::person_id.eq(person)).select(request_exports::id);
    diesel::delete(request_export_parts::table.filter(request_export_parts::export_id.eq_any(own))).execute(connection)?;
    diesel::delete(request_exports::table.filter(request_exports::person_id.eq(person))).execute(connection)?;
    Ok(())
}
