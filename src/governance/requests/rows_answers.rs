//! Queries of `request_answers` and `request_confirmations`.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::{OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::{request_answers, request_confirmations};
use super::{CaseId, Outcome};

/// An answer, with its rating once there is one.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = request_answers, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Answer {
    pub(crate) request_id: CaseId,
    pub(crate) round: i16,
    pub(crate) sequence: i32,
    pub(crate) outcome: Outcome,
    pub(crate) text: String,
    pub(crate) reason: Option<String>,
    pub(crate) legal_basis: Option<String>,
    pub(crate) instead: Option<String>,
    pub(crate) organization_id: Option<OrganizationId>,
    pub(crate) answered_by: Option<PersonId>,
    pub(crate) at: DateTime<Utc>,
    pub(crate) resolved: Option<bool>,
    pub(crate) speed: Option<i16>,
    pub(crate) effect: Option<i16>,
    pub(crate) attitude: Option<i16>,
    pub(crate) feedback: Option<i16>,
    pub(crate) comment: Option<String>,
    pub(crate) rated_at: Option<DateTime<Utc>>,
    pub(crate) rated_by: Option<PersonId>,
}

/// A rating: each 1 to 5.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marks {
    pub(crate) resolved: bool,
    pub(crate) speed: i16,
    pub(crate) effect: i16,
    pub(crate) attitude: i16,
    pub(crate) feedback: i16,
}

/// Answers of a request, round by round.
pub(super) fn all(connection: &mut PgConnection, id: CaseId) -> DbResult<Vec<Answer>> {
    Ok(request_answers::table
        .filter(request_answers::request_id.eq(id))
        .select(Answer::as_select())
        .order(request_answers::round)
        .load(connection)?)
}

/// The answer that stands.
pub(super) fn last(connection: &mut PgConnection, id: CaseId) -> DbResult<Option<Answer>> {
    Ok(request_answers::table
        .filter(request_answers::request_id.eq(id))
        .select(Answer::as_select())
        .order(request_answers::round.desc())
        .first(connection)
        .optional()?)
}

/// The answers that stand, of several requests.
pub(super) fn last_of(connection: &mut PgConnection, ids: &[CaseId]) -> DbResult<HashMap<CaseId, Answer>> {
    let rounds: Vec<Answer> = request_answers::table
        .filter(request_answers::request_id.eq_any(ids))
        .select(Answer::as_select())
        .order((request_answers::request_id, request_answers::round))
        .load(connection)?;
    Ok(rounds.into_iter().map(|answer| (answer.request_id, answer)).collect())
}

/// Enters an answer; the request's row is locked.
pub(super) fn insert(connection: &mut PgConnection, answer: &Answer) -> DbResult<()> {
    diesel::insert_into(request_answers::table).values(answer).execute(connection)?;
    Ok(())
}

/// Rates the answer of a round; the request's row is locked.
pub(super) fn rate(
    connection: &mut PgConnection,
    (id, round): (CaseId, i16),
    marks: &Marks,
    (comment, rated_by): (Option<&str>, Option<PersonId>),
    at: DateTime<Utc>,
) -> DbResult<()> {
    diesel::update(request_answers::table.find((id, round)))
        .set((
            request_answers::resolved.eq(marks.resolved),
            request_answers::speed.eq(marks.speed),
            request_answers::effect.eq(marks.effect),
            request_answers::attitude.eq(marks.attitude),
            request_answers::feedback.eq(marks.feedback),
            request_answers::comment.eq(comment),
            request_answers::rated_at.eq(at),
            request_answers::rated_by.eq(rated_by),
        ))
        .execute(connection)?;
    Ok(())
}

/// That staff found a report to be true.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = request_confirmations, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Confirmation {
    pub(crate) request_id: CaseId,
    pub(crate) confirmed_by: PersonId,
    pub(crate) sequence: i32,
    pub(crate) points_event: Option<Uuid>,
    pub(crate) at: DateTime<Utc>,
}

/// The confirmation of a request.
pub(super) fn confirmation(connection: &mut PgConnection, id: CaseId) -> DbResult<Option<Confirmation>> {
    Ok(request_confirmations::table.find(id).select(Confirmation::as_select()).first(connection).optional()?)
}

/// Enters a confirmation.
pub(super) fn confirm(connection: &mut PgConnection, row: &Confirmation) -> DbResult<()> {
    diesel::insert_into(request_confirmations::table).values(row).execute(connection)?;
    Ok(())
}
