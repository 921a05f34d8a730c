//! Steps 9 and 10: what is late is reminded, supervised, escalated; danger has two hours, also on a Friday evening. The demo's clock is
//! moved, never waited for.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use base::clock::SHANGHAI;
use chrono::{DateTime, Datelike as _, Duration, NaiveTime, SecondsFormat, Utc, Weekday};
use serde_json::json;

use super::Story;
use super::people::Cast;
use super::report::{GOVERNANCE, events, step};
use crate::demo::caller::{Answer, Caller};

/// The message about an answer.
const ANSWERED: &str = "request_answered";
/// Hours of the demo's clock in which an escalation must have happened, whatever holidays lie between.
const HOURS: i64 = 24 * 14;
/// Hours of a step; two working hours lie between reminder, supervision and escalation.
const STEP: i64 = 2;

/// The next moment that is this weekday and hour in Shanghai.
fn next(now: DateTime<Utc>, day: Weekday, hour: u32) -> anyhow::Result<DateTime<Utc>> {
    let today = now.with_timezone(&SHANGHAI).date_naive();
    let time = NaiveTime::from_hms_opt(hour, 0, 0).context("an hour")?;
    (0..8)
        .map(|ahead| today + Duration::days(ahead))
        .filter(|date| date.weekday() == day)
        .filter_map(|date| date.and_time(time).and_local_timezone(SHANGHAI).single())
        .map(|at| at.to_utc())
        .find(|at| *at > now)
        .context("a week has every weekday")
}

async fn move_to(story: &mut Story, day: Weekday, hour: u32) -> anyhow::Result<DateTime<Utc>> {
    let now = story.now().await?;
    let at = next(now, day, hour)?;
    story.product.move_clock(at - now).await?;
    story.product.drain().await?;
    story.tell("clock", &format!("moves to {day} {hour:02}:00"), &format!("+{} h", (at - now).num_hours()), 0);
    Ok(at)
}

async fn find(who: &Caller, id: &str) -> anyhow::Result<Answer> {
    who.get(&format!("{GOVERNANCE}/requests/{id}")).await
}

/// Step 9.
pub(super) async fn escalate(story: &mut Story, cast: &Cast) -> anyhow::Result<()> {
    story.chapter("A request that nobody takes escalates by itself");
    move_to(story, Weekday::Wed, 9).await?;
    agree(story, cast).await?;
    let body = json!({ "unit": cast.home, "text": "单元门门禁坏了，门关不上。", "category": "A01-04", "public": true });
    let filed = cast.resident.post(&format!("{GOVERNANCE}/requests"), &body).await?;
    let id = filed.text_at("/id")?;
    story.heard("居民", "files a request; it is the property company's", &filed);
    let first = filed.body["clocks"].as_array().into_iter().flatten().find(|clock| clock["kind"] == "accept");
    story.tell("system", "two working hours to accept", first.and_then(|clock| clock["summary"].as_str()).unwrap_or(""), 0);
    let mut hours = 0;
    for (kind, who, heard) in [
        ("reminded", &cast.property, "物业人员"),
        ("supervised", &cast.secretary, "社区书记"),
        ("escalated", &cast.street, "街道干部甲"),
    ] {
        while !events(&cast.secretary, &id).await?.iter().any(|event| event == kind) {
            ensure!(hours < HOURS, "the request was never {kind}");
            story.product.move_clock(Duration::hours(STEP)).await?;
            story.product.drain().await?;
            hours += STEP;
        }
        let told = story.notice(who, &format!("request_{kind}")).await?;
        story.tell(heard, &format!("is told: {kind} (+{hours} h)"), told["title"].as_str().unwrap_or(kind), 0);
    }
    step(story, &cast.property, "accepts, late", (&id, "accept"), &json!({ "text": "马上到场" })).await?;
    let answer = json!({ "outcome": "solved", "text": "门禁已修复，门已能关上。" });
    step(story, &cast.property, "answers", (&id, "answer"), &answer).await?;
    let late = find(&cast.secretary, &id).await?;
    ensure!(late.text.contains("\"late\""), "the record says that it was late: {}", late.text);
    let told = story.notice(&cast.resident, ANSWERED).await?;
    ensure!(told["push"] == "sent", "the one message is used for the answer: {told}");
    story.tell("居民", "hears of the answer", "inbox, and WeChat's one message is sent", 0);
    let rating = json!({ "resolved": true, "speed": 1, "effect": 4, "attitude": 3, "feedback": 2 });
    step(story, &cast.resident, "rates: slow", (&id, "rating"), &rating).await?;
    Ok(())
}

/// A tap in WeChat buys one message; WeChat tells us of it by a push.
async fn agree(story: &mut Story, cast: &Cast) -> anyhow::Result<()> {
    let started = Instant::now();
    story.product.tap(&format!("{}-resident", story.tag), ANSWERED).await?;
    let look = async || {
        let all = cast.resident.get("/api/v1/me/subscriptions").await?;
        let mut items = all.body["items"].as_array().into_iter().flatten();
        Ok(items.any(|item| item["kind"] == ANSWERED && item["balance"] == 1).then_some(()))
    };
    story.until("WeChat's push about the tap", look).await?;
    story.tell("居民", "taps “notify me” in WeChat, which pushes it", "one message may be sent", started.elapsed().as_millis());
    Ok(())
}

/// Step 10.
pub(super) async fn leak(story: &mut Story, cast: &Cast) -> anyhow::Result<()> {
    story.chapter("A gas leak on a Friday evening is due in two hours");
    let at = move_to(story, Weekday::Fri, 18).await?;
    on_call(story, cast, at).await?;
    let body = json!({ "unit": cast.home, "text": "楼道里有很浓的煤气味，可能是燃气泄漏。", "category": "D01-01",
        "answers": [{ "key": "indoor", "value": "楼道" }] });
    let filed = cast.resident.post(&format!("{GOVERNANCE}/requests"), &body).await?;
    let id = filed.text_at("/id")?;
    let hint = filed.text_at("/emergency/0/hint").or_else(|_other| filed.text_at("/emergency/0/text"))?;
    story.tell("居民", "files a gas leak; the answer says at once what to do", &hint, filed.ms);
    let due: DateTime<Utc> = filed.text_at("/resolve_by")?.parse()?;
    let filed_at: DateTime<Utc> = filed.text_at("/created_at")?.parse()?;
    ensure!((due - filed_at - Duration::hours(2)).num_seconds().abs() < 60, "two hours by the clock on the wall: {}", filed.text);
    let local = due.with_timezone(&SHANGHAI).format("%A %H:%M");
    story.tell("system", "dispatches to the gas company", &format!("due {local}, weekend or not"), 0);
    called(story, &cast.gas, "燃气公司甲", "on call").await?;
    story.product.move_clock(Duration::minutes(16)).await?;
    called(story, &cast.second_gas, "燃气公司乙", "deputy, 15 minutes later").await?;
    step(story, &cast.second_gas, "accepts", (&id, "accept"), &json!({ "text": "抢修车已出发" })).await?;
    story.product.move_clock(Duration::minutes(50)).await?;
    let answer = json!({ "outcome": "solved", "text": "阀门接头更换完毕，复测无泄漏。" });
    let answered = step(story, &cast.second_gas, "answers within the two hours", (&id, "answer"), &answer).await?;
    let clocks = answered.body["clocks"].as_array().into_iter().flatten();
    let met = clocks.clone().any(|clock| clock["kind"] == "resolve" && clock["state"] == "met");
    ensure!(met, "in time: {}", answered.text);
    Ok(())
}

async fn on_call(story: &mut Story, cast: &Cast, at: DateTime<Utc>) -> anyhow::Result<()> {
    let me = cast.gas.get("/api/v1/me").await?;
    let roles = me.body["roles"].as_array().into_iter().flatten();
    let organization = roles.filter_map(|role| role["organization_id"].as_str()).next().context("a gas company")?;
    let when = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let turn = json!({ "organization": organization, "person": me.text_at("/id")?,
        "deputy": cast.second_gas.get("/api/v1/me").await?.text_at("/id")?,
        "starts_at": when(at - Duration::hours(1)), "ends_at": when(at + Duration::hours(14)) });
    let made = cast.gas.post(&format!("{GOVERNANCE}/on-call"), &turn).await?;
    story.heard("燃气公司甲", "enters who is on call tonight", &made);
    Ok(())
}

async fn called(story: &mut Story, who: &Caller, name: &str, what: &str) -> anyhow::Result<()> {
    let call = story.notice(who, "request_on_call").await?;
    let body = call["body"].as_str().unwrap_or("called").to_owned();
    story.tell(name, &format!("is called ({what})"), &body, 0);
    Ok(())
}
