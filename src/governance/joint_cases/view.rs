//! Joint cases, as shown to whoever takes part.

use std::collections::HashMap;

use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::money::Fen;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::community;
use people::files::{self, FileView, Signer};
use people::identity;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::rows::{JointCase, Message};
use super::rows_member::Member;
use super::rows_task::Task;
use super::thread::NOUN;
use super::{
    JointCaseId, JointMove, JointState, JointTaskId, MemberId, MessageId, MessageKind, TaskState, rows_member, rows_task,
};
use crate::reach::found;
use crate::requests::CaseId;

/// Who takes part.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    /// Id of the part.
    pub id: MemberId,
    /// The organization.
    pub organization: Option<OrganizationId>,
    /// Or the person.
    pub person: Option<PersonId>,
    /// What it is called.
    pub name: String,
    /// What the organization pays, in yuan.
    pub share: Option<Fen>,
    /// For what it pays.
    pub share_note: Option<String>,
}

/// A task.
#[derive(Debug, Serialize, ToSchema)]
pub struct JointTaskView {
    /// Id.
    pub id: JointTaskId,
    /// One plain sentence.
    pub summary: String,
    /// The organization that does it.
    pub organization: Option<OrganizationId>,
    /// Or the person.
    pub person: Option<PersonId>,
    /// What is to be done.
    pub text: String,
    /// Until when.
    pub due_at: DateTime<Utc>,
    /// State.
    pub state: TaskState,
    /// What came of it.
    pub note: Option<String>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

impl From<Task> for JointTaskView {
    fn from(row: Task) -> Self {
        Self {
            id: row.id,
            summary: format!("{}，{}", row.text, row.state.zh()),
            organization: row.organization_id,
            person: row.person_id,
            text: row.text,
            due_at: row.due_at,
            state: row.state,
            note: row.note,
            ended_at: row.ended_at,
        }
    }
}

/// A joint case.
#[derive(Debug, Serialize, ToSchema)]
pub struct JointCaseView {
    /// Id.
    pub id: JointCaseId,
    /// One plain sentence.
    pub summary: String,
    /// Its community.
    pub community_id: GridUnitId,
    /// Where the matter lies.
    pub grid_unit_id: GridUnitId,
    /// The request that it is about.
    pub case: Option<CaseId>,
    /// Title.
    pub title: String,
    /// What is to be solved together.
    pub matter: String,
    /// State.
    pub state: JointState,
    /// What the staff may do with it now.
    pub allowed: Vec<JointMove>,
    /// Who takes part.
    pub members: Vec<MemberView>,
    /// Tasks.
    pub tasks: Vec<JointTaskView>,
    /// What was decided.
    pub decision: Option<String>,
    /// What all organizations pay together, in yuan.
    pub total: Fen,
    /// What came of it.
    pub closing: Option<String>,
    /// Number of the newest message.
    pub last_sequence: i32,
    /// Who called it.
    pub convened_by: PersonId,
    /// When it was called.
    pub created_at: DateTime<Utc>,
    /// When it was decided last.
    pub decided_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub closed_at: Option<DateTime<Utc>>,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub struct JointMessageView {
    /// Number in the thread.
    pub sequence: i32,
    /// Id.
    pub id: MessageId,
    /// One plain sentence.
    pub summary: String,
    /// Kind.
    pub kind: MessageKind,
    /// Who wrote it.
    pub author: Option<PersonId>,
    /// What they are called: the organization's name, or the nickname.
    pub author_name: String,
    /// For which organization.
    pub organization: Option<OrganizationId>,
    /// What was written.
    pub text: String,
    /// Pictures.
    pub files: Vec<FileView>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Names of organizations and nicknames of persons, by id.
fn names(
    connection: &mut PgConnection,
    organizations: &[OrganizationId],
    persons: &[PersonId],
) -> Result<HashMap<Uuid, String>, ApiError> {
    let units = community::organization_names(connection, organizations)?.into_iter().map(|(id, name)| (id.0, name));
    let people = identity::names_by_ids(connection, persons)?.into_iter().map(|(id, name)| (id.0, name.nickname));
    Ok(units.chain(people).collect())
}

fn member(row: Member, names: &HashMap<Uuid, String>) -> MemberView {
    let who = row.organization_id.map(|id| id.0).or_else(|| row.person_id.map(|id| id.0));
    MemberView {
        id: row.id,
        organization: row.organization_id,
        person: row.person_id,
        name: who.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
        share: row.share_fen.map(Fen::from_hundredths),
        share_note: row.share_note,
    }
}

fn view(row: JointCase, members: Vec<MemberView>, tasks: Vec<JointTaskView>) -> JointCaseView {
    let total = members.iter().filter_map(|member| member.share).map(Fen::hundredths).sum();
    JointCaseView {
        summary: format!("{}，{} 方参与，{}", row.title, members.len(), row.state.zh()),
        id: row.id,
        community_id: row.community_id,
        grid_unit_id: row.grid_unit_id,
        case: row.case_id,
        title: row.title,
        matter: row.matter,
        state: row.state,
        allowed: row.state.allowed().collect(),
        members,
        tasks,
        decision: row.decision,
        total: Fen::from_hundredths(total),
        closing: row.closing,
        last_sequence: row.sequence_last,
        convened_by: row.convened_by,
        created_at: row.created_at,
        decided_at: row.decided_at,
        closed_at: row.closed_at,
    }
}

/// Joint cases with who takes part and the tasks, in the order given.
pub(super) fn views(connection: &mut PgConnection, rows: Vec<JointCase>) -> Result<Vec<JointCaseView>, ApiError> {
    let ids: Vec<JointCaseId> = rows.iter().map(|row| row.id).collect();
    let parts = rows_member::of(connection, &ids)?;
    let organizations: Vec<OrganizationId> = parts.iter().filter_map(|part| part.organization_id).collect();
    let persons: Vec<PersonId> = parts.iter().filter_map(|part| part.person_id).collect();
    let names = names(connection, &organizations, &persons)?;
    let mut members: HashMap<JointCaseId, Vec<MemberView>> = HashMap::new();
    for part in parts {
        members.entry(part.joint_case_id).or_default().push(member(part, &names));
    }
    let mut tasks: HashMap<JointCaseId, Vec<JointTaskView>> = HashMap::new();
    for task in rows_task::of(connection, &ids)? {
        tasks.entry(task.joint_case_id).or_default().push(task.into());
    }
    let shown = rows.into_iter().map(|row| {
        let (members, tasks) = (members.remove(&row.id).unwrap_or_default(), tasks.remove(&row.id).unwrap_or_default());
        view(row, members, tasks)
    });
    Ok(shown.collect())
}

/// One joint case.
pub(super) fn one(connection: &mut PgConnection, row: JointCase) -> Result<JointCaseView, ApiError> {
    found(views(connection, vec![row])?.pop())
}

/// Messages with names and pictures, in the order given.
pub(super) fn messages(
    connection: &mut PgConnection,
    signer: &Signer,
    rows: Vec<Message>,
) -> Result<Vec<JointMessageView>, ApiError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id.0).collect();
    let mut pictures = files::views_in_full(connection, signer, NOUN, &ids)?;
    let organizations: Vec<OrganizationId> = rows.iter().filter_map(|row| row.organization_id).collect();
    let persons: Vec<PersonId> = rows.iter().filter_map(|row| row.author_id).collect();
    let names = names(connection, &organizations, &persons)?;
    let shown = rows.into_iter().map(|row| {
        let who = row.organization_id.map(|id| id.0).or_else(|| row.author_id.map(|id| id.0));
        let author_name = who.and_then(|id| names.get(&id).cloned()).unwrap_or_default();
        JointMessageView {
            sequence: row.sequence,
            id: row.id,
            summary: format!("{author_name}{}：{}", row.kind.zh(), row.text.chars().take(60).collect::<String>()),
            kind: row.kind,
            author: row.author_id,
            author_name,
            organization: row.organization_id,
            text: row.text,
            files: pictures.remove(&row.id.0).unwrap_or_default(),
            created_at: row.created_at,
        }
    });
    Ok(shown.collect())
}
