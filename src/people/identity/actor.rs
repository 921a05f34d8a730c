//! The caller of a request: person, session, and the roles that they hold at this moment.

use base::db::{Context, DbResult, Principal};
use base::ids::{GridUnitId, OrganizationId, PersonId, RequestId, SessionId};
use diesel::prelude::*;
use diesel::{QueryableByName, sql_query, sql_types};
use uuid::Uuid;

use super::role::Role;
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
            return vec![HeldRole { role, unit: None, path: None, organization: None }];
        }
        self.roles.iter().filter(|held| held.role == role).cloned().collect()
    }

    /// For transactions of this request.
    pub fn context(&self, request: RequestId) -> Context {
        Context { principal: Principal::Person(self.person, self.session), request }
    }
}

#[derive(QueryableByName)]
struct ActorRow {
    #[diesel(sql_type = sql_types::Bool)]
    phone_bound: bool,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    role: Option<String>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    unit: Option<Uuid>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    path: Option<String>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    organization: Option<Uuid>,
}

/// Loads the caller in one round trip; `None` when the session has ended or the person is closed.
pub(super) fn load(connection: &mut PgConnection, person: PersonId, session: SessionId) -> DbResult<Option<Actor>> {
    let rows: Vec<ActorRow> = sql_query(
        "SELECT p.phone_lookup IS NOT NULL AS phone_bound, r.role, r.grid_unit_id AS unit, u.path, r.organization_id AS organization \
         FROM sessions s JOIN persons p ON p.id = s.person_id \
         LEFT JOIN roles r ON r.person_id = p.id AND r.starts_at <= palm_now() AND (r.ends_at IS NULL OR r.ends_at > palm_now()) \
         LEFT JOIN grid_units u ON u.id = r.grid_unit_id \
         WHERE s.id = $1 AND s.person_id = $2 AND s.ended_at IS NULL AND s.expires_at > palm_now() AND p.state = 'active'",
    )
    .bind::<sql_types::Uuid, _>(session.0)
    .bind::<sql_types::Uuid, _>(person.0)
    .load(connection)?;
    let Some(first) = rows.first() else { return Ok(None) };
    let phone_bound = first.phone_bound;
    let roles = rows.into_iter().filter_map(|row| {
        let role = Role::parse(row.role.as_deref()?)?;
        Some(HeldRole {
            role,
            unit: row.unit.map(GridUnitId),
            path: row.path.map(GridPath::new),
            organization: row.organization.map(OrganizationId),
        })
    });
    Ok(Some(Actor { person, session, roles: roles.collect(), phone_bound }))
}
