//! Suggestions of a category, with their reason, and what stands open near by.

use serde_json::{Value, json};

use crate::support::TestApp;

const SUGGESTIONS: &str = "/api/v1/governance/requests/suggestions";
const REQUESTS: &str = "/api/v1/governance/requests";

async fn with_pack(app: &TestApp) {
    let (asks, approves) = (app.staff(), app.staff());
    let packs = "/api/v1/governance/starter-packs";
    let asked = asks.post(packs, &json!({"community": app.world.unit("S1/C1")})).await.expect(201);
    let approve = format!("{packs}/{}/approve", asked["id"].as_str().expect("an id"));
    approves.post(&approve, &json!({})).await.expect(200);
}

fn codes(view: &Value) -> Vec<&str> {
    view["suggestions"].as_array().expect("a list").iter().filter_map(|one| one["code"].as_str()).collect()
}

#[actix_web::test]
async fn words_and_past_requests_vote_and_say_why() {
    let app = TestApp::start().await;
    with_pack(&app).await;
    let (resident, community) = (app.resident(), app.world.unit("S1/C1"));
    let ask = |text: &str| json!({"community": community, "text": text});
    let water = resident.post(SUGGESTIONS, &ask("早上起来家里就没水了")).await.expect(200);
    assert_eq!(codes(&water)[0], "B01-01");
    assert!(water["suggestions"][0]["why"].as_str().is_some_and(|why| why.contains("没水")), "{water}");
    let strange = "东门岗亭旁边那个铁疙瘩老是嘀嘀叫";
    assert!(!codes(&resident.post(SUGGESTIONS, &ask(strange)).await.expect(200)).contains(&"I03-02"));
    let filed =
        json!({"unit": app.world.unit("S1/C1/E1/B1"), "text": "东门岗亭的铁疙瘩又嘀嘀叫", "category": "I03-02", "public": true});
    resident.post(REQUESTS, &filed).await.expect(201);
    let learned = resident.post(SUGGESTIONS, &ask(strange)).await.expect(200);
    assert_eq!(codes(&learned)[0], "I03-02");
    assert!(learned["suggestions"][0]["why"].as_str().is_some_and(|why| why.contains("1 件相似")), "{learned}");
    let there = json!({"community": app.world.unit("S1/C2"), "text": strange});
    assert!(
        codes(&resident.post(SUGGESTIONS, &there).await.expect(200)).is_empty(),
        "another community has neither list nor past"
    );
    let wrong = json!({"community": app.world.unit("S1/C1/E1"), "text": strange});
    resident.post(SUGGESTIONS, &wrong).await.problem(404, "not_found");
}

#[actix_web::test]
async fn what_stands_open_near_by_is_offered_to_join_and_private_ones_never() {
    let app = TestApp::start().await;
    with_pack(&app).await;
    let (resident, community) = (app.resident(), app.world.unit("S1/C1"));
    let pin = |lat: f64| json!({"lat": lat, "lon": 109.8, "system": "wgs84"});
    for (text, public) in [("单元门口路灯不亮了", true), ("单元门口路灯不亮，我家的事别公开", false)] {
        let filed = json!({"unit": app.world.unit("S1/C1/E1/B1"), "text": text, "category": "G02-01", "public": public, "pin": pin(39.6)});
        resident.post(REQUESTS, &filed).await.expect(201);
    }
    diesel::RunQueryDsl::execute(
        diesel::sql_query("UPDATE requests SET publication = 'published' WHERE public"),
        &mut app.owner(),
    )
    .expect("checked texts");
    let ask = |lat: f64, text: &str| json!({"community": community, "text": text, "pin": pin(lat), "category": "G02-01"});
    let near = app.resident().post(SUGGESTIONS, &ask(39.601, "路灯不亮")).await.expect(200);
    assert_eq!(near["similar"].as_array().map(Vec::len), Some(1), "{near}");
    assert_eq!((&near["similar"][0]["metres"], &near["similar"][0]["title"]), (&json!(111), &json!("路灯不亮")));
    let far = app.resident().post(SUGGESTIONS, &ask(39.61, "路灯不亮")).await.expect(200);
    assert_eq!(far["similar"], json!([]));
    let other = app.resident().post(SUGGESTIONS, &ask(39.6, "下水道堵了")).await.expect(200);
    assert_eq!(other["similar"], json!([]), "another matter at the same place");
}
