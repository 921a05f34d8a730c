//! Setting a community's hours and entering a year's arrangement.

use std::collections::BTreeSet;

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::http::IfMatch;
use base::ids::GridUnitId;
use base::jobs::NewJob;
use chrono::{Datelike as _, NaiveDate};
use serde_json::json;
use uuid::Uuid;

use super::rows::{self, DayRow, YearRow};
use super::week::Week;
use super::{CALENDAR_DAY_WRONG, CALENDAR_HOURS_OVERLAP, YEAR_JOB};
use crate::grid::{self, Scope, UnitKind};

/// The community with that id within reach; anything else is 404.
pub(super) fn community(tx: &mut Tx<'_>, scope: &Scope, id: GridUnitId) -> Result<(), ApiError> {
    let unit = grid::unit_find(tx.conn(), id)?.filter(|unit| unit.level() == UnitKind::Community);
    let unit = unit.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&unit.path)
}

/// Replaces the hours of a community.
pub(super) fn hours(
    mut tx: Tx<'_>,
    scope: &Scope,
    id: GridUnitId,
    version: &IfMatch,
    week: Option<&Week>,
) -> Result<Finished<()>, ApiError> {
    community(&mut tx, scope, id)?;
    let week = week.ok_or_else(|| ApiError::of(&CALENDAR_HOURS_OVERLAP))?;
    let (before, stored) = rows::hours(tx.conn(), id)?;
    version.check(stored)?;
    let now = tx.now()?;
    if !rows::hours_write(tx.conn(), id, stored, week, now)? {
        return Err(ApiError::of(&error::PRECONDITION_FAILED));
    }
    let shown = |week: &Week| {
        let openings = week.openings().iter();
        openings.map(|opening| format!("{} {}-{}", opening.weekday, opening.opens, opening.closes)).collect::<Vec<_>>()
    };
    let entry = Audit::new("calendar_hours_update", "community_hours", id.0).at(id);
    tx.audit(entry.before(json!(shown(&before))).after(json!(shown(week))))?;
    Ok(tx.done(())?)
}

/// First and last day of a year.
pub(super) fn bounds(year: i32) -> Result<(NaiveDate, NaiveDate), ApiError> {
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| ApiError::of(&error::NOT_FOUND));
    if !(2020..=2100).contains(&year) {
        return Err(ApiError::of(&error::NOT_FOUND));
    }
    Ok((day(1, 1)?, day(12, 31)?))
}

/// Enters or replaces the arrangement of a year.
pub(super) fn year(mut tx: Tx<'_>, version: &IfMatch, year: &YearRow, days: &[DayRow]) -> Result<Finished<()>, ApiError> {
    let (first, last) = bounds(year.year)?;
    let dates: BTreeSet<NaiveDate> = days.iter().map(|day| day.date).filter(|date| date.year() == year.year).collect();
    if dates.len() != days.len() {
        return Err(ApiError::of(&CALENDAR_DAY_WRONG));
    }
    let stored = rows::year(tx.conn(), year.year)?.map_or(0, |row| row.version);
    version.check(stored)?;
    let now = tx.now()?;
    if !rows::year_write(tx.conn(), &YearRow { version: stored, ..year.clone() }, now)? {
        return Err(ApiError::of(&error::PRECONDITION_FAILED));
    }
    rows::days_write(tx.conn(), first, last, days)?;
    let entry =
        Audit::new("calendar_year_update", "calendar_year", Uuid::from_u128(u128::try_from(year.year).unwrap_or_default()));
    tx.audit(entry.after(json!({"year": year.year, "provisional": year.provisional, "days": days.len()})))?;
    tx.enqueue(&NewJob::new(YEAR_JOB, json!({"year": year.year, "version": stored + 1})))?;
    Ok(tx.done(())?)
}
