//! What this noun hands in: the queue on the home screen, a person's own items, the sweep.

use std::time::Duration;

use base::db::{Tx, now};
use base::error::ApiError;
use base::ids::PersonId;
use base::jobs::JobKind;
use base::keys::KeyRing;
use base::page::Window;
use diesel::PgConnection;
use serde_json::{Value, json};

use super::{ItemState, rows};
use crate::grid::Scope;
use crate::identity::{Actor, HomeItem, Role};

fn held(actor: &Actor, roles: &[Role]) -> Scope {
    let units = roles.iter().flat_map(|role| actor.holding(*role)).filter_map(|held| match held.role {
        Role::CommunityStaff => held.path.map(|path| path.community()),
        _ => held.path,
    });
    Scope { units: units.collect(), ..Scope::default() }
}

fn item(title: &str, summary: String, state: ItemState) -> HomeItem {
    HomeItem {
        kind: "screening".to_owned(),
        title: title.to_owned(),
        summary,
        deadline: None,
        link: format!("/api/v1/screening/items?state={}", state.name()),
    }
}

/// What waits for a worker, and objections for staff.
pub fn home(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let mut items = Vec::new();
    let workers = held(actor, &[Role::GridWorker, Role::CommunityStaff]);
    if !workers.units.is_empty() {
        let waiting = rows::count_waiting(connection, &workers, ItemState::Queued)?;
        if waiting > 0 {
            items.push(item("内容待审核", format!("有 {waiting} 条内容等待人工审核"), ItemState::Queued));
        }
    }
    let staff = held(actor, &[Role::CommunityStaff]);
    if !staff.units.is_empty() {
        let waiting = rows::count_waiting(connection, &staff, ItemState::Appealed)?;
        if waiting > 0 {
            items.push(item("申诉待处理", format!("有 {waiting} 条审核申诉等待处理"), ItemState::Appealed));
        }
    }
    Ok(items)
}

/// The hook of a closed account: items stay without author and text.
pub fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    Ok(rows::forget_author(tx.conn(), person)?)
}

/// The hook of merged accounts: what was written is the remaining account's, who is told and may object.
pub fn merge(tx: &mut Tx<'_>, gone: PersonId, keep: PersonId) -> Result<(), ApiError> {
    Ok(rows::hand_over(tx.conn(), gone, keep)?)
}

/// One's own checked contents, the newest thousand.
pub fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let own = rows::of_author(connection, person, &Window { limit: 1_000, after: None })?;
    let items = own.iter().map(|item| {
        json!({"noun": item.noun, "subject": item.subject_id, "state": item.state, "text": item.text, "refusal": item.refusal,
            "appeal": item.appeal, "at": item.created_at})
    });
    Ok(json!({ "checked": items.collect::<Vec<_>>() }))
}

/// The daily sweep: texts after 180 days, items after two years.
pub fn jobs() -> Vec<JobKind> {
    let sweep = JobKind::new("screening_sweep", |db, _payload| {
        db.read_now(|connection| -> Result<(), ApiError> {
            let now = now(connection)?;
            rows::forget(connection, now - chrono::Duration::days(180), now - chrono::Duration::days(730))?;
            Ok(())
        })?;
        Ok(())
    });
    vec![sweep.every(Duration::from_secs(86_400))]
}
