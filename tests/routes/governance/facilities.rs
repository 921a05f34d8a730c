//! Facilities over HTTP: the register, codes that are scanned, devices that report.

use base::ids::OrganizationId;
use chrono::{DateTime, Duration, Utc};
use people::identity::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::organization;
use crate::support::{Actor, Reply, TestApp};

const BASE: &str = "/api/v1/governance/facilities";
const CODES: &str = "/api/v1/governance/facility-codes";
const KEYS: &str = "/api/v1/governance/facility-device-keys";

fn id(view: &Value) -> String {
    view["id"].as_str().expect("an id").to_owned()
}

fn now(app: &TestApp) -> DateTime<Utc> {
    base::db::now(&mut app.owner()).expect("the product's clock")
}

fn property(app: &TestApp) -> OrganizationId {
    organization(app, "property", "某物业", "P-01", app.world.unit("S1/C1"))
}

fn lamp(app: &TestApp, code: &str, unit: OrganizationId) -> Value {
    json!({"grid_unit_id": app.world.unit("S1/C1/E1/B1"), "code": code, "kind": "lamp", "name": "东门路灯", "place_text": "东门内 10 米",
        "pin": {"lat": 39.6, "lon": 109.8, "system": "wgs84"}, "organization": unit, "device_group": "lights"})
}

/// The code in a facility's QR, as the table holds it.
fn ticket(app: &TestApp, facility: &str) -> String {
    use diesel::prelude::*;
    use diesel::sql_types::Text;
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        ticket: String,
    }
    let query = diesel::sql_query(format!("SELECT ticket FROM facilities WHERE id = '{facility}'"));
    query.get_result::<Row>(&mut app.owner()).expect("a ticket").ticket
}

#[actix_web::test]
async fn a_scan_shows_the_facility_and_one_tap_reaches_its_unit() {
    let app = TestApp::start().await;
    let (staff, unit) = (app.staff(), property(&app));
    let handler = app.person(Some("19900000011"));
    app.grant(&handler, Role::UnitHandler, None, Some(unit));
    let facility = staff.post(BASE, &lamp(&app, "L-001", unit)).await.expect(201);
    staff.post(BASE, &lamp(&app, "L-001", unit)).await.problem(409, "facility_code_taken");
    let at = format!("{BASE}/{}", id(&facility));
    let qr = staff.get(&format!("{at}/qr")).await;
    assert!(qr.status == 200 && qr.text.starts_with("<svg"), "{}", qr.text);
    assert_eq!(staff.get(&format!("{at}/qr")).await.text, qr.text);
    let code = ticket(&app, &id(&facility));
    let passer_by = app.person(Some("19900000012"));
    let scanned = passer_by.get(&format!("{CODES}/palm-facility:{code}")).await.expect(200);
    assert_eq!(
        (&scanned["id"], &scanned["unit_name"], &scanned["pin"]["lat"]),
        (&facility["id"], &json!("某物业"), &json!(39.6))
    );
    passer_by.get(&format!("{CODES}/abcdefghijkm")).await.problem(404, "not_found");
    let report = format!("{CODES}/{code}/report");
    app.anonymous().post(&report, &json!({})).await.problem(401, "unauthorized");
    app.person(None).post(&report, &json!({})).await.problem(409, "phone_required");
    let filed = passer_by.post_with_key(&report, "report-once", &json!({})).await.expect(201);
    assert_eq!(filed, passer_by.post_with_key(&report, "report-once", &json!({})).await.expect(201));
    let request = format!("/api/v1/governance/requests/{}", filed["case"].as_str().expect("a request"));
    let seen = handler.get(&request).await.expect(200);
    assert_eq!((&seen["source"], &seen["state"]), (&json!("facility"), &json!("dispatched")));
    passer_by.get(&request).await.expect(200);
    assert_eq!(handler.get(BASE).await.expect(200)["items"][0]["id"], facility["id"]);
}

#[actix_web::test]
async fn the_register_is_edited_by_version_and_other_places_see_nothing() {
    let app = TestApp::start().await;
    let (staff, unit) = (app.staff(), property(&app));
    let far = organization(&app, "property", "别处物业", "P-02", app.world.unit("S1/C2"));
    staff.post(BASE, &lamp(&app, "L-009", far)).await.problem(422, "facility_unit_wrong");
    let facility = staff.post(BASE, &lamp(&app, "L-002", unit)).await.expect(201);
    let at = format!("{BASE}/{}", id(&facility));
    let edit = json!({"name": "东门路灯", "place_text": "东门内 12 米", "organization": unit, "state": "broken"});
    staff.put(&at, "\"7\"", &edit).await.problem(412, "precondition_failed");
    let edited = staff.put(&at, "\"1\"", &edit).await.expect(200);
    assert_eq!((&edited["version"], &edited["state"], &edited["pin"]), (&json!(2), &json!("broken"), &Value::Null));
    let (other, stranger) = (app.actor(Role::CommunityStaff, "S1/C2"), app.person(Some("19900000013")));
    app.grant(&stranger, Role::UnitHandler, None, Some(far));
    other.get(&at).await.problem(404, "not_found");
    stranger.get(&at).await.problem(404, "not_found");
    other.put(&at, "\"2\"", &edit).await.problem(404, "not_found");
    assert_eq!(stranger.get(BASE).await.expect(200)["items"], json!([]));
    let mut gone = edit;
    gone["state"] = json!("removed");
    staff.put(&at, "\"2\"", &gone).await.expect(200);
    staff.put(&at, "\"3\"", &gone).await.problem(409, "facility_removed");
    let code = ticket(&app, &id(&facility));
    staff.get(&format!("{CODES}/{code}")).await.problem(404, "not_found");
}

async fn alarm(device: &Actor, key: &str, body: &Value) -> Reply {
    let send = |request: reqwest::RequestBuilder| request.header("authorization", format!("Device {key}")).json(body);
    device.send(Method::POST, "/api/v1/governance/facility-alarms", send).await
}

#[actix_web::test]
async fn alarms_gather_in_one_lead_and_keys_are_rotated_and_revoked() {
    let app = TestApp::start().await;
    let (staff, worker, device, unit) = (app.staff(), app.grid_worker(), app.anonymous(), property(&app));
    staff.post(BASE, &lamp(&app, "L-003", unit)).await.expect(201);
    let new = json!({"community": app.world.unit("S1/C1"), "name": "路灯网关", "device_group": "lights"});
    let made = staff.post_with_key(KEYS, "key-once", &new).await.expect(201);
    let (key, at) = (made["key"].as_str().expect("a key").to_owned(), format!("{KEYS}/{}", id(&made)));
    assert_eq!(staff.post_with_key(KEYS, "key-once", &new).await.expect(201)["key"], Value::Null, "shown once");
    assert_eq!(staff.get(KEYS).await.expect(200)["items"][0]["key"], Value::Null);
    let event = |event: &str, kind: &str| json!({"facility": "L-003", "event_id": event, "kind": kind, "occurred_at": now(&app)});
    alarm(&device, "wrong-key-wrong-key-wrong-key", &event("e1", "fault")).await.problem(401, "device_key_invalid");
    device.post("/api/v1/governance/facility-alarms", &event("e1", "fault")).await.problem(401, "device_key_invalid");
    let first = alarm(&device, &key, &event("e1", "fault")).await.expect(200);
    let again = alarm(&device, &key, &event("e1", "fault")).await.expect(200);
    assert_eq!((&again["id"], &again["repeated"], &first["repeated"]), (&first["id"], &json!(true), &json!(false)));
    let second = alarm(&device, &key, &event("e2", "fault")).await.expect(200);
    assert_eq!(second["lead"], first["lead"]);
    let smoke = alarm(&device, &key, &event("e3", "smoke")).await.expect(200);
    assert_ne!(smoke["lead"], first["lead"]);
    let lead = format!("/api/v1/governance/leads/{}", first["lead"].as_str().expect("a lead"));
    let seen = worker.get(&lead).await.expect(200);
    assert_eq!((&seen["count"], &seen["source"]), (&json!(2), &json!("facility")));
    worker.post(&format!("{lead}/dismiss"), &json!({"reason": "误报"})).await.expect(200);
    let soon = alarm(&device, &key, &event("e4", "fault")).await.expect(200);
    assert_eq!(soon["lead"], first["lead"], "the same thing shortly after the decision is counted there");
    app.move_clock(Duration::hours(7));
    let later = alarm(&device, &key, &event("e5", "fault")).await.expect(200);
    assert_ne!(later["lead"], first["lead"]);
    let mut odd = event("e6", "fault");
    odd["facility"] = json!("L-404");
    alarm(&device, &key, &odd).await.problem(404, "not_found");
    odd["facility"] = json!("L-003");
    odd["occurred_at"] = json!(now(&app) - Duration::days(8));
    alarm(&device, &key, &odd).await.problem(422, "alarm_time_wrong");
    let rotated = staff.post(&format!("{at}/rotate"), &json!({})).await.expect(200);
    let fresh = rotated["key"].as_str().expect("a key").to_owned();
    alarm(&device, &key, &event("e7", "fault")).await.expect(200);
    alarm(&device, &fresh, &event("e8", "fault")).await.expect(200);
    app.move_clock(Duration::hours(25));
    alarm(&device, &key, &event("e9", "fault")).await.problem(401, "device_key_invalid");
    let other = app.actor(Role::CommunityStaff, "S1/C2");
    other.post(&format!("{at}/revoke"), &json!({})).await.problem(404, "not_found");
    staff.post(&format!("{at}/revoke"), &json!({})).await.expect(204);
    alarm(&device, &fresh, &event("e10", "fault")).await.problem(401, "device_key_invalid");
    staff.post(&format!("{at}/rotate"), &json!({})).await.problem(409, "device_key_revoked");
}

#[actix_web::test]
async fn a_register_is_tried_taken_and_taken_again_without_doubles() {
    let app = TestApp::start().await;
    let staff = app.staff();
    let unit = organization(&app, "office", "路灯管理所", "LAMPS", app.world.unit("S1"));
    let file = "设施编码,类型,名称,网格编码,位置,责任单位编码\nL-1,路灯,东门路灯,S1/C1/E1/B1,东门,LAMPS\n\
        L-2,lamp,西门路灯,S1/C1,西门,\nL-2,lamp,重复,S1/C1,西门,\nL-3,飞船,什么,S1/C1,哪里,\nL-4,lamp,邻区,S1/C2,哪里,\nL-5,lamp,单位,S1/C1,哪里,NOBODY\n";
    let import = async |file: String, dry_run: bool| {
        let path = format!("/api/v1/governance/facilities/import?community={}&dry_run={dry_run}", app.world.unit("S1/C1"));
        let reply = staff.send(reqwest::Method::POST, &path, |request| {
            let key = uuid::Uuid::new_v4().to_string();
            request.header("idempotency-key", key).header("content-type", "application/octet-stream").body(file)
        });
        reply.await.expect(200)
    };
    let listed = async || staff.get("/api/v1/governance/facilities").await.expect(200)["items"].as_array().map_or(0, Vec::len);
    let tried = import(file.to_owned(), true).await;
    assert_eq!((&tried["created"], &tried["refused"], listed().await), (&json!(2), &json!(4), 0), "{tried}");
    let wrong: Vec<_> = (0..4).map(|at| (tried["errors"][at]["row"].clone(), tried["errors"][at]["column"].clone())).collect();
    let wanted = [(4, "code"), (5, "kind"), (6, "place"), (7, "organization")].map(|(row, column)| (json!(row), json!(column)));
    assert_eq!(wrong, wanted, "{tried}");
    let taken = import(file.to_owned(), false).await;
    assert_eq!((&taken["created"], listed().await), (&json!(2), 2));
    let again = import(file.to_owned(), false).await;
    assert_eq!((&again["created"], &again["changed"], &again["unchanged"]), (&json!(0), &json!(0), &json!(2)), "{again}");
    let renamed = import(file.replace("西门路灯", "西北门路灯"), false).await;
    assert_eq!((&renamed["changed"], &renamed["unchanged"]), (&json!(1), &json!(1)), "{renamed}");
    let register = staff.get("/api/v1/governance/facilities").await.expect(200);
    let east = register["items"].as_array().expect("items").iter().find(|item| item["code"] == "L-1").expect("the lamp").clone();
    assert_eq!(east["organization"], json!(unit), "{east}");
}
