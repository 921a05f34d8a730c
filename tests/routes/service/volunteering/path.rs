//! The whole way: project, shift, sign-up, check-in, check-out, approval, record.

use diesel::RunQueryDsl as _;
use people::identity::Role;
use serde_json::json;

use super::{BASE, Stage, id};

#[actix_web::test]
async fn a_resident_and_a_courier_earn_hours_by_code() {
    let stage = Stage::new().await;
    let (resident, courier) = (stage.app.resident(), stage.app.actor(Role::NewEmployment, "S1"));
    let project = stage.project().await;
    let shift = stage.shift(&project, 60, 120, 5).await;
    assert_eq!(stage.sign_up(&resident, &shift).await["state"], "signed_up");
    assert_eq!(stage.sign_up(&courier, &shift).await["state"], "signed_up");
    stage.minutes(60);
    for actor in [&resident, &courier] {
        assert_eq!(stage.check_in(actor, &shift).await["state"], "checked_in");
    }
    // 100 minutes are three full half hours.
    stage.minutes(100);
    assert_eq!(stage.check_out(&resident, &shift).await["state"], "checked_out");
    // Half an hour past the end still counts, but not more than the shift's length.
    stage.minutes(45);
    assert_eq!(stage.check_out(&courier, &shift).await["state"], "checked_out");
    let waiting = stage.waiting_hours().await;
    let mut halves: Vec<(String, i64)> = waiting
        .iter()
        .map(|hours| (hours["person_id"].as_str().expect("a person").to_owned(), hours["half_hours"].as_i64().expect("a number")))
        .collect();
    halves.sort_by_key(|row| row.1);
    assert_eq!(halves, [(resident.person.to_string(), 3), (courier.person.to_string(), 4)]);
    for hours in &waiting {
        let approved = stage.second.post(&format!("{BASE}/hours/{}/approve", id(hours)), &json!({})).await.expect(200);
        assert_eq!((&approved["state"], &approved["decided_by"]), (&json!("approved"), &json!(stage.second.person)));
    }
    let events = "SELECT FROM award_events WHERE kind = 'volunteer_hours' AND quantity IN (3, 4)";
    assert_eq!(stage.count(events), 2, "each approval hands its hours to points");
    assert_eq!(stage.inbox(&resident).await, ["hours_approved"]);
    let totals = resident.get(&format!("{BASE}/my-hours/totals")).await.expect(200);
    assert_eq!((&totals["approved"], &totals["recorded"]), (&json!(3), &json!(0)));
    assert_eq!(totals["projects"][0]["project_title"], "护学岗");
    let mine = resident.get(&format!("{BASE}/my-hours")).await.expect(200);
    assert_eq!(mine["items"].as_array().expect("items").len(), 1);
    let ring = &stage.app.serving.parts.ring;
    let sealed = ring.seal(&format!("persons|name|{}", resident.person), "居民甲某").expect("sealed");
    diesel::sql_query("UPDATE persons SET name_sealed = $1 WHERE id = $2")
        .bind::<diesel::sql_types::Binary, _>(sealed)
        .bind::<diesel::sql_types::Uuid, _>(resident.person.0)
        .execute(&mut stage.app.owner())
        .expect("a name");
    let nameless = courier.get(&format!("{BASE}/my-hours/certificate")).await;
    assert!(
        nameless.status == 200 && nameless.text.contains("居民（"),
        "the nickname, where no name is known: {}",
        nameless.text
    );
    let page = resident.get(&format!("{BASE}/my-hours/certificate")).await;
    assert!(page.text.contains("居民甲某（"), "{}", page.text);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text.contains("1.5 小时") && page.text.contains("护学岗"), "{}", page.text);
    stage.assert_sound();
}

#[actix_web::test]
async fn a_project_is_drafted_opened_edited_and_closed() {
    let stage = Stage::new().await;
    let resident = stage.app.resident();
    let project = stage.draft_at("S1/C1/E1/B1").await;
    let path = format!("{BASE}/projects/{project}");
    resident.get(&path).await.problem(404, "not_found");
    let listed = |page: serde_json::Value| page["items"].as_array().expect("items").len();
    assert_eq!(listed(resident.get(&format!("{BASE}/projects")).await.expect(200)), 0, "a draft isn't public");
    assert_eq!(listed(stage.staff.get(&format!("{BASE}/projects?state=draft")).await.expect(200)), 1);
    let start = stage.now() + chrono::Duration::hours(1);
    let shift = json!({"starts_at": start, "ends_at": start + chrono::Duration::hours(1), "place": "门口", "capacity": 1});
    stage.staff.post(&format!("{path}/shifts"), &shift).await.problem(409, "project_not_open");
    stage.staff.post(&format!("{path}/open"), &json!({})).await.expect(200);
    stage.staff.post(&format!("{path}/open"), &json!({})).await.problem(409, "state_conflict");
    assert_eq!(listed(resident.get(&format!("{BASE}/projects")).await.expect(200)), 1);

    let seen = stage.staff.get(&path).await;
    let tag = seen.header("etag").to_owned();
    assert_eq!(tag, "\"1\"");
    let edit = json!({"title": "护学岗（新）", "about": "早晚各一次", "kind": "safety"});
    stage.staff.send(reqwest::Method::PUT, &path, |request| request.json(&edit)).await.problem(428, "precondition_required");
    let edited = stage.staff.put(&path, &tag, &edit).await;
    assert_eq!(edited.expect(200)["title"], "护学岗（新）");
    assert_eq!(edited.header("etag"), "\"2\"");
    stage.staff.put(&path, &tag, &edit).await.problem(412, "precondition_failed");

    stage.staff.post(&format!("{path}/shifts"), &shift).await.expect(201);
    stage.staff.post(&format!("{path}/close"), &json!({})).await.problem(409, "project_has_shifts");
    stage.minutes(24 * 60);
    stage.staff.post(&format!("{path}/close"), &json!({})).await.expect(200);
    stage.staff.put(&path, "\"2\"", &edit).await.problem(409, "state_conflict");
    stage.assert_sound();
}

#[actix_web::test]
async fn a_repeated_write_gets_the_first_answer() {
    let stage = Stage::new().await;
    let resident = stage.app.resident();
    let project = stage.project().await;
    let (one, two) = (stage.shift(&project, 60, 60, 5).await, stage.shift(&project, 600, 60, 5).await);
    let path = |shift: &str| format!("{BASE}/shifts/{shift}/sign-ups");
    let first = resident.post_with_key(&path(&one), "sign-up-key-1", &json!({})).await;
    let again = resident.post_with_key(&path(&one), "sign-up-key-1", &json!({})).await;
    assert_eq!(first.expect(201), again.expect(201));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    resident.post_with_key(&path(&two), "sign-up-key-1", &json!({})).await.problem(422, "idempotency_key_reused");
    resident.post(&path(&one), &json!({})).await.problem(409, "already_signed_up");
    assert_eq!(stage.count("SELECT FROM volunteer_sign_ups"), 1);
}
