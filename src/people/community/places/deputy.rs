//! Who stands in for the worker of a block while they are away: the role itself, for that time.

use base::db::{Finished, Tx};
use base::error::{self, ApiError, found};
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::grid::{self, GridPath, Scope, UnitKind};
use crate::identity::{self, Grant, Role, RoleId, RoleSource};

/// Longest time that one may stand in for.
const LONGEST: Duration = Duration::days(92);

/// Who stands in, and when.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeputy {
    /// A grid worker or staff of the same community.
    pub person: PersonId,
    /// From.
    pub starts_at: DateTime<Utc>,
    /// Until, within 92 days.
    pub ends_at: DateTime<Utc>,
}

/// Gives the role, with this id, for that time.
pub(super) fn name(
    mut tx: Tx<'_>,
    scope: &Scope,
    (id, block): (RoleId, GridUnitId),
    new: NewDeputy,
) -> Result<Finished<()>, ApiError> {
    let unit = found(grid::unit_find(tx.conn(), block)?)?;
    scope.require_unit(&unit.path)?;
    if unit.level() != UnitKind::Block {
        return Err(ApiError::invalid("/person", "somebody stands in at a block only"));
    }
    let span = new.ends_at - new.starts_at;
    if span <= Duration::zero() || span > LONGEST || new.ends_at <= tx.now()? {
        return Err(ApiError::invalid("/ends_at", "lies after the start and ahead, within 92 days of the start"));
    }
    if !works_in(&mut tx, new.person, &unit.path)? {
        return Err(ApiError::invalid("/person", "is no grid worker or staff of this community"));
    }
    if identity::holds(tx.conn(), new.person, Role::GridWorker, Some(block))? {
        return Err(ApiError::invalid("/person", "is the worker of this block already"));
    }
    let grant = Grant {
        person: new.person,
        role: Role::GridWorker,
        unit: Some(block),
        organization: None,
        source: RoleSource::Deputy,
        starts: Some(new.starts_at),
        ends: Some(new.ends_at),
    };
    if identity::grant_as(&mut tx, id, &grant)? != id {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    Ok(tx.done(())?)
}

/// Does a person work in the community of a block?
fn works_in(tx: &mut Tx<'_>, person: PersonId, block: &GridPath) -> Result<bool, ApiError> {
    let community = grid::above(tx.conn(), block)?.into_iter().find(|unit| unit.level() == UnitKind::Community);
    let Some(community) = community else { return Ok(false) };
    let works = identity::holds(tx.conn(), person, Role::GridWorker, None)?
        || identity::holds(tx.conn(), person, Role::CommunityStaff, None)?;
    let places = identity::places_of(tx.conn(), person)?;
    Ok(works && places.iter().any(|place| community.path.covers(place)))
}
