//! How the things of the grid's duties come about: once in each block.

use chrono::Duration;
use serde_json::json;

use super::Reach::{Community, Narrow};
use super::Who::{Owner, Second, Staff, Worker};
use super::scene::{Side, Who, id_of};
use super::stories::{BLOCKS, now};
use super::{Row, nothing, reason, text};
use crate::support::TestApp;

const BASE: &str = "/api/v1/governance";

#[rustfmt::skip]
pub(super) const TASKS: &[Row] = &[
    ("checklist_find", Worker, "checklist", Community, nothing),
    ("checklist_approve", Second, "checklist", Community, nothing),
    ("checklist_refuse", Second, "checklist", Community, reason),
    ("grid_task_plan_find", Worker, "grid_task_plan", Narrow, nothing),
    ("grid_task_plan_end", Worker, "grid_task_plan", Narrow, nothing),
    ("grid_task_find", Worker, "grid_task", Narrow, nothing),
    ("grid_task_start", Worker, "grid_task", Narrow, nothing),
    ("grid_task_stop_tick", Worker, "grid_task_stop", Narrow, |_| json!({"result": "fine"})),
    ("grid_task_stop_hazard", Worker, "grid_task_stop", Narrow, |_| json!({"text": "配电箱门损坏"})),
    ("grid_task_finish", Worker, "grid_task", Narrow, |_| json!({"result": "已完成"})),
    ("grid_task_return", Staff, "grid_task", Community, reason),
    ("grid_task_review", Staff, "grid_task", Community, nothing),
    ("grid_task_cancel", Worker, "grid_task", Narrow, reason),
];

#[rustfmt::skip]
pub(super) const LEADS: &[Row] = &[
    ("lead_find", Worker, "lead", Narrow, nothing),
    ("lead_dismiss", Worker, "lead", Narrow, reason),
    ("lead_verify", Worker, "lead", Narrow, reason),
    ("lead_season_end", Staff, "lead_season", Community, nothing),
    ("facility_find", Worker, "facility", Community, nothing),
    ("facility_qr", Worker, "facility", Narrow, nothing),
    ("facility_update", Staff, "facility", Community, |_| json!({"name": "路灯", "place_text": "东门", "state": "in_use"})),
    ("device_key_rotate", Staff, "device_key", Community, nothing),
    ("device_key_revoke", Staff, "device_key", Community, nothing),
];

#[rustfmt::skip]
pub(super) const JOINT: &[Row] = &[
    ("joint_case_find", Staff, "joint_case", Community, nothing),
    ("joint_case_find", Owner, "joint_case", Narrow, nothing),
    ("joint_message_list", Owner, "joint_case", Narrow, nothing),
    ("joint_message_create", Owner, "joint_case", Narrow, text),
    ("joint_minutes_create", Staff, "joint_case", Community, text),
    ("joint_member_add", Staff, "joint_case", Community, nothing),
    ("joint_task_create", Staff, "joint_case", Community, |_| json!({"text": "更换路灯", "due_at": "2020-01-01T00:00:00Z"})),
    ("joint_task_finish", Owner, "joint_task", Narrow, |_| json!({"note": "已完成"})),
    ("joint_task_drop", Staff, "joint_task", Community, |_| json!({"note": "不再需要"})),
    ("joint_case_decide", Staff, "joint_case", Community, |_| json!({"decision": "分工负责"})),
    ("joint_case_resume", Staff, "joint_case", Community, nothing),
    ("joint_member_end", Staff, "joint_member", Community, nothing),
    ("joint_case_close", Staff, "joint_case", Community, text),
    ("joint_case_cancel", Staff, "joint_case", Community, text),
];

/// Two joint cases: the first shop takes part in one, the second in the other.
pub(super) async fn joint_cases(app: &TestApp, side: &mut Side) {
    for (suffix, owner) in [("", Who::Owner), ("/other", Who::OtherOwner)] {
        let organization = side.id(&format!("organization{suffix}")).to_owned();
        let contact = base::ids::OrganizationId(organization.parse().expect("an id"));
        app.grant(side.who(owner), people::identity::Role::OrganizationContact, None, Some(contact));
        let joint = json!({"grid_unit_id": side.unit(app, ""), "title": "东门照明", "matter": "多方共管",
            "members": [{"organization": organization}]});
        let view = side.who(Who::Staff).post(&format!("{BASE}/joint-cases"), &joint).await.expect(201);
        side.keep(&format!("joint_case{suffix}"), &id_of(&view));
        side.keep(&format!("joint_member{suffix}"), &id_of(&view["members"][0]));
        let task = json!({"organization": organization, "text": "更换路灯", "due_at": now(app) + Duration::hours(8)});
        let tasks = format!("{BASE}/joint-cases/{}/tasks", id_of(&view));
        side.made(&format!("joint_task{suffix}"), Who::Staff, &tasks, task).await;
    }
}

/// A lead and a facility in each block, a yearly occasion and a device key.
pub(super) async fn leads(app: &TestApp, side: &mut Side) {
    let season = json!({"grid_unit_id": side.unit(app, ""), "title": "汛前检查", "text": "查看雨水口", "month": 5, "day": 20});
    side.made("lead_season", Who::Staff, &format!("{BASE}/lead-seasons"), season).await;
    let key = json!({"community": side.unit(app, ""), "name": "路灯网关", "device_group": "lights"});
    side.made("device_key", Who::Staff, &format!("{BASE}/facility-device-keys"), key).await;
    for (block, suffix) in BLOCKS {
        let unit = side.unit(app, block);
        let lead = json!({"grid_unit_id": unit, "from": "patrol", "title": "井盖松动", "text": "踩上有响声"});
        side.made(&format!("lead{suffix}"), Who::Staff, &format!("{BASE}/leads"), lead).await;
        let lamp =
            json!({"grid_unit_id": unit, "code": format!("L{suffix}"), "kind": "lamp", "name": "路灯", "place_text": "东门"});
        side.made(&format!("facility{suffix}"), Who::Staff, &format!("{BASE}/facilities"), lamp).await;
    }
}

/// A checklist that waits, a plan and a task in each block.
pub(super) async fn tasks(app: &TestApp, side: &mut Side) {
    let checklist = json!({"community": side.unit(app, ""), "code": "fire", "duty": "hazards", "title": "消防通道检查",
        "items": [{"code": "exit", "text": "通道是否畅通", "kind": "yes_no", "required": true}]});
    side.made("checklist", Who::Staff, &format!("{BASE}/grid-checklists"), checklist).await;
    for (block, suffix) in BLOCKS {
        let day = base::clock::shanghai_date(now(app)) + Duration::days(1);
        let plan = json!({"grid_unit_id": side.unit(app, block), "duty": "information", "title": "每周巡查", "about": "走访登记",
            "stops": [], "recurrence": "weekly", "every": 1, "starts_on": day, "due_days": 2});
        side.made(&format!("grid_task_plan{suffix}"), Who::Staff, &format!("{BASE}/grid-task-plans"), plan).await;
        let task = json!({"grid_unit_id": side.unit(app, block), "duty": "hazards", "title": "隐患排查", "about": "逐处查看",
            "due_at": now(app) + Duration::hours(8), "stops": [{"kind": "place", "label": "配电箱"}]});
        let view = side.who(Who::Staff).post(&format!("{BASE}/grid-tasks"), &task).await.expect(201);
        side.keep(&format!("grid_task{suffix}"), &id_of(&view));
        side.keep(&format!("grid_task_stop{suffix}"), &id_of(&view["stops"][0]));
    }
}
