//! Claiming a residence, confirming it, moving out; accounts for people without a phone.

use people::community::import::ImportKind;
use people::identity::Role;
use serde_json::{Value, json};

use super::{operator_imports, sample_community, sign_in, unit_at, with_phone};
use crate::support::{Actor, TestApp};

const CLAIM: &str = "/api/v1/residencies";

async fn claim(actor: &Actor, app: &TestApp, path: &str, room: Option<&str>) -> Value {
    actor.post(CLAIM, &json!({"entrance": unit_at(app, path), "room": room})).await.expect(201)
}

#[actix_web::test]
async fn a_phone_on_the_register_is_confirmed_at_once_and_once() {
    let app = TestApp::start().await;
    let samples = sample_community(&app, "res1").await;
    let me = with_phone(&app, "甲", &samples.people.resident).await;
    let worker = with_phone(&app, "网格员", &samples.people.worker).await;
    let poster =
        worker.post(&format!("/api/v1/grid/units/{}/poster", unit_at(&app, &samples.people.home)), &json!({})).await.expect(200);
    let body = json!({"ticket": poster["content"]});
    let first = me.post_with_key(CLAIM, "claim-key-1", &body).await;
    let view = first.expect(201);
    assert_eq!(
        (view["state"].as_str(), view["how"].as_str(), &view["voting"]),
        (Some("confirmed"), Some("register"), &json!(true))
    );
    let again = me.post_with_key(CLAIM, "claim-key-1", &body).await;
    assert_eq!(again.expect(201)["id"], view["id"]);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(me.post(CLAIM, &body).await.expect(201)["id"], view["id"], "a second claim is the first");
    assert_eq!(me.get("/api/v1/me/residencies").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    let (me, _) = sign_in(&app, "甲").await;
    let mine = me.get("/api/v1/grid/mine").await.expect(200);
    assert_eq!(mine["items"][0]["unit"]["path"], samples.people.home);
    assert_eq!(mine["items"][0]["workers"][0]["person"], json!(worker.person));
    assert!(mine["items"][0]["note"].is_null());
}

#[actix_web::test]
async fn a_worker_of_the_scope_decides_and_nobody_for_themselves() {
    let app = TestApp::start().await;
    let samples = sample_community(&app, "res2").await;
    let (people, home) = (&samples.people, samples.people.home.as_str());
    let me = with_phone(&app, "甲", &people.stranger).await;
    let worker = with_phone(&app, "网格员", &people.worker).await;
    let other = with_phone(&app, "另一网格员", &people.second_worker).await;
    let waiting = claim(&me, &app, home, Some("101")).await;
    assert_eq!(waiting["state"], "claimed");
    assert_eq!(worker.get("/api/v1/me/home").await.expect(200)["items"][0]["kind"], "residencies");
    let decide = |verb: &str| format!("{CLAIM}/{}/{verb}", waiting["id"].as_str().unwrap());
    me.post(&decide("confirm"), &json!({})).await.problem(403, "forbidden");
    other.post(&decide("confirm"), &json!({})).await.problem(404, "not_found");
    let list = worker.get(&format!("{CLAIM}?state=claimed")).await.expect(200);
    assert_eq!(list["items"][0]["id"], waiting["id"]);
    assert_eq!(other.get(CLAIM).await.expect(200)["items"], json!([]));
    let own = claim(&worker, &app, home, Some("102")).await;
    worker.post(&format!("{CLAIM}/{}/confirm", own["id"].as_str().unwrap()), &json!({})).await.problem(403, "not_own_residence");
    // A neighbour behind the worker's own door is household, whoever confirms.
    let flatmate = with_phone(&app, "同住", &people.courier).await;
    let behind = claim(&flatmate, &app, home, Some("１０２室")).await;
    worker
        .post(&format!("{CLAIM}/{}/confirm", behind["id"].as_str().unwrap()), &json!({}))
        .await
        .problem(403, "not_own_residence");
    assert_eq!(worker.post(&decide("confirm"), &json!({})).await.expect(200)["how"], "worker");
    worker.post(&decide("confirm"), &json!({})).await.problem(409, "residency_decided");
    worker.post(&decide("refuse"), &json!({"reason": "不在册"})).await.problem(409, "residency_decided");
}

#[actix_web::test]
async fn many_are_confirmed_at_once_with_an_outcome_each() {
    let app = TestApp::start().await;
    let samples = sample_community(&app, "res3").await;
    let worker = with_phone(&app, "网格员", &samples.people.worker).await;
    let mut ids = Vec::new();
    for (label, phone) in [("甲", &samples.people.stranger), ("乙", &samples.people.courier), ("丙", &samples.people.merchant)]
    {
        let someone = with_phone(&app, label, phone).await;
        ids.push(claim(&someone, &app, &samples.people.home, None).await["id"].clone());
    }
    ids.push(claim(&worker, &app, &samples.people.home, None).await["id"].clone());
    ids.push(json!(uuid::Uuid::now_v7()));
    let refused = format!("{CLAIM}/{}/refuse", ids[2].as_str().unwrap());
    worker.post(&refused, &json!({"reason": "请到社区登记"})).await.expect(200);
    let result = worker.post("/api/v1/residencies/confirm-bulk", &json!({"ids": ids})).await.expect(200);
    let outcome = |id: &Value| {
        let items = result["items"].as_array().expect("items");
        items.iter().find(|item| item["id"] == *id).expect("an outcome")["outcome"].as_str().unwrap_or_default().to_owned()
    };
    let outcomes: Vec<String> = ids.iter().map(outcome).collect();
    assert_eq!(outcomes, ["confirmed", "confirmed", "decided", "own_household", "not_found"]);
    let many: Vec<uuid::Uuid> = (0..201).map(|_| uuid::Uuid::now_v7()).collect();
    worker.post("/api/v1/residencies/confirm-bulk", &json!({"ids": many})).await.problem(422, "invalid_field");
}

#[actix_web::test]
async fn claims_need_a_phone_an_entrance_and_a_known_ticket() {
    let app = TestApp::start().await;
    let nobody = app.person(None);
    let entrance = json!({"entrance": app.world.unit("S1/C1/E1/B1/D1")});
    nobody.post(CLAIM, &entrance).await.problem(409, "phone_required");
    let me = app.person(Some("19900000001"));
    me.post(CLAIM, &json!({"entrance": app.world.unit("S1/C1/E1/B1")})).await.problem(422, "not_an_entrance");
    me.post(CLAIM, &json!({"ticket": "abcdefghijkm"})).await.problem(422, "ticket_unknown");
    me.post(CLAIM, &json!({})).await.problem(422, "invalid_field");
    me.post(CLAIM, &json!({"entrance": app.world.unit("S1/C1/E1/B1/D1"), "state": "confirmed"}))
        .await
        .problem(422, "unknown_field");
    app.anonymous().post(CLAIM, &entrance).await.problem(401, "unauthorized");
}

#[actix_web::test]
async fn a_claim_that_waits_is_confirmed_when_the_register_learns_the_phone() {
    let app = TestApp::start().await;
    let samples = sample_community(&app, "res4").await;
    let me = with_phone(&app, "甲", &samples.people.stranger).await;
    assert_eq!(claim(&me, &app, &samples.people.home, None).await["state"], "claimed");
    let register = format!(
        "户号,楼门编码,房号,成员编号,姓名,手机号,出生年,与户主关系\nH900,{},901,1,居民新,{},1980,户主\n",
        samples.people.home, samples.people.stranger
    );
    operator_imports(&app, ImportKind::Households, register.into_bytes(), false).await;
    app.drain().await;
    let mine = me.get("/api/v1/me/residencies").await.expect(200);
    assert_eq!((&mine["items"][0]["state"], &mine["items"][0]["how"]), (&json!("confirmed"), &json!("register")));
}

#[actix_web::test]
async fn moving_out_ends_the_role_at_once_and_the_next_residence_votes() {
    let app = TestApp::start().await;
    let samples = sample_community(&app, "res5").await;
    let me = with_phone(&app, "甲", &samples.people.resident).await;
    let staff = with_phone(&app, "社区", &samples.people.secretary).await;
    let first = claim(&me, &app, &samples.people.home, None).await;
    let second = claim(&me, &app, &format!("{}/E2/B1/D1", samples.community), None).await;
    staff.post(&format!("{CLAIM}/{}/confirm", second["id"].as_str().unwrap()), &json!({})).await.expect(200);
    me.post("/api/v1/me/residency/move-out", &json!({})).await.problem(409, "several_residences");
    let left = me.post("/api/v1/me/residency/move-out", &json!({"residency": first["id"]})).await.expect(200);
    assert_eq!(left["state"], "moved_out");
    let mine = me.get("/api/v1/me/residencies").await.expect(200);
    assert_eq!((&mine["items"][0]["id"], &mine["items"][0]["voting"]), (&second["id"], &json!(true)));
    let (me, _) = sign_in(&app, "甲").await;
    let place = me.get("/api/v1/grid/mine").await.expect(200);
    assert_eq!(place["items"].as_array().map(Vec::len), Some(1));
    staff.post(&format!("{CLAIM}/{}/move-out", second["id"].as_str().unwrap()), &json!({})).await.expect(200);
    staff
        .post(&format!("{CLAIM}/{}/move-out", second["id"].as_str().unwrap()), &json!({}))
        .await
        .problem(409, "residency_decided");
    me.post("/api/v1/me/residency/move-out", &json!({})).await.problem(409, "no_residence");
    let back = claim(&me, &app, &samples.people.home, None).await;
    assert_eq!(back["state"], "confirmed", "the register still knows the phone");
    assert_ne!(back["id"], first["id"]);
}

#[actix_web::test]
async fn a_worker_opens_an_account_for_an_elder_of_their_block_only() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let new = |path: &str| json!({"name": "老人甲", "birth_year": 1940, "entrance": app.world.unit(path), "room": "301", "consent_version": "1", "consent": "当面宣读，本人同意"});
    let made = worker.post_with_key("/api/v1/managed-residents", "managed-1", &new("S1/C1/E1/B1/D1")).await;
    let view = made.expect(201);
    assert_eq!((&view["residency"]["state"], &view["residency"]["how"]), (&json!("confirmed"), &json!("managed")));
    assert!(!made.text.contains("老人甲"), "the name is not repeated");
    let again = worker.post_with_key("/api/v1/managed-residents", "managed-1", &new("S1/C1/E1/B1/D1")).await;
    assert_eq!(again.expect(201)["person"], view["person"]);
    worker.post("/api/v1/managed-residents", &new("S1/C1/E1/B2/D1")).await.problem(404, "not_found");
    app.actor(Role::Resident, "S1/C1/E1/B1/D1")
        .post("/api/v1/managed-residents", &new("S1/C1/E1/B1/D1"))
        .await
        .problem(403, "forbidden");
}
