//! Queries of `connectors`.

use base::db::DbResult;
use base::ids::{OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use super::schema::connectors;
use super::{ConnectorId, ConnectorState, PauseReason, StatusWord};

/// A system of a unit.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = connectors, check_for_backend(diesel::pg::Pg))]
pub(super) struct Connector {
    pub(super) id: ConnectorId,
    pub(super) organization_id: OrganizationId,
    pub(super) name: String,
    pub(super) url: String,
    pub(super) events: Vec<String>,
    pub(super) status_words: Value,
    pub(super) secret_sealed: Vec<u8>,
    pub(super) previous_sealed: Option<Vec<u8>>,
    pub(super) previous_until: Option<DateTime<Utc>>,
    pub(super) state: ConnectorState,
    pub(super) pause_reason: Option<PauseReason>,
    pub(super) failing_since: Option<DateTime<Utc>>,
    pub(super) version: i32,
    pub(super) created_by: PersonId,
    pub(super) created_at: DateTime<Utc>,
}

impl Connector {
    /// Its words; what an older or newer program wrote and we can't read is left out.
    pub(super) fn words(&self) -> Vec<StatusWord> {
        serde_json::from_value(self.status_words.clone()).unwrap_or_default()
    }

    /// Does it want to hear of this kind of event?
    pub(super) fn wants(&self, kind: &str) -> bool {
        self.events.is_empty() || self.events.iter().any(|wanted| wanted == kind)
    }
}

pub(super) fn insert(connection: &mut PgConnection, connector: &Connector) -> DbResult<()> {
    diesel::insert_into(connectors::table).values(connector).execute(connection)?;
    Ok(())
}

/// One system.
pub(super) fn find(connection: &mut PgConnection, id: ConnectorId) -> DbResult<Option<Connector>> {
    Ok(connectors::table.find(id).select(Connector::as_select()).first(connection).optional()?)
}

/// One system, locked until the transaction ends.
pub(super) fn lock(connection: &mut PgConnection, id: ConnectorId) -> DbResult<Option<Connector>> {
    Ok(connectors::table.find(id).select(Connector::as_select()).for_update().first(connection).optional()?)
}

/// Systems of these organizations, or of all with `None`; the newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    organizations: Option<&[OrganizationId]>,
    below: Option<ConnectorId>,
    limit: i64,
) -> DbResult<Vec<Connector>> {
    let mut query = connectors::table.select(Connector::as_select()).order(connectors::id.desc()).limit(limit).into_boxed();
    if let Some(organizations) = organizations {
        query = query.filter(connectors::organization_id.eq_any(organizations.to_vec()));
    }
    if let Some(below) = below {
        query = query.filter(connectors::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// Systems of these units that aren't closed.
pub(super) fn of_units(connection: &mut PgConnection, units: &[OrganizationId]) -> DbResult<Vec<Connector>> {
    Ok(connectors::table
        .filter(connectors::organization_id.eq_any(units).and(connectors::state.ne(ConnectorState::Closed)))
        .select(Connector::as_select())
        .order(connectors::id)
        .load(connection)?)
}

/// Every organization that has a system.
pub(super) fn organizations(connection: &mut PgConnection) -> DbResult<Vec<OrganizationId>> {
    Ok(connectors::table.select(connectors::organization_id).distinct().load(connection)?)
}

/// Writes what may change of a system that is locked already.
pub(super) fn save(connection: &mut PgConnection, connector: &Connector) -> DbResult<()> {
    diesel::update(connectors::table.find(connector.id))
        .set((
            connectors::name.eq(&connector.name),
            connectors::url.eq(&connector.url),
            connectors::events.eq(&connector.events),
            connectors::status_words.eq(&connector.status_words),
            connectors::secret_sealed.eq(&connector.secret_sealed),
            connectors::previous_sealed.eq(&connector.previous_sealed),
            connectors::previous_until.eq(connector.previous_until),
            connectors::state.eq(connector.state),
            connectors::pause_reason.eq(connector.pause_reason),
            connectors::failing_since.eq(connector.failing_since),
            connectors::version.eq(connector.version),
        ))
        .execute(connection)?;
    Ok(())
}

/// Something got through.
pub(super) fn works(connection: &mut PgConnection, id: ConnectorId) -> DbResult<()> {
    diesel::update(connectors::table.find(id).filter(connectors::failing_since.is_not_null()))
        .set(connectors::failing_since.eq(None::<DateTime<Utc>>))
        .execute(connection)?;
    Ok(())
}

/// Something did not get through.
pub(super) fn fails(connection: &mut PgConnection, id: ConnectorId, now: DateTime<Utc>) -> DbResult<()> {
    diesel::update(connectors::table.find(id).filter(connectors::failing_since.is_null()))
        .set(connectors::failing_since.eq(now))
        .execute(connection)?;
    Ok(())
}

/// Active systems that have failed since before.
pub(super) fn failing(connection: &mut PgConnection, before: DateTime<Utc>) -> DbResult<Vec<ConnectorId>> {
    Ok(connectors::table
        .filter(connectors::state.eq(ConnectorState::Active).and(connectors::failing_since.lt(before)))
        .select(connectors::id)
        .order(connectors::id)
        .load(connection)?)
}
