//! Staff's list: narrowed by place, words, unit, danger and days; and filters kept under a name.

use serde_json::{Value, json};

use super::{REQUESTS, Stage, id, lamp};
use crate::support::Actor;

const VIEWS: &str = "/api/v1/governance/request-views";

async fn ids(by: &Actor, query: &str) -> Vec<String> {
    let page = by.get(&format!("{REQUESTS}?{query}")).await.expect(200);
    page["items"].as_array().expect("items").iter().map(id).collect()
}

#[actix_web::test]
async fn a_list_is_found_by_place_words_number_unit_and_danger() {
    let stage = Stage::new().await;
    let lamp = stage.begun().await;
    let gas = json!({"text": "楼道里煤气味很浓", "unit": stage.app.world.unit("S1/C1/E1/B1/D1")});
    let gas = id(&stage.resident.post(REQUESTS, &gas).await.expect(201));
    let number =
        stage.staff.get(&format!("{REQUESTS}/{lamp}")).await.expect(200)["number"].as_str().expect("a number").to_owned();
    let unit = |path: &str| format!("unit={}", stage.app.world.unit(path));
    let one = std::slice::from_ref::<String>;
    for place in ["S1", "S1/C1", "S1/C1/E1", "S1/C1/E1/B1", "S1/C1/E1/B1/D1"] {
        assert_eq!(ids(&stage.staff, &unit(place)).await, [gas.clone(), lamp.clone()], "{place}");
    }
    assert!(ids(&stage.staff, &unit("S1/C1/E1/B2")).await.is_empty());
    assert_eq!(ids(&stage.staff, "text=路灯").await, one(&lamp));
    assert_eq!(ids(&stage.worker, "text=煤气味").await, one(&gas));
    assert_eq!(ids(&stage.street, &format!("text={}", number.to_lowercase())).await, one(&lamp));
    assert_eq!(ids(&stage.staff, &format!("organization={}", stage.lamps)).await, one(&lamp));
    assert_eq!(ids(&stage.staff, "danger=true").await, one(&gas));
    assert_eq!(ids(&stage.staff, "danger=false").await, one(&lamp));
    assert_eq!(ids(&stage.lamp_man, "mine=true").await, one(&lamp));
    assert!(ids(&stage.staff, "mine=true").await.is_empty());
    // A unit sees what it is at work in, wherever it narrows.
    assert_eq!(ids(&stage.lamp_man, &unit("S1/C1/E1")).await, one(&lamp));
    assert_eq!(ids(&stage.road_man, "text=路灯&open=true").await, one(&lamp));
    assert!(ids(&stage.lamp_man, "text=煤气味").await.is_empty());
    assert!(ids(&stage.staff, "filed_to=2020-01-01").await.is_empty());
    assert_eq!(ids(&stage.staff, "filed_from=2020-01-01").await.len(), 2);
    stage.staff.get(&format!("{REQUESTS}?text=！")).await.problem(422, "search_says_nothing");
    stage.staff.get(&format!("{REQUESTS}?filed_from=2026-02-02&filed_to=2026-02-01")).await.problem(422, "invalid_field");
}

#[actix_web::test]
async fn a_long_list_is_walked_once_without_gaps() {
    let stage = Stage::new().await;
    let mut filed = Vec::new();
    // Few are looked up by their words, many are met on a walk.
    for count in [7, 23] {
        for _ in 0..count {
            filed.insert(0, id(&stage.resident.post(REQUESTS, &lamp(&stage.app)).await.expect(201)));
        }
        for by in [&stage.staff, &stage.worker, &stage.street] {
            for more in ["&text=路灯", "&text=路灯&open=true", "&filed_from=2020-01-01", ""] {
                let (mut seen, mut cursor) = (Vec::new(), String::new());
                loop {
                    let page = by.get(&format!("{REQUESTS}?limit=3{more}{cursor}")).await.expect(200);
                    seen.extend(page["items"].as_array().expect("items").iter().map(id));
                    let Some(next) = page["next_cursor"].as_str() else { break };
                    cursor = format!("&cursor={next}");
                }
                assert_eq!(seen, filed, "{more}");
            }
        }
    }
}

#[actix_web::test]
async fn a_unit_finds_by_its_words_what_it_is_given_later() {
    let stage = Stage::new().await;
    let unlisted = json!({"text": "东门旁边的石墩子松了", "unit": stage.app.world.unit("S1/C1/E1/B1/D1")});
    let case = id(&stage.resident.post(REQUESTS, &unlisted).await.expect(201));
    assert!(ids(&stage.lamp_man, "text=石墩子").await.is_empty());
    let given = json!({"organization": stage.lamps});
    stage.staff.post(&format!("{REQUESTS}/{case}/dispatch"), &given).await.expect(200);
    assert_eq!(ids(&stage.lamp_man, "text=石墩子").await, std::slice::from_ref::<String>(&case));
    assert!(ids(&stage.road_man, "text=石墩子").await.is_empty());
    assert!(ids(&stage.lamp_man, "text=石墩子&danger=true").await.is_empty());
}

#[actix_web::test]
async fn views_are_ones_own_until_staff_share_them_in_their_community() {
    let stage = Stage::new().await;
    let new = json!({"name": "超期路灯", "filters": {"overdue": true, "text": "路灯"}});
    let view = stage.staff.post(VIEWS, &new).await.expect(201);
    assert_eq!(view["filters"]["text"], "路灯");
    let path = format!("{VIEWS}/{}", id(&view));
    let listed = async |by: &Actor| by.get(VIEWS).await.expect(200)["items"].as_array().expect("items").clone();
    assert_eq!(listed(&stage.staff).await.len(), 1);
    assert_eq!(listed(&stage.worker).await, Vec::<Value>::new());
    stage.worker.put(&path, "", &new).await.problem(404, "not_found");
    stage.worker.delete(&path).await.problem(404, "not_found");
    let sharing = format!("{path}/sharing");
    let elsewhere = json!({"community": stage.app.world.unit("S1/C2")});
    stage.staff.put(&sharing, "", &elsewhere).await.problem(404, "not_found");
    let here = json!({"community": stage.app.world.unit("S1/C1")});
    stage.worker.put(&sharing, "", &here).await.problem(403, "forbidden");
    stage.staff.put(&sharing, "", &here).await.expect(200);
    let seen = listed(&stage.worker).await;
    assert_eq!((seen.len(), &seen[0]["own"]), (1, &json!(false)));
    let stranger = stage.app.actor(people::identity::Role::CommunityStaff, "S1/C2");
    assert_eq!(listed(&stranger).await, Vec::<Value>::new());
    stage.staff.put(&path, "", &json!({"name": "路灯", "filters": {}})).await.expect(200);
    stage.staff.put(&path, "", &json!({"name": "路灯", "filters": {"text": "！"}})).await.problem(422, "search_says_nothing");
    stage.staff.delete(&path).await.expect(204);
    assert_eq!(listed(&stage.worker).await, Vec::<Value>::new());
    for _ in 0..30 {
        stage.worker.post(VIEWS, &new).await.expect(201);
    }
    stage.worker.post(VIEWS, &new).await.problem(409, "request_views_full");
}
