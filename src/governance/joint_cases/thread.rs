//! The thread: messages, minutes, and tasks given out in it.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::{OrganizationId, PersonId};
use base::text::Text;
use chrono::{DateTime, TimeDelta, Utc};
use people::files::{self, About, FileId};
use people::grid::Scope;
use people::identity::Actor;
use people::notify::{Notice, templates};
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, JointCase, Message};
use super::rows_task::{self, Task};
use super::{
    JOINT_DUE, JOINT_NOT_MEMBER, JointCaseId, JointTaskId, MessageId, MessageKind, TaskMove, TaskState, reach, rows_member,
};
use crate::reach::{changed, found, moved, tell};
use base::text::Few;

/// What pictures of a message hang on.
pub(super) const NOUN: &str = "joint_case_message";
/// How far ahead a deadline may lie.
const AHEAD: TimeDelta = TimeDelta::days(366);

/// A message or minutes to be written.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJointMessage {
    /// What is written.
    pub text: Text<8000>,
    /// Pictures.
    #[schema(value_type = Option<Vec<FileId>>, max_items = 9)]
    pub files: Option<Few<FileId, 9>>,
}

/// A task to be given out: to an organization or a person that takes part.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJointTask {
    /// The organization that does it.
    pub organization: Option<OrganizationId>,
    /// Or the person.
    pub person: Option<PersonId>,
    /// What is to be done.
    pub text: Text<500>,
    /// Until when, within a year.
    pub due_at: DateTime<Utc>,
}

/// What came of a task.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskEnding {
    /// What was done, or why it isn't wanted any more.
    pub note: Text<500>,
}

/// Puts the next message into a held case's thread.
pub(super) fn say(
    tx: &mut Tx<'_>,
    case: &JointCase,
    kind: MessageKind,
    (author, organization): (PersonId, Option<OrganizationId>),
    text: &str,
) -> Result<MessageId, ApiError> {
    let id = MessageId::new();
    say_as(tx, case, (id, kind), (author, organization), text)?;
    Ok(id)
}

fn say_as(
    tx: &mut Tx<'_>,
    case: &JointCase,
    (id, kind): (MessageId, MessageKind),
    (author, organization): (PersonId, Option<OrganizationId>),
    text: &str,
) -> Result<(), ApiError> {
    let message = Message {
        joint_case_id: case.id,
        sequence: rows::next_sequence(tx.conn(), case.id)?,
        id,
        kind,
        author_id: Some(author),
        organization_id: organization,
        text: text.to_owned(),
        created_at: tx.now()?,
    };
    rows::say(tx.conn(), &message)?;
    Ok(())
}

/// For which of the organizations that take part does the actor speak?
fn speaks_for(tx: &mut Tx<'_>, actor: &Actor, id: JointCaseId) -> Result<Option<OrganizationId>, ApiError> {
    let members = rows_member::of(tx.conn(), &[id])?;
    let mut own = actor.roles.iter().filter_map(|held| held.organization);
    Ok(own.find(|organization| members.iter().any(|member| member.organization_id == Some(*organization))))
}

/// Writes a message, or minutes, which everybody is told of.
pub(super) fn write(
    mut tx: Tx<'_>,
    scope: &Scope,
    actor: &Actor,
    (case, id, kind): (JointCaseId, MessageId, MessageKind),
    new: &NewJointMessage,
) -> Result<Finished<()>, ApiError> {
    let case = reach::held(&mut tx, scope, case)?;
    let organization = speaks_for(&mut tx, actor, case.id)?;
    say_as(&mut tx, &case, (id, kind), (actor.person, organization), &new.text)?;
    let pictures = new.files.as_ref().map_or(&[][..], Few::items);
    let about = About { noun: NOUN, id: id.0, community: case.community_id, unit: case.grid_unit_id, public: false };
    files::attach(&mut tx, pictures, actor.person, about)?;
    let name = if kind == MessageKind::Minutes { "joint_minutes_create" } else { "joint_message_create" };
    tx.audit(Audit::new(name, "joint_case", case.id.0).at(case.grid_unit_id).after(json!({"message": id})))?;
    if kind == MessageKind::Minutes {
        news(&mut tx, &case, actor.person, "会议纪要已发布")?;
    }
    Ok(tx.done(())?)
}

/// Tells everybody but one what happened.
pub(super) fn news(tx: &mut Tx<'_>, case: &JointCase, by: PersonId, what: &str) -> Result<(), ApiError> {
    let people = reach::everybody(tx.conn(), case)?;
    let notice = Notice::new(&templates::JOINT_CASE_NEWS).with("title", &case.title).with("what", what);
    tell(tx, people.into_iter().filter(|person| *person != by), &notice)
}

/// Gives a task out; whoever has to do it is told.
pub(super) fn give_out(
    mut tx: Tx<'_>,
    scope: &Scope,
    author: PersonId,
    (case, id): (JointCaseId, JointTaskId),
    new: &NewJointTask,
) -> Result<Finished<()>, ApiError> {
    let case = reach::held(&mut tx, scope, case)?;
    let now = tx.now()?;
    if new.due_at <= now || new.due_at > now + AHEAD {
        return Err(ApiError::of(&JOINT_DUE));
    }
    let members = rows_member::of(tx.conn(), &[case.id])?;
    let named = new.organization.is_some() != new.person.is_some();
    let owner = members.into_iter().find(|member| (member.organization_id, member.person_id) == (new.organization, new.person));
    let owner = owner.filter(|_| named).ok_or_else(|| ApiError::of(&JOINT_NOT_MEMBER))?;
    let task = Task {
        id,
        joint_case_id: case.id,
        organization_id: new.organization,
        person_id: new.person,
        text: new.text.to_string(),
        due_at: new.due_at,
        state: TaskState::Open,
        note: None,
        created_by: author,
        created_at: now,
        ended_by: None,
        ended_at: None,
    };
    rows_task::insert(tx.conn(), &task)?;
    say(&mut tx, &case, MessageKind::Event, (author, None), &format!("分派任务：{}", task.text))?;
    let entry = Audit::new("joint_task_create", "joint_case", case.id.0).at(case.grid_unit_id);
    tx.audit(entry.after(json!({"task": id, "organization": new.organization, "person": new.person})))?;
    let people = reach::behind(tx.conn(), &owner)?;
    let until = new.due_at.with_timezone(&base::clock::SHANGHAI).format("%-m月%-d日 %H:%M").to_string();
    let notice = Notice::new(&templates::JOINT_TASK_GIVEN).with("title", &task.text).with("until", until);
    tell(&mut tx, people.into_iter().filter(|person| *person != author), &notice)?;
    Ok(tx.done(())?)
}

/// Ends a task: its owner or the staff say that it is done, the staff take it back.
pub(super) fn end_task(
    mut tx: Tx<'_>,
    scope: &Scope,
    actor: &Actor,
    (id, action): (JointTaskId, TaskMove),
    ending: &TaskEnding,
) -> Result<Finished<()>, ApiError> {
    let task = found(rows_task::find(tx.conn(), id)?)?;
    let case = reach::held(&mut tx, scope, task.joint_case_id)?;
    let place = crate::reach::path_of(tx.conn(), case.grid_unit_id)?;
    let staff = scope.require_unit(&place).is_ok();
    let own = task.person_id == Some(actor.person) || task.organization_id.is_some_and(|id| scope.organizations.contains(&id));
    // Who takes part but doesn't own the task may see it, not end it.
    if !staff && !own {
        return Err(ApiError::of(&base::error::FORBIDDEN));
    }
    let to = moved(task.state.transition(action))?;
    let now = tx.now()?;
    changed(rows_task::end(tx.conn(), id, (to, Some(&ending.note)), (actor.person, now))?)?;
    let organization = speaks_for(&mut tx, actor, case.id)?;
    let text = format!("任务{}：{}（{}）", to.zh(), task.text, ending.note.as_str());
    say(&mut tx, &case, MessageKind::Event, (actor.person, organization), &text)?;
    let name = if to == TaskState::Done { "joint_task_finish" } else { "joint_task_drop" };
    let entry = Audit::new(name, "joint_case", case.id.0).at(case.grid_unit_id);
    tx.audit(entry.before(json!({"state": task.state})).after(json!({"task": id, "state": to})))?;
    let told = [case.convened_by, task.created_by].into_iter().filter(|person| *person != actor.person);
    let notice = Notice::new(&templates::JOINT_CASE_NEWS).with("title", &case.title).with("what", text);
    tell(&mut tx, told, &notice)?;
    Ok(tx.done(())?)
}
