//! Queries of `expiry_reminders`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use diesel::prelude::*;
use ledger::ExpiresOn;

use super::schema::expiry_reminders;

/// Notes that a person is reminded of a date; false when they were.
pub(super) fn remind_once(
    connection: &mut PgConnection,
    community: GridUnitId,
    person: PersonId,
    expires: ExpiresOn,
) -> DbResult<bool> {
    let noted = diesel::insert_into(expiry_reminders::table)
        .values((
            expiry_reminders::community_id.eq(community),
            expiry_reminders::person_id.eq(person),
            expiry_reminders::expires_on.eq(expires),
        ))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(noted == 1)
}

/// Forgets reminders of dates that are a year old.
pub(super) fn forget_old(connection: &mut PgConnection) -> DbResult<()> {
    diesel::sql_query("DELETE FROM expiry_reminders WHERE expires_on < (palm_now() - interval '1 year')::date")
        .execute(connection)?;
    Ok(())
}

/// Forgets a person.
pub(crate) fn forget(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    diesel::delete(expiry_reminders::table.filter(expiry_reminders::person_id.eq(person))).execute(connection)?;
    Ok(())
}
