//! Volunteering's part of the home screen, of the export and of an erasure.

use base::db::Context;
use base::error::ApiError;
use serde_json::{Value, json};

use super::{BASE, Stage, id};

fn kinds(home: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    home["items"].as_array().expect("items").iter().map(|item| (text(&item["kind"]), text(&item["link"]))).collect()
}

#[actix_web::test]
async fn the_home_screen_shows_the_next_shift_and_what_waits_for_a_decision() {
    let stage = Stage::new().await;
    let resident = stage.app.resident();
    let project = stage.project().await;
    let (later, next) = (stage.shift(&project, 300, 60, 5).await, stage.shift(&project, 10, 60, 5).await);
    stage.sign_up(&resident, &later).await;
    stage.sign_up(&resident, &next).await;
    let home = resident.get("/api/v1/me/home").await.expect(200);
    assert!(kinds(&home).contains(&("shift".to_owned(), format!("{BASE}/shifts/{next}"))), "{home}");
    stage.check_in(&resident, &next).await;
    stage.minutes(75);
    stage.check_out(&resident, &next).await;
    let home = resident.get("/api/v1/me/home").await.expect(200);
    assert!(kinds(&home).contains(&("shift".to_owned(), format!("{BASE}/shifts/{later}"))), "{home}");
    let approvals = |home: &Value| kinds(home).iter().filter(|(kind, _)| kind == "approval").count();
    assert_eq!(approvals(&home), 0, "nobody is asked about their own hours");
    assert_eq!(approvals(&stage.second.get("/api/v1/me/home").await.expect(200)), 1);
    let (ring, person) = (stage.app.serving.parts.ring.clone(), resident.person);
    let export = (service::volunteering::EXPORT.export)(&mut stage.app.owner(), &ring, person).expect("an export");
    assert_eq!((&export["hours"][0]["project"], export["sign_ups"].as_array().map(Vec::len)), (&json!("护学岗"), Some(2)));
}

#[actix_web::test]
async fn an_erased_person_leaves_the_seat_to_the_next() {
    let stage = Stage::new().await;
    let (leaving, next) = (stage.app.resident(), stage.app.resident());
    let project = stage.project().await;
    let shift = stage.shift(&project, 60, 60, 1).await;
    stage.sign_up(&leaving, &shift).await;
    let waiting = stage.sign_up(&next, &shift).await;
    let new = json!({"name": "蓝马甲", "grid_unit_id": stage.app.world.unit("S1/C1")});
    let team = id(&leaving.post(&format!("{BASE}/teams"), &new).await.expect(201));
    let (db, person) = (stage.app.serving.parts.db.clone(), leaving.person);
    let hook = service::volunteering::ERASE;
    for _twice in 0..2 {
        let db = db.clone();
        let erased = actix_web::web::block(move || -> Result<(), ApiError> {
            if let Some(before) = hook.before {
                before(&db, person)?;
            }
            db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
                (hook.erase)(&mut tx, person)?;
                Ok(tx.done(())?)
            })
        });
        erased.await.expect("a thread").expect("erased");
    }
    let mine = next.get(&format!("{BASE}/my-sign-ups")).await.expect(200);
    assert_eq!((&mine["items"][0]["id"], &mine["items"][0]["state"]), (&waiting["id"], &json!("signed_up")));
    assert_eq!(stage.count(&format!("SELECT FROM volunteer_teams WHERE id = '{team}' AND closed_at IS NOT NULL")), 1);
    assert_eq!(stage.count("SELECT FROM volunteer_team_members"), 0);
    stage.assert_sound();
}
