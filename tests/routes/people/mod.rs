//! Tests of the routes of `people`.

mod account;
mod calendar;
mod call_list;
mod cards;
pub(crate) mod files;
mod imports;
mod inbox;
mod legal_holds;
mod merges;
mod minors;
mod organizations;
mod phone;
mod places;
pub(crate) mod proxies;
mod pushes;
mod register_ends;
mod registration;
mod residencies;
mod roster;
pub(crate) mod screening;
mod sign_in;
mod todo;

use base::ids::PersonId;
use serde_json::{Value, json};

use crate::support::{Actor, Reply, TestApp};

/// A code of the sandbox: `login-codes` for a label, `phone-codes` for a phone.
async fn code(app: &TestApp, kind: &str, body: &Value) -> String {
    let url = format!("{}/sandbox/{kind}", app.wechat_url);
    let reply = app.client.post(url).json(body).send().await.expect("the sandbox answers");
    let body: Value = reply.json().await.expect("JSON");
    body["code"].as_str().expect("a code").to_owned()
}

pub(crate) async fn login_code(app: &TestApp, label: &str) -> String {
    code(app, "login-codes", &json!({"person": label})).await
}

/// Makes WeChat's sandbox misbehave.
pub(crate) async fn trouble(app: &TestApp, trouble: &Value) {
    let url = format!("{}/sandbox/trouble", app.wechat_url);
    let reply = app.client.put(url).json(trouble).send().await.expect("the sandbox answers");
    assert!(reply.status().is_success(), "{:?}", reply.text().await);
}

pub(crate) async fn try_sign_in(app: &TestApp, code: &str) -> Reply {
    app.anonymous().post("/api/v1/sessions", &json!({"code": code, "device": "测试机"})).await
}

/// Signs a label in: the actor and their tokens.
pub(crate) async fn sign_in(app: &TestApp, label: &str) -> (Actor, Value) {
    let answer = try_sign_in(app, &login_code(app, label).await).await.expect(201);
    let tokens = answer;
    (actor(app, &tokens), tokens)
}

fn actor(app: &TestApp, tokens: &Value) -> Actor {
    let person: PersonId = tokens["person_id"].as_str().expect("a person").parse().expect("an id");
    Actor::new(&app.url, &app.client, Some((person, tokens["access_token"].as_str().expect("a token").to_owned())))
}

pub(crate) async fn bind_phone(app: &TestApp, actor: &Actor, phone: &str) -> Reply {
    let code = code(app, "phone-codes", &json!({"phone": phone})).await;
    actor.post("/api/v1/me/phone", &json!({"code": code})).await
}

/// Imports a sample file (or any) as the operator does, and returns the report.
async fn operator_imports(app: &TestApp, kind: people::community::import::ImportKind, bytes: Vec<u8>, dry_run: bool) -> Value {
    let (db, ring) = (app.serving.parts.db.clone(), std::sync::Arc::clone(&app.serving.parts.ring));
    let report = actix_web::web::block(move || {
        let context = base::db::Context::operator();
        let everywhere = people::grid::Scope::everything();
        people::community::import::run(&db, &ring, &context, kind, &bytes, dry_run, &everywhere)
    });
    let report = report.await.expect("a thread").expect("an import");
    serde_json::to_value(report).expect("JSON")
}

/// A community of samples, imported.
pub(crate) async fn sample_community(app: &TestApp, tag: &str) -> people::community::import::samples::Samples {
    let samples = people::community::import::samples::samples(tag).expect("samples");
    for file in &samples.files {
        let report = operator_imports(app, file.kind, file.bytes.clone(), false).await;
        assert_eq!(report["refused"], 0, "{}: {report:#}", file.name);
    }
    samples
}

/// Signs a label in and binds a phone; the roles that came with the phone are the actor's.
pub(crate) async fn with_phone(app: &TestApp, label: &str, phone: &str) -> Actor {
    let (someone, _) = sign_in(app, label).await;
    bind_phone(app, &someone, phone).await.expect(200);
    // Reads may use what was known of a session five seconds ago: a new session knows the roles that came with the phone.
    sign_in(app, label).await.0
}

/// The id of the unit at a path.
pub(crate) fn unit_at(app: &TestApp, path: &str) -> String {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Id {
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        id: uuid::Uuid,
    }
    let row: Id = diesel::sql_query("SELECT id FROM grid_units WHERE path = $1")
        .bind::<diesel::sql_types::Text, _>(path)
        .get_result(&mut app.owner())
        .expect("a unit");
    row.id.to_string()
}
