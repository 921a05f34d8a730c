//! Ticks, manual hours and who decides about them.

use chrono::Duration;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Uuid as SqlUuid;
use people::identity::Role;
use serde_json::json;

use super::{BASE, Stage, id};

#[actix_web::test]
async fn a_tick_needs_a_second_person() {
    let stage = Stage::new().await;
    let elder = stage.app.resident();
    let project = stage.project().await;
    let shift = stage.shift(&project, 10, 120, 5).await;
    let start = stage.now() + Duration::minutes(10);
    let path = format!("{BASE}/shifts/{shift}/ticks");
    let tick = json!({"person_id": elder.person, "from": start, "to": start + Duration::minutes(65)});
    stage.staff.post(&path, &tick).await.problem(422, "hours_outside_shift");
    stage.minutes(130);
    let own = json!({"person_id": stage.staff.person, "from": start, "to": start + Duration::minutes(65)});
    stage.staff.post(&path, &own).await.problem(403, "hours_own_benefit");
    let stranger = stage.app.actor(Role::Resident, "S1/C2/E1/B1/D1");
    let outside = json!({"person_id": stranger.person, "from": start, "to": start + Duration::minutes(65)});
    stage.staff.post(&path, &outside).await.problem(422, "beneficiary_outside");
    let both = json!({"person_id": elder.person, "card": "x", "from": start, "to": start});
    stage.staff.post(&path, &both).await.problem(422, "invalid_field");
    let unknown = json!({"card": "no-such-card", "from": start, "to": start});
    stage.staff.post(&path, &unknown).await.problem(422, "card_invalid");
    let ticked = stage.staff.post(&path, &tick).await.expect(201);
    assert_eq!((&ticked["half_hours"], &ticked["source"]), (&json!(2), &json!("tick")));
    stage.staff.post(&path, &tick).await.problem(409, "hours_already_recorded");
    let approve = format!("{BASE}/hours/{}/approve", id(&ticked));
    stage.staff.post(&approve, &json!({})).await.problem(403, "hours_second_person");
    elder.post(&approve, &json!({})).await.problem(404, "not_found");
    stage.second.post(&approve, &json!({})).await.expect(200);
    stage.second.post(&approve, &json!({})).await.problem(409, "state_conflict");
    stage.assert_sound();
}

#[actix_web::test]
async fn a_volunteer_who_is_staff_does_not_approve_their_own_hours() {
    let stage = Stage::new().await;
    stage.app.grant(&stage.second, Role::Resident, Some(stage.app.world.unit("S1/C1/E1/B1/D1")), None);
    let project = stage.project().await;
    let shift = stage.shift(&project, 10, 60, 5).await;
    stage.sign_up(&stage.second, &shift).await;
    stage.check_in(&stage.second, &shift).await;
    stage.minutes(70);
    stage.check_out(&stage.second, &shift).await;
    let hours = id(&stage.waiting_hours().await[0]);
    stage.second.post(&format!("{BASE}/hours/{hours}/approve"), &json!({})).await.problem(403, "hours_own_benefit");
    stage.second.post(&format!("{BASE}/hours/{hours}/refuse"), &json!({"reason": "x"})).await.problem(403, "hours_own_benefit");
    stage.staff.post(&format!("{BASE}/hours/{hours}/approve"), &json!({})).await.expect(200);
    stage.assert_sound();
}

#[actix_web::test]
async fn manual_hours_are_bounded_and_decided_in_bulk() {
    let stage = Stage::new().await;
    let (one, two) = (stage.app.resident(), stage.app.resident());
    let (project, other) = (stage.project().await, stage.project().await);
    let path = format!("{BASE}/hours/manual");
    let today = base::clock::shanghai_date(stage.now());
    let body = |project: &str, person: &crate::support::Actor, half_hours: i32, date: chrono::NaiveDate| json!({"project_id": project, "person_id": person.person, "date": date, "half_hours": half_hours, "reason": "纸质签到表"});
    let first = stage.staff.post(&path, &body(&project, &one, 20, today)).await.expect(201);
    stage.staff.post(&path, &body(&project, &one, 1, today)).await.problem(409, "hours_already_recorded");
    stage.staff.post(&path, &body(&other, &one, 5, today)).await.problem(409, "hours_day_limit");
    stage.staff.post(&path, &body(&other, &one, 4, today)).await.expect(201);
    stage.staff.post(&path, &body(&project, &two, 1, today + Duration::days(1))).await.problem(422, "invalid_field");
    stage.staff.post(&path, &body(&project, &two, 25, today)).await.problem(422, "invalid_field");
    let second = stage.staff.post(&path, &body(&project, &two, 4, today)).await.expect(201);
    let third = stage.second.post(&path, &body(&other, &two, 2, today)).await.expect(201);

    let refusal = format!("{BASE}/hours/{}/refuse", id(&first));
    let refused = stage.second.post(&refusal, &json!({"reason": "签到表缺页"})).await.expect(200);
    assert_eq!((&refused["state"], &refused["refusal"]), (&json!("refused"), &json!("签到表缺页")));
    let unknown = uuid::Uuid::now_v7();
    let asked = json!({"ids": [id(&first), id(&second), id(&third), unknown]});
    let key = "bulk-approval-1";
    let outcome = stage.second.post_with_key(&format!("{BASE}/hours/approve-bulk"), key, &asked).await.expect(200);
    assert_eq!(outcome["approved"], 1);
    let why = |wanted: &str| {
        let items = outcome["items"].as_array().expect("items");
        items.iter().find(|item| item["id"] == wanted).expect("an item")["refused"].clone()
    };
    assert_eq!(why(&id(&first)), "state_conflict");
    assert_eq!(why(&id(&second)), json!(null));
    assert_eq!(why(&id(&third)), "hours_second_person");
    assert_eq!(why(&unknown.to_string()), "not_found");
    let again = stage.second.post_with_key(&format!("{BASE}/hours/approve-bulk"), key, &asked).await.expect(200);
    assert_eq!(again["approved"], 1);
    assert_eq!(stage.count("SELECT FROM audit_entries WHERE action = 'hours_approve'"), 1);
    stage.assert_sound();
}

#[actix_web::test]
async fn nobody_decides_about_their_household() {
    let stage = Stage::new().await;
    let spouse = stage.app.resident();
    for person in [&stage.second, &spouse] {
        sql_query(
            "INSERT INTO residencies (id, person_id, community_id, entrance_id, room_lookup, state) VALUES (gen_random_uuid(), $1, $2, $3, '\\x01', 'claimed')",
        )
        .bind::<SqlUuid, _>(person.person.0)
        .bind::<SqlUuid, _>(stage.app.world.unit("S1/C1").0)
        .bind::<SqlUuid, _>(stage.app.world.unit("S1/C1/E1/B1/D1").0)
        .execute(&mut stage.app.owner())
        .expect("a residency");
    }
    let project = stage.project().await;
    let today = base::clock::shanghai_date(stage.now());
    let body = json!({"project_id": project, "person_id": spouse.person, "date": today, "half_hours": 2, "reason": "x"});
    let hours = id(&stage.staff.post(&format!("{BASE}/hours/manual"), &body).await.expect(201));
    stage.second.post(&format!("{BASE}/hours/{hours}/approve"), &json!({})).await.problem(403, "hours_household_benefit");
    let bulk = stage.second.post(&format!("{BASE}/hours/approve-bulk"), &json!({"ids": [hours]})).await.expect(200);
    assert_eq!((&bulk["approved"], &bulk["items"][0]["refused"]), (&json!(0), &json!("hours_household_benefit")));
    stage.app.staff().post(&format!("{BASE}/hours/{hours}/approve"), &json!({})).await.expect(200);
    stage.assert_sound();
}
