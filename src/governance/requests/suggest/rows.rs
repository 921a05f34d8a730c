//! Queries of `request_search`, joined to the requests of the same noun.

use base::db::DbResult;
use base::ids::GridUnitId;
use base::search;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Double, Nullable, Text, Uuid as SqlUuid};

use super::vote::Past;
use crate::CaseId;

/// Past requests that may vote: the newest of the community with a category.
const RECENT: i64 = 2_000;

base::statement! {
    /// The words of a request; part of every filing.
    NewWords<'a> { request: CaseId, community: GridUnitId, lexemes: Vec<String>, } -> () {
        "INSERT INTO request_search (request_id, community_id, tok) VALUES (" (request: SqlUuid) ", " (community: SqlUuid)
        ", array_to_tsvector(" (lexemes: Array<Text>) ")) ON CONFLICT (request_id) DO UPDATE SET tok = excluded.tok"
    }
}

base::statement! {
    /// More words of a request.
    Marked<'a> { request: CaseId, lexemes: Vec<String>, } -> () {
        "UPDATE request_search SET tok = tok || array_to_tsvector(" (lexemes: Array<Text>) ") WHERE request_id = " (request: SqlUuid)
    }
}

/// Keeps the lexemes of a request.
pub(super) fn put(connection: &mut PgConnection, case: CaseId, community: GridUnitId, lexemes: &Vec<String>) -> DbResult<()> {
    NewWords { request: &case, community: &community, lexemes }.execute(connection)?;
    Ok(())
}

/// Adds lexemes to those of a request.
pub(super) fn mark(connection: &mut PgConnection, case: CaseId, lexemes: &Vec<String>) -> DbResult<()> {
    Marked { request: &case, lexemes }.execute(connection)?;
    Ok(())
}

/// Forgets the words of requests; their marks stay, so that lists of what speaks of danger or lies at a unit don't change.
pub(super) fn forget(connection: &mut PgConnection, cases: &[CaseId]) -> DbResult<()> {
    const MARKS: &str = "UPDATE request_search SET tok = array_to_tsvector(ARRAY(SELECT mark FROM unnest(tsvector_to_array(tok)) mark \
        WHERE mark LIKE '#%')) WHERE request_id = ANY($1)";
    let ids: Vec<_> = cases.iter().map(|case| case.0).collect();
    sql_query(MARKS).bind::<Array<SqlUuid>, _>(ids).execute(connection)?;
    Ok(())
}

#[derive(QueryableByName)]
struct PastRow {
    #[diesel(sql_type = Text)]
    category: String,
    #[diesel(sql_type = Array<Text>)]
    lexemes: Vec<String>,
}

/// Of the newest requests of a community with a category those that share a word; merged and cancelled ones don't speak.
pub(super) fn past(connection: &mut PgConnection, community: GridUnitId, query: &str) -> DbResult<Vec<Past>> {
    let rows: Vec<PastRow> = sql_query(
        "SELECT r.category, tsvector_to_array(s.tok) AS lexemes FROM (SELECT id, category FROM requests WHERE community_id = $1 \
         AND category IS NOT NULL AND state <> 'cancelled' AND merged_into IS NULL ORDER BY id DESC LIMIT $3) r \
         JOIN request_search s ON s.request_id = r.id WHERE s.tok @@ $2::tsquery",
    )
    .bind::<SqlUuid, _>(community)
    .bind::<Text, _>(query)
    .bind::<BigInt, _>(RECENT)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| Past { code: row.category, bigrams: search::bigrams_of(row.lexemes) }).collect())
}

/// An open request in the neighbourhood.
#[derive(Debug, QueryableByName)]
pub(super) struct Open {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: CaseId,
    #[diesel(sql_type = Text)]
    pub(super) number: String,
    #[diesel(sql_type = Text)]
    pub(super) title: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) category: Option<String>,
    #[diesel(sql_type = Nullable<Double>)]
    pub(super) lat: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    pub(super) lon: Option<f64>,
    #[diesel(sql_type = Bool)]
    pub(super) same_unit: bool,
    #[diesel(sql_type = Array<Text>)]
    pub(super) lexemes: Vec<String>,
}

/// What is near: in the unit (or below, or around it), or within the box around the pin.
pub(super) struct Around<'a> {
    pub(super) community: GridUnitId,
    pub(super) unit: Option<GridUnitId>,
    /// South, north, west, east in degrees.
    pub(super) bounds: Option<[f64; 4]>,
    pub(super) category: Option<&'a str>,
    pub(super) public_only: bool,
}

/// Open requests of the last 60 days near by, of the category where one is given, newest first.
pub(super) fn open(connection: &mut PgConnection, around: &Around<'_>) -> DbResult<Vec<Open>> {
    let [south, north, west, east] = around.bounds.map_or([None; 4], |bounds| bounds.map(Some));
    Ok(sql_query(
        "SELECT r.id, r.number, r.title, r.category, r.lat, r.lon, coalesce(r.grid_unit_id = $2, false) AS same_unit, \
         tsvector_to_array(s.tok) AS lexemes FROM requests r JOIN request_search s ON s.request_id = r.id \
         WHERE r.community_id = $1 AND r.state NOT IN ('answered', 'closed', 'cancelled') AND r.created_at > palm_now() - interval '60 days' \
         AND (r.grid_unit_id = $2 OR (r.lat BETWEEN $3 AND $4 AND r.lon BETWEEN $5 AND $6)) \
         AND ($7 IS NULL OR r.category = $7) AND (NOT $8 OR r.publication = 'published') ORDER BY r.id DESC LIMIT 200",
    )
    .bind::<SqlUuid, _>(around.community)
    .bind::<Nullable<SqlUuid>, _>(around.unit)
    .bind::<Nullable<Double>, _>(south)
    .bind::<Nullable<Double>, _>(north)
    .bind::<Nullable<Double>, _>(west)
    .bind::<Nullable<Double>, _>(east)
    .bind::<Nullable<Text>, _>(around.category)
    .bind::<Bool, _>(around.public_only)
    .load(connection)?)
}
