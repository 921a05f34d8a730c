//! The call button: whoever is responsible for a place says whether its residents may see their number. Each look is logged, and
//! they see who looked.

use std::collections::HashSet;
use std::sync::Arc;

use base::attempts::AttemptLimit;
use base::db::{Audit, Context, Db, DbResult, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::keys::KeyRing;
use diesel::PgConnection;
use serde_json::json;

use super::role::Role;
use super::{grant, limits, person, rows};
use crate::grid::GridPath;

/// Numbers that one person may see in a day.
const DAY: AttemptLimit = AttemptLimit { kind: "grid_worker_call", tries: 10, window: 86_400 };

/// Those of the people whom residents may call.
pub fn callable_among(connection: &mut PgConnection, people: &[PersonId]) -> DbResult<HashSet<PersonId>> {
    Ok(rows::callable_among(connection, people)?.into_iter().collect())
}

/// Says whether residents may call oneself.
pub(super) fn set(mut tx: Tx<'_>, who: PersonId, callable: bool) -> Result<Finished<()>, ApiError> {
    rows::set_callable(tx.conn(), who, callable)?;
    tx.audit(Audit::new("callable_set", "person", who.0).after(json!({"callable": callable})))?;
    Ok(tx.done(())?)
}

/// The number of a worker who is responsible for one of these places and may be called; anybody else doesn't exist for the caller.
/// `None`: no phone is known. The day's limit counts refused looks too.
pub(super) async fn number(
    db: &Db,
    ring: Arc<KeyRing>,
    (context, caller): (Context, PersonId),
    places: Vec<GridPath>,
    worker: PersonId,
) -> Result<Option<String>, ApiError> {
    limits::count_person(db, &ring, DAY, caller).await?;
    db.transaction(context, move |mut tx| -> Result<_, ApiError> {
        let mut responsible = false;
        for place in &places {
            responsible |= grant::people_over(tx.conn(), Role::GridWorker, place)?.contains(&worker);
        }
        let callable = responsible && callable_among(tx.conn(), &[worker])?.contains(&worker);
        let row = rows::find(tx.conn(), worker)?.filter(|_row| callable).ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        let after = json!({"field": "phone", "reason": "居民拨打网格员电话"});
        tx.audit(Audit::new("grid_worker_call", "person", worker.0).after(after))?;
        Ok(tx.done(person::phone_of(&ring, &row)?)?)
    })
    .await
}
