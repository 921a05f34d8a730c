//! Mediation over HTTP: private, with sessions, an agreement that every party confirms, and a follow-up.

use chrono::Duration;
use people::identity::Role;
use serde_json::{Value, json};

use super::requests::id;
use crate::support::{Actor, TestApp};

const MEDIATIONS: &str = "/api/v1/governance/mediations";

struct Table {
    app: TestApp,
    staff: Actor,
    mediator: Actor,
    one: Actor,
    other: Actor,
    mediation: String,
}

impl Table {
    /// Two neighbours and one without an account.
    async fn new() -> Self {
        let app = TestApp::start().await;
        let (staff, mediator) = (app.staff(), app.grid_worker());
        let (one, other) = (app.actor(Role::Resident, "S1/C1/E1/B1/D1"), app.actor(Role::Resident, "S1/C1/E1/B1/D1"));
        let parties = json!([{"person": one.person}, {"person": other.person}, {"name": "三楼租户"}]);
        let body = json!({"unit": app.world.unit("S1/C1/E1/B1/D1"), "title": "楼上漏水", "matter": "谁来修、谁付钱",
            "mediator": mediator.person, "parties": parties});
        let opened = staff.post(MEDIATIONS, &body).await.expect(201);
        assert_eq!((&opened["state"], opened["parties"].as_array().map(Vec::len)), (&json!("open"), Some(3)));
        Self { app, staff, mediator, one, other, mediation: id(&opened) }
    }

    fn path(&self, verb: &str) -> String {
        format!("{MEDIATIONS}/{}{verb}", self.mediation)
    }

    async fn done(&self, by: &Actor, verb: &str, body: Value) -> Value {
        by.post(&self.path(verb), &body).await.expect(200)
    }

    fn day(&self, ahead: i64) -> Value {
        let now = base::db::now(&mut self.app.owner()).expect("the product's clock");
        json!(base::clock::shanghai_date(now + Duration::days(ahead)))
    }
}

#[actix_web::test]
async fn an_agreement_counts_once_everybody_confirmed_it_as_it_stands() {
    let table = Table::new().await;
    let starts_at = base::db::now(&mut table.app.owner()).expect("the product's clock") + Duration::hours(2);
    let planned = table.done(&table.mediator, "/sessions", json!({"starts_at": starts_at, "place": "社区调解室"})).await;
    let session = id(&planned["sessions"][0]);
    let held = format!("/api/v1/governance/mediation-sessions/{session}/hold");
    let held = table.mediator.post(&held, &json!({"minutes": "双方同意先修后算"})).await.expect(200);
    assert_eq!(held["sessions"][0]["state"], "held");
    let text = json!({"text": "楼上修，各付一半", "follow_up_on": table.day(30)});
    table.one.post(&table.path("/confirm"), &json!({})).await.problem(409, "state_conflict");
    table.done(&table.mediator, "/agreement", text.clone()).await;
    table.done(&table.one, "/confirm", json!({})).await;
    table.one.post(&table.path("/confirm"), &json!({})).await.problem(409, "mediation_party_confirmed");
    let open = table.done(&table.other, "/reject", json!({"reason": "应由楼上全付"})).await;
    assert_eq!((&open["state"], &open["parties"][0]["confirmed_at"]), (&json!("open"), &Value::Null));
    let text = json!({"text": "楼上付七成", "follow_up_on": table.day(30)});
    let proposed = table.done(&table.mediator, "/agreement", text).await;
    table.done(&table.one, "/confirm", json!({})).await;
    table.done(&table.other, "/confirm", json!({})).await;
    let paper = |party: usize| format!("/api/v1/governance/mediation-parties/{}/confirm", id(&proposed["parties"][party]));
    let word = json!({"paper": "档案盒 3，当面签字"});
    table.mediator.post(&paper(0), &word).await.problem(409, "state_conflict");
    let settled = table.mediator.post(&paper(2), &word).await.expect(200);
    assert_eq!(settled["state"], "settled");
    let told = table.other.get("/api/v1/me/inbox?limit=100").await.expect(200);
    let told = told["items"].as_array().expect("items").iter().filter(|item| item["kind"] == "mediation_news").count();
    assert!(told >= 4, "{told}");
    let over = table.done(&table.staff, "/follow-up", json!({"kept": true, "note": "已修好"})).await;
    assert_eq!((&over["state"], &over["kept"]), (&json!("closed"), &json!(true)));
}

#[actix_web::test]
async fn nobody_else_knows_of_it() {
    let table = Table::new().await;
    let strangers = [
        table.app.actor(Role::Resident, "S1/C1/E1/B1/D1"),
        table.app.actor(Role::GridWorker, "S1/C1/E1/B1"),
        table.app.actor(Role::CommunityStaff, "S1/C2"),
        table.app.street(),
    ];
    for stranger in &strangers {
        stranger.get(&table.path("")).await.problem(404, "not_found");
        stranger.post(&table.path("/confirm"), &json!({})).await.problem(404, "not_found");
    }
    let listed = table.app.actor(Role::GridWorker, "S1/C1/E1/B1").get(MEDIATIONS).await.expect(200);
    assert_eq!(listed["items"], json!([]));
    assert_eq!(table.mediator.get(MEDIATIONS).await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(table.one.get(&format!("{MEDIATIONS}/mine")).await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    for insider in [&table.one, &table.mediator, &table.staff] {
        insider.get(&table.path("")).await.expect(200);
    }
    table
        .one
        .post(&table.path("/agreement"), &json!({"text": "我来写", "follow_up_on": table.day(3)}))
        .await
        .problem(403, "forbidden");
    let failed = table.done(&table.mediator, "/fail", json!({"reason": "可向人民法院起诉"})).await;
    assert_eq!(failed["state"], "failed");
    table.staff.post(&table.path("/withdraw"), &json!({"reason": "不用了"})).await.problem(409, "state_conflict");
}

#[actix_web::test]
async fn the_mediator_stands_between_the_parties() {
    let table = Table::new().await;
    let new = |mediator: &Actor, parties: Value| {
        json!({"unit": table.app.world.unit("S1/C1/E1/B1/D1"), "title": "噪音", "matter": "夜里吵", "mediator": mediator.person,
            "parties": parties})
    };
    let two = json!([{"person": table.one.person}, {"name": "楼下"}]);
    table.staff.post(MEDIATIONS, &new(&table.other, two.clone())).await.problem(422, "mediator_wrong");
    let own = json!([{"person": table.mediator.person}, {"name": "楼下"}]);
    table.staff.post(MEDIATIONS, &new(&table.mediator, own)).await.problem(422, "mediator_wrong");
    for parties in [
        json!([{"person": table.one.person}]),
        json!([{"person": table.one.person}, {"person": table.one.person}]),
        json!([{"person": table.one.person}, {}]),
    ] {
        table.staff.post(MEDIATIONS, &new(&table.mediator, parties)).await.problem(422, "mediation_parties");
    }
    let far = table.app.actor(Role::GridWorker, "S1/C1/E1/B2");
    far.post(MEDIATIONS, &new(&table.mediator, two)).await.problem(404, "not_found");
    let late = json!({"text": "各退一步", "follow_up_on": table.day(0)});
    table.mediator.post(&table.path("/agreement"), &late).await.problem(422, "mediation_follow_up");
}
