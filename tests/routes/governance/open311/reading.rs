//! Reading: lists, filters, extensions, bulk, and who is not shown.

use diesel::prelude::*;
use diesel::sql_query;
use serde_json::{Value, json};

use super::Stage;

fn ids(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|item| item["service_request_id"].as_str().expect("an id").to_owned()).collect()
}

impl Stage {
    async fn listed(&self, query: &str) -> Vec<String> {
        ids(&self.get(&format!("/requests.json?jurisdiction_id=S1/C1{query}")).await.expect(200))
    }
}

#[actix_web::test]
async fn the_services_are_the_duty_list_in_force() {
    let stage = Stage::new().await;
    let services = stage.get("/services.json?jurisdiction_id=S1/C1").await.expect(200);
    let lamp = &services[0];
    assert_eq!(
        (&lamp["service_code"], &lamp["service_name"], &lamp["group"]),
        (&json!("A01-01"), &json!("路灯不亮"), &json!("市政设施"))
    );
    assert_eq!((&lamp["keywords"], &lamp["metadata"], &lamp["type"]), (&json!("路灯, 不亮"), &json!(true), &json!("realtime")));
    assert_eq!((&services[1]["metadata"], &services[2]["service_code"]), (&json!(false), &json!("OTHER")));
    let elsewhere = stage.get("/services.json?jurisdiction_id=S1/C2").await.expect(200);
    assert_eq!(elsewhere.as_array().map(Vec::len), Some(1), "the neighbour's list is its own");
    let definition = stage.get("/services/A01-01.json?jurisdiction_id=S1/C1").await.expect(200);
    assert_eq!(definition["service_code"], "A01-01");
    let attributes = definition["attributes"].as_array().expect("attributes");
    let kinds: Vec<&str> = attributes.iter().map(|attribute| attribute["datatype"].as_str().expect("a type")).collect();
    assert_eq!(kinds, ["singlevaluelist", "datetime", "singlevaluelist", "number"]);
    let first = &attributes[0];
    assert_eq!(
        (&first["variable"], &first["required"], &first["order"], &first["code"]),
        (&json!(true), &json!(true), &json!(1), &json!("where"))
    );
    assert_eq!(first["values"], json!([{"key": "楼内", "name": "楼内"}, {"key": "楼外", "name": "楼外"}]));
}

#[actix_web::test]
async fn lists_are_narrowed_by_id_service_status_and_range() {
    let stage = Stage::new().await;
    let one = stage.filed(&[]).await;
    let two = stage.filed(&[("service_code", "A01-02")]).await;
    let three = stage.filed(&[("service_code", "OTHER")]).await;
    assert_eq!(stage.listed("").await, [three.clone(), two.clone(), one.clone()]);
    assert_eq!(stage.listed("&service_code=A01-01,A01-02").await, [two.clone(), one.clone()]);
    assert_eq!(stage.listed("&service_code=OTHER").await, std::slice::from_ref(&three));
    assert_eq!(stage.listed("&service_code=Z99-99").await.len(), 0);
    assert_eq!(stage.listed("&status=closed").await.len(), 0);
    assert_eq!(stage.listed("&status=open,closed").await.len(), 3);
    assert_eq!(stage.listed("&page=2&page_size=2").await, std::slice::from_ref(&one));
    // The ids override everything else; what is no id finds nothing.
    assert_eq!(
        stage.listed(&format!("&service_request_id={one},{two},x&status=closed&start_date=x")).await,
        [two.clone(), one.clone()]
    );
    assert_eq!(stage.listed("&service_request_id=nothing").await.len(), 0);
    let past = "&start_date=2020-01-01T00:00:00Z&end_date=2020-02-01T00:00:00%2B08:00";
    assert_eq!(stage.listed(past).await.len(), 0);
    stage.app.move_clock(chrono::Duration::days(91));
    assert_eq!(stage.listed("").await.len(), 0, "the last 90 days by default");
    let neighbours = stage.get(&format!("/requests.json?jurisdiction_id=S1/C2&service_request_id={one}")).await.expect(200);
    assert_eq!(ids(&neighbours).len(), 0);
}

#[actix_web::test]
async fn only_published_requests_are_shown() {
    let stage = Stage::new().await;
    let one = stage.filed(&[]).await;
    let private = json!({"text": "我家漏水，门牌 301", "unit": stage.app.world.unit("S1/C1/E1/B1/D1"), "public": false});
    stage.app.resident().post("/api/v1/governance/requests", &private).await.expect(201);
    assert_eq!(stage.listed("").await, std::slice::from_ref(&one));
    for publication in ["pending", "refused"] {
        sql_query(format!("UPDATE requests SET publication = '{publication}' WHERE public"))
            .execute(&mut stage.app.owner())
            .expect("a state");
        assert_eq!(stage.listed("").await.len(), 0, "{publication}");
        assert_eq!(stage.get(&format!("/requests/{one}.json?jurisdiction_id=S1/C1")).await.status, 404);
        let token = stage.token_of(&one);
        let told = stage.get(&format!("/tokens/{token}.json")).await.expect(200);
        assert_eq!(told[0]["service_request_id"].is_null(), publication == "pending", "an id once it was looked at");
    }
}

#[actix_web::test]
async fn extensions_add_the_timeline_and_bulk_has_every_column() {
    let stage = Stage::new().await;
    let id = stage.filed(&[("description", "=1+1 路灯")]).await;
    let plain = stage.one(&id).await;
    assert!(plain.get("notes").is_none());
    let more = stage.get(&format!("/requests/{id}.json?jurisdiction_id=S1/C1&extensions=true")).await.expect(200)[0].clone();
    let kinds: Vec<&str> =
        more["notes"].as_array().expect("notes").iter().map(|note| note["type"].as_str().expect("a type")).collect();
    assert_eq!(kinds, ["filed", "dispatched"]);
    assert_eq!(more["extended_attributes"]["state"], "dispatched");
    assert!(more["attributes"].as_array().expect("attributes").iter().any(|one| one["code"] == "number"));
    let csv = stage.get("/bulk.csv?jurisdiction_id=S1/C1").await;
    csv.expect(200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let mut lines = csv.text.lines();
    assert_eq!(
        lines.next(),
        Some(
            "service_request_id,requested_datetime,updated_datetime,closed_date,status_description,status_notes,source,service_name,service_subtype,description,agency_responsible,address,lat,long"
        )
    );
    let line = lines.next().expect("a row");
    assert!(line.starts_with(&id) && line.contains("'=1+1 路灯") && line.contains(",open311,路灯不亮,A01-01,"), "{line}");
    let bulk = stage.get("/bulk.json?jurisdiction_id=S1/C1").await.expect(200);
    assert_eq!((&bulk[0]["description"], &bulk[0]["lat"]), (&json!("=1+1 路灯"), &json!(39.6081)));
}
