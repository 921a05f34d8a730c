//! What a handler's moves do to the clocks of a request: taking it meets one, asking stops one, doing it again starts one, and a year's
//! holidays move them all.

use chrono::Duration;
use serde_json::{Value, json};

use super::{GOVERNANCE, clock, count, duty, events, file, find, id, local, move_to, time, unit};
use crate::support::TestApp;

fn path(request: &str, verb: &str) -> String {
    format!("{GOVERNANCE}/requests/{request}/{verb}")
}

fn state(request: &Value, kind: &str) -> (Value, Value) {
    let clock = clock(request, kind);
    (clock["state"].clone(), clock["round"].clone())
}

#[actix_web::test]
async fn taking_meets_asking_stops_and_doing_again_starts_a_round() {
    let app = TestApp::start().await;
    let (lamps, handler) = unit(&app, "S1/C1", "路灯管理所");
    duty(&app, "S1/C1", "B01-01", "general_7d", Some(lamps));
    move_to(&app, "2026-12-07T10:00:00");
    let resident = app.resident();
    let request = id(&file(&app, &resident, Some("B01-01")).await);
    let done =
        async |by: &crate::support::Actor, verb: &str, body: Value| by.post(&path(&request, verb), &body).await.expect(200);
    move_to(&app, "2026-12-07T11:00:00");
    let taken = done(&handler, "accept", json!({})).await;
    assert_eq!(state(&taken, "accept"), (json!("met"), json!(1)));
    assert_eq!(state(&taken, "contact"), (json!("running"), json!(1)));
    let due = time(&taken["resolve_by"]);
    let asked = done(&handler, "ask", json!({"text": "哪一盏？"})).await;
    assert_eq!((state(&asked, "contact").0, state(&asked, "resolve").0), (json!("met"), json!("paused")));
    assert_eq!((&clock(&asked, "resolve")["pause_reason"], &asked["due_at"]), (&json!("waiting_for_resident"), &Value::Null));
    move_to(&app, "2026-12-09T11:00:00");
    let replied = done(&resident, "reply", json!({"text": "东边那盏"})).await;
    assert_eq!(state(&replied, "resolve").0, json!("running"));
    assert_eq!(time(&replied["resolve_by"]) - due, Duration::days(2), "two working days were the reporter's");
    let answered = done(&handler, "answer", json!({"outcome": "solved", "text": "已更换"})).await;
    assert_eq!(state(&answered, "resolve"), (json!("met"), json!(1)));
    let again = json!({"resolved": false, "speed": 1, "effect": 1, "attitude": 3, "feedback": 3, "redo": true});
    let again = done(&resident, "rating", again).await;
    assert_eq!(state(&again, "resolve"), (json!("running"), json!(2)));
}

#[actix_web::test]
async fn two_returns_bring_the_streets_clock_and_its_decision_ends_it() {
    let app = TestApp::start().await;
    let ((lamps, one), (roads, other)) = (unit(&app, "S1/C1", "路灯管理所"), unit(&app, "S1/C1", "市政养护队"));
    duty(&app, "S1/C1", "B01-01", "general_7d", Some(lamps));
    move_to(&app, "2026-12-07T10:00:00");
    let request = id(&file(&app, &app.resident(), Some("B01-01")).await);
    let back = json!({"to": roads});
    let named = one.post(&path(&request, "return"), &back).await.expect(200);
    assert_eq!(state(&named, "accept"), (json!("running"), json!(2)), "the named unit has its own two hours: {named}");
    let waits = other.post(&path(&request, "return"), &json!({"reason": "not_our_duty"})).await.expect(200);
    assert_eq!((&waits["desk"], state(&waits, "arbitrate").0), (&json!("street"), json!("running")));
    assert_eq!(time(&clock(&waits, "arbitrate")["due_at"]), local("2026-12-08T17:30:00"));
    move_to(&app, "2026-12-08T09:00:00");
    let street = app.street();
    let decided =
        street.post(&path(&request, "arbitrate"), &json!({"organization": lamps, "reason": "产权属路灯所"})).await.expect(200);
    assert_eq!((state(&decided, "arbitrate").0, state(&decided, "accept").0), (json!("met"), json!("running")));
}

#[actix_web::test]
async fn holidays_that_are_published_later_move_what_is_due_in_their_year() {
    let app = TestApp::start().await;
    duty(&app, "S1/C1", "B01-02", "complex_15d", None);
    move_to(&app, "2026-12-28T09:00:00");
    let (staff, resident, street) = (app.staff(), app.resident(), app.street());
    let request = id(&file(&app, &resident, Some("B01-02")).await);
    let before = find(&staff, &request).await;
    assert_eq!(clock(&before, "resolve")["provisional"], true, "{before}");
    // Its twin stands still while the holidays are published.
    let twin = id(&file(&app, &resident, Some("B01-02")).await);
    let pause = json!({"reason": "waiting_for_parts", "text": "配件已订货", "days": 10});
    staff.post(&path(&twin, "pause"), &pause).await.expect(200);
    let off = |date: &str| json!({"date": date, "kind": "holiday", "name": "元旦"});
    let year = json!({"source": "通知", "provisional": false, "days": [off("2027-01-01"), off("2027-01-04"), off("2027-01-05")]});
    let holidays = "/api/v1/calendar-years/2027";
    let version = street.get(holidays).await.expect(200)["version"].clone();
    street.put(holidays, &format!("\"{version}\""), &year).await.expect(200);
    app.drain().await;
    let after = find(&staff, &request).await;
    assert_eq!(clock(&after, "resolve")["provisional"], false, "{after}");
    assert!(time(&after["resolve_by"]) > time(&before["resolve_by"]), "{} {}", before["resolve_by"], after["resolve_by"]);
    assert_eq!(events(&resident, &request).await.last().map(String::as_str), Some("extended"));
    let still = find(&staff, &twin).await;
    assert_eq!((&clock(&still, "resolve")["state"], &still["resolve_by"]), (&json!("paused"), &after["resolve_by"]), "{still}");
    let resumed = staff.post(&path(&twin, "resume"), &json!({})).await.expect(200);
    assert_eq!(resumed["resolve_by"], after["resolve_by"], "{resumed}");
    let told = count(&app, "SELECT 1 FROM audit_entries WHERE action = 'request_clocks_recount'");
    app.drain().await;
    assert_eq!(count(&app, "SELECT 1 FROM audit_entries WHERE action = 'request_clocks_recount'"), told);
}
