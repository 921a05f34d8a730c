//! What points must know of its neighbours, as small traits that `app.rs` fills.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use base::db::{DbResult, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use diesel::PgConnection;
use uuid::Uuid;

use crate::place;

/// Who lives with whom, now.
pub trait Households: Send + Sync {
    /// The households of persons in a community; whoever has none is left out.
    fn households_of(
        &self,
        connection: &mut PgConnection,
        community: GridUnitId,
        persons: &[PersonId],
    ) -> DbResult<HashMap<PersonId, Uuid>>;

    /// Those of the pairs who share a household, as [`same_household`](Self::same_household) says of one.
    fn related(
        &self,
        connection: &mut PgConnection,
        community: GridUnitId,
        pairs: &[(PersonId, PersonId)],
    ) -> DbResult<HashSet<(PersonId, PersonId)>>;

    /// Those of the persons who are under 14 now. What they earn goes to the pool of their household.
    fn minors(&self, connection: &mut PgConnection, persons: &[PersonId]) -> DbResult<HashSet<PersonId>>;

    /// Do two persons share a household? The same person does.
    fn same_household(
        &self,
        connection: &mut PgConnection,
        community: GridUnitId,
        one: PersonId,
        other: PersonId,
    ) -> DbResult<bool>;
}

/// One thing a person is told. No personal data beyond their own points.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Who is told.
    pub person: PersonId,
    /// Of which community.
    pub community: GridUnitId,
    /// `award_waiting`, `award_posted`, `budget_empty`, `points_expiring`, `points_reversed`, `points_received`.
    pub kind: &'static str,
    /// Noun and id of what it is about.
    pub about: (&'static str, Uuid),
    /// Chinese sentence.
    pub zh: String,
    /// English sentence.
    pub en: String,
}

/// Tells persons, in the transaction of what they are told about.
pub trait Notices: Send + Sync {
    /// Puts the notice into the person's inbox (and wherever else it goes later). May lock the inbox: call it before a contended
    /// row is locked, for several persons in the order of their ids.
    fn tell(&self, tx: &mut Tx<'_>, notice: &Notice) -> Result<(), ApiError>;
}

/// The neighbours, filled by `app.rs`; handlers get it as `Data<Outside>`, jobs by value.
#[derive(Clone)]
pub struct Outside {
    /// Who lives with whom.
    pub households: Arc<dyn Households>,
    /// How persons are told.
    pub notices: Arc<dyn Notices>,
}

impl Outside {
    /// Refuses a decision on something that the decider, or somebody of the same household, asked for or gains from.
    pub fn require_disinterested(
        &self,
        connection: &mut PgConnection,
        community: GridUnitId,
        decider: PersonId,
        interested: &[PersonId],
    ) -> Result<(), ApiError> {
        for person in interested {
            if *person == decider || self.households.same_household(connection, community, decider, *person)? {
                return Err(ApiError::of(&place::OWN_INTEREST));
            }
        }
        Ok(())
    }
}
