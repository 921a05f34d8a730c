//! The way of a request: accepted, asked, answered, rated, done again, opened again, taken back, closed by the clock.

use chrono::Duration;
use serde_json::json;

use super::{REQUESTS, Stage, rating, solved};

#[actix_web::test]
async fn from_filing_to_rating_everybody_hears_and_notes_stay_inside() {
    let stage = Stage::new().await;
    let request = stage.dispatched().await;
    let taken = stage.done(&stage.lamp_man, &request, "accept", json!({"text": "今天下午上门", "note": "缺 40W 灯泡"})).await;
    assert_eq!((&taken["state"], &taken["lead"]), (&json!("in_progress"), &json!(stage.lamp_man.person)));
    stage.done(&stage.lamp_man, &request, "ask", json!({"text": "是哪一盏？"})).await;
    let replied = stage.done(&stage.resident, &request, "reply", json!({"text": "靠东边那盏"})).await;
    assert_eq!(replied["state"], "in_progress");
    stage.done(&stage.lamp_man, &request, "progress", json!({"text": "正在更换"})).await;
    stage.done(&stage.staff, &request, "progress", json!({"note": "已电话确认"})).await;
    let answered = stage.done(&stage.lamp_man, &request, "answer", solved()).await;
    assert_eq!((&answered["state"], &answered["outcome"]), (&json!("answered"), &json!("solved")));
    let closed = stage.done(&stage.resident, &request, "rating", rating(true, 5)).await;
    assert_eq!((&closed["state"], &closed["allowed"]), (&json!("closed"), &json!(["reopen"])));

    let public = ["filed", "dispatched", "accepted", "asked", "replied", "progress", "answered", "rated"];
    assert_eq!(stage.timeline(&stage.resident, &request).await, public);
    assert_eq!(stage.timeline(&stage.lamp_man, &request).await.len(), public.len() + 1, "and the note");
    let told = stage.resident.get(&Stage::path(&request, "events")).await.expect(200).to_string();
    assert!(!told.contains("缺 40W 灯泡") && !told.contains("已电话确认") && told.contains("今天下午上门"), "{told}");
    let inside = stage.lamp_man.get(&Stage::path(&request, "events")).await.expect(200).to_string();
    assert!(inside.contains("缺 40W 灯泡") && inside.contains("已电话确认"), "{inside}");
    let inbox = ["request_moved", "request_accepted", "request_asked", "request_moved", "request_answered"];
    assert_eq!(stage.inbox(&stage.resident).await, inbox);
    let answers = stage.resident.get(&Stage::path(&request, "answers")).await.expect(200);
    assert_eq!((&answers["items"][0]["speed"], &answers["items"][0]["resolved"]), (&json!(5), &json!(true)));
    stage.assert_sound();
}

#[actix_web::test]
async fn events_are_followed_by_their_sequence() {
    let stage = Stage::new().await;
    let request = stage.begun().await;
    let first = stage.resident.get(&format!("{}?limit=2", Stage::path(&request, "events"))).await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("more follows");
    let rest = stage.resident.get(&format!("{}?limit=2&cursor={cursor}", Stage::path(&request, "events"))).await.expect(200);
    assert_eq!((&rest["items"][0]["sequence"], &rest["next_cursor"]), (&json!(3), &json!(null)));
}

#[actix_web::test]
async fn the_community_answers_what_no_unit_has_and_an_outcome_says_what_it_must() {
    let stage = Stage::new().await;
    let request = stage.queued().await;
    stage.done(&stage.worker, &request, "accept", json!({})).await;
    for (body, pointer) in [
        (json!({"outcome": "cannot_be_solved", "text": "暂无法办理"}), "/reason"),
        (json!({"outcome": "cannot_be_solved", "text": "暂无法办理", "reason": "产权不属公共区域"}), "/legal_basis"),
        (json!({"outcome": "not_a_duty", "text": "不属社区职责"}), "/instead"),
        (json!({"outcome": "merged", "text": "已合并"}), "/outcome"),
        (json!({"outcome": "withdrawn", "text": "已撤回"}), "/outcome"),
    ] {
        let refused = stage.worker.post(&Stage::path(&request, "answer"), &body).await.problem(422, "outcome_needs");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    let honest = json!({"outcome": "cannot_be_solved", "text": "暂无法办理", "reason": "产权不属公共区域", "legal_basis": "《民法典》第二百七十一条"});
    let answered = stage.done(&stage.worker, &request, "answer", honest).await;
    assert_eq!((&answered["outcome"], &answered["organization"]), (&json!("cannot_be_solved"), &json!(null)));
    stage.assert_sound();
}

#[actix_web::test]
async fn who_is_dissatisfied_has_it_done_again_once() {
    let stage = Stage::new().await;
    let request = stage.answered().await;
    let again = |resolved: bool, mark: i32| {
        let mut body = rating(resolved, mark);
        body["redo"] = json!(true);
        body
    };
    stage.resident.post(&Stage::path(&request, "rating"), &again(true, 5)).await.problem(409, "redo_refused");
    let redone = stage.done(&stage.resident, &request, "rating", again(false, 1)).await;
    assert_eq!((&redone["state"], &redone["outcome"]), (&json!("in_progress"), &json!(null)));
    stage.app.drain().await;
    assert_eq!(stage.inbox(&stage.lamp_man).await.last().map(String::as_str), Some("request_waits"));
    stage.done(&stage.lamp_man, &request, "answer", solved()).await;
    stage.resident.post(&Stage::path(&request, "rating"), &again(false, 1)).await.problem(409, "redo_refused");
    stage.done(&stage.resident, &request, "rating", rating(false, 2)).await;
    let answers = stage.staff.get(&Stage::path(&request, "answers")).await.expect(200);
    let marks: Vec<i64> =
        answers["items"].as_array().expect("rounds").iter().filter_map(|round| round["speed"].as_i64()).collect();
    assert_eq!(marks, [1, 2], "both ratings count");
    stage.assert_sound();
}

#[actix_web::test]
async fn a_closed_one_is_opened_again_once_within_thirty_days() {
    let stage = Stage::new().await;
    let (request, late) = (stage.answered().await, stage.answered().await);
    for closed in [&request, &late] {
        stage.done(&stage.resident, closed, "rating", rating(true, 4)).await;
    }
    let why = json!({"reason": "又不亮了"});
    let open = stage.done(&stage.resident, &request, "reopen", why.clone()).await;
    assert_eq!((&open["state"], &open["closed_at"]), (&json!("in_progress"), &json!(null)));
    stage.done(&stage.lamp_man, &request, "answer", solved()).await;
    stage.done(&stage.resident, &request, "rating", rating(true, 4)).await;
    stage.resident.post(&Stage::path(&request, "reopen"), &why).await.problem(409, "reopen_refused");
    stage.app.move_clock(Duration::days(31));
    stage.resident.post(&Stage::path(&late, "reopen"), &why).await.problem(409, "reopen_refused");
    stage.assert_sound();
}

#[actix_web::test]
async fn the_reporter_takes_it_back_and_the_clock_closes_what_nobody_rates() {
    let stage = Stage::new().await;
    let (back, unrated) = (stage.begun().await, stage.answered().await);
    let gone = stage.done(&stage.resident, &back, "withdraw", json!({"reason": "灯自己亮了"})).await;
    assert_eq!((&gone["state"], &gone["outcome"]), (&json!("cancelled"), &json!("withdrawn")));
    stage.app.move_clock(Duration::days(6));
    stage.app.drain().await;
    let state = async |request: &str| stage.resident.get(&format!("{REQUESTS}/{request}")).await.expect(200)["state"].clone();
    assert_eq!(state(&unrated).await, "answered");
    stage.app.move_clock(Duration::days(2));
    stage.app.drain().await;
    assert_eq!(state(&unrated).await, "closed");
    stage.assert_sound();
}
