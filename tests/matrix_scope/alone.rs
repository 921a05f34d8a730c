//! Keys on what the table of reaches never gets done, since it stands there behind what ends it: a refusal behind the approval, an
//! opening behind the opening. Here each finds a thing that waits for it.

use serde_json::{Value, json};

use super::Who::{Admin, Owner, Staff, Street, Worker};
use super::scene::{Side, Who, id_of};
use super::{attempt, fresh_key, nothing, reason, replays, text, with_id};
use crate::routes::life::market::at;
use crate::support::TestApp;

/// Operation, who does it, to which thing, the body.
type Act = (&'static str, Who, &'static str, fn(&Side) -> Value);

/// In this order.
#[rustfmt::skip]
const ALONE: &[Act] = &[
    ("residency_refuse", Worker, "residency", reason),
    ("card_revoke", Worker, "card", nothing),
    ("registration_refuse", Staff, "registration", reason),
    ("proxy_refuse", Worker, "proxy", nothing),
    ("hours_refuse", Worker, "hours", reason),
    ("kpi_appeal_refuse", Street, "kpi_appeal", text),
    ("legal_hold_refuse", Street, "legal_hold", nothing),
    ("legal_hold_end", Admin, "legal_hold_standing", nothing),
    ("legal_hold_end_approve", Street, "legal_hold_standing", nothing),
    ("offer_publish", Owner, "offer_draft", nothing),
    ("project_open", Staff, "project_draft", nothing),
    ("project_close", Staff, "project_draft", nothing),
];

/// A hold in force, an offer and a project that nobody has seen yet.
async fn drafts(app: &TestApp, side: &mut Side) {
    let held = app.actor(people::identity::Role::Resident, &format!("{}/E1/B1/D1", side.path));
    let hold = json!({"person": held.person, "reason": "协助函", "legal_basis": "民事诉讼法", "erase_after": false});
    let hold = side.made("legal_hold_standing", Admin, "/api/v1/legal-holds", hold).await;
    side.done(Street, &format!("/api/v1/legal-holds/{hold}/approve")).await;
    let offer = json!({"merchant": side.id("merchant"), "stock": 9,
        "offer": {"kind": "food", "title": "鸡蛋", "about": "三十枚", "pick_up": "店内", "price": "8"}});
    side.made("offer_draft", Owner, &at("/offers"), offer).await;
    let project = json!({"title": "护学岗", "about": "校门口", "kind": "safety", "grid_unit_id": side.unit(app, "/E1/B1"),
        "organizer": {"person": side.who(Staff).person}});
    let project = side.who(Staff).post("/api/v1/service/projects", &project).await.expect(201);
    side.keep("project_draft", &id_of(&project));
}

#[actix_web::test]
async fn what_the_table_never_gets_done_takes_a_key_too() {
    let app = TestApp::start().await;
    let operations = with_id(&palm::app::document(app.serving.parts.clone()));
    let mut side = Side::build(&app, "S1/C1").await;
    drafts(&app, &mut side).await;
    let mut wrong = Vec::new();
    for (name, who, noun, body) in ALONE {
        let operation = operations.get(*name).unwrap_or_else(|| panic!("no operation {name} with an id"));
        let (actor, id, key, body) = (side.who(*who), side.id(noun), fresh_key(), body(&side));
        let first = attempt(actor, operation, (id, &key), &body).await;
        if first.status >= 300 {
            wrong.push(format!("{name}: {} {}", first.status, first.text));
            continue;
        }
        wrong.extend(replays::again(actor, operation, (id, &key), &body, &first).await);
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
