//! The starter pack: one decision of two people puts a whole duty list in force.

use people::identity::Role;
use serde_json::{Value, json};

use super::{one_household, organization};
use crate::support::TestApp;

const PACKS: &str = "/api/v1/governance/starter-packs";
const ITEMS: &str = "/api/v1/governance/duty-items";

fn id_of(view: &Value) -> String {
    view["id"].as_str().expect("an id").to_owned()
}

#[actix_web::test]
async fn one_decision_of_two_people_brings_everything() {
    let app = TestApp::start().await;
    let (asks, approves, community) = (app.staff(), app.staff(), app.world.unit("S1/C1"));
    let company = organization(&app, "property", "安居物业", "P1", community);
    let committee = organization(&app, "committee", "居委会", "C1", community);
    let water = organization(&app, "company", "城市供水公司", "W1", app.world.unit("S1"));
    let body = json!({"community": community, "name": "激励", "sponsor_unit": app.world.unit("S1"),
        "period_from": "2020-01-01", "period_to": "2120-12-31", "amount": "1000"});
    let budget = id_of(&asks.post("/api/v1/points/budgets", &body).await.expect(201));
    approves.post(&format!("/api/v1/points/budgets/{budget}/approve"), &json!({})).await.expect(200);
    // What the community has already stays.
    let content =
        json!({"major": "供水", "middle": "停水", "title": "停水（本社区）", "deadline_class": "general_7d", "reason": "自定"});
    let own = json!({"community": community, "code": "B01-01", "content": content});
    let own = id_of(&asks.post("/api/v1/governance/duty-drafts", &own).await.expect(201));
    approves.post(&format!("/api/v1/governance/duty-drafts/{own}/approve"), &json!({})).await.expect(200);

    let asked = asks.post(PACKS, &json!({"community": community, "budget": budget})).await.expect(201);
    asks.post(PACKS, &json!({"community": community})).await.problem(409, "starter_pack_waits");
    let approve = format!("{PACKS}/{}/approve", id_of(&asked));
    asks.post(&approve, &json!({})).await.problem(403, "own_interest");
    let adopted = approves.post(&approve, &json!({})).await.expect(200);
    assert_eq!(adopted["state"], "adopted");
    let outcome = &adopted["outcome"];
    assert_eq!((&outcome["items"], &outcome["skipped"]), (&json!(119), &json!(1)), "{outcome}");
    assert!(outcome["templates"].as_u64() >= Some(20) && outcome["rules"].as_u64() >= Some(5), "{outcome}");
    approves.post(&approve, &json!({})).await.problem(409, "starter_pack_decided");

    let resident = app.resident();
    let one = |code: &str| format!("{ITEMS}?category={code}");
    let lead = |view: Value| view["items"][0]["lead"]["id"].clone();
    assert_eq!(lead(resident.get(&one("A01-01")).await.expect(200)), json!(company));
    assert_eq!(lead(resident.get(&one("B02-01")).await.expect(200)), json!(water), "the street's directory too");
    assert_eq!(lead(resident.get(&one("O01-03")).await.expect(200)), json!(committee));
    let gas = resident.get(&one("D01-01")).await.expect(200);
    assert_eq!(
        (&gas["items"][0]["lead"], &gas["items"][0]["lead_hint"]),
        (&Value::Null, &json!("燃气企业")),
        "nobody is guessed"
    );
    assert_eq!(gas["items"][0]["deadline_class"], "danger_2h");
    assert_eq!(resident.get(&one("B01-01")).await.expect(200)["items"][0]["title"], "停水（本社区）");
    let rules = resident.get("/api/v1/points/rules?kind=confirmed_request&state=in_force").await.expect(200);
    assert_eq!(rules["items"][0]["amount_per_unit"], "2");
    assert_eq!(
        (&rules["items"][0]["created_by"], &rules["items"][0]["approved_by"]),
        (&json!(asks.person), &json!(approves.person))
    );
}

#[actix_web::test]
async fn a_household_does_not_adopt_and_another_community_does_not_reach() {
    let app = TestApp::start().await;
    let (asks, approves, community) = (app.staff(), app.staff(), app.world.unit("S1/C1"));
    one_household(&app, &[&asks, &approves]);
    let asked = asks.post(PACKS, &json!({"community": community})).await.expect(201);
    let path = format!("{PACKS}/{}", id_of(&asked));
    approves.post(&format!("{path}/approve"), &json!({})).await.problem(403, "own_interest");
    let there = app.actor(Role::CommunityStaff, "S1/C2");
    there.post(&format!("{path}/approve"), &json!({})).await.problem(404, "not_found");
    there.post(PACKS, &json!({"community": community})).await.problem(404, "not_found");
    assert_eq!(there.get(PACKS).await.expect(200)["items"], json!([]));
    assert_eq!(asks.post(&format!("{path}/refuse"), &json!({})).await.expect(200)["state"], "refused", "withdrawn");
    asks.post(PACKS, &json!({"community": community})).await.expect(201);
    assert_eq!(app.resident().get(ITEMS).await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn the_pack_is_read_before_it_is_decided_on_and_its_rewards_are_the_programs() {
    let app = TestApp::start().await;
    let pack = app.staff().get("/api/v1/governance/starter-pack").await.expect(200);
    assert_eq!(pack["items"].as_array().map(Vec::len), Some(120));
    let mut shown: Vec<(String, String)> = pack["rewards"]
        .as_array()
        .expect("rewards")
        .iter()
        .map(|reward| {
            (reward["kind"].as_str().unwrap_or_default().to_owned(), reward["name"].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    let mut known: Vec<(String, String)> =
        life::offers::OfferKind::ALL.iter().map(|kind| (kind.name().to_owned(), kind.zh().to_owned())).collect();
    shown.sort();
    known.sort();
    assert_eq!(shown, known, "the whitelist of offers");
    app.resident().get("/api/v1/governance/starter-pack").await.problem(403, "forbidden");
}
