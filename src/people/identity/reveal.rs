//! Looking at another person's data: masked within the scope, one field in clear with a reason, and the person sees who looked.

use base::attempts::AttemptLimit;
use base::db::{Audit, Context, Db};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::keys::KeyRing;
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

use super::rows::{self, PersonRow};
use super::{grant, limits, person};
use crate::grid::{Scope, Target};

/// A field that can be shown in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The real name.
    Name,
    /// The phone.
    Phone,
}

impl Field {
    const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone => "phone",
        }
    }
}

/// Actions of others that a person sees in their access log.
pub(super) const LOOKS: &[&str] = &["person_reveal", "grid_worker_call"];

/// Fields in clear that one person may see in a day.
const DAY: AttemptLimit = AttemptLimit { kind: "person_reveal", tries: 50, window: 86_400 };

/// A person within the scope: their own, or standing at a place that the scope reaches; else 404.
pub(super) fn within_scope(connection: &mut PgConnection, scope: &Scope, id: PersonId) -> Result<PersonRow, ApiError> {
    let row = rows::find(connection, id)?.filter(|row| row.state == "active").ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let places = grant::places_of(connection, id)?;
    let reached = scope.reaches(&Target { person: Some(id), ..Target::default() })
        || places.iter().any(|place| scope.reaches(&Target { unit: Some(place), ..Target::default() }));
    if reached { Ok(row) } else { Err(ApiError::of(&error::NOT_FOUND)) }
}

/// Shows one field of one person; the day's limit counts refused looks too.
pub(super) async fn reveal(
    db: &Db,
    ring: Arc<KeyRing>,
    (context, looker, scope): (Context, PersonId, Scope),
    id: PersonId,
    field: Field,
    reason: String,
) -> Result<Option<String>, ApiError> {
    limits::count_person(db, &ring, DAY, looker).await?;
    db.transaction(context, move |mut tx| -> Result<_, ApiError> {
        let row = within_scope(tx.conn(), &scope, id)?;
        let value = match field {
            Field::Name => person::name_of(&ring, &row)?,
            Field::Phone => person::phone_of(&ring, &row)?,
        };
        tx.audit(Audit::new("person_reveal", "person", id.0).after(json!({"field": field.name(), "reason": reason})))?;
        Ok(tx.done(value)?)
    })
    .await
}
