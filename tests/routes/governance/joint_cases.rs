//! Joint cases over HTTP: who takes part sees one thread, others see nothing; decided, paid for, done, closed.

use base::ids::OrganizationId;
use chrono::Duration;
use people::identity::Role;
use serde_json::{Value, json};

use super::organization;
use crate::support::{Actor, TestApp};

const BASE: &str = "/api/v1/governance/joint-cases";

fn id(view: &Value) -> String {
    view["id"].as_str().expect("an id").to_owned()
}

/// A unit with somebody who handles its affairs.
fn unit(app: &TestApp, name: &str, code: &str, phone: &str) -> (OrganizationId, Actor) {
    let unit = organization(app, "property", name, code, app.world.unit("S1/C1"));
    let handler = app.person(Some(phone));
    app.grant(&handler, Role::UnitHandler, None, Some(unit));
    (unit, handler)
}

async fn told(actor: &Actor) -> Vec<String> {
    let page = actor.get("/api/v1/me/inbox?limit=100").await.expect(200);
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| item["kind"].as_str().expect("a kind").to_owned()).collect()
}

#[actix_web::test]
async fn organizations_solve_a_matter_on_one_thread() {
    let app = TestApp::start().await;
    let (staff, worker) = (app.staff(), app.grid_worker());
    let (property, manager) = unit(&app, "某物业", "P-01", "19900000021");
    let (grid, engineer) = unit(&app, "某供电所", "P-02", "19900000022");
    let request = json!({"text": "东门长期没有照明", "unit": app.world.unit("S1/C1/E1/B1")});
    let request = id(&app.resident().post("/api/v1/governance/requests", &request).await.expect(201));
    let new = json!({"grid_unit_id": app.world.unit("S1/C1"), "case": request, "title": "东门照明", "matter": "产权不清，三方商议",
        "members": [{"organization": property}, {"organization": grid}, {"person": worker.person}]});
    let first = staff.post_with_key(BASE, "call-once", &new).await.expect(201);
    assert_eq!(first["id"], staff.post_with_key(BASE, "call-once", &new).await.expect(201)["id"]);
    let at = format!("{BASE}/{}", id(&first));
    for asked in [&manager, &engineer, &worker] {
        assert_eq!(told(asked).await, ["joint_case_asked"]);
        assert_eq!(asked.get(BASE).await.expect(200)["items"][0]["id"], first["id"]);
    }
    let said = manager.post(&format!("{at}/messages"), &json!({"text": "灯杆归供电所"})).await.expect(201);
    assert_eq!((&said["author_name"], &said["sequence"]), (&json!("某物业"), &json!(2)));
    engineer.post(&format!("{at}/messages"), &json!({"text": "线路归物业"})).await.expect(201);
    engineer.post(&format!("{at}/minutes"), &json!({"text": "x"})).await.problem(403, "forbidden");
    staff.post(&format!("{at}/minutes"), &json!({"text": "双方各修一段"})).await.expect(201);
    assert_eq!(told(&manager).await[0], "joint_case_news");
    let due = base::db::now(&mut app.owner()).expect("now") + Duration::days(3);
    let task = json!({"organization": grid, "text": "更换灯头", "due_at": due});
    let task = staff.post(&format!("{at}/tasks"), &task).await.expect(201);
    assert_eq!(told(&engineer).await[0], "joint_task_given");
    let home = engineer.get("/api/v1/me/home").await.expect(200);
    assert!(
        home["items"].as_array().expect("items").iter().any(|item| item["kind"] == "joint_task" && item["link"] == json!(at))
    );
    let decision = json!({"decision": "物业修线路，供电所换灯头", "shares": [{"organization": property, "amount": "1200.50", "note": "电缆"},
        {"organization": grid, "amount": "300"}]});
    let decided = staff.post(&format!("{at}/decide"), &decision).await.expect(200);
    assert_eq!((&decided["state"], &decided["total"]), (&json!("decided"), &json!("1500.5")));
    staff.post(&format!("{at}/close"), &json!({"text": "已亮灯"})).await.problem(409, "joint_tasks_open");
    let finish = format!("/api/v1/governance/joint-case-tasks/{}/finish", id(&task));
    manager.post(&finish, &json!({"note": "x"})).await.problem(403, "forbidden");
    let done = engineer.post(&finish, &json!({"note": "灯头已换"})).await.expect(200);
    assert_eq!(done["state"], "done");
    engineer.post(&finish, &json!({"note": "x"})).await.problem(409, "state_conflict");
    staff.post(&format!("{at}/resume"), &json!({})).await.expect(200);
    staff.post(&format!("{at}/close"), &json!({"text": "已亮灯"})).await.problem(409, "state_conflict");
    staff.post(&format!("{at}/decide"), &json!({"decision": "照旧"})).await.expect(200);
    staff.post(&format!("{at}/close"), &json!({"text": "已亮灯"})).await.expect(200);
    manager.post(&format!("{at}/messages"), &json!({"text": "x"})).await.problem(409, "joint_case_not_open");
    let (mut numbers, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = worker.get(&format!("{at}/messages?limit=4{cursor}")).await.expect(200);
        let items = page["items"].as_array().expect("items");
        numbers.extend(items.iter().filter_map(|item| item["sequence"].as_i64()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(numbers, (1..=decided["last_sequence"].as_i64().expect("a number") + 4).collect::<Vec<_>>());
}

#[actix_web::test]
async fn who_takes_no_part_sees_nothing_and_who_leaves_sees_nothing_more() {
    let app = TestApp::start().await;
    let staff = app.staff();
    let (property, manager) = unit(&app, "某物业", "P-01", "19900000023");
    let (other, stranger) = unit(&app, "某公司", "P-02", "19900000024");
    let far = organization(&app, "property", "别处物业", "P-03", app.world.unit("S1/C2"));
    let (worker, neighbour) = (app.grid_worker(), app.actor(Role::CommunityStaff, "S1/C2"));
    let mut new = json!({"grid_unit_id": app.world.unit("S1/C1"), "title": "东门照明", "matter": "商议", "members": [{"organization": far}]});
    staff.post(BASE, &new).await.problem(422, "joint_member_wrong");
    new["members"] = json!([{"person": app.resident().person}]);
    staff.post(BASE, &new).await.problem(422, "joint_member_wrong");
    new["members"] = json!([{"organization": property}, {"organization": property}]);
    staff.post(BASE, &new).await.problem(409, "joint_member_there");
    new["members"] = json!([{"organization": property}]);
    neighbour.post(BASE, &new).await.problem(404, "not_found");
    let view = staff.post(BASE, &new).await.expect(201);
    let at = format!("{BASE}/{}", id(&view));
    for outside in [&stranger, &neighbour, &worker] {
        outside.get(&at).await.problem(404, "not_found");
        outside.get(&format!("{at}/messages")).await.problem(404, "not_found");
        outside.post(&format!("{at}/messages"), &json!({"text": "x"})).await.problem(404, "not_found");
        assert_eq!(outside.get(BASE).await.expect(200)["items"], json!([]));
    }
    app.street().get(&at).await.expect(200);
    app.resident().get(&at).await.problem(403, "forbidden");
    let due = base::db::now(&mut app.owner()).expect("now") + Duration::days(3);
    let task = json!({"organization": other, "text": "换灯", "due_at": due});
    staff.post(&format!("{at}/tasks"), &task).await.problem(422, "joint_not_member");
    let joined = staff.post(&format!("{at}/members"), &json!({"organization": other})).await.expect(200);
    assert_eq!(joined["members"].as_array().map(Vec::len), Some(2));
    stranger.get(&at).await.expect(200);
    let part = format!("/api/v1/governance/joint-case-members/{}/end", id(&view["members"][0]));
    manager.get(&at).await.expect(200);
    staff.post(&part, &json!({})).await.expect(200);
    manager.post(&format!("{at}/messages"), &json!({"text": "x"})).await.problem(404, "not_found");
    assert_eq!(manager.get(BASE).await.expect(200)["items"], json!([]));
    staff.post(&part, &json!({})).await.problem(409, "state_conflict");
    staff.post(&format!("{at}/cancel"), &json!({"text": "改由街道牵头"})).await.expect(200);
    assert_eq!(told(&stranger).await[0], "joint_case_news");
}
