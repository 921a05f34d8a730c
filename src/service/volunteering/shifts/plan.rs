//! Planning a shift.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::text::{Text, Whole};
use chrono::{DateTime, Duration, Utc};
use people::grid::Scope;
use serde::Deserialize;
use serde_json::json;

use super::ShiftState;
use super::rows::{self, Shift};
use crate::volunteering::{PROJECT_NOT_OPEN, ProjectId, ShiftId, projects};

/// A shift to be planned.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewShift {
    /// Start, in the coming 180 days.
    pub starts_at: DateTime<Utc>,
    /// End, half an hour to twelve hours after the start.
    pub ends_at: DateTime<Utc>,
    /// Where to come.
    pub place: Text<120>,
    /// Seats.
    pub capacity: Whole<1, 500>,
}

/// Which field is wrong, and why.
pub(super) fn check_times(
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), (&'static str, &'static str)> {
    if starts_at <= now || starts_at > now + Duration::days(180) {
        return Err(("/starts_at", "must lie in the coming 180 days"));
    }
    let length = ends_at.signed_duration_since(starts_at);
    if length < Duration::minutes(30) || length > Duration::hours(12) {
        return Err(("/ends_at", "must be 30 minutes to 12 hours after the start"));
    }
    Ok(())
}

/// Plans a shift of an open project.
pub(super) fn create(
    mut tx: Tx<'_>,
    scope: &Scope,
    author: PersonId,
    (project, id): (ProjectId, ShiftId),
    new: &NewShift,
) -> Result<Finished<()>, ApiError> {
    let project = projects::within(tx.conn(), scope, project)?;
    if !projects::hold_open(tx.conn(), project.id)? {
        return Err(ApiError::of(&PROJECT_NOT_OPEN));
    }
    let now = tx.now()?;
    check_times(new.starts_at, new.ends_at, now).map_err(|(field, why)| ApiError::invalid(field, why))?;
    let shift = Shift {
        id,
        project_id: project.id,
        starts_at: new.starts_at,
        ends_at: new.ends_at,
        place: new.place.to_string(),
        capacity: new.capacity.get(),
        taken: 0,
        waiting_last: 0,
        state: ShiftState::Planned.name().to_owned(),
        cancel_reason: None,
        absent: None,
        never_out: None,
        created_by: author,
        created_at: now,
        closed_at: None,
        version: 1,
    };
    rows::insert(tx.conn(), &shift)?;
    let entry = Audit::new("shift_create", "volunteer_shift", id.0).at(project.grid_unit_id);
    tx.audit(entry.after(json!({"state": "planned", "capacity": shift.capacity})))?;
    Ok(tx.done(())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_lies_ahead_and_has_a_sane_length() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let at = |minutes: i64| now + Duration::minutes(minutes);
        assert!(check_times(at(1), at(31), now).is_ok());
        assert!(check_times(at(1), at(1 + 12 * 60), now).is_ok());
        for (start, end, field) in [
            (at(0), at(60), "/starts_at"),
            (at(181 * 24 * 60), at(181 * 24 * 60 + 60), "/starts_at"),
            (at(1), at(30), "/ends_at"),
            (at(1), at(2 + 12 * 60), "/ends_at"),
            (at(60), at(1), "/ends_at"),
            (at(60), DateTime::<Utc>::MAX_UTC, "/ends_at"),
        ] {
            assert_eq!(check_times(start, end, now).map_err(|(field, _)| field), Err(field));
        }
    }
}
