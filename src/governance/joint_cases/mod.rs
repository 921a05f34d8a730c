//! Joint cases 联席 (云联共治): several organizations on one thread about a matter that none of them solves alone: messages, minutes,
//! tasks with an owner and a date, a decision, and who pays what.
//!
//! Owns the tables `joint_cases`, `joint_case_members`, `joint_case_messages`, `joint_case_tasks`. States and who may move them stand
//! with [`JointState`] and [`TaskState`].
//!
//! Invariants: an organization sees only the cases that it takes part in, and only while it does; messages are numbered without gaps
//! under the case; a case is decided before it is closed; what somebody has to do is told to them.

mod act;
mod convene;
mod hooks;
pub mod http;
pub mod http_thread;
mod reach;
mod rows;
mod rows_member;
mod rows_task;
mod schema;
mod thread;
mod view;

pub use act::{Decision, Ending, Share};
pub use convene::{NewJointCase, NewMember};
pub use hooks::{ERASE, EXPORT, MERGE, home};
pub use thread::{NewJointMessage, NewJointTask, TaskEnding};
pub use view::{JointCaseView, JointMessageView, JointTaskView, MemberView};

base::typed_ids! {
    /// A joint case.
    JointCaseId;
    /// Somebody's part in it.
    MemberId;
    /// A message of its thread.
    MessageId;
    /// A task given out in it.
    JointTaskId;
}

base::error_codes! {
    JOINT_NOT_OPEN 409 "joint_case_not_open" "该联席事项已结束。" "The joint case has ended.";
    JOINT_MEMBER_THERE 409 "joint_member_there" "该单位或人员已在联席中。" "That organization or person takes part already.";
    JOINT_MEMBER_WRONG 422 "joint_member_wrong" "单位或人员不存在，或不在本社区（街道）范围内。" "The organization or person isn't active in this community or street.";
    JOINT_NOT_MEMBER 422 "joint_not_member" "该单位或人员不在联席中。" "That organization or person doesn't take part.";
    JOINT_TASKS_OPEN 409 "joint_tasks_open" "还有未完成的任务。" "Some tasks are still open.";
    JOINT_DUE 422 "joint_deadline_wrong" "截止时间应在将来一年之内。" "The deadline lies within a year from now.";
}

base::words! {
    /// State of a joint case.
    JointState {
        /// Under way.
        Open = "open" "商议中",
        /// Decided; tasks are being done.
        Decided = "decided" "已决议",
        /// Over.
        Closed = "closed" "已办结",
        /// Called off.
        Cancelled = "cancelled" "已取消",
    }
}

base::words! {
    /// Moves of a joint case.
    JointMove {
        /// Write the decision down.
        Decide = "decide",
        /// Talk again.
        Resume = "resume",
        /// The end.
        Close = "close",
        /// Call off.
        Cancel = "cancel",
    }
}

base::machine! {
    JointState by JointMove {
        => Open "staff of the community or street";
        Open Decide Decided "staff of the community or street";
        Decided Resume Open "staff of the community or street";
        Decided Close Closed "staff of the community or street, once no task is open";
        Open Cancel Cancelled "staff of the community or street, with a reason";
        Decided Cancel Cancelled "staff of the community or street, with a reason";
    }
}

base::words! {
    /// State of a task.
    TaskState {
        /// To be done.
        Open = "open" "待办",
        /// Done.
        Done = "done" "已完成",
        /// Not wanted any more.
        Dropped = "dropped" "已取消",
    }
}

base::words! {
    /// Moves of a task.
    TaskMove {
        /// Done.
        Finish = "finish",
        /// Not wanted any more.
        Drop = "drop",
    }
}

base::machine! {
    TaskState by TaskMove {
        => Open "staff of the community or street";
        Open Finish Done "its organization or person, or the staff";
        Open Drop Dropped "staff of the community or street";
    }
}

base::words! {
    /// What stands in the thread.
    MessageKind {
        /// A message.
        Message = "message" "发言",
        /// Minutes of a sitting.
        Minutes = "minutes" "会议纪要",
        /// What happened.
        Event = "event" "进展",
    }
}

people::permissions! {
    /// Call a joint case.
    JointCaseCreate "joint_case_create" [CommunityStaff Grid, StreetStaff Grid];
    /// List the joint cases of one's place, or in which one takes part.
    JointCaseList "joint_case_list" [CommunityStaff Grid, StreetStaff Grid, UnitHandler Organization, OrganizationContact Organization, GridWorker Own];
    /// See a joint case.
    JointCaseFind "joint_case_find" [CommunityStaff Grid, StreetStaff Grid, UnitHandler Organization, OrganizationContact Organization, GridWorker Own];
    /// Ask an organization or a person to take part.
    JointMemberAdd "joint_member_add" [CommunityStaff Grid, StreetStaff Grid];
    /// End somebody's part in a joint case.
    JointMemberEnd "joint_member_end" [CommunityStaff Grid, StreetStaff Grid];
    /// Read the thread of a joint case.
    JointMessageList "joint_message_list" [CommunityStaff Grid, StreetStaff Grid, UnitHandler Organization, OrganizationContact Organization, GridWorker Own];
    /// Write into the thread of a joint case.
    JointMessageCreate "joint_message_create" [CommunityStaff Grid, StreetStaff Grid, UnitHandler Organization, OrganizationContact Organization, GridWorker Own];
    /// Write the minutes of a sitting.
    JointMinutesCreate "joint_minutes_create" [CommunityStaff Grid, StreetStaff Grid];
    /// Give out a task.
    JointTaskCreate "joint_task_create" [CommunityStaff Grid, StreetStaff Grid];
    /// Say that one's task is done.
    JointTaskFinish "joint_task_finish" [CommunityStaff Grid, StreetStaff Grid, UnitHandler Organization, OrganizationContact Organization, GridWorker Own];
    /// Take a task back.
    JointTaskDrop "joint_task_drop" [CommunityStaff Grid, StreetStaff Grid];
    /// Write down what was decided and who pays what.
    JointCaseDecide "joint_case_decide" [CommunityStaff Grid, StreetStaff Grid];
    /// Talk again about what was decided.
    JointCaseResume "joint_case_resume" [CommunityStaff Grid, StreetStaff Grid];
    /// End a joint case with what came of it.
    JointCaseClose "joint_case_close" [CommunityStaff Grid, StreetStaff Grid];
    /// Call a joint case off.
    JointCaseCancel "joint_case_cancel" [CommunityStaff Grid, StreetStaff Grid];
}

/// State machines of this noun.
pub const STATES: &[base::state::StateTable] = &[("joint_case", JointState::TABLE), ("joint_case_task", TaskState::TABLE)];
