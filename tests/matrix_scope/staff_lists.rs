//! What staff keep for themselves of requests: filters under a name, and files.

use serde_json::json;

use super::Reach::Narrow;
use super::scene::{Side, Who, id_of};
use super::{Row, nothing};

const GOVERNANCE: &str = "/api/v1/governance";

/// One's own; not a colleague's.
#[rustfmt::skip]
pub(super) const LISTS: &[Row] = &[
    ("request_view_share", Who::Staff, "request_view", Narrow, |side| json!({"community": side.id("community")})),
    ("request_view_update", Who::Staff, "request_view", Narrow, |_| json!({"name": "路灯", "filters": {"text": "路灯"}})),
    ("request_view_delete", Who::Staff, "request_view", Narrow, nothing),
    ("request_export_find", Who::Staff, "request_export", Narrow, nothing),
    ("request_export_remove", Who::Staff, "request_export", Narrow, nothing),
];

/// A view and a file of each of two colleagues.
pub(super) async fn build(side: &mut Side) {
    for (suffix, who) in [("", Who::Staff), ("/other", Who::Second)] {
        let view = json!({"name": "超期", "filters": {"overdue": true}});
        side.made(&format!("request_view{suffix}"), who, &format!("{GOVERNANCE}/request-views"), view).await;
        let export = json!({"format": "csv", "filters": {"overdue": true}});
        let asked = side.who(who).post(&format!("{GOVERNANCE}/requests/exports"), &export).await.expect(202);
        side.keep(&format!("request_export{suffix}"), &id_of(&asked));
    }
}
