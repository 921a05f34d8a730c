//! Clocks of a request (时限): accept, first contact, answer, the street's arbitration, and who is on call. Each has a term, stands still
//! for a stated reason, may be extended once with a reason that the reporter is told, and ends met, late or dropped.
//!
//! | clock | starts | term | ends |
//! |---|---|---|---|
//! | accept 受理 | at a desk that hasn't taken it | 2 working hours; danger and outages 2 hours | somebody takes it, gives it on or gives it back |
//! | contact 首次联系 | filed by somebody | 24 hours | a handler speaks to the reporter |
//! | resolve 办结 | filed, done again, opened again | by the class of the duty list | answered |
//! | arbitrate 裁定 | the second return | 1 working day | the street decides |
//! | on_call 值班 | danger or outage at a desk | person, 15 min, deputy, 15 min, street | somebody takes it |
//!
//! Overdue: reminder 催办 → supervision 督办 → escalation 升级, each once, each an event of the timeline. All of it is done by one sweep
//! over `next_at`, a transaction a request, fenced by the clock's own row: a sweep that dies half-way is simply done again.
//!
//! Owns the tables `request_clocks` and `on_call_turns`. Clocks change only under the lock of their request's row.

mod act;
mod clock;
pub mod http;
pub mod http_on_call;
mod keep;
mod on_call;
mod recount;
mod rows;
mod rows_on_call;
mod schema;
mod sweep;
mod told;
mod view;
mod words;

pub use act::{ExtensionForm, PauseForm};
pub(super) use act::{extend, pause, resume};
pub(super) use keep::{Clocks, follow, write};
pub use on_call::TurnId;
pub use sweep::{Swept, sweep};
pub use view::{ClockView, views};
pub use words::{ClockKind, ClockState, PauseReason, TermKind};

use std::time::Duration;

use base::jobs::JobKind;

base::error_codes! {
    CLOCK_NOT_RUNNING 409 "clock_not_running" "该诉求的办结时限现在没有在计时。" "The clock of the answer isn't running.";
    CLOCK_NOT_PAUSED 409 "clock_not_paused" "时限没有被暂停，或正在等待居民补充。" "The clock isn't paused, or waits for the reporter.";
    CLOCK_ROUND_THE_CLOCK 409 "clock_round_the_clock" "险情和水电气暖类诉求不能暂停；险情不能延期。" "Danger and outages don't pause, and danger isn't extended.";
    CLOCK_OVERDUE 409 "clock_overdue" "已经逾期，不能再延期或暂停。" "It is overdue: no pause and no extension any more.";
    CLOCK_EXTENDED 409 "clock_extended" "本轮已延期一次，不能再次延期。" "It was extended once in this round.";
    ON_CALL_WRONG_PERSON 422 "on_call_wrong_person" "值班人须是该单位或社区的工作人员。" "Whoever is on call works for that unit or community.";
    ON_CALL_OVERLAP 409 "on_call_overlap" "该时段已有值班安排。" "Somebody is on call in that time already.";
}

people::permissions! {
    /// Stop the clock of an answer for a reason.
    RequestPause "request_pause" [UnitHandler Organization, CommunityStaff Community, StreetStaff Street];
    /// Let the clock of an answer go on.
    RequestResume "request_resume" [UnitHandler Organization, CommunityStaff Community, StreetStaff Street];
    /// Extend the deadline of an answer, with a reason that the reporter is told.
    RequestExtend "request_extend" [UnitHandler Organization, CommunityStaff Community, StreetStaff Street];
    /// Put somebody on call.
    OnCallCreate "on_call_create" [UnitHandler Organization, CommunityStaff Community, StreetStaff Street];
    /// See who is on call.
    OnCallList "on_call_list" [UnitHandler Organization, GridWorker Community, CommunityStaff Community, StreetStaff Street];
    /// Take a turn off the roster.
    OnCallEnd "on_call_end" [UnitHandler Organization, CommunityStaff Community, StreetStaff Street];
}

/// Background jobs.
pub fn jobs() -> Vec<JobKind> {
    let mut every =
        JobKind::new(sweep::SWEEP_JOB, |db, _payload| sweep::sweep(db, None).map(|_swept| ())).every(Duration::from_secs(15));
    // 100,000 clocks at once take a while; a second worker would only wait for the same rows.
    every.lease = Duration::from_secs(300);
    vec![
        every,
        JobKind { lease: Duration::from_secs(300), ..JobKind::new(people::calendar::YEAR_JOB, recount::recount) },
        JobKind::new(told::TELL_JOB, told::tell),
    ]
}
