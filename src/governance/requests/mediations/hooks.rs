//! What people see of mediations at home, take along, and leave behind.

use base::db::Tx;
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use base::page::PageQuery;
use diesel::PgConnection;
use people::identity::{Actor, EraseHook, ExportHook, HomeItem, MergeHook};
use serde_json::{Value, json};

use super::rows::{self, Mediation};
use super::{MediationState, rows_parts};

/// Hook of an erasure.
pub const ERASE: EraseHook = EraseHook { noun: "mediations", before: None, erase };
/// Hook of two accounts becoming one.
pub const MERGE: MergeHook = MergeHook { noun: "mediations", before: None, merge };
/// Hook of an export.
pub const EXPORT: ExportHook = ExportHook { noun: "mediations", export };

/// Items of one home screen.
const SHOWN: i64 = 20;

/// What waits for a mediator, and for a party's word.
pub fn home(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let item = |kind: &str, title: &str, row: &Mediation| HomeItem {
        kind: kind.to_owned(),
        title: title.to_owned(),
        summary: format!("调解「{}」，{}", row.title, row.state.zh()),
        deadline: (row.state == MediationState::Settled).then(|| row.follow_up_on.map(base::clock::shanghai_midnight)).flatten(),
        link: format!("/api/v1/governance/mediations/{}", row.id),
    };
    let mut items = Vec::new();
    for row in rows::to_confirm(connection, actor.person, SHOWN)? {
        items.push(item("mediation_to_confirm", "调解协议待确认", &row));
    }
    for row in rows::in_hand(connection, actor.person, SHOWN)? {
        items.push(item("mediation", "我的调解", &row));
    }
    Ok(items)
}

/// The part stays without its account: the other parties' agreement rests on it.
fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    Ok(rows_parts::forget(tx.conn(), person)?)
}

/// The remaining account is the party now, so that it can confirm.
fn merge(tx: &mut Tx<'_>, gone: PersonId, keep: PersonId) -> Result<(), ApiError> {
    Ok(rows_parts::hand_over(tx.conn(), gone, keep)?)
}

fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let window = PageQuery { limit: Some(100), cursor: None }.window()?;
    let rows = rows::of_party(connection, person, &window)?;
    let shown =
        rows.iter().map(|row| json!({"title": row.title, "state": row.state, "agreement": row.agreement, "at": row.created_at}));
    Ok(shown.collect())
}
