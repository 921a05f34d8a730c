//! Grid chat of the demo: groups of the first blocks and of the community, with topics of every kind, talk, votes, receipts and summaries.

use anyhow::Context as _;
use serde_json::{Value, json};

use super::{Civic, GOVERNANCE};
use crate::demo::caller::Caller;

/// Blocks with a group.
const GROUPS: usize = 5;

/// What the chat remembers from day to day.
#[derive(Debug, Default)]
pub(super) struct Chat {
    /// Groups by their block's number.
    groups: Vec<String>,
    /// Topics that stand open: the block's number and the id.
    open: Vec<(usize, String)>,
}

const TALKS: [(&str, &str); 6] = [
    ("talk", "楼下花坛要不要换成耐旱的花"),
    ("question", "问社区：垃圾分类点几点开放"),
    ("notice", "周三上午清洗二次供水水箱"),
    ("poll", "周末活动选哪一个"),
    ("talk", "电动车充电秩序大家谈"),
    ("question", "问社区：老人助餐怎么报名"),
];

const SAID: [&str; 8] = [
    "我赞成，春天种省水。",
    "建议先看看别的小区怎么做。",
    "早上七点到九点人最多，能不能早点开？",
    "收到，谢谢提醒。",
    "我家也有这个需要。",
    "周六上午都有空。",
    "昨天去问过，带身份证就能办。",
    "能不能在楼道里也贴一张？",
];

impl Civic {
    /// Opens the groups.
    pub(super) async fn open_groups(&mut self) -> anyhow::Result<()> {
        for (worker, block) in self.workers.iter().take(GROUPS) {
            let group = worker.post(&format!("{GOVERNANCE}/chat/groups"), &json!({ "grid_unit_id": block })).await?;
            self.chat.groups.push(group.text_at("/id")?);
        }
        let all = json!({ "grid_unit_id": self.community });
        self.secretary.post(&format!("{GOVERNANCE}/chat/groups"), &all).await?;
        Ok(())
    }

    /// Residents of a block, by the way in which they were dealt out.
    fn members(&self, block: usize) -> impl Iterator<Item = &Caller> {
        self.residents.iter().skip(block).step_by(super::register::BLOCKS)
    }

    /// A day's talk: a new topic, messages in those that are open, a summary for the oldest.
    pub(super) async fn talk(&mut self, day: i64) -> anyhow::Result<()> {
        let number = usize::try_from(day)?;
        let block = number % GROUPS;
        let (topic, kind) = self.open_topic(block, number / 2).await?;
        // A notice is confirmed, not talked about.
        if kind != "notice" {
            self.chat.open.push((block, topic));
        }
        for (index, (block, topic)) in self.chat.open.iter().enumerate() {
            for (nth, resident) in self.members(*block).take(2).enumerate() {
                let text = SAID.get((number * 3 + index * 2 + nth) % SAID.len()).copied().unwrap_or("收到");
                resident.post(&format!("{GOVERNANCE}/chat/topics/{topic}/messages"), &json!({ "text": text })).await?;
            }
        }
        if self.chat.open.len() > 5 {
            let (block, topic) = self.chat.open.remove(0);
            let (worker, _) = self.workers.get(block).context("a worker")?;
            let closing = json!({ "summary": "大家的意见已记录，社区将在本周内答复，谢谢参与。" });
            worker.post(&format!("{GOVERNANCE}/chat/topics/{topic}/close"), &closing).await?;
        }
        Ok(())
    }

    async fn open_topic(&self, block: usize, number: usize) -> anyhow::Result<(String, &'static str)> {
        let (kind, title) = TALKS.get(number % TALKS.len()).copied().context("a topic")?;
        let (worker, _) = self.workers.get(block).context("a worker")?;
        let group = self.chat.groups.get(block).context("a group")?;
        let mut topic = json!({ "kind": kind, "title": title, "text": format!("{title}，请大家说说看法。") });
        if kind == "poll" {
            topic["options"] = json!(["包饺子", "象棋赛", "亲子阅读"]);
        }
        let id = worker.post(&format!("{GOVERNANCE}/chat/groups/{group}/topics"), &topic).await?.text_at("/id")?;
        for (nth, resident) in self.members(block).take(2).enumerate() {
            let (way, body): (&str, Value) = match kind {
                "poll" => ("votes", json!({ "option": nth % 3 + 1 })),
                "notice" => ("receipt", json!({})),
                _ => break,
            };
            resident.post(&format!("{GOVERNANCE}/chat/topics/{id}/{way}"), &body).await?;
        }
        if number % 6 == 2 {
            worker.post(&format!("{GOVERNANCE}/chat/topics/{id}/pin"), &json!({})).await?;
        }
        Ok((id, kind))
    }
}
