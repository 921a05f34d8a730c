#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of reply templates.

use actix_web::web::{Data, Json};
use actix_web::{delete, get, post, put};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Created, IdempotencyKey, IfMatch, PathId, Problem, Query, Tagged, Valid};
use base::ids::GridUnitId;
use base::page::{Page, PageQuery};
use people::identity::Can;
use serde::{Deserialize, Serialize};

use super::rows_templates::{self, TemplateRow};
use super::template::{self, NewReplyTemplate, TemplateText};
use super::{Outcome, ReplyTemplateCreate, ReplyTemplateId, ReplyTemplateList, ReplyTemplateRetire, ReplyTemplateUpdate};

/// A text for answers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReplyTemplateView {
    /// Id.
    pub id: ReplyTemplateId,
    /// One plain sentence.
    pub summary: String,
    /// The community.
    pub community: GridUnitId,
    /// Code, unique in the community.
    pub code: String,
    /// Title.
    pub title: String,
    /// For which outcome.
    pub outcome: Outcome,
    /// For which category; none: any.
    pub category: Option<String>,
    /// The text.
    pub text: String,
    /// The rule it rests on.
    pub legal_basis: Option<String>,
    /// For If-Match.
    pub version: i32,
}

impl From<TemplateRow> for ReplyTemplateView {
    fn from(row: TemplateRow) -> Self {
        Self {
            summary: format!("{}（{}）", row.title, row.outcome.zh()),
            id: row.id,
            community: row.community_id,
            code: row.code,
            title: row.title,
            outcome: row.outcome,
            category: row.category,
            text: row.text,
            legal_basis: row.legal_basis,
            version: row.version,
        }
    }
}

/// Which texts.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TemplateQuery {
    /// The community.
    pub community: GridUnitId,
    /// Only for this outcome.
    pub outcome: Option<Outcome>,
    /// Only for this category, or any.
    #[param(max_length = 40)]
    pub category: Option<String>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
}

/// List the reply templates of a community by code.
#[utoipa::path(tag = "governance", params(TemplateQuery), responses((status = 200, body = Page<ReplyTemplateView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/reply-templates")]
pub async fn reply_template_list(
    can: Can<ReplyTemplateList>,
    query: Query<TemplateQuery>,
    db: Data<Db>,
) -> Result<Json<Page<ReplyTemplateView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<String>()?;
    let (limit, after) = (window.load(), window.after.clone());
    let rows = db
        .read(move |connection| {
            template::community(connection, can.scope(), query.community)?;
            let (outcome, category) = (query.outcome, query.category.as_deref());
            Ok::<_, ApiError>(rows_templates::list(connection, query.community, outcome, category, after.as_deref(), limit)?)
        })
        .await?;
    Ok(Json(window.page(rows, |row| row.code.clone(), ReplyTemplateView::from)))
}

/// Enter a reply template.
#[utoipa::path(tag = "governance", request_body = NewReplyTemplate, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = ReplyTemplateView, description = "entered"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/reply-templates")]
pub async fn reply_template_create(
    can: Can<ReplyTemplateCreate>,
    key: IdempotencyKey,
    body: Valid<NewReplyTemplate>,
    db: Data<Db>,
) -> Result<Created<ReplyTemplateView>, ApiError> {
    let id = ReplyTemplateId::new();
    let once = can.once(key, body.hash(), id.0);
    let done = db.once(once, move |tx| template::create(tx, can.scope(), id, &body)).await?;
    let id = ReplyTemplateId(done.id);
    Ok(Created::new(&done, format!("/api/v1/governance/reply-templates/{id}"), load(&db, id).await?))
}

async fn load(db: &Db, id: ReplyTemplateId) -> Result<ReplyTemplateView, ApiError> {
    let row = db.read(move |connection| rows_templates::find(connection, id)).await?;
    row.map(ReplyTemplateView::from).ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// Edit a reply template.
#[utoipa::path(tag = "governance", request_body = TemplateText, params(("id" = ReplyTemplateId, Path), ("If-Match" = String, Header)), responses((status = 200, body = ReplyTemplateView, description = "edited"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/reply-templates/{id}")]
pub async fn reply_template_update(
    can: Can<ReplyTemplateUpdate>,
    id: PathId<ReplyTemplateId>,
    tag: IfMatch,
    body: Valid<TemplateText>,
    db: Data<Db>,
) -> Result<Tagged<ReplyTemplateView>, ApiError> {
    let context = can.context();
    db.transaction(context, move |tx| template::update(tx, can.scope(), id.0, &tag, Some(&body))).await?;
    let view = load(&db, id.0).await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}

/// End the use of a reply template.
#[utoipa::path(tag = "governance", params(("id" = ReplyTemplateId, Path), ("If-Match" = String, Header)), responses((status = 200, body = ReplyTemplateView, description = "not offered any more"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[delete("/reply-templates/{id}")]
pub async fn reply_template_retire(
    can: Can<ReplyTemplateRetire>,
    id: PathId<ReplyTemplateId>,
    tag: IfMatch,
    db: Data<Db>,
) -> Result<Tagged<ReplyTemplateView>, ApiError> {
    let context = can.context();
    db.transaction(context, move |tx| template::update(tx, can.scope(), id.0, &tag, None)).await?;
    let view = load(&db, id.0).await?;
    let version = view.version;
    Ok(Tagged::version(view, version))
}
