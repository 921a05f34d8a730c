//! Proposing a merge and deciding on it, and what the register of residents does with it.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError, found};
use base::ids::{GridUnitId, PersonId};
use base::keys::KeyRing;
use diesel::PgConnection;
use serde_json::json;

use super::MergeId;
use super::rows::{self, Merge, NewMerge};
use super::state::{MergeMove, MergeState};
use crate::community::residencies;
use crate::grid::{self, Scope};
use crate::identity::{self, OWN_AFFAIR};
use crate::notify::{self, Notice, templates};

/// What staff propose: `gone` ends, `keep` remains.
#[derive(Debug, Clone)]
pub(super) struct Proposal {
    pub(super) id: MergeId,
    pub(super) gone: PersonId,
    pub(super) keep: PersonId,
    pub(super) reason: String,
}

/// Nobody on accounts of their own or their household.
fn require_disinterested(connection: &mut PgConnection, who: PersonId, both: [PersonId; 2]) -> Result<(), ApiError> {
    let pairs = both.map(|person| (who, person));
    let related = residencies::same_households(connection, &pairs)?;
    if related.is_empty() { Ok(()) } else { Err(ApiError::of(&OWN_AFFAIR)) }
}

/// Both accounts are within the scope and can be merged.
fn require_both(connection: &mut PgConnection, scope: &Scope, gone: PersonId, keep: PersonId) -> Result<(), ApiError> {
    for person in [gone, keep] {
        identity::require_within(connection, scope, person)?;
    }
    identity::require_mergeable(connection, gone, keep)
}

/// The community in which the remaining account stands, or else the other one.
fn community_of(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> Result<GridUnitId, ApiError> {
    let mut places = identity::places_of(connection, keep)?;
    places.extend(identity::places_of(connection, gone)?);
    let place = found(places.first())?;
    Ok(found(grid::unit_by_code(connection, &place.community())?)?.id)
}

/// Proposes a merge.
pub(super) fn ask(mut tx: Tx<'_>, scope: &Scope, by: PersonId, new: &Proposal) -> Result<Finished<()>, ApiError> {
    require_both(tx.conn(), scope, new.gone, new.keep)?;
    require_disinterested(tx.conn(), by, [new.gone, new.keep])?;
    let community = community_of(tx.conn(), new.gone, new.keep)?;
    let row = NewMerge {
        id: new.id,
        gone_id: new.gone,
        keep_id: new.keep,
        grid_unit_id: community,
        reason: &new.reason,
        requested_by: by,
    };
    if !rows::insert(tx.conn(), &row)? {
        return Err(ApiError::of(&error::ALREADY_EXISTS));
    }
    let after = json!({"gone": new.gone, "keep": new.keep, "state": MergeState::Requested});
    tx.audit(Audit::new("person_merge_ask", "person_merge", new.id.0).at(community).after(after))?;
    Ok(tx.done(())?)
}

/// A proposal that the scope reaches.
pub(super) fn within(connection: &mut PgConnection, scope: &Scope, row: Option<Merge>) -> Result<Merge, ApiError> {
    let row = found(row)?;
    let unit = found(grid::unit_find(connection, row.grid_unit_id)?)?;
    scope.require_unit(&unit.path)?;
    Ok(row)
}

/// Merges, or refuses to.
pub(super) fn decide(
    mut tx: Tx<'_>,
    ring: &KeyRing,
    (scope, by): (&Scope, PersonId),
    id: MergeId,
    step: MergeMove,
) -> Result<Finished<()>, ApiError> {
    let row = rows::hold(tx.conn(), id)?;
    let row = within(tx.conn(), scope, row)?;
    let to = row.state.transition(step).ok_or_else(|| ApiError::of(&error::STATE_CONFLICT))?;
    if row.requested_by == by {
        return Err(ApiError::of(&OWN_AFFAIR));
    }
    require_disinterested(tx.conn(), by, [row.gone_id, row.keep_id])?;
    let now = tx.now()?;
    rows::decide(tx.conn(), id, to, (by, now))?;
    let action = if to == MergeState::Approved { "person_merge_approve" } else { "person_merge_refuse" };
    let entry = Audit::new(action, "person_merge", id.0).at(row.grid_unit_id);
    tx.audit(entry.before(json!({"state": row.state})).after(json!({"state": to})))?;
    if to == MergeState::Approved {
        require_both(tx.conn(), scope, row.gone_id, row.keep_id)?;
        identity::merge_accounts(&mut tx, ring, (row.gone_id, row.keep_id), by)?;
        notify::send(&mut tx, row.keep_id, &Notice::new(&templates::ACCOUNTS_MERGED))?;
    }
    Ok(tx.done(())?)
}

/// The hook: residences and entries of the register become the remaining account's.
pub fn merge(tx: &mut Tx<'_>, gone: PersonId, keep: PersonId) -> Result<(), ApiError> {
    residencies::merge(tx, gone, keep)
}

/// The hook of a closed account: accounts that were merged into it are erased with it.
pub fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    for gone in rows::merged_into(tx.conn(), person)? {
        identity::erase_merged(tx, gone)?;
    }
    Ok(())
}
