//! How far rights reach: the own community, the whole street for people who work here, the staff's own unit.

use base::ids::OrganizationId;
use people::identity::Role;
use serde_json::json;

use super::{BASE, Stage, id};

#[actix_web::test]
async fn people_take_part_in_their_community_and_couriers_in_the_whole_street() {
    let stage = Stage::new().await;
    let project = stage.project().await;
    let shift = stage.shift(&project, 60, 60, 5).await;
    let neighbour = stage.app.actor(Role::Resident, "S1/C2/E1/B1/D1");
    let courier = stage.app.actor(Role::NewEmployment, "S1/C2");
    let sign_up = format!("{BASE}/shifts/{shift}/sign-ups");
    neighbour.get(&format!("{BASE}/projects/{project}")).await.problem(404, "not_found");
    neighbour.get(&format!("{BASE}/shifts/{shift}")).await.problem(404, "not_found");
    neighbour.post(&sign_up, &json!({})).await.problem(404, "not_found");
    let shifts = |page: serde_json::Value| page["items"].as_array().expect("items").len();
    assert_eq!(shifts(neighbour.get(&format!("{BASE}/shifts")).await.expect(200)), 0);
    assert_eq!(shifts(courier.get(&format!("{BASE}/shifts")).await.expect(200)), 1);
    courier.get(&format!("{BASE}/projects/{project}")).await.expect(200);
    courier.post(&sign_up, &json!({})).await.expect(201);
    stage.app.person(None).post(&sign_up, &json!({})).await.problem(404, "not_found");
    stage.app.anonymous().post(&sign_up, &json!({})).await.problem(401, "unauthorized");
}

#[actix_web::test]
async fn a_grid_worker_runs_projects_of_the_own_block_only() {
    let stage = Stage::new().await;
    let (worker, resident) = (stage.app.grid_worker(), stage.app.resident());
    let whole = stage.project().await;
    let mine = stage.draft_at("S1/C1/E1/B1").await;
    let next = stage.draft_at("S1/C1/E1/B2").await;
    worker.post(&format!("{BASE}/projects/{whole}/close"), &json!({})).await.problem(404, "not_found");
    worker.post(&format!("{BASE}/projects/{next}/open"), &json!({})).await.problem(404, "not_found");
    worker.post(&format!("{BASE}/projects/{mine}/open"), &json!({})).await.expect(200);
    let body = json!({
        "title": "x", "about": "y", "kind": "other", "grid_unit_id": stage.app.world.unit("S1/C1/E1/B2"),
        "organizer": {"person": worker.person},
    });
    worker.post(&format!("{BASE}/projects"), &body).await.problem(404, "not_found");
    let shift = stage.shift(&whole, 20, 60, 5).await;
    resident.get(&format!("{BASE}/shifts/{shift}/code")).await.problem(404, "not_found");
    worker.get(&format!("{BASE}/shifts/{shift}/sign-ups")).await.problem(404, "not_found");
    stage.sign_up(&resident, &shift).await;
    let list = stage.staff.get(&format!("{BASE}/shifts/{shift}/sign-ups")).await.expect(200);
    assert_eq!(list["items"][0]["nickname"], "居民");
}

#[actix_web::test]
async fn an_organization_drafts_and_staff_open() {
    let stage = Stage::new().await;
    let contact = stage.app.person(Some("19900000001"));
    let organization = stage.organization("S1/C1");
    stage.app.grant(&contact, Role::OrganizationContact, None, Some(organization));
    let body = |organization: OrganizationId| {
        json!({
            "title": "旧衣回收", "about": "每月一次", "kind": "environment", "grid_unit_id": stage.app.world.unit("S1/C1"),
            "organizer": {"organization": organization},
        })
    };
    contact.post(&format!("{BASE}/projects"), &body(OrganizationId::new())).await.problem(404, "not_found");
    let elsewhere = stage.organization("S1/C2");
    stage.staff.post(&format!("{BASE}/projects"), &body(elsewhere)).await.problem(422, "invalid_field");
    let project = id(&contact.post(&format!("{BASE}/projects"), &body(organization)).await.expect(201));
    contact.post(&format!("{BASE}/projects/{project}/open"), &json!({})).await.problem(403, "forbidden");
    stage.staff.post(&format!("{BASE}/projects/{project}/open"), &json!({})).await.expect(200);
    let start = stage.now() + chrono::Duration::minutes(20);
    let shift = json!({"starts_at": start, "ends_at": start + chrono::Duration::hours(1), "place": "广场", "capacity": 3});
    let shift = id(&contact.post(&format!("{BASE}/projects/{project}/shifts"), &shift).await.expect(201));
    contact.get(&format!("{BASE}/shifts/{shift}/code")).await.expect(200);
}
