//! Coming and leaving: a code of 30 seconds on the organiser's screen, or a tick by the organiser for whoever has no phone. The
//! window is measured by the database's clock, tries are counted in PostgreSQL, and a phone's idea of its distance is a hint for the
//! approver, never a proof.

mod code;
pub mod http;
mod scan;
mod tick;

pub use scan::{CheckIn, CheckOut};

use base::error::ApiError;
use chrono::{DateTime, Duration, Utc};

use super::CHECK_IN_WINDOW;
use super::shifts::{Shift, ShiftState};

base::words! {
    /// How far the phone says it is from the place.
    Distance {
        /// Within about 100 m.
        Near = "near" "在现场",
        /// A walk away.
        Walk = "walk" "附近",
        /// Elsewhere.
        Far = "far" "较远",
    }
}

/// How long before the start and after the end people check in and out.
const MARGIN: Duration = Duration::minutes(30);

/// Refuses outside the window, and on shifts that don't take place or are put away.
fn require_window(shift: &Shift, now: DateTime<Utc>) -> Result<(), ApiError> {
    let live = !matches!(shift.state_at(now), ShiftState::Cancelled | ShiftState::Closed);
    if live && now >= shift.starts_at - MARGIN && now <= shift.ends_at + MARGIN {
        return Ok(());
    }
    Err(ApiError::of(&CHECK_IN_WINDOW))
}
