//! The caller of a request: person, session, and the roles that they hold at this moment.

use base::db::{Context, DbResult, Principal};
use base::ids::{GridUnitId, OrganizationId, PersonId, RequestId, SessionId};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text, Uuid as SqlUuid};
use uuid::Uuid;

use super::role::Role;
use super::rows_role;
use crate::grid::GridPath;

/// One role held now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRole {
    /// The role.
    pub role: Role,
    /// The unit it is bound to.
    pub unit: Option<GridUnitId>,
    /// That unit's place in the tree.
    pub path: Option<GridPath>,
    /// The community that the unit lies in; none for a street.
    pub community: Option<GridUnitId>,
    /// The organization it is bound to.
    pub organization: Option<OrganizationId>,
}

/// The caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub person: PersonId,
    /// On which device.
    pub session: SessionId,
    /// What they hold now.
    pub roles: Vec<HeldRole>,
    /// Has a phone been bound?
    pub phone_bound: bool,
}

impl Actor {
    /// The rows of a role; everybody holds `Person`.
    pub fn holding(&self, role: Role) -> Vec<HeldRole> {
        if role == Role::Person {
            return vec![HeldRole { role, unit: None, path: None, community: None, organization: None }];
        }
        self.roles.iter().filter(|held| held.role == role).cloned().collect()
    }

    /// For transactions of this request.
    pub fn context(&self, request: RequestId) -> Context {
        Context { principal: Principal::Person(self.person, self.session), request }
    }
}

base::statement! {
    /// Part of every request that writes, and of the first read in five seconds.
    ActorQuery { person: Uuid, session: Uuid, } -> (Bool, Nullable<Text>, Nullable<SqlUuid>, Nullable<Text>, Nullable<SqlUuid>, Nullable<SqlUuid>) {
        "SELECT p.phone_lookup IS NOT NULL, r.role, r.grid_unit_id, u.path, c.id, r.organization_id \
         FROM (SELECT palm_now() AS now OFFSET 0) clock \
         JOIN sessions s ON s.id = " (session: SqlUuid) " AND s.person_id = " (person: SqlUuid)
        " AND s.ended_at IS NULL AND s.expires_at > clock.now JOIN persons p ON p.id = s.person_id AND p.state = 'active' \
         LEFT JOIN roles r ON r.person_id = p.id AND r.starts_at <= clock.now AND (r.ends_at IS NULL OR r.ends_at > clock.now) \
         LEFT JOIN grid_units u ON u.id = r.grid_unit_id \
         LEFT JOIN grid_units c ON c.path = substring(u.path FROM '^[^/]+/[^/]+')"
    }
}

/// Phone bound, role, its unit, that unit's path, that unit's community, organization.
type ActorRow = (bool, Option<String>, Option<GridUnitId>, Option<GridPath>, Option<GridUnitId>, Option<OrganizationId>);

/// Loads the caller in one round trip; `None` when the session has ended or the person is closed.
pub(super) fn load(connection: &mut PgConnection, person: PersonId, session: SessionId) -> DbResult<Option<Actor>> {
    let rows: Vec<ActorRow> = ActorQuery { person: &person.0, session: &session.0 }.load(connection)?;
    let Some(first) = rows.first() else { return Ok(None) };
    let phone_bound = first.0;
    let roles = rows.into_iter().filter_map(|(_, role, unit, path, community, organization)| {
        Some(HeldRole { role: Role::parse(role.as_deref()?)?, unit, path, community, organization })
    });
    Ok(Some(Actor { person, session, roles: roles.collect(), phone_bound }))
}

/// The roles of a person who isn't calling: units and paths of what they hold now.
pub(super) fn roles_of(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<HeldRole>> {
    let now = base::db::now(connection)?;
    let rows = rows_role::held(connection, person, now)?;
    let ids: Vec<GridUnitId> = rows.iter().filter_map(|row| row.grid_unit_id).collect();
    let units = crate::grid::units_by_ids(connection, &ids)?;
    let held = rows.into_iter().filter_map(|row| {
        let path = row.grid_unit_id.and_then(|unit| units.get(&unit)).map(|unit| unit.path.clone());
        let role = Role::parse(&row.role)?;
        Some(HeldRole { role, unit: row.grid_unit_id, path, community: None, organization: row.organization_id })
    });
    Ok(held.collect())
}
