//! How people are told: the inbox (always), a WeChat message (when the person has consented to one), a call by the grid worker (for
//! people whom no channel reaches). Owns the tables `inbox_heads`, `notifications`, `subscription_consents`, `call_list`,
//! `wechat_pushes`.
//!
//! A noun calls `send` inside its own transaction: the inbox row and the job that pushes it exist if and only if the change does. A
//! WeChat message goes at most once: what may have arrived is noted as `unknown` and not repeated.

mod acted;
mod call;
mod consent;
mod deliver;
mod events;
pub mod http;
pub mod http_push;
mod rows;
mod rows_call;
mod rows_consent;
mod rows_push;
mod schema;
mod send;
pub mod templates;

pub use acted::tell_acted;
pub use deliver::{Outbound, TemplateIds, jobs};
pub use events::{Listener, Listeners};
pub use rows::count_by_kind;
pub use rows_push::{FailedPushes, failed_pushes};
pub use send::{Notice, Template, erase, export, merge, send, send_all, tell};

base::typed_ids! {
    /// A notification.
    NotificationId;
    /// An entry of the call list.
    CallId;
}

base::error_codes! {
    PUSH_NOT_TRUSTED 403 "push_not_trusted" "推送签名无效。" "The push has a wrong signature.";
    TEMPLATE_UNKNOWN 422 "template_unknown" "没有这个消息模板。" "There is no such message template.";
}

crate::permissions! {
    /// See one's inbox.
    InboxList "inbox_list" [Person Own];
    /// Mark one's inbox as read.
    InboxRead "inbox_read" [Person Own];
    /// Report which messages one agreed to get.
    SubscriptionReport "subscription_report" [Person Own];
    /// See how many messages one may still get, by template.
    SubscriptionList "subscription_list" [Person Own];
    /// See people who are to be told by a call.
    CallList "call_list" [BuildingHead Grid, GridWorker Grid, CommunityStaff Community];
    /// Note that somebody was called.
    CallDone "call_done" [BuildingHead Grid, GridWorker Grid, CommunityStaff Community];
}
