//! What everybody may see of public requests, signed in or not: list, map, detail with the public timeline, feed. Only requests whose
//! text was checked and published; no reporter, no door, places no finer than a few houses, long numbers in texts masked.

mod feed;
pub mod http;
mod rows;
mod view;

pub(super) use view::masked;
pub use view::{PublicEvent, PublicRequest};
