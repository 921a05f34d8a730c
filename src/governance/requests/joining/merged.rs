//! Who goes along with a request takes their part to the one that it is joined to, and back where that was a mistake.

use base::db::Tx;
use base::error::ApiError;
use base::ids::PersonId;
use people::community::residencies;

use super::super::CaseId;
use super::super::rows::Case;
use super::rows::{self, Follower};

/// The reporter of a merged request, who acted for them and whoever joined it go along with the surviving one.
pub(in super::super) fn take_over(tx: &mut Tx<'_>, merged: &Case, into: &Case) -> Result<(), ApiError> {
    let own = [into.reporter_id, into.proxy_id];
    let created_at = tx.now()?;
    let mut joined: Vec<PersonId> = merged.reporter_id.into_iter().chain(merged.proxy_id).collect();
    joined.extend(rows::of_request(tx.conn(), merged.id)?.iter().filter(|row| row.joined).map(|row| row.person_id));
    joined.retain(|person| !own.contains(&Some(*person)));
    joined.sort_unstable();
    joined.dedup();
    for person_id in joined {
        let household_id = residencies::household_in(tx.conn(), person_id, into.community_id)?.map(|home| home.0);
        let row =
            Follower { request_id: into.id, person_id, joined: true, household_id, resolved: None, rated_at: None, created_at };
        rows::enter(tx.conn(), &row)?;
    }
    Ok(())
}

/// The reporter of a request that was merged by mistake no longer goes along with the other one.
pub(in super::super) fn give_back(tx: &mut Tx<'_>, merged: &Case, into: CaseId) -> Result<(), ApiError> {
    for person in merged.reporter_id.into_iter().chain(merged.proxy_id) {
        rows::leave(tx.conn(), into, person)?;
    }
    Ok(())
}
