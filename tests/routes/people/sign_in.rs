//! Sign-in, refresh, sign-out.

use chrono::Duration;
use diesel::prelude::*;
use diesel::sql_query;
use serde_json::{Value, json};

use super::{actor, login_code, sign_in, trouble, try_sign_in};
use crate::support::{Reply, TestApp};

async fn refresh(app: &TestApp, token: &Value) -> Reply {
    app.anonymous().post("/api/v1/sessions/refresh", &json!({"refresh_token": token})).await
}

#[actix_web::test]
async fn a_login_code_makes_a_person_once_and_a_session_each_time() {
    let app = TestApp::start().await;
    let first = try_sign_in(&app, &login_code(&app, "甲").await).await.expect(201);
    assert_eq!(first["new_person"], true);
    let again = try_sign_in(&app, &login_code(&app, "甲").await).await.expect(201);
    assert_eq!(again["new_person"], false);
    assert_eq!(first["person_id"], again["person_id"]);
    assert_ne!(first["session_id"], again["session_id"]);
    let (other, _) = sign_in(&app, "乙").await;
    assert_ne!(first["person_id"], other.person.to_string());

    let me = actor(&app, &again);
    let profile = me.get("/api/v1/me").await.expect(200);
    assert!(profile["short_number"].as_str().unwrap().starts_with("SQ-"));
    assert!(profile["nickname"].as_str().unwrap().starts_with("居民"));
    let sessions = me.get("/api/v1/me/sessions").await.expect(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), 2);
    assert_eq!(sessions["items"][0]["current"], true);
    assert_eq!(sessions["items"][1]["current"], false);
}

#[actix_web::test]
async fn first_sign_ins_at_the_same_time_make_one_person() {
    let app = TestApp::start().await;
    let mut codes = Vec::new();
    for _ in 0..8 {
        codes.push(login_code(&app, "同一人").await);
    }
    let replies = futures_util::future::join_all(codes.iter().map(|code| try_sign_in(&app, code))).await;
    let people: std::collections::BTreeSet<String> =
        replies.iter().map(|reply| reply.expect(201)["person_id"].to_string()).collect();
    assert_eq!(people.len(), 1);
}

#[actix_web::test]
async fn bad_codes_and_a_wechat_in_trouble_are_told_apart() {
    let app = TestApp::start().await;
    let used = login_code(&app, "甲").await;
    try_sign_in(&app, &used).await.expect(201);
    try_sign_in(&app, &used).await.problem(401, "login_code_invalid");
    try_sign_in(&app, "no-such-code").await.problem(401, "login_code_invalid");
    let phone = super::code(&app, "phone-codes", &json!({"phone": "19900000001"})).await;
    try_sign_in(&app, &phone).await.problem(401, "login_code_invalid");
    let extra = json!({"code": "x", "openid": "oAAAAAAAAAAAA"});
    app.anonymous().post("/api/v1/sessions", &extra).await.problem(422, "unknown_field");
    trouble(&app, &json!({"garbage": "no_openid"})).await;
    try_sign_in(&app, &login_code(&app, "甲").await).await.problem(503, "wechat_unavailable");
    trouble(&app, &json!({"down": "unavailable"})).await;
    try_sign_in(&app, &login_code(&app, "甲").await).await.problem(503, "wechat_unavailable");
}

#[actix_web::test]
async fn sign_ins_of_one_wechat_id_are_counted() {
    let app = TestApp::start().await;
    for _ in 0..30 {
        try_sign_in(&app, &login_code(&app, "忙人").await).await.expect(201);
    }
    let refused = try_sign_in(&app, &login_code(&app, "忙人").await).await;
    refused.problem(429, "too_many_requests");
    assert!(!refused.header("retry-after").is_empty());
    try_sign_in(&app, &login_code(&app, "别人").await).await.expect(201);
}

#[actix_web::test]
async fn a_refresh_token_works_once_and_its_successor_is_given_again_for_a_minute() {
    let app = TestApp::start().await;
    let (_, tokens) = sign_in(&app, "甲").await;
    let first = refresh(&app, &tokens["refresh_token"]).await.expect(200);
    assert_ne!(first["refresh_token"], tokens["refresh_token"]);
    let repeated = refresh(&app, &tokens["refresh_token"]).await.expect(200);
    assert_eq!(repeated["refresh_token"], first["refresh_token"], "a lost reply is given once more");
    actor(&app, &repeated).get("/api/v1/me").await.expect(200);
    refresh(&app, &tokens["refresh_token"]).await.problem(401, "refresh_token_invalid");
    refresh(&app, &first["refresh_token"]).await.problem(401, "refresh_token_invalid");
    actor(&app, &first).post("/api/v1/me/consents", &json!({})).await.problem(401, "unauthorized");
}

#[actix_web::test]
async fn a_late_or_old_refresh_token_ends_the_session() {
    let app = TestApp::start().await;
    let (_, late) = sign_in(&app, "甲").await;
    let next = refresh(&app, &late["refresh_token"]).await.expect(200);
    app.move_clock(Duration::seconds(61));
    refresh(&app, &late["refresh_token"]).await.problem(401, "refresh_token_invalid");
    refresh(&app, &next["refresh_token"]).await.problem(401, "refresh_token_invalid");

    let (_, old) = sign_in(&app, "乙").await;
    let mut current = old["refresh_token"].clone();
    for _ in 0..3 {
        current = refresh(&app, &current).await.expect(200)["refresh_token"].clone();
    }
    refresh(&app, &old["refresh_token"]).await.problem(401, "refresh_token_invalid");
    refresh(&app, &current).await.problem(401, "refresh_token_invalid");
    refresh(&app, &json!("unknown")).await.problem(401, "refresh_token_invalid");
}

#[actix_web::test]
async fn refreshes_at_the_same_time_give_one_successor() {
    let app = TestApp::start().await;
    let (_, tokens) = sign_in(&app, "甲").await;
    let token = &tokens["refresh_token"];
    let (one, two) = futures_util::future::join(refresh(&app, token), refresh(&app, token)).await;
    assert_eq!(one.expect(200)["refresh_token"], two.expect(200)["refresh_token"]);
}

#[actix_web::test]
async fn signing_out_ends_the_device_or_all_of_them() {
    let app = TestApp::start().await;
    let (phone, _) = sign_in(&app, "甲").await;
    let (tablet, tokens) = sign_in(&app, "甲").await;
    phone.delete("/api/v1/sessions/current").await.expect(204);
    phone.delete("/api/v1/sessions/current").await.problem(401, "unauthorized");
    tablet.get("/api/v1/me").await.expect(200);
    tablet.delete("/api/v1/sessions").await.expect(204);
    tablet.delete("/api/v1/sessions").await.problem(401, "unauthorized");
    refresh(&app, &tokens["refresh_token"]).await.problem(401, "refresh_token_invalid");
}

#[actix_web::test]
async fn no_token_and_no_openid_is_stored_in_clear() {
    #[derive(QueryableByName)]
    struct Dump {
        #[diesel(sql_type = diesel::sql_types::Text)]
        dump: String,
    }
    let app = TestApp::start().await;
    let (_, tokens) = sign_in(&app, "甲").await;
    let dump: Dump = sql_query(
        "SELECT (SELECT string_agg(p::text, ' ') FROM persons p) || (SELECT string_agg(s::text, ' ') FROM sessions s) \
         || (SELECT string_agg(a::text, ' ') FROM audit_entries a) AS dump",
    )
    .get_result(&mut app.owner())
    .unwrap();
    let openid = base::clients::wechat::sandbox::openid("wx00000000000test", "甲");
    assert!(dump.dump.contains(&tokens["session_id"].as_str().unwrap().to_owned()), "the dump has content");
    for secret in [openid.as_str(), tokens["refresh_token"].as_str().unwrap(), tokens["access_token"].as_str().unwrap()] {
        assert!(!dump.dump.contains(secret));
    }
}
