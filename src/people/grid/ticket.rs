//! The ticket on an entrance's poster: short, random, mapped here. Printing the poster again shows the same ticket, so posters on
//! the wall stay valid.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::keys::{self, KeyError};
use diesel::PgConnection;

use super::rows::{GridUnit, unit_find};
use super::rows_ticket;

/// What stands before the ticket in the QR code, so that the mini program knows what it scanned.
pub const TICKET_PREFIX: &str = "palm-entrance:";

/// Letters and digits that nobody confuses when typing them off a poster.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A new ticket of 12 characters (60 random bits).
pub fn new_ticket() -> Result<String, KeyError> {
    let bytes = keys::random::<12>()?;
    Ok(bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32))).map(|letter| char::from(*letter)).collect())
}

/// The ticket in force at an entrance; `fresh` becomes it when there is none.
pub fn ticket_of(connection: &mut PgConnection, unit: GridUnitId, fresh: &str, by: Option<PersonId>) -> DbResult<String> {
    if let Some(ticket) = rows_ticket::open_ticket(connection, unit)? {
        return Ok(ticket);
    }
    if rows_ticket::insert(connection, fresh, unit, by)? {
        return Ok(fresh.to_owned());
    }
    // A twin was quicker.
    Ok(rows_ticket::open_ticket(connection, unit)?.unwrap_or_else(|| fresh.to_owned()))
}

/// The ticket in force at an entrance.
pub fn ticket_find(connection: &mut PgConnection, unit: GridUnitId) -> DbResult<Option<String>> {
    rows_ticket::open_ticket(connection, unit)
}

/// The entrance of a scanned code or typed ticket; `None` when it isn't in force.
pub fn place_from_ticket(connection: &mut PgConnection, scanned: &str) -> DbResult<Option<GridUnit>> {
    let scanned = scanned.trim();
    let ticket = scanned.strip_prefix(TICKET_PREFIX).unwrap_or(scanned);
    match rows_ticket::unit_of(connection, ticket)? {
        Some(unit) => unit_find(connection, unit),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_are_short_and_differ() {
        let (one, two) = (new_ticket().unwrap(), new_ticket().unwrap());
        assert_eq!(one.len(), 12);
        assert!(one.bytes().all(|b| ALPHABET.contains(&b)));
        assert_ne!(one, two);
    }
}
