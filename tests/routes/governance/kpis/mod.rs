//! Figures of requests, appeals, the weekly brief and the burden meter over HTTP.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use diesel::connection::SimpleConnection as _;
use people::identity::Role;
use serde_json::{Value, json};

use super::clocks::{GOVERNANCE, duty, file, id, move_to, sweep, unit};
use crate::support::{Actor, TestApp};

/// The period of the stories.
const WEEK: &str = "from=2026-11-30&to=2026-12-06";

fn row<'a>(report: &'a Value, name: &str) -> &'a Value {
    let rows = report["rows"].as_array().expect("rows");
    rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}: {report}"))
}

fn figure(row: &Value, measure: &str) -> (i64, i64, i64, i64) {
    let of = |part: &str| row[measure][part].as_i64().expect("a count");
    (of("good"), of("bad"), of("pending"), of("excluded"))
}

struct Stage {
    app: TestApp,
    resident: Actor,
    lamps: Actor,
    requests: Vec<String>,
}

/// How the answers of the stories come about where no clock is at stake: what a unit says, and how it is rated.
fn answered(app: &TestApp, request: &str, outcome: &str, score: Option<i16>) {
    let state = if score.is_some() { "closed" } else { "answered" };
    let rating = score.map_or("NULL, NULL, NULL, NULL, NULL, NULL".to_owned(), |score| {
        format!("true, {score}, {score}, {score}, {score}, palm_now()")
    });
    let closed = if score.is_some() { ", closed_at = palm_now()" } else { "" };
    let words = if outcome == "not_a_duty" { "'请联系物业'" } else { "NULL" };
    app.owner()
        .batch_execute(&format!(
            "UPDATE requests SET state = '{state}', outcome = '{outcome}'{closed} WHERE id = '{request}';
             UPDATE request_clocks SET state = 'met', ended_at = palm_now(), next_at = NULL WHERE request_id = '{request}' AND ended_at IS NULL;
             INSERT INTO request_answers (request_id, round, sequence, outcome, text, instead, resolved, speed, effect, attitude, feedback, rated_at)
             VALUES ('{request}', 1, 2, '{outcome}', '已处理', {words}, {rating});"
        ))
        .expect("an answer");
}

/// A week with four requests of one unit (solved and rated well, solved and rated badly, nobody's duty, overdue) and one of the community.
async fn stage() -> Stage {
    let app = TestApp::start().await;
    let (unit, lamps) = unit(&app, "S1/C1", "=路灯所");
    duty(&app, "S1/C1", "B01-01", "general_7d", Some(unit));
    move_to(&app, "2026-12-01T09:00:00");
    let resident = app.resident();
    let mut requests = Vec::new();
    for _ in 0..4 {
        requests.push(id(&file(&app, &resident, Some("B01-01")).await));
    }
    requests.push(id(&file(&app, &resident, None).await));
    answered(&app, &requests[0], "solved", Some(5));
    answered(&app, &requests[1], "solved", Some(2));
    answered(&app, &requests[2], "not_a_duty", None);
    move_to(&app, "2026-12-02T09:00:00");
    sweep(&app, None).await;
    Stage { app, resident, lamps, requests }
}

#[actix_web::test]
async fn figures_have_disjoint_groups_and_say_their_formulae() {
    let stage = stage().await;
    let street = stage.app.street();
    let report = street.get(&format!("{GOVERNANCE}/kpis?{WEEK}")).await.expect(200);
    let lamps = row(&report, "=路灯所");
    assert_eq!((lamps["total"].as_i64(), figure(lamps, "response")), (Some(4), (3, 1, 0, 0)), "{report}");
    assert_eq!(figure(lamps, "resolution"), (2, 0, 1, 1));
    assert_eq!((figure(lamps, "satisfaction"), &lamps["satisfaction"]["rate"]), ((1, 1, 1, 1), &json!("50.00%")));
    assert_eq!(lamps["response"]["rate"], "75.00%");
    let own = row(&report, "社区自办");
    assert_eq!(figure(own, "response"), (0, 1, 0, 0));
    assert_eq!(own["satisfaction"]["rate"], Value::Null);
    // However it is grouped, the groups add up to all.
    for by in ["unit", "community", "category"] {
        let report = street.get(&format!("{GOVERNANCE}/kpis?{WEEK}&by={by}")).await.expect(200);
        for measure in ["response", "resolution", "satisfaction"] {
            let sum = report["rows"].as_array().expect("rows").iter().map(|row| figure(row, measure));
            let sum = sum.fold((0, 0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2, a.3 + b.3));
            assert_eq!(sum, figure(&report["total"], measure), "{by} {measure}");
            assert_eq!(sum.0 + sum.1 + sum.2 + sum.3, 5, "{by} {measure}");
        }
        assert_eq!(report["formulae"].as_array().map(Vec::len), Some(3));
        assert!(report["formulae"][0]["zh"].as_str().expect("a formula").starts_with("响应率 ="));
    }
    let league = street.get(&format!("{GOVERNANCE}/kpis/league?{WEEK}&measure=response")).await.expect(200);
    assert_eq!(league["rows"].as_array().map(Vec::len), Some(1), "units only: {league}");
    assert!(!league.to_string().contains(&stage.lamps.person.to_string()));
}

#[actix_web::test]
async fn figures_reach_no_further_than_the_role() {
    let stage = stage().await;
    let total = |report: Value| report["total"]["total"].as_i64();
    let path = format!("{GOVERNANCE}/kpis?{WEEK}");
    assert_eq!(total(stage.lamps.get(&path).await.expect(200)), Some(4));
    assert_eq!(total(stage.app.staff().get(&path).await.expect(200)), Some(5));
    assert_eq!(total(stage.app.actor(Role::CommunityStaff, "S1/C2").get(&path).await.expect(200)), Some(0));
    stage.resident.get(&path).await.problem(403, "forbidden");
    let street = stage.app.street();
    street.get(&format!("{GOVERNANCE}/kpis?from=2026-12-06&to=2026-12-01")).await.problem(422, "kpi_period");
    street.get(&format!("{GOVERNANCE}/kpis?from=2025-01-01&to=2026-12-01")).await.problem(422, "kpi_period");
    assert_eq!(total(street.get(&format!("{GOVERNANCE}/kpis?from=2026-12-03&to=2026-12-09")).await.expect(200)), Some(0));
}

#[actix_web::test]
async fn a_unit_appeals_and_the_street_decides() {
    let stage = stage().await;
    let (street, staff) = (stage.app.street(), stage.app.staff());
    let path = format!("{GOVERNANCE}/kpis/exclusions?{WEEK}");
    let left_out = street.get(&path).await.expect(200);
    assert_eq!(left_out["items"].as_array().map(Vec::len), Some(2), "{left_out}");
    assert_eq!(left_out["items"][0]["reason"], "not_a_duty");
    let first = street.get(&format!("{path}&limit=1")).await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("another page");
    let second = street.get(&format!("{path}&limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!((&second["items"][0], &second["next_cursor"]), (&left_out["items"][1], &Value::Null));
    // The fourth was taken late: the unit wants it left out.
    let appeals = format!("{GOVERNANCE}/kpis/appeals");
    let appeal = json!({"request": stage.requests[3], "measure": "response", "wants": "exclude", "reason": "系统当日停机"});
    let made = stage.lamps.post(&appeals, &appeal).await.expect(201);
    stage.lamps.post(&appeals, &appeal).await.problem(409, "appeal_exists");
    let community = json!({"request": stage.requests[4], "measure": "response", "wants": "exclude", "reason": "不是我们"});
    stage.lamps.post(&appeals, &community).await.problem(404, "not_found");
    let decide = format!("{appeals}/{}/grant", id(&made));
    staff.post(&decide, &json!({"text": "同意"})).await.problem(403, "forbidden");
    let seen = |page: Value| page["items"].as_array().map(Vec::len);
    assert_eq!(seen(staff.get(&appeals).await.expect(200)), Some(1));
    assert_eq!(seen(stage.app.actor(Role::CommunityStaff, "S1/C2").get(&appeals).await.expect(200)), Some(0));
    let granted = street.post(&decide, &json!({"text": "情况属实"})).await.expect(200);
    assert_eq!((&granted["state"], &granted["decision"]), (&json!("granted"), &json!("情况属实")));
    street.post(&decide, &json!({"text": "再次"})).await.problem(409, "appeal_decided");
    let report = street.get(&format!("{GOVERNANCE}/kpis?{WEEK}")).await.expect(200);
    assert_eq!(figure(row(&report, "=路灯所"), "response"), (3, 0, 0, 1));
    // The third is nobody's duty: the unit wants it counted; the street doesn't.
    let back = json!({"request": stage.requests[2], "measure": "resolution", "wants": "include", "reason": "我们已代办"});
    let back = stage.lamps.post(&appeals, &back).await.expect(201);
    street.post(&format!("{appeals}/{}/refuse", id(&back)), &json!({"text": "不属职责"})).await.expect(200);
    let report = street.get(&format!("{GOVERNANCE}/kpis?{WEEK}")).await.expect(200);
    assert_eq!(figure(row(&report, "=路灯所"), "resolution"), (2, 0, 1, 1));
}

#[actix_web::test]
async fn the_brief_says_what_the_figures_say() {
    let stage = stage().await;
    let street = stage.app.street();
    let report = street.get(&format!("{GOVERNANCE}/kpis?{WEEK}")).await.expect(200);
    let address = format!("{}{GOVERNANCE}/briefs/2026-W49.xlsx", stage.app.url);
    let token = street.token.as_deref().expect("a token");
    let bytes = stage.app.client.get(address).bearer_auth(token).send().await.expect("an answer").bytes().await.expect("a file");
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes.to_vec())).expect("a workbook");
    assert_eq!(book.sheet_names(), ["社区", "责任单位", "事项类别", "不计入", "计算方法"]);
    let sheet = book.worksheet_range("责任单位").expect("a sheet");
    let lamps: Vec<String> = sheet.rows().nth(1).expect("a row").iter().map(Data::to_string).collect();
    let json = row(&report, "=路灯所");
    let mut expected = vec!["'=路灯所".to_owned(), json["total"].to_string()];
    for measure in ["response", "resolution", "satisfaction"] {
        expected.push(json[measure]["rate"].as_str().unwrap_or("—").to_owned());
        expected.extend([json[measure]["good"].to_string(), json[measure]["counted"].to_string()]);
    }
    assert_eq!(lamps, expected);
    let total: Vec<String> = sheet.rows().next_back().expect("a row").iter().map(Data::to_string).collect();
    assert_eq!(total[1], report["total"]["total"].to_string());
    assert_eq!(book.worksheet_formula("责任单位").expect("formulae").used_cells().count(), 0);
    let left_out = book.worksheet_range("不计入").expect("a sheet");
    assert_eq!(left_out.rows().count(), 3, "a heading and what is left out of two figures");
    let page = street.get(&format!("{GOVERNANCE}/briefs/2026-W49.html")).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.text.contains("<td>75.00%</td><td>3 / 4</td>"), "{}", page.text);
    street.get(&format!("{GOVERNANCE}/briefs/2026-W99.html")).await.problem(404, "not_found");
    stage.lamps.get(&format!("{GOVERNANCE}/briefs/2026-W49.html")).await.problem(403, "forbidden");
}

#[actix_web::test]
async fn a_page_escapes_what_people_have_named() {
    let app = TestApp::start().await;
    let (evil, _) = unit(&app, "S1/C1", "<script>alert(1)</script>");
    duty(&app, "S1/C1", "B01-01", "general_7d", Some(evil));
    move_to(&app, "2026-12-01T09:00:00");
    file(&app, &app.resident(), Some("B01-01")).await;
    let page = app.street().get(&format!("{GOVERNANCE}/briefs/2026-W49.html")).await;
    assert!(!page.text.contains("<script>") && page.text.contains("alert(1)"), "{}", page.text);
}

#[actix_web::test]
async fn the_burden_meter_shows_a_worker_their_own_and_staff_no_names() {
    let app = TestApp::start().await;
    move_to(&app, "2026-12-01T09:00:00");
    let worker = app.grid_worker();
    let resident = app.resident();
    for _ in 0..2 {
        file(&app, &resident, None).await;
    }
    app.drain().await;
    let span = "from=2026-12-01&to=2026-12-01";
    let mine = worker.get(&format!("{GOVERNANCE}/burden/mine?{span}")).await.expect(200);
    assert_eq!((&mine["asks"], &mine["kinds"][0]["kind"]), (&json!(2), &json!("request_waits")), "{mine}");
    app.staff().get(&format!("{GOVERNANCE}/burden/mine?{span}")).await.problem(403, "forbidden");
    let few = app.staff().get(&format!("{GOVERNANCE}/burden?{span}")).await.expect(200);
    assert_eq!((&few["workers"], &few["asks"]), (&json!(1), &Value::Null));
    for _ in 0..2 {
        app.actor(Role::GridWorker, "S1/C1/E1/B2");
    }
    let all = app.staff().get(&format!("{GOVERNANCE}/burden?{span}")).await.expect(200);
    assert_eq!((&all["workers"], &all["asks"], &all["most"], &all["median"]), (&json!(3), &json!(2), &json!(2), &json!(0)));
    assert!(!all.to_string().contains(&worker.person.to_string()));
}
