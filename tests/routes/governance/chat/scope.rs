//! Who reads and who moderates: the places of the world one by one, and random trees against an oracle.

use governance::chat::{Part, part_of};
use people::grid::GridPath;
use people::identity::{HeldRole, Role};
use proptest::prelude::*;
use serde_json::json;

use super::{BASE, group, id, items, neighbour, say, topic};
use crate::support::TestApp;

#[actix_web::test]
async fn nobody_reads_a_group_that_they_are_not_in() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let group = group(&app, "S1/C1/E1/B1").await;
    let topic = topic(&worker, &group, "talk").await;
    say(&worker, &topic, "大家好").await.expect(201);
    let paths = [
        format!("{BASE}/groups/{group}"),
        format!("{BASE}/groups/{group}/topics"),
        format!("{BASE}/topics/{topic}"),
        format!("{BASE}/topics/{topic}/messages"),
        format!("{BASE}/topics/{topic}/messages?after_change=0"),
    ];
    let inside = [app.resident(), app.actor(Role::BuildingHead, "S1/C1/E1/B1/D2"), app.staff(), worker.clone()];
    let outside = [
        app.actor(Role::Resident, "S1/C1/E1/B2/D1"),
        app.actor(Role::Resident, "S1/C2/E1/B1/D1"),
        app.actor(Role::NewEmployment, "S1"),
        app.actor(Role::GridWorker, "S1/C1/E1/B2"),
        app.actor(Role::CommunityStaff, "S1/C2"),
    ];
    for path in &paths {
        for actor in &inside {
            actor.get(path).await.expect(200);
        }
        for actor in &outside {
            actor.get(path).await.problem(404, "not_found");
        }
        app.street().get(path).await.problem(403, "forbidden");
        app.anonymous().get(path).await.problem(401, "unauthorized");
    }
    for actor in &outside {
        say(actor, &topic, "x").await.problem(404, "not_found");
        assert_eq!(items(&actor.get(&format!("{BASE}/groups")).await.expect(200)).len(), 0);
    }
    for what in ["pin", "unpin", "reopen", "accept"] {
        for actor in outside.iter().skip(3) {
            actor.post(&format!("{BASE}/topics/{topic}/{what}"), &json!({})).await.problem(404, "not_found");
        }
    }
}

#[actix_web::test]
async fn who_moves_out_reads_no_more_the_same_moment() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let topic = topic(&worker, &group(&app, "S1/C1/E1/B1").await, "talk").await;
    let me = neighbour(&app, "甲", "19900000001").await;
    say(&me, &topic, "在吗").await.expect(201);
    use diesel::prelude::*;
    let ended = diesel::sql_query("UPDATE roles SET ends_at = palm_now() WHERE person_id = $1 AND role = 'resident'")
        .bind::<diesel::sql_types::Uuid, _>(me.person.0)
        .execute(&mut app.owner());
    assert_eq!(ended, Ok(1));
    // Writes look anew; a new session does for reads.
    let status = say(&me, &topic, "还在吗").await.status;
    assert!([403, 404].contains(&status), "{status}");
    let again = crate::routes::people::sign_in(&app, "甲").await.0;
    let status = again.get(&format!("{BASE}/topics/{topic}")).await.status;
    assert!([403, 404].contains(&status), "{status}");
}

#[actix_web::test]
async fn a_unit_has_one_group_and_a_worker_opens_only_those_of_their_place() {
    let app = TestApp::start().await;
    let worker = app.grid_worker();
    let groups = format!("{BASE}/groups");
    let at = |path: &str| json!({"grid_unit_id": app.world.unit(path)});
    let opened = worker.post(&groups, &at("S1/C1/E1/B1")).await.expect(201);
    assert_eq!(opened["part"], "moderator");
    worker.post(&groups, &at("S1/C1/E1/B1")).await.problem(409, "chat_group_there");
    worker.post(&groups, &at("S1/C1/E1/B2")).await.problem(404, "not_found");
    worker.post(&groups, &at("S1/C1")).await.problem(404, "not_found");
    let whole = app.staff().post(&groups, &at("S1/C1")).await.expect(201);
    let mine = app.resident().get(&groups).await.expect(200);
    let mut ids: Vec<String> = items(&mine).iter().map(id).collect();
    ids.sort();
    let mut both = vec![id(&opened), id(&whole)];
    both.sort();
    assert_eq!(ids, both);
    let courier = app.actor(Role::NewEmployment, "S1").get(&groups).await.expect(200);
    assert_eq!(items(&courier).iter().map(id).collect::<Vec<_>>(), [id(&whole)], "the community's alone");
    assert_eq!(worker.get(&format!("{groups}/{}", id(&whole))).await.expect(200)["part"], "worker", "takes part above");
}

/// Ten lines, by segments instead of paths: what the rule must come to.
fn oracle(role: Role, place: &[u8], group: &[u8]) -> Option<Part> {
    let (below, above) = (place.starts_with(group), group.starts_with(place));
    match role {
        Role::Resident | Role::BuildingHead if below => Some(Part::Member),
        Role::NewEmployment if below || (group.len() == 2 && above) => Some(Part::Member),
        Role::GridWorker if above => Some(Part::Moderator),
        Role::GridWorker if below => Some(Part::Worker),
        Role::CommunityStaff if place.len() < 2 && above => Some(Part::Moderator),
        Role::CommunityStaff if place.len() >= 2 && group.starts_with(&place[..2]) => Some(Part::Moderator),
        _ => None,
    }
}

/// A unit of a tree whose codes are prefixes of each other, so that comparing letters instead of segments would show.
fn unit(deepest: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0_u8..3, 1..=deepest)
}

fn path(unit: &[u8]) -> GridPath {
    const CODES: [&str; 3] = ["A", "A1", "A11"];
    let codes: Vec<&str> = unit.iter().map(|index| CODES[usize::from(*index)]).collect();
    GridPath::new(codes.join("/"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_trees_and_grants_come_to_what_the_oracle_says(
        grants in prop::collection::vec((prop::sample::select(Role::ALL.to_vec()), unit(5)), 0..4),
        group in unit(5).prop_filter("a community or below", |group| group.len() >= 2),
    ) {
        let held: Vec<HeldRole> = grants
            .iter()
            .map(|(role, place)| HeldRole { role: *role, unit: None, path: Some(path(place)), community: None, organization: None })
            .collect();
        let wanted = grants.iter().filter_map(|(role, place)| oracle(*role, place, &group)).max();
        prop_assert_eq!(part_of(&held, &path(&group)), wanted);
    }
}
