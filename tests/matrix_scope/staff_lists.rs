//! What staff keep for themselves of requests: filters under a name, and files.

use serde_json::json;

use super::Reach::{Community, Narrow};
use super::scene::{Side, Who, id_of};
use super::stories::now;
use super::{Row, nothing, reason};
use crate::support::TestApp;

const GOVERNANCE: &str = "/api/v1/governance";

/// One's own; not a colleague's.
#[rustfmt::skip]
pub(super) const LISTS: &[Row] = &[
    ("request_view_share", Who::Staff, "request_view", Narrow, |side| json!({"community": side.id("community")})),
    ("request_view_update", Who::Staff, "request_view", Narrow, |_| json!({"name": "路灯", "filters": {"text": "路灯"}})),
    ("request_view_delete", Who::Staff, "request_view", Narrow, nothing),
    ("request_export_find", Who::Staff, "request_export", Narrow, nothing),
    ("request_export_remove", Who::Staff, "request_export", Narrow, nothing),
    ("request_merge", Who::Staff, "case", Community, |_| json!({"into": uuid::Uuid::nil()})),
    ("request_unmerge", Who::Staff, "case", Community, reason),
    ("request_contact_reveal", Who::Worker, "case", Narrow, reason),
    ("request_rate_by_phone", Who::Worker, "case", Narrow, |_| json!({"resolved": true, "speed": 5, "effect": 5, "attitude": 5, "feedback": 5})),
];

/// A mediation is its mediator's, its parties' and the community's staff's; a root-cause case its community's.
#[rustfmt::skip]
pub(super) const TOGETHER: &[Row] = &[
    ("mediation_find", Who::Resident, "mediation", Narrow, nothing),
    ("mediation_find", Who::Staff, "mediation", Community, nothing),
    ("mediation_session_create", Who::Worker, "mediation", Narrow, |_| json!({"starts_at": "2020-01-01T00:00:00Z", "place": "调解室"})),
    ("mediation_session_hold", Who::Worker, "mediation_session", Narrow, |_| json!({"minutes": "各自陈述"})),
    ("mediation_session_cancel", Who::Worker, "mediation_session", Narrow, reason),
    ("mediation_propose", Who::Worker, "mediation", Narrow, |_| json!({"text": "各退一步", "follow_up_on": "2020-01-01"})),
    ("mediation_confirm", Who::Resident, "mediation", Narrow, nothing),
    ("mediation_reject", Who::Resident, "mediation", Narrow, reason),
    ("mediation_party_confirm", Who::Worker, "mediation_party", Narrow, |_| json!({"paper": "档案盒"})),
    ("mediation_follow_up", Who::Worker, "mediation", Narrow, |_| json!({"kept": true, "note": "已修"})),
    ("mediation_withdraw", Who::Worker, "mediation", Narrow, reason),
    ("mediation_fail", Who::Staff, "mediation", Community, reason),
    ("root_cause_find", Who::Staff, "root_cause", Community, nothing),
    ("root_cause_request_list", Who::Staff, "root_cause", Community, nothing),
    ("root_cause_request_add", Who::Staff, "root_cause", Community, |_| json!({"requests": []})),
    ("root_cause_request_remove", Who::Staff, "root_cause", Community, |_| json!({"requests": []})),
    ("root_cause_plan", Who::Staff, "root_cause", Community, |_| json!({"owner": uuid::Uuid::nil(), "measure": "更换", "due_on": "2020-01-01"})),
    ("root_cause_close", Who::Staff, "root_cause", Community, |_| json!({"note": "已更换"})),
    ("root_cause_drop", Who::Staff, "root_cause", Community, |_| json!({"note": "原因不同"})),
];

/// A mediation of the worker's with the resident, one of staff's with the neighbour; a root-cause case.
pub(super) async fn together(app: &TestApp, side: &mut Side) {
    for (suffix, mediator, party) in [("", Who::Worker, Who::Resident), ("/other", Who::Staff, Who::Neighbour)] {
        let parties = json!([{"person": side.who(party).person}, {"name": "楼下住户"}]);
        let new = json!({"unit": side.unit(app, "/E1/B1"), "title": "噪音", "matter": "夜里吵", "mediator": side.who(mediator).person,
            "parties": parties});
        let mediation = side.made(&format!("mediation{suffix}"), Who::Staff, &format!("{GOVERNANCE}/mediations"), new).await;
        let session = json!({"starts_at": now(app) + chrono::Duration::hours(5), "place": "调解室"});
        let planned =
            side.who(Who::Staff).post(&format!("{GOVERNANCE}/mediations/{mediation}/sessions"), &session).await.expect(200);
        side.keep(&format!("mediation_session{suffix}"), &id_of(&planned["sessions"][0]));
        side.keep(&format!("mediation_party{suffix}"), &id_of(&planned["parties"][1]));
    }
    let cause = json!({"community": side.unit(app, ""), "title": "路灯", "cause": "线路老化", "requests": [side.id("case")]});
    side.made("root_cause", Who::Staff, &format!("{GOVERNANCE}/root-causes"), cause).await;
}

/// A view and a file of each of two colleagues.
pub(super) async fn build(side: &mut Side) {
    for (suffix, who) in [("", Who::Staff), ("/other", Who::Second)] {
        let view = json!({"name": "超期", "filters": {"overdue": true}});
        side.made(&format!("request_view{suffix}"), who, &format!("{GOVERNANCE}/request-views"), view).await;
        let export = json!({"format": "csv", "filters": {"overdue": true}});
        let asked = side.who(who).post(&format!("{GOVERNANCE}/request-exports"), &export).await.expect(202);
        side.keep(&format!("request_export{suffix}"), &id_of(&asked));
    }
}
