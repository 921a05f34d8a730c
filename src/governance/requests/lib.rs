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

mod accept;
mod answer;
mod arbitrate;
mod ask;
mod assign;
pub mod bulk;
mod by_phone;
mod checks;
pub mod clocks;
mod close;
mod confirm;
mod contact;
mod danger;
pub mod desk;
mod dispatch;
mod duty;
pub mod exports;
mod external;
mod file;
mod filing;
pub mod finding;
mod hats;
mod hooks;
pub mod http_handling;
pub mod http_intake;
pub mod http_matters;
pub mod http_merge;
pub mod http_phone;
pub mod http_read;
pub mod http_resident;
pub mod http_templates;
mod intake;
pub mod joining;
pub mod kpis;
mod matter;
mod matter_clock;
pub mod mediations;
mod merge;
mod open_data;
mod outward;
mod pin;
mod progress;
pub mod public;
mod rate;
mod reach;
mod reopen;
mod return_;
pub mod root_causes;
mod rows;
mod rows_answers;
mod rows_details;
mod rows_events;
mod rows_matters;
mod rows_open_data;
mod rows_rates;
mod rows_templates;
mod schema;
mod screened;
mod starter;
mod state;
pub mod suggest;
mod template;
mod told;
mod view;
mod words;
mod work;

use base::db::DbResult;
use base::ids::GridUnitId;
use base::jobs::JobKind;
use diesel::PgConnection;
pub use people::files::FileId;
pub use people::screening::Verdict;
use std::collections::HashMap;

pub use accept::Acceptance;
pub use answer::NewAnswer;
pub use arbitrate::Arbitration;
pub use ask::{Question, Reply};
pub use checks::CHECKS;
pub use confirm::NewConfirmation;
pub use danger::Emergency;
pub use dispatch::Dispatch;
pub use external::{ExternalStatus, Update, external_update};
pub use file::{file, file_to, note_category};
pub use filing::Filing;
pub use hooks::{ERASE, EXPORT, MERGE, home};
pub use intake::{Channel, GivenAnswer, NewRequest, QuickReport, WorkerIntake};
pub use matter::{Direction, MatterAnswer, MatterState, NewMatter};
pub use merge::{Merging, Unmerging};
pub use open_data::{
    OpenCase, OpenEvent, OpenFilter, UnitCase, is_being_checked, open_cases, open_events_between, open_events_of, unit_case,
    unit_events,
};
pub use pin::{GivenPin, Pin};
pub use progress::Progress;
pub use rate::Rating;
pub use reopen::{Reopening, Withdrawal};
pub use return_::Return;
pub use rows_rates::{Rate, rates};
pub use screened::SCREENED;
pub use starter::{NewTemplate, adopt_templates};
pub use state::{Move, State};
pub use template::{NewReplyTemplate, TemplateText};
pub use view::{AnswerView, EventView, RequestView};
pub use words::{AssignmentReason, Capacity, Desk, EventKind, Outcome, Publication, ReturnReason, Source};

base::typed_ids! {
    /// A request.
    CaseId;
    /// A matter between a community and its street.
    MatterId;
    /// A text for answers.
    ReplyTemplateId;
}

base::error_codes! {
    MOVE_NOT_ALLOWED 409 "move_not_allowed" "诉求状态已变化，现在不能这样操作。" "The request's state doesn't allow this move.";
    NOT_YOUR_DESK 403 "not_your_desk" "现在不由您办理，请刷新查看由谁办理。" "It isn't yours to move now; reload to see whose it is.";
    PLACE_OUTSIDE 422 "place_outside" "地点不在该社区范围内，请重新选择。" "The place lies outside the community; choose another.";
    CATEGORY_UNKNOWN 422 "category_unknown" "没有这个事项类别，请重新选择或留空。" "There is no such category in force; choose another or none.";
    ANSWER_WRONG 422 "answer_wrong" "该类别有必答问题没有回答，或答案不合要求。" "A question of the category isn't answered, or not as it asks.";
    UNIT_UNKNOWN 422 "unit_unknown" "没有这个责任单位，或它不在本社区、本街道。" "There is no such unit at work in this community or street.";
    RETURN_NEEDS 422 "return_needs" "退回须指明应由哪个单位办理，或选择退回原因。" "A return names another unit or a class of reason.";
    ARBITRATED 409 "arbitrated" "街道已裁定由本单位办理，不能再退回。" "The street has decided; it can't be given back again.";
    ARBITRATION_WAITS 409 "arbitration_waits" "已退回两次，等待街道裁定。" "It was given back twice; the street decides.";
    NOT_FOR_ARBITRATION 409 "not_for_arbitration" "该诉求没有等待街道裁定。" "This request doesn't wait for the street's decision.";
    OUTCOME_NEEDS 422 "outcome_needs" "该办理结果还缺必填说明。" "The outcome asks for something more.";
    REDO_REFUSED 409 "redo_refused" "重办只有一次，且须为不满意或未解决。" "It is done again once only, when dissatisfied.";
    REOPEN_REFUSED 409 "reopen_refused" "只能在办结后 30 天内重新打开一次。" "It can be opened again once, within 30 days.";
    CONFIRMED_ALREADY 409 "confirmed_already" "该上报已核实。" "This report is confirmed already.";
    OWN_REPORT 403 "own_report" "不能核实自己或同住家庭成员的上报。" "Nobody confirms their own report or that of their household.";
    MERGE_TARGET 422 "merge_target" "只能合并到本社区另一件未办结的诉求。" "A request is joined to another one of its community that goes on.";
    MERGE_HAS_OTHERS 409 "merge_has_others" "已有诉求合并到本件，请反过来合并。" "Others are joined to this one; merge the other way round.";
    UNMERGE_REFUSED 409 "unmerge_refused" "合并只能在 7 天内撤销。" "A merge can be taken back within seven days.";
    CONTACT_NONE 409 "contact_none" "没有留存联系电话，或已到期删除。" "No phone is kept, or its time is over.";
    HAS_A_CHANNEL 409 "has_a_channel" "诉求人可以自己在小程序评价。" "The reporter can rate it in the program.";
    OWN_ANSWER 409 "own_answer" "不能登记对自己办理的评价。" "Nobody writes down how their own work was liked.";
    SAYS_NOTHING 422 "says_nothing" "请至少上传一张照片或写几个字。" "Send a picture or a few words.";
    TOO_MANY_FILES 422 "too_many_files" "最多 9 张照片。" "Nine pictures at most.";
}

/// Kind of the job enqueued for every event that outsiders may hear of: `{case, sequence}`. The noun `connectors` does it.
pub const EVENT_JOB: &str = "request_event";
/// Kind of the job that is enqueued too where the request came of a chat message: `{case, sequence}`. The crate `chat` does it.
pub const CHAT_EVENT_JOB: &str = "request_chat_event";

people::permissions! {
    /// File a request at a place of one's community (or street, for people who work there).
    RequestCreate "request_create" [Resident Community, Volunteer Community, PartyMember Community, BuildingHead Community, NewEmployment Street, GridWorker Community, CommunityStaff Community, StreetStaff Street];
    /// Ask which category a text may belong to, and what stands open near by.
    RequestSuggest "request_suggest" [Person Anyone];
    /// Report in passing, with a bound phone.
    RequestQuick "request_quick" [Person Own];
    /// Write down the request of somebody who came by, called or wrote.
    RequestIntake "request_intake" [GridWorker Grid, CommunityStaff Community];
    /// Take a request: the first to accept leads.
    RequestAccept "request_accept" [GridWorker Grid, CommunityStaff Community, UnitHandler Organization];
    /// Give a request of the community's queue to a unit.
    RequestDispatch "request_dispatch" [GridWorker Grid, CommunityStaff Community];
    /// Give a request back, naming another unit or a reason.
    RequestReturn "request_return" [UnitHandler Organization];
    /// Decide who handles a request that was given back twice.
    RequestArbitrate "request_arbitrate" [StreetStaff Street];
    /// Ask the reporter something.
    RequestAsk "request_ask" [GridWorker Grid, CommunityStaff Community, UnitHandler Organization];
    /// Tell the reporter news, or note something for handlers.
    RequestProgress "request_progress" [GridWorker Grid, CommunityStaff Community, UnitHandler Organization, StreetStaff Street];
    /// Answer a request with an outcome.
    RequestAnswer "request_answer" [GridWorker Grid, CommunityStaff Community, UnitHandler Organization];
    /// Join a request to another one of its community.
    RequestMerge "request_merge" [CommunityStaff Community, StreetStaff Street];
    /// Take a merge back.
    RequestUnmerge "request_unmerge" [CommunityStaff Community, StreetStaff Street];
    /// See the phone of a caller who has no account.
    RequestContactReveal "request_contact_reveal" [GridWorker Grid, CommunityStaff Community];
    /// Write down a rating that somebody without a channel gave on the phone.
    RequestRateByPhone "request_rate_by_phone" [GridWorker Grid, CommunityStaff Community];
    /// Confirm that a report is true.
    RequestConfirm "request_confirm" [GridWorker Grid, CommunityStaff Community];
    /// Reply to a question about one's own request.
    RequestReply "request_reply" [Person Own];
    /// Rate the answer to one's own request, or have it done again.
    RequestRate "request_rate" [Person Own];
    /// Open one's own closed request again.
    RequestReopen "request_reopen" [Person Own];
    /// Take back one's own request.
    RequestWithdraw "request_withdraw" [Person Own];
    /// See the answers to a request with their ratings.
    RequestAnswerList "request_answer_list" [Person Own, GridWorker Grid, CommunityStaff Community, UnitHandler Organization, StreetStaff Street];
    /// See requests of one's scope.
    RequestList "request_list" [GridWorker Grid, CommunityStaff Community, UnitHandler Organization, StreetStaff Street];
    /// See a request.
    RequestFind "request_find" [Person Own, GridWorker Grid, CommunityStaff Community, UnitHandler Organization, StreetStaff Street];
    /// See one's own requests.
    RequestListMine "request_list_mine" [Person Own];
    /// Raise a matter to the street.
    MatterRaise "matter_raise" [CommunityStaff Community];
    /// Direct a matter to a community.
    MatterDirect "matter_direct" [StreetStaff Street];
    /// See matters between one's community and its street.
    MatterList "matter_list" [GridWorker Community, CommunityStaff Community, StreetStaff Street];
    /// See a matter.
    MatterFind "matter_find" [GridWorker Community, CommunityStaff Community, StreetStaff Street];
    /// Give the receipt of a matter.
    MatterReceive "matter_receive" [CommunityStaff Community, StreetStaff Street];
    /// Answer a matter.
    RequestMatterAnswer "matter_answer" [CommunityStaff Community, StreetStaff Street];
    /// See the reply templates of a community.
    ReplyTemplateList "reply_template_list" [GridWorker Community, CommunityStaff Community, StreetStaff Street, UnitHandler Anyone];
    /// Enter a reply template.
    ReplyTemplateCreate "reply_template_create" [CommunityStaff Community];
    /// Edit a reply template.
    ReplyTemplateUpdate "reply_template_update" [CommunityStaff Community];
    /// End the use of a reply template.
    ReplyTemplateRetire "reply_template_retire" [CommunityStaff Community];
    /// See the timeline of a request.
    RequestEventList "request_event_list" [Person Own, GridWorker Grid, CommunityStaff Community, UnitHandler Organization, StreetStaff Street];
}

/// State machines of this noun.
pub const STATES: &[base::state::StateTable] = &[("request", State::TABLE), ("request_matter", MatterState::TABLE)];

/// Background jobs.
pub fn jobs() -> Vec<JobKind> {
    let mut all = vec![
        JobKind::new(told::HANDLERS_JOB, told::handlers),
        JobKind::new(close::CLOSE_JOB, |db, _payload| close::unrated(db)).every(std::time::Duration::from_secs(3600)),
    ];
    all.extend(joining::jobs());
    all.extend(exports::jobs());
    all.push(contact::kind());
    all.push(matter_clock::kind());
    all
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
