//! Queries of `award_queue`, and what a batch writes at once.

use std::collections::BTreeMap;

use base::db::DbResult;
use base::ids::GridUnitId;
use base::money::Points;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use uuid::Uuid;

use super::EventId;
use super::caps::Window;
use super::rows::InsertAward;
use super::schema::{award_caps, award_queue, awards};
use crate::rules::{Cap, RuleId};

/// A counter of a rule's cap.
pub(super) type Counter = (RuleId, Window);

/// Lines an event up.
pub(super) fn push(connection: &mut PgConnection, event: EventId, community: GridUnitId) -> DbResult<()> {
    let row = (award_queue::event_id.eq(event), award_queue::community_id.eq(community));
    diesel::insert_into(award_queue::table).values(row).execute(connection)?;
    Ok(())
}

/// Does the event wait for its turn?
pub(super) fn is_queued(connection: &mut PgConnection, event: EventId) -> DbResult<bool> {
    Ok(diesel::select(diesel::dsl::exists(award_queue::table.find(event))).get_result(connection)?)
}

/// Holds one event's place and says whose it is; waits for a worker that has it in a batch. `None`: it is decided.
pub(super) fn hold(connection: &mut PgConnection, event: EventId) -> DbResult<Option<GridUnitId>> {
    Ok(award_queue::table.find(event).select(award_queue::community_id).for_update().first(connection).optional()?)
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = SqlUuid)]
    event_id: EventId,
}

/// Takes a batch of one community off the queue, that event first, leaving out what other workers have and what is to be skipped.
pub(super) fn take(
    connection: &mut PgConnection,
    community: GridUnitId,
    first: EventId,
    skip: &[EventId],
    limit: i64,
) -> DbResult<Vec<EventId>> {
    let taken: Vec<Taken> = sql_query(
        "DELETE FROM award_queue WHERE event_id IN (SELECT event_id FROM award_queue WHERE community_id = $1 AND event_id <> ALL($3) \
         ORDER BY event_id <> $2, event_id LIMIT $4 FOR UPDATE SKIP LOCKED) RETURNING event_id",
    )
    .bind::<SqlUuid, _>(community)
    .bind::<SqlUuid, _>(first)
    .bind::<Array<SqlUuid>, _>(skip)
    .bind::<BigInt, _>(limit)
    .load(connection)?;
    Ok(taken.into_iter().map(|row| row.event_id).collect())
}

/// Locks counters of any rules and answers what is used of each. They come in their order: whoever locks several meets others in it.
pub(super) fn counters_lock(connection: &mut PgConnection, counters: &[Counter]) -> DbResult<BTreeMap<Counter, Points>> {
    let row = |(lineage, window): &Counter| {
        (
            award_caps::lineage_id.eq(*lineage),
            award_caps::cap.eq(window.cap),
            award_caps::subject_id.eq(window.subject),
            award_caps::window_start.eq(window.start),
        )
    };
    let mut used = BTreeMap::new();
    for chunk in counters.chunks(1_000) {
        let found: Vec<(RuleId, Cap, Uuid, NaiveDate, Points)> = diesel::insert_into(award_caps::table)
            .values(chunk.iter().map(row).collect::<Vec<_>>())
            .on_conflict((award_caps::lineage_id, award_caps::cap, award_caps::subject_id, award_caps::window_start))
            .do_update()
            .set(award_caps::used.eq(award_caps::used))
            .returning((
                award_caps::lineage_id,
                award_caps::cap,
                award_caps::subject_id,
                award_caps::window_start,
                award_caps::used,
            ))
            .get_results(connection)?;
        used.extend(
            found.into_iter().map(|(lineage, cap, subject, start, used)| ((lineage, Window { cap, subject, start }), used)),
        );
    }
    Ok(used)
}

/// Writes what is used of locked counters.
pub(super) fn counters_write(connection: &mut PgConnection, used: &BTreeMap<Counter, Points>) -> DbResult<()> {
    let lineages: Vec<RuleId> = used.keys().map(|(lineage, _)| *lineage).collect();
    let caps: Vec<&str> = used.keys().map(|(_, window)| window.cap.name()).collect();
    let subjects: Vec<Uuid> = used.keys().map(|(_, window)| window.subject).collect();
    let starts: Vec<NaiveDate> = used.keys().map(|(_, window)| window.start).collect();
    let amounts: Vec<i64> = used.values().map(|amount| amount.hundredths()).collect();
    sql_query(
        "UPDATE award_caps c SET used = n.used FROM unnest($1, $2, $3, $4, $5) AS n (lineage_id, cap, subject_id, window_start, used) \
         WHERE (c.lineage_id, c.cap, c.subject_id, c.window_start) = (n.lineage_id, n.cap, n.subject_id, n.window_start)",
    )
    .bind::<Array<SqlUuid>, _>(lineages)
    .bind::<Array<Text>, _>(caps)
    .bind::<Array<SqlUuid>, _>(subjects)
    .bind::<Array<Date>, _>(starts)
    .bind::<Array<BigInt>, _>(amounts)
    .execute(connection)?;
    Ok(())
}

/// Writes awards.
pub(super) fn awards_insert(connection: &mut PgConnection, rows: &[InsertAward<'_>]) -> DbResult<()> {
    diesel::insert_into(awards::table).values(rows).execute(connection)?;
    Ok(())
}
