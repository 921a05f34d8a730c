//! The statements of this part: the rows of a filing as a bare program would write them, and what a scaled folder is asked with.

use base::ids::{GridUnitId, PersonId};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Double, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

/// What the bare server is sent.
#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct Bare {
    text: String,
    unit: GridUnitId,
    community: GridUnitId,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The entrance of the bench's community.
pub(super) fn entrance(owner: &mut PgConnection) -> QueryResult<GridUnitId> {
    let row: Id = sql_query("SELECT id FROM grid_units WHERE kind = 'entrance'").get_result(owner)?;
    Ok(GridUnitId(row.id))
}

/// The rows of a request that waits in the community's queue: the same tables, one statement each, nothing looked up or checked.
pub(in super::super) fn bare(connection: &mut PgConnection, person: PersonId, what: &Bare) -> QueryResult<Uuid> {
    let (id, key) = (Uuid::now_v7(), Uuid::new_v4().to_string());
    let (now, lexemes) = (base::clock::machine_now(), base::search::lexemes(&what.text));
    connection.transaction(|connection| {
        sql_query("INSERT INTO idempotency_keys (principal, action, key, body_hash, result_id) VALUES ($1, 'bare', $2, '\\x00', $3)")
            .bind::<SqlUuid, _>(person.0)
            .bind::<Text, _>(&key)
            .bind::<SqlUuid, _>(id)
            .execute(connection)?;
        sql_query(
            "INSERT INTO requests (id, number, filed_on, community_id, grid_unit_id, source, title, public, publication, reporter_id, state, \
             desk, event_last, due_at, resolve_by, created_at) VALUES ($1, 'SQ-0101-' || lpad(nextval('request_numbers')::text, 9, '0'), \
             $2::date, $3, $4, 'resident', $5, false, 'private', $6, 'submitted', 'community', 1, $2, $2, $2)",
        )
        .bind::<SqlUuid, _>(id)
        .bind::<Timestamptz, _>(now)
        .bind::<SqlUuid, _>(what.community.0)
        .bind::<SqlUuid, _>(what.unit.0)
        .bind::<Text, _>(what.text.chars().take(24).collect::<String>())
        .bind::<SqlUuid, _>(person.0)
        .execute(connection)?;
        sql_query(
            "INSERT INTO request_events (request_id, sequence, kind, state, role, person_id, public_text, at) \
             VALUES ($1, 1, 'filed', 'submitted', 'reporter', $2, '居民上报', $3)",
        )
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(person.0)
        .bind::<Timestamptz, _>(now)
        .execute(connection)?;
        sql_query(
            "INSERT INTO request_clocks (request_id, kind, round, class, term, amount, started_at, due_at, provisional, state, next_at) VALUES \
             ($1, 'accept', 1, NULL, 'working_hours', 2, $2, $2, false, 'running', $2 + interval '9 days'), \
             ($1, 'contact', 1, NULL, 'wall_hours', 24, $2, $2, false, 'running', $2 + interval '9 days'), \
             ($1, 'resolve', 1, 'general_7d', 'working_days', 7, $2, $2, false, 'running', $2 + interval '9 days')",
        )
        .bind::<SqlUuid, _>(id)
        .bind::<Timestamptz, _>(now)
        .execute(connection)?;
        bare_rest(connection, id, what, &lexemes)?;
        Ok(id)
    })
}

fn bare_rest(connection: &mut PgConnection, id: Uuid, what: &Bare, lexemes: &[String]) -> QueryResult<()> {
    sql_query("INSERT INTO request_details (request_id, text, wants_contact) VALUES ($1, $2, false)")
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(&what.text)
        .execute(connection)?;
    sql_query("INSERT INTO request_search (request_id, community_id, tok) VALUES ($1, $2, array_to_tsvector($3))")
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(what.community.0)
        .bind::<Array<Text>, _>(lexemes)
        .execute(connection)?;
    sql_query(
        "INSERT INTO audit_entries (id, principal_kind, request_id, action, object_kind, object_id, grid_unit_id, after) \
         VALUES ($1, 'operator', $1, 'bare', 'request', $2, $3, $4)",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(what.unit.0)
    .bind::<Jsonb, _>(json!({"state": "submitted", "desk": "community", "event": 1}))
    .execute(connection)?;
    // Done already: what the jobs do is no part of a filing.
    sql_query(
        "INSERT INTO jobs (id, kind, payload, state, run_at, finished_at) VALUES ($1, 'bare', $3, 'done', palm_now(), palm_now()), \
         ($2, 'bare', $3, 'done', palm_now(), palm_now())",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<Jsonb, _>(json!({"case": id, "sequence": 1}))
    .execute(connection)?;
    Ok(())
}

/// Somebody of the staff with a session of the bench.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub(super) struct Staff {
    #[diesel(sql_type = SqlUuid)]
    pub(super) person: PersonId,
    #[diesel(sql_type = SqlUuid)]
    pub(super) session: Uuid,
}

/// Signs in the street's staff, staff of communities and handlers of units: two, four and four.
pub(super) fn staff(owner: &mut PgConnection) -> QueryResult<Vec<Staff>> {
    sql_query(
        "WITH held AS (SELECT DISTINCT r.person_id, r.role FROM roles r LEFT JOIN organizations o ON o.id = r.organization_id \
            JOIN grid_units u ON u.id = coalesce(r.grid_unit_id, o.grid_unit_id) WHERE starts_with(u.path, 'S90')), \
         picked AS (SELECT person_id, row_number() OVER (PARTITION BY role ORDER BY person_id) n FROM held \
            WHERE role IN ('street_staff', 'community_staff', 'unit_handler')) \
         INSERT INTO sessions (id, person_id, device, refresh_hash, expires_at) \
         SELECT gen_random_uuid(), person_id, 'bench', uuid_send(person_id), 'infinity' FROM picked WHERE n <= 4 \
         RETURNING person_id AS person, id AS session",
    )
    .load(owner)
}

/// A place where a request is open.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct Spot {
    #[diesel(sql_type = SqlUuid)]
    pub(super) community: GridUnitId,
    #[diesel(sql_type = SqlUuid)]
    pub(super) unit: GridUnitId,
    #[diesel(sql_type = Double)]
    pub(super) lat: f64,
    #[diesel(sql_type = Double)]
    pub(super) lon: f64,
    #[diesel(sql_type = Text)]
    pub(super) text: String,
}

/// Some of the newest open requests with a pin.
pub(super) fn spots(owner: &mut PgConnection) -> QueryResult<Vec<Spot>> {
    sql_query(
        "SELECT r.community_id AS community, r.grid_unit_id AS unit, r.lat, r.lon, d.text FROM requests r \
         JOIN request_details d ON d.request_id = r.id WHERE r.lat IS NOT NULL AND r.state = 'in_progress' ORDER BY r.id DESC LIMIT 200",
    )
    .load(owner)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Makes the answer's clock of so many open requests due; returns how many there are.
pub(super) fn make_due(owner: &mut PgConnection, most: i64) -> QueryResult<i64> {
    let row: Count = sql_query(
        "WITH due AS (UPDATE request_clocks SET step = 0, told_step = 0, next_at = palm_now() WHERE kind = 'resolve' AND state = 'running' \
            AND request_id IN (SELECT request_id FROM request_clocks WHERE kind = 'resolve' AND state = 'running' LIMIT $1) RETURNING 1) \
         SELECT count(*) FROM due",
    )
    .bind::<BigInt, _>(most)
    .get_result(owner)?;
    Ok(row.count)
}
