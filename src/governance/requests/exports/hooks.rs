//! What a person takes along and leaves behind.

use base::db::Tx;
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use diesel::PgConnection;
use people::identity::{EraseHook, ExportHook};
use serde_json::{Value, json};

use super::rows;

/// Hook of an erasure.
pub const ERASE: EraseHook = EraseHook { noun: "request_exports", before: None, erase };
/// Hook of an export.
pub const EXPORT: ExportHook = ExportHook { noun: "request_exports", export };

fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    Ok(rows::erase(tx.conn(), person)?)
}

fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let asked = rows::list(connection, person, None, 1_000)?;
    Ok(asked
        .iter()
        .map(|row| json!({"format": row.format, "filters": row.filters, "rows": row.rows_done, "at": row.created_at}))
        .collect())
}
