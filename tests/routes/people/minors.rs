//! Minors: the guardian's consent, no own orders, no family proxy.

use ledger::Party;
use serde_json::{Value, json};

use super::proxies::managed;
use crate::routes::life::market::{at, give, offer, published, shop};
use crate::support::{Actor, TestApp};

async fn born(actor: &Actor, year: i32) {
    let body = json!({"birth_year": year});
    let view = actor.send(reqwest::Method::PUT, "/api/v1/me/birth-year", |request| request.json(&body)).await.expect(200);
    assert_eq!(view["birth_year"], year);
}

fn this_year(app: &TestApp) -> i32 {
    use chrono::Datelike as _;
    base::clock::shanghai_date(base::db::now(&mut app.owner()).expect("the clock")).year()
}

/// Two people behind one door, confirmed.
async fn family(app: &TestApp) -> (Actor, Actor) {
    let worker = app.grid_worker();
    let people = [app.person(Some("19900000001")), app.person(Some("19900000002"))];
    for person in &people {
        let claim = json!({"entrance": app.world.unit("S1/C1/E1/B1/D1"), "room": "101"});
        let claim = person.post("/api/v1/residencies", &claim).await.expect(201);
        let confirm = format!("/api/v1/residencies/{}/confirm", claim["id"].as_str().expect("an id"));
        worker.post(&confirm, &json!({})).await.expect(200);
    }
    let [parent, child] = people;
    (parent, child)
}

fn consent(child: &Actor, given: bool) -> Value {
    json!({"person": child.person, "version": "2026-1", "given": given})
}

#[actix_web::test]
async fn a_guardian_of_the_same_household_consents_and_it_is_on_record() {
    let app = TestApp::start().await;
    let (parent, child) = family(&app).await;
    let stranger = app.resident();
    let path = "/api/v1/me/guardian-consents";
    parent.post(path, &consent(&child, true)).await.problem(403, "not_a_guardian");
    born(&child, this_year(&app) - 14).await;
    let again = json!({"birth_year": 1990});
    child
        .send(reqwest::Method::PUT, "/api/v1/me/birth-year", |request| request.json(&again))
        .await
        .problem(409, "state_conflict");
    stranger.post(path, &consent(&child, true)).await.problem(403, "not_a_guardian");
    child.post(path, &consent(&child, true)).await.problem(403, "not_a_guardian");
    let own = json!({"document": "guardian", "version": "1", "given": true});
    child.post("/api/v1/me/consents", &own).await.problem(422, "invalid_field");
    for replayed in ["", "true"] {
        let given = parent.post_with_key(path, "consent-of-a-guardian", &consent(&child, true)).await;
        assert_eq!((given.status, given.header("idempotency-replayed")), (204, replayed));
    }
    let of_another = parent.post_with_key(path, "consent-of-a-guardian", &consent(&stranger, true)).await;
    of_another.problem(422, "idempotency_key_reused");
    let recorded = child.get("/api/v1/me/consents").await.expect(200)["items"][0].clone();
    assert_eq!((recorded["document"].as_str(), recorded["version"].as_str()), (Some("guardian"), Some("2026-1")));
    assert_eq!(recorded["recorded_by"], parent.person.to_string());
    assert_eq!(recorded["withdrawn_at"], Value::Null);
    parent.post(path, &consent(&child, false)).await.expect(204);
    assert_ne!(child.get("/api/v1/me/consents").await.expect(200)["items"][0]["withdrawn_at"], Value::Null);
}

#[actix_web::test]
async fn a_child_orders_nothing_and_is_nobodys_proxy() {
    let app = TestApp::start().await;
    let shop = shop(&app).await;
    let offer = published(&shop.owner, &offer(&shop, 5)).await;
    let (child, grown) = (app.resident(), app.resident());
    for person in [&child, &grown] {
        give(&app, Party::wallet(person.person), "20", 36).await;
    }
    born(&child, this_year(&app) - 14).await;
    born(&grown, this_year(&app) - 15).await;
    let order = json!({"offer": offer, "quantity": 1});
    child.post(&at("/orders"), &order).await.problem(403, "not_for_minors");
    grown.post(&at("/orders"), &order).await.expect(201);
    let number = grown.get("/api/v1/me").await.expect(200)["short_number"].clone();
    child.post("/api/v1/me/proxies", &json!({"short_number": number, "relation": "child"})).await.problem(403, "not_for_minors");
}

#[actix_web::test]
async fn a_child_signs_up_once_the_guardian_has_consented() {
    let app = TestApp::start().await;
    let (parent, child) = family(&app).await;
    born(&child, this_year(&app) - 10).await;
    let staff = app.staff();
    let project = json!({"title": "护绿", "about": "小区绿地", "kind": "environment", "grid_unit_id": app.world.unit("S1/C1"),
        "organizer": {"person": staff.person}});
    let project = staff.post("/api/v1/service/projects", &project).await.expect(201)["id"].as_str().unwrap().to_owned();
    staff.post(&format!("/api/v1/service/projects/{project}/open"), &json!({})).await.expect(200);
    let start = base::db::now(&mut app.owner()).unwrap() + chrono::Duration::hours(1);
    let shift = json!({"starts_at": start, "ends_at": start + chrono::Duration::hours(1), "place": "东门", "capacity": 2});
    let shift = staff.post(&format!("/api/v1/service/projects/{project}/shifts"), &shift).await.expect(201);
    let sign_up = format!("/api/v1/service/shifts/{}/sign-ups", shift["id"].as_str().unwrap());
    child.post(&sign_up, &json!({})).await.problem(409, "guardian_consent_required");
    parent.post("/api/v1/me/guardian-consents", &consent(&child, true)).await.expect(204);
    child.post(&sign_up, &json!({})).await.expect(201);
}

#[actix_web::test]
async fn a_childs_managed_account_names_a_guardian_of_age() {
    let app = TestApp::start().await;
    let (worker, parent, child) = (app.grid_worker(), app.resident(), app.resident());
    born(&child, this_year(&app) - 12).await;
    let body = |guardian: Option<&Actor>| {
        json!({"name": "儿童甲", "birth_year": this_year(&app) - 9, "entrance": app.world.unit("S1/C1/E1/B1/D1"),
            "consent_version": "1", "consent": "监护人当面同意", "guardian": guardian.map(|actor| actor.person)})
    };
    let path = "/api/v1/managed-residents";
    worker.post(path, &body(None)).await.problem(409, "guardian_consent_required");
    worker.post(path, &body(Some(&child))).await.problem(403, "not_a_guardian");
    worker.post(path, &body(Some(&parent))).await.expect(201);
    managed(&app, &worker, 1940).await;
}
