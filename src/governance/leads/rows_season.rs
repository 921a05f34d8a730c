//! Queries of `lead_seasons`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};

use super::SeasonId;
use super::schema::lead_seasons;

/// A yearly occasion.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = lead_seasons, check_for_backend(diesel::pg::Pg))]
pub(super) struct Season {
    pub(super) id: SeasonId,
    pub(super) community_id: GridUnitId,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) category: Option<String>,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) month: i32,
    pub(super) day: i32,
    pub(super) last_year: Option<i32>,
    pub(super) created_by: PersonId,
    pub(super) created_at: DateTime<Utc>,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

pub(super) fn insert(connection: &mut PgConnection, season: &Season) -> DbResult<()> {
    diesel::insert_into(lead_seasons::table).values(season).execute(connection)?;
    Ok(())
}

pub(super) fn find(connection: &mut PgConnection, id: SeasonId) -> DbResult<Option<Season>> {
    Ok(lead_seasons::table.find(id).select(Season::as_select()).first(connection).optional()?)
}

/// Locks an occasion.
pub(super) fn hold(connection: &mut PgConnection, id: SeasonId) -> DbResult<Option<Season>> {
    Ok(lead_seasons::table.find(id).select(Season::as_select()).for_update().first(connection).optional()?)
}

/// Occasions in use that weren't raised in this year.
pub(super) fn pending(connection: &mut PgConnection, year: i32) -> DbResult<Vec<Season>> {
    Ok(lead_seasons::table
        .filter(lead_seasons::ended_at.is_null())
        .filter(lead_seasons::last_year.is_null().or(lead_seasons::last_year.lt(year)))
        .select(Season::as_select())
        .order(lead_seasons::id)
        .load(connection)?)
}

/// Notes that it was raised in this year.
pub(super) fn raised(connection: &mut PgConnection, id: SeasonId, year: i32) -> DbResult<()> {
    diesel::update(lead_seasons::table.find(id)).set(lead_seasons::last_year.eq(year)).execute(connection)?;
    Ok(())
}

/// Ends an occasion; `false` when it had ended.
pub(super) fn end(connection: &mut PgConnection, id: SeasonId, now: DateTime<Utc>) -> DbResult<bool> {
    let ended = diesel::update(lead_seasons::table.find(id))
        .filter(lead_seasons::ended_at.is_null())
        .set(lead_seasons::ended_at.eq(now))
        .execute(connection)?;
    Ok(ended == 1)
}

/// Occasions in the scope, newest first; ended ones left out.
pub(super) fn list(connection: &mut PgConnection, scope: &Scope, window: &Window<SeasonId>) -> DbResult<Vec<Season>> {
    let mut query = lead_seasons::table
        .filter(within(lead_seasons::grid_unit_id, scope).and(lead_seasons::ended_at.is_null()))
        .select(Season::as_select())
        .order(lead_seasons::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(after) = window.after {
        query = query.filter(lead_seasons::id.lt(after));
    }
    Ok(query.load(connection)?)
}
