//! Requests over HTTP, from filing to rating. The clock is moved, never waited for; after each story every check of the audit is silent.

mod bulk;
mod exports;
mod filing;
mod finding;
mod hooks;
mod intake;
mod matters;
mod merging;
mod moves;
mod path;
mod phone;
mod points;
mod returns;
mod scopes;

use base::ids::OrganizationId;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Uuid as SqlUuid};
use people::identity::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Actor, TestApp};

pub(crate) const REQUESTS: &str = "/api/v1/governance/requests";

pub(crate) fn id(view: &Value) -> String {
    view["id"].as_str().unwrap_or_else(|| panic!("no id: {view}")).to_owned()
}

/// What a resident sends about a lamp at their entrance.
pub(crate) fn lamp(app: &TestApp) -> Value {
    json!({"text": "三号楼门口路灯不亮，晚上看不清路。", "unit": app.world.unit("S1/C1/E1/B1/D1")})
}

/// A unit at work at a place.
pub(crate) fn unit_at(app: &TestApp, path: &str, name: &str) -> OrganizationId {
    let id = OrganizationId::new();
    sql_query(
        "INSERT INTO organizations (id, kind, name, code, grid_unit_id, state) VALUES ($1, 'office', $2, $3, $4, 'active')",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<Text, _>(name)
    .bind::<Text, _>(format!("O-{}", Uuid::new_v4().simple()))
    .bind::<SqlUuid, _>(app.world.unit(path).0)
    .execute(&mut app.owner())
    .expect("an organization");
    id
}

/// Somebody who works for a unit.
pub(crate) fn handler_of(app: &TestApp, unit: OrganizationId) -> Actor {
    let actor = app.person(Some(&format!("199{:08}", Uuid::new_v4().as_u128() % 100_000_000)));
    app.grant(&actor, Role::UnitHandler, None, Some(unit));
    actor
}

/// An item of the duty list in force in a community.
pub(crate) fn duty(
    app: &TestApp,
    community: &str,
    code: &str,
    lead: Option<OrganizationId>,
    co: &[OrganizationId],
    questions: Value,
) {
    let (one, other) = (app.person(None), app.person(None));
    let community = app.world.unit(community).0;
    sql_query(
        "INSERT INTO duty_items (id, community_id, code, version, jurisdiction_id, major, middle, title, lead_organization_id, co_units, \
         deadline_class, questions, reason, state, requested_by, decided_by, decided_at) VALUES ($1, $2, $3, 1, $2, '市政', '照明', '路灯不亮', $4, $5, \
         'general_7d', $6, '启用', 'in_force', $7, $8, palm_now())",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<SqlUuid, _>(community)
    .bind::<Text, _>(code)
    .bind::<Nullable<SqlUuid>, _>(lead.map(|unit| unit.0))
    .bind::<Array<SqlUuid>, _>(co.iter().map(|unit| unit.0).collect::<Vec<_>>())
    .bind::<Jsonb, _>(questions)
    .bind::<SqlUuid, _>(one.person.0)
    .bind::<SqlUuid, _>(other.person.0)
    .execute(&mut app.owner())
    .expect("an item of the duty list");
}

/// A server, people of C1, and two units: the lamps' and the roads'. `A01-01` is the lamps' duty, with the roads helping.
struct Stage {
    app: TestApp,
    resident: Actor,
    worker: Actor,
    staff: Actor,
    street: Actor,
    lamps: OrganizationId,
    roads: OrganizationId,
    lamp_man: Actor,
    road_man: Actor,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let (lamps, roads) = (unit_at(&app, "S1", "路灯管理所"), unit_at(&app, "S1/C1", "市政养护队"));
        duty(&app, "S1/C1", "A01-01", Some(lamps), &[roads], json!([]));
        Self {
            resident: app.resident(),
            worker: app.grid_worker(),
            staff: app.staff(),
            street: app.street(),
            lamp_man: handler_of(&app, lamps),
            road_man: handler_of(&app, roads),
            lamps,
            roads,
            app,
        }
    }

    /// A request about a lamp, in the community's queue.
    async fn queued(&self) -> String {
        id(&self.resident.post(REQUESTS, &lamp(&self.app)).await.expect(201))
    }

    /// A request about a lamp, given to the lamps' unit by the duty list.
    async fn dispatched(&self) -> String {
        let mut body = lamp(&self.app);
        body["category"] = json!("A01-01");
        id(&self.resident.post(REQUESTS, &body).await.expect(201))
    }

    /// One that the lamps' unit has begun.
    async fn begun(&self) -> String {
        let request = self.dispatched().await;
        self.done(&self.lamp_man, &request, "accept", json!({})).await;
        request
    }

    /// One that is answered as solved.
    async fn answered(&self) -> String {
        let request = self.begun().await;
        self.done(&self.lamp_man, &request, "answer", solved()).await;
        request
    }

    fn path(request: &str, verb: &str) -> String {
        format!("{REQUESTS}/{request}/{verb}")
    }

    /// Somebody does something that has to work.
    async fn done(&self, by: &Actor, request: &str, verb: &str, body: Value) -> Value {
        by.post(&Self::path(request, verb), &body).await.expect(200)
    }

    /// Kinds of events that somebody sees, in their order.
    async fn timeline(&self, by: &Actor, request: &str) -> Vec<String> {
        let page = by.get(&format!("{}?limit=100", Self::path(request, "events"))).await.expect(200);
        let items = page["items"].as_array().expect("items").clone();
        items.iter().map(|item| item["kind"].as_str().expect("a kind").to_owned()).collect()
    }

    /// Kinds of notices in a person's inbox, oldest first.
    async fn inbox(&self, actor: &Actor) -> Vec<String> {
        let page = actor.get("/api/v1/me/inbox?limit=100").await.expect(200);
        let mut items = page["items"].as_array().expect("items").clone();
        items.sort_by_key(|item| item["sequence"].as_i64());
        items.iter().map(|item| item["kind"].as_str().expect("a kind").to_owned()).collect()
    }

    /// How many rows a query finds, as the owner.
    fn count(&self, sql: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            n: i64,
        }
        let count = format!("SELECT count(*) AS n FROM ({sql}) x");
        sql_query(count).get_result::<Count>(&mut self.app.owner()).expect("a count").n
    }

    /// Every check of the audit finds nothing.
    #[track_caller]
    fn assert_sound(&self) {
        for check in governance::requests::CHECKS {
            assert_eq!(self.count(check.sql), 0, "{}: {}", check.name, check.what);
        }
    }
}

fn solved() -> Value {
    json!({"outcome": "solved", "text": "灯泡已更换，请您查看。"})
}

fn rating(resolved: bool, mark: i32) -> Value {
    json!({"resolved": resolved, "speed": mark, "effect": mark, "attitude": mark, "feedback": mark})
}
