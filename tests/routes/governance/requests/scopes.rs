//! Who sees what: the neighbour block's worker, the neighbour community and another resident see nothing of it, in lists and by id.

use people::identity::Role;
use serde_json::json;

use super::{REQUESTS, Stage, id};
use crate::support::Actor;

#[actix_web::test]
async fn what_is_out_of_reach_is_not_there() {
    let stage = Stage::new().await;
    let request = stage.begun().await;
    let app = &stage.app;
    let strangers = [
        app.actor(Role::GridWorker, "S1/C1/E1/B2"),
        app.actor(Role::GridWorker, "S1/C2/E1/B1"),
        app.actor(Role::CommunityStaff, "S1/C2"),
    ];
    let listed = async |who: &Actor| who.get(REQUESTS).await.expect(200)["items"].as_array().expect("items").len();
    for stranger in &strangers {
        assert_eq!(listed(stranger).await, 0);
        for verb in ["", "/events", "/answers"] {
            stranger.get(&format!("{REQUESTS}/{request}{verb}")).await.problem(404, "not_found");
        }
        for verb in ["accept", "ask", "answer", "dispatch", "confirm", "progress"] {
            let body = match verb {
                "ask" => json!({"text": "？"}),
                "answer" => super::solved(),
                "progress" => json!({"note": "看看"}),
                _ => json!({}),
            };
            stranger.post(&Stage::path(&request, verb), &body).await.problem(404, "not_found");
        }
    }
    let neighbour = app.actor(Role::Resident, "S1/C1/E1/B1/D1");
    neighbour.get(&format!("{REQUESTS}/{request}")).await.problem(404, "not_found");
    neighbour.get(REQUESTS).await.problem(403, "forbidden");
    let mine = neighbour.get(&format!("{REQUESTS}/mine")).await.expect(200);
    assert_eq!(mine["items"], json!([]));
    for insider in [&stage.worker, &stage.staff, &stage.street, &stage.lamp_man] {
        assert_eq!(listed(insider).await, 1);
        insider.get(&format!("{REQUESTS}/{request}")).await.expect(200);
    }
    app.anonymous().get(REQUESTS).await.problem(401, "unauthorized");
}

#[actix_web::test]
async fn a_list_is_narrowed_and_paged() {
    let stage = Stage::new().await;
    let (queued, begun) = (stage.queued().await, stage.begun().await);
    let closed = stage.answered().await;
    let ids = async |query: &str| -> Vec<String> {
        let page = stage.staff.get(&format!("{REQUESTS}?{query}")).await.expect(200);
        page["items"].as_array().expect("items").iter().map(id).collect()
    };
    assert_eq!(ids("").await, [closed.clone(), begun.clone(), queued.clone()]);
    assert_eq!(ids("open=true").await, [begun.clone(), queued.clone()]);
    assert_eq!(ids("state=in_progress").await, std::slice::from_ref(&begun));
    assert_eq!(ids("desk=community").await, std::slice::from_ref(&queued));
    assert_eq!(ids("category=A01-01").await, [closed.clone(), begun.clone()]);
    assert_eq!(ids("source=courier").await, Vec::<String>::new());
    assert_eq!(ids("overdue=true").await, Vec::<String>::new());
    let first = stage.staff.get(&format!("{REQUESTS}?limit=2")).await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("more follows");
    assert_eq!(ids(&format!("limit=2&cursor={cursor}")).await, [queued]);
    stage.staff.get(&format!("{REQUESTS}?state=gone")).await.problem(422, "invalid_query");
}
