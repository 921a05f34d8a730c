#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/screening/word-lists`: versions of word lists.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::GridUnitId;
use base::page::{Page, PageQuery};
use base::text::{Few, Text};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::check::Screener;
use super::lists::{self, Draft, Editor, Trial};
use super::rows_lists::{self, WordList};
use super::{ListState, WordListApprove, WordListCreate, WordListFind, WordListId, WordListList, WordListTry};
use crate::identity::Can;

/// A new version of a word list; it replaces the whole list once it is in force.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWordList {
    /// For this community; absent: everywhere, which is the street's to write.
    #[serde(default)]
    community: Option<GridUnitId>,
    /// Words that refuse a text.
    #[schema(value_type = Vec<String>, max_items = 5000)]
    refused: Few<Text<40>, 5000>,
    /// Words that put a text before a person.
    #[schema(value_type = Vec<String>, max_items = 5000)]
    doubtful: Few<Text<40>, 5000>,
    /// Why this version.
    note: Text<200>,
}

/// One version of a word list.
#[derive(Debug, Serialize, ToSchema)]
pub struct WordListView {
    /// Id.
    id: WordListId,
    /// For this community; none: everywhere.
    community: Option<GridUnitId>,
    /// From 1.
    version: i32,
    /// Where it stands.
    state: ListState,
    /// Words that refuse a text; in lists of versions left out.
    refused: Vec<String>,
    /// Words that put a text before a person; in lists of versions left out.
    doubtful: Vec<String>,
    /// Why this version.
    note: String,
    /// When it was written.
    created_at: DateTime<Utc>,
    /// Since when it is searched for.
    in_force_at: Option<DateTime<Utc>>,
    /// Until when.
    ended_at: Option<DateTime<Utc>>,
    /// One line to read out.
    summary: String,
}

fn view(list: WordList) -> WordListView {
    let of = if list.community_id.is_some() { "社区词库" } else { "通用词库" };
    let second = if list.approved_by.is_some() { "已复核" } else { "未复核" };
    WordListView {
        summary: format!(
            "{of}第 {} 版（{}，{second}）：拒绝 {} 词，转人工 {} 词",
            list.version,
            list.state.zh(),
            list.refused.len(),
            list.doubtful.len()
        ),
        id: list.id,
        community: list.community_id,
        version: list.version,
        state: list.state,
        refused: list.refused,
        doubtful: list.doubtful,
        note: list.note,
        created_at: list.created_at,
        in_force_at: list.in_force_at,
        ended_at: list.ended_at,
    }
}

fn texts(few: &Few<Text<40>, 5000>) -> Vec<String> {
    few.items().iter().map(|word| word.as_str().to_owned()).collect()
}

/// Write the next version of a word list, as a draft.
#[utoipa::path(tag = "screening", request_body = NewWordList, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = WordListView, description = "a draft"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/screening/word-lists")]
pub async fn word_list_create(
    can: Can<WordListCreate>,
    key: IdempotencyKey,
    body: Valid<NewWordList>,
    db: Data<Db>,
) -> Result<Created<WordListView>, ApiError> {
    let id = WordListId::new();
    let once = can.once(key, body.hash(), id.0);
    let editor = Editor::new(can.scope(), can.actor());
    let body = body.into_inner();
    let (refused, doubtful) = (texts(&body.refused), texts(&body.doubtful));
    let draft = Draft { community: body.community, refused, doubtful, note: body.note.into_string() };
    let writer = editor.clone();
    let done = db.once(once, move |tx| lists::write(tx, &writer, &draft, id)).await?;
    let id = WordListId(done.id);
    let list = db.read(move |connection| lists::seen(connection, &editor, id)).await?;
    Ok(Created::new(&done, format!("/api/v1/screening/word-lists/{id}"), view(list)))
}

/// Versions of word lists, the newest first, without their words.
#[utoipa::path(tag = "screening", params(PageQuery), responses((status = 200, body = Page<WordListView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/screening/word-lists")]
pub async fn word_list_list(
    can: Can<WordListList>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Json<Page<WordListView>>, ApiError> {
    let window = query.window::<WordListId>()?;
    let scope = can.scope().clone();
    let rows = db.read(move |connection| rows_lists::list(connection, &scope, &window)).await?;
    let short = |row| WordListView { refused: Vec::new(), doubtful: Vec::new(), ..view(row) };
    Ok(Json(window.page(rows, |row| row.id, short)))
}

/// A version of a word list with its words.
#[utoipa::path(tag = "screening", params(("id" = WordListId, Path)), responses((status = 200, body = WordListView, description = "the version"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/screening/word-lists/{id}")]
pub async fn word_list_find(
    can: Can<WordListFind>,
    id: PathId<WordListId>,
    db: Data<Db>,
) -> Result<Json<WordListView>, ApiError> {
    let (id, editor) = (id.0, Editor::new(can.scope(), can.actor()));
    Ok(Json(view(db.read(move |connection| lists::seen(connection, &editor, id)).await?)))
}

/// Try a version on past texts: what it would have refused, what it would have put before a person. Changes nothing.
#[utoipa::path(tag = "screening", params(("id" = WordListId, Path)), responses((status = 200, body = Trial, description = "what it would have done"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/screening/word-lists/{id}/trial")]
pub async fn word_list_try(
    can: Can<WordListTry>,
    id: PathId<WordListId>,
    db: Data<Db>,
    screener: Data<Screener>,
) -> Result<Json<Trial>, ApiError> {
    let (id, editor) = (id.0, Editor::new(can.scope(), can.actor()));
    let trial = db.read(move |connection| -> Result<_, ApiError> {
        let list = lists::seen(connection, &editor, id)?;
        lists::attempt(connection, &list, screener.nouns())
    });
    Ok(Json(trial.await?))
}

/// Put a version that another person wrote in force; the one before it ends.
#[utoipa::path(tag = "screening", params(("id" = WordListId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = WordListView, description = "in force"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/screening/word-lists/{id}/approve")]
pub async fn word_list_approve(
    can: Can<WordListApprove>,
    id: PathId<WordListId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<WordListView>, ApiError> {
    let (id, editor) = (id.0, Editor::new(can.scope(), can.actor()));
    let (once, approver) = (can.once(key, hash_on(id.0, [0; 32]), id.0), editor.clone());
    let done = db.once(once, move |tx| lists::approve(tx, &approver, id)).await?;
    let list = db.read(move |connection| lists::seen(connection, &editor, id)).await?;
    Ok(Changed::new(&done, view(list)))
}
