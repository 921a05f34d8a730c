//! New-employment registration and invitations.

use base::db::Context;
use base::ids::OrganizationId;
use chrono::Duration;
use people::identity::{Invitation, InvitationId, Role, invite};
use serde_json::{Value, json};

use crate::support::{Actor, Reply, TestApp};

async fn report(app: &TestApp, actor: &Actor, path: &str) -> Reply {
    let body = json!({"grid_unit_id": app.world.unit(path), "company": "某外卖平台", "work": "food_delivery"});
    actor.post("/api/v1/registrations/new-employment", &body).await
}

async fn roles(actor: &Actor) -> Value {
    actor.get("/api/v1/me").await.expect(200)["roles"].clone()
}

#[actix_web::test]
async fn a_courier_reports_in_once_and_is_confirmed_for_the_street() {
    let app = TestApp::start().await;
    let courier = app.person(None);
    report(&app, &courier, "S1/C1").await.problem(409, "phone_required");
    let courier = app.person(Some("19900000001"));
    report(&app, &courier, "S1/C1/E1").await.problem(422, "invalid_field");
    let made = report(&app, &courier, "S1/C1").await.expect(201);
    assert_eq!(made["state"], "pending");
    report(&app, &courier, "S1/C2").await.problem(409, "already_exists");
    assert_eq!(roles(&courier).await, json!([]));

    let (staff, other) = (app.staff(), app.actor(Role::CommunityStaff, "S1/C2"));
    assert_eq!(staff.get("/api/v1/registrations?state=pending").await.expect(200)["items"].as_array().unwrap().len(), 1);
    assert_eq!(other.get("/api/v1/registrations").await.expect(200)["items"], json!([]));
    let home = staff.get("/api/v1/me/home").await.expect(200);
    assert!(home["items"].as_array().unwrap().iter().any(|item| item["kind"] == "registration"));
    let path = format!("/api/v1/registrations/{}", made["id"].as_str().unwrap());
    assert_eq!(courier.get(&path).await.expect(200)["state"], "pending");
    app.person(Some("19900000002")).get(&path).await.problem(404, "not_found");
    other.post(&format!("{path}/confirm"), &json!({})).await.problem(404, "not_found");
    staff.post(&format!("{path}/confirm"), &json!({})).await.expect(200);
    staff.post(&format!("{path}/confirm"), &json!({})).await.problem(409, "state_conflict");
    let held = roles(&courier).await;
    assert_eq!((held[0]["role"].as_str(), held[0]["grid_path"].as_str()), (Some("new_employment"), Some("S1")));
    assert_eq!(held.as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn nobody_confirms_themselves_and_a_refused_person_may_report_in_again() {
    let app = TestApp::start().await;
    let staff = app.staff();
    let made = report(&app, &staff, "S1/C1").await.expect(201);
    let path = format!("/api/v1/registrations/{}", made["id"].as_str().unwrap());
    staff.post(&format!("{path}/confirm"), &json!({})).await.problem(403, "own_affair");
    let colleague = app.staff();
    let refused = colleague.post(&format!("{path}/refuse"), &json!({"reason": "本社区工作人员"})).await.expect(200);
    assert_eq!((refused["state"].as_str(), refused["reason"].as_str()), (Some("refused"), Some("本社区工作人员")));
    report(&app, &staff, "S1/C1").await.expect(201);
}

fn invited(app: &TestApp, role: Role, organization: Option<OrganizationId>) -> String {
    let db = &app.serving.parts.db;
    db.transaction_now(&Context::operator(), |mut tx| -> Result<_, base::error::ApiError> {
        let code = invite(&mut tx, &Invitation { id: InvitationId::new(), role, unit: None, organization, hours: 24 })?;
        Ok(tx.done(code)?)
    })
    .expect("an invitation")
}

#[actix_web::test]
async fn an_invitation_gives_its_role_to_one_person() {
    let app = TestApp::start().await;
    let (clerk, other) = (app.person(Some("19900000001")), app.person(Some("19900000002")));
    let shop = OrganizationId::new();
    let code = invited(&app, Role::MerchantClerk, Some(shop));
    let typed = code.to_lowercase().replace('-', " ");
    let first = clerk.post("/api/v1/me/invitations", &json!({"code": typed})).await.expect(200);
    let again = clerk.post("/api/v1/me/invitations", &json!({"code": code})).await.expect(200);
    assert_eq!(first, again);
    other.post("/api/v1/me/invitations", &json!({"code": code})).await.problem(422, "invitation_invalid");
    let held = roles(&clerk).await;
    assert_eq!(
        (held[0]["role"].as_str(), held[0]["organization_id"].as_str()),
        (Some("merchant_clerk"), Some(shop.to_string().as_str()))
    );

    // The owner ends a clerk, never another owner.
    let owner = app.person(Some("19900000003"));
    app.grant(&owner, Role::MerchantOwner, None, Some(shop));
    let list = owner.get("/api/v1/roles").await.expect(200);
    let id = |role: &str| {
        let items = list["items"].as_array().unwrap();
        items.iter().find(|item| item["role"] == role).unwrap()["id"].as_str().unwrap().to_owned()
    };
    owner.post(&format!("/api/v1/roles/{}/end", id("merchant_owner")), &json!({})).await.problem(404, "not_found");
    owner.post(&format!("/api/v1/roles/{}/end", id("merchant_clerk")), &json!({})).await.expect(204);
    assert_eq!(roles(&clerk).await, json!([]));
}

#[actix_web::test]
async fn invitations_end_and_guesses_are_counted() {
    let app = TestApp::start().await;
    let person = app.person(None);
    let code = invited(&app, Role::Admin, None);
    app.move_clock(Duration::hours(24));
    person.post("/api/v1/me/invitations", &json!({"code": code})).await.problem(422, "invitation_invalid");
    for _ in 0..9 {
        person.post("/api/v1/me/invitations", &json!({"code": "00000"})).await.problem(422, "invitation_invalid");
    }
    person.post("/api/v1/me/invitations", &json!({"code": code})).await.problem(429, "too_many_requests");
    let fresh = invited(&app, Role::Admin, None);
    app.person(None).post("/api/v1/me/invitations", &json!({"code": fresh})).await.expect(200);
}
