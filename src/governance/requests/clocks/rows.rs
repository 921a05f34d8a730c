//! Queries of `request_clocks`.

use base::db::DbResult;
use base::ids::OrganizationId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};

use super::super::CaseId;
use super::schema::request_clocks;
use super::words::{ClockKind, ClockState, PauseReason, TermKind};
use duty_list::DeadlineClass;

/// A clock.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = request_clocks, check_for_backend(diesel::pg::Pg))]
pub(crate) struct ClockRow {
    pub(crate) request_id: CaseId,
    pub(crate) kind: ClockKind,
    pub(crate) round: i16,
    pub(crate) organization_id: Option<OrganizationId>,
    pub(crate) class: Option<DeadlineClass>,
    pub(crate) term: TermKind,
    pub(crate) amount: i32,
    pub(crate) extra: i32,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) due_at: DateTime<Utc>,
    pub(crate) provisional: bool,
    pub(crate) state: ClockState,
    pub(crate) pause_reason: Option<PauseReason>,
    pub(crate) paused_at: Option<DateTime<Utc>>,
    pub(crate) left_units: Option<i64>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
    pub(crate) step: i16,
    pub(crate) told_step: i16,
    pub(crate) next_at: Option<DateTime<Utc>>,
}

/// Every clock of a request, by kind and round. The request's row is locked by whoever changes them.
pub(super) fn of_case(connection: &mut PgConnection, case: CaseId) -> DbResult<Vec<ClockRow>> {
    Ok(request_clocks::table
        .filter(request_clocks::request_id.eq(case))
        .select(ClockRow::as_select())
        .order((request_clocks::kind, request_clocks::round))
        .load(connection)?)
}

/// The clocks of requests.
pub(super) fn of_cases(connection: &mut PgConnection, cases: &[CaseId]) -> DbResult<Vec<ClockRow>> {
    Ok(request_clocks::table
        .filter(request_clocks::request_id.eq_any(cases))
        .select(ClockRow::as_select())
        .order((request_clocks::request_id, request_clocks::started_at, request_clocks::due_at))
        .load(connection)?)
}

/// A statement over clocks takes each column as an array.
macro_rules! columns {
    ($statement:ident of $clocks:ident: $($column:ident),*) => {
        $statement { $($column: &$clocks.iter().map(|clock| clock.$column).collect(),)* }
    };
}

/// Enters clocks.
pub(super) fn insert(connection: &mut PgConnection, clocks: &[ClockRow]) -> DbResult<()> {
    let rows = columns!(NewClocks of clocks: request_id, kind, round, organization_id, class, term, amount, extra, started_at, due_at, provisional, state, pause_reason, paused_at, left_units, ended_at, step, told_step, next_at);
    rows.execute(connection)?;
    Ok(())
}

base::statement! {
    /// Clocks that start; part of every filing.
    NewClocks<'a> {
        request_id: Vec<CaseId>, kind: Vec<ClockKind>, round: Vec<i16>, organization_id: Vec<Option<OrganizationId>>,
        class: Vec<Option<DeadlineClass>>, term: Vec<TermKind>, amount: Vec<i32>, extra: Vec<i32>, started_at: Vec<DateTime<Utc>>,
        due_at: Vec<DateTime<Utc>>, provisional: Vec<bool>, state: Vec<ClockState>, pause_reason: Vec<Option<PauseReason>>,
        paused_at: Vec<Option<DateTime<Utc>>>, left_units: Vec<Option<i64>>, ended_at: Vec<Option<DateTime<Utc>>>, step: Vec<i16>,
        told_step: Vec<i16>, next_at: Vec<Option<DateTime<Utc>>>,
    } -> () {
        "INSERT INTO request_clocks (request_id, kind, round, organization_id, class, term, amount, extra, started_at, due_at, \
         provisional, state, pause_reason, paused_at, left_units, ended_at, step, told_step, next_at) SELECT * FROM unnest("
        (request_id: Array<SqlUuid>) "::uuid[], " (kind: Array<Text>) "::text[], " (round: Array<SmallInt>) "::smallint[], "
        (organization_id: Array<Nullable<SqlUuid>>) "::uuid[], " (class: Array<Nullable<Text>>) "::text[], " (term: Array<Text>)
        "::text[], " (amount: Array<Integer>) "::integer[], " (extra: Array<Integer>) "::integer[], "
        (started_at: Array<Timestamptz>) "::timestamptz[], " (due_at: Array<Timestamptz>) "::timestamptz[], "
        (provisional: Array<Bool>) "::boolean[], " (state: Array<Text>) "::text[], " (pause_reason: Array<Nullable<Text>>)
        "::text[], " (paused_at: Array<Nullable<Timestamptz>>) "::timestamptz[], " (left_units: Array<Nullable<BigInt>>)
        "::bigint[], " (ended_at: Array<Nullable<Timestamptz>>) "::timestamptz[], " (step: Array<SmallInt>) "::smallint[], "
        (told_step: Array<SmallInt>) "::smallint[], " (next_at: Array<Nullable<Timestamptz>>) "::timestamptz[])"
    }
}

base::statement! {
    /// What may change of clocks.
    Changed<'a> {
        request_id: Vec<CaseId>, kind: Vec<ClockKind>, round: Vec<i16>, organization_id: Vec<Option<OrganizationId>>,
        class: Vec<Option<DeadlineClass>>, term: Vec<TermKind>, amount: Vec<i32>, extra: Vec<i32>, due_at: Vec<DateTime<Utc>>,
        provisional: Vec<bool>, state: Vec<ClockState>, pause_reason: Vec<Option<PauseReason>>, paused_at: Vec<Option<DateTime<Utc>>>,
        left_units: Vec<Option<i64>>, ended_at: Vec<Option<DateTime<Utc>>>, step: Vec<i16>, next_at: Vec<Option<DateTime<Utc>>>,
    } -> () {
        "UPDATE request_clocks c SET organization_id = w.o, class = w.c, term = w.t, amount = w.a, extra = w.x, due_at = w.d, \
         provisional = w.p, state = w.s, pause_reason = w.pr, paused_at = w.pa, left_units = w.l, ended_at = w.e, step = w.st, \
         next_at = w.n FROM unnest(" (request_id: Array<SqlUuid>) "::uuid[], " (kind: Array<Text>) "::text[], "
        (round: Array<SmallInt>) "::smallint[], " (organization_id: Array<Nullable<SqlUuid>>) "::uuid[], "
        (class: Array<Nullable<Text>>) "::text[], " (term: Array<Text>) "::text[], " (amount: Array<Integer>) "::integer[], "
        (extra: Array<Integer>) "::integer[], " (due_at: Array<Timestamptz>) "::timestamptz[], " (provisional: Array<Bool>)
        "::boolean[], " (state: Array<Text>) "::text[], " (pause_reason: Array<Nullable<Text>>) "::text[], "
        (paused_at: Array<Nullable<Timestamptz>>) "::timestamptz[], " (left_units: Array<Nullable<BigInt>>) "::bigint[], "
        (ended_at: Array<Nullable<Timestamptz>>) "::timestamptz[], " (step: Array<SmallInt>) "::smallint[], "
        (next_at: Array<Nullable<Timestamptz>>) "::timestamptz[]) w (i, k, r, o, c, t, a, x, d, p, s, pr, pa, l, e, st, n) \
         WHERE c.request_id = w.i AND c.kind = w.k AND c.round = w.r"
    }
}

/// Writes clocks that changed; who was told of a step is `tell`'s alone.
pub(super) fn update(connection: &mut PgConnection, clocks: &[ClockRow]) -> DbResult<()> {
    if clocks.is_empty() {
        return Ok(());
    }
    let rows = columns!(Changed of clocks: request_id, kind, round, organization_id, class, term, amount, extra, due_at, provisional, state, pause_reason, paused_at, left_units, ended_at, step, next_at);
    rows.execute(connection)?;
    Ok(())
}

/// Where the sweep stands.
pub(super) type SweepKey = (DateTime<Utc>, CaseId, ClockKind);

/// Clocks that are due, the longest first, after a place of the sweep.
pub(super) fn due(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    after: Option<SweepKey>,
    limit: i64,
) -> DbResult<Vec<SweepKey>> {
    let mut query = request_clocks::table
        .filter(request_clocks::next_at.le(now))
        .select((request_clocks::next_at.assume_not_null(), request_clocks::request_id, request_clocks::kind))
        .order((request_clocks::next_at, request_clocks::request_id, request_clocks::kind))
        .limit(limit)
        .into_boxed();
    if let Some((at, case, kind)) = after {
        let same_time = request_clocks::next_at.eq(at);
        let later_case = request_clocks::request_id.gt(case);
        let same_case = request_clocks::request_id.eq(case).and(request_clocks::kind.gt(kind));
        query = query.filter(request_clocks::next_at.gt(at).or(same_time.and(later_case.or(same_case))));
    }
    Ok(query.load(connection)?)
}

/// Requests with an open clock of working time that reaches into a time, in the order of their ids.
pub(super) fn counted_through(
    connection: &mut PgConnection,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    after: Option<CaseId>,
    limit: i64,
) -> DbResult<Vec<CaseId>> {
    let mut query = request_clocks::table
        .filter(request_clocks::ended_at.is_null().and(request_clocks::term.ne(TermKind::WallHours)))
        .filter(request_clocks::started_at.lt(to).and(request_clocks::due_at.ge(from)))
        .select(request_clocks::request_id)
        .distinct()
        .order(request_clocks::request_id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(request_clocks::request_id.gt(after));
    }
    Ok(query.load(connection)?)
}

/// Marks a step as told; `false` when it was told before or the clock went on.
pub(super) fn tell(connection: &mut PgConnection, case: CaseId, kind: ClockKind, round: i16, step: i16) -> DbResult<bool> {
    let told = diesel::update(request_clocks::table.find((case, kind, round)))
        .filter(request_clocks::told_step.lt(step).and(request_clocks::step.ge(step)))
        .set(request_clocks::told_step.eq(step))
        .execute(connection)?;
    Ok(told == 1)
}
