#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of members' summaries.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::PersonId;
use base::page::{Page, PageQuery};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::identity::{self, Can};
use serde::Serialize;
use utoipa::ToSchema;

use super::rows::{self, Summary};
use super::write::{self, NewSummary};
use super::{ChatSummaryCreate, ChatSummaryList};
use crate::reach::found;
use crate::{SummaryId, TopicId, groups};

/// A summary that a member wrote.
#[derive(Debug, Serialize, ToSchema)]
pub struct SummaryView {
    /// Id: close the topic with it as `accepted`.
    pub id: SummaryId,
    /// One plain sentence.
    pub summary: String,
    /// What was written.
    pub text: Option<String>,
    /// What its author is called.
    pub author_name: String,
    /// Was the topic closed with it?
    pub accepted: bool,
    /// When.
    pub created_at: DateTime<Utc>,
}

fn views(connection: &mut PgConnection, rows: Vec<Summary>) -> Result<Vec<SummaryView>, ApiError> {
    let persons: Vec<PersonId> = rows.iter().filter_map(|row| row.author_id).collect();
    let names = identity::names_by_ids(connection, &persons)?;
    let shown = rows.into_iter().map(|row| {
        let name = row.author_id.and_then(|person| names.get(&person)).map(|name| name.nickname.clone());
        let author_name = name.unwrap_or_else(|| crate::GONE.to_owned());
        SummaryView {
            id: row.id,
            summary: format!("{author_name}写的总结"),
            text: row.text,
            author_name,
            accepted: row.accepted_at.is_some(),
            created_at: row.created_at,
        }
    });
    Ok(shown.collect())
}

/// Write a summary of an open topic; workers read it, and may close the topic with it.
#[utoipa::path(tag = "chat", request_body = NewSummary, params(("id" = TopicId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = SummaryView, description = "written"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/topics/{id}/summaries")]
pub async fn chat_summary_create(
    can: Can<ChatSummaryCreate>,
    id: PathId<TopicId>,
    key: IdempotencyKey,
    body: Valid<NewSummary>,
    db: Data<Db>,
) -> Result<Created<SummaryView>, ApiError> {
    let (topic, new, actor) = (id.0, SummaryId::new(), can.actor().clone());
    let once = can.once(key, hash_on(topic.0, body.hash()), new.0);
    let done = db.once(once, move |tx| write::write(tx, &actor, topic, new, &body)).await?;
    let made = SummaryId(done.id);
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = found(rows::find(connection, made)?)?;
        found(views(connection, vec![row])?.pop())
    });
    Ok(Created::new(&done, format!("/api/v1/governance/chat/topics/{topic}/summaries"), view.await?))
}

/// The summaries that members wrote of a topic, the oldest first.
#[utoipa::path(tag = "chat", params(("id" = TopicId, Path), PageQuery), responses((status = 200, body = Page<SummaryView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/topics/{id}/summaries")]
pub async fn chat_summary_list(
    can: Can<ChatSummaryList>,
    id: PathId<TopicId>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<SummaryView>>, ApiError> {
    let (window, actor) = (query.window::<SummaryId>()?, can.actor().clone());
    let shown = db.read(move |connection| -> Result<_, ApiError> {
        groups::may_moderate(connection, &actor, id.0)?;
        let rows = rows::list(connection, id.0, &window)?;
        views(connection, rows)
    });
    Ok(Json(window.page(shown.await?, |view| view.id, |view| view)))
}
