//! Jobs: claims are put to the register again when a phone is bound and when a register was imported; who has left by the register
//! has moved out the day after.

use std::time::Duration;

use base::clock::shanghai_date;
use base::db::{Context, Db, now};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::jobs::{JobError, JobKind};
use serde::Deserialize;

use super::rows;
use super::state::ResidencyState;
use super::{ResidencyId, claim, moving};
use crate::identity;

/// Enqueued by `identity` when a phone was bound.
const PHONE_BOUND: &str = "identity_phone_bound";
/// Enqueued by an import of households.
pub(in super::super) const REGISTER_CHANGED: &str = "community_register_changed";

#[derive(Deserialize)]
struct PhoneBound {
    #[serde(alias = "person_id")]
    person: PersonId,
}

#[derive(Deserialize)]
struct RegisterChanged {
    community: GridUnitId,
}

/// The jobs of this noun.
pub fn jobs() -> Vec<JobKind> {
    vec![
        JobKind::new(PHONE_BOUND, |db, payload| {
            let bound: PhoneBound = serde_json::from_value(payload)?;
            let live = db.read_now(|connection| rows::live(connection, bound.person))?;
            let waiting: Vec<ResidencyId> = live
                .iter()
                .filter(|residency| residency.state() == ResidencyState::Claimed)
                .map(|residency| residency.id)
                .collect();
            recheck_all(db, &waiting)
        }),
        JobKind::new(REGISTER_CHANGED, |db, payload| {
            let changed: RegisterChanged = serde_json::from_value(payload)?;
            let waiting = db.read_now(|connection| rows::waiting(connection, changed.community))?;
            recheck_all(db, &waiting)?;
            move_out(db)
        }),
        JobKind::new("community_register_ends", |db, _payload| move_out(db)).every(Duration::from_secs(3600)),
    ]
}

/// Ends the residences of whose last day on the register is over: from the day after.
fn move_out(db: &Db) -> Result<(), JobError> {
    let over = db.read_now(|connection| {
        let today = shanghai_date(now(connection)?);
        rows::over_by_register(connection, today)
    })?;
    for id in over {
        db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
            moving::end_by_register(&mut tx, id)?;
            Ok(tx.done(())?)
        })?;
    }
    Ok(())
}

/// Each in a transaction of its own: one that can't be confirmed doesn't hold up the others.
fn recheck_all(db: &Db, waiting: &[ResidencyId]) -> Result<(), JobError> {
    for id in waiting {
        recheck(db, *id)?;
    }
    Ok(())
}

fn recheck(db: &Db, id: ResidencyId) -> Result<(), ApiError> {
    db.transaction_now(&Context::job(), |mut tx| {
        if let Some(residency) = rows::lock(tx.conn(), id)?
            && residency.state() == ResidencyState::Claimed
            && let Some(phone) = identity::phone_lookup(tx.conn(), residency.person_id)?
        {
            claim::ask_register(&mut tx, &residency, &phone)?;
        }
        Ok::<_, ApiError>(tx.done(())?)
    })
}
