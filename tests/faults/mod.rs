//! What must survive a fault: every answer that was given. Clients write down what they are about to send, send it, keep sending it
//! with the same key until the answer is definite, and in the end everything answered is compared with the books:
//! LOST (acknowledged but absent), TWICE (applied more than once) and GHOST (refused but present) are all 0.
//!
//! New writes join the load by a line in `load::OPERATIONS`, and what they make is found again by a line in `verdict::MADE`.

mod commit_reply_lost;
mod connectors;
mod database_killed;
mod donors;
mod load;
mod pool_exhausted;
mod proxy;
pub(crate) mod server_killed;
mod verdict;
