//! What becomes of a person's pictures when the account is closed, and what of them is exported.

use base::db::Tx;
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use diesel::PgConnection;
use serde_json::{Value, json};

use super::{jobs, rows};

/// The hook of a closed account: own pictures go, rows now and bytes by a job.
pub fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    let names = rows::delete_of_person(tx.conn(), person)?;
    jobs::remove(tx, &names)
}

/// The hook of merged accounts: pictures are the remaining account's.
pub fn merge(tx: &mut Tx<'_>, gone: PersonId, keep: PersonId) -> Result<(), ApiError> {
    Ok(rows::hand_over(tx.conn(), gone, keep)?)
}

/// One's own pictures, as a list.
pub fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let rows = rows::of_person(connection, person)?;
    let own = rows.iter().map(|row| {
        json!({"id": row.id, "sent_at": row.created_at, "bytes": row.size_bytes, "width": row.width, "height": row.height,
            "check": row.check_state, "hangs_on": row.noun, "subject": row.subject_id})
    });
    Ok(json!({ "pictures": own.collect::<Vec<_>>() }))
}
