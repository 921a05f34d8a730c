//! Yearly occasions: what goes wrong at the same time every year gets a lead on its day, once a year.

use base::clock::shanghai_date;
use base::db::{Audit, Context, Db, Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::jobs::JobError;
use base::text::{Text, Whole};
use chrono::{Datelike as _, NaiveDate, TimeDelta};
use people::grid::Scope;
use serde::Deserialize;
use serde_json::json;

use super::rows_season::{self, Season};
use super::{LeadId, LeadSource, Raise, SEASON_DAY, SeasonId, raise};
use crate::reach::{changed, found, place_named, require_unit};

/// A day missed by more than this isn't made up for: the season has gone on.
const LATE: TimeDelta = TimeDelta::days(30);

/// A yearly occasion to be entered.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSeason {
    /// Where the lead lies: a community or a unit below it.
    pub grid_unit_id: GridUnitId,
    /// Code of the duty list.
    pub category: Option<Text<40>>,
    /// A few words.
    pub title: Text<60>,
    /// What to look at.
    pub text: Text<2000>,
    /// Month of the year.
    pub month: Whole<1, 12>,
    /// Day of the month.
    pub day: Whole<1, 31>,
}

/// The day of an occasion in a year: 29 February is the 28th in most.
fn day_in(year: i32, month: i32, day: i32) -> Option<NaiveDate> {
    let (month, day) = (u32::try_from(month).ok()?, u32::try_from(day).ok()?);
    NaiveDate::from_ymd_opt(year, month, day).or_else(|| NaiveDate::from_ymd_opt(year, month, day.checked_sub(1)?))
}

/// Is it time for this year's lead?
fn is_due(season: &Season, today: NaiveDate) -> bool {
    let day = day_in(today.year(), season.month, season.day);
    season.last_year.is_none_or(|year| year < today.year()) && day.is_some_and(|day| day <= today && today - day <= LATE)
}

/// Enters an occasion. One whose day of this year has passed begins next year.
pub(super) fn create(
    mut tx: Tx<'_>,
    scope: &Scope,
    author: PersonId,
    id: SeasonId,
    new: &NewSeason,
) -> Result<Finished<()>, ApiError> {
    let place = place_named(tx.conn(), scope, new.grid_unit_id, "/grid_unit_id")?;
    let (month, day) = (new.month.get(), new.day.get());
    // Of a leap year, so that 29 February may be said.
    let known = u32::try_from(month).ok().zip(u32::try_from(day).ok());
    if known.and_then(|(month, day)| NaiveDate::from_ymd_opt(2028, month, day)).is_none() {
        return Err(ApiError::of(&SEASON_DAY).field("/day", "is no day of that month"));
    }
    let now = tx.now()?;
    let today = shanghai_date(now);
    let passed = day_in(today.year(), month, day).is_some_and(|day| day < today);
    let season = Season {
        id,
        community_id: place.community,
        grid_unit_id: place.unit,
        category: new.category.as_ref().map(ToString::to_string),
        title: new.title.to_string(),
        text: new.text.to_string(),
        month,
        day,
        last_year: passed.then(|| today.year()),
        created_by: author,
        created_at: now,
        ended_at: None,
    };
    rows_season::insert(tx.conn(), &season)?;
    let entry = Audit::new("lead_season_create", "lead_season", id.0).at(place.unit);
    tx.audit(entry.after(json!({"month": month, "day": day})))?;
    Ok(tx.done(())?)
}

/// Takes an occasion out of use.
pub(super) fn end(mut tx: Tx<'_>, scope: &Scope, id: SeasonId) -> Result<Finished<()>, ApiError> {
    let season = found(rows_season::hold(tx.conn(), id)?)?;
    require_unit(tx.conn(), scope, season.grid_unit_id)?;
    let now = tx.now()?;
    changed(rows_season::end(tx.conn(), id, now)?)?;
    tx.audit(Audit::new("lead_season_end", "lead_season", id.0).at(season.grid_unit_id))?;
    Ok(tx.done(())?)
}

/// Raises the leads of the day, one a transaction.
pub(super) fn raise_due(db: &Db) -> Result<(), JobError> {
    let (all, today) = db.read_now(|connection| -> Result<_, ApiError> {
        let today = shanghai_date(base::db::now(connection)?);
        Ok((rows_season::pending(connection, today.year())?, today))
    })?;
    for season in all.into_iter().filter(|season| is_due(season, today)) {
        db.transaction_now(&Context::job(), |tx| raise_one(tx, season.id))?;
    }
    Ok(())
}

/// Raises this year's lead of one occasion; does nothing the second time.
fn raise_one(mut tx: Tx<'_>, id: SeasonId) -> Result<Finished<()>, ApiError> {
    let season = found(rows_season::hold(tx.conn(), id)?)?;
    let today = shanghai_date(tx.now()?);
    if season.ended_at.is_some() || !is_due(&season, today) {
        return Ok(tx.done(())?);
    }
    rows_season::raised(tx.conn(), id, today.year())?;
    let lead = Raise {
        id: LeadId::new(),
        community: season.community_id,
        unit: season.grid_unit_id,
        source: LeadSource::Season,
        category: season.category,
        title: season.title,
        text: season.text,
        place_text: None,
        pin: None,
        facility: None,
        evidence: Some(json!({"season": id, "year": today.year()})),
        merge: None,
        by: None,
    };
    raise(&mut tx, &lead)?;
    Ok(tx.done(())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn season(month: i32, day: i32, last_year: Option<i32>) -> Season {
        Season {
            id: SeasonId::new(),
            community_id: GridUnitId::new(),
            grid_unit_id: GridUnitId::new(),
            category: None,
            title: "供暖前试压".to_owned(),
            text: "查看各楼门供暖管道".to_owned(),
            month,
            day,
            last_year,
            created_by: PersonId::new(),
            created_at: chrono::DateTime::UNIX_EPOCH,
            ended_at: None,
        }
    }

    #[test]
    fn an_occasion_is_due_from_its_day_once_a_year_and_not_a_month_later() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let heating = season(10, 10, None);
        assert!(!is_due(&heating, day("2026-10-09")));
        assert!(is_due(&heating, day("2026-10-10")));
        assert!(is_due(&heating, day("2026-11-09")));
        assert!(!is_due(&heating, day("2026-11-10")));
        assert!(!is_due(&season(10, 10, Some(2026)), day("2026-10-10")));
        assert!(is_due(&season(10, 10, Some(2026)), day("2027-10-10")));
        assert!(is_due(&season(2, 29, None), day("2027-02-28")));
    }
}
