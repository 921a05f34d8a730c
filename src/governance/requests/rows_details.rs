//! Queries of `request_details` and `request_assignments`: what was said, and which unit has it.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::{OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::schema::{request_assignments, request_details, requests};
use super::{AssignmentReason, CaseId, ReturnReason};
use duty_list::DutyItemId;

/// What was said at filing.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = request_details, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Details {
    pub(crate) request_id: CaseId,
    pub(crate) duty_item_id: Option<DutyItemId>,
    pub(crate) text: String,
    pub(crate) place_text: Option<String>,
    pub(crate) answers: Value,
    pub(crate) wants_contact: bool,
    pub(crate) contact_sealed: Option<Vec<u8>>,
    pub(crate) danger: Option<String>,
    pub(crate) external_client: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) about_noun: Option<String>,
    pub(crate) about_id: Option<Uuid>,
}

/// Enters what was said.
pub(super) fn insert(connection: &mut PgConnection, details: &Details) -> DbResult<()> {
    diesel::insert_into(request_details::table).values(details).execute(connection)?;
    Ok(())
}

/// What was said of these requests.
pub(super) fn many(connection: &mut PgConnection, ids: &[CaseId]) -> DbResult<HashMap<CaseId, Details>> {
    let rows: Vec<Details> =
        request_details::table.filter(request_details::request_id.eq_any(ids)).select(Details::as_select()).load(connection)?;
    Ok(rows.into_iter().map(|row| (row.request_id, row)).collect())
}

/// The request that another system filed under its id.
pub(super) fn by_external(connection: &mut PgConnection, client: &str, id: &str) -> DbResult<Option<CaseId>> {
    Ok(request_details::table
        .filter(request_details::external_client.eq(client).and(request_details::external_id.eq(id)))
        .select(request_details::request_id)
        .first(connection)
        .optional()?)
}

/// The category became clear later.
pub(super) fn set_duty_item(connection: &mut PgConnection, id: CaseId, item: DutyItemId) -> DbResult<()> {
    diesel::update(request_details::table.find(id)).set(request_details::duty_item_id.eq(item)).execute(connection)?;
    Ok(())
}

/// A unit that has a request, or had it.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = request_assignments, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Assignment {
    pub(crate) id: Uuid,
    pub(crate) request_id: CaseId,
    pub(crate) organization_id: OrganizationId,
    /// `lead` or `co`.
    pub(crate) part: String,
    pub(crate) reason: AssignmentReason,
    pub(crate) from_sequence: i32,
    pub(crate) ended_sequence: Option<i32>,
    pub(crate) return_reason: Option<ReturnReason>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
}

/// Gives a request to units: the first leads.
pub(super) fn assign(connection: &mut PgConnection, rows: &[Assignment]) -> DbResult<()> {
    diesel::insert_into(request_assignments::table).values(rows).execute(connection)?;
    Ok(())
}

/// The units that have a request now, who leads first.
pub(super) fn assigned(connection: &mut PgConnection, id: CaseId) -> DbResult<Vec<Assignment>> {
    Ok(request_assignments::table
        .filter(request_assignments::request_id.eq(id).and(request_assignments::ended_at.is_null()))
        .select(Assignment::as_select())
        .order((request_assignments::part.desc(), request_assignments::id))
        .load(connection)?)
}

/// Has one of these units the request now?
pub(super) fn has(connection: &mut PgConnection, id: CaseId, organizations: &[OrganizationId]) -> DbResult<bool> {
    let open = request_assignments::table
        .filter(request_assignments::request_id.eq(id).and(request_assignments::ended_at.is_null()))
        .filter(request_assignments::organization_id.eq_any(organizations));
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(connection)?)
}

/// A unit that was to help accepted first and leads; the other one helps.
pub(super) fn lead(connection: &mut PgConnection, id: CaseId, unit: OrganizationId) -> DbResult<()> {
    let open =
        || request_assignments::table.filter(request_assignments::request_id.eq(id).and(request_assignments::ended_at.is_null()));
    diesel::update(open().filter(request_assignments::part.eq("lead")))
        .set(request_assignments::part.eq("co"))
        .execute(connection)?;
    diesel::update(open().filter(request_assignments::organization_id.eq(unit)))
        .set((request_assignments::part.eq("lead"), request_assignments::reason.eq(AssignmentReason::FirstToAccept)))
        .execute(connection)?;
    Ok(())
}

/// Takes a request from all units that have it.
pub(super) fn end(
    connection: &mut PgConnection,
    id: CaseId,
    sequence: i32,
    reason: Option<ReturnReason>,
    at: DateTime<Utc>,
) -> DbResult<()> {
    diesel::update(request_assignments::table)
        .filter(request_assignments::request_id.eq(id).and(request_assignments::ended_at.is_null()))
        .set((
            request_assignments::ended_sequence.eq(sequence),
            request_assignments::ended_at.eq(at),
            request_assignments::return_reason.eq(reason),
        ))
        .execute(connection)?;
    Ok(())
}

/// Removes the phones of callers whose request was over before that; which requests they were.
pub(super) fn contacts_remove(connection: &mut PgConnection, before: DateTime<Utc>, limit: i64) -> DbResult<Vec<CaseId>> {
    #[derive(QueryableByName)]
    struct Removed {
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        request_id: CaseId,
    }
    const REMOVE: &str = "UPDATE request_details SET contact_sealed = NULL WHERE request_id IN (SELECT d.request_id FROM request_details d \
        JOIN requests r ON r.id = d.request_id WHERE d.contact_sealed IS NOT NULL AND r.closed_at < $1 LIMIT $2) RETURNING request_id";
    let removed: Vec<Removed> = diesel::sql_query(REMOVE)
        .bind::<diesel::sql_types::Timestamptz, _>(before)
        .bind::<diesel::sql_types::BigInt, _>(limit)
        .load(connection)?;
    Ok(removed.into_iter().map(|row| row.request_id).collect())
}

/// Requests that one account filed are another's of the same person from now on.
pub(super) fn hand_over(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    diesel::update(requests::table.filter(requests::reporter_id.eq(gone)))
        .set(requests::reporter_id.eq(keep))
        .execute(connection)?;
    Ok(())
}

/// Blanks what an erased person said privately; what neighbours may read stays, without its author. Returns the requests whose text went.
pub(super) fn forget(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<CaseId>> {
    #[derive(QueryableByName)]
    struct Blanked {
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        request_id: CaseId,
    }
    const TEXTS: &str = "UPDATE request_details d SET text = '（已按本人要求删除）', place_text = NULL, answers = '[]', contact_sealed = NULL \
        FROM requests r WHERE r.id = d.request_id AND r.reporter_id = $1 AND r.publication <> 'published' RETURNING d.request_id";
    const PLACES: &str = "UPDATE requests SET lat = NULL, lon = NULL, title = coalesce(category, '（已删除）') \
        WHERE reporter_id = $1 AND publication <> 'published'";
    const ANSWERS: &str = "UPDATE request_details d SET answers = '[]', contact_sealed = NULL FROM requests r \
        WHERE r.id = d.request_id AND r.reporter_id = $1";
    const EVENTS: &str = "UPDATE request_events e SET public_text = NULL FROM requests r WHERE r.id = e.request_id AND r.reporter_id = $1 \
        AND e.person_id = $1 AND e.role = 'reporter'";
    const COMMENTS: &str =
        "UPDATE request_answers a SET comment = NULL FROM requests r WHERE r.id = a.request_id AND r.reporter_id = $1";
    let blanked = diesel::sql_query(TEXTS).bind::<diesel::sql_types::Uuid, _>(person).load::<Blanked>(connection)?;
    for text in [PLACES, ANSWERS, EVENTS, COMMENTS] {
        diesel::sql_query(text).bind::<diesel::sql_types::Uuid, _>(person).execute(connection)?;
    }
    Ok(blanked.into_iter().map(|row| row.request_id).collect())
}
