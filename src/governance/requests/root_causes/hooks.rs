//! Root-cause cases on the to-do list: planned ones of one's community or unit, by date.

use base::clock::shanghai_midnight;
use base::error::ApiError;
use base::ids::OrganizationId;
use diesel::PgConnection;
use people::grid::Scope;
use people::identity::{Actor, HomeItem, Role};

use super::rows;

/// Items of one home screen.
const SHOWN: i64 = 20;

/// Hook of the home screen.
pub fn home(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let paths = actor.holding(Role::CommunityStaff).into_iter().filter_map(|held| held.path.map(|path| path.community()));
    let units: Vec<_> = paths.collect();
    let held = actor.holding(Role::UnitHandler).into_iter().filter_map(|held| held.organization);
    let organizations: Vec<OrganizationId> = held.collect();
    if units.is_empty() && organizations.is_empty() {
        return Ok(Vec::new());
    }
    let scope = Scope { units, organizations, ..Scope::default() };
    let item = |row: rows::Cause| HomeItem {
        kind: "root_cause".to_owned(),
        title: "类案整改".to_owned(),
        summary: format!("类案「{}」，{}", row.title, row.state.zh()),
        deadline: row.due_on.map(shanghai_midnight),
        link: format!("/api/v1/governance/root-causes/{}", row.id),
    };
    Ok(rows::planned(connection, &scope, SHOWN)?.into_iter().map(item).collect())
}
