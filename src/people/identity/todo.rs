//! The one to-do list 多网融合: every noun's part (its home hook) in one order, by deadline. No noun keeps a list of its own.
//!
//! Filters narrow the *actor* and leave the hooks as they are: for one unit, roles reach no further than it (a hook that widens a role to
//! its community still shows what concerns the whole community); for "mine", the roles of a
//! whole office are left out, so what waits for any colleague of it isn't there.

use std::collections::HashSet;

use base::error::ApiError;
use base::ids::GridUnitId;
use chrono::{DateTime, Utc};
use diesel::PgConnection;

use super::actor::{Actor, HeldRole};
use super::hooks::{HomeItem, Hooks};
use super::role::Role;
use crate::grid::{GridPath, unit_find};

base::words! {
    /// Whose things a to-do list shows.
    Whose {
        /// One's own, and of one's own blocks, shop or entrance.
        Mine = "mine" "我的",
        /// Also what waits for anybody of one's office.
        All = "all" "全部",
    }
}

/// Roles that an office shares.
const SHARED: [Role; 4] = [Role::CommunityStaff, Role::StreetStaff, Role::UnitHandler, Role::Auditor];

/// Where an item stands in the list: earlier deadlines first, without one last.
pub(super) type Key = (DateTime<Utc>, String, String, String);

pub(super) fn key(item: &HomeItem) -> Key {
    let deadline = item.deadline.unwrap_or(DateTime::<Utc>::MAX_UTC);
    (deadline, item.kind.clone(), item.link.clone(), item.title.clone())
}

/// Everything that waits for the actor, in order.
pub(super) fn gather(connection: &mut PgConnection, actor: &Actor, hooks: &Hooks) -> Result<Vec<HomeItem>, ApiError> {
    let mut items = super::home::home(connection, actor)?;
    for hook in &hooks.home {
        items.extend(hook(connection, actor)?);
    }
    items.sort_by_cached_key(key);
    Ok(items)
}

/// The actor as far as the filters let them reach. A unit that isn't there narrows to nothing.
fn narrowed(connection: &mut PgConnection, actor: &Actor, whose: Whose, unit: Option<GridUnitId>) -> Result<Actor, ApiError> {
    let mut narrow = actor.clone();
    if whose == Whose::Mine {
        narrow.roles.retain(|held| !SHARED.contains(&held.role));
    }
    if let Some(unit) = unit {
        let path = unit_find(connection, unit)?.map(|unit| unit.path);
        narrow.roles = path.map_or_else(Vec::new, |path| within_unit(narrow.roles, unit, &path));
    }
    Ok(narrow)
}

/// The to-do list of an actor under its filters, in order: everything that waits, of which a reader may show a part.
pub fn todo_of(
    connection: &mut PgConnection,
    actor: &Actor,
    hooks: &Hooks,
    whose: Whose,
    unit: Option<GridUnitId>,
) -> Result<Vec<HomeItem>, ApiError> {
    let narrow = narrowed(connection, actor, whose, unit)?;
    gather(connection, &narrow, hooks)
}

/// Which items of an actor's list are theirs, and not only their office's: of each, in the order given.
pub fn own_among(
    connection: &mut PgConnection,
    actor: &Actor,
    hooks: &Hooks,
    unit: Option<GridUnitId>,
    items: &[HomeItem],
) -> Result<Vec<bool>, ApiError> {
    if !actor.roles.iter().any(|held| SHARED.contains(&held.role)) {
        return Ok(vec![true; items.len()]);
    }
    let own: HashSet<Key> = todo_of(connection, actor, hooks, Whose::Mine, unit)?.iter().map(key).collect();
    Ok(items.iter().map(|item| own.contains(&key(item))).collect())
}

/// Roles at or below the unit as they are; those above it as if they were bound to it; no others.
fn within_unit(roles: Vec<HeldRole>, unit: GridUnitId, path: &GridPath) -> Vec<HeldRole> {
    let at = |held: HeldRole| match held.path.clone() {
        Some(own) if path.covers(&own) => Some(held),
        Some(own) if own.covers(path) => Some(HeldRole { unit: Some(unit), path: Some(path.clone()), ..held }),
        _ => None,
    };
    roles.into_iter().filter_map(at).collect()
}

/// What comes next for somebody with an empty list.
pub fn empty_text(actor: &Actor) -> &'static str {
    let holds = |role: Role| actor.roles.iter().any(|held| held.role == role);
    if [Role::GridWorker, Role::CommunityStaff, Role::StreetStaff, Role::UnitHandler].into_iter().any(holds) {
        return "暂无待办。新的诉求、住址确认和审批会按期限排在这里。";
    }
    if [Role::MerchantOwner, Role::MerchantClerk].into_iter().any(holds) {
        return "暂无待办。新的兑换和对账单会出现在这里；顾客到店请扫码核销。";
    }
    if [Role::Resident, Role::NewEmployment].into_iter().any(holds) {
        return "暂无待办。可以去看看志愿服务和积分兑换；诉求的答复会出现在这里。";
    }
    "还没有认证身份：扫描楼门海报认领住址，或以新就业群体身份报到，之后的事项会出现在这里。"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(path: &str) -> HeldRole {
        HeldRole { role: Role::GridWorker, unit: None, path: Some(GridPath::new(path)), community: None, organization: None }
    }

    #[test]
    fn a_unit_narrows_what_lies_above_and_drops_what_lies_beside() {
        let unit = GridUnitId::new();
        let block = GridPath::new("S1/C1/E1/B1");
        let roles = within_unit(vec![held("S1/C1"), held("S1/C1/E1/B1/D1"), held("S1/C1/E1/B2")], unit, &block);
        let paths: Vec<_> = roles.iter().filter_map(|held| held.path.as_ref().map(GridPath::as_str)).collect();
        assert_eq!(paths, ["S1/C1/E1/B1", "S1/C1/E1/B1/D1"]);
    }
}
