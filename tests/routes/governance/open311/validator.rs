//! The checks of the validator that the first Open311 cities were measured by.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::xml;
use super::{Stage, refusal};

#[actix_web::test]
async fn discovery_passes_the_old_validator() {
    let stage = Stage::new().await;
    let reply = stage.get("/discovery.xml").await;
    reply.expect(200);
    // It compares the whole content type: a charset behind it fails.
    assert_eq!(reply.header("content-type"), "text/xml");
    let discovery = xml::read(&reply.text);
    assert_eq!(discovery.name, "discovery");
    for field in ["changeset", "contact", "key_service"] {
        assert!(!discovery.at(field).is_empty(), "{field}");
    }
    let endpoints = discovery.find("endpoints").expect("endpoints").all("endpoint");
    assert!(endpoints.len() >= 2, "one endpoint alone is parsed as no list");
    let mut changesets = vec![discovery.at("changeset")];
    for endpoint in &endpoints {
        assert_eq!(endpoint.at("specification"), "http://wiki.open311.org/GeoReport_v2");
        assert!(endpoint.at("url").starts_with(&stage.app.url), "{}", endpoint.at("url"));
        assert!(["production", "test"].contains(&endpoint.at("type")));
        let formats = endpoint.find("formats").expect("formats").all("format");
        assert!(formats.len() >= 2 && formats.iter().any(|format| format.text == "text/xml"));
        changesets.push(endpoint.at("changeset"));
    }
    for changeset in changesets {
        let at: DateTime<Utc> = changeset.parse().expect("a time");
        assert!(at <= Utc::now(), "{changeset} lies ahead");
    }

    let reply = stage.get("/discovery.json").await;
    let discovery = reply.expect(200);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(discovery["endpoints"].as_array().map(Vec::len), Some(2));
    assert_eq!(discovery["endpoints"][0]["formats"], json!(["text/xml", "application/json"]));
    assert_eq!(discovery["endpoints"][1]["type"], "test");
}

#[actix_web::test]
async fn both_endpoints_of_the_discovery_answer() {
    let stage = Stage::new().await;
    let discovery = stage.get("/discovery.json").await.expect(200);
    for endpoint in discovery["endpoints"].as_array().expect("endpoints") {
        let path = endpoint["url"].as_str().expect("a URL").trim_start_matches(&stage.app.url).to_owned();
        let reply = stage.caller.get(&format!("{path}/services.xml?jurisdiction_id=S1/C1")).await;
        reply.expect(200);
        assert_eq!(reply.header("content-type"), "text/xml", "{path}");
        assert!(xml::read(&reply.text).all("service").iter().all(|service| !service.at("service_code").is_empty()));
    }
}

/// Each call, in both spellings: what it takes besides the format, and the XML root with its items.
const CALLS: [(&str, &str, &str); 8] = [
    ("/services.{}?jurisdiction_id=S1/C1", "services", "service"),
    ("/services/A01-01.{}?jurisdiction_id=S1/C1", "service_definition", ""),
    ("/requests.{}?jurisdiction_id=S1/C1", "service_requests", "request"),
    ("/requests/{id}.{}?jurisdiction_id=S1/C1", "service_requests", "request"),
    ("/tokens/{token}.{}", "service_requests", "request"),
    ("/servicerequestupdates.{}?jurisdiction_id=S1/C1", "service_request_updates", "request_update"),
    ("/bulk.{}?jurisdiction_id=S1/C1", "service_requests", "request"),
    ("/discovery.{}", "discovery", ""),
];

#[actix_web::test]
async fn every_call_says_the_same_in_both_spellings() {
    let stage = Stage::new().await;
    let id = stage.filed(&[("description", "灯 & <b>\"光\"</b>\n第二行")]).await;
    let token = stage.token_of(&id);
    for (path, root, item) in CALLS {
        let path = path.replace("{id}", &id).replace("{token}", &token);
        let as_xml = stage.get(&path.replace("{}", "xml")).await;
        as_xml.expect(200);
        let as_json = stage.get(&path.replace("{}", "json")).await;
        let value = as_json.expect(200);
        assert_eq!((as_xml.header("content-type"), as_json.header("content-type")), ("text/xml", "application/json"), "{path}");
        let document = xml::read(&as_xml.text);
        assert_eq!(document.name, root, "{path}");
        let (things, objects) = match item {
            "" => (vec![&document], vec![value.clone()]),
            _ => (document.all(item), value.as_array().expect("a list at the top").clone()),
        };
        assert!(!things.is_empty() && things.len() == objects.len(), "{path}: {}", as_json.text);
        for (thing, object) in things.iter().zip(&objects) {
            for (name, value) in object.as_object().expect("an object") {
                let shown = thing.find(name).unwrap_or_else(|| panic!("{path}: no {name} in XML"));
                match value {
                    serde_json::Value::Null => assert_eq!(shown.text, "", "{path} {name}"),
                    serde_json::Value::String(text) => assert_eq!(&shown.text, text, "{path} {name}"),
                    serde_json::Value::Array(items) => assert_eq!(shown.items.len(), items.len(), "{path} {name}"),
                    other => assert_eq!(shown.text, other.to_string(), "{path} {name}"),
                }
            }
        }
    }
}

#[actix_web::test]
async fn refusals_are_open311s_own_in_both_spellings() {
    let stage = Stage::new().await;
    for format in ["xml", "json"] {
        for (path, status) in [
            (format!("/services.{format}"), 400),
            (format!("/services.{format}?jurisdiction_id=S1/C9"), 404),
            (format!("/services.{format}?jurisdiction_id=S1"), 404),
            (format!("/services/Z99-99.{format}?jurisdiction_id=S1/C1"), 404),
            (format!("/requests/nothing.{format}?jurisdiction_id=S1/C1"), 404),
            (format!("/requests/{}.{format}?jurisdiction_id=S1/C1", uuid::Uuid::now_v7()), 404),
            (format!("/tokens/nothing.{format}"), 404),
            (format!("/tokens/{}.{format}", uuid::Uuid::new_v4()), 404),
            (format!("/requests.{format}?jurisdiction_id=S1/C1&status=fixed"), 400),
            (format!("/requests.{format}?jurisdiction_id=S1/C1&start_date=2026-01-01"), 400),
            (
                format!("/requests.{format}?jurisdiction_id=S1/C1&start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z"),
                400,
            ),
            (format!("/requests.{format}?jurisdiction_id=S1/C1&page_size=1001"), 400),
            (format!("/requests.{format}?jurisdiction_id=S1/C1&page=%00"), 400),
            (format!("/nothing.{format}"), 404),
        ] {
            assert!(!refusal(&stage.get(&path).await, status).is_empty(), "{path}");
        }
        let wrong_method = stage.post(&format!("/discovery.{format}"), &[]).await;
        assert!([404, 405].contains(&wrong_method.status), "{}", wrong_method.text);
        refusal(&wrong_method, wrong_method.status);
    }
    refusal(&stage.get("/services.html?jurisdiction_id=S1/C1").await, 404);
    let english = stage
        .caller
        .send(reqwest::Method::GET, "/open311/v2/services.json", |request| request.header("accept-language", "en"))
        .await;
    assert_eq!(refusal(&english, 400), "The parameter jurisdiction_id is missing.");
}
