//! Queries of `chat_measures`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, max};
use diesel::prelude::*;
use people::grid::{Scope, within};

use super::{MeasureKind, MeasureState};
use crate::schema::chat_measures;
use crate::{GroupId, MeasureId, MessageId};

/// States in which a measure holds.
const HOLDING: [MeasureState; 3] = [MeasureState::InForce, MeasureState::Appealed, MeasureState::Upheld];

/// A measure.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = chat_measures, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Measure {
    pub(crate) id: MeasureId,
    pub(crate) kind: MeasureKind,
    pub(crate) state: MeasureState,
    pub(crate) community_id: GridUnitId,
    pub(crate) grid_unit_id: GridUnitId,
    pub(crate) group_id: GroupId,
    pub(crate) message_id: MessageId,
    pub(crate) person_id: Option<PersonId>,
    pub(crate) reason: String,
    pub(crate) note: Option<String>,
    pub(crate) days: Option<i16>,
    pub(crate) until: Option<DateTime<Utc>>,
    pub(crate) decided_by: PersonId,
    pub(crate) second_by: Option<PersonId>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) in_force_at: Option<DateTime<Utc>>,
    pub(crate) appeal: Option<String>,
    pub(crate) appealed_at: Option<DateTime<Utc>>,
    pub(crate) appeal_by: Option<PersonId>,
    pub(crate) appeal_note: Option<String>,
    pub(crate) ended_by: Option<PersonId>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
}

pub(super) fn insert(connection: &mut PgConnection, measure: &Measure) -> DbResult<()> {
    diesel::insert_into(chat_measures::table).values(measure).execute(connection)?;
    Ok(())
}

pub(super) fn find(connection: &mut PgConnection, id: MeasureId) -> DbResult<Option<Measure>> {
    Ok(chat_measures::table.find(id).select(Measure::as_select()).first(connection).optional()?)
}

/// Locks a measure.
pub(super) fn hold(connection: &mut PgConnection, id: MeasureId) -> DbResult<Option<Measure>> {
    Ok(chat_measures::table.find(id).select(Measure::as_select()).for_update().first(connection).optional()?)
}

/// The measure by which a message is hidden now, locked.
pub(super) fn hiding(connection: &mut PgConnection, message: MessageId) -> DbResult<Option<Measure>> {
    Ok(chat_measures::table
        .filter(chat_measures::message_id.eq(message).and(chat_measures::kind.eq(MeasureKind::Hide)))
        .filter(chat_measures::state.eq_any(HOLDING))
        .select(Measure::as_select())
        .for_update()
        .first(connection)
        .optional()?)
}

/// Until when a person is muted in a group; none: they aren't.
pub(crate) fn muted_until(
    connection: &mut PgConnection,
    group: GroupId,
    person: PersonId,
    now: DateTime<Utc>,
) -> DbResult<Option<DateTime<Utc>>> {
    Ok(chat_measures::table
        .filter(chat_measures::person_id.eq(person).and(chat_measures::group_id.eq(group)))
        .filter(chat_measures::kind.eq(MeasureKind::Mute).and(chat_measures::state.eq_any(HOLDING)))
        .filter(chat_measures::until.gt(now))
        .select(max(chat_measures::until))
        .first(connection)?)
}

/// What a move leaves behind; what is `None` stays.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = chat_measures)]
pub(super) struct Step<'a> {
    pub(super) state: Option<MeasureState>,
    pub(super) until: Option<DateTime<Utc>>,
    pub(super) second_by: Option<PersonId>,
    pub(super) in_force_at: Option<DateTime<Utc>>,
    pub(super) appeal: Option<&'a str>,
    pub(super) appealed_at: Option<DateTime<Utc>>,
    pub(super) appeal_by: Option<PersonId>,
    pub(super) appeal_note: Option<&'a str>,
    pub(super) ended_by: Option<PersonId>,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

/// Moves a held measure.
pub(super) fn step(connection: &mut PgConnection, id: MeasureId, step: &Step<'_>) -> DbResult<()> {
    diesel::update(chat_measures::table.find(id)).set(step).execute(connection)?;
    Ok(())
}

/// Measures of the scope's places, the newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    (state, kind): (Option<MeasureState>, Option<MeasureKind>),
    window: &Window<MeasureId>,
) -> DbResult<Vec<Measure>> {
    let mut query = chat_measures::table
        .filter(within(chat_measures::grid_unit_id, scope))
        .select(Measure::as_select())
        .order(chat_measures::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(chat_measures::state.eq(state));
    }
    if let Some(kind) = kind {
        query = query.filter(chat_measures::kind.eq(kind));
    }
    if let Some(after) = window.after {
        query = query.filter(chat_measures::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// Measures that concern a person and are or were in force, the newest first.
pub(super) fn of(connection: &mut PgConnection, person: PersonId, window: &Window<MeasureId>) -> DbResult<Vec<Measure>> {
    let mut query = chat_measures::table
        .filter(chat_measures::person_id.eq(person).and(chat_measures::in_force_at.is_not_null()))
        .select(Measure::as_select())
        .order(chat_measures::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(after) = window.after {
        query = query.filter(chat_measures::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// How many measures of the scope are in a state and weren't decided by this person.
pub(crate) fn count_in(connection: &mut PgConnection, scope: &Scope, state: MeasureState, but: PersonId) -> DbResult<i64> {
    Ok(chat_measures::table
        .filter(within(chat_measures::grid_unit_id, scope).and(chat_measures::state.eq(state)))
        .filter(chat_measures::decided_by.ne(but))
        .filter(chat_measures::second_by.is_distinct_from(but))
        .filter(chat_measures::person_id.is_distinct_from(but))
        .select(count_star())
        .first(connection)?)
}

/// Takes the person whom measures concern out of them, with what they objected.
pub(crate) fn forget(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    diesel::update(chat_measures::table.filter(chat_measures::person_id.eq(person)))
        .set((chat_measures::person_id.eq(None::<PersonId>), chat_measures::appeal.eq(None::<String>)))
        .execute(connection)?;
    Ok(())
}

/// Measures against one account hold against another of the same person; the record of them keeps its words.
pub(crate) fn hand_over(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    diesel::update(chat_measures::table.filter(chat_measures::person_id.eq(gone)))
        .set(chat_measures::person_id.eq(keep))
        .execute(connection)?;
    Ok(())
}
