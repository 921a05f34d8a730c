#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Drafts of the duty list: written by one person, decided by another.

use actix_web::web::{Data, Json};
use actix_web::{get, post, put};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, IfMatch, PathId, Problem, Query, Tagged, Valid, hash_on};
use base::ids::{GridUnitId, OrganizationId};
use base::page::{Page, PageQuery};
use base::text::{Few, Text};
use people::grid::Scope;
use people::identity::Can;
use points::{Outside, place};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::item::{DeadlineClass, Question, QuestionKind};
use super::rows::{self, Draft};
use super::view::{self, DutyDraftView};
use super::{
    DutyItemDraftApprove, DutyItemDraftCreate, DutyItemDraftEdit, DutyItemDraftFind, DutyItemDraftList, DutyItemDraftRefuse,
    DutyItemId, decide, write,
};

/// A question at intake.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuestion {
    /// Name of the answer: lower case letters, digits and `_`, unique within the item.
    key: Text<20>,
    /// What is asked.
    text: Text<80>,
    /// What the answer looks like.
    kind: QuestionKind,
    /// Must it be answered? (default no)
    #[serde(default)]
    required: bool,
    /// The choices of a `choice`, 2 to 20.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 20)]
    choices: Option<Few<Text<40>, 20>>,
}

/// What an item says.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyContent {
    /// First level of the category.
    major: Text<40>,
    /// Second level.
    middle: Text<40>,
    /// Third level: the item.
    title: Text<80>,
    /// Where it holds; absent: in the whole community.
    #[serde(default)]
    jurisdiction: Option<GridUnitId>,
    /// Lead unit; absent: the community's own queue.
    #[serde(default)]
    lead: Option<OrganizationId>,
    /// What kind of unit leads, in words, where none stands in the directory.
    #[serde(default)]
    lead_hint: Option<Text<80>>,
    /// Units that help, at most 10.
    #[serde(default)]
    #[schema(value_type = Vec<OrganizationId>, max_items = 10)]
    co_units: Option<Few<OrganizationId, 10>>,
    /// How soon.
    deadline_class: DeadlineClass,
    /// Law or rule that says so.
    #[serde(default)]
    legal_basis: Option<Text<400>>,
    /// What is asked at intake, at most 10.
    #[serde(default)]
    #[schema(value_type = Vec<NewQuestion>, max_items = 10)]
    questions: Option<Few<NewQuestion, 10>>,
    /// Words that residents use for it, at most 30.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 30)]
    synonyms: Option<Few<Text<20>, 30>>,
    /// Why this version; public once it is approved.
    reason: Text<400>,
}

/// A draft of an item, or of its next version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDutyDraft {
    /// Whose list.
    community: GridUnitId,
    /// Code, as `A01-03`; one that is in force gets its next version.
    #[schema(value_type = String, pattern = "^[A-Z][0-9]{2}-[0-9]{2}$")]
    code: Text<6>,
    /// What it says.
    content: DutyContent,
}

/// Which drafts.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DutyDraftQuery {
    /// Of this community; absent: of all in one's scope.
    community: Option<GridUnitId>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    cursor: Option<String>,
}

impl DutyContent {
    fn draft(&self, community: GridUnitId) -> Result<Draft, ApiError> {
        let few = |choices: &Option<Few<Text<40>, 20>>| -> Vec<String> {
            choices.as_ref().map(|few| few.items().iter().map(|text| text.as_str().to_owned()).collect()).unwrap_or_default()
        };
        let question = |new: &NewQuestion| Question {
            key: new.key.as_str().to_owned(),
            text: new.text.as_str().to_owned(),
            kind: new.kind,
            required: new.required,
            choices: few(&new.choices),
        };
        let questions: Vec<Question> =
            self.questions.as_ref().map(|few| few.items().iter().map(question).collect()).unwrap_or_default();
        if let Some(odd) = write::odd_question(&questions) {
            return Err(ApiError::invalid("/content/questions", odd));
        }
        let mut synonyms: Vec<String> = self
            .synonyms
            .as_ref()
            .map(|few| few.items().iter().map(|word| word.as_str().to_owned()).collect())
            .unwrap_or_default();
        synonyms.sort();
        synonyms.dedup();
        let own = |text: &Text<80>| text.as_str().to_owned();
        Ok(Draft {
            jurisdiction_id: self.jurisdiction.unwrap_or(community),
            major: self.major.as_str().to_owned(),
            middle: self.middle.as_str().to_owned(),
            title: own(&self.title),
            lead_organization_id: self.lead,
            lead_hint: self.lead_hint.as_ref().map(own),
            co_units: self.co_units.as_ref().map(|few| few.items().to_vec()).unwrap_or_default(),
            deadline_class: self.deadline_class,
            legal_basis: self.legal_basis.as_ref().map(|text| text.as_str().to_owned()),
            questions: serde_json::to_value(questions).map_err(ApiError::internal)?,
            synonyms,
            reason: self.reason.as_str().to_owned(),
        })
    }
}

/// A draft in the scope, as shown.
pub(super) async fn show(db: &Db, scope: &Scope, id: DutyItemId) -> Result<DutyDraftView, ApiError> {
    let scope = scope.clone();
    db.read(move |connection| {
        let row = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        place::require_community(connection, &scope, row.community_id)?;
        view::drafts(connection, vec![row])?.pop().ok_or_else(|| ApiError::of(&error::NOT_FOUND))
    })
    .await
}

/// Write a draft of an item, or of its next version.
#[utoipa::path(tag = "governance", request_body = NewDutyDraft, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = DutyDraftView, description = "a draft; another person approves"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/duty-drafts")]
pub async fn duty_item_draft_create(
    can: Can<DutyItemDraftCreate>,
    key: IdempotencyKey,
    body: Valid<NewDutyDraft>,
    db: Data<Db>,
) -> Result<Created<DutyDraftView>, ApiError> {
    let id = DutyItemId::new();
    let once = can.once(key, body.hash(), id.0);
    if !write::is_code(&body.code) {
        return Err(ApiError::invalid("/code", "must look like A01-03"));
    }
    let (person, scope, draft) = (can.person(), can.scope().clone(), body.content.draft(body.community)?);
    let (community, code) = (body.community, body.code.as_str().to_owned());
    let done = db.once(once, move |tx| write::create(tx, &scope, person, (id, community, &code), &draft)).await?;
    let view = show(&db, can.scope(), DutyItemId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/duty-drafts/{}", view.id), view))
}

/// Drafts that wait for a second person, newest first.
#[utoipa::path(tag = "governance", params(DutyDraftQuery), responses((status = 200, body = Page<DutyDraftView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/duty-drafts")]
pub async fn duty_item_draft_list(
    can: Can<DutyItemDraftList>,
    query: Query<DutyDraftQuery>,
    db: Data<Db>,
) -> Result<Json<Page<DutyDraftView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<DutyItemId>()?;
    let (scope, community) = (can.scope().clone(), query.community);
    let page = db
        .read(move |connection| {
            let rows = rows::drafts(connection, &scope, community, window.after, window.load())?;
            let views = view::drafts(connection, rows)?;
            Ok::<_, ApiError>(window.page(views, |draft| draft.id, |draft| draft))
        })
        .await?;
    Ok(Json(page))
}

/// One draft, tagged by its version.
#[utoipa::path(tag = "governance", params(("id" = DutyItemId, Path)), responses((status = 200, body = DutyDraftView, description = "the draft"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/duty-drafts/{id}")]
pub async fn duty_item_draft_find(
    can: Can<DutyItemDraftFind>,
    id: PathId<DutyItemId>,
    db: Data<Db>,
) -> Result<Tagged<DutyDraftView>, ApiError> {
    let view = show(&db, can.scope(), id.0).await?;
    let version = view.draft_version;
    Ok(Tagged::version(view, version))
}

/// Edit a draft; whoever edits it no longer approves it.
#[utoipa::path(tag = "governance", request_body = DutyContent, params(("id" = DutyItemId, Path), ("If-Match" = String, Header)), responses((status = 200, body = DutyDraftView, description = "edited"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/duty-drafts/{id}")]
pub async fn duty_item_draft_edit(
    can: Can<DutyItemDraftEdit>,
    id: PathId<DutyItemId>,
    base: IfMatch,
    body: Valid<DutyContent>,
    db: Data<Db>,
) -> Result<Tagged<DutyDraftView>, ApiError> {
    let community = show(&db, can.scope(), id.0).await?.item.community;
    let (person, scope, draft) = (can.person(), can.scope().clone(), body.draft(community)?);
    db.transaction(can.context(), move |tx| write::edit(tx, &scope, person, id.0, &base, &draft)).await?;
    let view = show(&db, can.scope(), id.0).await?;
    let version = view.draft_version;
    Ok(Tagged::version(view, version))
}

/// Approve a draft that another person wrote: it comes into force, or ends the item where it asks for that.
#[utoipa::path(tag = "governance", params(("id" = DutyItemId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = DutyDraftView, description = "in force, or ended"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/duty-drafts/{id}/approve")]
pub async fn duty_item_draft_approve(
    can: Can<DutyItemDraftApprove>,
    id: PathId<DutyItemId>,
    key: IdempotencyKey,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Changed<DutyDraftView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let (person, scope) = (can.person(), can.scope().clone());
    let done = db.once(once, move |tx| decide::approve(tx, &scope, person, &outside, id.0)).await?;
    let view = show(&db, can.scope(), DutyItemId(done.id)).await?;
    Ok(Changed::new(&done, view))
}

/// Refuse a draft; its author withdraws it this way.
#[utoipa::path(tag = "governance", params(("id" = DutyItemId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = DutyDraftView, description = "refused, as decided"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/duty-drafts/{id}/refuse")]
pub async fn duty_item_draft_refuse(
    can: Can<DutyItemDraftRefuse>,
    id: PathId<DutyItemId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<DutyDraftView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let (person, scope) = (can.person(), can.scope().clone());
    let done = db.once(once, move |tx| decide::refuse(tx, &scope, person, id.0)).await?;
    let view = show(&db, can.scope(), DutyItemId(done.id)).await?;
    Ok(Changed::new(&done, view))
}
