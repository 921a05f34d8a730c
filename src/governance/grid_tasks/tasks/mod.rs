//! Tasks: planned by hand or by a plan, begun, walked stop by stop, finished with a result, reviewed by somebody else.

mod act;
pub(super) mod hazard;
pub mod http;
mod make;
pub(super) mod overdue;
mod route;
mod rows;
mod rows_stop;
mod rows_worker;
mod view;
mod walk;

pub use act::{Answer, TaskResult};
pub use hazard::Hazard;
pub use make::NewTask;
pub(super) use make::{Making, checklist_named, make};
pub(super) use route::route;
pub use route::{NewStop, RouteStop};
pub(super) use rows::{Task, open_of, to_review};
pub use rows_worker::{Asked, asked_of};
pub(super) use rows_worker::{forget_open, hand_over, tasks_of};
pub(super) use view::line;
pub use view::{HazardView, StopView, TaskView, WorkerView};
pub use walk::Tick;

base::words! {
    /// State of a task.
    TaskState {
        /// Asked for.
        Planned = "planned" "待开始",
        /// Somebody is at it.
        Started = "started" "进行中",
        /// Finished, with a result.
        Done = "done" "待复核",
        /// Looked at by another person.
        Reviewed = "reviewed" "已复核",
        /// Not wanted any more.
        Cancelled = "cancelled" "已取消",
    }
}

base::words! {
    /// Moves of a task.
    TaskMove {
        /// Begin.
        Start = "start",
        /// With a result.
        Finish = "finish",
        /// Fine.
        Review = "review",
        /// Not fine: once more.
        Return = "return",
        /// Not wanted any more.
        Cancel = "cancel",
    }
}

base::machine! {
    TaskState by TaskMove {
        => Planned "grid worker, staff, or a plan";
        Planned Start Started "a worker of the unit, or staff";
        Started Finish Done "a worker of the unit, or staff";
        Done Review Reviewed "staff, not who finished it";
        Done Return Started "staff, not who finished it";
        Planned Cancel Cancelled "a worker of the unit, or staff";
        Started Cancel Cancelled "a worker of the unit, or staff";
    }
}

base::words! {
    /// What is visited.
    StopKind {
        /// A door of the grid.
        Entrance = "entrance" "楼门",
        /// A facility of the register.
        Facility = "facility" "设施",
        /// Any other place.
        Place = "place" "地点",
    }
}

base::words! {
    /// What was found at a stop.
    StopResult {
        /// Nothing wrong.
        Fine = "fine" "正常",
        /// Something wrong.
        Problem = "problem" "有问题",
        /// Nobody could get there.
        NotReached = "not_reached" "未到达",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reviewed_or_cancelled_task_never_moves() {
        for over in [TaskState::Reviewed, TaskState::Cancelled] {
            assert_eq!(over.allowed().count(), 0);
        }
        assert_eq!(TaskState::Planned.transition(TaskMove::Finish), None);
        assert_eq!(TaskState::Done.transition(TaskMove::Return), Some(TaskState::Started));
    }
}
