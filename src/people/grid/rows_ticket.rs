//! Queries of `entrance_tickets`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use diesel::prelude::*;

use super::schema::entrance_tickets;

/// The ticket in force at an entrance.
pub(super) fn open_ticket(connection: &mut PgConnection, unit: GridUnitId) -> DbResult<Option<String>> {
    Ok(entrance_tickets::table
        .filter(entrance_tickets::grid_unit_id.eq(unit))
        .filter(entrance_tickets::ended_at.is_null())
        .select(entrance_tickets::ticket)
        .first(connection)
        .optional()?)
}

/// Enters a ticket unless the entrance has one in force; `false` when it has.
pub(super) fn insert(connection: &mut PgConnection, ticket: &str, unit: GridUnitId, by: Option<PersonId>) -> DbResult<bool> {
    let inserted = diesel::insert_into(entrance_tickets::table)
        .values((entrance_tickets::ticket.eq(ticket), entrance_tickets::grid_unit_id.eq(unit), entrance_tickets::made_by.eq(by)))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(inserted == 1)
}

/// The entrance of a ticket in force.
pub(super) fn unit_of(connection: &mut PgConnection, ticket: &str) -> DbResult<Option<GridUnitId>> {
    Ok(entrance_tickets::table
        .filter(entrance_tickets::ticket.eq(ticket))
        .filter(entrance_tickets::ended_at.is_null())
        .select(entrance_tickets::grid_unit_id)
        .first(connection)
        .optional()?)
}
