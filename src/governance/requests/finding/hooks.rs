//! What a person takes along and leaves behind.

use base::db::Tx;
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use diesel::PgConnection;
use people::identity::{EraseHook, ExportHook};
use serde_json::{Value, json};

use super::rows_views;

/// Hook of an erasure.
pub const ERASE: EraseHook = EraseHook { noun: "request_views", before: None, erase };
/// Hook of an export.
pub const EXPORT: ExportHook = ExportHook { noun: "request_views", export };

fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    Ok(rows_views::erase(tx.conn(), person)?)
}

fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let kept = rows_views::of_person(connection, person)?;
    Ok(kept.iter().map(|row| json!({"name": row.name, "filters": row.filters, "at": row.created_at})).collect())
}
