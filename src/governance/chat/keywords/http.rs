#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of the words that feed leads.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::GridUnitId;
use base::page::{Page, PageQuery};
use people::identity::Can;
use serde::Serialize;
use utoipa::ToSchema;

use super::rows::{self, Keyword};
use super::write::{self, NewKeyword};
use super::{ChatKeywordCreate, ChatKeywordEnd, ChatKeywordList};
use crate::KeywordId;
use crate::reach::found;

/// A word that feeds leads.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeywordView {
    /// Id.
    pub id: KeywordId,
    /// Where it holds; none: everywhere.
    pub community: Option<GridUnitId>,
    /// The word.
    pub word: String,
    /// Code of the duty list.
    pub category: Option<String>,
    /// Is it in use?
    pub in_use: bool,
    /// One plain sentence.
    pub summary: String,
}

impl From<Keyword> for KeywordView {
    fn from(row: Keyword) -> Self {
        Self {
            summary: format!("关键词「{}」", row.word),
            id: row.id,
            community: row.community_id,
            word: row.word,
            category: row.category,
            in_use: row.ended_at.is_none(),
        }
    }
}

/// The words in use: of one's community, and those that hold everywhere.
#[utoipa::path(tag = "chat", params(PageQuery), responses((status = 200, body = Page<KeywordView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/keywords")]
pub async fn chat_keyword_list(
    can: Can<ChatKeywordList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<KeywordView>>, ApiError> {
    let (window, scope) = (query.window::<KeywordId>()?, can.scope().clone());
    let rows = db.read(move |connection| rows::list(connection, &scope, &window)).await?;
    Ok(Json(window.page(rows, |row| row.id, KeywordView::from)))
}

/// Enter a word.
#[utoipa::path(tag = "chat", request_body = NewKeyword, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = KeywordView, description = "entered"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/keywords")]
pub async fn chat_keyword_create(
    can: Can<ChatKeywordCreate>,
    key: IdempotencyKey,
    body: Valid<NewKeyword>,
    db: Data<Db>,
) -> Result<Created<KeywordView>, ApiError> {
    let (id, scope, person) = (KeywordId::new(), can.scope().clone(), can.person());
    let once = can.once(key, body.hash(), id.0);
    let done = db.once(once, move |tx| write::enter(tx, &scope, person, id, &body)).await?;
    let made = KeywordId(done.id);
    let row = db.read(move |connection| found(rows::find(connection, made)?)).await?;
    Ok(Created::new(&done, "/api/v1/governance/chat/keywords", row.into()))
}

/// Put a word of one's community out of use.
#[utoipa::path(tag = "chat", params(("id" = KeywordId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = KeywordView, description = "out of use"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/chat/keywords/{id}/end")]
pub async fn chat_keyword_end(
    can: Can<ChatKeywordEnd>,
    id: PathId<KeywordId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<KeywordView>, ApiError> {
    let (id, scope) = (id.0, can.scope().clone());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let done = db.once(once, move |tx| write::end(tx, &scope, id)).await?;
    let row = db.read(move |connection| found(rows::find(connection, id)?)).await?;
    Ok(Changed::new(&done, row.into()))
}
