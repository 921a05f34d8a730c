//! Teams: made, joined by code, signed up, left.

use serde_json::json;

use super::{BASE, Stage, id};

#[actix_web::test]
async fn a_team_signs_up_together_and_takes_what_seats_there_are() {
    let stage = Stage::new().await;
    let (leader, two, three, stranger) = (stage.app.resident(), stage.app.resident(), stage.app.resident(), stage.app.resident());
    let new = json!({"name": "蓝马甲", "grid_unit_id": stage.app.world.unit("S1/C1")});
    let team = leader.post_with_key(&format!("{BASE}/teams"), "team-key-1", &new).await.expect(201);
    let code = team["code"].as_str().expect("a code").to_owned();
    let again = leader.post_with_key(&format!("{BASE}/teams"), "team-key-1", &new).await.expect(201);
    assert_eq!((id(&again), &again["code"]), (id(&team), &json!(null)), "a code is shown once");
    two.post(&format!("{BASE}/teams"), &new).await.problem(409, "team_name_taken");
    for member in [&two, &three, &three] {
        member.post(&format!("{BASE}/teams/join"), &json!({"code": code})).await.expect(200);
    }
    stranger.post(&format!("{BASE}/teams/join"), &json!({"code": "00000000x"})).await.problem(422, "team_code_wrong");
    stranger.get(&format!("{BASE}/teams/{}", id(&team))).await.problem(404, "not_found");
    let outsider = stage.app.actor(people::identity::Role::Resident, "S1/C2/E1/B1/D1");
    outsider.post(&format!("{BASE}/teams/join"), &json!({"code": code})).await.problem(422, "team_code_wrong");

    let project = stage.project().await;
    let shift = stage.shift(&project, 60, 60, 2).await;
    let path = format!("{BASE}/shifts/{shift}/team-sign-ups");
    let named = |people: &[&crate::support::Actor]| json!({"team_id": id(&team), "members": people.iter().map(|actor| actor.person).collect::<Vec<_>>()});
    two.post(&path, &named(&[&two])).await.problem(403, "team_leader_only");
    leader.post(&path, &named(&[&leader, &stranger])).await.problem(422, "not_in_team");
    leader.post(&path, &named(&[&leader, &leader])).await.problem(422, "invalid_field");
    let placed = leader.post(&path, &named(&[&leader, &two, &three])).await.expect(201);
    let states: Vec<&str> = placed["items"].as_array().expect("items").iter().filter_map(|item| item["state"].as_str()).collect();
    assert_eq!(states.iter().filter(|state| **state == "signed_up").count(), 2);
    assert_eq!(states.iter().filter(|state| **state == "waiting").count(), 1);
    let mut told = 0;
    for member in [&two, &three] {
        told += stage.inbox(member).await.iter().filter(|kind| *kind == "shift_signed_up").count();
    }
    let leads = placed["items"]
        .as_array()
        .expect("items")
        .iter()
        .any(|item| item["person_id"] == json!(leader.person) && item["state"] == "signed_up");
    assert_eq!(told, 2 - usize::from(leads), "who was signed up by the leader is told of the seat");
    stage.assert_sound();

    leader.post(&format!("{BASE}/teams/{}/leave", id(&team)), &json!({})).await.expect(204);
    let seen = two.get(&format!("{BASE}/teams/{}", id(&team))).await.expect(200);
    assert_eq!((&seen["leading"], seen["members"].as_array().map(Vec::len)), (&json!(true), Some(2)));
    let renewed = two.post(&format!("{BASE}/teams/{}/code", id(&team)), &json!({})).await.expect(200);
    stranger.post(&format!("{BASE}/teams/join"), &json!({"code": code})).await.problem(422, "team_code_wrong");
    stranger.post(&format!("{BASE}/teams/join"), &json!({"code": renewed["code"]})).await.expect(200);
}
