//! Mediation 调解: neighbours who can't agree, and somebody who helps them to. A private kind: nobody but the parties, the mediator and
//! the community's staff knows of it. Sessions are planned and written down, an agreement counts once every party has confirmed it, and on
//! its follow-up date somebody asks whether it was kept.
//!
//! Owns the tables `mediations`, `mediation_parties`, `mediation_sessions`. States and who may move them stand with [`MediationState`]
//! and [`SessionState`].
//!
//! Invariants: the mediator is neither party nor household of one; an agreement that is written anew has to be confirmed anew; settled
//! means that every party confirmed the text as it stands.

mod act;
mod agree;
mod hooks;
pub mod http;
pub mod http_agree;
mod open;
mod reach;
mod rows;
mod rows_parts;
mod schema;
mod view;

pub use act::{FollowUp, Held, NewSession, Stopping};
pub use agree::{Agreement, OnPaper};
pub use hooks::{ERASE, EXPORT, MERGE, home};
pub use open::{NewMediation, NewParty};
pub use view::{MediationView, PartyView, SessionView};

base::typed_ids! {
    /// A mediation.
    MediationId;
    /// A party of it.
    PartyId;
    /// A session of it.
    SessionId;
}

base::error_codes! {
    MEDIATOR_WRONG 422 "mediator_wrong" "调解员须是本社区的网格员或社区工作者，且不是当事人及其同住家庭成员。" "The mediator works for this community and is no party nor household of one.";
    MEDIATION_PARTIES 422 "mediation_parties" "当事人须为 2 至 10 方，每方填写居民账号或称呼，不能重复。" "Two to ten parties, each a person or a name, none twice.";
    MEDIATION_SESSION_TIME 422 "mediation_session_time" "调解时间应在将来一年之内。" "A session lies within a year from now.";
    MEDIATION_FOLLOW_UP 422 "mediation_follow_up" "回访日期应在今天之后一年之内。" "The follow-up lies within a year after today.";
    PARTY_CONFIRMED 409 "mediation_party_confirmed" "该当事人已确认。" "That party confirmed already.";
}

base::words! {
    /// State of a mediation.
    MediationState {
        /// Talks go on.
        Open = "open" "调解中",
        /// An agreement waits for the parties' word.
        Proposed = "proposed" "待当事人确认",
        /// Every party confirmed.
        Settled = "settled" "已达成协议",
        /// It came to nothing.
        Failed = "failed" "调解不成",
        /// The parties don't want it any more.
        Withdrawn = "withdrawn" "已撤回",
        /// It was asked whether the agreement was kept.
        Closed = "closed" "已回访",
    }
}

base::words! {
    /// Moves of a mediation.
    MediationMove {
        /// Write an agreement down.
        Propose = "propose" "提出协议",
        /// A party doesn't agree.
        Reject = "reject" "不同意",
        /// The last party confirms.
        Settle = "settle" "确认协议",
        /// No agreement.
        Fail = "fail" "调解不成",
        /// Not wanted any more.
        Withdraw = "withdraw" "撤回",
        /// Ask whether it was kept.
        FollowUp = "follow_up" "回访",
    }
}

base::machine! {
    MediationState by MediationMove {
        => Open "a worker or staff of the place";
        Open Propose Proposed "the mediator or staff";
        Proposed Propose Proposed "the mediator or staff: every party is asked anew";
        Proposed Reject Open "a party, with a reason";
        Proposed Settle Settled "the last party to confirm";
        Open Fail Failed "the mediator or staff, saying where the parties may turn";
        Proposed Fail Failed "the mediator or staff, saying where the parties may turn";
        Open Withdraw Withdrawn "the mediator or staff, as the parties wish";
        Proposed Withdraw Withdrawn "the mediator or staff, as the parties wish";
        Settled FollowUp Closed "the mediator or staff";
    }
}

base::words! {
    /// State of a session.
    SessionState {
        /// Will take place.
        Planned = "planned" "已约定",
        /// Took place.
        Held = "held" "已召开",
        /// Doesn't take place.
        Cancelled = "cancelled" "已取消",
    }
}

base::words! {
    /// Moves of a session.
    SessionMove {
        /// It took place.
        Hold = "hold",
        /// It doesn't take place.
        Cancel = "cancel",
    }
}

base::machine! {
    SessionState by SessionMove {
        => Planned "the mediator or staff";
        Planned Hold Held "the mediator or staff, with minutes";
        Planned Cancel Cancelled "the mediator or staff, with a reason";
    }
}

people::permissions! {
    /// Open a mediation at a place of one's scope.
    MediationCreate "mediation_create" [GridWorker Grid, CommunityStaff Community];
    /// See the mediations of one's community, or that one mediates.
    MediationList "mediation_list" [GridWorker Own, CommunityStaff Community];
    /// See the mediations to which one is a party.
    MediationListMine "mediation_list_mine" [Person Own];
    /// See a mediation to which one is a party, that one mediates, or of one's community.
    MediationFind "mediation_find" [Person Own, CommunityStaff Community];
    /// Plan a session.
    MediationSessionCreate "mediation_session_create" [GridWorker Own, CommunityStaff Community];
    /// Write down that a session took place.
    MediationSessionHold "mediation_session_hold" [GridWorker Own, CommunityStaff Community];
    /// Call a session off.
    MediationSessionCancel "mediation_session_cancel" [GridWorker Own, CommunityStaff Community];
    /// Write an agreement down.
    MediationPropose "mediation_propose" [GridWorker Own, CommunityStaff Community];
    /// Confirm an agreement as a party.
    MediationConfirm "mediation_confirm" [Person Own];
    /// Refuse an agreement as a party.
    MediationReject "mediation_reject" [Person Own];
    /// Write down that a party confirmed on paper.
    MediationPartyConfirm "mediation_party_confirm" [GridWorker Own, CommunityStaff Community];
    /// End a mediation without agreement.
    MediationFail "mediation_fail" [GridWorker Own, CommunityStaff Community];
    /// End a mediation that the parties don't want any more.
    MediationWithdraw "mediation_withdraw" [GridWorker Own, CommunityStaff Community];
    /// Write down whether an agreement was kept.
    MediationFollowUp "mediation_follow_up" [GridWorker Own, CommunityStaff Community];
}

/// State machines of this noun.
pub const STATES: &[base::state::StateTable] =
    &[("mediation", MediationState::TABLE), ("mediation_session", SessionState::TABLE)];
