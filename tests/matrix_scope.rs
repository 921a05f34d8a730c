//! How far a granted right reaches: for every operation with an id in its path, somebody who holds the grant tries a thing within
//! reach, the same of somebody else in the same community, and the same of another community. An operation that isn't in the table
//! fails.

mod alone;
mod chat;
mod grid_duties;
mod replays;
mod scene;
mod staff_lists;
mod stories;
mod systems;

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use palm::{app, nouns, openapi};
use people::identity::Standing;
use scene::{Side, Who};
use serde_json::{Value, json};

use crate::support::{Actor, Reply, TestApp};

/// How far it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The own thing, block or shop; not the other one of the same community.
    Narrow,
    /// Like `Narrow`, and what is out of reach answers exactly as what doesn't exist.
    Hidden,
    /// Everything of the community.
    Community,
    /// Everybody's, wherever.
    Everywhere,
}

/// Operation, who tries it, on which noun, how far it goes, the body.
type Row = (&'static str, Who, &'static str, Reach, fn(&Side) -> Value);

fn nothing(_: &Side) -> Value {
    json!({})
}
fn reason(_: &Side) -> Value {
    json!({"reason": "核实"})
}
fn text(_: &Side) -> Value {
    json!({"text": "已核对"})
}
fn amount(_: &Side) -> Value {
    json!({"amount": "1"})
}

use Reach::{Community, Everywhere, Hidden, Narrow};
use Who::{Clerk, Handler, Owner, Resident, Second, Staff, Street, Worker};

/// What ends a thing stands behind what needs it alive.
#[rustfmt::skip]
const PEOPLE: &[Row] = &[
    ("household_find", Worker, "household", Narrow, nothing),
    ("household_find", Staff, "household", Community, nothing),
    ("grid_worker_call", Resident, "worker", Narrow, nothing),
    ("deputy_name", Staff, "block", Community, |side| json!({"person": side.who(Second).person, "starts_at": in_minutes(1), "ends_at": in_minutes(90)})),
    ("poster_create", Worker, "unit", Narrow, nothing),
    ("poster_create", Staff, "unit", Community, nothing),
    ("residency_confirm", Worker, "residency", Narrow, nothing),
    ("residency_confirm", Staff, "residency", Community, nothing),
    ("residency_refuse", Worker, "residency", Narrow, reason),
    ("residency_end", Staff, "residency", Community, nothing),
    ("calendar_find", Resident, "community", Everywhere, nothing),
    ("calendar_hours_update", Staff, "community", Community, |_| json!({"hours": [{"weekday": 1, "opens": "09:00", "closes": "17:00"}]})),
    ("organization_find", Owner, "organization", Narrow, nothing),
    ("person_find", Worker, "person", Narrow, nothing),
    ("person_find", Resident, "person", Narrow, nothing),
    ("person_find", Staff, "person", Community, nothing),
    ("person_reveal", Worker, "person", Narrow, |_| json!({"field": "phone", "reason": "核实"})),
    ("person_reveal", Staff, "person", Community, |_| json!({"field": "phone", "reason": "核实"})),
    ("card_issue", Worker, "managed", Narrow, nothing),
    ("card_revoke", Worker, "card", Narrow, nothing),
    ("call_done", Worker, "call", Narrow, nothing),
    ("registration_find", Staff, "registration", Community, nothing),
    ("registration_confirm", Staff, "registration", Community, nothing),
    ("registration_refuse", Staff, "registration", Community, reason),
    ("proxy_find", Worker, "proxy", Narrow, nothing),
    ("proxy_find", Staff, "proxy", Community, nothing),
    ("proxy_confirm", Worker, "proxy", Narrow, |_| json!({"consent_version": "1", "consent": "当面口头同意"})),
    ("proxy_refuse", Worker, "proxy", Narrow, nothing),
    ("proxy_end", Worker, "proxy", Narrow, nothing),
    ("person_merge_find", Staff, "merge", Community, nothing),
    ("person_merge_approve", Second, "merge", Community, nothing),
    ("person_merge_refuse", Second, "merge", Community, nothing),
    ("legal_hold_approve", Street, "legal_hold", Everywhere, nothing),
    ("legal_hold_refuse", Street, "legal_hold", Everywhere, nothing),
    ("legal_hold_end_approve", Street, "legal_hold", Everywhere, nothing),
    ("import_find", Staff, "import", Community, nothing),
    ("roster_code_issue", Staff, "roster", Community, nothing),
    ("roster_end", Staff, "roster", Community, nothing),
    ("role_end", Staff, "role", Community, nothing),
    ("file_find", Resident, "file", Narrow, nothing),
    ("file_find", Worker, "file", Narrow, nothing),
    ("file_find", Staff, "file", Community, nothing),
    ("screening_find", Resident, "item", Narrow, nothing),
    ("screening_find", Worker, "item", Narrow, nothing),
    ("screening_find", Staff, "item", Community, nothing),
    ("screening_publish", Worker, "item", Narrow, nothing),
    ("screening_publish", Staff, "item", Community, nothing),
    ("screening_refuse", Worker, "item", Narrow, |_| json!({"reason": "abuse"})),
    ("screening_appeal", Resident, "item_refused", Narrow, text),
    ("screening_appeal_decide", Second, "item_refused", Community, |_| json!({"publish": true, "note": "核实"})),
    ("word_list_find", Staff, "word_list", Community, nothing),
    ("word_list_try", Staff, "word_list", Community, nothing),
    ("word_list_approve", Second, "word_list", Community, nothing),
];

#[rustfmt::skip]
const POINTS: &[Row] = &[
    ("budget_find", Staff, "budget", Community, nothing),
    ("budget_approve", Second, "budget", Community, nothing),
    ("budget_refuse", Second, "budget", Community, nothing),
    ("budget_top_up", Staff, "budget", Community, amount),
    ("budget_unfund", Staff, "budget", Community, amount),
    ("budget_change_approve", Second, "change", Community, nothing),
    ("budget_change_refuse", Second, "change", Community, nothing),
    ("rule_find", Resident, "rule", Everywhere, nothing),
    ("rule_edit", Staff, "rule", Community, |side| json!({"name": "培训积分", "budget": side.id("budget"), "amount_per_unit": "5", "valid_from": "2020-01-01"})),
    ("rule_approve", Second, "rule", Community, nothing),
    ("rule_end", Second, "rule", Community, nothing),
    ("award_find", Resident, "award", Narrow, nothing),
    ("award_find", Staff, "award", Community, nothing),
    ("contribution_find", Staff, "contribution", Community, nothing),
    ("contribution_approve", Second, "contribution", Community, nothing),
    ("contribution_refuse", Second, "contribution", Community, nothing),
    ("reversal_create", Staff, "transaction", Community, reason),
    ("reversal_find", Staff, "reversal", Community, nothing),
    ("reversal_approve", Second, "reversal", Community, nothing),
    ("reversal_refuse", Second, "reversal", Community, nothing),
    ("organization_wallet_find", Owner, "organization", Narrow, nothing),
    ("organization_statement_list", Owner, "organization", Narrow, nothing),
    ("budget_close", Staff, "budget", Community, nothing),
];

#[rustfmt::skip]
const MARKET: &[Row] = &[
    ("merchant_find", Owner, "merchant", Narrow, nothing),
    ("merchant_find", Resident, "merchant", Community, nothing),
    ("merchant_update", Owner, "merchant", Narrow, |_| json!({"name": "便民超市", "address": "东门", "hours": "08:00-20:00", "services": "日用品"})),
    ("merchant_approve", Second, "merchant", Community, nothing),
    ("merchant_refuse", Second, "merchant", Community, reason),
    ("merchant_account_reveal", Staff, "merchant", Community, reason),
    ("merchant_clerk_invite", Owner, "merchant", Narrow, nothing),
    ("merchant_ticket_find", Owner, "merchant", Narrow, nothing),
    ("merchant_order_list", Clerk, "merchant", Narrow, nothing),
    ("community_order_list", Staff, "community", Community, nothing),
    ("offer_find", Owner, "offer", Narrow, nothing),
    ("offer_find", Resident, "offer", Community, nothing),
    ("offer_update", Owner, "offer", Narrow, |_| json!({"kind": "food", "title": "鸡蛋", "about": "三十枚", "pick_up": "店内", "price": "8"})),
    ("offer_restock", Owner, "offer", Narrow, |_| json!({"by": 1})),
    ("order_find", Resident, "order", Narrow, nothing),
    ("order_find", Clerk, "order", Community, nothing),
    ("order_code_find", Resident, "order", Narrow, nothing),
    ("order_slip_create", Resident, "order", Narrow, nothing),
    ("order_shop_scan", Resident, "order", Narrow, |side| json!({"ticket": side.id("ticket")})),
    ("order_cancel", Resident, "order", Narrow, nothing),
    ("order_refund", Staff, "order", Community, reason),
    ("order_refund_approve", Second, "order", Community, nothing),
    ("settlement_find", Owner, "settlement", Narrow, nothing),
    ("settlement_find", Staff, "settlement", Community, nothing),
    ("settlement_line_list", Owner, "settlement", Narrow, nothing),
    ("settlement_csv_find", Owner, "settlement", Narrow, nothing),
    ("settlement_xlsx_find", Owner, "settlement", Narrow, nothing),
    ("settlement_dispute", Owner, "settlement", Narrow, text),
    ("settlement_reply", Staff, "settlement", Community, text),
    ("settlement_confirm", Owner, "settlement", Narrow, nothing),
    ("settlement_payment", Staff, "settlement", Community, |_| json!({"proof": "回单 0001"})),
    ("settlement_payment_approve", Second, "settlement", Community, nothing),
    ("settlement_withdraw", Second, "settlement", Community, nothing),
    ("offer_terms_find", Resident, "community", Everywhere, nothing),
    ("offer_terms_change_list", Staff, "community", Community, nothing),
    ("offer_terms_approve", Second, "terms_change", Community, nothing),
    ("offer_terms_propose", Staff, "community", Community, |_| json!({"rate": "0.2"})),
    ("offer_terms_refuse", Second, "terms_change", Community, nothing),
    ("merchant_ticket_renew", Owner, "merchant", Narrow, nothing),
    ("offer_publish", Owner, "offer", Narrow, nothing),
    ("offer_pause", Owner, "offer", Narrow, nothing),
    ("offer_suspend", Staff, "offer", Community, reason),
    ("offer_resume", Staff, "offer", Community, nothing),
    ("offer_end", Owner, "offer", Narrow, nothing),
    ("merchant_suspend", Staff, "merchant", Community, reason),
    ("merchant_resume", Staff, "merchant", Community, nothing),
];

#[rustfmt::skip]
const SERVICE: &[Row] = &[
    ("project_find", Resident, "project", Community, nothing),
    ("project_update", Worker, "project", Narrow, |_| json!({"title": "护学岗", "about": "校门口", "kind": "safety"})),
    ("project_open", Worker, "project", Narrow, nothing),
    ("shift_create", Worker, "project", Narrow, far_shift),
    ("shift_find", Resident, "shift", Community, nothing),
    ("shift_update", Worker, "shift", Narrow, far_shift),
    ("shift_code", Worker, "shift", Narrow, nothing),
    ("shift_tick", Worker, "shift", Narrow, |side| json!({"person_id": side.id("person/other"), "from": in_minutes(20), "to": in_minutes(80)})),
    ("shift_check_in", Resident, "shift", Hidden, |_| json!({"code": "000000"})),
    ("shift_check_out", Resident, "shift", Hidden, |_| json!({"code": "000000"})),
    ("sign_up_list", Worker, "shift", Narrow, nothing),
    ("sign_up_create", Resident, "shift", Community, nothing),
    ("sign_up_create_team", Resident, "shift", Community, |side| json!({"team_id": side.id("team"), "members": [side.id("person")]})),
    ("sign_up_withdraw", Resident, "sign_up", Narrow, nothing),
    ("hours_approve", Worker, "hours", Narrow, nothing),
    ("hours_refuse", Worker, "hours", Narrow, reason),
    ("team_find", Resident, "team", Narrow, nothing),
    ("team_renew_code", Resident, "team", Narrow, nothing),
    ("team_leave", Resident, "team", Narrow, nothing),
    ("shift_cancel", Worker, "shift", Narrow, reason),
    ("project_close", Worker, "project", Narrow, nothing),
];

#[rustfmt::skip]
const GOVERNANCE: &[Row] = &[
    ("duty_item_draft_find", Staff, "duty_draft", Community, nothing),
    ("duty_item_draft_edit", Staff, "duty_draft", Community, |_| duty_content()),
    ("duty_item_draft_approve", Second, "duty_draft", Community, nothing),
    ("duty_item_draft_refuse", Staff, "duty_draft", Community, nothing),
    ("duty_item_end", Staff, "duty_item", Community, reason),
    ("request_join", Resident, "published", Community, nothing),
    ("request_follow", Resident, "published", Everywhere, nothing),
    ("request_join_rate", Resident, "joined", Narrow, |_| json!({"resolved": true, "speed": 5, "effect": 5, "attitude": 5, "feedback": 5})),
    ("request_join_end", Resident, "joined", Narrow, nothing),
    ("place_follow_end", Resident, "followed_place", Narrow, nothing),
    ("request_pause", Staff, "timed", Community, |_| json!({"reason": "weather", "text": "大雪", "days": 2})),
    ("request_resume", Staff, "timed", Community, nothing),
    ("request_extend", Staff, "timed", Community, |_| json!({"by": 2, "reason": "工程量大"})),
    ("kpi_appeal_grant", Street, "kpi_appeal", Everywhere, text),
    ("kpi_appeal_refuse", Street, "kpi_appeal", Everywhere, text),
    ("on_call_end", Staff, "turn", Community, nothing),
    ("starter_pack_approve", Second, "starter_pack", Community, nothing),
    ("starter_pack_refuse", Second, "starter_pack", Community, nothing),
];

#[rustfmt::skip]
const REQUESTS: &[Row] = &[
    ("request_find", Resident, "case", Narrow, nothing),
    ("request_find", Worker, "case", Narrow, nothing),
    ("request_find", Handler, "handled", Narrow, nothing),
    ("request_find", Staff, "case", Community, nothing),
    ("request_find", Street, "case", Everywhere, nothing),
    ("request_event_list", Resident, "case", Narrow, nothing),
    ("request_event_list", Handler, "handled", Narrow, nothing),
    ("request_answer_list", Resident, "case", Narrow, nothing),
    ("request_answer_list", Worker, "case", Narrow, nothing),
    ("request_progress", Worker, "case", Narrow, |_| json!({"note": "已到现场"})),
    ("request_confirm", Worker, "case", Narrow, nothing),
    ("request_dispatch", Worker, "case", Narrow, nothing),
    ("request_accept", Worker, "case", Narrow, nothing),
    ("request_ask", Worker, "case", Narrow, |_| json!({"text": "哪一盏？"})),
    ("request_reply", Resident, "case", Narrow, |_| json!({"text": "东边那盏"})),
    ("request_answer", Worker, "case", Narrow, |_| json!({"outcome": "solved", "text": "已换灯泡"})),
    ("request_rate", Resident, "case", Narrow, |_| json!({"resolved": true, "speed": 5, "effect": 5, "attitude": 5, "feedback": 5})),
    ("request_reopen", Resident, "case", Narrow, |_| json!({"reason": "又坏了"})),
    ("request_withdraw", Resident, "case", Narrow, nothing),
    ("request_arbitrate", Street, "handled", Everywhere, |_| json!({"reason": "裁定"})),
    ("request_return", Handler, "handled", Narrow, |_| json!({"reason": "not_our_duty"})),
    ("matter_find", Staff, "matter", Community, nothing),
    ("matter_receive", Staff, "directive", Community, nothing),
    ("matter_answer", Staff, "directive", Community, text),
    ("reply_template_update", Staff, "template", Community, |_| json!({"title": "已修复", "outcome": "solved", "text": "已修复"})),
    ("reply_template_retire", Staff, "template", Community, nothing),
];

const TABLE: &[&[Row]] = &[
    PEOPLE,
    POINTS,
    MARKET,
    SERVICE,
    GOVERNANCE,
    REQUESTS,
    grid_duties::TASKS,
    grid_duties::LEADS,
    grid_duties::JOINT,
    chat::CHAT,
    systems::SYSTEMS,
    staff_lists::LISTS,
    staff_lists::TOGETHER,
];

fn duty_content() -> Value {
    json!({"major": "供水", "middle": "停水", "title": "停水抢修", "deadline_class": "utility_24h", "reason": "核实"})
}

fn in_minutes(ahead: i64) -> String {
    (chrono::Utc::now() + Duration::minutes(ahead)).to_rfc3339()
}

fn far_shift(_: &Side) -> Value {
    json!({"starts_at": in_minutes(600), "ends_at": in_minutes(660), "place": "西门", "capacity": 3})
}

async fn attempt(actor: &Actor, operation: &openapi::Operation, (id, key): (&str, &str), body: &Value) -> Reply {
    let path = operation.path.replace("{id}", id);
    let method = operation.method.as_str().parse().expect("a method");
    actor
        .send(method, &path, |request| {
            let request = request.header("idempotency-key", key).header("if-match", "\"0\"");
            if ["POST", "PUT"].contains(&operation.method.as_str()) { request.json(body) } else { request }
        })
        .await
}

fn fresh_key() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// The code of a problem.
fn code_of(answer: &str) -> Value {
    serde_json::from_str::<Value>(answer).unwrap_or_default()["code"].clone()
}

/// Tries one row: what is out of reach first, since the thing within reach may be over afterwards.
async fn try_row(operation: &openapi::Operation, row: &Row, here: &Side, there: &Side) -> Vec<String> {
    let (name, who, noun, reach, body) = row;
    let (actor, body) = (here.who(*who), body(here));
    let other = here.ids.get(&format!("{noun}/other"));
    let mut cases = vec![("outside", there.id(noun), *reach == Everywhere)];
    let narrow = matches!(reach, Narrow | Hidden);
    cases.extend(other.map(|id| ("other", id.as_str(), !narrow)));
    cases.push(("inside", here.id(noun), true));
    let mut wrong = Vec::new();
    assert!(!narrow || other.is_some(), "{name}: no other {noun} to be kept from");
    let nowhere = uuid::Uuid::now_v7().to_string();
    let unknown = attempt(actor, operation, (&nowhere, &fresh_key()), &body).await;
    let (unknown, nothing_there) = (unknown.status, unknown.text);
    for (case, id, reaches) in cases {
        let key = fresh_key();
        let reply = attempt(actor, operation, (id, &key), &body).await;
        if reply.status < 300 && operation.method == "POST" {
            wrong.extend(replays::again(actor, operation, (id, &key), &body, &reply).await);
        }
        let (status, answer) = (reply.status, reply.text);
        let unknown_too = (status, code_of(&answer)) == (unknown, code_of(&nothing_there));
        let right = match (reach, reaches) {
            (Hidden, reaches) => unknown_too != reaches,
            (_, true) => status < 500 && ![401, 403, 404].contains(&status),
            (_, false) => [403, 404].contains(&status),
        };
        if !right {
            wrong.push(format!("{name} by {who:?}, {case} {noun}: {status} {answer}"));
        }
    }
    wrong
}

fn with_id(document: &utoipa::openapi::OpenApi) -> BTreeMap<String, openapi::Operation> {
    let all = openapi::operations(document).into_iter().filter(|operation| operation.path.contains("{id}"));
    all.map(|operation| (operation.id.clone(), operation)).collect()
}

#[actix_web::test]
async fn a_granted_right_ends_where_the_table_says() {
    let app = TestApp::start().await;
    let operations = with_id(&app::document(app.serving.parts.clone()));
    let (here, there) = (Side::build(&app, "S1/C1").await, Side::build(&app, "S1/C2").await);
    let mut wrong = Vec::new();
    for row in TABLE.iter().copied().flatten() {
        let operation = operations.get(row.0).unwrap_or_else(|| panic!("no operation {} with an id", row.0));
        wrong.extend(try_row(operation, row, &here, &there).await);
    }
    assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[actix_web::test]
async fn every_operation_with_an_id_is_in_the_table() {
    let app = TestApp::start().await;
    let operations = with_id(&app::document(app.serving.parts.clone()));
    let anyone: BTreeSet<&str> = nouns::permissions()
        .iter()
        .filter(|rule| rule.grants.iter().all(|(_, standing)| *standing == Standing::Anyone))
        .map(|rule| rule.action)
        .collect();
    let covered: BTreeSet<&str> = TABLE.iter().copied().flatten().map(|row| row.0).collect();
    // What needs no sign-in has no scope.
    let listed = |name: &str| covered.contains(name) || anyone.contains(name) || nouns::PUBLIC.contains(&name);
    let missing: Vec<&String> = operations.keys().filter(|name| !listed(name)).collect();
    assert!(missing.is_empty(), "not in the table of reaches: {missing:?}");
}
