//! Family proxies: asked for by a relative, confirmed by the person or the worker of a managed account, used to order and to sign up.

use ledger::Party;
use people::identity::Role;
use serde_json::{Value, json};

use crate::routes::life::market::{at, give, offer, published, shop};
use crate::support::{Actor, TestApp};

const ASK: &str = "/api/v1/me/proxies";

async fn number(actor: &Actor) -> String {
    actor.get("/api/v1/me").await.expect(200)["short_number"].as_str().expect("a number").to_owned()
}

async fn ask(relative: &Actor, number: &str) -> Value {
    relative.post(ASK, &json!({"short_number": number, "relation": "child"})).await.expect(201)
}

fn path(proxy: &Value, step: &str) -> String {
    format!("/api/v1/proxies/{}{step}", proxy["id"].as_str().expect("an id"))
}

async fn told(actor: &Actor) -> Vec<String> {
    let inbox = actor.get("/api/v1/me/inbox").await.expect(200);
    inbox["items"].as_array().expect("items").iter().filter_map(|item| item["kind"].as_str().map(str::to_owned)).collect()
}

/// A managed elder of entrance D1: id and short number.
pub(crate) async fn managed(app: &TestApp, worker: &Actor, birth_year: i32) -> (String, String) {
    let body = json!({"name": "老人甲", "birth_year": birth_year, "entrance": app.world.unit("S1/C1/E1/B1/D1"), "room": "101",
        "consent_version": "1", "consent": "本人当面同意"});
    let made = worker.post("/api/v1/managed-residents", &body).await.expect(201);
    let elder = made["person"].as_str().expect("a person").to_owned();
    let accounts = worker.get("/api/v1/managed-accounts").await.expect(200);
    let account = accounts["items"].as_array().and_then(|all| all.iter().find(|one| one["id"] == elder.as_str()));
    (elder, account.expect("the account")["short_number"].as_str().expect("a number").to_owned())
}

#[actix_web::test]
async fn the_person_confirms_and_either_ends_it() {
    let app = TestApp::start().await;
    let (elder, relative, stranger) = (app.resident(), app.person(Some("19900000001")), app.person(Some("19900000002")));
    relative.post(ASK, &json!({"short_number": "SQ-0000-0000", "relation": "child"})).await.problem(422, "proxy_person_unknown");
    relative
        .post(ASK, &json!({"short_number": number(&relative).await, "relation": "child"}))
        .await
        .problem(422, "proxy_person_unknown");
    let asked = ask(&relative, &number(&elder).await).await;
    assert_eq!((asked["state"].as_str(), asked["person"].as_str()), (Some("asked"), Some(elder.person.to_string().as_str())));
    relative.post(ASK, &json!({"short_number": number(&elder).await, "relation": "child"})).await.problem(409, "already_exists");
    assert_eq!(told(&elder).await, ["proxy_asked"]);
    let home = elder.get("/api/v1/me/home").await.expect(200);
    assert!(home["items"].as_array().unwrap().iter().any(|item| item["kind"] == "proxy"), "{home}");

    relative.post(&path(&asked, "/confirm"), &json!({})).await.problem(403, "own_affair");
    stranger.post(&path(&asked, "/confirm"), &json!({})).await.problem(404, "not_found");
    stranger.get(&path(&asked, "")).await.problem(404, "not_found");
    let worker = app.grid_worker();
    worker
        .post(&path(&asked, "/confirm"), &json!({"consent_version": "1", "consent": "口头"}))
        .await
        .problem(409, "proxy_decides_themselves");
    let confirmed = elder.post(&path(&asked, "/confirm"), &json!({})).await.expect(200);
    assert_eq!((confirmed["state"].as_str(), confirmed["by_worker"].as_bool()), (Some("confirmed"), Some(false)));
    elder.post(&path(&asked, "/refuse"), &json!({})).await.problem(409, "state_conflict");
    assert_eq!(told(&relative).await, ["proxy_decided"]);
    assert_eq!(relative.get(ASK).await.expect(200)["items"].as_array().unwrap().len(), 1);

    relative.post(&path(&asked, "/end"), &json!({})).await.expect(200);
    relative.post(&path(&asked, "/end"), &json!({})).await.problem(409, "state_conflict");
    assert!(told(&elder).await.contains(&"proxy_ended".to_owned()));
    ask(&relative, &number(&elder).await).await;
}

#[actix_web::test]
async fn a_worker_confirms_for_a_managed_account_with_recorded_consent_only() {
    let app = TestApp::start().await;
    let (worker, relative) = (app.grid_worker(), app.person(Some("19900000001")));
    let (_elder, number) = managed(&app, &worker, 1940).await;
    let asked = ask(&relative, &number).await;
    assert_eq!(worker.get("/api/v1/proxies?state=asked").await.expect(200)["items"][0]["id"], asked["id"]);
    let neighbour = app.actor(Role::GridWorker, "S1/C1/E1/B2");
    assert_eq!(neighbour.get("/api/v1/proxies").await.expect(200)["items"], json!([]));
    neighbour.post(&path(&asked, "/confirm"), &json!({})).await.problem(404, "not_found");
    worker.post(&path(&asked, "/confirm"), &json!({})).await.problem(422, "proxy_consent_required");
    let consent = json!({"consent_version": "2026-1", "consent": "当面读给本人听，本人点头同意"});
    let confirmed = worker.post(&path(&asked, "/confirm"), &consent).await.expect(200);
    assert_eq!(confirmed["by_worker"], true);

    // A worker is no judge in their own family's case.
    let (_other, number) = managed(&app, &worker, 1941).await;
    let own = ask(&worker, &number).await;
    worker.post(&path(&own, "/confirm"), &consent).await.problem(403, "own_affair");
    worker.post(&path(&asked, "/end"), &json!({})).await.expect(200);
}

#[actix_web::test]
async fn there_are_at_most_three_for_one_person() {
    let app = TestApp::start().await;
    let elder = app.resident();
    let number = number(&elder).await;
    for _ in 0..3 {
        ask(&app.person(None), &number).await;
    }
    app.person(None).post(ASK, &json!({"short_number": number, "relation": "child"})).await.problem(409, "proxy_too_many");
}

#[actix_web::test]
async fn a_proxy_orders_with_the_persons_points_and_the_person_is_told() {
    let app = TestApp::start().await;
    let shop = shop(&app).await;
    let offer = published(&shop.owner, &offer(&shop, 5)).await;
    let (elder, relative) = (app.resident(), app.person(Some("19900000001")));
    give(&app, Party::wallet(elder.person), "20", 36).await;
    let order = json!({"offer": offer, "quantity": 1, "on_behalf_of": elder.person});
    relative.post(&at("/orders"), &order).await.problem(403, "not_a_proxy");
    let asked = ask(&relative, &number(&elder).await).await;
    relative.post(&at("/orders"), &order).await.problem(403, "not_a_proxy");
    elder.post(&path(&asked, "/confirm"), &json!({})).await.expect(200);
    let placed = relative.post(&at("/orders"), &order).await.expect(201);
    assert_eq!(elder.get(&at(&format!("/orders/{}", placed["id"].as_str().unwrap()))).await.expect(200)["id"], placed["id"]);
    assert!(told(&elder).await.contains(&"proxy_acted".to_owned()));
    assert_eq!(relative.get(&at("/orders")).await.expect(200)["items"], json!([]), "the order is the person's");
    // Without the person's name the relative, who lives elsewhere, orders nothing here.
    relative.post(&at("/orders"), &json!({"offer": offer, "quantity": 1})).await.problem(404, "not_found");

    elder.post(&path(&asked, "/end"), &json!({})).await.expect(200);
    relative.post(&at("/orders"), &order).await.problem(403, "not_a_proxy");
}

#[actix_web::test]
async fn closing_an_account_ends_its_proxies() {
    let app = TestApp::start().await;
    let relative = app.resident();
    let (elder, _) = super::sign_in(&app, "elder-with-wechat").await;
    let asked = ask(&relative, &number(&elder).await).await;
    elder.post(&path(&asked, "/confirm"), &json!({})).await.expect(200);
    let code = super::login_code(&app, "elder-with-wechat").await;
    elder.post("/api/v1/me/close", &json!({"code": code})).await.expect(204);
    assert_eq!(relative.get(&path(&asked, "")).await.expect(200)["state"], "ended");
}

#[actix_web::test]
async fn a_proxy_signs_the_person_up_for_a_shift() {
    let app = TestApp::start().await;
    let (elder, relative, staff) = (app.resident(), app.person(Some("19900000001")), app.staff());
    let service = "/api/v1/service";
    let project = json!({"title": "护学岗", "about": "校门口", "kind": "safety", "grid_unit_id": app.world.unit("S1/C1"),
        "organizer": {"person": staff.person}});
    let project = staff.post(&format!("{service}/projects"), &project).await.expect(201)["id"].as_str().unwrap().to_owned();
    staff.post(&format!("{service}/projects/{project}/open"), &json!({})).await.expect(200);
    let start = base::db::now(&mut app.owner()).unwrap() + chrono::Duration::hours(1);
    let shift = json!({"starts_at": start, "ends_at": start + chrono::Duration::hours(1), "place": "东门", "capacity": 2});
    let shift = staff.post(&format!("{service}/projects/{project}/shifts"), &shift).await.expect(201);
    let sign_up = format!("{service}/shifts/{}/sign-ups", shift["id"].as_str().unwrap());
    let theirs = format!("{sign_up}?on_behalf_of={}", elder.person);
    relative.post(&theirs, &json!({})).await.problem(403, "not_a_proxy");
    let asked = ask(&relative, &number(&elder).await).await;
    elder.post(&path(&asked, "/confirm"), &json!({})).await.expect(200);
    let place = relative.post(&theirs, &json!({})).await.expect(201);
    assert_eq!(place["person_id"], elder.person.to_string());
    assert!(told(&elder).await.contains(&"proxy_acted".to_owned()));
    relative.post(&sign_up, &json!({})).await.problem(404, "not_found");
}
