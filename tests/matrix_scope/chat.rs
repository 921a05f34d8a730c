//! How the things of the chat come about: a group in each block, with a topic of each kind and a message.

use serde_json::json;

use super::Reach::{Community, Narrow};
use super::Who::{Resident, Second, Staff, Worker};
use super::scene::{Side, Who, id_of};
use super::stories::BLOCKS;
use super::{Row, nothing, reason, text};
use crate::support::TestApp;

const BASE: &str = "/api/v1/governance/chat";

#[rustfmt::skip]
pub(super) const CHAT: &[Row] = &[
    ("chat_group_find", Resident, "chat_group", Narrow, nothing),
    ("chat_group_find", Worker, "chat_group", Narrow, nothing),
    ("chat_group_find", Staff, "chat_group", Community, nothing),
    ("chat_settings_update", Resident, "chat_group", Narrow, |_| json!({"quiet": true})),
    ("chat_topic_open", Worker, "chat_group", Narrow, |_| json!({"kind": "talk", "title": "绿化", "text": "种什么"})),
    ("chat_topic_open", Staff, "chat_group", Community, |_| json!({"kind": "talk", "title": "绿化", "text": "种什么"})),
    ("chat_topic_propose", Resident, "chat_group", Narrow, |_| json!({"title": "绿化", "text": "种什么"})),
    ("chat_topic_list", Resident, "chat_group", Narrow, nothing),
    ("chat_topic_list", Worker, "chat_group", Narrow, nothing),
    ("chat_topic_find", Resident, "chat_topic", Narrow, nothing),
    ("chat_topic_find", Worker, "chat_topic", Narrow, nothing),
    ("chat_topic_find", Staff, "chat_topic", Community, nothing),
    ("chat_message_list", Resident, "chat_topic", Narrow, nothing),
    ("chat_message_list", Worker, "chat_topic", Narrow, nothing),
    ("chat_message_list", Staff, "chat_topic", Community, nothing),
    ("chat_message_send", Resident, "chat_topic", Narrow, text),
    ("chat_message_send", Worker, "chat_topic", Narrow, text),
    ("chat_message_withdraw", Resident, "chat_message", Narrow, nothing),
    ("chat_read_mark", Resident, "chat_topic", Narrow, |_| json!({"sequence": 0})),
    ("chat_vote_create", Resident, "chat_poll", Narrow, |_| json!({"option": 1})),
    ("chat_receipt_create", Resident, "chat_notice", Narrow, nothing),
    ("chat_receipt_list", Worker, "chat_notice", Narrow, nothing),
    ("chat_receipt_list", Staff, "chat_notice", Community, nothing),
    ("chat_topic_accept", Worker, "chat_proposal", Narrow, nothing),
    ("chat_topic_decline", Staff, "chat_proposal", Community, reason),
    ("chat_topic_pin", Worker, "chat_topic", Narrow, nothing),
    ("chat_topic_unpin", Worker, "chat_topic", Narrow, nothing),
    ("chat_message_report", Resident, "chat_said", Narrow, |_| json!({"reason": "abuse"})),
    ("chat_message_dismiss", Worker, "chat_said", Narrow, nothing),
    ("chat_message_to_request", Worker, "chat_said", Narrow, nothing),
    ("chat_message_hide", Worker, "chat_said", Narrow, |_| json!({"reason": "abuse"})),
    ("chat_message_restore", Staff, "chat_said", Community, nothing),
    ("chat_message_move", Worker, "chat_said", Narrow, |side| json!({"topic": side.id("chat_poll")})),
    ("chat_measure_find", Resident, "chat_measure", Narrow, nothing),
    ("chat_measure_find", Worker, "chat_measure", Narrow, nothing),
    ("chat_measure_find", Staff, "chat_measure", Community, nothing),
    ("chat_measure_appeal", Resident, "chat_measure", Narrow, text),
    ("chat_appeal_decide", Second, "chat_measure", Community, |_| json!({"lift": true, "note": "核实"})),
    ("chat_summary_create", Resident, "chat_topic", Narrow, text),
    ("chat_summary_list", Worker, "chat_topic", Narrow, nothing),
    ("chat_card_create", Worker, "chat_topic", Narrow, nothing),
    ("chat_card_code", Worker, "chat_topic", Narrow, nothing),
    ("chat_topic_export", Worker, "chat_topic", Narrow, nothing),
    ("chat_topic_export", Staff, "chat_topic", Community, nothing),
    ("chat_group_export", Worker, "chat_group", Narrow, nothing),
    ("chat_group_export", Staff, "chat_group", Community, nothing),
    ("chat_keyword_end", Staff, "chat_keyword", Community, nothing),
    ("chat_author_mute", Worker, "chat_said", Narrow, |_| json!({"days": 30, "grounds": {"reason": "abuse"}})),
    ("chat_mute_approve", Worker, "chat_mute", Narrow, nothing),
    ("chat_mute_refuse", Second, "chat_mute", Community, nothing),
    ("chat_mute_lift", Worker, "chat_mute", Narrow, nothing),
    ("chat_topic_close", Worker, "chat_topic", Narrow, |_| json!({"summary": "已说明"})),
    ("chat_topic_reopen", Worker, "chat_topic", Narrow, nothing),
];

pub(super) async fn chat(app: &TestApp, side: &mut Side) {
    for ((block, suffix), author) in BLOCKS.into_iter().zip([Who::Resident, Who::Neighbour]) {
        let group = json!({"grid_unit_id": side.unit(app, block)});
        let group = side.made(&format!("chat_group{suffix}"), Who::Staff, &format!("{BASE}/groups"), group).await;
        let topics = format!("{BASE}/groups/{group}/topics");
        for (noun, kind) in [("chat_topic", "talk"), ("chat_notice", "notice")] {
            let topic = json!({"kind": kind, "title": "照明", "text": "哪里太暗"});
            side.made(&format!("{noun}{suffix}"), Who::Staff, &topics, topic).await;
        }
        let poll = json!({"kind": "poll", "title": "装灯", "text": "先装哪边", "options": ["东门", "西门"]});
        side.made(&format!("chat_poll{suffix}"), Who::Staff, &topics, poll).await;
        let proposal = json!({"title": "停车", "text": "怎么停"});
        let proposals = format!("{BASE}/groups/{group}/proposals");
        side.made(&format!("chat_proposal{suffix}"), author, &proposals, proposal).await;
        let messages = format!("{BASE}/topics/{}/messages", side.id(&format!("chat_topic{suffix}")));
        let message = side.who(author).post(&messages, &json!({"text": "东门太暗"})).await.expect(201);
        side.keep(&format!("chat_message{suffix}"), &id_of(&message));
        moderated(side, (suffix, author), &messages).await;
        side.done(Who::Staff, &format!("{BASE}/topics/{}/card", side.id(&format!("chat_topic{suffix}")))).await;
    }
    let word = json!({"community": side.unit(app, ""), "word": "飞线"});
    side.made("chat_keyword", Who::Staff, &format!("{BASE}/keywords"), word).await;
}

/// A message that everybody sees, one that was hidden, and a long mute that waits for a second worker.
async fn moderated(side: &mut Side, (suffix, author): (&str, Who), messages: &str) {
    for noun in ["chat_said", "chat_hidden"] {
        let message = id_of(&side.who(author).post(messages, &json!({"text": "东门太暗"})).await.expect(201));
        let queue = side.who(Who::Staff).get("/api/v1/screening/items?limit=100").await.expect(200);
        let item = queue["items"].as_array().and_then(|items| items.iter().find(|item| item["subject"] == message.as_str()));
        let publish = format!("/api/v1/screening/items/{}/publish", id_of(item.expect("in the queue")));
        side.done(Who::Staff, &publish).await;
        side.keep(&format!("{noun}{suffix}"), &message);
    }
    let hidden = side.id(&format!("chat_hidden{suffix}")).to_owned();
    let mute = json!({"days": 30, "grounds": {"reason": "abuse"}});
    side.made(&format!("chat_mute{suffix}"), Who::Staff, &format!("{BASE}/messages/{hidden}/mute-author"), mute).await;
    let hide = side.who(Who::Staff).post(&format!("{BASE}/messages/{hidden}/hide"), &json!({"reason": "abuse"})).await;
    hide.expect(200);
    let mine = side.who(author).get(&format!("{BASE}/measures/mine")).await.expect(200);
    side.keep(&format!("chat_measure{suffix}"), &id_of(&mine["items"][0]));
}
