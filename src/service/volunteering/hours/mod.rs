//! Half hours of service: how they came about and who decided. Only full half hours count, at most the shift's length; a started
//! half hour counts nothing. Hours by code are decided by whoever runs the project, ticked and manual ones by somebody other than who
//! proposed them; nobody decides about themselves or their household.

mod decide;
pub mod http;
mod manual;
mod rows;

use base::clock::shanghai_date;
use base::db::{Audit, Tx};
use base::error::{ApiError, ErrorCode};
use base::ids::PersonId;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde_json::json;

pub use decide::Refusal;
pub use manual::NewManualHours;
pub(crate) use rows::{Hours, all_of, exists, forget_texts, hand_over, of_person, overlap, to_decide, totals};

use super::projects::Project;
use super::shifts::Shift;
use super::{HOURS_DAY_LIMIT, HOURS_OWN, HOURS_PROPOSER, HoursId, ProjectId, ShiftId};

base::words! {
    /// State of hours.
    HoursState {
        /// Waits for a decision.
        Recorded = "recorded",
        /// Counts; points follow.
        Approved = "approved",
        /// Doesn't count.
        Refused = "refused",
    }
}

base::words! {
    /// Moves of hours.
    HoursMove {
        /// Yes.
        Approve = "approve",
        /// No.
        Refuse = "refuse",
    }
}

base::machine! {
    HoursState by HoursMove {
        => Recorded "checking out; the organiser by a tick or by hand";
        Recorded Approve Approved "whoever runs the project, but neither beneficiary, household nor proposer";
        Recorded Refuse Refused "whoever runs the project, but neither beneficiary, household nor proposer";
    }
}

base::words! {
    /// How hours came about.
    Source {
        /// Checked in and out with the code.
        Code = "code" "扫码签到",
        /// Ticked by the organiser.
        Tick = "tick" "组织者代签",
        /// Entered by hand.
        Manual = "manual" "补录",
        /// Came and never checked out: zero, for the organiser to look at.
        Stale = "stale" "未签退",
    }
}

/// Half hours that one person can have on one day, over everything.
pub(crate) const DAY_LIMIT: i32 = 24;

/// Full half hours between two times, at most those of `cap`.
pub(crate) fn half_hours(from: DateTime<Utc>, to: DateTime<Utc>, cap: Duration) -> i32 {
    let counted = (to - from).min(cap).num_minutes().max(0) / 30;
    i32::try_from(counted).unwrap_or(DAY_LIMIT).min(DAY_LIMIT)
}

/// Half hours as hours: `3` → `1.5`.
pub(crate) fn shown(half_hours: i32) -> String {
    if half_hours % 2 == 0 { (half_hours / 2).to_string() } else { format!("{}.5", half_hours / 2) }
}

/// May this person decide about hours of `beneficiary` that `proposer` entered?
pub(crate) fn may_decide(decider: PersonId, beneficiary: PersonId, proposer: Option<PersonId>) -> Result<(), &'static ErrorCode> {
    if decider == beneficiary {
        return Err(&HOURS_OWN);
    }
    if proposer == Some(decider) {
        return Err(&HOURS_PROPOSER);
    }
    Ok(())
}

/// Hours to be recorded.
#[derive(Debug, Clone)]
pub(crate) struct NewHours {
    pub(crate) id: HoursId,
    pub(crate) project: ProjectId,
    pub(crate) shift: Option<ShiftId>,
    pub(crate) person: PersonId,
    pub(crate) source: Source,
    pub(crate) span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    pub(crate) day: NaiveDate,
    pub(crate) half_hours: i32,
    pub(crate) reason: Option<String>,
    pub(crate) hints: Vec<String>,
    pub(crate) proposed_by: Option<PersonId>,
}

impl NewHours {
    /// Of a shift, from when somebody came to when they left.
    pub(crate) fn of_shift(shift: &Shift, person: PersonId, source: Source, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> Self {
        Self {
            id: HoursId::new(),
            project: shift.project_id,
            shift: Some(shift.id),
            person,
            source,
            span: Some((from, to)),
            day: shanghai_date(shift.starts_at),
            half_hours: half_hours(from, to, shift.length()),
            reason: None,
            hints: Vec::new(),
            proposed_by: None,
        }
    }
}

/// Records hours with their audit row. What was counted by code is cut to the day's limit, what somebody entered above it is refused.
/// The person is held already (`hold_persons`), unless the record is zero.
pub(crate) fn record(tx: &mut Tx<'_>, action: &'static str, project: &Project, mut new: NewHours) -> Result<(), ApiError> {
    let left = (DAY_LIMIT - rows::on_day(tx.conn(), new.person, new.day)?).max(0);
    if new.half_hours > left {
        if new.source != Source::Code {
            return Err(ApiError::of(&HOURS_DAY_LIMIT));
        }
        new.half_hours = left;
    }
    if let Some((from, _)) = new.span
        && rows::elsewhere_before(tx.conn(), new.person, new.project, from)?
    {
        new.hints.push("quick_change".to_owned());
    }
    rows::insert(tx.conn(), &new)?;
    let entry = Audit::new(action, "volunteer_hours", new.id.0).at(project.grid_unit_id);
    tx.audit(entry.after(json!({"state": "recorded", "source": new.source, "half_hours": new.half_hours})))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_full_half_hours_count_and_never_more_than_the_shift() {
        let start = DateTime::<Utc>::UNIX_EPOCH;
        let at = |minutes: i64| start + Duration::minutes(minutes);
        let shift = Duration::hours(2);
        for (from, to, expected) in
            [(0, 29, 0), (0, 30, 1), (0, 59, 1), (0, 60, 2), (-30, 150, 4), (-30, 60, 3), (60, 60, 0), (60, 0, 0)]
        {
            assert_eq!(half_hours(at(from), at(to), shift), expected, "{from}..{to}");
        }
        assert_eq!(half_hours(at(0), at(44), Duration::minutes(44)), 1);
        assert_eq!((shown(0), shown(3), shown(4)), ("0".to_owned(), "1.5".to_owned(), "2".to_owned()));
    }

    #[test]
    fn nobody_decides_about_themselves_or_what_they_proposed() {
        let (one, two, three) = (PersonId::new(), PersonId::new(), PersonId::new());
        assert_eq!(may_decide(one, one, None), Err(&HOURS_OWN));
        assert_eq!(may_decide(one, one, Some(two)), Err(&HOURS_OWN));
        assert_eq!(may_decide(two, one, Some(two)), Err(&HOURS_PROPOSER));
        assert_eq!(may_decide(three, one, Some(two)), Ok(()));
        assert_eq!(may_decide(two, one, None), Ok(()));
    }

    #[test]
    fn a_decision_is_final() {
        assert_eq!(HoursState::Approved.transition(HoursMove::Refuse), None);
        assert_eq!(HoursState::Refused.transition(HoursMove::Approve), None);
    }
}
