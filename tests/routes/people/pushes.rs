//! WeChat's pushes: verified, stored once, worked on later.

use base::clients::wechat::sandbox::openid;
use reqwest::Method;
use serde_json::{Value, json};

use super::{sign_in, with_phone};
use crate::support::{Actor, Reply, TestApp};

const APPID: &str = "wx00000000000test";

async fn push(app: &TestApp, message: &Value) -> Reply {
    let keys = palm::serve::sandbox_push_keys(APPID).expect("push keys");
    let sealed = keys.seal(message.to_string().as_bytes(), [7; 16], 1_714_112_445, "415670741").expect("sealed");
    let path = format!(
        "/api/v1/wechat/push?signature=x&encrypt_type=aes&msg_signature={}&timestamp=1714112445&nonce=415670741",
        sealed.msg_signature
    );
    let body = json!({"ToUserName": "gh_1", "Encrypt": sealed.encrypt});
    app.anonymous().send(Method::POST, &path, |request| request.json(&body)).await
}

fn event(kind: &str, label: &str, time: i64, list: &Value) -> Value {
    json!({"ToUserName": "gh_1", "FromUserName": openid(APPID, label), "CreateTime": time, "MsgType": "event", "Event": kind, "List": list})
}

async fn balance(actor: &Actor) -> i64 {
    let all = actor.get("/api/v1/me/subscriptions").await.expect(200);
    let items = all["items"].as_array().expect("items");
    items.iter().find(|item| item["kind"] == "residency_confirmed").and_then(|item| item["balance"].as_i64()).expect("a balance")
}

#[actix_web::test]
async fn a_tap_counts_once_however_often_and_by_whom_it_is_told() {
    let app = TestApp::start().await;
    let (me, _) = sign_in(&app, "甲").await;
    let tap = |time| {
        event(
            "subscribe_msg_popup_event",
            "甲",
            time,
            &json!({"TemplateId": "residency_confirmed", "SubscribeStatusString": "accept", "PopupScene": "0"}),
        )
    };
    for _ in 0..3 {
        let reply = push(&app, &tap(1)).await;
        assert_eq!((reply.status, reply.text.as_str()), (200, "success"));
    }
    app.drain().await;
    assert_eq!(balance(&me).await, 1, "three deliveries of one tap");
    let answers = json!({"answers": [{"template": "residency_confirmed", "accepted": true}]});
    me.post("/api/v1/me/subscriptions", &answers).await.expect(200);
    assert_eq!(balance(&me).await, 1, "the client tells the same tap");
    push(&app, &tap(2)).await.expect(200);
    app.drain().await;
    assert_eq!(balance(&me).await, 2, "another tap");
    let withdrawn = event(
        "subscribe_msg_change_event",
        "甲",
        3,
        &json!([{"TemplateId": "residency_confirmed", "SubscribeStatusString": "reject"}]),
    );
    push(&app, &withdrawn).await.expect(200);
    app.drain().await;
    assert_eq!(balance(&me).await, 0);
}

#[actix_web::test]
async fn withdrawing_the_authorization_empties_every_balance_and_stands_in_the_audit() {
    let app = TestApp::start().await;
    let me = with_phone(&app, "甲", "19900000001").await;
    let answers = json!({"answers": [{"template": "residency_confirmed", "accepted": true}]});
    me.post("/api/v1/me/subscriptions", &answers).await.expect(200);
    let revoke = json!({"FromUserName": "gh_x", "CreateTime": "5", "MsgType": "event", "Event": "user_authorization_revoke", "OpenID": openid(APPID, "甲"), "RevokeInfo": "1"});
    push(&app, &revoke).await.expect(200);
    app.drain().await;
    assert_eq!(balance(&me).await, 0);
    use diesel::prelude::*;
    let noted = diesel::sql_query("SELECT 1 FROM audit_entries WHERE action = 'wechat_authorization_revoked' AND object_id = $1")
        .bind::<diesel::sql_types::Uuid, _>(me.person.0)
        .execute(&mut app.owner())
        .expect("the audit");
    assert_eq!(noted, 1);
}

#[actix_web::test]
async fn nothing_unsigned_gets_in() {
    let app = TestApp::start().await;
    let body = json!({"ToUserName": "gh_1", "Encrypt": "AAAA"});
    let path = "/api/v1/wechat/push?msg_signature=00&timestamp=1&nonce=1";
    app.anonymous().send(Method::POST, path, |request| request.json(&body)).await.problem(403, "push_not_trusted");
    app.anonymous().get("/api/v1/wechat/push?signature=00&timestamp=1&nonce=1&echostr=x").await.problem(403, "push_not_trusted");
    app.anonymous().get("/api/v1/wechat/push").await.problem(422, "invalid_query");
    // The openid is sealed in what is stored.
    sign_in(&app, "甲").await;
    push(&app, &event("subscribe_msg_sent_event", "甲", 9, &json!([]))).await.expect(200);
    use diesel::prelude::*;
    let stored = diesel::sql_query("SELECT 1 FROM wechat_pushes WHERE position(convert_to($1, 'UTF8') IN message_sealed) > 0")
        .bind::<diesel::sql_types::Text, _>(openid(APPID, "甲"))
        .execute(&mut app.owner())
        .expect("the table");
    assert_eq!(stored, 0);
}
