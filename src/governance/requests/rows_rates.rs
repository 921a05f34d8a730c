//! How many requests of a category lie at each unit, now and before: what hotspots are found by.

use base::db::DbResult;
use base::ids::GridUnitId;
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query};

/// Requests of one category at one unit.
#[derive(Debug, Clone, QueryableByName)]
pub struct Rate {
    /// The unit.
    #[diesel(sql_type = SqlUuid)]
    pub unit: GridUnitId,
    /// Its community.
    #[diesel(sql_type = SqlUuid)]
    pub community: GridUnitId,
    /// Code of the duty list.
    #[diesel(sql_type = Text)]
    pub category: String,
    /// Filed since `recent`.
    #[diesel(sql_type = BigInt)]
    pub recent: i64,
    /// Filed from `from` until before `recent`.
    #[diesel(sql_type = BigInt)]
    pub before: i64,
}

/// Rates of every unit and category with requests since `from`. What became of leads doesn't count: a hotspot must not feed itself.
pub fn rates(connection: &mut PgConnection, from: DateTime<Utc>, recent: DateTime<Utc>) -> DbResult<Vec<Rate>> {
    Ok(sql_query(
        "SELECT grid_unit_id AS unit, community_id AS community, category, \
         count(*) FILTER (WHERE created_at >= $2) AS recent, count(*) FILTER (WHERE created_at < $2) AS before \
         FROM requests WHERE created_at >= $1 AND category IS NOT NULL AND source <> 'lead' AND state <> 'cancelled' \
         GROUP BY grid_unit_id, community_id, category",
    )
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(recent)
    .load(connection)?)
}
