//! Rules: drafts are edited, approved by another person, superseded and ended.

use serde_json::json;

use super::Points;

#[actix_web::test]
async fn a_draft_is_edited_with_its_version_and_approved_by_another_person() {
    let points = Points::start().await;
    let budget = points.budget("100").await;
    let terms = Points::terms(&budget);
    let body = json!({"community": points.community, "kind": "volunteer_hours", "terms": terms});
    let draft = points.asks.post("/api/v1/points/rules", &body).await.expect(201);
    assert_eq!((&draft["state"], &draft["version"]), (&json!("draft"), &json!("volunteer_hours@1")));
    let path = format!("/api/v1/points/rules/{}", draft["id"].as_str().unwrap());

    let read = points.asks.get(&path).await;
    let mut changed = terms.clone();
    changed["amount_per_unit"] = json!("6");
    let edited = points.asks.put(&path, read.header("etag"), &changed).await;
    assert_eq!(edited.expect(200)["amount_per_unit"], "6");
    points.asks.put(&path, read.header("etag"), &changed).await.problem(412, "precondition_failed");

    let approve = format!("{path}/approve");
    points.asks.post(&approve, &json!({})).await.problem(403, "own_interest");
    let in_force = points.approves.post(&approve, &json!({})).await.expect(200);
    assert_eq!(in_force["state"], "in_force");
    points.asks.put(&path, edited.header("etag"), &changed).await.problem(409, "rule_not_draft");
    assert!(in_force["summary"].as_str().unwrap().contains("每半小时 6 积分"), "{in_force}");
}

#[actix_web::test]
async fn whoever_edits_a_draft_does_not_approve_it() {
    let points = Points::start().await;
    let budget = points.budget("100").await;
    let body = json!({"community": points.community, "kind": "training", "terms": Points::terms(&budget)});
    let draft = points.asks.post("/api/v1/points/rules", &body).await.expect(201);
    let path = format!("/api/v1/points/rules/{}", draft["id"].as_str().unwrap());
    points.approves.put(&path, "\"1\"", &Points::terms(&budget)).await.expect(200);
    points.approves.post(&format!("{path}/approve"), &json!({})).await.problem(403, "own_interest");
}

#[actix_web::test]
async fn a_new_version_ends_the_one_before_and_an_event_is_decided_by_the_rule_of_its_time() {
    let points = Points::start().await;
    let budget = points.budget("1000").await;
    let first = points.rule("volunteer_hours", &Points::terms(&budget)).await;
    let early = points.app.resident();
    let before = points.event(early.person, 1);
    points.app.move_clock(chrono::Duration::hours(1));

    let mut terms = Points::terms(&budget);
    terms["amount_per_unit"] = json!("7");
    let body = json!({"community": points.community, "kind": "volunteer_hours", "supersedes": first, "terms": terms});
    let next = points.asks.post("/api/v1/points/rules", &body).await.expect(201);
    assert_eq!(next["version"], "volunteer_hours@2");
    let approve = format!("/api/v1/points/rules/{}/approve", next["id"].as_str().unwrap());
    points.approves.post(&approve, &json!({})).await.expect(200);
    let old = points.asks.get(&format!("/api/v1/points/rules/{first}")).await.expect(200);
    assert_eq!(old["state"], "ended");

    let late = points.app.resident();
    points.emit(&[before, points.event(late.person, 1)]).await;
    assert_eq!(points.wallet(&early).await["available"], "5", "the rule in force when it happened");
    assert_eq!(points.wallet(&late).await["available"], "7");

    let list = early.get("/api/v1/points/rules?state=in_force").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let end = format!("/api/v1/points/rules/{}/end", next["id"].as_str().unwrap());
    assert_eq!(points.asks.post(&end, &json!({})).await.expect(200)["state"], "ended");
    let nobody = points.app.resident();
    points.emit(&[points.event(nobody.person, 1)]).await;
    assert_eq!(points.awards(&nobody).await[0]["state"], "no_rule");
    points.audit();
}

#[actix_web::test]
async fn bad_rules_are_refused_with_their_field() {
    let points = Points::start().await;
    let budget = points.budget("100").await;
    for (field, value, pointer) in [
        ("amount_per_unit", json!("0"), "/amount_per_unit"),
        ("person_day_cap", json!("0"), "/person_day_cap"),
        ("validity_months", json!(121), "/terms/validity_months"),
        ("valid_until", json!("2019-01-01"), "/valid_until"),
        ("budget", json!(uuid::Uuid::now_v7()), "/budget"),
        ("conditions", json!({"weather": "fine"}), "/terms/conditions/weather"),
    ] {
        let mut terms = Points::terms(&budget);
        terms[field] = value;
        let body = json!({"community": points.community, "kind": "activity", "terms": terms});
        let refused = points.asks.post("/api/v1/points/rules", &body).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{field}: {refused}");
    }
    let unknown = json!({"community": points.community, "kind": "sharing", "terms": Points::terms(&budget)});
    points.asks.post("/api/v1/points/rules", &unknown).await.expect(422);
}
