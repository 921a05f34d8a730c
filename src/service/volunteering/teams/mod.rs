//! Teams: people who come together. Whoever has the code joins; the leader signs members up. When the leader leaves, the member who
//! joined first leads; when the last one leaves, the team closes.

mod change;
pub mod http;
mod rows;

use base::error::ApiError;
use base::ids::PersonId;
use diesel::PgConnection;

pub use change::{NewTeam, TeamCode};
pub(crate) use change::{hand_over, leave_every};
pub(crate) use rows::names_of;

use super::{NOT_IN_TEAM, TEAM_LEADER_ONLY, TeamId, found};

/// Refuses unless `leader` leads the team and all `members` are in it. A team that they aren't in doesn't exist for them.
pub(crate) fn require_leader_of(
    connection: &mut PgConnection,
    team: TeamId,
    leader: PersonId,
    members: &[PersonId],
) -> Result<(), ApiError> {
    let found = found(rows::find_for(connection, team, leader)?)?;
    if found.leader_id != Some(leader) {
        return Err(ApiError::of(&TEAM_LEADER_ONLY));
    }
    let inside = rows::count_among(connection, team, members)?;
    if usize::try_from(inside).unwrap_or(0) != members.len() {
        return Err(ApiError::of(&NOT_IN_TEAM));
    }
    Ok(())
}
