//! Shifts: when and where a project works, with seats and a waiting list. The clock moves a shift on; a job writes it down each
//! minute, so what is shown is computed from the stored state and the time.

mod cancel;
mod edit;
pub mod http;
pub(super) mod jobs;
mod plan;
mod rows;
mod stale;

use base::db::DbResult;
use base::error::ApiError;
use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;
use people::grid::Scope;
use people::identity::Actor;

pub use cancel::Cancellation;
pub use plan::NewShift;
pub(crate) use rows::{Shift, by_ids, clash, find, give_seat, hold, hold_shared, queue, release_seat};

use super::projects::{self, Project};
use super::{ProjectId, ShiftId, found};

base::words! {
    /// State of a shift.
    ShiftState {
        /// Ahead.
        Planned = "planned",
        /// Going on.
        Running = "running",
        /// Over; ticks are still taken.
        Ended = "ended",
        /// Put away with its record.
        Closed = "closed",
        /// Didn't take place.
        Cancelled = "cancelled",
    }
}

base::words! {
    /// Moves of a shift.
    ShiftMove {
        /// Its time has come.
        Start = "start",
        /// Its time is over.
        End = "end",
        /// Put away.
        Close = "close",
        /// Called off.
        Cancel = "cancel",
    }
}

base::machine! {
    ShiftState by ShiftMove {
        => Planned "whoever runs the project";
        Planned Start Running "the clock";
        Planned Cancel Cancelled "whoever runs the project, before anybody has checked in";
        Running End Ended "the clock";
        Ended Close Closed "the clock, 48 hours after the end, with a record";
    }
}

/// How long after its end a shift is put away.
pub(crate) const STALE_AFTER: Duration = Duration::hours(48);

impl Shift {
    /// The stored state.
    fn stored(&self) -> ShiftState {
        ShiftState::parse(&self.state).unwrap_or(ShiftState::Closed)
    }

    /// The state at a time: the clock's moves happen by themselves.
    pub(crate) fn state_at(&self, now: DateTime<Utc>) -> ShiftState {
        let mut state = self.stored();
        if now >= self.starts_at {
            state = state.transition(ShiftMove::Start).unwrap_or(state);
        }
        if now >= self.ends_at {
            state = state.transition(ShiftMove::End).unwrap_or(state);
        }
        state
    }

    /// Its length.
    pub(crate) fn length(&self) -> Duration {
        self.ends_at - self.starts_at
    }
}

/// A shift with its project, if the scope reaches the project; else 404.
pub(crate) fn within(connection: &mut PgConnection, scope: &Scope, id: ShiftId) -> Result<(Shift, Project), ApiError> {
    let shift = found(find(connection, id)?)?;
    let project = projects::within(connection, scope, shift.project_id)?;
    Ok((shift, project))
}

/// A shift with its project, if the actor may see it.
pub(crate) fn visible(
    connection: &mut PgConnection,
    scope: &Scope,
    actor: &Actor,
    id: ShiftId,
) -> Result<(Shift, Project), ApiError> {
    let shift = found(find(connection, id)?)?;
    let project = projects::visible(connection, scope, actor, shift.project_id)?;
    Ok((shift, project))
}

/// Does any shift of the project lie ahead or run?
pub(crate) fn ahead(connection: &mut PgConnection, project: ProjectId) -> DbResult<bool> {
    rows::ahead(connection, project)
}

#[cfg(test)]
mod tests {
    use base::ids::PersonId;

    use super::*;

    fn shift(state: ShiftState, starts_at: DateTime<Utc>) -> Shift {
        Shift {
            id: ShiftId::new(),
            project_id: ProjectId::new(),
            starts_at,
            ends_at: starts_at + Duration::hours(2),
            place: "门口".to_owned(),
            capacity: 1,
            taken: 0,
            waiting_last: 0,
            state: state.name().to_owned(),
            cancel_reason: None,
            absent: None,
            never_out: None,
            created_by: PersonId::new(),
            created_at: starts_at,
            closed_at: None,
            version: 1,
        }
    }

    #[test]
    fn the_clock_moves_a_shift_but_not_a_cancelled_one() {
        let start = DateTime::<Utc>::UNIX_EPOCH;
        let planned = shift(ShiftState::Planned, start);
        assert_eq!(planned.state_at(start - Duration::seconds(1)), ShiftState::Planned);
        assert_eq!(planned.state_at(start), ShiftState::Running);
        assert_eq!(planned.state_at(start + Duration::hours(2)), ShiftState::Ended);
        assert_eq!(shift(ShiftState::Cancelled, start).state_at(start + Duration::hours(9)), ShiftState::Cancelled);
        assert_eq!(shift(ShiftState::Closed, start).state_at(start), ShiftState::Closed);
    }

    #[test]
    fn a_running_shift_cannot_be_cancelled() {
        assert_eq!(ShiftState::Planned.transition(ShiftMove::Cancel), Some(ShiftState::Cancelled));
        for state in [ShiftState::Running, ShiftState::Ended, ShiftState::Closed, ShiftState::Cancelled] {
            assert_eq!(state.transition(ShiftMove::Cancel), None);
        }
    }
}
