//! Overdue: reminder, supervision, escalation, each once, whatever happens to the sweep.

use serde_json::json;

use super::{GOVERNANCE, clock, count, duty, events, file, find, id, move_to, sweep, unit};
use crate::support::TestApp;

#[actix_web::test]
async fn an_overdue_request_is_reminded_supervised_and_escalated_once_each() {
    let app = TestApp::start().await;
    let (lamps, handler) = unit(&app, "S1/C1", "路灯所");
    duty(&app, "S1/C1", "B01-01", "general_7d", Some(lamps));
    let (staff, street) = (app.staff(), app.street());
    move_to(&app, "2026-12-01T09:00:00");
    let resident = app.resident();
    let request = id(&file(&app, &resident, Some("B01-01")).await);
    assert_eq!(sweep(&app, None).await.steps, 0, "nothing is due yet");
    let mut seen = vec!["filed".to_owned(), "dispatched".to_owned()];
    // The acceptance is due at eleven; two working hours lie between the steps, the last half minute of them on the next morning.
    for (when, kind, who) in [
        ("2026-12-01T11:00:10", "reminded", &handler),
        ("2026-12-01T15:30:30", "supervised", &staff),
        ("2026-12-02T08:31:50", "escalated", &street),
    ] {
        move_to(&app, when);
        app.drain().await;
        // Run again, and the bodies of its jobs too: nothing is sent twice.
        assert_eq!(sweep(&app, None).await.steps, 0, "{kind}");
        diesel::connection::SimpleConnection::batch_execute(
            &mut app.owner(),
            "UPDATE jobs SET state = 'ready', run_at = palm_now(), attempts = 0, finished_at = NULL WHERE kind IN ('request_clocks', 'request_clock_told')",
        )
        .expect("jobs are run again");
        app.drain().await;
        seen.push(kind.to_owned());
        assert_eq!(events(&resident, &request).await, seen);
        let told = format!("SELECT 1 FROM notifications WHERE person_id = '{}' AND kind = 'request_{kind}'", who.person);
        assert_eq!(count(&app, &told), 1, "{kind}");
    }
    let view = find(&resident, &request).await;
    assert_eq!((&clock(&view, "accept")["step"], &clock(&view, "accept")["overdue"]), (&json!(3), &json!(true)));
    let list = staff.get(&format!("{GOVERNANCE}/requests?overdue=true")).await.expect(200);
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    // The first contact becomes overdue a day after filing, by a clock of its own.
    move_to(&app, "2026-12-02T09:00:30");
    sweep(&app, None).await;
    assert_eq!(clock(&find(&resident, &request).await, "contact")["step"], 1);
}

#[actix_web::test]
async fn a_sweep_that_dies_between_chunks_sends_nothing_twice_and_forgets_nothing() {
    let app = TestApp::start().await;
    move_to(&app, "2026-12-01T09:00:00");
    let resident = app.resident();
    let body = json!({"text": "楼道里的灯坏了", "unit": app.world.unit("S1/C1/E1/B1/D1")});
    for _ in 0..205 {
        resident.post(&format!("{GOVERNANCE}/requests"), &body).await.expect(201);
    }
    move_to(&app, "2026-12-01T11:30:00");
    let first = sweep(&app, Some(1)).await;
    assert_eq!((first.seen, first.steps), (200, 200));
    // As if it had died here; the next one, and one beside it, do the rest and no more.
    let (one, two) = futures_util::future::join(sweep(&app, None), sweep(&app, None)).await;
    assert_eq!(one.steps + two.steps, 5, "{one:?} {two:?}");
    assert_eq!(sweep(&app, None).await.seen, 0);
    assert_eq!(count(&app, "SELECT 1 FROM request_events WHERE kind = 'reminded'"), 205);
    assert_eq!(count(&app, "SELECT 1 FROM request_events WHERE kind = 'reminded' GROUP BY request_id HAVING count(*) > 1"), 0);
    assert_eq!(count(&app, "SELECT 1 FROM audit_entries WHERE action = 'request_clocks'"), 205);
}
