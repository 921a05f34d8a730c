//! Going along with a public request: a neighbour whom it concerns too joins it (我也遇到) instead of filing it again, is counted by
//! household, told of every step and heard with a rating of their own; anybody may follow a request, or all public requests of a place.
//!
//! Owns the tables `request_followers` and `place_followers`.

mod hooks;
pub mod http;
mod join;
mod merged;
mod rows;
mod schema;
mod tell;

pub use hooks::{ERASE, EXPORT, MERGE};
pub use join::JoinRating;
pub(super) use merged::{give_back, take_over};
pub(super) use rows::households;
pub(super) use tell::{follow_up, jobs};

base::error_codes! {
    JOIN_OWN 409 "join_own" "这是您自己的诉求，不用再加入。" "It is your own request already.";
    JOIN_OVER 409 "join_over" "该诉求已办结，不能再加入，可另行提交。" "The request is over; file a new one.";
    NOT_ANSWERED_YET 409 "not_answered_yet" "该诉求还没有答复，答复后再评价。" "It isn't answered yet; rate it then.";
}

people::permissions! {
    /// Say that a public request of one's community concerns oneself too, and take that back.
    RequestJoin "request_join" [Resident Community, NewEmployment Street];
    /// Take back that a request concerns oneself too.
    RequestJoinEnd "request_join_end" [Person Own];
    /// Rate the answer to a request that one joined.
    RequestJoinRate "request_join_rate" [Person Own];
    /// Follow a public request.
    RequestFollow "request_follow" [Person Anyone];
    /// See which requests one joined or follows.
    RequestFollowedList "request_followed_list" [Person Own];
    /// Follow the public requests of a place.
    PlaceFollow "place_follow" [Person Anyone];
    /// Stop following a place.
    PlaceFollowEnd "place_follow_end" [Person Own];
    /// See which places one follows.
    PlaceFollowedList "place_followed_list" [Person Own];
}
