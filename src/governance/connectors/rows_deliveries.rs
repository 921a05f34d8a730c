//! Queries of `connector_cursors` and `connector_deliveries`.

use base::db::DbResult;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Integer, Uuid as SqlUuid};

use super::schema::connector_deliveries;
use super::{ConnectorId, DeliveryId, DeliveryState};
use crate::requests::CaseId;

#[derive(QueryableByName)]
struct Cursor {
    #[diesel(sql_type = Integer)]
    sequence: i32,
}

/// Up to which event a request has been handed out; locked until the transaction ends.
pub(super) fn lock_cursor(connection: &mut PgConnection, request: CaseId) -> DbResult<i32> {
    sql_query("INSERT INTO connector_cursors (request_id, sequence) VALUES ($1, 0) ON CONFLICT DO NOTHING")
        .bind::<SqlUuid, _>(request)
        .execute(connection)?;
    let cursor: Cursor = sql_query("SELECT sequence FROM connector_cursors WHERE request_id = $1 FOR UPDATE")
        .bind::<SqlUuid, _>(request)
        .get_result(connection)?;
    Ok(cursor.sequence)
}

/// It has been handed out up to here.
pub(super) fn move_cursor(connection: &mut PgConnection, request: CaseId, sequence: i32) -> DbResult<()> {
    sql_query("UPDATE connector_cursors SET sequence = $2 WHERE request_id = $1")
        .bind::<SqlUuid, _>(request)
        .bind::<Integer, _>(sequence)
        .execute(connection)?;
    Ok(())
}

/// Something that is told to a system.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = connector_deliveries, check_for_backend(diesel::pg::Pg))]
pub(super) struct Delivery {
    pub(super) id: DeliveryId,
    pub(super) connector_id: ConnectorId,
    pub(super) request_id: CaseId,
    pub(super) sequence: i32,
    pub(super) kind: String,
    pub(super) body: String,
    pub(super) state: DeliveryState,
    pub(super) attempts: i32,
    pub(super) next_at: DateTime<Utc>,
    pub(super) lease_until: Option<DateTime<Utc>>,
    pub(super) last_result: Option<String>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

/// Enters deliveries; one for an event that was entered before is silently that.
pub(super) fn insert(connection: &mut PgConnection, rows: &[Delivery]) -> DbResult<()> {
    diesel::insert_into(connector_deliveries::table).values(rows).on_conflict_do_nothing().execute(connection)?;
    Ok(())
}

/// One delivery, locked until the transaction ends.
pub(super) fn lock(connection: &mut PgConnection, id: DeliveryId) -> DbResult<Option<Delivery>> {
    Ok(connector_deliveries::table.find(id).select(Delivery::as_select()).for_update().first(connection).optional()?)
}

const OPEN: [DeliveryState; 2] = [DeliveryState::Pending, DeliveryState::Sending];

/// Does an earlier event of the request still wait for the same system?
pub(super) fn waits_for_earlier(connection: &mut PgConnection, delivery: &Delivery) -> DbResult<bool> {
    let earlier = connector_deliveries::table
        .filter(connector_deliveries::connector_id.eq(delivery.connector_id))
        .filter(connector_deliveries::request_id.eq(delivery.request_id))
        .filter(connector_deliveries::sequence.lt(delivery.sequence).and(connector_deliveries::state.eq_any(OPEN)));
    Ok(diesel::select(diesel::dsl::exists(earlier)).get_result(connection)?)
}

/// The next event of the same request that waits for the same system.
pub(super) fn next(connection: &mut PgConnection, delivery: &Delivery) -> DbResult<Option<(DeliveryId, DateTime<Utc>)>> {
    Ok(connector_deliveries::table
        .filter(connector_deliveries::connector_id.eq(delivery.connector_id))
        .filter(connector_deliveries::request_id.eq(delivery.request_id).and(connector_deliveries::id.ne(delivery.id)))
        .filter(connector_deliveries::state.eq(DeliveryState::Pending))
        .select((connector_deliveries::id, connector_deliveries::next_at))
        .order(connector_deliveries::sequence)
        .first(connection)
        .optional()?)
}

/// Writes what may change of a delivery that is locked already.
pub(super) fn save(connection: &mut PgConnection, delivery: &Delivery) -> DbResult<()> {
    diesel::update(connector_deliveries::table.find(delivery.id))
        .set((
            connector_deliveries::state.eq(delivery.state),
            connector_deliveries::attempts.eq(delivery.attempts),
            connector_deliveries::next_at.eq(delivery.next_at),
            connector_deliveries::lease_until.eq(delivery.lease_until),
            connector_deliveries::last_result.eq(&delivery.last_result),
            connector_deliveries::ended_at.eq(delivery.ended_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Deliveries of a system, the newest first, optionally of one state.
pub(super) fn list(
    connection: &mut PgConnection,
    connector: ConnectorId,
    state: Option<DeliveryState>,
    below: Option<DeliveryId>,
    limit: i64,
) -> DbResult<Vec<Delivery>> {
    let mut query = connector_deliveries::table
        .filter(connector_deliveries::connector_id.eq(connector))
        .select(Delivery::as_select())
        .order(connector_deliveries::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(connector_deliveries::state.eq(state));
    }
    if let Some(below) = below {
        query = query.filter(connector_deliveries::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// How many deliveries of a system wait, and how many are dead.
pub(super) fn counts(connection: &mut PgConnection, connector: ConnectorId) -> DbResult<(i64, i64)> {
    let of = |states: &[DeliveryState]| {
        connector_deliveries::table
            .filter(connector_deliveries::connector_id.eq(connector))
            .filter(connector_deliveries::state.eq_any(states.to_vec()))
            .count()
    };
    Ok((of(&OPEN).get_result(connection)?, of(&[DeliveryState::Dead]).get_result(connection)?))
}

/// Dead deliveries of a system, optionally only these, the oldest first; locked until the transaction ends.
pub(super) fn lock_dead(
    connection: &mut PgConnection,
    connector: ConnectorId,
    only: Option<&[DeliveryId]>,
    limit: i64,
) -> DbResult<Vec<Delivery>> {
    let dead = connector_deliveries::table
        .filter(connector_deliveries::connector_id.eq(connector))
        .filter(connector_deliveries::state.eq(DeliveryState::Dead))
        .select(Delivery::as_select())
        .order(connector_deliveries::id)
        .limit(limit)
        .for_update();
    match only {
        Some(ids) => Ok(dead.filter(connector_deliveries::id.eq_any(ids.to_vec())).load(connection)?),
        None => Ok(dead.load(connection)?),
    }
}

/// The first waiting delivery of each request of a system.
pub(super) fn heads(connection: &mut PgConnection, connector: ConnectorId) -> DbResult<Vec<DeliveryId>> {
    Ok(connector_deliveries::table
        .filter(connector_deliveries::connector_id.eq(connector))
        .filter(connector_deliveries::state.eq_any(OPEN))
        .select(connector_deliveries::id)
        .distinct_on(connector_deliveries::request_id)
        .order((connector_deliveries::request_id, connector_deliveries::sequence))
        .load(connection)?)
}

/// Deliveries that should have been tried before that time: their job was lost.
pub(super) fn overdue(connection: &mut PgConnection, before: DateTime<Utc>, limit: i64) -> DbResult<Vec<DeliveryId>> {
    Ok(connector_deliveries::table
        .filter(connector_deliveries::state.eq_any(OPEN).and(connector_deliveries::next_at.lt(before)))
        .select(connector_deliveries::id)
        .order(connector_deliveries::next_at)
        .limit(limit)
        .load(connection)?)
}

/// Deletes what ended 90 days ago, and messages that old.
pub(super) fn sweep(connection: &mut PgConnection) -> DbResult<()> {
    for text in [
        "DELETE FROM connector_deliveries WHERE state IN ('delivered', 'dead') AND ended_at < palm_now() - interval '90 days'",
        "DELETE FROM connector_messages WHERE received_at < palm_now() - interval '90 days'",
    ] {
        sql_query(text).execute(connection)?;
    }
    Ok(())
}
