//! The record of moderation: every act, append-only by grants and a trigger; and the monthly figures that everybody may read.

pub mod http;
mod rows;
mod view;

use base::db::Tx;
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use uuid::Uuid;

use crate::{MeasureId, MessageId, TopicId};

pub use view::{FigureView, FiguresView, RecordView};

base::words! {
    /// An act of moderation.
    RecordAction {
        /// A member reported a message.
        Report = "report" "举报",
        /// A worker looked and left it.
        Dismiss = "dismiss" "举报不成立",
        /// A message was hidden.
        Hide = "hide" "隐藏消息",
        /// A hidden message was shown again by a worker.
        Restore = "restore" "恢复消息",
        /// A message was moved to another topic.
        Move = "move" "移动消息",
        /// A member was muted.
        Mute = "mute" "禁言",
        /// A long mute was proposed.
        MutePropose = "mute_propose" "提请长期禁言",
        /// It was refused by a second worker.
        MuteRefuse = "mute_refuse" "未同意长期禁言",
        /// A mute was lifted by a worker.
        Lift = "lift" "提前解除禁言",
        /// Whom it concerns objected.
        Appeal = "appeal" "申诉",
        /// The decision stands.
        Uphold = "uphold" "申诉维持原处理",
        /// The objection was granted.
        Grant = "grant" "申诉成立",
        /// A topic stands first.
        Pin = "pin" "置顶话题",
        /// It doesn't any more.
        Unpin = "unpin" "取消置顶",
        /// A topic was closed.
        Close = "close" "结束话题",
        /// A topic was opened again.
        Reopen = "reopen" "重新开放话题",
        /// A proposal or a scheduled topic was declined.
        Decline = "decline" "不采纳话题",
    }
}

people::permissions! {
    /// See the record of moderation of one's place.
    ChatRecordList "chat_record_list" [GridWorker Grid, CommunityStaff Community, StreetStaff Street, Auditor Community];
}

/// An act to be recorded; the audit row is the caller's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Act<'a> {
    pub(crate) action: RecordAction,
    pub(crate) community: GridUnitId,
    pub(crate) unit: GridUnitId,
    pub(crate) topic: Option<TopicId>,
    pub(crate) message: Option<MessageId>,
    pub(crate) measure: Option<MeasureId>,
    pub(crate) person: Option<PersonId>,
    pub(crate) reason: Option<&'a str>,
    /// None for a report.
    pub(crate) by: Option<PersonId>,
}

/// Records an act in the caller's transaction.
pub(crate) fn write(tx: &mut Tx<'_>, act: &Act<'_>) -> Result<(), ApiError> {
    let at = tx.now()?;
    Ok(rows::insert(tx.conn(), Uuid::now_v7(), act, at)?)
}
