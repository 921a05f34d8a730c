//! Steps 11 and 12: a grid worker walks a route and finds a hazard; another system files by Open311 and reads it back.

use anyhow::{Context as _, ensure};
use chrono::{Duration, SecondsFormat};
use serde_json::json;

use super::Story;
use super::people::Cast;
use super::report::GOVERNANCE;

/// The key that every demo installation knows.
const KEY: &str = "demo-open311-key";

/// Step 11.
pub(super) async fn walk(story: &mut Story, cast: &Cast) -> anyhow::Result<()> {
    story.chapter("A grid worker walks a route; a hazard becomes a request");
    let block = block(cast).await?;
    let due = (story.now().await? + Duration::hours(8)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let stops = json!([{ "kind": "entrance", "entrance": cast.home }, { "kind": "place", "label": "东门配电箱" }]);
    let task = json!({ "grid_unit_id": block, "duty": "hazards", "title": "消防通道排查", "about": "逐楼门查看通道和配电箱",
        "stops": stops, "due_at": due });
    let made = cast.secretary.post(&format!("{GOVERNANCE}/grid-tasks"), &task).await?;
    let id = made.text_at("/id")?;
    story.heard("社区书记", "plans a route of two stops", &made);
    let home = cast.worker.get("/api/v1/me/home").await?;
    ensure!(home.text.contains(&id), "the task stands in the one to-do list: {}", home.text);
    let started = cast.worker.post(&format!("{GOVERNANCE}/grid-tasks/{id}/start"), &json!({})).await?;
    story.heard("网格员", "finds it in the one to-do list and starts", &started);
    let stop = |index: usize| made.body["stops"][index]["id"].as_str().unwrap_or("").to_owned();
    let tick = |index: usize| format!("{GOVERNANCE}/grid-task-stops/{}/tick", stop(index));
    let bad = cast.worker.post(&tick(0), &json!({ "result": "problem", "note": "电动车堵住通道" })).await?;
    story.heard("网格员", "ticks the first stop: a problem", &bad);
    let hazard = json!({ "text": "楼道堆放电动车，堵住消防通道", "category": "F02-01" });
    let filed = cast.worker.post(&format!("{GOVERNANCE}/grid-task-stops/{}/hazard", stop(0)), &hazard).await?;
    let case = filed.text_at("/case")?;
    let request = cast.property.get(&format!("{GOVERNANCE}/requests/{case}")).await?;
    story.tell("网格员", "reports it: a request, before anybody complains", &request.text_at("/summary")?, filed.ms + request.ms);
    cast.worker.post(&tick(1), &json!({ "result": "fine" })).await?;
    let result = json!({ "result": "两处已查看，一处隐患已转诉求", "quantity": 2 });
    let done = cast.worker.post(&format!("{GOVERNANCE}/grid-tasks/{id}/finish"), &result).await?;
    story.heard("网格员", "finishes the route", &done);
    let reviewed = cast.secretary.post(&format!("{GOVERNANCE}/grid-tasks/{id}/review"), &json!({})).await?;
    story.heard("社区书记", "reviews it (never one's own)", &reviewed);
    let look = async || {
        let tasks = cast.worker.get(&format!("{GOVERNANCE}/grid-tasks?state=planned")).await?;
        let mut tasks = tasks.body["items"].as_array().into_iter().flatten();
        Ok(tasks.any(|task| task["reinspects"] == case.as_str()).then_some(()))
    };
    story.until("the re-inspection", look).await?;
    story.tell("system", "plans the re-inspection", "due after the answer", 0);
    Ok(())
}

/// The block above the resident's entrance.
pub(super) async fn block(cast: &Cast) -> anyhow::Result<String> {
    let path = cast.home_path.rsplit_once('/').context("an entrance lies in a block")?.0;
    let page = cast.worker.get("/api/v1/grid/units?limit=100").await?;
    let found = page.body["items"].as_array().into_iter().flatten().find(|unit| unit["path"] == path);
    let id = found.and_then(|unit| unit["id"].as_str()).with_context(|| format!("the worker's block {path}: {}", page.text))?;
    Ok(id.to_owned())
}

/// Step 12.
pub(super) async fn outside(story: &mut Story, cast: &Cast) -> anyhow::Result<()> {
    story.chapter("Another system files by Open311 and reads it back");
    let client = story.product.caller("hotline");
    let services = client.get(&format!("/open311/v2/services.json?jurisdiction_id={}", cast.community_code)).await?;
    let count = services.body.as_array().map_or(0, Vec::len);
    ensure!(count > 100, "the duty list is the list of services: {}", services.text);
    story.tell("hotline (Open311)", "reads the services", &format!("{count} services"), services.ms);
    let fields = [
        ("api_key", KEY),
        ("jurisdiction_id", cast.community_code.as_str()),
        ("service_code", "F01-01"),
        ("address_id", cast.home_path.as_str()),
        ("description", "楼前垃圾两天没有清运"),
    ];
    let sent = client.form("/open311/v2/requests.json", &fields).await?;
    let token = sent.text_at("/0/token")?;
    story.tell("hotline (Open311)", "files a request", "a token: a person looks at the text first", sent.ms);
    let queue = cast.secretary.get("/api/v1/screening/items?limit=100").await?;
    let mut items = queue.body["items"].as_array().into_iter().flatten();
    let item = items.find(|item| item.to_string().contains("楼前垃圾")).with_context(|| format!("it waits: {}", queue.text))?;
    let item = item["id"].as_str().context("an item")?;
    let shown = cast.secretary.post(&format!("/api/v1/screening/items/{item}/publish"), &json!({})).await?;
    story.heard("社区书记", "lets the text through", &shown);
    let told = client.get(&format!("/open311/v2/tokens/{token}.json")).await?;
    let id = told.text_at("/0/service_request_id")?;
    let path = |format: &str| format!("/open311/v2/requests/{id}.{format}?jurisdiction_id={}", cast.community_code);
    let (json, xml) = (client.get(&path("json")).await?, client.get(&path("xml")).await?);
    ensure!(json.body[0]["status"] == "open" && xml.text.contains("<service_request_id>"), "{} {}", json.text, xml.text);
    story.tell("hotline (Open311)", "asks with the token, reads it back as JSON and XML", "open", told.ms + json.ms + xml.ms);
    Ok(())
}
