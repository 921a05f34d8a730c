//! Tasks of grid workers: the five duties (信息采集, 民意收集, 隐患排查, 政策宣传, 服务代办) as what is asked of whom by when.
//!
//! Owns the tables `grid_checklists`, `grid_task_plans`, `grid_tasks`, `grid_task_workers`, `grid_task_stops`. States and who may move
//! them stand with [`checklists::ChecklistState`], [`plans::PlanState`] and [`tasks::TaskState`].
//!
//! Invariants: a checklist comes in force by a second person, and a task keeps the version it began with; a plan makes at most one
//! task an occurrence; whoever finished a task doesn't review it; a hazard becomes one request and one re-inspection, due after the
//! answer; being overdue is a mark beside the state, written once.

pub mod checklists;
mod hooks;
mod jobs;
mod permissions;
pub mod plans;
mod schema;
pub mod tasks;

pub use hooks::{ERASE, EXPORT, MERGE, home};
pub use jobs::all as jobs;
pub use permissions::*;
pub use tasks::{Asked, asked_of};

base::typed_ids! {
    /// One version of a checklist.
    ChecklistId;
    /// A plan of recurring tasks.
    PlanId;
    /// A task.
    TaskId;
    /// A stop of a task's route.
    StopId;
}

base::error_codes! {
    CHECKLIST_DRAFT_OPEN 409 "checklist_draft_open" "该清单已有待审批的草稿。" "A draft of that checklist waits for a second person already.";
    CHECKLIST_SECOND_PERSON 403 "checklist_second_person" "须由起草人以外的另一人审批。" "A person other than the one who wrote it decides.";
    CHECKLIST_NOT_IN_FORCE 422 "checklist_not_in_force" "没有该编号的生效清单。" "No checklist of that code is in force for this duty.";
    TASK_WORKERS 422 "task_workers_outside" "名单中有人不是该片区的网格员。" "Somebody named is no grid worker of that unit.";
    TASK_STOPS_OPEN 409 "task_stops_open" "路线上还有未打卡的点位。" "Some stops of the route aren't ticked yet.";
    TASK_ANSWERS_MISSING 422 "task_answers_missing" "清单中还有必填项未填写。" "Required items of the checklist aren't answered.";
    TASK_OWN_REVIEW 403 "task_own_review" "不能复核自己完成的任务。" "Nobody reviews what they did themselves.";
    TASK_NOT_DUE 422 "task_deadline_past" "截止时间应在将来。" "The deadline lies in the future.";
    STOP_NOT_PROBLEM 409 "stop_without_problem" "请先把该点位登记为有问题。" "Tick the stop as a problem first.";
    HAZARD_REPORTED 409 "hazard_reported" "该点位的隐患已上报。" "The hazard at this stop is reported already.";
}

base::words! {
    /// One of the five duties.
    Duty {
        /// 信息采集
        Information = "information" "信息采集",
        /// 民意收集
        Opinions = "opinions" "民意收集",
        /// 隐患排查
        Hazards = "hazards" "隐患排查",
        /// 政策宣传
        Publicity = "publicity" "政策宣传",
        /// 服务代办
        Errands = "errands" "服务代办",
    }
}

/// State machines of this noun.
pub const STATES: &[base::state::StateTable] = &[
    ("grid_checklist", checklists::ChecklistState::TABLE),
    ("grid_task_plan", plans::PlanState::TABLE),
    ("grid_task", tasks::TaskState::TABLE),
];
