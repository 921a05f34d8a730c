//! Whether a cause came back: as many days after the measure as before the case, at most ninety.

use base::error::ApiError;
use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;
use serde::Serialize;
use utoipa::ToSchema;

use super::CauseState;
use super::rows::{self, Cause};

/// Days that are compared at most.
const DAYS: i64 = 90;

/// Requests of the same categories in the community before the case and after its measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Recurrence {
    /// Days compared on both sides.
    pub days: i64,
    /// Filed in that many days before the case was opened.
    pub before: i64,
    /// Filed in that many days after the measure was done.
    pub after: i64,
}

/// How many days can be compared by now; none before a whole day has passed.
fn days(ended: DateTime<Utc>, now: DateTime<Utc>) -> Option<i64> {
    let passed = (now - ended).num_days().min(DAYS);
    (passed > 0).then_some(passed)
}

/// `None` while the measure isn't done, or done for less than a day.
pub(super) fn recurrence(
    connection: &mut PgConnection,
    cause: &Cause,
    now: DateTime<Utc>,
) -> Result<Option<Recurrence>, ApiError> {
    let ended = cause.ended_at.filter(|_| cause.state == CauseState::Closed);
    let Some((ended, days)) = ended.and_then(|ended| Some((ended, days(ended, now)?))) else { return Ok(None) };
    let span = Duration::days(days);
    Ok(Some(Recurrence {
        days,
        before: rows::filed_alike(connection, cause, cause.created_at - span, cause.created_at)?,
        after: rows::filed_alike(connection, cause, ended, ended + span)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_are_equally_long_and_ninety_days_at_most() {
        let ended = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert_eq!(days(ended, ended + Duration::hours(23)), None);
        assert_eq!(days(ended, ended + Duration::days(7)), Some(7));
        assert_eq!(days(ended, ended + Duration::days(400)), Some(90));
    }
}
