//! Filing: what is taken, what is refused, what is kept of it.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Binary, Nullable, Text};
use reqwest::Method;

use super::{DEMO_KEY, GOOD, Stage, refusal, with, xml};

#[derive(QueryableByName)]
struct Token {
    #[diesel(sql_type = Text)]
    token: String,
}

impl Stage {
    /// The token of a report, as its row has it.
    pub(super) fn token_of(&self, id: &str) -> String {
        let found: Token = sql_query("SELECT token::text FROM open311_reports WHERE id::text = $1")
            .bind::<Text, _>(id)
            .get_result(&mut self.app.owner())
            .expect("a report");
        found.token
    }

    fn count(&self, table: &str) -> i64 {
        super::super::count(&self.app, table)
    }
}

#[actix_web::test]
async fn a_report_becomes_a_request_of_the_duty_lists_unit_and_is_read_back() {
    let stage = Stage::new().await;
    let more = [
        ("description", "三号楼门口路灯不亮"),
        ("attribute[since]", "2026-11-01T00:00:00+08:00"),
        ("attribute[unknown]", "x"),
        ("foo", "bar"),
    ];
    let reply = stage.post("/requests.xml", &with(&GOOD, &more)).await;
    reply.expect(200);
    let document = xml::read(&reply.text);
    assert_eq!(document.name, "service_requests");
    assert!(document.find("request/service_request_id").is_none(), "an id or a token, never both: {}", reply.text);
    let token = document.at("request/token").to_owned();
    let hidden = stage.get("/requests.json?jurisdiction_id=S1/C1").await.expect(200);
    assert_eq!(hidden.as_array().map(Vec::len), Some(0), "nobody has looked at it yet");
    let id = stage.published(&serde_json::json!([{"token": token}])).await;
    assert!(document.at("request/service_notice").contains("7 个工作日"), "{}", reply.text);

    let seen = stage.one(&id).await;
    assert_eq!(seen["service_request_id"], id.as_str());
    assert_eq!(
        (&seen["status"], &seen["service_code"], &seen["service_name"]),
        (&"open".into(), &"A01-01".into(), &"路灯不亮".into())
    );
    assert_eq!((&seen["description"], &seen["agency_responsible"]), (&"三号楼门口路灯不亮".into(), &"路灯管理所".into()));
    assert_eq!((&seen["lat"], &seen["long"]), (&39.6081.into(), &109.782.into()));
    assert_eq!((&seen["address_id"], &seen["zipcode"]), (&"S1/C1".into(), &serde_json::Value::Null));
    assert!(seen.get("expected_datetime").is_some(), "the published deadline, or null");
    for time in ["requested_datetime", "updated_datetime"] {
        let text = seen[time].as_str().expect("a time");
        assert!(text.ends_with('Z') && text.parse::<chrono::DateTime<chrono::Utc>>().is_ok(), "{time} {text}");
    }
    let token = stage.token_of(&id);
    let told = stage.get(&format!("/tokens/{token}.json")).await.expect(200);
    assert_eq!((&told[0]["service_request_id"], &told[0]["token"]), (&id.as_str().into(), &token.as_str().into()));
}

#[actix_web::test]
async fn a_place_is_named_in_any_of_three_ways_and_an_entrance_is_not_told_on() {
    let stage = Stage::new().await;
    let nowhere = [("lat", ""), ("long", "")];
    refusal(&stage.post("/requests.json", &with(&GOOD, &nowhere)).await, 400);
    refusal(&stage.post("/requests.json", &with(&GOOD, &[("lat", "39"), ("long", "")])).await, 400);
    let by_words = stage.filed(&with(&nowhere, &[("address_string", "三号楼东侧")])).await;
    assert!(!stage.one(&by_words).await.to_string().contains("三号楼东侧"), "words of a place may be somebody's door");
    let by_code = stage.filed(&with(&nowhere, &[("address_id", "S1/C1/E1/B1/D1")])).await;
    let seen = stage.one(&by_code).await;
    assert_eq!((&seen["address_id"], &seen["address"]), (&"S1/C1/E1/B1".into(), &"片区，小区，社区，阳光街道".into()));
    let without_pin = stage.filed(&[("address_id", "#NOTPINPOINTED#")]).await;
    assert_eq!(stage.one(&without_pin).await["address_id"], "S1/C1");
    for (name, value) in
        [("address_id", "S1/C2/E1"), ("address_id", "S1/C9"), ("lat", "NaN"), ("lat", "90.1"), ("long", "1e400"), ("lat", "x")]
    {
        refusal(&stage.post("/requests.json", &with(&GOOD, &[(name, value)])).await, 400);
    }
}

#[actix_web::test]
async fn what_is_wrong_is_refused_and_nothing_is_kept() {
    let stage = Stage::new().await;
    let long = "字".repeat(4001);
    for (more, status) in [
        (&[("api_key", "")][..], 403),
        (&[("api_key", "wrong")][..], 403),
        (&[("jurisdiction_id", "")][..], 400),
        (&[("jurisdiction_id", "S9/C9")][..], 404),
        (&[("service_code", "")][..], 400),
        (&[("service_code", "Z99-99")][..], 404),
        (&[("attribute[where]", "")][..], 400),
        (&[("attribute[where]", "天上")][..], 400),
        (&[("attribute[count]", "inf")][..], 400),
        (&[("attribute[since]", "昨天")][..], 400),
        (&[("description", long.as_str())][..], 400),
        (&[("description", "a\u{202E}b")][..], 400),
        (&[("description", "a\0b")][..], 400),
    ] {
        for format in ["xml", "json"] {
            refusal(&stage.post(&format!("/requests.{format}"), &with(&GOOD, more)).await, status);
        }
    }
    for (kind, body) in [
        ("application/json", "{}"),
        ("text/plain", "x"),
        ("multipart/form-data", "x"),
        ("multipart/form-data; boundary=x", "--x"),
    ] {
        let reply = stage
            .caller
            .send(Method::POST, "/open311/v2/requests.json", |request| request.header("content-type", kind).body(body))
            .await;
        refusal(&reply, if kind.starts_with("multipart") { 400 } else { 415 });
    }
    let huge = "a=".to_owned() + &"x".repeat(300 * 1024);
    let form = "application/x-www-form-urlencoded";
    let reply = stage
        .caller
        .send(Method::POST, "/open311/v2/requests.xml", |request| request.header("content-type", form).body(huge))
        .await;
    refusal(&reply, 413);
    assert_eq!((stage.count("requests"), stage.count("open311_reports"), stage.count("open311_clients")), (0, 0, 0));
}

#[actix_web::test]
async fn extra_fields_change_nothing_and_contacts_are_sealed() {
    let stage = Stage::new().await;
    let contact = [
        ("phone", "19900000001"),
        ("email", "who@example.org"),
        ("first_name", "某某"),
        ("device_id", "device-77"),
        ("media_url", "https://example.org/a.jpg"),
    ];
    let smuggled = [
        ("status", "closed"),
        ("state", "closed"),
        ("id", "1"),
        ("points", "9"),
        ("organization_id", "x"),
        ("description", "井盖"),
    ];
    let id = stage.filed(&with(&contact, &smuggled)).await;
    let seen = stage.one(&id).await;
    assert_eq!(seen["status"], "open");
    for secret in ["19900000001", "who@example.org", "某某", "device-77", "example.org"] {
        for path in ["/requests.json", "/requests.xml", "/bulk.csv", "/bulk.json", "/servicerequestupdates.json"] {
            let shown = stage.get(&format!("{path}?jurisdiction_id=S1/C1&extensions=true")).await;
            shown.expect(200);
            assert!(!shown.text.contains(secret), "{path} shows {secret}");
        }
    }
    #[derive(QueryableByName)]
    struct Sealed {
        #[diesel(sql_type = Nullable<Binary>)]
        contact_sealed: Option<Vec<u8>>,
    }
    let row: Sealed =
        sql_query("SELECT contact_sealed FROM open311_reports").get_result(&mut stage.app.owner()).expect("a report");
    let sealed = row.contact_sealed.expect("a contact");
    assert!(!String::from_utf8_lossy(&sealed).contains("19900000001"));
    let opened = stage.app.serving.parts.ring.open(&format!("open311_reports|contact|{id}"), &sealed).expect("it opens");
    assert!(opened.contains("19900000001") && opened.contains("who@example.org"));
    stage.app.move_clock(chrono::Duration::days(181));
    stage.app.drain().await;
    let row: Sealed =
        sql_query("SELECT contact_sealed FROM open311_reports").get_result(&mut stage.app.owner()).expect("a report");
    assert!(row.contact_sealed.is_none(), "kept for longer than 180 days");
}

#[actix_web::test]
async fn a_multipart_form_is_taken_too() {
    let stage = Stage::new().await;
    let mut form = reqwest::multipart::Form::new();
    for (name, value) in with(&GOOD, &[("description", "多部分表单\n第二行")]) {
        form = form.text(name.to_owned(), value.to_owned());
    }
    let picture = reqwest::multipart::Part::bytes(vec![0xFF, 0xD8, 0xFF, 0x00, 0x0D, 0x0A]).file_name("a.jpg");
    let form = form.part("photo1", picture);
    let reply = stage.caller.send(Method::POST, "/open311/v2/requests.json", |request| request.multipart(form)).await;
    let answer = reply.expect(200);
    assert!(answer[0]["service_notice"].as_str().expect("a notice").contains("照片未接收"), "{}", reply.text);
    let id = stage.published(&answer).await;
    assert_eq!(stage.one(&id).await["description"], "多部分表单\n第二行");
}

#[actix_web::test]
async fn what_is_in_no_item_goes_to_the_community_and_the_test_endpoint_keeps_nothing() {
    let stage = Stage::new().await;
    let other = stage.filed(&[("service_code", "OTHER"), ("description", "说不清楚归谁管")]).await;
    let seen = stage.one(&other).await;
    assert_eq!((&seen["service_code"], &seen["agency_responsible"]), (&"OTHER".into(), &"社区".into()));
    let before = stage.count("requests");
    let path = "/open311/test/v2/requests.json";
    let reply = stage.caller.send(Method::POST, path, |request| super::urlencoded(request, &GOOD)).await;
    assert!(reply.expect(200)[0]["service_request_id"].as_str().expect("an id").starts_with("TEST-"), "{}", reply.text);
    refusal(
        &stage.caller.send(Method::POST, path, |request| super::urlencoded(request, &with(&GOOD, &[("api_key", "x")]))).await,
        403,
    );
    assert_eq!(stage.count("requests"), before);
}

#[actix_web::test]
async fn a_repeat_under_the_same_key_is_one_request() {
    let stage = Stage::new().await;
    let send = |key: &'static str, form: Vec<(&'static str, &'static str)>| {
        stage.caller.send(Method::POST, "/open311/v2/requests.json", move |request| {
            super::urlencoded(request.header("idempotency-key", key), &form)
        })
    };
    let first = send("form-key-1", GOOD.to_vec()).await.expect(200);
    let again = send("form-key-1", GOOD.to_vec()).await.expect(200);
    assert_eq!((&first[0]["token"], first[0]["token"].is_string()), (&again[0]["token"], true));
    let other = send("form-key-1", with(&GOOD, &[("description", "另一件")])).await;
    refusal(&other, 400);
    let next = send("form-key-2", GOOD.to_vec()).await.expect(200);
    assert_ne!(first[0]["token"], next[0]["token"]);
    assert_eq!(stage.count("requests"), 2);
}

#[actix_web::test]
async fn the_demo_key_is_worthless_on_a_real_installation() {
    let stage = Stage::new().await;
    stage.post("/requests.json", &GOOD).await.expect(200);
    let mut owner = stage.app.owner();
    for statement in ["ALTER TABLE installation DISABLE TRIGGER ALL", "UPDATE installation SET kind = 'real', clock_shift = '0'"]
    {
        sql_query(statement).execute(&mut owner).expect("the kind of a test's database");
    }
    assert_eq!(DEMO_KEY, GOOD[0].1);
    refusal(&stage.post("/requests.json", &GOOD).await, 403);
}
