//! Clocks of requests over HTTP: the product's clock is moved, never waited for.

mod moves;
mod on_call;
mod overdue;
mod terms;

use base::ids::OrganizationId;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Nullable, Text, Uuid as SqlUuid};
use people::identity::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Actor, TestApp};

pub(crate) const GOVERNANCE: &str = "/api/v1/governance";

pub(crate) fn id(view: &Value) -> String {
    view["id"].as_str().unwrap_or_else(|| panic!("no id: {view}")).to_owned()
}

/// A moment of Shanghai.
pub(crate) fn local(text: &str) -> DateTime<Utc> {
    format!("{text}+08:00").parse().expect("a time")
}

/// Of an answer.
pub(crate) fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap_or_else(|| panic!("no time: {value}")).parse().expect("a time")
}

pub(crate) fn count(app: &TestApp, sql: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    sql_query(format!("SELECT count(*) AS n FROM ({sql}) x")).get_result::<Count>(&mut app.owner()).expect("a count").n
}

/// A responsible unit of a community with one of its people.
pub(crate) fn unit(app: &TestApp, community: &str, name: &str) -> (OrganizationId, Actor) {
    let id = OrganizationId::new();
    sql_query(
        "INSERT INTO organizations (id, kind, name, code, grid_unit_id, state) VALUES ($1, 'company', $2, $3, $4, 'active')",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<Text, _>(name)
    .bind::<Text, _>(id.0.simple().to_string())
    .bind::<SqlUuid, _>(app.world.unit(community).0)
    .execute(&mut app.owner())
    .expect("a unit");
    (id, handler(app, id))
}

/// Another person of a unit.
pub(crate) fn handler(app: &TestApp, unit: OrganizationId) -> Actor {
    let actor = app.person(None);
    app.grant(&actor, Role::UnitHandler, None, Some(unit));
    actor
}

/// An item of the duty list, in force.
pub(crate) fn duty(app: &TestApp, community: &str, code: &str, class: &str, lead: Option<OrganizationId>) {
    let (one, two) = (app.person(None).person, app.person(None).person);
    let place = app.world.unit(community).0;
    sql_query(
        "INSERT INTO duty_items (id, community_id, code, version, jurisdiction_id, major, middle, title, lead_organization_id, \
         deadline_class, reason, state, requested_by, decided_by, decided_at) \
         VALUES ($1, $2, $3, 1, $2, '大类', '中类', $3, $4, $5, '测试', 'in_force', $6, $7, palm_now())",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<SqlUuid, _>(place)
    .bind::<Text, _>(code)
    .bind::<Nullable<SqlUuid>, _>(lead.map(|lead| lead.0))
    .bind::<Text, _>(class)
    .bind::<SqlUuid, _>(one.0)
    .bind::<SqlUuid, _>(two.0)
    .execute(&mut app.owner())
    .expect("a duty item");
}

/// Moves the product's clock to a moment of Shanghai in the future.
pub(crate) fn move_to(app: &TestApp, text: &str) {
    let now = base::db::now(&mut app.owner()).expect("the product's clock");
    let ahead = local(text) - now;
    assert!(ahead >= Duration::zero(), "{text} is over: it is {now}");
    app.move_clock(ahead);
}

/// Files a request as a resident of C1 at the first entrance.
pub(crate) async fn file(app: &TestApp, resident: &Actor, category: Option<&str>) -> Value {
    file_at(app, resident, "S1/C1/E1/B1/D1", category).await
}

/// Files a request at a place.
pub(crate) async fn file_at(app: &TestApp, resident: &Actor, place: &str, category: Option<&str>) -> Value {
    let mut body = json!({"text": "楼道里的灯坏了", "unit": app.world.unit(place)});
    if let Some(code) = category {
        body["category"] = json!(code);
    }
    resident.post(&format!("{GOVERNANCE}/requests"), &body).await.expect(201)
}

pub(crate) async fn find(actor: &Actor, request: &str) -> Value {
    actor.get(&format!("{GOVERNANCE}/requests/{request}")).await.expect(200)
}

/// The last clock of a kind.
pub(crate) fn clock<'a>(request: &'a Value, kind: &str) -> &'a Value {
    let clocks = request["clocks"].as_array().expect("clocks");
    clocks.iter().rfind(|clock| clock["kind"] == kind).unwrap_or(&Value::Null)
}

/// Runs the one sweep, at most that many chunks.
pub(crate) async fn sweep(app: &TestApp, chunks: Option<usize>) -> governance::requests::clocks::Swept {
    let db = app.serving.parts.db.clone();
    actix_web::web::block(move || governance::requests::clocks::sweep(&db, chunks)).await.expect("a thread").expect("a sweep")
}

/// Kinds of the events of a request, in their order.
pub(crate) async fn events(actor: &Actor, request: &str) -> Vec<String> {
    let page = actor.get(&format!("{GOVERNANCE}/requests/{request}/events?limit=100")).await.expect(200);
    let items = page["items"].as_array().expect("events").iter();
    items.map(|event| event["kind"].as_str().expect("a kind").to_owned()).collect()
}
