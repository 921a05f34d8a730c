//! Messages of a topic. What the check passes gets the next number at once; what it doubts waits for a person, without a number, seen by
//! its author alone; what is hidden or withdrawn later keeps its number and loses its text.
//!
//! States and who may move them stand in [`MessageState`]. A follower asks for changes after a number: a new message, a withdrawal, a
//! hiding each take the next number of changes under the topic's row.

pub mod http;
mod pictures;
mod retention;
mod rows;
mod screened;
mod send;
mod view;
mod withdraw;

use base::jobs::JobKind;

pub use screened::SCREENED;
pub use send::NewMessage;
pub use view::{MentionView, MessageView, ThreadView};

pub(crate) use rows::{Message, Step, after, before, find, forget, hand_over, hold, insert, step, waiting, written_by};
pub(crate) use send::{may_write, say, within};
pub(crate) use view::{Ask, one, thread, views};

/// What pictures of a message hang on.
pub(crate) const NOUN: &str = "chat_message";

base::error_codes! {
    CHAT_SAYS_NOTHING 422 "chat_says_nothing" "请写几个字或发一张图片。" "Write something or send a picture.";
    CHAT_READ_ONLY 409 "chat_read_only" "通知下不能发言，请另开话题或提问。" "Only workers write under a notice.";
    CHAT_FLOOD 429 "chat_flood" "发言太快了，请稍后再发。" "Too many messages; wait a little.";
    CHAT_REPLY_UNKNOWN 422 "chat_reply_unknown" "要回复的消息不存在。" "The message that it answers isn't there.";
    CHAT_MENTION_WRONG 422 "chat_mention_wrong" "只能提醒本网格的工作人员。" "Only workers of this place can be mentioned.";
    CHAT_WITHDRAW_LATE 409 "chat_withdraw_late" "只能在两分钟内撤回。" "A message can be withdrawn within two minutes.";
}

base::words! {
    /// What stands in a topic.
    ChatMessageKind {
        /// A person wrote it.
        Message = "message" "消息",
        /// What happened.
        System = "system" "进展",
    }
}

base::words! {
    /// State of a message.
    MessageState {
        /// Waits for a person to check it; its author alone sees it.
        Pending = "pending" "待审核",
        /// Not shown; its author may object.
        Refused = "refused" "未通过",
        /// Everybody of the group sees it.
        Published = "published" "已发布",
        /// A worker hid it; its author may object.
        Hidden = "hidden" "已隐藏",
        /// Its author took it back.
        Withdrawn = "withdrawn" "已撤回",
        /// It stands in another topic now.
        Moved = "moved" "已移至其他话题",
    }
}

base::words! {
    /// Moves of a message.
    MessageMove {
        /// Show it.
        Publish = "publish",
        /// Don't.
        Refuse = "refuse",
        /// Hide it.
        Hide = "hide",
        /// Show it again.
        Restore = "restore",
        /// Take it back.
        Withdraw = "withdraw",
        /// Into another topic.
        Move = "move",
    }
}

base::machine! {
    MessageState by MessageMove {
        => Published "the check"; => Pending "the check"; => Refused "the check";
        Pending Publish Published "a worker of the place, not its author";
        Pending Refuse Refused "a worker of the place, not its author";
        Refused Publish Published "staff of the community, on the author's objection";
        Pending Withdraw Withdrawn "its author, within two minutes";
        Published Withdraw Withdrawn "its author, within two minutes";
        Published Hide Hidden "a worker of the place, not its author";
        Hidden Restore Published "a worker of the place, not its author";
        Published Move Moved "a worker of the place, not its author";
    }
}

people::permissions! {
    /// Read a topic, and follow it.
    ChatMessageList "chat_message_list" [Resident Own, BuildingHead Own, NewEmployment Own, GridWorker Grid, CommunityStaff Community];
    /// Write into a topic.
    ChatMessageSend "chat_message_send" [Resident Own, BuildingHead Own, NewEmployment Own, GridWorker Grid, CommunityStaff Community];
    /// Take one's own message back, within two minutes.
    ChatMessageWithdraw "chat_message_withdraw" [Resident Own, BuildingHead Own, NewEmployment Own, GridWorker Own, CommunityStaff Own];
}

/// Background jobs.
pub(crate) fn jobs() -> Vec<JobKind> {
    vec![
        JobKind::new("chat_pictures", |db, _payload| pictures::settle(db)).every(std::time::Duration::from_secs(15)),
        JobKind::new("chat_retention", |db, _payload| retention::forget(db)).every(std::time::Duration::from_secs(86_400)),
    ]
}
