//! Who belongs to a group, by the roles that they hold now. A resident's role exists only while the residence is confirmed, so a move
//! ends it the same day.

use base::db::DbResult;
use base::error::ApiError;
pub(crate) use base::error::{found, moved};
use base::ids::{GridUnitId, PersonId};
use diesel::PgConnection;
use people::grid::{self, GridPath, GridUnit, Scope};
use people::identity::{self, Actor, HeldRole, Role};
pub(crate) use people::notify::tell;

/// What somebody is in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Lives or works there: reads and writes.
    Member,
    /// Works for a place below: reads and writes as a worker, moderates nothing.
    Worker,
    /// Works for the group's place or a place above it, up to the community.
    Moderator,
}

/// Is it the path of a community?
fn is_community(path: &GridPath) -> bool {
    path.community() == *path && path.street() != *path
}

/// What somebody with these roles is in the group of a place; `None`: it isn't there for them.
///
/// Residents and building heads belong to the groups of the places above their entrance; people who are registered to work in a street
/// to the groups of its communities; grid workers to those above their place, which they don't moderate, and those at or below, which
/// they do; the community's staff moderate all of their community.
pub fn part_of(roles: &[HeldRole], group: &GridPath) -> Option<Part> {
    let part = |held: &HeldRole| {
        let place = held.path.as_ref()?;
        let lies_there = group.covers(place);
        match held.role {
            Role::Resident | Role::BuildingHead => lies_there.then_some(Part::Member),
            Role::NewEmployment => (lies_there || (is_community(group) && place.covers(group))).then_some(Part::Member),
            Role::GridWorker if place.covers(group) => Some(Part::Moderator),
            Role::GridWorker => lies_there.then_some(Part::Worker),
            Role::CommunityStaff => place.community().covers(group).then_some(Part::Moderator),
            _ => None,
        }
    };
    roles.iter().filter_map(part).max()
}

/// Where the groups of somebody with these roles are: units by id, and whatever lies at or below a place.
pub(crate) fn places_of(connection: &mut PgConnection, actor: &Actor) -> DbResult<(Vec<GridUnitId>, Scope)> {
    let (mut units, mut scope) = (Vec::new(), Scope::default());
    for held in &actor.roles {
        let Some(place) = &held.path else { continue };
        match held.role {
            Role::CommunityStaff => scope.units.push(place.community()),
            Role::GridWorker => scope.units.push(place.clone()),
            Role::Resident | Role::BuildingHead | Role::NewEmployment => {}
            _ => continue,
        }
        units.extend(grid::above(connection, place)?.into_iter().map(|unit| unit.id));
        if held.role == Role::NewEmployment {
            let street = Scope { units: vec![place.clone()], ..Scope::default() };
            let communities = grid::units_below(connection, &street, Some(grid::UnitKind::Community), None, 200)?;
            units.extend(communities.into_iter().map(|unit| unit.id));
        }
    }
    Ok((units, scope))
}

/// The path of a stored thing's unit.
pub(crate) fn path_of(connection: &mut PgConnection, unit: GridUnitId) -> Result<GridPath, ApiError> {
    Ok(found(grid::unit_find(connection, unit)?)?.path)
}

/// The place that a request names, with its community: 404 when the scope doesn't reach it, 422 for a street.
pub(crate) fn place_named(
    connection: &mut PgConnection,
    scope: &Scope,
    unit: GridUnitId,
    pointer: &str,
) -> Result<(GridUnit, GridUnitId), ApiError> {
    let unit = found(grid::unit_find(connection, unit)?)?;
    scope.require_unit(&unit.path)?;
    let community = grid::community_of(connection, unit.id)?;
    let community = community.ok_or_else(|| ApiError::invalid(pointer, "must be a community or below"))?.id;
    Ok((unit, community))
}

/// Who moderates the group of a place, the nearest first.
pub(crate) fn moderators(connection: &mut PgConnection, place: &GridPath) -> DbResult<Vec<PersonId>> {
    let mut people = identity::people_over(connection, Role::GridWorker, place)?;
    for staff in identity::people_over(connection, Role::CommunityStaff, place)? {
        if !people.contains(&staff) {
            people.push(staff);
        }
    }
    Ok(people)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(role: Role, path: &str) -> HeldRole {
        HeldRole { role, unit: None, path: Some(GridPath::new(path)), community: None, organization: None }
    }

    fn part(role: Role, at: &str, group: &str) -> Option<Part> {
        part_of(&[held(role, at)], &GridPath::new(group))
    }

    #[test]
    fn a_resident_belongs_to_what_lies_above_the_entrance() {
        for group in ["S1/C1", "S1/C1/E1", "S1/C1/E1/B1", "S1/C1/E1/B1/D1"] {
            assert_eq!(part(Role::Resident, "S1/C1/E1/B1/D1", group), Some(Part::Member), "{group}");
        }
        for group in ["S1/C2", "S1/C1/E1/B2", "S1/C1/E1/B1/D2", "S1/C1/E1/B10"] {
            assert_eq!(part(Role::Resident, "S1/C1/E1/B1/D1", group), None, "{group}");
        }
    }

    #[test]
    fn a_worker_moderates_at_and_below_and_takes_part_above() {
        assert_eq!(part(Role::GridWorker, "S1/C1/E1/B1", "S1/C1/E1/B1/D1"), Some(Part::Moderator));
        assert_eq!(part(Role::GridWorker, "S1/C1/E1/B1", "S1/C1"), Some(Part::Worker));
        assert_eq!(part(Role::GridWorker, "S1/C1/E1/B1", "S1/C1/E1/B2"), None);
        assert_eq!(part(Role::CommunityStaff, "S1/C1", "S1/C1/E1/B2"), Some(Part::Moderator));
        assert_eq!(part(Role::CommunityStaff, "S1/C1", "S1/C2"), None);
    }

    #[test]
    fn who_works_in_the_street_belongs_to_its_communities_only() {
        assert_eq!(part(Role::NewEmployment, "S1", "S1/C1"), Some(Part::Member));
        assert_eq!(part(Role::NewEmployment, "S1", "S1/C1/E1"), None);
        assert_eq!(part(Role::NewEmployment, "S1/C1", "S1/C2"), None);
        assert_eq!(part(Role::StreetStaff, "S1", "S1/C1"), None);
    }
}
