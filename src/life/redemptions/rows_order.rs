//! The sale's two statements, each one round trip and prepared once: what an order needs to know, and the order with its counts.
//! The first also reads `offers`, `offer_stocks`, `merchants` and `grid_units` of their owners: four reads in four round trips would
//! halve the attempts that a sale can answer.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::money::{Fen, Points};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use people::grid::GridPath;
use uuid::Uuid;

use super::OrderId;
use crate::merchants::{MerchantId, MerchantState};
use crate::offers::{OfferId, OfferState};

/// What an order needs to know, at one moment.
#[derive(Debug, Clone, Queryable)]
pub(super) struct Gate {
    pub community: GridUnitId,
    pub path: GridPath,
    pub merchant: Option<MerchantId>,
    pub merchant_name: Option<String>,
    pub merchant_state: Option<MerchantState>,
    pub merchant_organization: Option<OrganizationId>,
    pub state: OfferState,
    pub suspended: bool,
    pub title: String,
    pub pick_up: String,
    pub price: Points,
    pub cny: Fen,
    pub per_person: Option<i32>,
    pub per_household: Option<i32>,
    pub orders_from: Option<DateTime<Utc>>,
    pub orders_until: Option<DateTime<Utc>>,
    pub flash: bool,
    pub version: i32,
    pub stock: i32,
    /// How many the holder has; `None`: never ordered.
    pub used: Option<i32>,
    pub now: DateTime<Utc>,
}

type GateRow = (
    SqlUuid,
    Text,
    Nullable<SqlUuid>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<SqlUuid>,
    Text,
    Bool,
    Text,
    Text,
    BigInt,
    BigInt,
    Nullable<Integer>,
    Nullable<Integer>,
    Nullable<Timestamptz>,
    Nullable<Timestamptz>,
    Bool,
    Integer,
    Integer,
    Nullable<Integer>,
    Timestamptz,
);

base::statement! {
    /// See [`Gate`].
    GateQuery { offer: Uuid, kind: str, holder: Uuid, } -> GateRow {
        "SELECT o.community_id, u.path, o.merchant_id, m.name, m.state, m.organization_id, o.state, o.suspended, o.title, o.pick_up, \
         o.price, o.cny, o.per_person, o.per_household, o.orders_from, o.orders_until, o.flash, o.version, s.stock, \
         (SELECT used FROM redemption_counts c WHERE c.offer_id = o.id AND c.holder_kind = " (kind: Text)
        " AND c.holder_id = " (holder: SqlUuid)
        "), palm_now() FROM offers o JOIN offer_stocks s ON s.offer_id = o.id JOIN grid_units u ON u.id = o.community_id \
         LEFT JOIN merchants m ON m.id = o.merchant_id WHERE o.id = " (offer: SqlUuid)
    }
}

/// Reads the gate; `None`: no such offer.
pub(super) fn gate(connection: &mut PgConnection, offer: OfferId, holder: (&str, Uuid)) -> DbResult<Option<Gate>> {
    let query = GateQuery { offer: &offer.0, kind: holder.0, holder: &holder.1 };
    Ok(query.get_result(connection).optional()?)
}

base::statement! {
    /// Counts and orders of one offer together. The counts are taken only within their limits. No holder and no household twice.
    pub(super) PlaceQuery<'a> {
        offer: OfferId, community: GridUnitId, merchant: Option<MerchantId>, per_person: i32, per_household: i32,
        order: Vec<OrderId>, person: Vec<Option<PersonId>>, organization: Vec<Option<OrganizationId>>, household: Vec<Option<Uuid>>,
        placed_by: Vec<Option<PersonId>>, quantity: Vec<i32>, points: Vec<Points>, cny: Vec<Fen>, hold: Vec<Uuid>, expires: Vec<DateTime<Utc>>,
        created: Vec<DateTime<Utc>>, kind: Vec<&'a str>, holder: Vec<Uuid>,
    } -> (BigInt, BigInt) {
        "WITH wish AS (SELECT * FROM unnest(" (order: Array<SqlUuid>) "::uuid[], " (person: Array<Nullable<SqlUuid>>) "::uuid[], "
        (organization: Array<Nullable<SqlUuid>>) "::uuid[], " (household: Array<Nullable<SqlUuid>>) "::uuid[], "
        (placed_by: Array<Nullable<SqlUuid>>) "::uuid[], " (quantity: Array<Integer>) "::int[], " (points: Array<BigInt>)
        "::bigint[], " (cny: Array<BigInt>) "::bigint[], " (hold: Array<SqlUuid>) "::uuid[], " (expires: Array<Timestamptz>)
        "::timestamptz[], " (created: Array<Timestamptz>) "::timestamptz[], " (kind: Array<Text>) "::text[], " (holder: Array<SqlUuid>) "::uuid[]) w (id, person, organization, \
         household, placed_by, quantity, points, cny, hold, expires, created, kind, holder)), \
         own AS (INSERT INTO redemption_counts (offer_id, holder_kind, holder_id, used) SELECT " (offer: SqlUuid)
        ", kind, holder, quantity FROM wish WHERE quantity <= " (per_person: Integer)
        " ON CONFLICT (offer_id, holder_kind, holder_id) DO UPDATE SET used = redemption_counts.used + excluded.used \
         WHERE redemption_counts.used + excluded.used <= " (per_person: Integer) " RETURNING 1), \
         home AS (INSERT INTO redemption_counts (offer_id, holder_kind, holder_id, used) SELECT " (offer: SqlUuid)
        ", 'household', household, quantity FROM wish WHERE household IS NOT NULL AND quantity <= " (per_household: Integer)
        " ON CONFLICT (offer_id, holder_kind, holder_id) DO UPDATE SET used = redemption_counts.used + excluded.used \
         WHERE redemption_counts.used + excluded.used <= " (per_household: Integer) " RETURNING 1), \
         placed AS (INSERT INTO redemptions (id, community_id, offer_id, merchant_id, person_id, organization_id, household_id, \
         placed_by, quantity, points, cny, hold_id, hold_expires_at, created_at) SELECT id, " (community: SqlUuid)
        ", " (offer: SqlUuid) ", " (merchant: Nullable<SqlUuid>) "::uuid, person, organization, household, placed_by, quantity, \
         points, cny, hold, expires, created FROM wish) \
         SELECT (SELECT count(*) FROM own), (SELECT count(*) FROM home)"
    }
}

/// Writes orders and counts; false: a count has reached its limit.
pub(super) fn place(connection: &mut PgConnection, query: &PlaceQuery<'_>) -> DbResult<bool> {
    let (own, home): (i64, i64) = PlaceQuery { ..*query }.get_result(connection)?;
    let homes = query.household.iter().flatten().count();
    Ok(usize::try_from(own).ok() == Some(query.order.len()) && usize::try_from(home).ok() == Some(homes))
}
