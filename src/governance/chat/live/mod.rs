//! Following topics while a page is open: a WebSocket that tells each change as it is committed. Owns no table.
//!
//! A change is loaded once a process and rendered twice, for members and for moderators, however many follow; who has fallen behind, or
//! wrote it, reads the topic for themselves. Every topic has a cursor a socket, its number of changes: after a gap, a cut or another
//! server process the follower goes on where it was, misses nothing and gets nothing twice.
//!
//! Processes hear of each other by looking: one query for all followed topics five times a second. It needs no connection of its own
//! and loses nothing when one breaks.

mod frames;
pub mod http;
mod hub;
mod render;
mod socket;

pub use frames::{ChangesView, Said, Told};
pub use hub::Hub;

base::error_codes! {
    CHAT_UPGRADE_NEEDED 400 "chat_upgrade_needed" "这个地址只接受 WebSocket 连接。" "This address takes WebSocket connections only.";
    CHAT_ORIGIN_REFUSED 403 "chat_origin_refused" "不接受来自其他网站的连接。" "Connections from other sites are refused.";
    CHAT_SOCKETS_MANY 429 "chat_sockets_many" "打开的页面太多，请关闭几个。" "Too many pages are open; close some.";
    CHAT_TOPICS_MANY 429 "chat_topics_many" "一个页面最多同时关注二十个话题。" "A page follows at most twenty topics.";
    CHAT_FRAME_UNKNOWN 422 "chat_frame_unknown" "看不懂这条指令。" "This frame can't be read.";
}

people::permissions! {
    /// Follow topics while a page is open.
    ChatFollow "chat_follow" [Resident Own, BuildingHead Own, NewEmployment Own, GridWorker Grid, CommunityStaff Community];
}
