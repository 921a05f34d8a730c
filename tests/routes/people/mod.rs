//! Tests of the routes of `people`.

mod account;
mod cards;
mod phone;
mod registration;
mod roster;
mod sign_in;

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

async fn login_code(app: &TestApp, label: &str) -> String {
    code(app, "login-codes", &json!({"person": label})).await
}

/// Makes WeChat's sandbox misbehave.
async fn trouble(app: &TestApp, trouble: &Value) {
    let url = format!("{}/sandbox/trouble", app.wechat_url);
    let reply = app.client.put(url).json(trouble).send().await.expect("the sandbox answers");
    assert!(reply.status().is_success(), "{:?}", reply.text().await);
}

async fn try_sign_in(app: &TestApp, code: &str) -> Reply {
    app.anonymous().post("/api/v1/sessions", &json!({"code": code, "device": "测试机"})).await
}

/// Signs a label in: the actor and their tokens.
async fn sign_in(app: &TestApp, label: &str) -> (Actor, Value) {
    let answer = try_sign_in(app, &login_code(app, label).await).await.expect(201);
    let tokens = answer;
    (actor(app, &tokens), tokens)
}

fn actor(app: &TestApp, tokens: &Value) -> Actor {
    let person: PersonId = tokens["person_id"].as_str().expect("a person").parse().expect("an id");
    Actor::new(&app.url, &app.client, Some((person, tokens["access_token"].as_str().expect("a token").to_owned())))
}

async fn bind_phone(app: &TestApp, actor: &Actor, phone: &str) -> Reply {
    let code = code(app, "phone-codes", &json!({"phone": phone})).await;
    actor.post("/api/v1/me/phone", &json!({"code": code})).await
}
