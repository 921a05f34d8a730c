#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/joint-cases`: calling, deciding, ending, and who takes part.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::page::{Page, PageQuery};
use people::identity::Can;
use serde::Deserialize;
use utoipa::IntoParams;

use super::act::{self, Decision, Ending};
use super::convene::{self, NewJointCase, NewMember};
use super::rows;
use super::view::{self, JointCaseView};
use super::{
    JointCaseCancel, JointCaseClose, JointCaseCreate, JointCaseDecide, JointCaseFind, JointCaseId, JointCaseList,
    JointCaseResume, JointMemberAdd, JointMemberEnd, JointMove, JointState, MemberId, reach, rows_member,
};
use crate::reach::found;

/// Which joint cases.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JointQuery {
    /// Only in this state.
    #[param(inline)]
    state: Option<JointState>,
    /// Items of a page, 1 to 100 (default 20).
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn load(db: &Db, id: JointCaseId) -> Result<JointCaseView, ApiError> {
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = found(rows::find(connection, id)?)?;
        view::one(connection, row)
    });
    view.await
}

/// Call a joint case; everybody asked is told.
#[utoipa::path(tag = "joint_cases", request_body = NewJointCase, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = JointCaseView, description = "called"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/joint-cases")]
pub async fn joint_case_create(
    can: Can<JointCaseCreate>,
    key: IdempotencyKey,
    body: Valid<NewJointCase>,
    db: Data<Db>,
) -> Result<Created<JointCaseView>, ApiError> {
    let id = JointCaseId::new();
    let (once, scope, author) = (can.once(key, body.hash(), id.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| convene::create(tx, &scope, author, id, &body)).await?;
    let view = load(&db, JointCaseId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/joint-cases/{}", done.id), view))
}

/// Joint cases of one's place, or in which one takes part, newest first.
#[utoipa::path(tag = "joint_cases", params(JointQuery), responses((status = 200, body = Page<JointCaseView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/joint-cases")]
pub async fn joint_case_list(
    can: Can<JointCaseList>,
    query: Query<JointQuery>,
    db: Data<Db>,
) -> Result<Json<Page<JointCaseView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<JointCaseId>()?;
    let (scope, state) = (can.scope().clone(), query.state);
    let shown = db.read(move |connection| -> Result<_, ApiError> {
        let rows = rows::list(connection, &scope, state, &window)?;
        view::views(connection, rows)
    });
    Ok(Json(window.page(shown.await?, |view| view.id, |view| view)))
}

/// One joint case.
#[utoipa::path(tag = "joint_cases", params(("id" = JointCaseId, Path)), responses((status = 200, body = JointCaseView, description = "the joint case"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/joint-cases/{id}")]
pub async fn joint_case_find(
    can: Can<JointCaseFind>,
    id: PathId<JointCaseId>,
    db: Data<Db>,
) -> Result<Json<JointCaseView>, ApiError> {
    let scope = can.scope().clone();
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = reach::within(connection, &scope, id.0)?;
        view::one(connection, row)
    });
    view.await.map(Json)
}

/// Ask one more organization or person to take part.
#[utoipa::path(tag = "joint_cases", request_body = NewMember, params(("id" = JointCaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = JointCaseView, description = "with the new part"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/joint-cases/{id}/members")]
pub async fn joint_member_add(
    can: Can<JointMemberAdd>,
    id: PathId<JointCaseId>,
    key: IdempotencyKey,
    body: Valid<NewMember>,
    db: Data<Db>,
) -> Result<Changed<JointCaseView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| convene::add(tx, &scope, person, id.0, *body)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// Write down what was decided and who pays what; everybody is told.
#[utoipa::path(tag = "joint_cases", request_body = Decision, params(("id" = JointCaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = JointCaseView, description = "decided"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/joint-cases/{id}/decide")]
pub async fn joint_case_decide(
    can: Can<JointCaseDecide>,
    id: PathId<JointCaseId>,
    key: IdempotencyKey,
    body: Valid<Decision>,
    db: Data<Db>,
) -> Result<Changed<JointCaseView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::decide(tx, &scope, person, id.0, &body)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// Talk again about what was decided.
#[utoipa::path(tag = "joint_cases", params(("id" = JointCaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = JointCaseView, description = "open again"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/joint-cases/{id}/resume")]
pub async fn joint_case_resume(
    can: Can<JointCaseResume>,
    id: PathId<JointCaseId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<JointCaseView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, [0; 32]), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::resume(tx, &scope, person, id.0)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// End a joint case with what came of it, once no task is open.
#[utoipa::path(tag = "joint_cases", request_body = Ending, params(("id" = JointCaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = JointCaseView, description = "closed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/joint-cases/{id}/close")]
pub async fn joint_case_close(
    can: Can<JointCaseClose>,
    id: PathId<JointCaseId>,
    key: IdempotencyKey,
    body: Valid<Ending>,
    db: Data<Db>,
) -> Result<Changed<JointCaseView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::end(tx, &scope, person, (id.0, JointMove::Close), &body)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// Call a joint case off with a reason.
#[utoipa::path(tag = "joint_cases", request_body = Ending, params(("id" = JointCaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = JointCaseView, description = "called off"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/joint-cases/{id}/cancel")]
pub async fn joint_case_cancel(
    can: Can<JointCaseCancel>,
    id: PathId<JointCaseId>,
    key: IdempotencyKey,
    body: Valid<Ending>,
    db: Data<Db>,
) -> Result<Changed<JointCaseView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| act::end(tx, &scope, person, (id.0, JointMove::Cancel), &body)).await?;
    Ok(Changed::new(&done, load(&db, id.0).await?))
}

/// End somebody's part: the joint case is out of their sight from now on.
#[utoipa::path(tag = "joint_cases", params(("id" = MemberId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = JointCaseView, description = "without that part"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/joint-case-members/{id}/end")]
pub async fn joint_member_end(
    can: Can<JointMemberEnd>,
    id: PathId<MemberId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<JointCaseView>, ApiError> {
    let (once, scope, person) = (can.once(key, hash_on(id.0.0, [0; 32]), id.0.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| convene::end(tx, &scope, person, id.0)).await?;
    let member = db.read(move |connection| found(rows_member::find(connection, id.0)?)).await?;
    Ok(Changed::new(&done, load(&db, member.joint_case_id).await?))
}
