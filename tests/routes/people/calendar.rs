//! The working-time calendar: the years as entered, a community's hours, and who may change them.

use people::calendar::{self, Term};
use people::identity::Role;
use serde_json::{Value, json};

use crate::support::TestApp;

fn of_community(app: &TestApp, path: &str) -> String {
    format!("/api/v1/calendars/{}", app.world.unit(path))
}

fn day<'a>(year: &'a Value, date: &str) -> &'a Value {
    let days = year["days"].as_array().expect("days");
    days.iter().find(|day| day["date"] == date).unwrap_or(&Value::Null)
}

#[actix_web::test]
async fn the_published_year_is_there_and_the_next_one_is_provisional() {
    let app = TestApp::start().await;
    let resident = app.resident();
    let year = resident.get("/api/v1/calendar-years/2026").await.expect(200);
    assert_eq!((&year["entered"], &year["provisional"]), (&json!(true), &json!(false)));
    assert_eq!(year["days"].as_array().expect("days").len(), 39);
    assert_eq!(day(&year, "2026-02-14")["kind"], "workday");
    assert_eq!(day(&year, "2026-10-07")["kind"], "holiday");
    assert_eq!(day(&year, "2026-10-10")["summary"], "10月10日 国庆节（调休上班）");
    let next = resident.get("/api/v1/calendar-years/2027").await.expect(200);
    assert_eq!((&next["entered"], &next["provisional"]), (&json!(true), &json!(true)));
    let missing = resident.get("/api/v1/calendar-years/2030").await.expect(200);
    assert_eq!((&missing["entered"], &missing["provisional"], &missing["version"]), (&json!(false), &json!(true), &json!(0)));
    for nowhere in ["1999", "abc", "99999999999"] {
        resident.get(&format!("/api/v1/calendar-years/{nowhere}")).await.problem(404, "not_found");
    }
}

#[actix_web::test]
async fn a_published_arrangement_replaces_the_provisional_one_and_deadlines_become_firm() {
    let app = TestApp::start().await;
    let street = app.street();
    let body = json!({"provisional": false, "source": "通知", "days": [
        {"date": "2028-01-03", "kind": "holiday", "name": "元旦"}, {"date": "2028-01-08", "kind": "workday", "name": "元旦"}]});
    let path = "/api/v1/calendar-years/2028";
    street.put(path, "\"1\"", &body).await.problem(412, "precondition_failed");
    let written = street.put(path, "\"0\"", &body).await.expect(200);
    assert_eq!((&written["version"], written["days"].as_array().map(Vec::len)), (&json!(1), Some(2)));
    street.put(path, "\"0\"", &body).await.problem(412, "precondition_failed");
    for (date, why) in [("2027-12-31", "another year"), ("2028-01-03", "twice")] {
        let mut wrong = body.clone();
        wrong["days"].as_array_mut().expect("days").push(json!({"date": date, "kind": "holiday", "name": why}));
        street.put(path, "\"1\"", &wrong).await.problem(422, "calendar_day_wrong");
    }
    app.staff().put(path, "\"1\"", &body).await.problem(403, "forbidden");
    let community = app.world.unit("S1/C1");
    let calendar = calendar::of(&mut app.owner(), community).expect("a calendar");
    let due = calendar.deadline("2028-01-01T04:00:00Z".parse().expect("a time"), Term::WorkingDays(1));
    assert_eq!((due.at.to_rfc3339(), due.provisional), ("2028-01-04T09:30:00+00:00".to_owned(), false));
}

#[actix_web::test]
async fn a_community_sets_its_own_hours_and_no_other_does() {
    let app = TestApp::start().await;
    let (staff, path) = (app.staff(), of_community(&app, "S1/C1"));
    let usual = app.person(None).get(&path).await.expect(200);
    assert_eq!((&usual["version"], usual["hours"].as_array().map(Vec::len)), (&json!(0), Some(10)));
    let hours = format!("{path}/hours");
    let body = json!({"hours": [{"weekday": 6, "opens": "13:00", "closes": "24:00"}, {"weekday": 6, "opens": "09:00", "closes": "12:00"}]});
    let set = staff.put(&hours, "\"0\"", &body).await.expect(200);
    assert_eq!(set["version"], 1);
    assert_eq!(set["hours"][0], json!({"weekday": 6, "opens": "09:00", "closes": "12:00"}));
    assert_eq!(set["hours"][1]["closes"], "24:00");
    staff.put(&hours, "\"0\"", &body).await.problem(412, "precondition_failed");
    app.street().put(&hours, "\"1\"", &body).await.expect(200);
    app.actor(Role::CommunityStaff, "S1/C2").put(&hours, "\"2\"", &body).await.problem(404, "not_found");
    for wrong in [json!([]), json!([{"weekday": 1, "opens": "10:00", "closes": "09:00"}])] {
        staff.put(&hours, "\"2\"", &json!({"hours": wrong})).await.problem(422, "calendar_hours_overlap");
    }
    let odd = json!({"hours": [{"weekday": 1, "opens": "9 Uhr", "closes": "10:00"}]});
    staff.put(&hours, "\"2\"", &odd).await.problem(422, "invalid_field");
    let block = of_community(&app, "S1/C1/E1/B1");
    staff.get(&block).await.problem(404, "not_found");
    assert_eq!(staff.get(&of_community(&app, "S1/C2")).await.expect(200)["version"], 0);
}
