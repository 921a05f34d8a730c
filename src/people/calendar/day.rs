//! What a date is when it isn't an ordinary one.

use chrono::{Datelike as _, NaiveDate};

base::words! {
    /// What a listed date is.
    DayKind {
        /// Nobody works.
        Holiday = "holiday" "放假",
        /// A weekend day that is worked instead of another (调休).
        Workday = "workday" "调休上班",
    }
}

/// The statutory holidays whose date is the same in every year: the most that is known of a year without an arrangement.
const FIXED: [(u32, u32); 6] = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)];

/// Is the date a statutory holiday whatever a year's arrangement says?
pub fn fixed_holiday(date: NaiveDate) -> bool {
    FIXED.contains(&(date.month(), date.day()))
}
