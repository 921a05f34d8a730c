//! Moderation by the workers of exactly that subtree: what members report, what workers hide, move and whom they mute, what they do in
//! batches; and the way back: whom a measure concerns is told and objects once, and staff who had no part in it decide.
//!
//! States and who may move them stand in [`MeasureState`]. Invariants: nobody moderates what is their own; a mute over seven days takes
//! two people; every act leaves a row in the record (`records`) that nobody can change.

mod appeal;
mod batch;
pub mod desk;
mod hide;
pub mod http;
pub mod http_measures;
mod mute;
mod report;
mod rows;
mod rows_measures;
mod shift;
mod view;

pub use appeal::{AppealDecision, NewAppeal};
pub use batch::{Batch, BatchAction, BatchResult};
pub use hide::Grounds;
pub use mute::NewMute;
pub use report::NewReport;
pub use shift::NewPlace;
pub use view::{MeasureView, QueueItemView, ReasonView, ReportView};

pub(crate) use rows::{forget_reporter, forget_reports, hand_over_reports, waiting as reports_waiting};
pub(crate) use rows_measures::{count_in, forget, hand_over, muted_until};

base::error_codes! {
    CHAT_REASON_UNKNOWN 422 "chat_reason_unknown" "没有这个理由，请重新选择。" "There is no such reason in use.";
    CHAT_NOTE_MISSING 422 "chat_note_missing" "选择“其他”时请填写说明。" "With the reason `other`, write a note.";
    CHAT_REPORTED 409 "chat_reported" "您已举报过这条消息。" "You have reported this message already.";
    CHAT_MUTED 403 "chat_muted" "您在本群被禁言，可对该处理申诉一次。" "You are muted in this group; you may object once.";
    CHAT_NOT_A_MEMBER 409 "chat_not_a_member" "只能对居民禁言。" "Only members can be muted, not workers.";
    CHAT_SAME_WORKER 403 "chat_same_worker" "须由另一名工作人员处理。" "Another worker has to decide.";
    CHAT_OTHER_GROUP 422 "chat_other_group" "只能移到同一群组内进行中的另一个话题。" "A message moves to another open topic of the same group.";
}

base::words! {
    /// What a measure is.
    MeasureKind {
        /// A message is hidden.
        Hide = "hide" "隐藏消息",
        /// A member can't write.
        Mute = "mute" "禁言",
    }
}

base::words! {
    /// State of a measure.
    MeasureState {
        /// A long mute that a second worker has to approve.
        Proposed = "proposed" "待第二人同意",
        /// Not approved.
        Refused = "refused" "未获同意",
        /// It holds.
        InForce = "in_force" "生效中",
        /// Whom it concerns objects; it holds meanwhile.
        Appealed = "appealed" "申诉中",
        /// It holds for good.
        Upheld = "upheld" "维持",
        /// It holds no more.
        Lifted = "lifted" "已解除",
    }
}

base::words! {
    /// Moves of a measure.
    MeasureMove {
        /// Say yes to a long mute.
        Approve = "approve",
        /// Say no to it.
        Refuse = "refuse",
        /// Take it back.
        Lift = "lift",
        /// Object.
        Appeal = "appeal",
        /// The objection fails.
        Uphold = "uphold",
        /// The objection is granted.
        Grant = "grant",
    }
}

base::machine! {
    MeasureState by MeasureMove {
        => InForce "a worker of the place";
        => Proposed "a worker of the place: a mute of more than seven days";
        Proposed Approve InForce "another worker of the place";
        Proposed Refuse Refused "another worker of the place";
        InForce Lift Lifted "a worker of the place, not whom it concerns";
        InForce Appeal Appealed "whom it concerns, once";
        Appealed Uphold Upheld "staff of the community who had no part in it";
        Appealed Grant Lifted "staff of the community who had no part in it";
    }
}

people::permissions! {
    /// Report a message.
    ChatMessageReport "chat_message_report" [Resident Own, BuildingHead Own, NewEmployment Own];
    /// See the reasons that reports and measures name.
    ChatReasonList "chat_reason_list" [Person Anyone];
    /// See what waits to be moderated in one's place.
    ChatQueueList "chat_queue_list" [GridWorker Grid, CommunityStaff Community];
    /// Hide a message.
    ChatMessageHide "chat_message_hide" [GridWorker Grid, CommunityStaff Community];
    /// Show a hidden message again.
    ChatMessageRestore "chat_message_restore" [GridWorker Grid, CommunityStaff Community];
    /// Leave a reported message as it is.
    ChatMessageDismiss "chat_message_dismiss" [GridWorker Grid, CommunityStaff Community];
    /// Move a message to another topic.
    ChatMessageMove "chat_message_move" [GridWorker Grid, CommunityStaff Community];
    /// Mute the author of a message.
    ChatAuthorMute "chat_author_mute" [GridWorker Grid, CommunityStaff Community];
    /// Hide, restore or leave many messages at once.
    ChatBatch "chat_batch" [GridWorker Grid, CommunityStaff Community];
    /// See measures of one's place.
    ChatMeasureList "chat_measure_list" [GridWorker Grid, CommunityStaff Community];
    /// See measures that concern oneself.
    ChatMeasureListMine "chat_measure_list_mine" [Person Own];
    /// See a measure.
    ChatMeasureFind "chat_measure_find" [Person Own, GridWorker Grid, CommunityStaff Community];
    /// Approve a long mute that a colleague proposes.
    ChatMuteApprove "chat_mute_approve" [GridWorker Grid, CommunityStaff Community];
    /// Refuse a long mute that a colleague proposes.
    ChatMuteRefuse "chat_mute_refuse" [GridWorker Grid, CommunityStaff Community];
    /// Lift a mute early.
    ChatMuteLift "chat_mute_lift" [GridWorker Grid, CommunityStaff Community];
    /// Object to a measure, once.
    ChatMeasureAppeal "chat_measure_appeal" [Person Own];
    /// Decide on an objection.
    ChatAppealDecide "chat_appeal_decide" [CommunityStaff Community];
}
