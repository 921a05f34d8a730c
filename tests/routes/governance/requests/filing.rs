//! Filing: what is written at once, what is refused, and that one key files once.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{REQUESTS, Stage, duty, id, lamp};

#[actix_web::test]
async fn a_request_without_a_category_waits_in_the_communitys_queue() {
    let stage = Stage::new().await;
    let filed = stage.resident.post(REQUESTS, &lamp(&stage.app)).await.expect(201);
    let number = filed["number"].as_str().expect("a number");
    assert!(number.starts_with("SQ-") && number.ends_with("-0001"), "{number}");
    assert_eq!(
        (&filed["state"], &filed["desk"], &filed["publication"]),
        (&json!("submitted"), &json!("community"), &json!("private"))
    );
    let again = stage.resident.post(REQUESTS, &lamp(&stage.app)).await.expect(201);
    assert!(again["number"].as_str().expect("a number").ends_with("-0002"), "{again}");
    assert_eq!(stage.timeline(&stage.resident, &id(&filed)).await, ["filed"]);
    stage.app.drain().await;
    assert_eq!(stage.inbox(&stage.worker).await, ["request_waits", "request_waits"]);
    stage.assert_sound();
}

#[actix_web::test]
async fn the_duty_list_gives_unit_and_helpers_at_once() {
    let stage = Stage::new().await;
    let request = stage.dispatched().await;
    let seen = stage.resident.get(&format!("{REQUESTS}/{request}")).await.expect(200);
    assert_eq!((&seen["state"], &seen["desk"], &seen["title"]), (&json!("dispatched"), &json!("unit"), &json!("路灯不亮")));
    assert_eq!(seen["organization"], json!(stage.lamps));
    assert_eq!(stage.timeline(&stage.resident, &request).await, ["filed", "dispatched"]);
    stage.app.drain().await;
    assert_eq!(stage.inbox(&stage.lamp_man).await, ["request_waits"]);
    assert_eq!(stage.inbox(&stage.road_man).await, ["request_waits"]);
    assert!(stage.inbox(&stage.worker).await.is_empty());
    stage.assert_sound();
}

#[actix_web::test]
async fn one_key_files_once_however_often_it_comes() {
    let stage = Stage::new().await;
    let body = lamp(&stage.app);
    let answers = join_all((0..64).map(|_| stage.resident.post_with_key(REQUESTS, "one-key-for-all", &body))).await;
    let filed: Vec<&crate::support::Reply> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert!(!filed.is_empty());
    let first = id(&filed[0].json());
    assert!(filed.iter().all(|answer| id(&answer.json()) == first));
    assert_eq!(filed.iter().filter(|answer| answer.header("idempotency-replayed").is_empty()).count(), 1);
    assert!(answers.iter().all(|answer| [201, 409, 503].contains(&answer.status)), "{answers:?}");
    assert_eq!(stage.count("SELECT FROM requests"), 1);
    stage.assert_sound();
}

#[actix_web::test]
async fn bad_input_is_refused_with_its_code_and_leaves_nothing() {
    let stage = Stage::new().await;
    let questions = json!([
        {"key": "where", "text": "楼内还是楼外？", "kind": "choice", "required": true, "choices": ["楼内", "楼外"]},
        {"key": "count", "text": "几盏？", "kind": "number"},
    ]);
    duty(&stage.app, "S1/C1", "B01-01", None, &[], questions);
    let home = stage.app.world.unit("S1/C1/E1/B1/D1");
    let with = |name: &str, value: Value| {
        let mut body = lamp(&stage.app);
        body[name] = value;
        body
    };
    let asked = |answers: Value| {
        let mut body = with("category", json!("B01-01"));
        body["answers"] = answers;
        body
    };
    let pin = |lat: f64, system: &str| json!({"lat": lat, "lon": 109.8, "system": system});
    let files: Vec<uuid::Uuid> = (0..10).map(|_| uuid::Uuid::new_v4()).collect();
    let cases = [
        (with("category", json!("Z99-99")), "category_unknown"),
        (asked(json!([])), "answer_wrong"),
        (asked(json!([{"key": "where", "value": "天上"}])), "answer_wrong"),
        (asked(json!([{"key": "where", "value": "楼内"}, {"key": "count", "value": "两盏"}])), "answer_wrong"),
        (asked(json!([{"key": "where", "value": "楼内"}, {"key": "colour", "value": "红"}])), "answer_wrong"),
        (with("answers", json!([{"key": "where", "value": "楼内"}])), "answer_wrong"),
        (with("unit", json!(stage.app.world.unit("S1/C2/E1/B1/D1"))), "place_outside"),
        (with("unit", json!(stage.app.world.unit("S1"))), "place_outside"),
        (with("unit", json!(uuid::Uuid::now_v7())), "place_outside"),
        (json!({"text": "路灯不亮"}), "place_outside"),
        (json!({"text": "路灯不亮", "ticket": "不存在的海报"}), "place_outside"),
        (json!({"unit": home}), "invalid_field"),
        (with("text", json!(" ")), "invalid_field"),
        (with("text", json!("长".repeat(2001))), "invalid_field"),
        (with("text", json!("灯\u{202E}亮")), "invalid_field"),
        (with("pin", pin(91.0, "wgs84")), "invalid_field"),
        (with("pin", pin(39.0, "bd09")), "invalid_field"),
        (with("pin", json!({"lat": 39.0, "lon": 109.8})), "invalid_field"),
        (with("files", json!(files)), "invalid_field"),
        (with("files", json!([uuid::Uuid::new_v4()])), "file_not_usable"),
        (with("priority", json!("high")), "unknown_field"),
    ];
    for (body, code) in cases {
        let refused = stage.resident.post(REQUESTS, &body).await;
        refused.problem(422, code);
    }
    assert_eq!(stage.count("SELECT FROM requests"), 0);
    assert_eq!(stage.count("SELECT FROM request_events"), 0);
    let fine = asked(json!([{"key": "where", "value": "楼内"}, {"key": "count", "value": "2"}]));
    let filed = stage.resident.post(REQUESTS, &fine).await.expect(201);
    assert_eq!(
        (&filed["desk"], &filed["category"]),
        (&json!("community"), &json!("B01-01")),
        "no lead: the community's own queue"
    );
    stage.assert_sound();
}

#[actix_web::test]
async fn danger_is_answered_at_once_and_a_pin_is_stored_as_wgs84() {
    let stage = Stage::new().await;
    let body = json!({"text": "楼道里有很浓的煤气味！", "unit": stage.app.world.unit("S1/C1/E1/B1/D1"),
        "pin": {"lat": 39.91640428150164, "lon": 116.41024449916938, "system": "gcj02"}});
    let filed = stage.resident.post(REQUESTS, &body).await.expect(201);
    assert_eq!((&filed["emergency"][0]["kind"], &filed["emergency"][0]["call"]), (&json!("gas"), &json!("119")));
    let near = |name: &str, wanted: f64| (filed["pin"][name].as_f64().expect("degrees") - wanted).abs() < 1e-6;
    assert!(near("lat", 39.915) && near("lon", 116.404), "{filed}");
    let calm = stage.resident.post(REQUESTS, &lamp(&stage.app)).await.expect(201);
    assert_eq!(calm["emergency"], json!([]));
}

#[actix_web::test]
async fn a_public_text_waits_for_its_check_and_is_handled_meanwhile() {
    let stage = Stage::new().await;
    let mut body = lamp(&stage.app);
    body["public"] = json!(true);
    let filed = stage.resident.post(REQUESTS, &body).await.expect(201);
    assert_eq!((&filed["publication"], &filed["state"]), (&json!("pending"), &json!("submitted")), "no WeChat: a person looks");
    let request = id(&filed);
    stage.done(&stage.worker, &request, "accept", json!({})).await;
    let items = stage.staff.get("/api/v1/screening/items").await.expect(200);
    let item = id(&items["items"][0]);
    stage.staff.post(&format!("/api/v1/screening/items/{item}/publish"), &json!({})).await.expect(200);
    let seen = stage.resident.get(&format!("{REQUESTS}/{request}")).await.expect(200);
    assert_eq!((&seen["publication"], &seen["state"]), (&json!("published"), &json!("accepted")));
    let private = stage.resident.post(REQUESTS, &lamp(&stage.app)).await.expect(201);
    assert_eq!(private["publication"], "private");
    assert_eq!(stage.count("SELECT FROM screening_items WHERE noun = 'request'"), 1, "a private text is nobody's business");
    stage.assert_sound();
}
