//! A small world: street S1 with communities C1 and C2; each has estate E1, blocks B1 and B2, entrances D1 and D2 in each block.
//! People are made with the roles that a test needs.

use std::collections::HashMap;

use base::ids::{GridUnitId, OrganizationId, PersonId, SessionId};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Binary, Nullable, Text, Uuid as SqlUuid};
use people::identity::{Role, sign};
use uuid::Uuid;

use super::{Actor, TestApp};

/// Units by path.
pub(crate) struct World {
    units: HashMap<String, GridUnitId>,
}

impl World {
    pub(crate) fn build(owner: &mut PgConnection) -> Self {
        let mut world = Self { units: HashMap::new() };
        world.add(owner, "street", None, "S1", "阳光街道");
        for community in ["C1", "C2"] {
            world.add(owner, "community", Some("S1"), community, "社区");
            let community = format!("S1/{community}");
            world.add(owner, "estate", Some(&community), "E1", "小区");
            let estate = format!("{community}/E1");
            for block in ["B1", "B2"] {
                world.add(owner, "block", Some(&estate), block, "片区");
                let block = format!("{estate}/{block}");
                for entrance in ["D1", "D2"] {
                    world.add(owner, "entrance", Some(&block), entrance, "楼门");
                }
            }
        }
        world
    }

    fn add(&mut self, owner: &mut PgConnection, kind: &str, parent: Option<&str>, code: &str, name: &str) {
        let id = GridUnitId::new();
        let path = parent.map_or_else(|| code.to_owned(), |parent| format!("{parent}/{code}"));
        let parent = parent.map(|parent| self.unit(parent).0);
        sql_query("INSERT INTO grid_units (id, kind, parent_id, code, path, name) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind::<SqlUuid, _>(id.0)
            .bind::<Text, _>(kind)
            .bind::<Nullable<SqlUuid>, _>(parent)
            .bind::<Text, _>(code)
            .bind::<Text, _>(&path)
            .bind::<Text, _>(name)
            .execute(owner)
            .expect("a unit");
        self.units.insert(path, id);
    }

    /// The unit at a path.
    pub(crate) fn unit(&self, path: &str) -> GridUnitId {
        self.units[path]
    }
}

impl TestApp {
    /// A signed-in person without any role; with a phone when one is given.
    pub(crate) fn person(&self, phone: Option<&str>) -> Actor {
        let person = PersonId::new();
        let ring = &self.serving.parts.ring;
        let sealed = phone.map(|phone| ring.seal(&format!("persons|phone|{person}"), phone).expect("sealed"));
        let lookup = phone.map(|phone| ring.lookup("phone", phone));
        let mut owner = self.owner();
        let number = format!("SQ-T-{}", Uuid::new_v4().simple());
        sql_query("INSERT INTO persons (id, short_number, nickname, phone_sealed, phone_lookup) VALUES ($1, $2, '居民', $3, $4)")
            .bind::<SqlUuid, _>(person.0)
            .bind::<Text, _>(number)
            .bind::<Nullable<Binary>, _>(sealed)
            .bind::<Nullable<Binary>, _>(lookup)
            .execute(&mut owner)
            .expect("a person");
        self.as_person(person)
    }

    /// Somebody who is there already, signed in.
    pub(crate) fn as_person(&self, person: PersonId) -> Actor {
        let (session, ring, mut owner) = (SessionId::new(), &self.serving.parts.ring, self.owner());
        sql_query(
            "INSERT INTO sessions (id, person_id, device, refresh_hash, expires_at) VALUES ($1, $2, 'test', $3, palm_now() + interval '10 years')",
        )
        .bind::<SqlUuid, _>(session.0)
        .bind::<SqlUuid, _>(person.0)
        .bind::<Binary, _>(Uuid::new_v4().as_bytes().to_vec())
        .execute(&mut owner)
        .expect("a session");
        let token = sign(ring, person, session, 3600).expect("a token");
        Actor::new(&self.url, &self.client, Some((person, token)))
    }

    /// Gives a role at a unit.
    pub(crate) fn grant(&self, actor: &Actor, role: Role, unit: Option<GridUnitId>, organization: Option<OrganizationId>) {
        sql_query(
            "INSERT INTO roles (id, person_id, role, grid_unit_id, organization_id, starts_at, source) VALUES ($1, $2, $3, $4, $5, palm_now(), 'operator')",
        )
        .bind::<SqlUuid, _>(Uuid::now_v7())
        .bind::<SqlUuid, _>(actor.person.0)
        .bind::<Text, _>(role.name())
        .bind::<Nullable<SqlUuid>, _>(unit.map(|unit| unit.0))
        .bind::<Nullable<SqlUuid>, _>(organization.map(|organization| organization.0))
        .execute(&mut self.owner())
        .expect("a role");
    }

    /// A person holding a role at a path, with a phone of their own.
    pub(crate) fn actor(&self, role: Role, path: &str) -> Actor {
        let phone = format!("199{:08}", Uuid::new_v4().as_u128() % 100_000_000);
        let actor = self.person(Some(&phone));
        self.grant(&actor, role, Some(self.world.unit(path)), None);
        actor
    }

    /// A resident of the first entrance of C1.
    pub(crate) fn resident(&self) -> Actor {
        self.actor(Role::Resident, "S1/C1/E1/B1/D1")
    }
    /// The grid worker of block B1 of C1.
    pub(crate) fn grid_worker(&self) -> Actor {
        self.actor(Role::GridWorker, "S1/C1/E1/B1")
    }
    /// Staff of community C1.
    pub(crate) fn staff(&self) -> Actor {
        self.actor(Role::CommunityStaff, "S1/C1")
    }
    /// The street's staff.
    pub(crate) fn street(&self) -> Actor {
        self.actor(Role::StreetStaff, "S1")
    }
}
