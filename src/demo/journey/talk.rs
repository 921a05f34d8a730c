//! Steps 13 and 14: what is said in the grid chat becomes a request whose answer comes back into the topic; a reported message is hidden,
//! its author objects, somebody else of the staff restores it.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::Story;
use super::people::Cast;
use super::report::{GOVERNANCE, step};
use crate::demo::caller::Caller;

/// The topic of these steps.
pub(super) struct Topic {
    id: String,
}

impl Topic {
    async fn say(&self, story: &mut Story, who: &Caller, text: &str) -> anyhow::Result<String> {
        let path = format!("{GOVERNANCE}/chat/topics/{}/messages", self.id);
        let sent = who.post(&path, &json!({ "text": text })).await?;
        let name = who.name.clone();
        story.tell(&name, "writes in the topic", text, sent.ms);
        sent.text_at("/id")
    }

    /// The message as somebody reads it.
    async fn read(&self, who: &Caller, message: &str) -> anyhow::Result<Value> {
        let page = who.get(&format!("{GOVERNANCE}/chat/topics/{}/messages?limit=100", self.id)).await?;
        let found = page.body["items"].as_array().into_iter().flatten().find(|item| item["id"] == message).cloned();
        found.with_context(|| format!("the message stands in the topic: {}", page.text))
    }
}

/// The group of the block: a journey before this one may have opened it.
async fn group(story: &mut Story, cast: &Cast, block: &str) -> anyhow::Result<String> {
    let groups = cast.worker.get(&format!("{GOVERNANCE}/chat/groups?limit=100")).await?;
    let there = groups.body["items"].as_array().into_iter().flatten().find(|group| group["grid_unit_id"] == block);
    if let Some(id) = there.and_then(|group| group["id"].as_str()) {
        return Ok(id.to_owned());
    }
    let opened = cast.worker.post(&format!("{GOVERNANCE}/chat/groups"), &json!({ "grid_unit_id": block })).await?;
    story.heard("网格员", "opens the group of the block", &opened);
    opened.text_at("/id")
}

/// Step 13.
pub(super) async fn follow(story: &mut Story, cast: &Cast) -> anyhow::Result<Topic> {
    story.chapter("The grid chat: a message becomes a request, its answer comes back");
    let block = super::field::block(cast).await?;
    let path = format!("{GOVERNANCE}/chat/groups/{}/topics", group(story, cast, &block).await?);
    let new = json!({ "kind": "talk", "title": "楼下的事大家说", "text": "哪里不方便，说给我听。" });
    let opened = cast.worker.post(&path, &new).await?;
    story.heard("网格员", "opens a topic", &opened);
    let topic = Topic { id: opened.text_at("/id")? };
    let message = topic.say(story, &cast.resident, "东门路灯不亮已经一周").await?;
    let taken = cast
        .worker
        .post(&format!("{GOVERNANCE}/chat/messages/{message}/request"), &json!({ "unit": cast.home, "category": "G02-01" }))
        .await?;
    let (case, number) = (taken.text_at("/case")?, taken.text_at("/case_number")?);
    story.tell("网格员", "makes a request of it with one tap", &number, taken.ms);
    let told = story.notice(&cast.resident, "chat_taken_up").await?;
    story.tell("居民", "is told", told["title"].as_str().unwrap_or("taken up"), 0);
    step(story, &cast.secretary, "accepts", (&case, "accept"), &json!({})).await?;
    let answer = json!({ "outcome": "solved", "text": "灯泡已更换，今晚起恢复照明。" });
    step(story, &cast.secretary, "answers", (&case, "answer"), &answer).await?;
    let look = async || {
        let page = cast.neighbour.get(&format!("{GOVERNANCE}/chat/topics/{}/messages?limit=100", topic.id)).await?;
        Ok(page.text.contains("今晚起恢复照明").then_some(()))
    };
    let unread = cast.neighbour.get(&format!("{GOVERNANCE}/chat/unread")).await?;
    ensure!(unread.body["unread"].as_i64().is_some_and(|count| count > 0), "something is unread: {}", unread.text);
    story.tell("租户", "sees what is unread", &unread.text_at("/summary")?, unread.ms);
    story.until("the answer in the topic", look).await?;
    story.tell("租户", "reads the answer where it was asked", "in the same topic", 0);
    let found = cast.neighbour.get(&format!("{GOVERNANCE}/chat/messages?text=东门路灯&limit=100")).await?;
    let hit = found.body["items"].as_array().into_iter().flatten().any(|item| item["id"] == message.as_str());
    ensure!(hit, "the message is found by its words: {}", found.text);
    story.tell("租户", "finds the message by its words", "东门路灯", found.ms);
    Ok(topic)
}

/// Step 14.
pub(super) async fn moderate(story: &mut Story, cast: &Cast, topic: &Topic) -> anyhow::Result<()> {
    story.chapter("A reported message is hidden; its author objects, staff restore it");
    let message = topic.say(story, &cast.neighbour, "楼上天天半夜搬家具，太吵了").await?;
    let at = format!("{GOVERNANCE}/chat/messages/{message}");
    let reported = cast.resident.post(&format!("{at}/reports"), &json!({ "reason": "abuse" })).await?;
    story.tell("居民", "reports it", "the worker's queue has it; who reported stays unknown", reported.ms);
    let hidden = cast.worker.post(&format!("{at}/hide"), &json!({ "reason": "abuse" })).await?;
    ensure!(hidden.body["state"] == "hidden", "hidden: {}", hidden.text);
    story.tell("网格员", "hides it with a reason", "hidden", hidden.ms);
    ensure!(topic.read(&cast.resident, &message).await?["text"].is_null(), "others don't read it any more");
    let told = story.notice(&cast.neighbour, "chat_hidden").await?;
    story.tell("租户", "is told why", told["title"].as_str().unwrap_or("hidden"), 0);
    let measures = cast.neighbour.get(&format!("{GOVERNANCE}/chat/measures/mine")).await?;
    let measure = measures.text_at("/items/0/id")?;
    let at = format!("{GOVERNANCE}/chat/measures/{measure}");
    cast.neighbour.post(&format!("{at}/appeal"), &json!({ "text": "我只是说了实情，没有骂人" })).await?;
    let own = cast.worker.refused_any(&format!("{at}/decide"), &json!({ "lift": false, "note": "维持" })).await?;
    story.tell("网格员", "tries to decide on the objection", own.body["code"].as_str().unwrap_or("refused"), own.ms);
    let decided = cast.secretary.post(&format!("{at}/decide"), &json!({ "lift": true, "note": "不构成辱骂" })).await?;
    story.heard("社区书记", "finds it right and restores it", &decided);
    let shown = topic.read(&cast.resident, &message).await?;
    ensure!(shown["text"].as_str().is_some_and(|text| text.contains("太吵了")), "it is read again: {shown}");
    story.tell("居民", "reads it again", "restored", 0);
    Ok(())
}
