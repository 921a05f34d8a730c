//! Seats, the waiting list, and that nobody is in two places at once.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{BASE, Stage, id};

#[actix_web::test]
async fn sixty_four_at_once_get_ten_seats_and_a_line_of_fifty_four() {
    let stage = Stage::new().await;
    let project = stage.project().await;
    let shift = stage.shift(&project, 60, 60, 10).await;
    let crowd: Vec<_> = (0..64).map(|_| stage.app.resident()).collect();
    let path = format!("{BASE}/shifts/{shift}/sign-ups");
    let body = json!({});
    let answers = join_all(crowd.iter().map(|actor| actor.post(&path, &body))).await;
    let views: Vec<Value> = answers.iter().map(|answer| answer.expect(201)).collect();
    let seats = views.iter().filter(|view| view["state"] == "signed_up").count();
    assert_eq!(seats, 10);
    assert_eq!(views.iter().filter(|view| view["state"] == "waiting").count(), 54);
    let shown = stage.staff.get(&format!("{BASE}/shifts/{shift}")).await.expect(200);
    assert_eq!((&shown["taken"], &shown["waiting"]), (&json!(10), &json!(54)));
    let mut positions = Vec::new();
    for actor in &crowd {
        let mine = actor.get(&format!("{BASE}/my-sign-ups")).await.expect(200);
        positions.extend(mine["items"][0]["position"].as_i64());
    }
    positions.sort_unstable();
    assert_eq!(positions, (1..=54).collect::<Vec<i64>>());
    stage.assert_sound();

    // All who hold a seat leave at once: the first ten of the line move up, nobody else.
    let leaving: Vec<usize> = (0..64).filter(|n| views[*n]["state"] == "signed_up").collect();
    let paths: Vec<String> = views.iter().map(|view| format!("{BASE}/sign-ups/{}/withdraw", id(view))).collect();
    let left = join_all(leaving.iter().map(|n| crowd[*n].post(&paths[*n], &body))).await;
    assert!(left.iter().all(|answer| answer.expect(200)["state"] == "withdrawn"));
    let promoted = stage.count("SELECT FROM volunteer_sign_ups WHERE state = 'signed_up' AND waiting_no <= 10");
    assert_eq!(promoted, 10);
    assert_eq!(stage.count("SELECT FROM volunteer_sign_ups WHERE state = 'waiting'"), 44);
    stage.assert_sound();
}

#[actix_web::test]
async fn a_seat_that_comes_free_goes_to_the_first_who_waits() {
    let stage = Stage::new().await;
    let project = stage.project().await;
    let shift = stage.shift(&project, 60, 60, 1).await;
    let (one, two, three) = (stage.app.resident(), stage.app.resident(), stage.app.resident());
    let seat = stage.sign_up(&one, &shift).await;
    let second = stage.sign_up(&two, &shift).await;
    let third = stage.sign_up(&three, &shift).await;
    assert_eq!((&second["position"], &third["position"]), (&json!(1), &json!(2)));
    two.post(&format!("{BASE}/sign-ups/{}/withdraw", id(&seat)), &json!({})).await.problem(404, "not_found");
    one.post(&format!("{BASE}/sign-ups/{}/withdraw", id(&seat)), &json!({})).await.expect(200);
    one.post(&format!("{BASE}/sign-ups/{}/withdraw", id(&seat)), &json!({})).await.problem(409, "state_conflict");
    let state = |page: Value| page["items"][0].clone();
    assert_eq!(state(two.get(&format!("{BASE}/my-sign-ups")).await.expect(200))["state"], "signed_up");
    assert_eq!(state(three.get(&format!("{BASE}/my-sign-ups")).await.expect(200))["position"], 1);
    assert_eq!((stage.inbox(&two).await, stage.inbox(&three).await), (vec!["shift_promoted".to_owned()], vec![]));
    stage.minutes(61);
    let place = id(&second);
    two.post(&format!("{BASE}/sign-ups/{place}/withdraw"), &json!({})).await.problem(409, "sign_up_closed");
    stage.assert_sound();
}

#[actix_web::test]
async fn nobody_has_two_places_at_one_time_even_when_they_try_at_once() {
    let stage = Stage::new().await;
    let project = stage.project().await;
    let mut shifts = Vec::new();
    for offset in 0..8 {
        shifts.push(stage.shift(&project, 60 + offset * 5, 120, 5).await);
    }
    let after = stage.shift(&project, 400, 60, 5).await;
    let resident = stage.app.resident();
    let paths: Vec<String> = shifts.iter().map(|shift| format!("{BASE}/shifts/{shift}/sign-ups")).collect();
    let body = json!({});
    let answers = join_all(paths.iter().map(|path| resident.post(path, &body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(409, "shifts_overlap");
    }
    stage.sign_up(&resident, &after).await;
    stage.assert_sound();
}

#[actix_web::test]
async fn a_cancelled_shift_frees_everybody() {
    let stage = Stage::new().await;
    let project = stage.project().await;
    let shift = stage.shift(&project, 60, 60, 1).await;
    let (one, two) = (stage.app.resident(), stage.app.resident());
    stage.sign_up(&one, &shift).await;
    stage.sign_up(&two, &shift).await;
    let path = format!("{BASE}/shifts/{shift}/cancel");
    one.post(&path, &json!({"reason": "下雨"})).await.problem(404, "not_found");
    let cancelled = stage.staff.post(&path, &json!({"reason": "下雨"})).await.expect(200);
    assert_eq!((&cancelled["state"], &cancelled["taken"]), (&json!("cancelled"), &json!(0)));
    assert_eq!(stage.count("SELECT FROM volunteer_sign_ups WHERE state = 'cancelled'"), 2);
    for person in [&one, &two] {
        assert_eq!(stage.inbox(person).await, ["shift_cancelled"]);
    }
    one.post(&format!("{BASE}/shifts/{shift}/sign-ups"), &json!({})).await.problem(409, "already_signed_up");
    let other = stage.shift(&project, 60, 60, 1).await;
    stage.sign_up(&one, &other).await;
    stage.assert_sound();
}

#[actix_web::test]
async fn an_edited_shift_tells_everybody_and_seats_those_who_wait() {
    let stage = Stage::new().await;
    let project = stage.project().await;
    let shift = stage.shift(&project, 60, 60, 1).await;
    let beside = stage.shift(&project, 300, 60, 9).await;
    let (seated, waiting) = (stage.app.resident(), stage.app.resident());
    stage.sign_up(&seated, &shift).await;
    stage.sign_up(&waiting, &shift).await;
    stage.sign_up(&seated, &beside).await;
    let path = format!("{BASE}/shifts/{shift}");
    let body = |start: i64, minutes: i64, place: &str, capacity: u32| {
        let start = stage.now() + chrono::Duration::minutes(start);
        json!({"starts_at": start, "ends_at": start + chrono::Duration::minutes(minutes), "place": place, "capacity": capacity})
    };
    let other = body(120, 90, "学校西门", 2);
    seated.put(&path, "\"1\"", &other).await.problem(404, "not_found");
    stage.staff.put(&path, "\"7\"", &other).await.problem(412, "precondition_failed");
    stage.staff.put(&path, "\"1\"", &body(120, 10, "学校西门", 2)).await.problem(422, "invalid_field");
    stage.staff.put(&path, "\"1\"", &body(280, 60, "学校西门", 2)).await.problem(409, "shifts_overlap");
    let edited = stage.staff.put(&path, "\"1\"", &other).await.expect(200);
    assert_eq!((&edited["version"], &edited["taken"], &edited["waiting"]), (&json!(2), &json!(2), &json!(0)));
    assert_eq!((&edited["place"], &edited["state"]), (&json!("学校西门"), &json!("planned")));
    assert_eq!(stage.inbox(&seated).await, ["shift_changed"]);
    let mut kinds = stage.inbox(&waiting).await;
    kinds.sort();
    assert_eq!(kinds, ["shift_changed", "shift_promoted"]);
    stage.staff.put(&path, "\"2\"", &body(120, 90, "学校西门", 1)).await.problem(422, "invalid_field");
    stage.sign_up(&stage.app.resident(), &shift).await;
    stage.minutes(95);
    stage.check_in(&seated, &shift).await;
    stage.staff.put(&path, "\"2\"", &body(120, 90, "学校南门", 3)).await.problem(409, "shift_has_attendance");
    stage.minutes(30);
    stage.staff.put(&path, "\"2\"", &body(120, 90, "学校南门", 3)).await.problem(409, "state_conflict");
    stage.assert_sound();
}
