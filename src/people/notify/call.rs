//! Noting that somebody on the call list was called.

use base::db::{Audit, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use serde_json::json;

use super::{CallDone, CallId, rows_call};
use crate::grid::{self, Scope, Target};
use crate::identity::Can;

/// Notes it, once; 404 outside of the scope.
pub(super) fn done(tx: &mut Tx<'_>, scope: &Scope, (id, by): (CallId, PersonId), note: Option<&str>) -> Result<(), ApiError> {
    let call = rows_call::find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let unit = call.grid_unit_id.map(|unit| grid::unit_find(tx.conn(), unit)).transpose()?.flatten().map(|unit| unit.path);
    scope.require(&Target { unit: unit.as_ref(), ..Target::default() })?;
    let now = tx.now()?;
    if !rows_call::done(tx.conn(), id, by, note, now)? {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    let mut audit = Audit::new(Can::<CallDone>::ACTION, "call", id.0).after(json!({"state": "done"}));
    if let Some(unit) = call.grid_unit_id {
        audit = audit.at(unit);
    }
    tx.audit(audit)?;
    Ok(())
}
