//! Palm governance over HTTP.

pub(crate) mod chat;
pub(crate) mod clocks;
mod connectors;
mod duty_list;
mod facilities;
mod grid_tasks;
mod joint_cases;
mod kpis;
mod leads;
mod mediations;
mod neighbours;
pub(crate) mod open311;
pub(crate) mod requests;
mod root_causes;
mod starter_packs;
mod suggest;

use base::ids::{GridUnitId, OrganizationId};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Text, Uuid as SqlUuid};

use crate::support::{Actor, TestApp};

/// An active organization of a community or street.
pub(crate) fn organization(app: &TestApp, kind: &str, name: &str, code: &str, unit: GridUnitId) -> OrganizationId {
    let id = OrganizationId::new();
    sql_query("INSERT INTO organizations (id, kind, name, code, grid_unit_id, state) VALUES ($1, $2, $3, $4, $5, 'active')")
        .bind::<SqlUuid, _>(id.0)
        .bind::<Text, _>(kind)
        .bind::<Text, _>(name)
        .bind::<Text, _>(code)
        .bind::<SqlUuid, _>(unit.0)
        .execute(&mut app.owner())
        .expect("an organization");
    id
}

/// Makes people confirmed residents of one dwelling.
pub(crate) fn one_household(app: &TestApp, people: &[&Actor]) {
    let (community, entrance) = (app.world.unit("S1/C1"), app.world.unit("S1/C1/E1/B1/D1"));
    let household = uuid::Uuid::now_v7();
    sql_query("INSERT INTO households (id, community_id, entrance_id, address_sealed, room_lookup) VALUES ($1, $2, $3, '\\x00', '\\x00')")
        .bind::<SqlUuid, _>(household)
        .bind::<SqlUuid, _>(community)
        .bind::<SqlUuid, _>(entrance)
        .execute(&mut app.owner())
        .expect("a household");
    for actor in people {
        sql_query(
            "INSERT INTO residencies (id, person_id, community_id, entrance_id, household_id, state, how, confirmed_at) \
             VALUES (gen_random_uuid(), $1, $2, $3, $4, 'confirmed', 'register', palm_now())",
        )
        .bind::<SqlUuid, _>(actor.person)
        .bind::<SqlUuid, _>(community)
        .bind::<SqlUuid, _>(entrance)
        .bind::<SqlUuid, _>(household)
        .execute(&mut app.owner())
        .expect("a residency");
    }
}

/// How many rows a table has.
fn count(app: &crate::support::TestApp, table: &str) -> i64 {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    diesel::sql_query(format!("SELECT count(*) AS n FROM {table}")).get_result::<Count>(&mut app.owner()).expect("a count").n
}

/// What the check of a public text comes to in the end.
pub(crate) fn published(app: &TestApp, request: &str) {
    let done = sql_query("UPDATE requests SET publication = 'published' WHERE id = $1 AND public")
        .bind::<SqlUuid, _>(request.parse::<uuid::Uuid>().expect("an id"))
        .execute(&mut app.owner());
    assert_eq!(done, Ok(1));
}
