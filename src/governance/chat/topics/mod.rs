//! Topics of a group: workers open them (at once, or at a time), residents propose them; a topic ends with a summary. A notice is confirmed
//! by who has read it, a poll takes one vote a person.
//!
//! States and who may move them stand in [`TopicState`]. The numbers of a topic's messages and changes are taken under its row.

mod close;
pub mod desk;
pub mod http;
pub mod http_poll;
mod open;
mod poll;
mod rows;
mod schedule;
mod view;

use base::jobs::JobKind;

pub use close::{TopicClosing, TopicDeclining};
pub use open::{NewProposal, NewTopic};
pub use poll::{NewVote, TopicReadUpTo};
pub use view::{PollOptionView, ReceiptView, TopicView};

pub(crate) use rows::{Topic, bump, changes_of, find, forget, hand_over, mark_read, proposals_waiting, titles, votes_of};

base::error_codes! {
    CHAT_TOPIC_NOT_OPEN 409 "chat_topic_not_open" "该话题已结束或尚未开放。" "The topic isn't open.";
    CHAT_POLL_OPTIONS 422 "chat_poll_options" "投票须有 2 至 10 个不同的选项；其他话题没有选项。" "A poll has 2 to 10 different options; other topics have none.";
    CHAT_OPENS_AT 422 "chat_opens_at" "定时开放的时间应在将来一年之内。" "A topic opens within a year from now.";
    CHAT_VOTED 409 "chat_voted" "您已投过票。" "You have voted already.";
    CHAT_PROPOSALS 409 "chat_proposals" "您有三个话题等待处理，请稍后再提。" "Three of your proposals are waiting; try later.";
}

base::words! {
    /// What a topic is.
    TopicKind {
        /// People talk.
        Talk = "talk" "话题",
        /// The committee is asked.
        Question = "question" "问社区",
        /// People are told, and confirm that they read it.
        Notice = "notice" "通知",
        /// People vote.
        Poll = "poll" "投票",
    }
}

base::words! {
    /// State of a topic.
    TopicState {
        /// A member proposes it.
        Proposed = "proposed" "待采纳",
        /// Opens at its time.
        Scheduled = "scheduled" "定时开放",
        /// People talk.
        Open = "open" "进行中",
        /// Over, with a summary.
        Closed = "closed" "已结束",
        /// Not opened.
        Declined = "declined" "未采纳",
    }
}

base::words! {
    /// Moves of a topic.
    TopicMove {
        /// Take a proposal up.
        Accept = "accept",
        /// Don't open it.
        Decline = "decline",
        /// Its time has come.
        Open = "open",
        /// The end.
        Close = "close",
        /// Talk again.
        Reopen = "reopen",
    }
}

base::machine! {
    TopicState by TopicMove {
        => Proposed "a member";
        => Scheduled "a worker of the place";
        => Open "a worker of the place";
        Proposed Accept Open "a worker of the place, not its author";
        Proposed Decline Declined "a worker of the place, with a reason";
        Scheduled Open Open "its time";
        Scheduled Decline Declined "a worker of the place, with a reason";
        Open Close Closed "a worker of the place, with a summary";
        Closed Reopen Open "a worker of the place";
    }
}

people::permissions! {
    /// Open a topic, now or at a time.
    ChatTopicOpen "chat_topic_open" [GridWorker Grid, CommunityStaff Community];
    /// Propose a topic.
    ChatTopicPropose "chat_topic_propose" [Resident Own, BuildingHead Own, NewEmployment Own];
    /// List the topics of a group.
    ChatTopicList "chat_topic_list" [Resident Own, BuildingHead Own, NewEmployment Own, GridWorker Grid, CommunityStaff Community];
    /// See a topic.
    ChatTopicFind "chat_topic_find" [Resident Own, BuildingHead Own, NewEmployment Own, GridWorker Grid, CommunityStaff Community];
    /// Take a proposal up.
    ChatTopicAccept "chat_topic_accept" [GridWorker Grid, CommunityStaff Community];
    /// Decline a proposal, or take a scheduled topic back.
    ChatTopicDecline "chat_topic_decline" [GridWorker Grid, CommunityStaff Community];
    /// Close a topic with a summary.
    ChatTopicClose "chat_topic_close" [GridWorker Grid, CommunityStaff Community];
    /// Open a closed topic again.
    ChatTopicReopen "chat_topic_reopen" [GridWorker Grid, CommunityStaff Community];
    /// Let a topic stand first.
    ChatTopicPin "chat_topic_pin" [GridWorker Grid, CommunityStaff Community];
    /// Don't let it stand first any more.
    ChatTopicUnpin "chat_topic_unpin" [GridWorker Grid, CommunityStaff Community];
    /// Vote in a poll, once.
    ChatVoteCreate "chat_vote_create" [Resident Own, BuildingHead Own, NewEmployment Own, GridWorker Grid, CommunityStaff Community];
    /// Confirm to have read a notice.
    ChatReceiptCreate "chat_receipt_create" [Resident Own, BuildingHead Own, NewEmployment Own, GridWorker Grid, CommunityStaff Community];
    /// See who confirmed to have read a notice.
    ChatReceiptList "chat_receipt_list" [GridWorker Grid, CommunityStaff Community];
    /// Say how far one has read a topic.
    ChatReadMark "chat_read_mark" [Resident Own, BuildingHead Own, NewEmployment Own, GridWorker Grid, CommunityStaff Community];
}

/// Background jobs.
pub(crate) fn jobs() -> Vec<JobKind> {
    vec![JobKind::new("chat_topics_open", |db, _payload| schedule::open_due(db)).every(std::time::Duration::from_secs(60))]
}
