//! To which groups somebody belongs, for many people at once: the groups above a place are looked up by its path, and `reach::part_of`
//! has the last word, as everywhere.

use std::collections::BTreeMap;

use people::grid::GridPath;
use people::identity::{HeldRole, Role};

use crate::reach::part_of;
use crate::{GroupId, TopicId};

/// A topic and the number of its newest message.
pub(super) type Newest = (TopicId, i32);

/// Groups in which there is something to read, by the path of their place.
#[derive(Debug, Default)]
pub(super) struct Places(BTreeMap<String, (GroupId, Vec<Newest>)>);

impl Places {
    /// Adds a topic of the group of a place.
    pub(super) fn add(&mut self, path: &GridPath, group: GroupId, topic: Newest) {
        self.0.entry(path.as_str().to_owned()).or_insert_with(|| (group, Vec::new())).1.push(topic);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The groups of somebody with these roles, each once.
    pub(super) fn of(&self, roles: &[HeldRole]) -> Vec<&(GroupId, Vec<Newest>)> {
        let mut paths: Vec<&str> = Vec::new();
        for held in roles {
            let Some(place) = &held.path else { continue };
            let place = place.as_str();
            let ends = place.match_indices('/').map(|(end, _)| end).chain([place.len()]);
            paths.extend(ends.filter_map(|end| place.get(..end)));
            if held.role == Role::NewEmployment {
                let below = format!("{place}/");
                let under = self.0.range(below.clone()..).take_while(|(path, _)| path.starts_with(&below));
                paths.extend(under.map(|(path, _)| path.as_str()));
            }
        }
        paths.sort_unstable();
        paths.dedup();
        let belongs = paths.into_iter().filter(|path| part_of(roles, &GridPath::new(*path)).is_some());
        belongs.filter_map(|path| self.0.get(path)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(places: &Places, role: Role, path: &str) -> Vec<GroupId> {
        let held = HeldRole { role, unit: None, path: Some(GridPath::new(path)), community: None, organization: None };
        places.of(&[held]).into_iter().map(|(group, _)| *group).collect()
    }

    #[test]
    fn the_groups_of_a_place_are_those_above_it_and_of_a_street_its_communities() {
        let mut places = Places::default();
        let paths = ["S1/C1", "S1/C1/E1", "S1/C1/E1/B1", "S1/C1/E10", "S1/C2"];
        let groups: Vec<GroupId> = paths.iter().map(|_| GroupId::new()).collect();
        for (path, group) in paths.iter().zip(&groups) {
            places.add(&GridPath::new(*path), *group, (TopicId::new(), 1));
        }
        assert_eq!(of(&places, Role::Resident, "S1/C1/E1/B1/D1"), groups[..3]);
        assert_eq!(of(&places, Role::NewEmployment, "S1"), [groups[0], groups[4]]);
        assert_eq!(of(&places, Role::Resident, "S2/C1/E1"), []);
        assert_eq!(of(&places, Role::StreetStaff, "S1"), []);
    }
}
