//! The duty list's part of the home screen and to-do list.

use base::error::ApiError;
use diesel::PgConnection;
use people::grid::Scope;
use people::identity::{Actor, HomeItem, Role};

use super::rows;

/// Drafts that wait for this person's approval.
pub fn home(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let community = actor.holding(Role::CommunityStaff).into_iter().filter_map(|held| Some(held.path?.community()));
    let street = actor.holding(Role::StreetStaff).into_iter().filter_map(|held| Some(held.path?.street()));
    let scope = Scope { units: community.chain(street).collect(), ..Scope::default() };
    if scope.units.is_empty() {
        return Ok(Vec::new());
    }
    let count = rows::waiting(connection, &scope, actor.person)?;
    let item = (count > 0).then(|| HomeItem {
        kind: "duty_draft".to_owned(),
        title: "责任清单".to_owned(),
        summary: format!("有 {count} 条责任清单草稿待审批"),
        deadline: None,
        link: "/api/v1/governance/duty-drafts".to_owned(),
    });
    Ok(item.into_iter().collect())
}
