#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of files.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use base::db::Db;
use base::error::ApiError;
use base::http::{PathId, Problem, Query};
use chrono::NaiveDate;
use people::identity::Can;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{ChatGroupExport, ChatTopicExport, file};
use crate::{GroupId, TopicId};

/// Days of a file.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChatFileQuery {
    /// From this day on, Asia/Shanghai.
    pub from: Option<NaiveDate>,
    /// Up to this day.
    pub to: Option<NaiveDate>,
}

fn answer(id: Uuid, file: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, file::name(id)))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .body(file)
}

/// What was said in a topic of one's place, as comma-separated text: the newest 20,000 messages that others saw, names masked, numbers of
/// five digits and more struck out, nothing of what is hidden or withdrawn. Fetching it is recorded.
#[utoipa::path(tag = "chat", params(("id" = TopicId, Path)), responses((status = 200, description = "the file", content_type = "text/csv", body = String), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/topics/{id}/file")]
pub async fn chat_topic_export(can: Can<ChatTopicExport>, id: PathId<TopicId>, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    let (id, actor) = (id.0, can.actor().clone());
    let file = db.transaction(can.context(), move |tx| file::of_topic(tx, &actor, id)).await?;
    Ok(answer(id.0, file))
}

/// The same of all topics of a group of one's place, of some days where they are given.
#[utoipa::path(tag = "chat", params(("id" = GroupId, Path), ChatFileQuery), responses((status = 200, description = "the file", content_type = "text/csv", body = String), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/groups/{id}/file")]
pub async fn chat_group_export(
    can: Can<ChatGroupExport>,
    id: PathId<GroupId>,
    query: Query<ChatFileQuery>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let (id, actor, days) = (id.0, can.actor().clone(), (query.from, query.to));
    let file = db.transaction(can.context(), move |tx| file::of_group(tx, &actor, id, days)).await?;
    Ok(answer(id.0, file))
}
