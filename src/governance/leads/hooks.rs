//! What people see of leads at home, take along, and leave behind.

use base::db::Tx;
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use diesel::PgConnection;
use people::grid::Scope;
use people::identity::{Actor, EraseHook, ExportHook, HomeItem, Role};
use serde_json::{Value, json};

use super::{rows, view};

/// Hook of an erasure: nothing of a lead is about who raised it; it stays under the pseudonymous id.
pub const ERASE: EraseHook = EraseHook { noun: "leads", before: None, erase };
/// Hook of an export.
pub const EXPORT: ExportHook = ExportHook { noun: "leads", export };

/// Leads shown on one home screen.
const SHOWN: i64 = 20;

/// Hook of the home screen: open leads of a worker's blocks, or of the staff's community, by deadline.
pub fn home(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let roles = [Role::GridWorker, Role::CommunityStaff];
    let units = roles.iter().flat_map(|role| actor.holding(*role)).filter_map(|held| held.path).collect();
    let scope = Scope { units, ..Scope::default() };
    if scope.units.is_empty() {
        return Ok(Vec::new());
    }
    let items = rows::open(connection, &scope, SHOWN)?.into_iter().map(|lead| HomeItem {
        kind: "lead".to_owned(),
        summary: view::line(&lead),
        title: lead.title,
        deadline: Some(lead.due_at),
        link: format!("/api/v1/governance/leads/{}", lead.id),
    });
    Ok(items.collect())
}

fn erase(_tx: &mut Tx<'_>, _person: PersonId) -> Result<(), ApiError> {
    Ok(())
}

/// The leads that a person raised, the newest thousand.
fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let raised = rows::raised_by(connection, person)?;
    let shown = raised.iter().map(
        |lead| json!({"title": lead.title, "text": lead.text, "source": lead.source, "state": lead.state, "at": lead.created_at}),
    );
    Ok(shown.collect())
}
