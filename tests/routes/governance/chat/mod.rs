//! The grid chat over HTTP.

mod digests;
mod exports;
mod follow;
mod kill;
mod live;
mod messages;
mod moderation;
mod scope;
mod search;
mod slow;
mod topics;
mod unread;

use people::identity::Role;
use serde_json::{Value, json};

use crate::routes::people::with_phone;
use crate::support::{Actor, Reply, TestApp};

pub(crate) const BASE: &str = "/api/v1/governance/chat";

pub(crate) fn id(view: &Value) -> String {
    view["id"].as_str().unwrap_or_else(|| panic!("no id: {view}")).to_owned()
}

/// The group of a place, opened by its community's staff.
pub(crate) async fn group(app: &TestApp, place: &str) -> String {
    let community: Vec<&str> = place.split('/').take(2).collect();
    let staff = app.actor(Role::CommunityStaff, &community.join("/"));
    id(&staff.post(&format!("{BASE}/groups"), &json!({"grid_unit_id": app.world.unit(place)})).await.expect(201))
}

/// A topic that is open.
pub(crate) async fn topic(worker: &Actor, group: &str, kind: &str) -> String {
    let options = (kind == "poll").then(|| json!(["东门", "西门"]));
    let new = json!({"kind": kind, "title": "小区照明", "text": "请大家说说哪里太暗", "options": options});
    let new = if options.is_some() {
        new
    } else {
        json!({"kind": kind, "title": "小区照明", "text": "请大家说说哪里太暗"})
    };
    let opened = worker.post(&format!("{BASE}/groups/{group}/topics"), &new).await.expect(201);
    assert_eq!(opened["state"], "open");
    id(&opened)
}

/// A resident of block B1 whom WeChat knows: the check can pass what they write.
pub(crate) async fn neighbour(app: &TestApp, label: &str, phone: &str) -> Actor {
    let someone = with_phone(app, label, phone).await;
    app.grant(&someone, Role::Resident, Some(app.world.unit("S1/C1/E1/B1/D1")), None);
    crate::routes::people::sign_in(app, label).await.0
}

/// A grid worker of block B1 whom WeChat knows.
pub(crate) async fn worker_known(app: &TestApp, label: &str, phone: &str) -> Actor {
    let someone = with_phone(app, label, phone).await;
    app.grant(&someone, Role::GridWorker, Some(app.world.unit("S1/C1/E1/B1")), None);
    crate::routes::people::sign_in(app, label).await.0
}

pub(crate) async fn say(actor: &Actor, topic: &str, text: &str) -> Reply {
    actor.post(&format!("{BASE}/topics/{topic}/messages"), &json!({"text": text})).await
}

/// The newest messages of a topic, the newest first.
pub(crate) async fn read(actor: &Actor, topic: &str) -> Value {
    actor.get(&format!("{BASE}/topics/{topic}/messages?limit=100")).await.expect(200)
}

pub(crate) fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().cloned().unwrap_or_else(|| panic!("no items: {page}"))
}

pub(crate) fn texts(page: &Value) -> Vec<String> {
    items(page).iter().map(|item| item["text"].as_str().unwrap_or("-").to_owned()).collect()
}

/// Kinds of notices, the newest first.
pub(crate) async fn told(actor: &Actor) -> Vec<String> {
    let page = actor.get("/api/v1/me/inbox?limit=100").await.expect(200);
    items(&page).iter().map(|item| item["kind"].as_str().expect("a kind").to_owned()).collect()
}
