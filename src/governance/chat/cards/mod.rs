//! The bridge to the residents' WeChat group: a card (path and ticket) and a mini program's code, opened without sign-in to a topic's title
//! and summary and to nothing else, and a text to paste back.

pub mod http;
mod rows;
mod view;

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::keys;
use people::identity::Actor;

use crate::topics::{CHAT_TOPIC_NOT_OPEN, TopicState};
use crate::{TopicId, groups};

pub use view::{CardView, SharedTopicView};

people::permissions! {
    /// Share a topic by a card.
    ChatCardCreate "chat_card_create" [GridWorker Grid, CommunityStaff Community];
    /// Get the mini program's code of a topic's card.
    ChatCardCode "chat_card_code" [GridWorker Grid, CommunityStaff Community];
}

/// Letters of a ticket: what stands in a mini program's code.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A random ticket of 22 characters (132 bits).
fn new_ticket() -> Result<String, ApiError> {
    let bytes = keys::random::<22>().map_err(ApiError::internal)?;
    Ok(bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 64))).map(|letter| char::from(*letter)).collect())
}

/// Shares a topic: its one ticket, made at the first time.
fn share(mut tx: Tx<'_>, actor: &Actor, id: TopicId) -> Result<Finished<()>, ApiError> {
    let seen = groups::may_moderate(tx.conn(), actor, id)?;
    if !matches!(seen.topic.state, TopicState::Open | TopicState::Closed) {
        return Err(ApiError::of(&CHAT_TOPIC_NOT_OPEN));
    }
    let (ticket, now) = (new_ticket()?, tx.now()?);
    rows::insert(tx.conn(), &ticket, id, (actor.person, now))?;
    tx.audit(Audit::new("chat_card_create", "chat_topic", id.0).at(seen.topic.grid_unit_id))?;
    Ok(tx.done(())?)
}
