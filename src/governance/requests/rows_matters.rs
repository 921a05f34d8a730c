//! Queries of `request_matters`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};

use super::matter::{Direction, MatterState};
use super::schema::request_matters;
use super::{CaseId, MatterId};

/// A matter between a community and its street.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = request_matters, check_for_backend(diesel::pg::Pg))]
pub(super) struct Matter {
    pub(super) id: MatterId,
    pub(super) direction: Direction,
    pub(super) community_id: GridUnitId,
    pub(super) street_id: GridUnitId,
    pub(super) request_id: Option<CaseId>,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) state: MatterState,
    pub(super) raised_by: PersonId,
    pub(super) received_by: Option<PersonId>,
    pub(super) answered_by: Option<PersonId>,
    pub(super) answer: Option<String>,
    pub(super) due_at: Option<DateTime<Utc>>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) received_at: Option<DateTime<Utc>>,
    pub(super) answered_at: Option<DateTime<Utc>>,
    pub(super) overdue_step: i16,
}

pub(super) fn insert(connection: &mut PgConnection, matter: &Matter) -> DbResult<()> {
    diesel::insert_into(request_matters::table).values(matter).execute(connection)?;
    Ok(())
}

pub(super) fn find(connection: &mut PgConnection, id: MatterId) -> DbResult<Option<Matter>> {
    Ok(request_matters::table.find(id).select(Matter::as_select()).first(connection).optional()?)
}

pub(super) fn lock(connection: &mut PgConnection, id: MatterId) -> DbResult<Option<Matter>> {
    Ok(request_matters::table.find(id).select(Matter::as_select()).for_update().first(connection).optional()?)
}

/// Writes what may change of a matter that is locked already.
pub(super) fn save(connection: &mut PgConnection, matter: &Matter) -> DbResult<()> {
    diesel::update(request_matters::table.find(matter.id))
        .set((
            request_matters::state.eq(matter.state),
            request_matters::received_by.eq(matter.received_by),
            request_matters::received_at.eq(matter.received_at),
            request_matters::answered_by.eq(matter.answered_by),
            request_matters::answered_at.eq(matter.answered_at),
            request_matters::answer.eq(&matter.answer),
            request_matters::overdue_step.eq(matter.overdue_step),
        ))
        .execute(connection)?;
    Ok(())
}

/// Open matters that were due before that and haven't been told so three times, what is due first, after one.
pub(super) fn overdue(
    connection: &mut PgConnection,
    before: DateTime<Utc>,
    after: Option<MatterId>,
    limit: i64,
) -> DbResult<Vec<MatterId>> {
    let mut query = request_matters::table
        .filter(request_matters::due_at.lt(before).and(request_matters::state.ne(MatterState::Answered)))
        .filter(request_matters::overdue_step.lt(3))
        .select(request_matters::id)
        .order(request_matters::id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(request_matters::id.gt(after));
    }
    Ok(query.load(connection)?)
}

/// Which matters.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Filter {
    pub(super) direction: Option<Direction>,
    pub(super) open: bool,
    pub(super) after: Option<MatterId>,
    pub(super) limit: i64,
}

/// Matters of the communities of a scope, both ways, the newest first.
pub(super) fn list(connection: &mut PgConnection, scope: &Scope, filter: Filter) -> DbResult<Vec<Matter>> {
    let mut query = request_matters::table
        .filter(within(request_matters::community_id, scope))
        .select(Matter::as_select())
        .order(request_matters::id.desc())
        .limit(filter.limit)
        .into_boxed();
    if let Some(direction) = filter.direction {
        query = query.filter(request_matters::direction.eq(direction));
    }
    if filter.open {
        query = query.filter(request_matters::state.ne(MatterState::Answered));
    }
    if let Some(after) = filter.after {
        query = query.filter(request_matters::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// Open matters that one side of a scope has to move, what is due first.
pub(super) fn waiting(connection: &mut PgConnection, scope: &Scope, direction: Direction, limit: i64) -> DbResult<Vec<Matter>> {
    Ok(request_matters::table
        .filter(within(request_matters::community_id, scope).and(request_matters::direction.eq(direction)))
        .filter(request_matters::state.ne(MatterState::Answered))
        .select(Matter::as_select())
        .order((request_matters::due_at.asc().nulls_last(), request_matters::id))
        .limit(limit)
        .load(connection)?)
}
