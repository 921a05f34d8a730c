#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! The thread of a joint case, and the tasks given out in it.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::page::{Page, PageQuery};
use people::files::Signer;
use people::identity::Can;

use super::thread::{self, NewJointMessage, NewJointTask, TaskEnding};
use super::view::{self, JointMessageView, JointTaskView};
use super::{
    JointCaseId, JointMessageCreate, JointMessageList, JointMinutesCreate, JointTaskCreate, JointTaskDrop, JointTaskFinish,
    JointTaskId, MessageId, MessageKind, TaskMove, reach, rows, rows_task,
};
use crate::reach::found;

async fn written(db: &Db, signer: Data<Signer>, id: MessageId) -> Result<JointMessageView, ApiError> {
    let view = db.read(move |connection| -> Result<_, ApiError> {
        let row = found(rows::message(connection, id)?)?;
        found(view::messages(connection, &signer, vec![row])?.pop())
    });
    view.await
}

/// The thread after a number, oldest first: follow it with the cursor.
#[utoipa::path(tag = "joint_cases", params(("id" = JointCaseId, Path), PageQuery), responses((status = 200, body = Page<JointMessageView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/joint-cases/{id}/messages")]
pub async fn joint_message_list(
    can: Can<JointMessageList>,
    id: PathId<JointCaseId>,
    query: Query<PageQuery>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Json<Page<JointMessageView>>, ApiError> {
    let (window, scope) = (query.window::<i32>()?, can.scope().clone());
    let shown = db.read(move |connection| -> Result<_, ApiError> {
        reach::within(connection, &scope, id.0)?;
        let rows = rows::messages(connection, id.0, &window)?;
        view::messages(connection, &signer, rows)
    });
    Ok(Json(window.page(shown.await?, |view| view.sequence, |view| view)))
}

/// Write into the thread, for the organization that one speaks for.
#[utoipa::path(tag = "joint_cases", request_body = NewJointMessage, params(("id" = JointCaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = JointMessageView, description = "written"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/joint-cases/{id}/messages")]
pub async fn joint_message_create(
    can: Can<JointMessageCreate>,
    id: PathId<JointCaseId>,
    key: IdempotencyKey,
    body: Valid<NewJointMessage>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Created<JointMessageView>, ApiError> {
    let new = (id.0, MessageId::new(), MessageKind::Message);
    let (once, scope) = (can.once(key, hash_on(id.0.0, body.hash()), new.1.0), can.scope().clone());
    let done = db.once(once, move |tx| thread::write(tx, &scope, can.actor(), new, &body)).await?;
    let view = written(&db, signer, MessageId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/joint-cases/{}/messages", id.0), view))
}

/// Write the minutes of a sitting; everybody is told.
#[utoipa::path(tag = "joint_cases", request_body = NewJointMessage, params(("id" = JointCaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = JointMessageView, description = "written"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/joint-cases/{id}/minutes")]
pub async fn joint_minutes_create(
    can: Can<JointMinutesCreate>,
    id: PathId<JointCaseId>,
    key: IdempotencyKey,
    body: Valid<NewJointMessage>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Created<JointMessageView>, ApiError> {
    let new = (id.0, MessageId::new(), MessageKind::Minutes);
    let (once, scope) = (can.once(key, hash_on(id.0.0, body.hash()), new.1.0), can.scope().clone());
    let done = db.once(once, move |tx| thread::write(tx, &scope, can.actor(), new, &body)).await?;
    let view = written(&db, signer, MessageId(done.id)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/joint-cases/{}/messages", id.0), view))
}

/// Give a task out to an organization or a person that takes part; they are told.
#[utoipa::path(tag = "joint_cases", request_body = NewJointTask, params(("id" = JointCaseId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = JointTaskView, description = "given out"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/joint-cases/{id}/tasks")]
pub async fn joint_task_create(
    can: Can<JointTaskCreate>,
    id: PathId<JointCaseId>,
    key: IdempotencyKey,
    body: Valid<NewJointTask>,
    db: Data<Db>,
) -> Result<Created<JointTaskView>, ApiError> {
    let new = (id.0, JointTaskId::new());
    let (once, scope, author) = (can.once(key, hash_on(id.0.0, body.hash()), new.1.0), can.scope().clone(), can.person());
    let done = db.once(once, move |tx| thread::give_out(tx, &scope, author, new, &body)).await?;
    let made = JointTaskId(done.id);
    let row = db.read(move |connection| found(rows_task::find(connection, made)?)).await?;
    Ok(Created::new(&done, format!("/api/v1/governance/joint-cases/{}", id.0), row.into()))
}

/// Say that a task is done: its organization or person, or the staff.
#[utoipa::path(tag = "joint_cases", request_body = TaskEnding, params(("id" = JointTaskId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = JointTaskView, description = "done"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/joint-case-tasks/{id}/finish")]
pub async fn joint_task_finish(
    can: Can<JointTaskFinish>,
    id: PathId<JointTaskId>,
    key: IdempotencyKey,
    body: Valid<TaskEnding>,
    db: Data<Db>,
) -> Result<Changed<JointTaskView>, ApiError> {
    let (once, scope) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone());
    let ended = (id.0, TaskMove::Finish);
    let done = db.once(once, move |tx| thread::end_task(tx, &scope, can.actor(), ended, &body)).await?;
    let row = db.read(move |connection| found(rows_task::find(connection, id.0)?)).await?;
    Ok(Changed::new(&done, row.into()))
}

/// Take a task back.
#[utoipa::path(tag = "joint_cases", request_body = TaskEnding, params(("id" = JointTaskId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = JointTaskView, description = "taken back"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/joint-case-tasks/{id}/drop")]
pub async fn joint_task_drop(
    can: Can<JointTaskDrop>,
    id: PathId<JointTaskId>,
    key: IdempotencyKey,
    body: Valid<TaskEnding>,
    db: Data<Db>,
) -> Result<Changed<JointTaskView>, ApiError> {
    let (once, scope) = (can.once(key, hash_on(id.0.0, body.hash()), id.0.0), can.scope().clone());
    let ended = (id.0, TaskMove::Drop);
    let done = db.once(once, move |tx| thread::end_task(tx, &scope, can.actor(), ended, &body)).await?;
    let row = db.read(move |connection| found(rows_task::find(connection, id.0)?)).await?;
    Ok(Changed::new(&done, row.into()))
}
