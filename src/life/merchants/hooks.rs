//! What a person takes along.

use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use diesel::PgConnection;
use people::identity::ExportHook;
use serde_json::{Value, json};

use super::rows;

/// Export of what one applied for.
pub const EXPORT: ExportHook = ExportHook { noun: "merchant_applications", export };

fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let rows = rows::of_applicant(connection, person)?;
    let shown = rows
        .into_iter()
        .map(|row| json!({"merchant": row.id, "name": row.name, "state": row.state, "applied_at": row.created_at}));
    Ok(json!(shown.collect::<Vec<_>>()))
}
