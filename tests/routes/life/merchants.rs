//! Applications, the directory, profiles, clerks.

use people::identity::Role;
use serde_json::json;

use super::market::{application, at, community, shop};
use crate::support::TestApp;

#[actix_web::test]
async fn a_shop_applies_is_approved_and_stands_in_the_directory() {
    let app = TestApp::start().await;
    let (owner, staff, resident) = (app.person(Some("19900000101")), app.staff(), app.resident());
    app.person(None).post(&at("/merchants"), &application(&app)).await.problem(409, "phone_required");
    let form = application(&app);
    let applied = owner.post(&at("/merchants"), &form).await.expect(201);
    assert_eq!((&applied["state"], &applied["settlement_account"]), (&json!("applied"), &json!("****5678")));
    owner.post(&at("/merchants"), &form).await.problem(409, "merchant_exists");
    let path = at(&format!("/merchants/{}", applied["id"].as_str().unwrap_or_default()));
    resident.get(&path).await.problem(404, "not_found");
    assert_eq!(staff.get(&at("/merchant-applications")).await.expect(200)["items"].as_array().map(Vec::len), Some(1));

    let elsewhere = app.actor(Role::CommunityStaff, "S1/C2");
    elsewhere.post(&format!("{path}/approve"), &json!({})).await.problem(404, "not_found");
    app.grant(&owner, Role::CommunityStaff, Some(community(&app)), None);
    owner.post(&format!("{path}/approve"), &json!({})).await.problem(409, "merchant_own_application");
    let approve = format!("{path}/approve");
    let approved = staff.post_with_key(&approve, "approve-shop-1", &json!({})).await.expect(200);
    assert_eq!(approved["state"], "approved");
    let again = staff.post_with_key(&approve, "approve-shop-1", &json!({})).await;
    assert_eq!((again.header("idempotency-replayed"), again.expect(200)), ("true", approved));
    staff.post(&format!("{path}/approve"), &json!({})).await.problem(409, "merchant_decided");

    let seen = resident.get(&path).await.expect(200);
    assert_eq!(
        (&seen["name"], &seen["settlement_account"], &seen["licence_number"]),
        (&json!("便民超市"), &json!(null), &json!(null))
    );
    assert_eq!(resident.get(&at("/merchants")).await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    let reason = json!({"reason": "付款核对"});
    let account = staff.post(&format!("{path}/settlement-account"), &reason).await.expect(200);
    assert_eq!(account["settlement_account"], "某银行 6200000000005678");
}

#[actix_web::test]
async fn an_owner_keeps_the_profile_and_invites_clerks() {
    let app = TestApp::start().await;
    let (one, other) = (shop(&app).await, shop(&app).await);
    let path = at(&format!("/merchants/{}", one.id));
    let tag = one.owner.get(&path).await.header("etag").to_owned();
    let profile = json!({"name": "便民超市", "address": "西门", "hours": "全天", "services": "日用品", "notice": "周一盘点"});
    other.owner.put(&path, &tag, &profile).await.problem(404, "not_found");
    one.owner.put(&path, &tag, &profile).await.expect(200);
    one.owner.put(&path, &tag, &profile).await.problem(412, "precondition_failed");
    assert_eq!(app.resident().get(&path).await.expect(200)["notice"], "周一盘点");

    let clerks = format!("{path}/clerks");
    let first = one.owner.post_with_key(&clerks, "invite-clerk-1", &json!({})).await.expect(201);
    let again = one.owner.post_with_key(&clerks, "invite-clerk-1", &json!({})).await.expect(201);
    assert_eq!((&again["id"], &again["code"]), (&first["id"], &json!(null)), "a code is shown once");
    let clerk = app.person(Some("19900000102"));
    clerk.post("/api/v1/me/invitations", &json!({"code": first["code"]})).await.expect(200);
    clerk.post(&at("/redemptions/preview"), &json!({"code": "00000000"})).await.problem(404, "code_unknown");
    clerk.get(&at(&format!("/merchants/{}/orders", one.id))).await.expect(200);
    clerk.get(&at(&format!("/merchants/{}/orders", other.id))).await.problem(404, "not_found");

    let ticket = one.owner.get(&format!("{path}/shop-ticket")).await.expect(200)["ticket"].clone();
    let renewed = one.owner.post(&format!("{path}/shop-ticket"), &json!({})).await.expect(200)["ticket"].clone();
    assert_ne!(ticket, renewed);
}
