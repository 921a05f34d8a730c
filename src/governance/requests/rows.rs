//! Queries of `requests` and `request_days`: the hot row.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Timestamptz, Uuid as SqlUuid};
use people::grid::{Scope, within};

use super::schema::{request_answers, request_assignments, requests};
use super::{CaseId, Desk, Outcome, Publication, Source, State};

diesel::allow_tables_to_appear_in_same_query!(requests, request_assignments, request_answers);

/// A request, without what was said.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = requests, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Case {
    pub(crate) id: CaseId,
    pub(crate) number: String,
    pub(crate) filed_on: NaiveDate,
    pub(crate) community_id: GridUnitId,
    pub(crate) grid_unit_id: GridUnitId,
    pub(crate) source: Source,
    pub(crate) category: Option<String>,
    pub(crate) title: String,
    pub(crate) lat: Option<f64>,
    pub(crate) lon: Option<f64>,
    pub(crate) public: bool,
    pub(crate) publication: Publication,
    pub(crate) reporter_id: Option<PersonId>,
    pub(crate) proxy_id: Option<PersonId>,
    pub(crate) entered_by: Option<PersonId>,
    pub(crate) state: State,
    pub(crate) desk: Desk,
    pub(crate) organization_id: Option<OrganizationId>,
    pub(crate) lead_id: Option<PersonId>,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) returns: i16,
    pub(crate) redone: bool,
    pub(crate) reopened: bool,
    pub(crate) extended: bool,
    pub(crate) merged_into: Option<CaseId>,
    pub(crate) event_last: i32,
    pub(crate) due_at: Option<DateTime<Utc>>,
    pub(crate) resolve_by: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) closed_at: Option<DateTime<Utc>>,
}

/// Enters a request.
pub(super) fn insert(connection: &mut PgConnection, case: &Case) -> DbResult<()> {
    diesel::insert_into(requests::table).values(case).execute(connection)?;
    Ok(())
}

/// One request.
pub(crate) fn find(connection: &mut PgConnection, id: CaseId) -> DbResult<Option<Case>> {
    Ok(requests::table.find(id).select(Case::as_select()).first(connection).optional()?)
}

/// One request, locked until the transaction ends.
pub(super) fn lock(connection: &mut PgConnection, id: CaseId) -> DbResult<Option<Case>> {
    Ok(requests::table.find(id).select(Case::as_select()).for_update().first(connection).optional()?)
}

/// Requests by id that nobody else has locked, locked until the transaction ends. Whoever has one in hand goes first.
pub(super) fn lock_free(connection: &mut PgConnection, ids: &[CaseId]) -> DbResult<Vec<Case>> {
    let query = requests::table.filter(requests::id.eq_any(ids)).select(Case::as_select()).order(requests::id);
    Ok(query.for_update().skip_locked().load(connection)?)
}

base::statement! {
    /// What a sweep changes of requests.
    Advanced<'a> {
        id: Vec<CaseId>, event_last: Vec<i32>, due_at: Vec<Option<DateTime<Utc>>>, resolve_by: Vec<Option<DateTime<Utc>>>,
    } -> () {
        "UPDATE requests r SET event_last = w.e, due_at = w.d, resolve_by = w.b FROM unnest(" (id: Array<SqlUuid>) "::uuid[], "
        (event_last: Array<Integer>) "::integer[], " (due_at: Array<Nullable<Timestamptz>>) "::timestamptz[], "
        (resolve_by: Array<Nullable<Timestamptz>>) "::timestamptz[]) w (i, e, d, b) WHERE r.id = w.i"
    }
}

/// Writes what a sweep changes of requests that are locked already.
pub(super) fn advance(connection: &mut PgConnection, cases: &[&Case]) -> DbResult<()> {
    let rows = Advanced {
        id: &cases.iter().map(|case| case.id).collect(),
        event_last: &cases.iter().map(|case| case.event_last).collect(),
        due_at: &cases.iter().map(|case| case.due_at).collect(),
        resolve_by: &cases.iter().map(|case| case.resolve_by).collect(),
    };
    rows.execute(connection)?;
    Ok(())
}

/// Requests by id.
pub(super) fn many(connection: &mut PgConnection, ids: &[CaseId]) -> DbResult<Vec<Case>> {
    Ok(requests::table.filter(requests::id.eq_any(ids)).select(Case::as_select()).load(connection)?)
}

/// Requests that were joined to this one.
pub(super) fn merged_into(connection: &mut PgConnection, id: CaseId) -> DbResult<Vec<Case>> {
    let query = requests::table.filter(requests::merged_into.eq(id)).order(requests::id);
    Ok(query.select(Case::as_select()).load(connection)?)
}

/// Those of these requests into which others were merged.
pub(super) fn merged_among(connection: &mut PgConnection, ids: Vec<CaseId>) -> DbResult<Vec<CaseId>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let heads = requests::table.filter(requests::merged_into.eq_any(ids)).select(requests::merged_into.assume_not_null());
    Ok(heads.distinct().load(connection)?)
}

/// Writes what may change of a request that is locked already.
pub(super) fn save(connection: &mut PgConnection, case: &Case) -> DbResult<()> {
    diesel::update(requests::table.find(case.id))
        .set((
            requests::category.eq(&case.category),
            requests::title.eq(&case.title),
            requests::publication.eq(case.publication),
            requests::state.eq(case.state),
            requests::desk.eq(case.desk),
            requests::organization_id.eq(case.organization_id),
            requests::lead_id.eq(case.lead_id),
            requests::outcome.eq(case.outcome),
            requests::returns.eq(case.returns),
            requests::redone.eq(case.redone),
            requests::reopened.eq(case.reopened),
            requests::extended.eq(case.extended),
            requests::merged_into.eq(case.merged_into),
            requests::event_last.eq(case.event_last),
            requests::due_at.eq(case.due_at),
            requests::resolve_by.eq(case.resolve_by),
            requests::closed_at.eq(case.closed_at),
        ))
        .execute(connection)?;
    Ok(())
}

base::statement! {
    /// The next number of a day that has begun; part of every filing.
    NextNumber<'a> { day: NaiveDate, } -> (BigInt,) {
        "SELECT nextval('request_numbers') - base FROM request_days WHERE day = " (day: Date)
    }
}

/// The next number of a day. A sequence, so that filings wait for nobody; the first of a day fixes where it begins.
pub(super) fn next_number(connection: &mut PgConnection, day: NaiveDate) -> DbResult<i64> {
    const BEGIN: &str = "INSERT INTO request_days (day, base) VALUES ($1, nextval('request_numbers')) ON CONFLICT DO NOTHING";
    let next = |connection: &mut PgConnection| NextNumber { day: &day }.get_result::<(i64,)>(connection).optional();
    if let Some((number,)) = next(connection)? {
        return Ok(number);
    }
    diesel::sql_query(BEGIN).bind::<Date, _>(day).execute(connection)?;
    Ok(next(connection)?.map_or(0, |(number,)| number))
}

/// States in which nobody has to do anything before the answer.
const DONE: [State; 3] = [State::Answered, State::Closed, State::Cancelled];

/// A person's own requests and those they act in, the newest first.
pub(super) fn mine(
    connection: &mut PgConnection,
    person: PersonId,
    open: bool,
    after: Option<CaseId>,
    limit: i64,
) -> DbResult<Vec<Case>> {
    let mut query = requests::table
        .filter(requests::reporter_id.eq(person).or(requests::proxy_id.eq(person)))
        .select(Case::as_select())
        .order(requests::id.desc())
        .limit(limit)
        .into_boxed();
    if open {
        query = query.filter(requests::state.ne_all([State::Closed, State::Cancelled]));
    }
    if let Some(after) = after {
        query = query.filter(requests::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// Open requests that wait at a desk of the scope, what is due first.
pub(super) fn waiting(connection: &mut PgConnection, scope: &Scope, desk: Desk, limit: i64) -> DbResult<Vec<Case>> {
    let units = request_assignments::table
        .filter(request_assignments::organization_id.eq_any(scope.organizations.clone()))
        .filter(request_assignments::ended_at.is_null())
        .select(request_assignments::request_id);
    Ok(requests::table
        .filter(within(requests::grid_unit_id, scope).or(requests::id.eq_any(units)))
        .filter(requests::desk.eq(desk).and(requests::state.ne_all(DONE)))
        .filter(requests::state.ne(State::WaitingForResident))
        .select(Case::as_select())
        .order((requests::due_at.asc().nulls_last(), requests::id))
        .limit(limit)
        .load(connection)?)
}

/// Answered requests whose answer is older than that and that nobody rated.
pub(super) fn unrated(connection: &mut PgConnection, before: DateTime<Utc>, limit: i64) -> DbResult<Vec<CaseId>> {
    let late = request_answers::table.filter(request_answers::at.ge(before)).select(request_answers::request_id);
    Ok(requests::table
        .filter(requests::state.eq(State::Answered).and(requests::id.ne_all(late)))
        .select(requests::id)
        .order(requests::id)
        .limit(limit)
        .load(connection)?)
}
