//! Fills what `points` must know of its neighbours, until `people::community` and `people::notify` do.

use base::db::{DbResult, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use diesel::PgConnection;
use points::{Households, Notice, Notices};
use uuid::Uuid;

/// Everybody lives alone.
pub(crate) struct Alone;

impl Households for Alone {
    fn household_of(&self, _connection: &mut PgConnection, _community: GridUnitId, _person: PersonId) -> DbResult<Option<Uuid>> {
        Ok(None)
    }

    fn same_household(
        &self,
        _connection: &mut PgConnection,
        _community: GridUnitId,
        one: PersonId,
        other: PersonId,
    ) -> DbResult<bool> {
        Ok(one == other)
    }
}

/// Nobody is told anything.
pub(crate) struct Silent;

impl Notices for Silent {
    fn tell(&self, _tx: &mut Tx<'_>, notice: &Notice) -> Result<(), ApiError> {
        tracing::debug!(kind = notice.kind, "no inbox yet");
        Ok(())
    }
}
