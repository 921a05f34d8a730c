//! Telling again what was given up.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use people::grid::Scope;
use serde_json::json;

use super::rows_deliveries;
use super::{ConnectorId, ConnectorState, DeliveryId, DeliveryMove, deliver, edit};

/// Most deliveries of one replay.
const MOST: i64 = 500;

/// Gives dead deliveries their tries back: these, or with `None` the oldest 500. Returns how many.
pub(super) fn replay(
    mut tx: Tx<'_>,
    scope: &Scope,
    id: ConnectorId,
    only: Option<&[DeliveryId]>,
) -> Result<Finished<usize>, ApiError> {
    let connector = edit::within(tx.conn(), scope, id)?;
    if connector.state == ConnectorState::Closed {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    let now = tx.now()?;
    let dead = rows_deliveries::lock_dead(tx.conn(), id, only, MOST)?;
    let count = dead.len();
    for mut delivery in dead {
        deliver::moved(&mut delivery, DeliveryMove::Replay)?;
        delivery.attempts = 0;
        delivery.next_at = now;
        delivery.ended_at = None;
        rows_deliveries::save(tx.conn(), &delivery)?;
        deliver::enqueue(&mut tx, delivery.id, now)?;
    }
    tx.audit(Audit::new("connector_replay", "connector", id.0).after(json!({"deliveries": count})))?;
    Ok(tx.done(count)?)
}
