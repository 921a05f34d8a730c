//! Walking the route: ticking stops.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::text::Text;
use people::grid::Scope;
use serde::Deserialize;
use serde_json::json;

use super::{StopResult, act, rows_stop};
use crate::grid_tasks::StopId;
use crate::reach::found;

/// What was found at a stop.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tick {
    /// What was found.
    pub result: StopResult,
    /// What the worker wrote; needed unless all is fine.
    pub note: Option<Text<500>>,
}

/// Ticks a stop of a started task, or ticks it again.
pub(super) fn tick(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: StopId,
    found_there: &Tick,
) -> Result<Finished<()>, ApiError> {
    let stop = found(rows_stop::find(tx.conn(), id)?)?;
    let task = act::held(&mut tx, scope, stop.task_id)?;
    act::is_walked(&task)?;
    let note = found_there.note.as_deref();
    if found_there.result != StopResult::Fine && note.is_none() {
        return Err(ApiError::invalid("/note", "is needed unless all is fine"));
    }
    let now = tx.now()?;
    rows_stop::tick(tx.conn(), id, (found_there.result, note), (person, now))?;
    let entry = Audit::new("grid_task_stop_tick", "grid_task_stop", id.0).at(task.grid_unit_id);
    tx.audit(entry.before(json!({"result": stop.result})).after(json!({"result": found_there.result})))?;
    Ok(tx.done(())?)
}
