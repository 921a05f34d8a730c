//! Grid tasks over HTTP: checklists by two people, plans, routes, results, deadlines by the moved clock.

use base::clock::shanghai_date;
use base::db::Context;
use base::error::ApiError;
use chrono::{DateTime, Duration, Utc};
use governance::requests::{self, CaseId, ExternalStatus, Update};
use people::identity::Role;
use serde_json::{Value, json};

use crate::support::{Actor, TestApp};

const BASE: &str = "/api/v1/governance";

fn id(view: &Value) -> String {
    view["id"].as_str().expect("an id").to_owned()
}

fn now(app: &TestApp) -> DateTime<Utc> {
    base::db::now(&mut app.owner()).expect("the product's clock")
}

/// What kinds of notices stand in a person's inbox, newest first.
async fn told(actor: &Actor) -> Vec<String> {
    let page = actor.get("/api/v1/me/inbox?limit=100").await.expect(200);
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| item["kind"].as_str().expect("a kind").to_owned()).collect()
}

async fn home(actor: &Actor) -> Vec<(String, String)> {
    let home = actor.get("/api/v1/me/home").await.expect(200);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    home["items"].as_array().expect("items").iter().map(|item| (text(&item["kind"]), text(&item["link"]))).collect()
}

fn checklist(app: &TestApp, text: &str) -> Value {
    json!({"community": app.world.unit("S1/C1"), "code": "fire", "duty": "hazards", "title": "消防通道检查",
        "items": [{"code": "exit", "text": text, "kind": "yes_no", "required": true}]})
}

/// A checklist in force, written by one member of the staff and approved by another.
async fn in_force(app: &TestApp, author: &Actor, second: &Actor, text: &str) -> String {
    let draft = id(&author.post(&format!("{BASE}/grid-checklists"), &checklist(app, text)).await.expect(201));
    second.post(&format!("{BASE}/grid-checklists/{draft}/approve"), &json!({})).await.expect(200);
    draft
}

fn task(app: &TestApp, due_in: Duration) -> Value {
    json!({"grid_unit_id": app.world.unit("S1/C1/E1/B1"), "duty": "hazards", "title": "消防通道排查", "about": "逐楼门查看",
        "checklist_code": "fire", "due_at": now(app) + due_in,
        "stops": [{"kind": "entrance", "entrance": app.world.unit("S1/C1/E1/B1/D1")}, {"kind": "place", "label": "东门配电箱"}]})
}

#[actix_web::test]
async fn a_checklist_comes_in_force_by_a_second_person_and_replaces_the_one_before() {
    let app = TestApp::start().await;
    let (author, second, street) = (app.staff(), app.staff(), app.street());
    let list = format!("{BASE}/grid-checklists");
    let first = id(&author.post(&list, &checklist(&app, "通道是否畅通")).await.expect(201));
    author.post(&list, &checklist(&app, "又一份")).await.problem(409, "checklist_draft_open");
    author.post(&format!("{list}/{first}/approve"), &json!({})).await.problem(403, "checklist_second_person");
    street.post(&format!("{list}/{first}/approve"), &json!({})).await.problem(403, "forbidden");
    let other = app.actor(Role::CommunityStaff, "S1/C2");
    other.post(&format!("{list}/{first}/approve"), &json!({})).await.problem(404, "not_found");
    other.get(&format!("{list}/{first}")).await.problem(404, "not_found");
    assert!(home(&second).await.contains(&("approval".to_owned(), format!("{list}?state=draft"))));
    second.post(&format!("{list}/{first}/approve"), &json!({})).await.expect(200);
    second.post(&format!("{list}/{first}/approve"), &json!({})).await.problem(409, "state_conflict");
    let next = in_force(&app, &author, &second, "通道是否畅通，无堆物").await;
    let (old, new) = (street.get(&format!("{list}/{first}")).await.expect(200), street.get(&format!("{list}/{next}")).await);
    assert_eq!((&old["state"], &old["version"]), (&json!("replaced"), &json!(1)));
    assert_eq!((&new.json()["state"], &new.json()["version"]), (&json!("in_force"), &json!(2)));
    let third = id(&author.post(&list, &checklist(&app, "重复")).await.expect(201));
    let refused = second.post(&format!("{list}/{third}/refuse"), &json!({"reason": "与现行版本重复"})).await.expect(200);
    assert_eq!(refused["state"], "refused");
    let page = app.grid_worker().get(&format!("{list}?state=in_force")).await.expect(200);
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
    let mut twice = checklist(&app, "x");
    twice["items"] = json!([]);
    author.post(&list, &twice).await.problem(422, "invalid_field");
}

#[actix_web::test]
async fn a_task_is_walked_finished_and_reviewed_and_keeps_its_checklist() {
    let app = TestApp::start().await;
    let (staff, second, worker) = (app.staff(), app.staff(), app.grid_worker());
    let version = in_force(&app, &staff, &second, "通道是否畅通").await;
    let view = staff.post(&format!("{BASE}/grid-tasks"), &task(&app, Duration::hours(8))).await.expect(201);
    let (at, stops) = (format!("{BASE}/grid-tasks/{}", id(&view)), view["stops"].clone());
    assert_eq!((&view["checklist"], &view["workers"][0]["person"]), (&json!(version), &json!(worker.person)));
    assert_eq!(told(&worker).await, ["grid_task_asked"]);
    assert_eq!(home(&worker).await, [("grid_task".to_owned(), at.clone())]);
    in_force(&app, &staff, &second, "新版").await;
    let tick = |n: usize| format!("{BASE}/grid-task-stops/{}/tick", stops[n]["id"].as_str().expect("an id"));
    worker.post(&tick(0), &json!({"result": "fine"})).await.problem(409, "state_conflict");
    worker.post(&format!("{at}/start"), &json!({})).await.expect(200);
    let result = json!({"result": "全部查看", "quantity": 2, "answers": [{"item": "exit", "answer": "yes"}]});
    worker.post(&format!("{at}/finish"), &result).await.problem(409, "task_stops_open");
    worker.post(&tick(0), &json!({"result": "problem"})).await.problem(422, "invalid_field");
    worker.post(&tick(0), &json!({"result": "fine"})).await.expect(200);
    let ticked = worker.post(&tick(1), &json!({"result": "problem", "note": "门锁损坏"})).await.expect(200);
    assert_eq!((&ticked["result"], &ticked["ticked_by"]), (&json!("problem"), &json!(worker.person)));
    worker.post(&format!("{at}/finish"), &json!({"result": "x"})).await.problem(422, "task_answers_missing");
    let first = worker.post_with_key(&format!("{at}/finish"), "finish-once", &result).await;
    let again = worker.post_with_key(&format!("{at}/finish"), "finish-once", &result).await;
    assert_eq!((first.expect(200)["state"].clone(), again.expect(200)["state"].clone()), (json!("done"), json!("done")));
    assert_eq!(again.header("idempotency-replayed"), "true");
    worker.post(&format!("{at}/review"), &json!({})).await.problem(403, "forbidden");
    assert!(home(&staff).await.contains(&("approval".to_owned(), format!("{BASE}/grid-tasks?state=done"))));
    staff.post(&format!("{at}/return"), &json!({"reason": "缺照片"})).await.expect(200);
    assert_eq!(told(&worker).await[0], "grid_task_returned");
    worker.post(&format!("{at}/finish"), &result).await.expect(200);
    let reviewed = staff.post(&format!("{at}/review"), &json!({})).await.expect(200);
    assert_eq!(
        (&reviewed["state"], &reviewed["checklist"], &reviewed["quantity"]),
        (&json!("reviewed"), &json!(version), &json!(2))
    );
    assert_eq!((&reviewed["answers"]["exit"], &reviewed["allowed"]), (&json!("yes"), &json!([])));
    assert!(home(&worker).await.is_empty());
    staff.post(&format!("{at}/cancel"), &json!({"reason": "x"})).await.problem(409, "state_conflict");
}

#[actix_web::test]
async fn nobody_reviews_what_they_did_and_siblings_see_nothing() {
    let app = TestApp::start().await;
    let (staff, second, worker) = (app.staff(), app.staff(), app.grid_worker());
    let sibling = app.actor(Role::GridWorker, "S1/C1/E1/B2");
    let other = app.actor(Role::CommunityStaff, "S1/C2");
    let mut body = task(&app, Duration::hours(8));
    body["checklist_code"] = Value::Null;
    body["stops"] = json!([]);
    let at = format!("{BASE}/grid-tasks/{}", id(&worker.post(&format!("{BASE}/grid-tasks"), &body).await.expect(201)));
    for outside in [&sibling, &other] {
        outside.get(&at).await.problem(404, "not_found");
        outside.post(&format!("{at}/start"), &json!({})).await.problem(404, "not_found");
        assert_eq!(outside.get(&format!("{BASE}/grid-tasks")).await.expect(200)["items"], json!([]));
        outside.post(&format!("{BASE}/grid-tasks"), &body).await.problem(404, "not_found");
    }
    app.resident().get(&at).await.problem(403, "forbidden");
    staff.post(&format!("{at}/start"), &json!({})).await.expect(200);
    staff.post(&format!("{at}/finish"), &json!({"result": "代为完成"})).await.expect(200);
    staff.post(&format!("{at}/review"), &json!({})).await.problem(403, "task_own_review");
    second.post(&format!("{at}/review"), &json!({})).await.expect(200);
    body["workers"] = json!([sibling.person]);
    worker.post(&format!("{BASE}/grid-tasks"), &body).await.problem(422, "task_workers_outside");
    body["workers"] = json!([worker.person]);
    body["checklist_code"] = json!("fire");
    worker.post(&format!("{BASE}/grid-tasks"), &body).await.problem(422, "checklist_not_in_force");
    body["checklist_code"] = Value::Null;
    body["stops"] = json!([{"kind": "entrance", "entrance": app.world.unit("S1/C1/E1/B2/D1")}]);
    worker.post(&format!("{BASE}/grid-tasks"), &body).await.problem(422, "invalid_field");
    body["stops"] = json!([]);
    body["due_at"] = json!(now(&app) - Duration::hours(1));
    worker.post(&format!("{BASE}/grid-tasks"), &body).await.problem(422, "task_deadline_past");
}

#[actix_web::test]
async fn what_is_late_is_marked_once_and_counts_in_the_burden() {
    let app = TestApp::start().await;
    let (staff, worker) = (app.staff(), app.grid_worker());
    let mut body = task(&app, Duration::hours(2));
    body["checklist_code"] = Value::Null;
    let at = format!("{BASE}/grid-tasks/{}", id(&staff.post(&format!("{BASE}/grid-tasks"), &body).await.expect(201)));
    app.drain().await;
    assert_eq!(worker.get(&at).await.expect(200)["overdue_at"], Value::Null);
    app.move_clock(Duration::hours(3));
    app.drain().await;
    app.move_clock(Duration::hours(1));
    app.drain().await;
    let late = |told: Vec<String>| told.iter().filter(|kind| *kind == "grid_task_overdue").count();
    assert_eq!((late(told(&worker).await), late(told(&staff).await)), (1, 1));
    let page = worker.get(&format!("{BASE}/grid-tasks?overdue=true&mine=true")).await.expect(200);
    assert_eq!((page["items"].as_array().map(Vec::len), &page["items"][0]["state"]), (Some(1), &json!("planned")));
    let (from, to) = (now(&app) - Duration::days(1), now(&app));
    let asked = governance::grid_tasks::asked_of(&mut app.owner(), &[worker.person, staff.person], from, to).expect("figures");
    let expected = governance::grid_tasks::Asked { tasks: 1, overdue: 1 };
    assert_eq!((asked.len(), asked.get(&worker.person)), (1, Some(&expected)));
    staff.post(&format!("{at}/cancel"), &json!({"reason": "改期"})).await.expect(200);
    assert_eq!(told(&worker).await[0], "grid_task_cancelled");
}

#[actix_web::test]
async fn a_plan_makes_one_task_an_occurrence_and_none_for_days_gone_by() {
    let app = TestApp::start().await;
    let (staff, worker) = (app.staff(), app.grid_worker());
    let plan = json!({"grid_unit_id": app.world.unit("S1/C1/E1/B1"), "duty": "information", "title": "每日巡查", "about": "走访登记",
        "stops": [{"kind": "entrance", "entrance": app.world.unit("S1/C1/E1/B1/D2")}],
        "recurrence": "daily", "every": 1, "starts_on": shanghai_date(now(&app)), "due_days": 1});
    let at = format!("{BASE}/grid-task-plans");
    let view = worker.post(&at, &plan).await.expect(201);
    let sibling = app.actor(Role::GridWorker, "S1/C1/E1/B2");
    sibling.get(&format!("{at}/{}", id(&view))).await.problem(404, "not_found");
    sibling.post(&format!("{at}/{}/end", id(&view)), &json!({})).await.problem(404, "not_found");
    let made = async || {
        let page = worker.get(&format!("{BASE}/grid-tasks")).await.expect(200);
        page["items"].as_array().expect("items").clone()
    };
    app.drain().await;
    app.drain().await;
    let tasks = made().await;
    assert_eq!((tasks.len(), &tasks[0]["plan"], &tasks[0]["stops"][0]["label"]), (1, &view["id"], &json!("楼门")));
    assert_eq!(tasks[0]["workers"][0]["person"], json!(worker.person));
    app.move_clock(Duration::days(3));
    app.drain().await;
    let tasks = made().await;
    assert_eq!((tasks.len(), &tasks[0]["occurrence_on"]), (2, &json!(shanghai_date(now(&app)))));
    staff.post(&format!("{at}/{}/end", id(&view)), &json!({})).await.expect(200);
    app.move_clock(Duration::days(1));
    app.drain().await;
    assert_eq!(made().await.len(), 2);
    let mut wrong = plan;
    wrong["ends_on"] = json!("9999-12-31");
    worker.post(&at, &wrong).await.problem(422, "invalid_field");
}

#[actix_web::test]
async fn an_erased_worker_is_taken_off_open_tasks_and_the_export_names_them() {
    let app = TestApp::start().await;
    let (staff, worker) = (app.staff(), app.grid_worker());
    let mut body = task(&app, Duration::hours(2));
    body["checklist_code"] = Value::Null;
    let at = format!("{BASE}/grid-tasks/{}", id(&staff.post(&format!("{BASE}/grid-tasks"), &body).await.expect(201)));
    let (ring, person) = (app.serving.parts.ring.clone(), worker.person);
    let export = (governance::grid_tasks::EXPORT.export)(&mut app.owner(), &ring, person).expect("an export");
    assert_eq!((export.as_array().map(Vec::len), &export[0]["title"]), (Some(1), &json!("消防通道排查")));
    let db = app.serving.parts.db.clone();
    let erased = actix_web::web::block(move || {
        db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
            (governance::grid_tasks::ERASE.erase)(&mut tx, person)?;
            Ok(tx.done(())?)
        })
    });
    erased.await.expect("a thread").expect("erased");
    assert_eq!(staff.get(&at).await.expect(200)["workers"], json!([]));
}

/// What the unit's own system says of a request.
async fn outside_says(app: &TestApp, case: CaseId, status: ExternalStatus) {
    let text = "已处理".to_owned();
    let update = Update { status, text, by: "物业系统".to_owned(), external_id: status.name().to_owned() };
    let say = move |mut tx: base::db::Tx<'_>| -> Result<_, ApiError> {
        requests::external_update(&mut tx, case, &update)?;
        Ok(tx.done(())?)
    };
    app.serving.parts.db.transaction(Context::operator(), say).await.expect("an update");
}

#[actix_web::test]
async fn a_hazard_becomes_one_request_and_is_looked_at_again_after_the_answer() {
    let app = TestApp::start().await;
    let (staff, worker) = (app.staff(), app.grid_worker());
    let mut body = task(&app, Duration::hours(8));
    body["checklist_code"] = Value::Null;
    let view = staff.post(&format!("{BASE}/grid-tasks"), &body).await.expect(201);
    let stop = format!("{BASE}/grid-task-stops/{}", view["stops"][0]["id"].as_str().expect("an id"));
    worker.post(&format!("{BASE}/grid-tasks/{}/start", id(&view)), &json!({})).await.expect(200);
    let hazard = json!({"text": "楼道堆放电动车，堵塞消防通道"});
    worker.post(&format!("{stop}/hazard"), &hazard).await.problem(409, "stop_without_problem");
    worker.post(&format!("{stop}/tick"), &json!({"result": "problem", "note": "通道堵塞"})).await.expect(200);
    let filed = worker.post_with_key(&format!("{stop}/hazard"), "hazard-once", &hazard).await.expect(201);
    let again = worker.post_with_key(&format!("{stop}/hazard"), "hazard-once", &hazard).await.expect(201);
    assert_eq!(filed, again);
    worker.post(&format!("{stop}/hazard"), &hazard).await.problem(409, "hazard_reported");
    let case = filed["case"].as_str().expect("a request");
    let request = staff.get(&format!("{BASE}/requests/{case}")).await.expect(200);
    assert_eq!((&request["source"], &request["number"]), (&json!("lead"), &filed["number"]));
    let open = async || {
        let page = worker.get(&format!("{BASE}/grid-tasks?state=planned")).await.expect(200);
        page["items"].as_array().expect("items").clone()
    };
    app.drain().await;
    let waiting = open().await;
    assert_eq!((waiting.len(), &waiting[0]["reinspects"], &waiting[0]["due_at"]), (1, &json!(case), &Value::Null));
    let case = CaseId(case.parse().expect("an id"));
    outside_says(&app, case, ExternalStatus::InProgress).await;
    outside_says(&app, case, ExternalStatus::Solved).await;
    app.move_clock(Duration::minutes(11));
    app.drain().await;
    app.move_clock(Duration::minutes(11));
    app.drain().await;
    assert!(open().await[0]["due_at"].is_string());
    assert_eq!(told(&worker).await.iter().filter(|kind| *kind == "grid_task_asked").count(), 2);
}
