//! Groups: one a grid unit, opened by a worker of it. Who belongs to one is asked of roles (`reach`); a row of `chat_members` only keeps
//! what somebody set: the nickname in front, and silence.

mod enter;
pub mod http;
pub(crate) mod rows;
mod view;

use base::error::{self, ApiError};
use base::ids::GridUnitId;
use base::page::Window;
use diesel::PgConnection;
use people::grid::{self, GridPath, GridUnit};
use people::identity::{self, Actor};

use crate::reach::{found, part_of, path_of, places_of};
use crate::topics::{self, Topic, TopicState};
use crate::{GroupId, Part, TopicId};

pub use enter::{NewGroup, NewSettings};
pub use view::GroupView;

base::error_codes! {
    CHAT_GROUP_THERE 409 "chat_group_there" "该网格的群组已经开通。" "This grid unit has its group already.";
    CHAT_NICKNAME_REFUSED 422 "chat_nickname_refused" "群昵称未通过审核，请换一个。" "The nickname did not pass the check; choose another.";
}

people::permissions! {
    /// Open the group of a grid unit.
    ChatGroupOpen "chat_group_open" [GridWorker Grid, CommunityStaff Community];
    /// List the groups that one belongs to.
    ChatGroupList "chat_group_list" [Resident Own, BuildingHead Own, NewEmployment Own, GridWorker Grid, CommunityStaff Community];
    /// See a group that one belongs to.
    ChatGroupFind "chat_group_find" [Resident Own, BuildingHead Own, NewEmployment Own, GridWorker Grid, CommunityStaff Community];
    /// Set the nickname in front and silence, for oneself in a group.
    ChatSettingsUpdate "chat_settings_update" [Resident Own, BuildingHead Own, NewEmployment Own, GridWorker Grid, CommunityStaff Community];
}

/// A group as somebody who belongs to it stands to it.
#[derive(Debug, Clone)]
pub(crate) struct Within {
    pub(crate) group: rows::Group,
    pub(crate) path: GridPath,
    pub(crate) part: Part,
}

/// A group that somebody belongs to, with its place.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    pub(crate) group: rows::Group,
    pub(crate) unit: GridUnit,
}

/// Groups that one person may belong to; only the staff of a large community come near.
const GROUPS: i64 = 5_000;

/// A topic as somebody who may read it stands to it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) topic: Topic,
    pub(crate) path: GridPath,
    pub(crate) part: Part,
}

impl Seen {
    pub(crate) fn moderates(&self) -> bool {
        self.part == Part::Moderator
    }
}

/// 403 for minors, 404 for everybody who doesn't belong there now.
fn part_in(connection: &mut PgConnection, actor: &Actor, path: &GridPath) -> Result<Part, ApiError> {
    let part = found(part_of(&actor.roles, path))?;
    identity::require_of_age(connection, actor.person)?;
    Ok(part)
}

/// The groups that the actor belongs to now, in the order in which they were opened; 403 for minors.
pub(crate) fn own(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<Own>, ApiError> {
    identity::require_of_age(connection, actor.person)?;
    let (units, scope) = places_of(connection, actor)?;
    let groups = rows::list(connection, &units, &scope, &Window { limit: GROUPS, after: None })?;
    let ids: Vec<GridUnitId> = groups.iter().map(|group| group.grid_unit_id).collect();
    let units = grid::units_by_ids(connection, &ids)?;
    let own = |group: rows::Group| {
        let unit = units.get(&group.grid_unit_id)?.clone();
        part_of(&actor.roles, &unit.path).map(|_part| Own { unit, group })
    };
    Ok(groups.into_iter().filter_map(own).collect())
}

/// A group that the actor belongs to; else 404.
pub(crate) fn belongs(connection: &mut PgConnection, actor: &Actor, id: GroupId) -> Result<Within, ApiError> {
    let group = found(rows::find(connection, id)?)?;
    let path = path_of(connection, group.grid_unit_id)?;
    let part = part_in(connection, actor, &path)?;
    Ok(Within { group, path, part })
}

/// A topic that the actor may read: one of a group that they belong to; before it is open, only its author and who moderates it. 404
/// otherwise, 403 for minors. Ask again whenever something is shown: roles end.
pub(crate) fn may_read(connection: &mut PgConnection, actor: &Actor, id: TopicId) -> Result<Seen, ApiError> {
    let topic = found(topics::find(connection, id)?)?;
    let path = path_of(connection, topic.grid_unit_id)?;
    let part = part_in(connection, actor, &path)?;
    let open = matches!(topic.state, TopicState::Open | TopicState::Closed);
    let own = topic.author_id == Some(actor.person);
    if open || own || part == Part::Moderator { Ok(Seen { topic, path, part }) } else { Err(ApiError::of(&error::NOT_FOUND)) }
}

/// `may_read` for moderators only: 403 for other members.
pub(crate) fn may_moderate(connection: &mut PgConnection, actor: &Actor, id: TopicId) -> Result<Seen, ApiError> {
    let seen = may_read(connection, actor, id)?;
    // A right of another place says nothing here: for them it isn't there to be moderated.
    if seen.moderates() { Ok(seen) } else { Err(ApiError::of(&error::NOT_FOUND)) }
}
