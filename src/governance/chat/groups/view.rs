//! Groups, as shown to who belongs to them.

use base::error::ApiError;
use base::ids::GridUnitId;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::grid;
use people::identity::Actor;
use serde::Serialize;
use utoipa::ToSchema;

use super::rows::{self, Group};
use crate::reach::part_of;
use crate::{GroupId, Part};

/// A group.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupView {
    /// Id.
    pub id: GroupId,
    /// One plain sentence.
    pub summary: String,
    /// Whose group it is.
    pub grid_unit_id: GridUnitId,
    /// What that place is called.
    pub name: String,
    /// Its community.
    pub community_id: GridUnitId,
    /// What one is in it.
    pub part: Part,
    /// The name that stands in front for oneself.
    pub nickname: Option<String>,
    /// Did one ask for no notices?
    pub quiet: bool,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
}

/// Those of the groups that the actor belongs to, in the order given.
pub(super) fn views(connection: &mut PgConnection, actor: &Actor, groups: Vec<Group>) -> Result<Vec<GroupView>, ApiError> {
    let ids: Vec<GridUnitId> = groups.iter().map(|group| group.grid_unit_id).collect();
    let units = grid::units_by_ids(connection, &ids)?;
    let set = rows::settings_of(connection, actor.person)?;
    let view = |group: Group| {
        let unit = units.get(&group.grid_unit_id)?;
        let part = part_of(&actor.roles, &unit.path)?;
        let own = set.iter().find(|row| row.group_id == group.id);
        Some(GroupView {
            id: group.id,
            summary: format!("「{}」居民畅聊群", unit.name),
            grid_unit_id: group.grid_unit_id,
            name: unit.name.clone(),
            community_id: group.community_id,
            part,
            nickname: own.and_then(|row| row.nickname.clone()),
            quiet: own.is_some_and(|row| row.quiet),
            opened_at: group.opened_at,
        })
    };
    Ok(groups.into_iter().filter_map(view).collect())
}
