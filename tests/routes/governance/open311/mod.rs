//! Open311 over HTTP, as its clients speak: forms in, XML and JSON out.

mod clients;
mod filing;
mod reading;
mod states;
mod updates;
mod validator;
mod xml;

use base::ids::{GridUnitId, OrganizationId};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, Jsonb, Nullable, Text, Uuid as SqlUuid};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Actor, Reply, TestApp};

const V2: &str = "/open311/v2";
const DEMO_KEY: &str = "demo-open311-key";

/// An active unit of the street.
pub(super) fn unit(app: &TestApp, name: &str) -> OrganizationId {
    let id = OrganizationId::new();
    sql_query(
        "INSERT INTO organizations (id, kind, name, code, grid_unit_id, state) VALUES ($1, 'company', $2, $3, $4, 'active')",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<Text, _>(name)
    .bind::<Text, _>(format!("U-{}", id.0.simple()))
    .bind::<SqlUuid, _>(app.world.unit("S1").0)
    .execute(&mut app.owner())
    .expect("a unit");
    id
}

/// An item of the duty list in force.
pub(super) fn duty(
    app: &TestApp,
    community: GridUnitId,
    code: &str,
    title: &str,
    lead: Option<OrganizationId>,
    questions: &Value,
) {
    let (one, two) = (app.person(None), app.person(None));
    sql_query(
        "INSERT INTO duty_items (id, community_id, code, version, jurisdiction_id, major, middle, title, lead_organization_id, deadline_class, \
         questions, synonyms, reason, state, requested_by, decided_by, decided_at) \
         VALUES ($1, $2, $3, 1, $2, '市政设施', '照明', $4, $5, 'general_7d', $6, $7, '初次', 'in_force', $8, $9, palm_now())",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<SqlUuid, _>(community)
    .bind::<Text, _>(code)
    .bind::<Text, _>(title)
    .bind::<Nullable<SqlUuid>, _>(lead)
    .bind::<Jsonb, _>(questions)
    .bind::<Array<Text>, _>(vec!["路灯", "不亮"])
    .bind::<SqlUuid, _>(one.person)
    .bind::<SqlUuid, _>(two.person)
    .execute(&mut app.owner())
    .expect("an item");
}

/// What the lamp item asks.
fn questions() -> Value {
    json!([
        {"key": "where", "text": "在哪里？", "kind": "choice", "required": true, "choices": ["楼内", "楼外"]},
        {"key": "since", "text": "从哪天起？", "kind": "date"},
        {"key": "smell", "text": "有异味吗？", "kind": "yes_no"},
        {"key": "count", "text": "几盏？", "kind": "number"},
    ])
}

/// A server with a duty list in community C1, and somebody who isn't signed in.
struct Stage {
    app: TestApp,
    caller: Actor,
    lights: OrganizationId,
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let lights = unit(&app, "路灯管理所");
        let community = app.world.unit("S1/C1");
        duty(&app, community, "A01-01", "路灯不亮", Some(lights), &questions());
        duty(&app, community, "A01-02", "井盖缺失", None, &json!([]));
        let caller = app.anonymous();
        Self { app, caller, lights }
    }

    async fn get(&self, path: &str) -> Reply {
        self.caller.get(&format!("{V2}{path}")).await
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Reply {
        self.caller.send(Method::POST, &format!("{V2}{path}"), |request| urlencoded(request, form)).await
    }

    /// A request filed with these fields besides the usual ones; its id.
    async fn filed(&self, more: &[(&str, &str)]) -> String {
        let reply = self.post("/requests.json", &with(&GOOD, more)).await;
        let id = self.published(&reply.expect(200)).await;
        self.app.drain().await;
        id
    }

    /// The id behind the token of an answer, once a person has let the text through.
    async fn published(&self, answer: &Value) -> String {
        let token = answer[0]["token"].as_str().expect("a token").to_owned();
        assert!(answer[0].get("service_request_id").is_none(), "an id or a token, never both: {answer}");
        let waiting = self.get(&format!("/tokens/{token}.json")).await.expect(200);
        assert!(waiting[0]["service_request_id"].is_null(), "no id before a person has looked: {waiting}");
        sql_query(
            "UPDATE requests SET publication = 'published' WHERE id = (SELECT id FROM open311_reports WHERE token::text = $1)",
        )
        .bind::<Text, _>(&token)
        .execute(&mut self.app.owner())
        .expect("a decision");
        let told = self.get(&format!("/tokens/{token}.json")).await.expect(200);
        assert_eq!(told[0]["token"], token.as_str());
        told[0]["service_request_id"].as_str().expect("an id").to_owned()
    }

    async fn one(&self, id: &str) -> Value {
        self.get(&format!("/requests/{id}.json?jurisdiction_id=S1/C1")).await.expect(200)[0].clone()
    }
}

/// The fields of a report that is taken.
const GOOD: [(&str, &str); 6] = [
    ("api_key", DEMO_KEY),
    ("jurisdiction_id", "S1/C1"),
    ("service_code", "A01-01"),
    ("lat", "39.608123"),
    ("long", "109.781999"),
    ("attribute[where]", "楼外"),
];

/// These fields, with others in place of those of the same name.
fn with<'a>(fields: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    kept.chain(more).copied().collect()
}

/// Asserts a refusal in Open311's form, both spellings.
#[track_caller]
fn refusal(reply: &Reply, status: u16) -> String {
    assert_eq!(reply.status, status, "unexpected answer: {}", reply.text);
    match reply.header("content-type") {
        "application/json" => {
            let list = reply.json();
            assert_eq!((list.as_array().map(Vec::len), &list[0]["code"]), (Some(1), &json!(status)), "{}", reply.text);
            list[0]["description"].as_str().expect("a description").to_owned()
        }
        "text/xml" => {
            let errors = xml::read(&reply.text);
            assert_eq!((errors.name.as_str(), errors.items.len()), ("errors", 1), "{}", reply.text);
            assert_eq!(errors.at("error/code"), status.to_string());
            errors.at("error/description").to_owned()
        }
        other => panic!("an error of type {other}: {}", reply.text),
    }
}

/// A form as its body, for reqwest without that feature.
fn urlencoded(request: reqwest::RequestBuilder, form: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let body = serde_urlencoded::to_string(form).expect("a form");
    request.header("content-type", "application/x-www-form-urlencoded").body(body)
}
