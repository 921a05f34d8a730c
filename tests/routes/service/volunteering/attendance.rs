//! Codes, their window and their tries; ticks; shifts put away.

use chrono::Duration;
use futures_util::future::join_all;
use serde_json::json;

use super::{BASE, Stage};

#[actix_web::test]
async fn a_code_of_another_shift_or_of_a_minute_ago_is_refused() {
    let stage = Stage::new().await;
    let resident = stage.app.resident();
    let project = stage.project().await;
    let (shift, other) = (stage.shift(&project, 20, 60, 5).await, stage.shift(&project, 20, 60, 5).await);
    stage.sign_up(&resident, &shift).await;
    let path = format!("{BASE}/shifts/{shift}/check-in");
    let foreign = stage.code(&other).await;
    resident.post(&path, &json!({"code": foreign})).await.problem(422, "check_in_code_wrong");
    let old = stage.code(&shift).await;
    stage.app.move_clock(Duration::seconds(61));
    resident.post(&path, &json!({"code": old})).await.problem(422, "check_in_code_wrong");
    let checked = stage.check_in(&resident, &shift).await;
    assert_eq!(checked["state"], "checked_in");
    let shown = stage.staff.get(&format!("{BASE}/shifts/{shift}/code")).await.expect(200);
    let seconds = shown["remaining_seconds"].as_i64().expect("seconds");
    assert!((1..=30).contains(&seconds), "{seconds}");
}

#[actix_web::test]
async fn guessing_ends_after_twenty_tries() {
    let stage = Stage::new().await;
    let resident = stage.app.resident();
    let project = stage.project().await;
    let shift = stage.shift(&project, 20, 60, 5).await;
    stage.sign_up(&resident, &shift).await;
    let path = format!("{BASE}/shifts/{shift}/check-in");
    let guess = json!({"code": "000000x"});
    // All at once: parallel guesses are counted as well as those in a row. The clock may pass into a new window of tries once.
    let answers = join_all((0..64).map(|_| resident.post(&path, &guess))).await;
    let looked_at = answers.iter().filter(|answer| answer.status == 422).count();
    assert!((20..=40).contains(&looked_at), "{looked_at} guesses were looked at");
    let refused = answers.iter().find(|answer| answer.status == 429).expect("a limit");
    refused.problem(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), "300");
    // The right code comes too late now, until the window of tries is over.
    let code = stage.code(&shift).await;
    resident.post(&path, &json!({"code": code})).await.problem(429, "too_many_requests");
    stage.minutes(6);
    stage.check_in(&resident, &shift).await;
}

#[actix_web::test]
async fn sixty_four_check_ins_are_one() {
    let stage = Stage::new().await;
    let resident = stage.app.resident();
    let project = stage.project().await;
    let shift = stage.shift(&project, 20, 60, 5).await;
    stage.sign_up(&resident, &shift).await;
    let (path, body) = (format!("{BASE}/shifts/{shift}/check-in"), json!({"code": stage.code(&shift).await}));
    let answers = join_all((0..64).map(|_| resident.post(&path, &body))).await;
    assert!(answers.iter().all(|answer| [200, 429].contains(&answer.status)), "{:?}", answers.iter().map(|a| a.status).max());
    assert!(answers.iter().any(|answer| answer.status == 200));
    assert_eq!(stage.count("SELECT FROM audit_entries WHERE action = 'shift_check_in'"), 1);
    // Afterwards it is the same answer, whatever the code.
    let again = resident.post(&path, &json!({"code": "1"})).await.expect(200);
    assert_eq!(again["state"], "checked_in");

    stage.minutes(50);
    let (path, body) = (format!("{BASE}/shifts/{shift}/check-out"), json!({"code": stage.code(&shift).await}));
    let answers = join_all((0..64).map(|_| resident.post(&path, &body))).await;
    assert!(answers.iter().all(|answer| [200, 429].contains(&answer.status)));
    assert_eq!(stage.count("SELECT FROM volunteer_hours"), 1);
    stage.assert_sound();
}

#[actix_web::test]
async fn coming_and_leaving_have_their_window_and_their_order() {
    let stage = Stage::new().await;
    let (resident, stranger, late) = (stage.app.resident(), stage.app.resident(), stage.app.resident());
    let project = stage.project().await;
    let shift = stage.shift(&project, 60, 60, 1).await;
    stage.sign_up(&resident, &shift).await;
    stage.sign_up(&late, &shift).await;
    let (into, out) = (format!("{BASE}/shifts/{shift}/check-in"), format!("{BASE}/shifts/{shift}/check-out"));
    stage.staff.get(&format!("{BASE}/shifts/{shift}/code")).await.problem(409, "outside_check_in_window");
    resident.post(&into, &json!({"code": "123456"})).await.problem(409, "outside_check_in_window");
    stage.minutes(31);
    let code = json!({"code": stage.code(&shift).await});
    stranger.post(&into, &code).await.problem(409, "not_signed_up");
    late.post(&into, &code).await.problem(409, "not_signed_up");
    resident.post(&out, &code).await.problem(409, "not_checked_in");
    resident.post(&into, &code).await.expect(200);
    stage
        .staff
        .post(&format!("{BASE}/shifts/{shift}/cancel"), &json!({"reason": "x"}))
        .await
        .problem(409, "shift_has_attendance");
    stage.minutes(29 + 60 + 31);
    resident.post(&out, &code).await.problem(409, "outside_check_in_window");
    stage.assert_sound();
}

#[actix_web::test]
async fn a_stale_shift_is_put_away_with_its_record() {
    let stage = Stage::new().await;
    let (came, never) = (stage.app.resident(), stage.app.resident());
    let project = stage.project().await;
    let shift = stage.shift(&project, 10, 60, 5).await;
    stage.sign_up(&came, &shift).await;
    stage.sign_up(&never, &shift).await;
    stage.check_in(&came, &shift).await;
    stage.minutes(47 * 60);
    stage.app.drain().await;
    let state = |view: serde_json::Value| view["state"].as_str().expect("a state").to_owned();
    let path = format!("{BASE}/shifts/{shift}");
    assert_eq!(state(stage.staff.get(&path).await.expect(200)), "ended");
    stage.minutes(3 * 60);
    stage.app.drain().await;
    let closed = stage.staff.get(&path).await.expect(200);
    assert_eq!((&closed["state"], &closed["absent"], &closed["never_out"]), (&json!("closed"), &json!(1), &json!(1)));
    let waiting = stage.waiting_hours().await;
    assert_eq!(waiting.len(), 1);
    assert_eq!((&waiting[0]["source"], &waiting[0]["half_hours"]), (&json!("stale"), &json!(0)));
    assert_eq!(stage.inbox(&stage.staff).await, ["shift_closed"], "the organiser is told");
    let approve = format!("{BASE}/hours/{}/approve", super::id(&waiting[0]));
    stage.second.post(&approve, &json!({})).await.expect(200);
    assert_eq!(stage.count("SELECT FROM award_events"), 0, "zero half hours earn nothing");
    stage.minutes(60);
    stage.app.drain().await;
    assert_eq!(stage.count("SELECT FROM volunteer_hours"), 1, "a second run changes nothing");
    stage.assert_sound();
}
