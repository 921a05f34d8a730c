//! Telling people who are away that something is unread: at most once a day, between nine and nine, about groups that they belong to and
//! haven't silenced. Owns `chat_digests`.
//!
//! Somebody is away who has read nothing for a day. Who is told and doesn't come is told again when there is more, seven times in thirty
//! days at most. The row of the day and the notice are one transaction, so a job that runs twice tells nobody twice.

mod places;
mod rows;
mod schema;
mod tell;

use std::time::Duration;

use base::jobs::JobKind;

pub(crate) use rows::{forget, told};

/// What digests are audited as.
pub(crate) const NOUN: &str = "chat_digest";

/// Background jobs.
pub(crate) fn jobs() -> Vec<JobKind> {
    let lease = Duration::from_secs(900);
    vec![JobKind { lease, ..JobKind::new("chat_digests", |db, _payload| tell::run(db)) }.every(Duration::from_secs(3_600))]
}
