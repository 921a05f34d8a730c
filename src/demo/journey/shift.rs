//! Step 4: a shift, half hours, points with their reasons, and an award that waits for its budget.

use anyhow::{Context as _, ensure};
use chrono::{Duration, SecondsFormat};
use serde_json::{Value, json};

use super::Story;
use super::issue::{Budget, drain_budget, top_up};
use super::people::Cast;
use crate::demo::caller::Caller;

/// Step 4.
pub(super) async fn serve(story: &mut Story, cast: &Cast, budget: &Budget) -> anyhow::Result<()> {
    story.chapter("Volunteers serve a shift and earn points");
    let shift = open_shift(story, cast).await?;
    for (name, person) in [("居民", &cast.resident), ("快递员", &cast.courier)] {
        let signed = person.post(&format!("/api/v1/service/shifts/{shift}/sign-ups"), &json!({})).await?;
        story.heard(name, "signs up", &signed);
    }
    attend(story, cast, &shift).await?;
    let hours = hours(story, cast, &shift).await?;
    approve(story, cast, budget, &hours).await
}

async fn open_shift(story: &mut Story, cast: &Cast) -> anyhow::Result<String> {
    let organizer = cast.secretary.get("/api/v1/me").await?.text_at("/id")?;
    let body = json!({
        "title": "敬老助老上门服务", "about": "陪伴独居长者、代买代办。", "kind": "care",
        "grid_unit_id": cast.community, "organizer": { "person": organizer }
    });
    let project = cast.secretary.post("/api/v1/service/projects", &body).await?;
    let id = project.text_at("/id")?;
    let opened = cast.secretary.post(&format!("/api/v1/service/projects/{id}/open"), &json!({})).await?;
    story.heard("社区书记", "opens a volunteering project", &opened);
    let starts = story.now().await? + Duration::hours(1);
    let when = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let body =
        json!({ "starts_at": when(starts), "ends_at": when(starts + Duration::hours(2)), "place": "社区活动室", "capacity": 10 });
    let shift = cast.secretary.post(&format!("/api/v1/service/projects/{id}/shifts"), &body).await?;
    story.heard("社区书记", "plans a shift of two hours", &shift);
    shift.text_at("/id")
}

/// The organiser's code on the screen, typed in by each volunteer.
async fn scan(story: &mut Story, cast: &Cast, shift: &str, way: &str) -> anyhow::Result<()> {
    for (name, person) in [("居民", &cast.resident), ("快递员", &cast.courier)] {
        let code = cast.secretary.get(&format!("/api/v1/service/shifts/{shift}/code")).await?;
        let done =
            person.post(&format!("/api/v1/service/shifts/{shift}/{way}"), &json!({ "code": code.text_at("/code")? })).await?;
        story.heard(name, &format!("{way} with the 30-second code"), &done);
    }
    Ok(())
}

async fn attend(story: &mut Story, cast: &Cast, shift: &str) -> anyhow::Result<()> {
    story.product.move_clock(Duration::minutes(61)).await?;
    story.tell("clock", "moves to the start of the shift", "+61 min", 0);
    let from = story.now().await?;
    scan(story, cast, shift, "check-in").await?;
    story.product.move_clock(Duration::minutes(121)).await?;
    story.tell("clock", "moves to the end of the shift", "+121 min", 0);
    scan(story, cast, shift, "check-out").await?;
    let when = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let body = json!({ "card": cast.card, "from": when(from), "to": when(from + Duration::minutes(120)) });
    let ticked = cast.secretary.post(&format!("/api/v1/service/shifts/{shift}/ticks"), &body).await?;
    story.heard("社区书记", "ticks the elder by the card", &ticked);
    Ok(())
}

/// Ids of the recorded hours, by person.
async fn hours(story: &mut Story, cast: &Cast, shift: &str) -> anyhow::Result<Vec<Value>> {
    let list = cast.colleague.get(&format!("/api/v1/service/hours?shift_id={shift}")).await?;
    let items = list.body["items"].as_array().cloned().unwrap_or_default();
    ensure!(items.len() == 3, "three people served: {}", list.text);
    story.tell("社区干部", "looks at the hours to approve", &format!("{} records", items.len()), list.ms);
    Ok(items)
}

async fn approve(story: &mut Story, cast: &Cast, budget: &Budget, hours: &[Value]) -> anyhow::Result<()> {
    let (elders, others): (Vec<&Value>, Vec<&Value>) = hours.iter().partition(|row| row["person_id"] == cast.elder.as_str());
    for row in others {
        let id = row["id"].as_str().context("hours have an id")?;
        let approved = cast.colleague.post(&format!("/api/v1/service/hours/{id}/approve"), &json!({})).await?;
        story.heard("社区干部", "approves half hours", &approved);
    }
    story.product.drain().await?;
    for (name, person) in [("居民", &cast.resident), ("快递员", &cast.courier)] {
        why(story, cast, name, person).await?;
    }
    drain_budget(story, cast, budget, "9960").await?;
    let elder = elders.first().and_then(|row| row["id"].as_str()).context("the elder's hours")?;
    let approved = cast.colleague.post(&format!("/api/v1/service/hours/{elder}/approve"), &json!({})).await?;
    story.heard("社区干部", "approves the elder's half hours (a second person)", &approved);
    story.product.drain().await?;
    let waiting = cast.street.get("/api/v1/points/awards/waiting").await?;
    ensure!(waiting.body["items"].as_array().is_some_and(|items| items.len() == 1), "one award waits visibly: {}", waiting.text);
    story.tell(
        "街道干部甲",
        "sees the award that waits: the budget is empty",
        waiting.body["items"][0]["summary"].as_str().unwrap_or("waiting"),
        waiting.ms,
    );
    top_up(story, cast, budget, "2000").await?;
    story.product.drain().await?;
    let left = cast.street.get("/api/v1/points/awards/waiting").await?;
    ensure!(left.body["items"].as_array().is_some_and(Vec::is_empty), "it posts when the budget is topped up: {}", left.text);
    story.tell("街道干部甲", "looks again", "nothing waits, the elder's award is posted", left.ms);
    Ok(())
}

/// Wallet, and why: event, evidence, rule version, approvers, budget.
async fn why(story: &mut Story, cast: &Cast, name: &str, person: &Caller) -> anyhow::Result<()> {
    let wallet = person.get(&format!("/api/v1/points/wallet?community={}", cast.community)).await?;
    ensure!(wallet.body["available"] == "20", "four half hours of 5 points: {}", wallet.text);
    story.heard(name, "opens the wallet", &wallet);
    let awards = person.get(&format!("/api/v1/points/awards?community={}", cast.community)).await?;
    let id = awards.body["items"][0]["id"].as_str().context("an award")?.to_owned();
    let chain = person.get(&format!("/api/v1/points/awards/{id}")).await?;
    for part in ["event", "rule", "approvers", "budget", "posting"] {
        ensure!(!chain.body[part].is_null(), "the why-chain names its {part}: {}", chain.text);
    }
    story.tell(name, "taps the posting: why?", "event, evidence, rule version, approvers, budget, posting", chain.ms);
    Ok(())
}
