//! Cards, and what opens with one.

use base::error::ApiError;
use diesel::PgConnection;
use people::grid;
use serde::Serialize;
use utoipa::ToSchema;

use super::rows;
use crate::TopicId;
use crate::reach::found;
use crate::topics::{self, Topic, TopicKind, TopicState};

/// Page of the mini program that a card opens.
pub(super) const PAGE: &str = "pages/chat/card";

/// What a worker shares into the WeChat group.
#[derive(Debug, Serialize, ToSchema)]
pub struct CardView {
    /// The ticket.
    pub ticket: String,
    /// Path of the mini program's card.
    pub path: String,
    /// Title of the card.
    pub title: String,
    /// A text to paste into the group.
    pub paste_text: String,
    /// Path of the picture of the mini program's code in this API.
    pub code: String,
    /// One plain sentence.
    pub summary: String,
}

/// What everybody with the card reads: nothing of what was written in the topic.
#[derive(Debug, Serialize, ToSchema)]
pub struct SharedTopicView {
    /// Whose group it is.
    pub place: String,
    /// What it is.
    pub kind: TopicKind,
    /// State.
    pub state: TopicState,
    /// Title.
    pub title: String,
    /// What came of it.
    pub closing: Option<String>,
    /// One plain sentence.
    pub summary: String,
}

fn place(connection: &mut PgConnection, topic: &Topic) -> Result<String, ApiError> {
    let unit = found(grid::unit_find(connection, topic.grid_unit_id)?)?;
    let above = grid::above(connection, &unit.path)?;
    // The street says nothing to people who live there.
    let names: Vec<String> = above.into_iter().skip(1).map(|unit| unit.name).collect();
    Ok(names.join(" "))
}

/// The card of a topic that was shared.
pub(super) fn card(connection: &mut PgConnection, id: TopicId) -> Result<CardView, ApiError> {
    let (topic, ticket) = (found(topics::find(connection, id)?)?, found(rows::ticket_of(connection, id)?)?);
    let place = place(connection, &topic)?;
    let line = match &topic.closing {
        Some(closing) if topic.state == TopicState::Closed => format!("已有结果：{closing}"),
        _ => "点开小程序卡片，到居民畅聊里说说您的看法。".to_owned(),
    };
    Ok(CardView {
        path: format!("{PAGE}?ticket={ticket}"),
        title: format!("【{}】{}", topic.kind.zh(), topic.title),
        paste_text: format!("【{place}】{}「{}」\n{line}", topic.kind.zh(), topic.title),
        code: format!("/api/v1/governance/chat/topics/{id}/card/code"),
        summary: format!("话题「{}」的分享卡片", topic.title),
        ticket,
    })
}

/// What a ticket opens; 404 for one that isn't there.
pub(super) fn shared(connection: &mut PgConnection, ticket: &str) -> Result<SharedTopicView, ApiError> {
    let id = found(rows::topic_of(connection, ticket)?)?;
    let topic = found(topics::find(connection, id)?)?;
    Ok(SharedTopicView {
        place: place(connection, &topic)?,
        kind: topic.kind,
        state: topic.state,
        summary: format!("{}「{}」，{}", topic.kind.zh(), topic.title, topic.state.zh()),
        title: topic.title,
        closing: topic.closing.filter(|_| topic.state == TopicState::Closed),
    })
}
