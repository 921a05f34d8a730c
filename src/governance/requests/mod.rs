//! Requests 民生诉求: what somebody asks of the community, until it is answered honestly and rated. The core of this wing: other nouns
//! file through [`file()`] and hear of every event by the job [`EVENT_JOB`].
//!
//! Owns the tables `requests`, `request_days`, `request_details`, `request_events`, `request_assignments`, `request_answers`,
//! `request_confirmations`, `request_matters`, `reply_templates`. States and who may move them stand in [`State`].
//!
//! Invariants: events of a request are numbered without gaps under its row, and the request's state is that of the last one; at a
//! unit's desk exactly one unit leads; every answer has an outcome, what can't be done has a reason and a legal basis; a request without
//! a duty item waits in the community's queue and is never lost; what handlers note among themselves never reaches the reporter.
//!
//! Order of locks: request → inboxes in the order of their persons.

#![expect(dead_code, reason = "the verbs of handling follow")]

mod assign;
pub mod clocks;
mod danger;
mod duty;
mod external;
mod file;
mod filing;
pub mod http_intake;
pub mod http_read;
mod intake;
mod outward;
mod pin;
mod reach;
mod rows;
mod rows_answers;
mod rows_details;
mod rows_events;
mod rows_rates;
mod rows_templates;
mod schema;
mod starter;
mod state;
pub mod suggest;
mod told;
mod view;
mod words;
mod work;

use base::db::DbResult;
use base::ids::GridUnitId;
use base::jobs::JobKind;
use diesel::PgConnection;
use std::collections::HashMap;

pub use danger::Emergency;
pub use external::{ExternalStatus, Update, external_update};
pub use file::{file, file_to};
pub use filing::Filing;
pub use intake::{GivenAnswer, NewRequest};
pub use pin::{GivenPin, Pin};
pub use rows_rates::{Rate, rates};
pub use starter::{NewTemplate, adopt_templates};
pub use state::{Move, State};
pub use view::{EventView, RequestView};
pub use words::{AssignmentReason, Capacity, Desk, EventKind, Outcome, Publication, ReturnReason, Source};

base::typed_ids! {
    /// A request.
    CaseId;
    /// A picture.
    FileId;
}

base::error_codes! {
    MOVE_NOT_ALLOWED 409 "move_not_allowed" "诉求状态已变化，现在不能这样操作。" "The request's state doesn't allow this move.";
    NOT_YOUR_DESK 403 "not_your_desk" "现在不由您办理，请刷新查看由谁办理。" "It isn't yours to move now; reload to see whose it is.";
    PLACE_OUTSIDE 422 "place_outside" "地点不在该社区范围内，请重新选择。" "The place lies outside the community; choose another.";
    CATEGORY_UNKNOWN 422 "category_unknown" "没有这个事项类别，请重新选择或留空。" "There is no such category in force; choose another or none.";
    ANSWER_WRONG 422 "answer_wrong" "该类别有必答问题没有回答，或答案不合要求。" "A question of the category isn't answered, or not as it asks.";
    TOO_MANY_FILES 422 "too_many_files" "最多 9 张照片。" "Nine pictures at most.";
}

/// Kind of the job enqueued for every event that outsiders may hear of: `{case, sequence}`. The noun `connectors` does it.
pub const EVENT_JOB: &str = "request_event";

/// What the check says of a public text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Fine.
    Publish,
    /// A person has to look, for this reason.
    Queue(String),
    /// Not in public, for this reason.
    Refuse(String),
}

people::permissions! {
    /// File a request at a place of one's community (or street, for people who work there).
    RequestCreate "request_create" [Resident Community, Volunteer Community, PartyMember Community, BuildingHead Community, NewEmployment Street, GridWorker Community, CommunityStaff Community, UnitHandler Organization, StreetStaff Street];
    /// Ask which category a text may belong to, and what stands open near by.
    RequestSuggest "request_suggest" [Person Anyone];
    /// See requests of one's scope.
    RequestList "request_list" [GridWorker Grid, CommunityStaff Community, UnitHandler Organization, StreetStaff Street];
    /// See a request.
    RequestFind "request_find" [Person Own, GridWorker Grid, CommunityStaff Community, UnitHandler Organization, StreetStaff Street];
    /// See one's own requests.
    RequestListMine "request_list_mine" [Person Own];
    /// See the timeline of a request.
    RequestEventList "request_event_list" [Person Own, GridWorker Grid, CommunityStaff Community, UnitHandler Organization, StreetStaff Street];
}

/// State machines of this noun.
pub const STATES: &[base::state::StateTable] = &[("request", State::TABLE)];

/// Background jobs.
pub fn jobs() -> Vec<JobKind> {
    vec![JobKind::new(told::HANDLERS_JOB, told::handlers)]
}

/// What stands beside a request's id in other nouns' lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseBrief {
    /// Id.
    pub id: CaseId,
    /// Number to say on the phone.
    pub number: String,
    /// A few words. Of a private request they may be the reporter's own: for handlers only.
    pub title: String,
    /// State now.
    pub state: State,
    /// Its community.
    pub community: GridUnitId,
    /// Where it lies.
    pub unit: GridUnitId,
}

/// Briefs by id; ids that aren't there are left out.
pub fn briefs(connection: &mut PgConnection, ids: &[CaseId]) -> DbResult<HashMap<CaseId, CaseBrief>> {
    let brief = |case: rows::Case| CaseBrief {
        id: case.id,
        number: case.number,
        title: case.title,
        state: case.state,
        community: case.community_id,
        unit: case.grid_unit_id,
    };
    Ok(rows::many(connection, ids)?.into_iter().map(|case| (case.id, brief(case))).collect())
}
