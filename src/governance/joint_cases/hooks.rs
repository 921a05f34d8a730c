//! What people see of joint cases at home, take along, and leave behind.

use base::db::Tx;
use base::error::ApiError;
use base::ids::{OrganizationId, PersonId};
use base::keys::KeyRing;
use diesel::PgConnection;
use people::identity::{Actor, EraseHook, ExportHook, HomeItem, MergeHook, Role};
use serde_json::{Value, json};

use super::{rows, rows_member, rows_task};

/// Hook of an erasure.
pub const ERASE: EraseHook = EraseHook { noun: "joint_cases", before: None, erase };
/// Hook of two accounts becoming one.
pub const MERGE: MergeHook = MergeHook { noun: "joint_cases", before: None, merge };
/// Hook of an export.
pub const EXPORT: ExportHook = ExportHook { noun: "joint_cases", export };

/// Tasks shown on one home screen.
const SHOWN: i64 = 20;

/// Hook of the home screen: open tasks of the person and of the organizations that they speak for, by deadline.
pub fn home(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let roles = [Role::UnitHandler, Role::OrganizationContact];
    let organizations: Vec<OrganizationId> =
        roles.iter().flat_map(|role| actor.holding(*role)).filter_map(|held| held.organization).collect();
    let works = [Role::GridWorker, Role::CommunityStaff, Role::StreetStaff].iter().any(|role| !actor.holding(*role).is_empty());
    if organizations.is_empty() && !works {
        return Ok(Vec::new());
    }
    let items = rows_task::open_of(connection, actor.person, &organizations, SHOWN)?.into_iter().map(|task| HomeItem {
        kind: "joint_task".to_owned(),
        title: "联席任务".to_owned(),
        summary: format!("联席任务：{}", task.text),
        deadline: Some(task.due_at),
        link: format!("/api/v1/governance/joint-cases/{}", task.joint_case_id),
    });
    Ok(items.collect())
}

/// Takes the person off joint cases; what was written for the matter stays under the pseudonymous id.
fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    let now = tx.now()?;
    Ok(rows_member::forget(tx.conn(), person, now)?)
}

/// An account that ends holds no role of staff, so it only leaves what it was asked into; what it wrote stays.
fn merge(tx: &mut Tx<'_>, gone: PersonId, _keep: PersonId) -> Result<(), ApiError> {
    erase(tx, gone)
}

/// What a person wrote into threads, the newest thousand.
fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let written = rows::written_by(connection, person)?;
    let shown = written.iter().map(|row| json!({"kind": row.kind, "text": row.text, "at": row.created_at}));
    Ok(shown.collect())
}
