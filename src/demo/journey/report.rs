//! Step 8: a courier's report in passing goes its whole way: suggested, dispatched, accepted, answered, rated, thanked with points.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::Story;
use super::issue::Budget;
use super::people::Cast;
use crate::demo::caller::{Answer, Caller};
use crate::demo::picture;

pub(super) const GOVERNANCE: &str = "/api/v1/governance";

/// Takes one step of a request and tells it.
pub(super) async fn step(
    story: &mut Story,
    who: &Caller,
    what: &str,
    (id, way): (&str, &str),
    body: &Value,
) -> anyhow::Result<Answer> {
    let answer = who.post(&format!("{GOVERNANCE}/requests/{id}/{way}"), body).await?;
    let name = who.name.clone();
    story.heard(&name, what, &answer);
    Ok(answer)
}

/// Kinds of the events that the caller may see.
pub(super) async fn events(who: &Caller, id: &str) -> anyhow::Result<Vec<String>> {
    let page = who.get(&format!("{GOVERNANCE}/requests/{id}/events?limit=100")).await?;
    let items = page.body["items"].as_array().into_iter().flatten();
    Ok(items.filter_map(|event| event["kind"].as_str()).map(str::to_owned).collect())
}

/// Step 8.
pub(super) async fn pass(story: &mut Story, cast: &Cast, budget: &Budget) -> anyhow::Result<()> {
    story.chapter("A courier reports in passing: everything gets an answer");
    adopt(story, cast, budget).await?;
    let category = suggested(story, cast).await?;
    let id = file(story, cast, &category).await?;
    step(story, &cast.property, "accepts: first to accept leads", (&id, "accept"), &json!({ "text": "已安排电工，今天到场" }))
        .await?;
    let picture = cast.property.upload(picture::drawn(2)?).await?.text_at("/id")?;
    let answer = json!({ "outcome": "solved", "text": "声控灯已更换，楼道照明恢复。", "files": [picture] });
    step(story, &cast.property, "answers with an honest outcome and a picture", (&id, "answer"), &answer).await?;
    let rating = json!({ "resolved": true, "speed": 5, "effect": 5, "attitude": 5, "feedback": 4, "comment": "很快" });
    step(story, &cast.courier, "rates on four dimensions", (&id, "rating"), &rating).await?;
    step(story, &cast.worker, "confirms the report on the spot", (&id, "confirm"), &json!({ "note": "现场看过" })).await?;
    let seen = events(&cast.courier, &id).await?;
    for kind in ["filed", "dispatched", "accepted", "answered", "rated", "confirmed"] {
        ensure!(seen.iter().any(|event| event == kind), "the timeline has {kind}: {seen:?}");
    }
    thanked(story, cast, &id).await
}

/// The starter pack comes into force by one decision of two people.
async fn adopt(story: &mut Story, cast: &Cast, budget: &Budget) -> anyhow::Result<()> {
    let packs = format!("{GOVERNANCE}/starter-packs");
    let asked = cast.secretary.post(&packs, &json!({ "community": cast.community, "budget": budget.id })).await?;
    story.heard("社区书记", "asks to adopt the starter pack", &asked);
    let approve = format!("{packs}/{}/approve", asked.text_at("/id")?);
    let adopted = cast.colleague.post(&approve, &json!({})).await?;
    let outcome = &adopted.body["outcome"];
    let came = format!(
        "{} duties ({} with a unit), {} reply templates, {} rules in force",
        outcome["items"], outcome["mapped"], outcome["templates"], outcome["rules"]
    );
    story.tell("社区干部", "approves: one decision of two people", &came, adopted.ms);
    Ok(())
}

/// The duty list's own words vote for a category and say why; nothing is applied by itself.
async fn suggested(story: &mut Story, cast: &Cast) -> anyhow::Result<String> {
    let ask = json!({ "community": cast.community, "text": "单元二层楼道灯坏了，声控灯一直不亮" });
    let answer = cast.courier.post(&format!("{GOVERNANCE}/requests/suggestions"), &ask).await?;
    let first = &answer.body["suggestions"][0];
    let (code, why) = (first["code"].as_str().context("a suggestion")?, first["why"].as_str().unwrap_or(""));
    ensure!(code == "A01-03", "the words name the corridor's lamp: {}", answer.text);
    story.tell("快递员", "types a few words: which category?", &format!("{code} {}：{why}", first["title"]), answer.ms);
    Ok(code.to_owned())
}

/// A picture, a place, one tap; the duty list knows whose duty it is.
async fn file(story: &mut Story, cast: &Cast, category: &str) -> anyhow::Result<String> {
    let sent = cast.courier.upload(picture::drawn(1)?).await?;
    let picture = sent.text_at("/id")?;
    let body = json!({ "unit": cast.home, "text": "二层楼道灯坏了", "category": category, "files": [picture] });
    let filed = cast.courier.post(&format!("{GOVERNANCE}/requests/quick"), &body).await?;
    let id = filed.text_at("/id")?;
    story.heard("快递员", "reports with a picture, one tap", &filed);
    ensure!(filed.body["state"] == "dispatched", "the duty list dispatches at once: {}", filed.text);
    let line = format!("{}, answer by {}", filed.text_at("/organization_name")?, filed.text_at("/resolve_by")?);
    story.tell("system", "dispatches by the duty list", &line, 0);
    let started = Instant::now();
    let look = async || {
        let view = cast.courier.get(&format!("/api/v1/files/{picture}")).await?;
        Ok((view.body["check"] == "clean").then_some(()))
    };
    story.until("WeChat's verdict on the picture", look).await?;
    story.tell("WeChat (sandbox)", "pushes its verdict on the picture, signed", "clean", started.elapsed().as_millis());
    Ok(id)
}

/// Thanked at the moment of confirmation; two points follow by rule, and the posting says why.
async fn thanked(story: &mut Story, cast: &Cast, request: &str) -> anyhow::Result<()> {
    let look = async || {
        let awards = cast.courier.get(&format!("/api/v1/points/awards?community={}", cast.community)).await?;
        for award in awards.body["items"].as_array().into_iter().flatten() {
            let id = award["id"].as_str().context("an award")?;
            let chain = cast.courier.get(&format!("/api/v1/points/awards/{id}")).await?;
            if chain.body["event"]["evidence"] == request {
                return Ok(Some((award["summary"].as_str().unwrap_or("2 points").to_owned(), chain)));
            }
        }
        Ok(None)
    };
    let (summary, chain) = story.until("points for the confirmed report", look).await?;
    for part in ["event", "rule", "approvers", "budget", "posting"] {
        ensure!(!chain.body[part].is_null(), "the why-chain names its {part}: {}", chain.text);
    }
    let came = format!("{summary}: this report, rule, approver, budget, posting");
    story.tell("快递员", "taps the new points: why?", &came, chain.ms);
    Ok(())
}
