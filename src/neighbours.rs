//! Fills the small traits by which a lower crate or a wing asks about its neighbours.

use std::collections::{HashMap, HashSet};

use base::db::{DbResult, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use diesel::PgConnection;
use people::community::residencies;
use people::notify;
use uuid::Uuid;

/// Who lives with whom, as the community knows it.
pub(crate) struct Community;

impl points::Households for Community {
    fn households_of(
        &self,
        connection: &mut PgConnection,
        community: GridUnitId,
        persons: &[PersonId],
    ) -> DbResult<HashMap<PersonId, Uuid>> {
        let found = residencies::households_in(connection, persons, community)?;
        Ok(found.into_iter().map(|(person, household)| (person, household.0)).collect())
    }

    fn related(
        &self,
        connection: &mut PgConnection,
        _community: GridUnitId,
        pairs: &[(PersonId, PersonId)],
    ) -> DbResult<HashSet<(PersonId, PersonId)>> {
        residencies::same_households(connection, pairs)
    }

    fn minors(&self, connection: &mut PgConnection, persons: &[PersonId]) -> DbResult<HashSet<PersonId>> {
        let today = base::clock::shanghai_date(base::db::now(connection)?);
        people::identity::minors_among(connection, persons, today)
    }

    fn same_household(
        &self,
        connection: &mut PgConnection,
        _community: GridUnitId,
        one: PersonId,
        other: PersonId,
    ) -> DbResult<bool> {
        residencies::same_household(connection, one, other)
    }
}

/// The inbox of the person.
pub(crate) struct Inbox;

impl points::Notices for Inbox {
    fn tell(&self, tx: &mut Tx<'_>, notice: &points::Notice) -> Result<(), ApiError> {
        let template = notify::templates::ALL.iter().find(|template| template.kind == notice.kind).copied();
        let told = notify::Notice::new(template.unwrap_or(&notify::templates::POINTS_NOTE));
        notify::send(tx, notice.person, &told.with("zh", &notice.zh).with("en", &notice.en))
    }
}
