//! Queries for outsiders: published requests, and events without what reporters said and handlers noted.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use super::open_data::{OpenCase, OpenEvent, OpenFilter};
use super::schema::request_assignments;
use super::{CaseId, Desk, Outcome, Source, State};

#[derive(QueryableByName)]
struct CaseRow {
    #[diesel(sql_type = SqlUuid)]
    id: CaseId,
    #[diesel(sql_type = Text)]
    number: String,
    #[diesel(sql_type = Text)]
    source: Source,
    #[diesel(sql_type = Nullable<Text>)]
    category: Option<String>,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = SqlUuid)]
    unit: GridUnitId,
    #[diesel(sql_type = Nullable<Double>)]
    lat: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    lon: Option<f64>,
    #[diesel(sql_type = Text)]
    state: State,
    #[diesel(sql_type = Text)]
    desk: Desk,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    organization: Option<OrganizationId>,
    #[diesel(sql_type = Nullable<Text>)]
    outcome: Option<Outcome>,
    #[diesel(sql_type = Nullable<Text>)]
    reply: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    resolve_by: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    filed_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closed_at: Option<DateTime<Utc>>,
}

impl From<CaseRow> for OpenCase {
    fn from(row: CaseRow) -> Self {
        Self {
            id: row.id,
            number: row.number,
            source: row.source,
            category: row.category,
            title: row.title,
            text: row.text,
            unit: row.unit,
            lat: row.lat,
            lon: row.lon,
            state: row.state,
            desk: row.desk,
            organization: row.organization,
            outcome: row.outcome,
            reply: row.reply,
            resolve_by: row.resolve_by,
            filed_at: row.filed_at,
            updated_at: row.closed_at.unwrap_or(row.updated_at),
            closed_at: row.closed_at,
        }
    }
}

/// A request with its last event and answer, narrowed by what follows.
macro_rules! case_sql {
    ($narrowed:literal) => {
        concat!("SELECT r.id, r.number, r.source, r.category, r.title, d.text, r.grid_unit_id AS unit, r.lat, r.lon, r.state, r.desk, \
     r.organization_id AS organization, r.outcome, a.text AS reply, r.resolve_by, r.created_at AS filed_at, \
     coalesce(e.at, r.created_at) AS updated_at, r.closed_at \
     FROM requests r JOIN request_details d ON d.request_id = r.id \
     LEFT JOIN LATERAL (SELECT at FROM request_events WHERE request_id = r.id AND kind <> 'note' ORDER BY sequence DESC LIMIT 1) e ON true \
     LEFT JOIN LATERAL (SELECT text FROM request_answers WHERE request_id = r.id ORDER BY round DESC LIMIT 1) a ON true ", $narrowed)
    };
}

/// Published requests, the newest first.
pub(super) fn cases(connection: &mut PgConnection, filter: &OpenFilter) -> DbResult<Vec<OpenCase>> {
    const CASES: &str = case_sql!(
        "WHERE r.publication = 'published' AND r.community_id = $1 AND ($2::uuid[] IS NULL OR r.id = ANY($2)) \
         AND ($3::text[] IS NULL OR r.category = ANY($3) OR $4 AND r.category IS NULL) \
         AND ($5::boolean IS NULL OR $5 = (r.state NOT IN ('answered', 'closed', 'cancelled'))) \
         AND ($6::timestamptz IS NULL OR r.created_at >= $6) AND ($7::timestamptz IS NULL OR r.created_at <= $7) \
         ORDER BY r.id DESC LIMIT $8 OFFSET $9"
    );
    let ids: Option<Vec<uuid::Uuid>> = filter.ids.as_ref().map(|ids| ids.iter().map(|id| id.0).collect());
    let rows: Vec<CaseRow> = sql_query(CASES)
        .bind::<SqlUuid, _>(filter.community)
        .bind::<Nullable<Array<SqlUuid>>, _>(ids)
        .bind::<Nullable<Array<Text>>, _>(filter.categories.clone())
        .bind::<Bool, _>(filter.uncategorized)
        .bind::<Nullable<Bool>, _>(filter.open)
        .bind::<Nullable<Timestamptz>, _>(filter.from)
        .bind::<Nullable<Timestamptz>, _>(filter.to)
        .bind::<BigInt, _>(filter.limit)
        .bind::<BigInt, _>(filter.offset)
        .load(connection)?;
    Ok(rows.into_iter().map(OpenCase::from).collect())
}

/// One request, published or not: for its units.
pub(super) fn case_of_unit(connection: &mut PgConnection, id: CaseId) -> DbResult<Option<OpenCase>> {
    const ONE: &str = case_sql!("WHERE r.id = $1");
    let row: Option<CaseRow> = sql_query(ONE).bind::<SqlUuid, _>(id).get_result(connection).optional()?;
    Ok(row.map(OpenCase::from))
}

/// Every unit that has a request or had it.
pub(super) fn units(connection: &mut PgConnection, id: CaseId) -> DbResult<Vec<OrganizationId>> {
    Ok(request_assignments::table
        .filter(request_assignments::request_id.eq(id))
        .select(request_assignments::organization_id)
        .distinct()
        .load(connection)?)
}

#[derive(QueryableByName)]
struct OpenEventRow {
    #[diesel(sql_type = SqlUuid)]
    request_id: CaseId,
    #[diesel(sql_type = Integer)]
    sequence: i32,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    state: State,
    #[diesel(sql_type = Nullable<Text>)]
    outcome: Option<Outcome>,
    #[diesel(sql_type = Nullable<Text>)]
    text: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    external_by: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

impl From<OpenEventRow> for OpenEvent {
    fn from(row: OpenEventRow) -> Self {
        Self {
            case: row.request_id,
            sequence: row.sequence,
            kind: row.kind,
            state: row.state,
            outcome: row.outcome,
            text: row.text,
            external_by: row.external_by,
            at: row.at,
        }
    }
}

/// An event that is no note of handlers, without what reporters said.
macro_rules! event_sql {
    ($narrowed:literal) => {
        concat!("SELECT e.request_id, e.sequence, e.kind, e.state, r.outcome, \
     CASE WHEN e.role NOT IN ('reporter', 'proxy') AND e.kind IN ('answered', 'progress', 'external_update', 'closed', 'extended') THEN e.public_text END AS text, \
     e.external_by, e.at FROM request_events e JOIN requests r ON r.id = e.request_id WHERE e.kind <> 'note' ", $narrowed)
    };
}

/// Events of these requests, in their order.
pub(super) fn events_of(connection: &mut PgConnection, cases: &[CaseId]) -> DbResult<Vec<OpenEvent>> {
    const OF: &str = event_sql!("AND e.request_id = ANY($1) ORDER BY e.request_id, e.sequence");
    let cases: Vec<uuid::Uuid> = cases.iter().map(|id| id.0).collect();
    let rows: Vec<OpenEventRow> = sql_query(OF).bind::<Array<SqlUuid>, _>(cases).load(connection)?;
    Ok(rows.into_iter().map(OpenEvent::from).collect())
}

/// Events of published requests of a community between two times, the oldest first.
pub(super) fn events_between(
    connection: &mut PgConnection,
    community: GridUnitId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    limit: i64,
) -> DbResult<Vec<OpenEvent>> {
    const BETWEEN: &str = event_sql!(
        "AND r.publication = 'published' AND r.community_id = $1 AND e.at BETWEEN $2 AND $3 \
         ORDER BY e.at, e.request_id, e.sequence LIMIT $4"
    );
    let rows: Vec<OpenEventRow> = sql_query(BETWEEN)
        .bind::<SqlUuid, _>(community)
        .bind::<Timestamptz, _>(from)
        .bind::<Timestamptz, _>(to)
        .bind::<BigInt, _>(limit)
        .load(connection)?;
    Ok(rows.into_iter().map(OpenEvent::from).collect())
}
