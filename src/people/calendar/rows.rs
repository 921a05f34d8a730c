//! Queries of `calendar_years`, `calendar_days`, `community_hours`.

use base::db::DbResult;
use base::ids::GridUnitId;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Integer, Text, Uuid as SqlUuid};

use super::day::DayKind;
use super::deadline::Calendar;
use super::schema::{calendar_days, calendar_years, community_hours};
use super::week::{Minute, Opening, Week};

/// When a community works: its hours, or the usual ones where it has set none, and what is known of holidays.
pub fn of(connection: &mut PgConnection, community: GridUnitId) -> DbResult<Calendar> {
    let (dates, kinds, years, provisional, weekdays, opens, closes): Whole =
        Known { community: &community }.get_result(connection)?;
    let hours = weekdays.into_iter().zip(opens).zip(closes).map(|((weekday, opens), closes)| (weekday, opens, closes));
    let week = Week::new(openings(hours)).unwrap_or_else(Week::usual);
    Ok(Calendar::new(week, dates.into_iter().zip(kinds).collect(), years.into_iter().zip(provisional).collect()))
}

/// Dates and their kinds; years and whether they are provisional; weekdays with opening and closing.
type Whole = (Vec<NaiveDate>, Vec<DayKind>, Vec<i32>, Vec<bool>, Vec<i32>, Vec<i32>, Vec<i32>);

base::statement! {
    /// Part of every filing, so all of it is read at once.
    Known<'a> { community: GridUnitId, } -> (
        Array<Date>, Array<Text>, Array<Integer>, Array<Bool>, Array<Integer>, Array<Integer>, Array<Integer>
    ) {
        "SELECT d.dates, d.kinds, y.years, y.provisional, h.weekdays, h.opens, h.closes FROM \
         (SELECT coalesce(array_agg(date), '{}') AS dates, coalesce(array_agg(kind), '{}') AS kinds FROM calendar_days) d, \
         (SELECT coalesce(array_agg(year), '{}') AS years, coalesce(array_agg(provisional), '{}') AS provisional FROM calendar_years) y, \
         (SELECT coalesce(array_agg(weekday), '{}') AS weekdays, coalesce(array_agg(opens), '{}') AS opens, \
         coalesce(array_agg(closes), '{}') AS closes FROM community_hours WHERE community_id = " (community: SqlUuid) ") h"
    }
}

fn openings(hours: impl Iterator<Item = (i32, i32, i32)>) -> Vec<Opening> {
    let known = |(weekday, opens, closes)| Some(Opening { weekday, opens: Minute::new(opens)?, closes: Minute::new(closes)? });
    hours.filter_map(known).collect()
}

/// The hours of a community and their version; 0 and the usual ones where it has set none.
pub(super) fn hours(connection: &mut PgConnection, community: GridUnitId) -> DbResult<(Week, i32)> {
    let rows: Vec<(i32, i32, i32, i32)> = community_hours::table
        .filter(community_hours::community_id.eq(community))
        .select((community_hours::weekday, community_hours::opens, community_hours::closes, community_hours::version))
        .load(connection)?;
    let version = rows.first().map_or(0, |row| row.3);
    let openings = openings(rows.into_iter().map(|(weekday, opens, closes, _)| (weekday, opens, closes)));
    Ok(Week::new(openings).map_or_else(|| (Week::usual(), 0), |week| (week, version)))
}

/// Replaces the hours of a version; `false` when they have another by now. Who comes second waits for the first one's rows.
pub(super) fn hours_write(
    connection: &mut PgConnection,
    community: GridUnitId,
    version: i32,
    week: &Week,
    now: DateTime<Utc>,
) -> DbResult<bool> {
    let old =
        community_hours::table.filter(community_hours::community_id.eq(community)).filter(community_hours::version.eq(version));
    let gone = diesel::delete(old).execute(connection)?;
    if gone == 0 && version > 0 {
        return Ok(false);
    }
    let rows: Vec<_> = week
        .openings()
        .iter()
        .map(|opening| {
            (
                community_hours::community_id.eq(community),
                community_hours::weekday.eq(opening.weekday),
                community_hours::opens.eq(opening.opens.minutes()),
                community_hours::closes.eq(opening.closes.minutes()),
                community_hours::version.eq(version + 1),
                community_hours::updated_at.eq(now),
            )
        })
        .collect();
    let entered = diesel::insert_into(community_hours::table).values(&rows).on_conflict_do_nothing().execute(connection)?;
    Ok(entered == rows.len())
}

/// A year's arrangement.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = calendar_years, check_for_backend(diesel::pg::Pg))]
pub(super) struct YearRow {
    pub(super) year: i32,
    pub(super) provisional: bool,
    pub(super) source: String,
    pub(super) version: i32,
}

/// A listed date.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = calendar_days, check_for_backend(diesel::pg::Pg))]
pub(super) struct DayRow {
    pub(super) date: NaiveDate,
    pub(super) kind: DayKind,
    pub(super) name: String,
}

/// The arrangement of a year, if it is entered.
pub(super) fn year(connection: &mut PgConnection, year: i32) -> DbResult<Option<YearRow>> {
    Ok(calendar_years::table.find(year).select(YearRow::as_select()).first(connection).optional()?)
}

/// The listed dates between two, both included, early first.
pub(super) fn days_between(connection: &mut PgConnection, from: NaiveDate, to: NaiveDate) -> DbResult<Vec<DayRow>> {
    Ok(calendar_days::table
        .filter(calendar_days::date.between(from, to))
        .select(DayRow::as_select())
        .order(calendar_days::date)
        .load(connection)?)
}

/// Enters or replaces the arrangement of a year at a version (0: not entered yet); `false` when it has another by now.
pub(super) fn year_write(connection: &mut PgConnection, row: &YearRow, now: DateTime<Utc>) -> DbResult<bool> {
    let values = (
        calendar_years::provisional.eq(row.provisional),
        calendar_years::source.eq(&row.source),
        calendar_years::version.eq(row.version + 1),
        calendar_years::updated_at.eq(now),
    );
    let written = if row.version == 0 {
        diesel::insert_into(calendar_years::table)
            .values((calendar_years::year.eq(row.year), values))
            .on_conflict_do_nothing()
            .execute(connection)?
    } else {
        diesel::update(calendar_years::table.find(row.year).filter(calendar_years::version.eq(row.version)))
            .set(values)
            .execute(connection)?
    };
    Ok(written == 1)
}

/// Replaces the listed dates between two, both included.
pub(super) fn days_write(connection: &mut PgConnection, from: NaiveDate, to: NaiveDate, days: &[DayRow]) -> DbResult<()> {
    diesel::delete(calendar_days::table.filter(calendar_days::date.between(from, to))).execute(connection)?;
    diesel::insert_into(calendar_days::table).values(days).execute(connection)?;
    Ok(())
}
