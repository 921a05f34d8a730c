//! Queries of `connector_links` and `connector_messages`.

use base::db::DbResult;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::ConnectorId;
use super::schema::{connector_links, connector_messages};
use crate::requests::CaseId;

/// What a request is called in another system.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = connector_links, check_for_backend(diesel::pg::Pg))]
pub(super) struct Link {
    pub(super) connector_id: ConnectorId,
    pub(super) external_id: String,
    pub(super) request_id: CaseId,
    pub(super) last_at: Option<DateTime<Utc>>,
}

/// The request behind an id of theirs, locked until the transaction ends.
pub(super) fn lock_link(connection: &mut PgConnection, connector: ConnectorId, external: &str) -> DbResult<Option<Link>> {
    Ok(connector_links::table.find((connector, external)).select(Link::as_select()).for_update().first(connection).optional()?)
}

/// Enters a link; `false` when the id or the request has another one already.
pub(super) fn link(connection: &mut PgConnection, link: &Link) -> DbResult<bool> {
    let new = diesel::insert_into(connector_links::table).values(link).on_conflict_do_nothing().execute(connection)?;
    Ok(new == 1)
}

/// The newest thing that they told happened then.
pub(super) fn told(connection: &mut PgConnection, link: &Link, at: DateTime<Utc>) -> DbResult<()> {
    diesel::update(connector_links::table.find((link.connector_id, &link.external_id)))
        .set(connector_links::last_at.eq(at))
        .execute(connection)?;
    Ok(())
}

/// A message of theirs.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = connector_messages, check_for_backend(diesel::pg::Pg))]
pub(super) struct Message {
    pub(super) connector_id: ConnectorId,
    pub(super) message_id: String,
    pub(super) request_id: CaseId,
    pub(super) status: String,
    pub(super) happened_at: DateTime<Utc>,
    pub(super) applied: bool,
}

/// Notes a message; `false` when it was noted before.
pub(super) fn message_insert(connection: &mut PgConnection, message: &Message) -> DbResult<bool> {
    let new = diesel::insert_into(connector_messages::table).values(message).on_conflict_do_nothing().execute(connection)?;
    Ok(new == 1)
}

/// A message that was noted before.
pub(super) fn message_find(connection: &mut PgConnection, connector: ConnectorId, id: &str) -> DbResult<Option<Message>> {
    Ok(connector_messages::table.find((connector, id)).select(Message::as_select()).first(connection).optional()?)
}
