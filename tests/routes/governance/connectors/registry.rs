//! Entering, changing, pausing and ending a system; which addresses are taken.

use people::identity::Role;
use serde_json::{Value, json};

use super::{CONNECTORS, Stage, settings, unit};

#[actix_web::test]
async fn a_secret_is_shown_once_and_another_units_system_isnt_there() {
    let stage = Stage::new().await;
    let new = json!({"organization_id": stage.unit, "settings": settings(&stage.receiver.url)});
    let made = stage.handler.post_with_key(CONNECTORS, "connector-key-1", &new).await.expect(201);
    let again = stage.handler.post_with_key(CONNECTORS, "connector-key-1", &new).await.expect(201);
    assert!(made["secret"].as_str().is_some_and(|secret| secret.starts_with("whsec_")));
    assert_eq!((&made["id"], &again["secret"], &stage.seen().await["secret"]), (&again["id"], &json!(null), &json!(null)));
    let listed = stage.handler.get(CONNECTORS).await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(2));

    let stranger = stage.app.person(None);
    stage.app.grant(&stranger, Role::UnitHandler, None, Some(unit(&stage.app, "自来水公司")));
    assert_eq!(stranger.get(CONNECTORS).await.expect(200)["items"].as_array().map(Vec::len), Some(0));
    stranger.post(CONNECTORS, &new).await.problem(404, "not_found");
    for path in ["", "/deliveries"] {
        stranger.get(&stage.path(path)).await.problem(404, "not_found");
    }
    for path in ["/rotate", "/pause", "/resume", "/close", "/replay"] {
        stranger.post(&stage.path(path), &json!({})).await.problem(404, "not_found");
    }
    stranger.put(&stage.path(""), "\"1\"", &settings(&stage.receiver.url)).await.problem(404, "not_found");
    stage.app.resident().get(CONNECTORS).await.problem(403, "forbidden");
    stage.app.street().get(&stage.path("")).await.expect(200);
}

#[actix_web::test]
async fn addresses_that_lead_inward_are_refused() {
    let stage = Stage::new().await;
    for url in [
        "http://127.0.0.2/",
        "https://[::1]/",
        "https://0.0.0.0/",
        "https://2852039166/",
        "https://0251.0376.0251.0376/",
        "https://169.254.169.254/latest",
        "https://100.100.100.200/",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00:ec2::254]/",
        "file:///etc/passwd",
        "gopher://1.1.1.1/",
        "ftp://1.1.1.1/",
        "https://user:word@1.1.1.1/",
        "not a url",
    ] {
        let new = json!({"organization_id": stage.unit, "settings": settings(url)});
        let refused = stage.handler.post(CONNECTORS, &new).await.problem(422, "webhook_url_refused");
        assert_eq!(refused["errors"][0]["pointer"], "/url", "{url}");
        let changed = stage.handler.put(&stage.path(""), "\"1\"", &settings(url)).await;
        changed.problem(422, "webhook_url_refused");
    }
    let smuggled = json!({"organization_id": stage.unit, "settings": settings("https://1.1.1.1/"), "state": "active"});
    stage.handler.post(CONNECTORS, &smuggled).await.problem(422, "unknown_field");
}

#[actix_web::test]
async fn it_is_edited_by_version_paused_resumed_and_closed_for_good() {
    let stage = Stage::new().await;
    let mut other = settings(&stage.receiver.url);
    other["events"] = json!(["answered"]);
    let edited = stage.handler.put(&stage.path(""), "\"1\"", &other).await.expect(200);
    assert_eq!((&edited["version"], &edited["events"]), (&json!(2), &json!(["answered"])));
    stage.handler.put(&stage.path(""), "\"1\"", &other).await.problem(412, "precondition_failed");
    let paused: Value = stage.handler.post(&stage.path("/pause"), &json!({})).await.expect(200);
    assert_eq!((&paused["state"], &paused["pause_reason"]), (&json!("paused"), &json!("by_hand")));
    stage.handler.post(&stage.path("/pause"), &json!({})).await.problem(409, "state_conflict");
    stage.handler.post(&stage.path("/resume"), &json!({})).await.expect(200);
    stage.handler.post(&stage.path("/close"), &json!({})).await.expect(200);
    for path in ["/rotate", "/pause", "/resume", "/replay"] {
        stage.handler.post(&stage.path(path), &json!({})).await.problem(409, "state_conflict");
    }
}
