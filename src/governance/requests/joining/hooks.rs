//! What a person takes along and leaves behind.

use base::db::Tx;
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use diesel::PgConnection;
use people::identity::{EraseHook, ExportHook, MergeHook};
use serde_json::{Value, json};

use super::rows;

/// Hook of an erasure.
pub const ERASE: EraseHook = EraseHook { noun: "request_followers", before: None, erase };
/// Hook of two accounts becoming one.
pub const MERGE: MergeHook = MergeHook { noun: "request_followers", before: None, merge };
/// Hook of an export.
pub const EXPORT: ExportHook = ExportHook { noun: "request_followers", export };

/// Rows of an export at most.
const EXPORTED: i64 = 10_000;

fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    Ok(rows::erase(tx.conn(), person)?)
}

fn merge(tx: &mut Tx<'_>, gone: PersonId, keep: PersonId) -> Result<(), ApiError> {
    Ok(rows::hand_over(tx.conn(), gone, keep)?)
}

fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let requests: Vec<_> = rows::of_person(connection, person, None, EXPORTED)?
        .iter()
        .map(|row| json!({"request": row.request_id, "joined": row.joined, "resolved": row.resolved, "at": row.created_at}))
        .collect();
    let places: Vec<_> = rows::places_of(connection, person)?.iter().map(|(unit, at)| json!({"unit": unit, "at": at})).collect();
    Ok(json!({"requests": requests, "places": places}))
}
