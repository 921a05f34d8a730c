//! The poster of an entrance: a ticket that stands on the wall for years.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, PersonId};
use diesel::PgConnection;

use super::PosterCreate;
use crate::community::residencies::NOT_AN_ENTRANCE;
use crate::grid::{self, GridUnit, Scope, UnitKind};
use crate::identity::Can;

/// Makes the ticket of an entrance, where it has none yet.
pub(super) fn make(mut tx: Tx<'_>, scope: &Scope, by: PersonId, id: GridUnitId) -> Result<Finished<()>, ApiError> {
    let unit = entrance(tx.conn(), id)?;
    scope.require_unit(&unit.path)?;
    if unit.level() != UnitKind::Entrance {
        return Err(ApiError::of(&NOT_AN_ENTRANCE));
    }
    let fresh = grid::new_ticket().map_err(ApiError::internal)?;
    grid::ticket_of(tx.conn(), id, &fresh, Some(by))?;
    tx.audit(Audit::new(Can::<PosterCreate>::ACTION, "grid_unit", id.0).at(id))?;
    Ok(tx.done(())?)
}

/// The entrance and its ticket.
pub(super) fn find(connection: &mut PgConnection, id: GridUnitId) -> Result<(GridUnit, String), ApiError> {
    let ticket = grid::ticket_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    Ok((entrance(connection, id)?, ticket))
}

fn entrance(connection: &mut PgConnection, id: GridUnitId) -> Result<GridUnit, ApiError> {
    grid::unit_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}
