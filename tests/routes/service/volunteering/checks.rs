//! Each check of the audit finds a planted violation: constraints and triggers are lifted for it, as by somebody with the owner's rights.

use diesel::connection::SimpleConnection as _;
use serde_json::json;

use super::{BASE, Stage, id};

/// What breaks each check, by SQL on a sound story.
const BREAKS: &[(&str, &str)] = &[
    ("volunteer_seats", "UPDATE volunteer_shifts SET taken = taken - 1 WHERE taken > 1"),
    ("volunteer_waiting", "UPDATE volunteer_shifts SET capacity = capacity + 1 WHERE state = 'planned'"),
    (
        "volunteer_two_places",
        "UPDATE volunteer_shifts SET starts_at = (SELECT min(starts_at) FROM volunteer_shifts), ends_at = (SELECT min(ends_at) FROM volunteer_shifts)",
    ),
    (
        "volunteer_two_persons",
        "ALTER TABLE volunteer_hours DROP CONSTRAINT volunteer_hours_check5; UPDATE volunteer_hours SET decided_by = person_id WHERE state = 'approved'",
    ),
    ("volunteer_hours_length", "UPDATE volunteer_hours SET half_hours = half_hours + 1 WHERE source = 'code'"),
    (
        "volunteer_day",
        "UPDATE volunteer_hours SET half_hours = 24; INSERT INTO volunteer_hours (id, project_id, person_id, source, day, half_hours, reason, proposed_by) SELECT gen_random_uuid(), project_id, person_id, 'manual', day, 1, 'x', decided_by FROM volunteer_hours WHERE state = 'approved'",
    ),
    ("volunteer_checked_out", "DELETE FROM volunteer_hours"),
    ("volunteer_points", "UPDATE volunteer_hours SET half_hours = 0 WHERE state = 'approved'"),
];

#[actix_web::test]
async fn every_check_finds_what_it_is_there_for() {
    let stage = Stage::new().await;
    let (one, two, three) = (stage.app.resident(), stage.app.resident(), stage.app.resident());
    let project = stage.project().await;
    let (shift, later) = (stage.shift(&project, 10, 60, 2).await, stage.shift(&project, 300, 60, 2).await);
    stage.sign_up(&one, &shift).await;
    for actor in [&one, &two, &three] {
        stage.sign_up(actor, &later).await;
    }
    stage.check_in(&one, &shift).await;
    stage.minutes(45);
    stage.check_out(&one, &shift).await;
    let hours = id(&stage.waiting_hours().await[0]);
    stage.second.post(&format!("{BASE}/hours/{hours}/approve"), &json!({})).await.expect(200);
    stage.assert_sound();
    for (name, sql) in BREAKS {
        let mut owner = stage.app.owner();
        owner.batch_execute(&format!("BEGIN; {sql}")).unwrap_or_else(|why| panic!("{name}: {why}"));
        let found =
            service::CHECKS.iter().filter(|check| check.name == *name).any(|check| super::rows(&mut owner, check.sql) > 0);
        assert!(found, "{name} doesn't see: {sql}");
        owner.batch_execute("ROLLBACK").expect("rolled back");
    }
    let tried: Vec<&str> = BREAKS.iter().map(|(name, _)| *name).collect();
    let untried: Vec<&str> = service::CHECKS.iter().map(|check| check.name).filter(|name| !tried.contains(name)).collect();
    assert!(untried.is_empty(), "no violation was tried for {untried:?}");
}
