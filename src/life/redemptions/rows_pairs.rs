//! Queries of `redemptions` about pairs: one person at one merchant.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::money::Points;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};

use super::OrderState;
use super::schema::redemptions;
use crate::merchants::MerchantId;

/// Captures of one pair take turns, until the transaction ends: else a limit could be passed by two at once.
pub(super) fn pair_lock(connection: &mut PgConnection, merchant: MerchantId, person: PersonId) -> DbResult<()> {
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(format!("redemption_pair:{merchant}:{person}"))
        .execute(connection)?;
    Ok(())
}

/// How often a pair captured since a moment; refunded ones don't count.
pub(super) fn pair_count(
    connection: &mut PgConnection,
    merchant: MerchantId,
    person: PersonId,
    since: DateTime<Utc>,
) -> DbResult<i64> {
    let pair = redemptions::merchant_id.eq(merchant).and(redemptions::person_id.eq(person));
    Ok(redemptions::table
        .filter(pair)
        .filter(redemptions::capture_id.is_not_null().and(redemptions::captured_at.ge(since)))
        .filter(redemptions::state.eq(OrderState::Captured))
        .count()
        .get_result(connection)?)
}

/// What one person redeemed at one merchant in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub(super) struct Pair {
    #[diesel(sql_type = SqlUuid)]
    pub merchant_id: MerchantId,
    #[diesel(sql_type = SqlUuid)]
    pub person_id: PersonId,
    #[diesel(sql_type = BigInt)]
    pub captures: i64,
    #[diesel(sql_type = BigInt)]
    pub points: Points,
    /// Captures on the busiest day of Shanghai.
    #[diesel(sql_type = BigInt)]
    pub busiest_day: i64,
    #[diesel(sql_type = Timestamptz)]
    pub last_at: DateTime<Utc>,
}

/// Most pairs of a report; those with the most points come first.
pub(super) const MAX_PAIRS: i64 = 20_000;

/// Every pair of a community in a time.
pub(super) fn pairs(
    connection: &mut PgConnection,
    community: GridUnitId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> DbResult<Vec<Pair>> {
    Ok(sql_query(
        "WITH days AS (SELECT merchant_id, person_id, (captured_at AT TIME ZONE 'Asia/Shanghai')::date AS day, count(*) AS captures, \
            sum(points) AS points, max(captured_at) AS last_at FROM redemptions WHERE community_id = $1 AND capture_id IS NOT NULL \
            AND captured_at >= $2 AND captured_at < $3 AND state = 'captured' AND merchant_id IS NOT NULL AND person_id IS NOT NULL \
            GROUP BY 1, 2, 3) \
         SELECT merchant_id, person_id, sum(captures)::bigint AS captures, sum(points)::bigint AS points, max(captures) AS busiest_day, \
            max(last_at) AS last_at FROM days GROUP BY 1, 2 ORDER BY 4 DESC LIMIT $4",
    )
    .bind::<SqlUuid, _>(community)
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(until)
    .bind::<BigInt, _>(MAX_PAIRS)
    .load(connection)?)
}
