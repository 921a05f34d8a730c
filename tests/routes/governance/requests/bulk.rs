//! Requests out of a file.

use serde_json::{Value, json};

use super::{REQUESTS, Stage};
use crate::support::Actor;

async fn import(by: &Actor, query: &str, file: &str) -> crate::support::Reply {
    let path = format!("{REQUESTS}/import?{query}");
    let key = uuid::Uuid::new_v4().to_string();
    let body = file.to_owned();
    by.send(reqwest::Method::POST, &path, |request| {
        request.header("idempotency-key", key).header("content-type", "application/octet-stream").body(body)
    })
    .await
}

const FILE: &str = "原编号,网格编码,诉求内容,事项编码,联系电话,纬度,经度\n\
    12345-1,S1/C1/E1/B1/D1,三号楼路灯不亮,A01-01,19900000001,39.6,109.8\n\
    12345-2,S1/C1,井盖松动,,,,\n\
    12345-2,S1/C1,井盖又松动,,,,\n\
    12345-3,S1/C2/E1/B1,邻区的事,,,,\n\
    12345-4,S1/C1,没有这个事项,Z99-99,,,\n\
    12345-5,S1/C1,电话不对,,123,,\n\
    12345-6,S1/C1,,,,,\n";

#[actix_web::test]
async fn a_file_is_tried_taken_and_taken_again_without_doubles() {
    let stage = Stage::new().await;
    let query = format!("community={}", stage.app.world.unit("S1/C1"));
    let listed = async || stage.staff.get(REQUESTS).await.expect(200)["items"].as_array().map_or(0, Vec::len);
    let tried = import(&stage.staff, &format!("{query}&dry_run=true"), FILE).await.expect(200);
    assert_eq!((&tried["created"], &tried["refused"], listed().await), (&json!(2), &json!(5), 0), "{tried}");
    let issue = |at: usize| (tried["errors"][at]["row"].clone(), tried["errors"][at]["column"].clone());
    let issues: Vec<(Value, Value)> = (0..5).map(issue).collect();
    let wanted = [(4, "number"), (5, "place"), (6, "category"), (7, "phone"), (8, "text")];
    assert_eq!(issues, wanted.map(|(row, column)| (json!(row), json!(column))), "{tried}");
    let taken = import(&stage.staff, &query, FILE).await.expect(200);
    assert_eq!((&taken["created"], &taken["unchanged"], listed().await), (&json!(2), &json!(0), 2));
    let again = import(&stage.staff, &query, FILE).await.expect(200);
    assert_eq!((&again["created"], &again["unchanged"], listed().await), (&json!(0), &json!(2), 2));
    let page = stage.staff.get(&format!("{REQUESTS}?category=A01-01")).await.expect(200);
    let first = &page["items"][0];
    assert_eq!(
        (&first["source"], &first["state"], &first["public"]),
        (&json!("bulk_import"), &json!("dispatched"), &json!(false))
    );
    import(&stage.worker, &query, FILE).await.problem(403, "forbidden");
    let there = format!("community={}", stage.app.world.unit("S1/C2"));
    import(&stage.staff, &there, FILE).await.problem(404, "not_found");
    stage.assert_sound();
}
