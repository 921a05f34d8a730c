//! The working-time calendar (工作日历): on which days and at which hours a community works, and when a term that starts now is over.
//! Owns the tables `calendar_years`, `calendar_days` (one arrangement of holidays and make-up days 调休 for everybody, as the State
//! Council publishes it) and `community_hours` (the hours of one community).
//!
//! Wall-clock terms run 24×7: danger and outages don't wait for Monday. Working terms count what the community is open. A year that
//! nobody has entered, or whose arrangement isn't published, is counted as weekends and fixed dates, and every deadline that touches it
//! says that it is provisional.

mod day;
mod deadline;
mod edit;
pub mod http;
#[cfg(test)]
mod properties;
mod rows;
mod schema;
mod week;

pub use day::{DayKind, fixed_holiday};
pub use deadline::{Calendar, Deadline, Left, Term, YearState};
pub use rows::of;
pub use week::{Minute, Opening, Week};

/// Kind of the job enqueued when the arrangement of a year was entered: `{year}`. Whoever counts deadlines does it.
pub const YEAR_JOB: &str = "calendar_year_entered";

base::error_codes! {
    CALENDAR_HOURS_OVERLAP 422 "calendar_hours_overlap" "同一天的工作时段不能重叠，且结束须晚于开始。" "Hours of one day must not overlap, and each must end after it starts.";
    CALENDAR_DAY_WRONG 422 "calendar_day_wrong" "日期须在该年之内且不重复；休息日须写明名称。" "Each day must lie in that year and stand there once.";
}

crate::permissions! {
    /// See when a community works.
    CalendarFind "calendar_find" [Person Own];
    /// Set the hours of a community.
    CalendarHoursUpdate "calendar_hours_update" [CommunityStaff Community, StreetStaff Street];
    /// See the holidays and make-up days of a year.
    CalendarYearFind "calendar_year_find" [Person Anyone];
    /// Enter the holidays and make-up days of a year.
    CalendarYearUpdate "calendar_year_update" [StreetStaff Anyone, Admin Anyone];
}
