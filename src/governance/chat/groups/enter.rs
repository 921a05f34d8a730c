//! Opening a group, and what a member sets.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::text::Text;
use people::grid::Scope;
use people::identity::Actor;
use people::screening::Verdict;
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, Group, Member};
use super::{CHAT_GROUP_THERE, CHAT_NICKNAME_REFUSED, belongs};
use crate::GroupId;
use crate::reach::place_named;

/// A group to be opened.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// Whose group: a community or a unit below it.
    pub grid_unit_id: GridUnitId,
}

/// What a member sets for themselves.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSettings {
    /// The name that stands in front in this group; none: the account's nickname.
    pub nickname: Option<Text<20>>,
    /// No notices of this group.
    pub quiet: bool,
}

/// Opens the group of a place.
pub(super) fn open(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: GroupId,
    new: NewGroup,
) -> Result<Finished<()>, ApiError> {
    let (unit, community) = place_named(tx.conn(), scope, new.grid_unit_id, "/grid_unit_id")?;
    let group = Group { id, grid_unit_id: unit.id, community_id: community, opened_by: person, opened_at: tx.now()? };
    if !rows::insert(tx.conn(), &group)? {
        return Err(ApiError::of(&CHAT_GROUP_THERE));
    }
    tx.audit(Audit::new("chat_group_open", "chat_group", id.0).at(unit.id))?;
    Ok(tx.done(())?)
}

/// Writes down what a member set; a nickname that the check doesn't pass is not taken.
pub(super) fn set(
    mut tx: Tx<'_>,
    actor: &Actor,
    id: GroupId,
    new: &NewSettings,
    verdict: &Verdict,
) -> Result<Finished<()>, ApiError> {
    let within = belongs(tx.conn(), actor, id)?;
    let before = rows::member(tx.conn(), id, actor.person)?;
    let kept = before.as_ref().and_then(|row| row.nickname.as_deref()) == new.nickname.as_deref();
    if new.nickname.is_some() && !kept && *verdict != Verdict::Publish {
        return Err(ApiError::of(&CHAT_NICKNAME_REFUSED));
    }
    let row = Member {
        group_id: id,
        person_id: actor.person,
        nickname: new.nickname.as_ref().map(ToString::to_string),
        quiet: new.quiet,
        updated_at: tx.now()?,
    };
    rows::set(tx.conn(), &row)?;
    let entry = Audit::new("chat_settings_update", "chat_group", id.0).at(within.group.grid_unit_id);
    tx.audit(entry.after(json!({"quiet": new.quiet, "nickname": new.nickname.is_some()})))?;
    Ok(tx.done(())?)
}
