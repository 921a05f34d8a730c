//! Queries of `subscription_consents`.

use base::db::DbResult;
use base::ids::PersonId;
use chrono::{DateTime, Duration, Utc};
use diesel::dsl::{count_star, sum};
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::subscription_consents as consents;

/// A change of a balance.
#[derive(Debug, Insertable)]
#[diesel(table_name = consents)]
pub(super) struct Change<'a> {
    pub(super) id: Uuid,
    pub(super) person_id: PersonId,
    pub(super) template: &'a str,
    pub(super) change: i32,
    pub(super) reason: &'a str,
    pub(super) source: &'a str,
    pub(super) source_key: Option<String>,
}

/// Enters a change; `false` when its event was counted before.
pub(super) fn insert(connection: &mut PgConnection, change: &Change<'_>) -> DbResult<bool> {
    Ok(diesel::insert_into(consents::table).values(change).on_conflict_do_nothing().execute(connection)? == 1)
}

/// How many messages of a template a person may still get.
pub(super) fn balance(connection: &mut PgConnection, person: PersonId, template: &str) -> DbResult<i64> {
    let total: Option<i64> = consents::table
        .filter(consents::person_id.eq(person).and(consents::template.eq(template)))
        .select(sum(consents::change))
        .first(connection)?;
    Ok(total.unwrap_or(0))
}

/// All balances of a person.
pub(super) fn balances(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<(String, Option<i64>)>> {
    Ok(consents::table
        .filter(consents::person_id.eq(person))
        .group_by(consents::template)
        .select((consents::template, sum(consents::change)))
        .order(consents::template)
        .load(connection)?)
}

/// How many acceptances one source has told since a time.
pub(super) fn accepted_since(
    connection: &mut PgConnection,
    person: PersonId,
    template: &str,
    source: &str,
    since: DateTime<Utc>,
) -> DbResult<i64> {
    Ok(consents::table
        .filter(consents::person_id.eq(person).and(consents::template.eq(template)))
        .filter(consents::reason.eq("accept").and(consents::source.eq(source)).and(consents::at.ge(since)))
        .select(count_star())
        .first(connection)?)
}

/// The window in which an acceptance told by the client and one pushed by WeChat are the same tap.
pub(super) fn pairing_start(now: DateTime<Utc>) -> DateTime<Utc> {
    now - Duration::minutes(10)
}
