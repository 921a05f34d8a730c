//! Telling somebody what their family proxy did.

use base::db::Tx;
use base::error::ApiError;

use super::send::{Notice, send};
use super::templates::PROXY_ACTED;
use crate::identity::{self, Acting};

/// Tells the person what was done in their name; nothing when they did it themselves. Every noun that asks `identity::acting_for`
/// calls it in its transaction, before a contended row is locked. `zh` and `en` go on after "did for you: ".
pub fn tell_acted(tx: &mut Tx<'_>, acting: &Acting, zh: &str, en: &str) -> Result<(), ApiError> {
    let Some(proxy) = acting.proxy else { return Ok(()) };
    let names = identity::names_by_ids(tx.conn(), &[proxy])?;
    let name = names.get(&proxy).map_or_else(String::new, |name| name.nickname.clone());
    send(tx, acting.person, &Notice::new(&PROXY_ACTED).with("name", name).with("zh", zh).with("en", en))
}
