//! The other ways in: in passing, by a worker, as a family proxy, with pictures.

use people::identity::Role;
use serde_json::json;

use super::{REQUESTS, Stage, id, lamp};
use crate::routes::people::files;
use crate::routes::people::proxies::managed;

#[actix_web::test]
async fn a_report_in_passing_takes_a_picture_and_a_place() {
    let stage = Stage::new().await;
    let courier = stage.app.person(Some("19900000031"));
    let place = stage.app.world.unit("S1/C1/E1/B1");
    let picture = files::sent(&courier).await;
    let quick = format!("{REQUESTS}/quick");
    let filed = courier.post(&quick, &json!({"unit": place, "files": [picture]})).await.expect(201);
    assert_eq!((&filed["source"], &filed["files"][0]["id"]), (&json!("courier"), &json!(picture)));
    courier.post(&quick, &json!({"unit": place, "files": [picture]})).await.problem(422, "file_not_usable");
    courier.post(&quick, &json!({"unit": place})).await.problem(422, "says_nothing");
    courier.post(&quick, &json!({"text": "井盖没了"})).await.problem(422, "place_outside");
    stage.app.person(None).post(&quick, &json!({"unit": place, "text": "井盖没了"})).await.problem(409, "phone_required");
    let seen = stage.worker.get(&format!("{REQUESTS}/{}", id(&filed))).await.expect(200);
    assert_eq!(seen["files"].as_array().expect("pictures").len(), 1);
    let given = courier.post(&quick, &json!({"unit": place, "text": "灯不亮", "category": "A01-01"})).await.expect(201);
    assert_eq!(given["state"], "dispatched");
    stage.assert_sound();
}

#[actix_web::test]
async fn a_worker_writes_down_three_fields_for_whoever_came_or_called() {
    let stage = Stage::new().await;
    let caller = stage.app.person(Some("19900000041"));
    let place = stage.app.world.unit("S1/C1/E1/B1/D1");
    let path = format!("{REQUESTS}/intake");
    let group = stage
        .worker
        .post(&path, &json!({"text": "群里反映路灯不亮", "unit": place, "channel": "wechat_group"}))
        .await
        .expect(201);
    let paste = group["paste_back"].as_str().expect("a text for the group");
    assert!(paste.contains(group["number"].as_str().expect("a number")), "{paste}");
    let known = json!({"text": "来电反映停水", "unit": place, "channel": "phone", "phone": "19900000041"});
    let called = stage.worker.post(&path, &known).await.expect(201);
    assert_eq!((&called["source"], &called["reporter"]), (&json!("worker_phone"), &json!(caller.person)));
    assert_eq!(stage.inbox(&caller).await, ["request_moved"], "told that it was written down");
    let unknown = json!({"text": "来访反映噪声", "unit": place, "channel": "walk_in", "phone": "19900000042"});
    let came = stage.worker.post(&path, &unknown).await.expect(201);
    assert_eq!(came["reporter"], json!(null));
    assert_eq!(stage.count("SELECT FROM request_details WHERE contact_sealed IS NOT NULL"), 1);
    let (elder, _) = managed(&stage.app, &stage.worker, 1940).await;
    let body = json!({"text": "想装扶手", "unit": place, "channel": "walk_in", "reporter": elder});
    let for_elder = stage.worker.post(&path, &body).await.expect(201);
    assert_eq!(for_elder["reporter"], json!(elder));
    let far = stage.app.actor(Role::GridWorker, "S1/C1/E1/B2");
    far.post(&path, &body).await.problem(422, "place_outside");
    let near =
        json!({"text": "想装扶手", "unit": stage.app.world.unit("S1/C1/E1/B2/D1"), "channel": "walk_in", "reporter": elder});
    far.post(&path, &near).await.problem(404, "not_found");
    stage.resident.post(&path, &known).await.problem(403, "forbidden");
    stage.assert_sound();
}

#[actix_web::test]
async fn an_answer_reaches_an_elder_without_any_channel_by_a_call() {
    let stage = Stage::new().await;
    let (elder, _) = managed(&stage.app, &stage.worker, 1938).await;
    let place = stage.app.world.unit("S1/C1/E1/B1/D1");
    let body = json!({"text": "想装扶手", "unit": place, "channel": "walk_in", "reporter": elder});
    let request = id(&stage.worker.post(&format!("{REQUESTS}/intake"), &body).await.expect(201));
    stage.done(&stage.worker, &request, "accept", json!({})).await;
    stage.done(&stage.worker, &request, "answer", super::solved()).await;
    stage.app.drain().await;
    let calls = stage.staff.get("/api/v1/grid/call-list").await.expect(200);
    let told: Vec<&str> = calls["items"]
        .as_array()
        .expect("calls")
        .iter()
        .filter(|call| call["person"] == elder.as_str())
        .filter_map(|call| call["text"].as_str())
        .collect();
    assert!(told.iter().any(|text| text.contains("已由")), "{calls}");
    assert!(told.len() >= 2, "accepted and answered: {told:?}");
}

#[actix_web::test]
async fn a_family_proxy_files_and_follows_for_the_elder() {
    let stage = Stage::new().await;
    let relative = stage.app.resident();
    let number = stage.resident.get("/api/v1/me").await.expect(200)["short_number"].clone();
    let mut body = lamp(&stage.app);
    body["on_behalf_of"] = json!(stage.resident.person);
    relative.post(REQUESTS, &body).await.problem(403, "not_a_proxy");
    let asked = relative.post("/api/v1/me/proxies", &json!({"short_number": number, "relation": "child"})).await.expect(201);
    stage.resident.post(&format!("/api/v1/proxies/{}/confirm", id(&asked)), &json!({})).await.expect(200);
    let filed = relative.post(REQUESTS, &body).await.expect(201);
    assert_eq!((&filed["reporter"], &filed["proxy"]), (&json!(stage.resident.person), &json!(relative.person)));
    assert_eq!(filed["source"], "proxy");
    let request = id(&filed);
    stage.resident.get(&format!("{REQUESTS}/{request}")).await.expect(200);
    assert!(stage.inbox(&stage.resident).await.contains(&"request_moved".to_owned()), "the elder is told");
    stage.done(&relative, &request, "withdraw", json!({})).await;
    let events = stage.staff.get(&Stage::path(&request, "events")).await.expect(200);
    let roles: Vec<&str> = events["items"].as_array().expect("items").iter().filter_map(|event| event["role"].as_str()).collect();
    assert_eq!(roles, ["proxy", "proxy"]);
    stage.assert_sound();
}

#[actix_web::test]
async fn a_quick_report_and_an_intake_are_public_only_when_asked_and_then_checked() {
    let stage = Stage::new().await;
    let unit = stage.app.world.unit("S1/C1/E1/B1/D1");
    let quick = json!({"text": "路灯不亮", "unit": unit});
    let mut open = quick.clone();
    open["public"] = json!(true);
    let path = format!("{REQUESTS}/quick");
    let courier = stage.app.person(Some("19900000007"));
    assert_eq!(courier.post(&path, &quick).await.expect(201)["publication"], "private");
    assert_ne!(courier.post(&path, &open).await.expect(201)["publication"], "private");
    let path = format!("{REQUESTS}/intake");
    for (mut body, private) in [(quick, true), (open, false)] {
        body["channel"] = json!("walk_in");
        let view = stage.worker.post(&path, &body).await.expect(201);
        assert_eq!(view["publication"] == "private", private, "{view}");
    }
}
