//! Volunteering 志愿服务: projects → shifts → sign-ups → check-in and check-out → half hours → approval → points.
//!
//! Owns the tables `volunteer_projects`, `volunteer_teams`, `volunteer_team_members`, `volunteer_shifts`, `volunteer_sign_ups`,
//! `volunteer_hours`. The states and who may move them stand with [`projects::ProjectState`], [`shifts::ShiftState`],
//! [`sign_ups::SignUpState`] and [`hours::HoursState`].
//!
//! Invariants: seats taken never exceed the capacity, and while somebody waits all are taken; nobody has two places at one time;
//! hours count at most the shift's length; whoever decides about hours is neither the beneficiary nor of their household, nor
//! the one who proposed them; approved hours and their points event commit together.
//!
//! Order of locks: persons (by id) → shift → sign-ups → hours.

pub mod check_in;
mod checks;
pub mod hours;
pub mod outward;
mod permissions;
pub mod projects;
pub mod record;
mod schema;
pub mod shifts;
pub mod sign_ups;
pub mod teams;

pub(crate) use base::error::{found, moved};
use people::grid::Scope;
use people::identity::{Actor, Role};

pub use checks::CHECKS;
pub use permissions::*;
pub use record::{ERASE, EXPORT, MERGE, home};

base::typed_ids! {
    /// A project.
    ProjectId;
    /// A shift of a project.
    ShiftId;
    /// One person's place on a shift.
    SignUpId;
    /// One record of half hours.
    HoursId;
    /// A team.
    TeamId;
}

base::error_codes! {
    PROJECT_NOT_OPEN 409 "project_not_open" "该项目未开放。" "The project isn't open.";
    PROJECT_HAS_SHIFTS 409 "project_has_shifts" "还有未结束的班次，请先取消或等其结束。" "It still has shifts ahead; cancel them or wait for their end.";
    SIGN_UP_CLOSED 409 "sign_up_closed" "该班次已不能报名或退出。" "Signing up for this shift, or withdrawing, is over.";
    ALREADY_SIGNED_UP 409 "already_signed_up" "您已报名该班次。" "Already signed up for this shift.";
    SHIFTS_OVERLAP 409 "shifts_overlap" "与已报名的另一班次时间重叠。" "It overlaps another shift of the same person.";
    NOT_SIGNED_UP 409 "not_signed_up" "您没有该班次的名额。" "There is no seat for you on this shift.";
    CHECK_IN_WINDOW 409 "outside_check_in_window" "现在不在签到时间内（开始前 30 分钟至结束后 30 分钟）。" "Check-in runs from 30 minutes before the start to 30 minutes after the end.";
    CHECK_IN_CODE 422 "check_in_code_wrong" "签到码不对或已过期，请看组织者屏幕上的新码。" "The code is wrong or too old; look at the organiser's screen.";
    NOT_CHECKED_IN 409 "not_checked_in" "还没有签到，不能签退。" "Check in before checking out.";
    CHECKED_IN_ALREADY 409 "shift_has_attendance" "已有人签到，不能取消。" "Somebody has checked in; it can't be cancelled any more.";
    HOURS_RECORDED 409 "hours_already_recorded" "该次服务已有时长记录。" "Hours of this service are recorded already.";
    HOURS_TIME 422 "hours_outside_shift" "时间应在班次前后 30 分钟之内，且已经过去。" "Times lie within 30 minutes of the shift and in the past.";
    HOURS_DAY_LIMIT 409 "hours_day_limit" "该日服务时长超过 12 小时。" "More than twelve hours on that day.";
    HOURS_OWN 403 "hours_own_benefit" "不能审批或登记自己的时长。" "Nobody proposes or decides about their own hours.";
    HOURS_HOUSEHOLD 403 "hours_household_benefit" "不能审批同住家庭成员的时长。" "Nobody decides about hours of their own household.";
    HOURS_PROPOSER 403 "hours_second_person" "须由登记人以外的另一人审批。" "A person other than the one who proposed them decides.";
    BENEFICIARY_OUTSIDE 422 "beneficiary_outside" "此人不属于该社区，或卡片无效。" "That person doesn't belong to this community, or the card isn't valid.";
    TEAM_CODE 422 "team_code_wrong" "加入码不对，请向队长要新的。" "The team's code is wrong; ask its leader.";
    TEAM_LEADER_ONLY 403 "team_leader_only" "只有队长可以这样做。" "Only the team's leader does this.";
    NOT_IN_TEAM 422 "not_in_team" "名单中有人不在该队。" "Somebody named isn't in that team.";
    TEAM_NAME_TAKEN 409 "team_name_taken" "本社区已有同名团队。" "A team of this community has that name.";
}

/// State machines of this noun.
pub const STATES: &[base::state::StateTable] = &[
    ("volunteer_project", projects::ProjectState::TABLE),
    ("volunteer_shift", shifts::ShiftState::TABLE),
    ("volunteer_sign_up", sign_ups::SignUpState::TABLE),
    ("volunteer_hours", hours::HoursState::TABLE),
];

/// Background jobs.
pub fn jobs() -> Vec<base::jobs::JobKind> {
    shifts::jobs::all()
}

/// What an actor runs: as staff of the place, as contact of the organization, as the organizing person.
pub(crate) fn runs(actor: &Actor) -> Scope {
    let staff = [Role::CommunityStaff, Role::GridWorker];
    let units = staff.iter().flat_map(|role| actor.holding(*role)).filter_map(|held| held.path).collect();
    let contact = actor.holding(Role::OrganizationContact).into_iter();
    Scope { own: Some(actor.person), anyone: false, units, organizations: contact.filter_map(|held| held.organization).collect() }
}
