//! A message becomes a request: the message is linked, its author told, and every public event of the request returns to the topic.

mod echo;
pub mod http;
mod make;
mod rows;

use base::jobs::JobKind;

pub use make::NewCase;

base::error_codes! {
    CHAT_CASE_THERE 409 "chat_case_there" "这条消息已转为诉求。" "A request came of this message already.";
    CHAT_CASE_TEXT 422 "chat_case_text" "只有图片的消息请填写诉求内容。" "Write what the matter is: the message has only pictures.";
}

people::permissions! {
    /// Make a request of a message.
    ChatMessageToRequest "chat_message_to_request" [GridWorker Grid, CommunityStaff Community];
}

/// Background jobs.
pub(crate) fn jobs() -> Vec<JobKind> {
    vec![JobKind::new(requests::CHAT_EVENT_JOB, echo::run)]
}
