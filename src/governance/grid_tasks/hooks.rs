//! What a worker sees of their tasks at home, takes along, and leaves behind.

use base::db::Tx;
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use diesel::PgConnection;
use people::grid::Scope;
use people::identity::{Actor, EraseHook, ExportHook, HomeItem, MergeHook, Role};
use serde_json::{Value, json};

use super::{checklists, tasks};

/// Hook of an erasure.
pub const ERASE: EraseHook = EraseHook { noun: "grid_tasks", before: None, erase };
/// Hook of two accounts becoming one.
pub const MERGE: MergeHook = MergeHook { noun: "grid_tasks", before: None, merge };
/// Hook of an export.
pub const EXPORT: ExportHook = ExportHook { noun: "grid_tasks", export };

/// Open tasks shown on one home screen.
const SHOWN: i64 = 20;

/// What a member of the staff decides about.
fn staffed(actor: &Actor) -> Scope {
    let units = actor.holding(Role::CommunityStaff).into_iter().filter_map(|held| held.path).collect();
    Scope { units, ..Scope::default() }
}

/// Hook of the home screen: a worker's open tasks by deadline; for staff, what waits for a review or a second person.
pub fn home(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let mut items = Vec::new();
    if !actor.holding(Role::GridWorker).is_empty() || !actor.holding(Role::CommunityStaff).is_empty() {
        items.extend(tasks::open_of(connection, actor.person, SHOWN)?.iter().map(task_item));
    }
    let staffed = staffed(actor);
    if staffed.units.is_empty() {
        return Ok(items);
    }
    let reviews = tasks::to_review(connection, &staffed, actor.person)?;
    if reviews > 0 {
        items.push(approval("网格任务待复核", format!("有 {reviews} 项网格任务等您复核"), "grid-tasks?state=done"));
    }
    let drafts = checklists::waiting(connection, &staffed, actor.person)?;
    if drafts > 0 {
        items.push(approval("检查清单待审批", format!("有 {drafts} 份检查清单等您审批"), "grid-checklists?state=draft"));
    }
    Ok(items)
}

fn task_item(task: &tasks::Task) -> HomeItem {
    HomeItem {
        kind: "grid_task".to_owned(),
        title: task.title.clone(),
        summary: tasks::line(task),
        deadline: task.due_at,
        link: format!("/api/v1/governance/grid-tasks/{}", task.id),
    }
}

fn approval(title: &str, summary: String, link: &str) -> HomeItem {
    HomeItem {
        kind: "approval".to_owned(),
        title: title.to_owned(),
        summary,
        deadline: None,
        link: format!("/api/v1/governance/{link}"),
    }
}

/// Takes the person off what is still to be done; what was done stays under the pseudonymous id.
fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    Ok(tasks::forget_open(tx.conn(), person)?)
}

/// What one account is still to do is another's of the same person; what was done stays where it is.
fn merge(tx: &mut Tx<'_>, gone: PersonId, keep: PersonId) -> Result<(), ApiError> {
    Ok(tasks::hand_over(tx.conn(), gone, keep)?)
}

/// The tasks that a person was asked to do, the newest thousand.
fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let asked = tasks::tasks_of(connection, person)?;
    let shown = asked.iter().map(|task| {
        json!({
            "title": task.title, "duty": task.duty, "state": task.state, "due_at": task.due_at,
            "done_by_me": task.done_by == Some(person), "done_at": task.done_at,
        })
    });
    Ok(shown.collect())
}
