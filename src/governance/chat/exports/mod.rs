//! What was said in a topic or a group, as a file for whoever moderates it: names masked, long numbers struck out, nothing of what is hidden
//! or withdrawn. Owns no table; every file is audited with how many messages it holds.

mod file;
pub mod http;
mod rows;

people::permissions! {
    /// Have what was said in a topic as a file, names masked.
    ChatTopicExport "chat_topic_export" [GridWorker Grid, CommunityStaff Community];
    /// Have what was said in a group as a file, names masked.
    ChatGroupExport "chat_group_export" [GridWorker Grid, CommunityStaff Community];
}
