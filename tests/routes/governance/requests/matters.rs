//! Up and down between a community and its street; and reply templates.

use chrono::Duration;
use people::identity::Role;
use serde_json::json;

use super::{Stage, id};

const MATTERS: &str = "/api/v1/governance/matters";
const TEMPLATES: &str = "/api/v1/governance/reply-templates";

#[actix_web::test]
async fn the_community_whistles_and_the_street_answers_by_a_clock() {
    let stage = Stage::new().await;
    let request = stage.queued().await;
    let body =
        json!({"community": stage.app.world.unit("S1/C1"), "request": request, "title": "路灯产权不清", "text": "请街道协调。"});
    let raised = stage.staff.post(&format!("{MATTERS}/raise"), &body).await.expect(201);
    assert!(raised["due_at"].is_string(), "{raised}");
    assert_eq!(stage.inbox(&stage.street).await, ["request_matter"]);
    let path = format!("{MATTERS}/{}", id(&raised));
    let answer = json!({"text": "已召集三方，明日现场办公。"});
    stage.staff.post(&format!("{path}/answer"), &answer).await.problem(403, "not_your_desk");
    let home = stage.street.get("/api/v1/me/home").await.expect(200);
    assert!(
        home["items"].as_array().expect("items").iter().any(|item| item["kind"] == "matter" && !item["deadline"].is_null()),
        "{home}"
    );
    stage.street.post(&format!("{path}/receive"), &json!({})).await.expect(200);
    stage.street.post(&format!("{path}/receive"), &json!({})).await.problem(409, "move_not_allowed");
    let answered = stage.street.post(&format!("{path}/answer"), &answer).await.expect(200);
    assert_eq!(answered["state"], "answered");
    stage.street.post(&format!("{path}/answer"), &answer).await.problem(409, "move_not_allowed");
    assert_eq!(stage.timeline(&stage.resident, &request).await, ["filed", "raised"]);
    stage.assert_sound();
}

#[actix_web::test]
async fn a_directive_comes_down_with_receipt_and_result_and_both_stand_in_one_list() {
    let stage = Stage::new().await;
    let community = stage.app.world.unit("S1/C1");
    let body = json!({"community": community, "title": "排查楼道堆物", "text": "三日内完成。", "due_at": "2126-01-01T00:00:00Z"});
    let sent = stage.street.post(&format!("{MATTERS}/direct"), &body).await.expect(201);
    let path = format!("{MATTERS}/{}", id(&sent));
    stage.street.post(&format!("{path}/receive"), &json!({})).await.problem(403, "not_your_desk");
    stage.staff.post(&format!("{path}/receive"), &json!({})).await.expect(200);
    stage.staff.post(&format!("{path}/answer"), &json!({"text": "已清理 14 处。"})).await.expect(200);
    let up = json!({"community": community, "title": "缺人手", "text": "请支援。"});
    stage.staff.post(&format!("{MATTERS}/raise"), &up).await.expect(201);
    for who in [&stage.staff, &stage.street] {
        let listed = who.get(MATTERS).await.expect(200);
        let ways: Vec<&str> =
            listed["items"].as_array().expect("items").iter().filter_map(|item| item["direction"].as_str()).collect();
        assert_eq!(ways, ["up", "down"]);
    }
    let other = stage.app.actor(Role::CommunityStaff, "S1/C2");
    assert_eq!(other.get(MATTERS).await.expect(200)["items"], json!([]));
    other.get(&path).await.problem(404, "not_found");
    other.post(&format!("{MATTERS}/raise"), &up).await.problem(404, "not_found");
    let past = json!({"community": community, "title": "迟", "text": "迟", "due_at": "2020-01-01T00:00:00Z"});
    stage.street.post(&format!("{MATTERS}/direct"), &past).await.problem(422, "invalid_field");
}

#[actix_web::test]
async fn a_community_keeps_its_texts_for_answers() {
    let stage = Stage::new().await;
    let community = stage.app.world.unit("S1/C1");
    let text = json!({"title": "已修复", "outcome": "solved", "text": "您反映的 {number} 已修复。"});
    let body = json!({"community": community, "code": "lamp-fixed", "template": text});
    let made = stage.staff.post(TEMPLATES, &body).await.expect(201);
    stage.staff.post(TEMPLATES, &body).await.problem(409, "already_exists");
    let merged = json!({"community": community, "code": "x", "template": {"title": "x", "outcome": "merged", "text": "x"}});
    stage.staff.post(TEMPLATES, &merged).await.problem(422, "outcome_needs");
    let path = format!("{TEMPLATES}/{}", id(&made));
    let edited = json!({"title": "已修复", "outcome": "solved", "category": "A01-01", "text": "您反映的问题已修复。"});
    stage.staff.put(&path, "\"2\"", &edited).await.problem(412, "precondition_failed");
    stage.staff.put(&path, "\"1\"", &edited).await.expect(200);
    let offered = stage.lamp_man.get(&format!("{TEMPLATES}?community={community}&category=A01-01")).await.expect(200);
    assert_eq!(offered["items"].as_array().expect("items").len(), 1);
    let other = stage.app.actor(Role::CommunityStaff, "S1/C2");
    other.put(&path, "\"2\"", &edited).await.problem(404, "not_found");
    let gone = stage.staff.send(reqwest::Method::DELETE, &path, |request| request.header("if-match", "\"2\"")).await;
    gone.expect(200);
    let left = stage.staff.get(&format!("{TEMPLATES}?community={community}")).await.expect(200);
    assert_eq!(left["items"], json!([]));
}

#[actix_web::test]
async fn an_unanswered_matter_is_reminded_supervised_and_escalated_once_each() {
    let stage = Stage::new().await;
    let body = json!({"community": stage.app.world.unit("S1/C1"), "title": "路灯产权不清", "text": "请街道协调。"});
    let raised = stage.staff.post(&format!("{MATTERS}/raise"), &body).await.expect(201);
    let due: chrono::DateTime<chrono::Utc> = raised["due_at"].as_str().expect("a time").parse().expect("a time");
    let now = base::db::now(&mut stage.app.owner()).expect("the product's clock");
    let told = async || (stage.inbox(&stage.street).await.len(), stage.inbox(&stage.staff).await.len());
    stage.app.drain().await;
    assert_eq!(told().await, (1, 0));
    for (ahead, seen) in [
        (due - now + Duration::minutes(1), (2, 0)),
        (Duration::hours(1), (2, 0)),
        (Duration::days(1), (3, 1)),
        (Duration::days(3), (4, 2)),
        (Duration::days(9), (4, 2)),
    ] {
        stage.app.move_clock(ahead);
        stage.app.drain().await;
        assert_eq!(told().await, seen, "{ahead}");
    }
    assert_eq!(stage.count("SELECT 1 FROM audit_entries WHERE action = 'request_matter_clock'"), 3);
}
