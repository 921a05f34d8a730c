//! Deciding on what another person asked for: a budget or a change of it, a contribution, a reversal, a rule. One piece, so that each
//! is refused to the same people and each can be repeated with its key.

use std::sync::Arc;

use base::db::{Db, Done, Finished, Once, Tx};
use base::error::ApiError;
use base::http::{IdempotencyKey, hash_on};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use diesel::PgConnection;
use people::grid::Scope;
use people::identity::{Actor, Can, Permission};
use uuid::Uuid;

use crate::outside::Outside;
use crate::place;

/// Who decides, and how far they may.
#[derive(Clone)]
pub(crate) struct Decider {
    pub(crate) actor: Arc<Actor>,
    pub(crate) scope: Scope,
    pub(crate) outside: Outside,
}

impl Decider {
    /// The caller.
    pub(crate) fn of<P: Permission>(can: &Can<P>, outside: &Outside) -> Self {
        Self { actor: Arc::new(can.actor().clone()), scope: can.scope().clone(), outside: outside.clone() }
    }

    /// Refuses whoever asked for it, their household, and people of the organization that pays or gains.
    pub(crate) fn require_disinterested(
        &self,
        connection: &mut PgConnection,
        community: GridUnitId,
        organization: Option<OrganizationId>,
        interested: &[PersonId],
    ) -> Result<(), ApiError> {
        if place::belongs_to(&self.actor, organization) {
            return Err(ApiError::of(&place::OWN_INTEREST));
        }
        self.outside.require_disinterested(connection, community, self.actor.person, interested)
    }
}

/// One decision, that happens once for its key.
pub(crate) struct Decision {
    once: Once,
    decider: Decider,
}

impl Decision {
    /// On the thing with this id.
    pub(crate) fn on<P: Permission>(can: &Can<P>, key: IdempotencyKey, id: Uuid, outside: &Outside) -> Self {
        Self { once: can.once(key, hash_on(id, [0; 32]), id), decider: Decider::of(can, outside) }
    }

    /// It ends in a posting: it waits for the book with those who do the same.
    pub(crate) fn posting(self) -> Self {
        Self { once: self.once.contended(), ..self }
    }

    /// Takes it.
    pub(crate) async fn take(
        self,
        db: &Db,
        verb: impl Fn(Tx<'_>, &Decider) -> Result<Finished<()>, ApiError> + Send + 'static,
    ) -> Result<Done<()>, ApiError> {
        let Self { once, decider } = self;
        db.once(once, move |tx| verb(tx, &decider)).await
    }
}
