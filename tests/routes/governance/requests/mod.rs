//! Requests over HTTP, from filing to rating.

mod filing;

use serde_json::{Value, json};

use crate::support::TestApp;

const REQUESTS: &str = "/api/v1/governance/requests";

fn id(view: &Value) -> String {
    view["id"].as_str().unwrap_or_else(|| panic!("no id: {view}")).to_owned()
}

/// What a resident sends about a lamp at their entrance.
fn lamp(app: &TestApp) -> Value {
    json!({"text": "三号楼门口路灯不亮，晚上看不清路。", "unit": app.world.unit("S1/C1/E1/B1/D1")})
}
