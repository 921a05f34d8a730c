//! What a person sees of it at home, takes along, and leaves behind.

use base::db::{Context, Db, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use base::page::PageQuery;
use diesel::PgConnection;
use people::identity::{Actor, EraseHook, ExportHook, HomeItem, MergeHook};
use serde_json::{Value, json};

use super::rows::{self, Of};
use super::{cancel, view};

/// Open orders, the one that runs out first on top.
pub fn home(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let open = rows::open_of(connection, actor.person)?;
    let item = |order: view::OrderView| HomeItem {
        kind: "order".to_owned(),
        title: order.title,
        summary: order.summary,
        deadline: Some(order.hold_expires_at),
        link: format!("/api/v1/life/orders/{}", order.id),
    };
    Ok(view::orders(connection, &open)?.into_iter().map(item).collect())
}

/// Erasure: open orders end first, then what names the person goes.
pub const ERASE: EraseHook = EraseHook { noun: "redemptions", before: Some(end_open), erase };

/// Two accounts become one: open orders of the one that ends are cancelled, their points are back with their dates. Orders that are over
/// stay where they are.
pub const MERGE: MergeHook =
    MergeHook { noun: "redemptions", before: Some(|db, gone, _keep| end_open(db, gone)), merge: |_tx, _gone, _keep| Ok(()) };

/// Export of one's orders.
pub const EXPORT: ExportHook = ExportHook { noun: "orders", export };

/// Ends a person's open orders, each in a transaction of its own: before `erase`.
fn end_open(db: &Db, person: PersonId) -> Result<(), ApiError> {
    for row in db.read_now(|connection| rows::open_of(connection, person))? {
        let end = |tx: Tx<'_>| cancel::end(tx, "order_cancel", row.clone(), Some(person), Some("注销账号"));
        db.transaction_now(&Context::job(), end)?;
    }
    Ok(())
}

/// Empties what names the person.
fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    Ok(rows::forget(tx.conn(), person)?)
}

/// All orders, for the export of a person's data.
fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let mut orders = Vec::new();
    let mut window = PageQuery { limit: Some(100), cursor: None }.window()?;
    loop {
        let rows = rows::list(connection, Of::Person(person), None, &window)?;
        let more = rows.len() > 100;
        window.after = rows.get(99).map(|row| row.id);
        let shown = rows.get(..rows.len().min(100)).unwrap_or_default();
        orders.extend(view::orders(connection, shown)?);
        if !more {
            return Ok(json!(orders));
        }
    }
}
