//! What somebody hasn't read yet, by group and topic. Owns no table: a topic knows the number of its newest message and a person the number
//! of the last one read, so messages are never counted.
//!
//! Counted are topics that are open or were closed a short while ago, in groups that the person belongs to now. A group for which somebody
//! wished no notices is shown with its count and left out of the sum.

pub mod http;
pub(crate) mod rows;
mod view;

pub use view::{UnreadGroupView, UnreadTopicView, UnreadView};

people::permissions! {
    /// See what one hasn't read yet in the groups that one belongs to.
    ChatUnreadFind "chat_unread_find" [Resident Own, BuildingHead Own, NewEmployment Own, GridWorker Grid, CommunityStaff Community];
}
