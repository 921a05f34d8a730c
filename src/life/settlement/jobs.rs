//! The month's end: on the day that a community's terms name, the month before closes by itself. Looked at every hour; the row of the
//! period makes it happen once. Whoever wants it earlier closes by hand; what is left comes onto the job's statements.

use std::time::Duration;

use base::clock::{shanghai_date, shanghai_midnight};
use base::db::{Context, Db, Finished, Tx};
use base::error::ApiError;
use base::ids::GridUnitId;
use base::jobs::{JobError, JobKind};
use chrono::{DateTime, Datelike as _, Utc};
use uuid::Uuid;

use super::{close, rows};
use crate::{merchants, offers};

/// The end of the period that is due at a moment, where it closes on `day`; `None`: not yet, or never.
fn due(now: DateTime<Utc>, day: i32) -> Option<DateTime<Utc>> {
    let today = shanghai_date(now);
    let reached = day > 0 && i64::from(today.day()) >= i64::from(day);
    today.with_day(1).filter(|_| reached).map(shanghai_midnight)
}

/// Closes one community's month, if it is due and no job has closed it.
fn close_month(mut tx: Tx<'_>, community: GridUnitId) -> Result<Finished<usize>, ApiError> {
    let terms = offers::terms_of(tx.conn(), community)?;
    let now = tx.now()?;
    let Some(end) = due(now, terms.close_day) else { return Ok(tx.done(0)?) };
    let closing = Uuid::now_v7();
    if !rows::closing_claim(tx.conn(), community, end, closing)? {
        return Ok(tx.done(0)?);
    }
    let stated = close::state_all(&mut tx, None, closing, (community, end, now))?;
    Ok(tx.done(stated)?)
}

/// Every community with merchants, each in a transaction of its own: one that fails holds up no other.
fn close_all(db: &Db) -> Result<(), JobError> {
    let mut failed = None;
    for community in db.read_now(merchants::communities)? {
        match db.transaction_now(&Context::job(), |tx| close_month(tx, community)) {
            Ok(0) => {}
            Ok(stated) => tracing::info!(%community, stated, "the month's settlement period is closed"),
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(()), |error| Err(error.into()))
}

/// The jobs of this noun.
pub fn jobs() -> Vec<JobKind> {
    vec![JobKind::new("settlement_monthly_close", |db, _payload| close_all(db)).every(Duration::from_secs(3600))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_due_from_its_day_on_in_shanghai() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap_or_default();
        let end = Some(at("2026-11-30T16:00:00Z"));
        assert_eq!(due(at("2026-11-30T15:59:59Z"), 1), Some(at("2026-10-31T16:00:00Z")), "October, if nobody did");
        assert_eq!(due(at("2026-11-30T16:00:00Z"), 1), end);
        assert_eq!(due(at("2026-12-04T15:59:59Z"), 5), None);
        assert_eq!(due(at("2026-12-04T16:00:00Z"), 5), end);
        assert_eq!(due(at("2026-12-31T15:00:00Z"), 5), end);
        assert_eq!(due(at("2026-12-31T15:00:00Z"), 0), None);
    }
}
