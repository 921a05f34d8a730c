//! Root-cause cases 类案: requests that come from one cause are grouped, the cause gets an owner, a measure and a date, and whether it
//! came back is counted: requests of the same categories in the community before and after.
//!
//! Owns the tables `root_causes`, `root_cause_requests`. States and who may move them stand with [`CauseState`].
//!
//! Invariants: a request belongs to one open case at most; a case isn't closed without a note on what came of it; who reported one of its
//! requests is told when its measure is fixed and when it is done.

mod act;
mod figures;
mod hooks;
pub mod http;
mod rows;
mod schema;
mod view;

pub use act::{CauseEnding, CausePlan, CauseRequests, NewRootCause};
pub use hooks::home;
pub use view::{CauseRequestView, RootCauseView};

base::typed_ids! {
    /// A root-cause case.
    RootCauseId;
}

base::error_codes! {
    CAUSE_REQUESTS 422 "root_cause_requests" "诉求须为本社区、未归入其他未结类案的诉求，最多 200 件。" "Requests of this community that belong to no other open case, 200 at most.";
    CAUSE_OWNER 422 "root_cause_owner" "牵头单位须在本社区或本街道工作。" "The owner is a unit at work in this community or street.";
    CAUSE_DUE 422 "root_cause_due" "完成日期应在今天之后三年之内。" "The date lies within three years after today.";
}

base::words! {
    /// State of a root-cause case.
    CauseState {
        /// The cause is being looked for.
        Open = "open" "分析中",
        /// Owner, measure and date are fixed.
        Planned = "planned" "整改中",
        /// The measure is done.
        Closed = "closed" "已整改",
        /// There was no common cause.
        Dropped = "dropped" "已取消",
    }
}

base::words! {
    /// Moves of a root-cause case.
    CauseMove {
        /// Fix owner, measure and date, or fix them anew.
        Plan = "plan" "制定措施",
        /// The measure is done.
        Close = "close" "整改完成",
        /// There was no common cause.
        Drop = "drop" "取消",
    }
}

base::machine! {
    CauseState by CauseMove {
        => Open "staff of the community or street";
        Open Plan Planned "staff of the community or street";
        Planned Plan Planned "staff of the community or street: another measure or date";
        Planned Close Closed "staff of the community or street, with a note on what came of it";
        Open Drop Dropped "staff of the community or street, with a reason";
        Planned Drop Dropped "staff of the community or street, with a reason";
    }
}

people::permissions! {
    /// Open a root-cause case.
    RootCauseCreate "root_cause_create" [CommunityStaff Community, StreetStaff Street];
    /// See the root-cause cases of one's place, or that one's unit owns.
    RootCauseList "root_cause_list" [GridWorker Community, CommunityStaff Community, UnitHandler Organization, StreetStaff Street];
    /// See a root-cause case.
    RootCauseFind "root_cause_find" [GridWorker Community, CommunityStaff Community, UnitHandler Organization, StreetStaff Street];
    /// See the requests of a root-cause case.
    RootCauseRequestList "root_cause_request_list" [CommunityStaff Community, StreetStaff Street];
    /// Put requests into a root-cause case.
    RootCauseRequestAdd "root_cause_request_add" [CommunityStaff Community, StreetStaff Street];
    /// Take requests out of a root-cause case.
    RootCauseRequestRemove "root_cause_request_remove" [CommunityStaff Community, StreetStaff Street];
    /// Fix owner, measure and date.
    RootCausePlan "root_cause_plan" [CommunityStaff Community, StreetStaff Street];
    /// End a root-cause case whose measure is done.
    RootCauseClose "root_cause_close" [CommunityStaff Community, StreetStaff Street];
    /// Drop a root-cause case.
    RootCauseDrop "root_cause_drop" [CommunityStaff Community, StreetStaff Street];
}

/// State machines of this noun.
pub const STATES: &[base::state::StateTable] = &[("root_cause", CauseState::TABLE)];
