//! The statements of a scaled demo: its people and places, and what the rows are picked from.

use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Date, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl as _, sql_query};
use uuid::Uuid;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Requests of the invented street.
pub(super) fn there(owner: &mut PgConnection) -> QueryResult<i64> {
    let row: Count = sql_query(
        "SELECT count(*) FROM requests r JOIN grid_units c ON c.id = r.community_id WHERE starts_with(c.path, $1 || '/')",
    )
    .bind::<Text, _>(super::place::STREET)
    .get_result(owner)?;
    Ok(row.count)
}

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = Text)]
    drop: String,
    #[diesel(sql_type = Text)]
    make: String,
}

fn made(owner: &mut PgConnection, text: &str, tables: &[&str]) -> QueryResult<Vec<(String, String)>> {
    let rows: Vec<Made> = sql_query(text).bind::<Array<Text>, _>(tables).load(owner)?;
    Ok(rows.into_iter().map(|row| (row.drop, row.make)).collect())
}

/// How to drop and make each index that no constraint rests on.
pub(super) fn indexes(owner: &mut PgConnection, tables: &[&str]) -> QueryResult<Vec<(String, String)>> {
    let text = "SELECT 'DROP INDEX ' || i.indexrelid::regclass AS drop, pg_get_indexdef(i.indexrelid) AS make FROM pg_index i \
        WHERE i.indrelid = ANY($1::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid) \
        ORDER BY i.indexrelid";
    made(owner, text, tables)
}

/// How to drop and make each foreign key of the tables.
pub(super) fn foreign_keys(owner: &mut PgConnection, tables: &[&str]) -> QueryResult<Vec<(String, String)>> {
    let text = "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop, \
        format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make \
        FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY($1::regclass[]) ORDER BY oid";
    made(owner, text, tables)
}

/// A unit of the grid.
#[derive(Clone)]
pub(super) struct Unit {
    pub(super) id: GridUnitId,
    pub(super) kind: &'static str,
    pub(super) parent: Option<GridUnitId>,
    pub(super) code: String,
    pub(super) path: String,
    pub(super) name: String,
}

/// Enters units, parents first.
pub(super) fn grid(owner: &mut PgConnection, units: &[Unit]) -> QueryResult<()> {
    sql_query("INSERT INTO grid_units (id, kind, parent_id, code, path, name) SELECT * FROM unnest($1, $2, $3, $4, $5, $6)")
        .bind::<Array<SqlUuid>, _>(units.iter().map(|unit| unit.id.0).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(units.iter().map(|unit| unit.kind).collect::<Vec<_>>())
        .bind::<Array<Nullable<SqlUuid>>, _>(units.iter().map(|unit| unit.parent.map(|id| id.0)).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(units.iter().map(|unit| unit.code.as_str()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(units.iter().map(|unit| unit.path.as_str()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(units.iter().map(|unit| unit.name.as_str()).collect::<Vec<_>>())
        .execute(owner)?;
    Ok(())
}

/// Enters people of a role, each at its place or with its organization.
pub(super) fn people(
    owner: &mut PgConnection,
    people: &[(PersonId, String)],
    role: &str,
    places: &[Option<GridUnitId>],
    organizations: &[Option<OrganizationId>],
) -> QueryResult<()> {
    let ids: Vec<Uuid> = people.iter().map(|(id, _)| id.0).collect();
    let names: Vec<&str> = people.iter().map(|(_, name)| name.as_str()).collect();
    let places: Vec<Option<Uuid>> = places.iter().map(|place| place.map(|id| id.0)).collect();
    let organizations: Vec<Option<Uuid>> = organizations.iter().map(|organization| organization.map(|id| id.0)).collect();
    sql_query(
        "INSERT INTO persons (id, short_number, nickname) SELECT p, 'G' || upper(substr(p::text, 25)), n FROM unnest($1, $2) w (p, n)",
    )
    .bind::<Array<SqlUuid>, _>(&ids)
    .bind::<Array<Text>, _>(&names)
    .execute(owner)?;
    sql_query(
        "INSERT INTO roles (id, person_id, role, grid_unit_id, organization_id, starts_at, source) \
         SELECT gen_random_uuid(), p, $4, u, o, palm_now(), 'operator' FROM unnest($1, $2, $3) w (p, u, o)",
    )
    .bind::<Array<SqlUuid>, _>(&ids)
    .bind::<Array<Nullable<SqlUuid>>, _>(&places)
    .bind::<Array<Nullable<SqlUuid>>, _>(&organizations)
    .bind::<Text, _>(role)
    .execute(owner)?;
    Ok(())
}

/// Enters the adoption of a community's starter pack, decided.
pub(super) fn adoption(
    owner: &mut PgConnection,
    id: Uuid,
    community: GridUnitId,
    (asked, decided): (PersonId, PersonId),
) -> QueryResult<()> {
    sql_query(
        "INSERT INTO starter_adoptions (id, community_id, state, requested_by, decided_by, decided_at) \
         VALUES ($1, $2, 'adopted', $3, $4, palm_now())",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(community.0)
    .bind::<SqlUuid, _>(asked.0)
    .bind::<SqlUuid, _>(decided.0)
    .execute(owner)?;
    Ok(())
}

/// A place that requests are about: number of its community, community, unit, WGS-84.
pub(super) type Place = (i32, GridUnitId, GridUnitId, f64, f64);

/// The places, numbered from 0.
pub(super) fn places(owner: &mut PgConnection, places: &[Place]) -> QueryResult<()> {
    sql_query(
        "INSERT INTO scale_places (n, c, community, unit, lat, lon) SELECT n - 1, c, community, unit, lat, lon \
         FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY w (c, community, unit, lat, lon, n)",
    )
    .bind::<Array<Integer>, _>(places.iter().map(|place| place.0).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(places.iter().map(|place| place.1.0).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(places.iter().map(|place| place.2.0).collect::<Vec<_>>())
    .bind::<Array<Double>, _>(places.iter().map(|place| place.3).collect::<Vec<_>>())
    .bind::<Array<Double>, _>(places.iter().map(|place| place.4).collect::<Vec<_>>())
    .execute(owner)?;
    Ok(())
}

/// Residents, community after community; and one of the staff of each.
pub(super) fn persons(owner: &mut PgConnection, residents: &[PersonId], staff: &[PersonId]) -> QueryResult<()> {
    for (table, persons) in [("scale_residents", residents), ("scale_staff", staff)] {
        sql_query(format!("INSERT INTO {table} SELECT n - 1, p FROM unnest($1) WITH ORDINALITY w (p, n)"))
            .bind::<Array<SqlUuid>, _>(persons.iter().map(|person| person.0).collect::<Vec<_>>())
            .execute(owner)?;
    }
    Ok(())
}

/// Units with one of their handlers, numbered from 0.
pub(super) fn units(owner: &mut PgConnection, units: &[(OrganizationId, String, PersonId)]) -> QueryResult<()> {
    sql_query("INSERT INTO scale_units SELECT n - 1, o, t, p FROM unnest($1, $2, $3) WITH ORDINALITY w (o, t, p, n)")
        .bind::<Array<SqlUuid>, _>(units.iter().map(|unit| unit.0.0).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(units.iter().map(|unit| unit.1.as_str()).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(units.iter().map(|unit| unit.2.0).collect::<Vec<_>>())
        .execute(owner)?;
    Ok(())
}

/// What somebody may write about an item of the duty list.
pub(super) struct Problem {
    pub(super) code: String,
    pub(super) title: String,
    pub(super) class: &'static str,
    pub(super) unit: i32,
    pub(super) text: String,
    /// Lexemes, parted by blanks.
    pub(super) lexemes: String,
    /// Kinds of danger of which it speaks, as stored.
    pub(super) danger: Option<String>,
}

/// The problems, numbered from 0.
pub(super) fn problems(owner: &mut PgConnection, problems: &[Problem]) -> QueryResult<()> {
    sql_query(
        "INSERT INTO scale_texts SELECT n - 1, code, title, class, unit, text, array_to_tsvector(string_to_array(lexemes, ' ')), danger \
         FROM unnest($1, $2, $3, $4, $5, $6, $7) WITH ORDINALITY w (code, title, class, unit, text, lexemes, danger, n)",
    )
    .bind::<Array<Text>, _>(problems.iter().map(|one| one.code.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(problems.iter().map(|one| one.title.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(problems.iter().map(|one| one.class).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(problems.iter().map(|one| one.unit).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(problems.iter().map(|one| one.text.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(problems.iter().map(|one| one.lexemes.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(problems.iter().map(|one| one.danger.as_deref()).collect::<Vec<_>>())
    .execute(owner)?;
    Ok(())
}

/// Parts of texts with their lexemes, numbered from 0, into `scale_spots` or `scale_tails`.
pub(super) fn parts(owner: &mut PgConnection, table: &str, parts: &[(String, String)]) -> QueryResult<()> {
    sql_query(format!(
        "INSERT INTO {table} SELECT n - 1, t, array_to_tsvector(string_to_array(l, ' ')) FROM unnest($1, $2) WITH ORDINALITY w (t, l, n)"
    ))
    .bind::<Array<Text>, _>(parts.iter().map(|part| part.0.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(parts.iter().map(|part| part.1.as_str()).collect::<Vec<_>>())
    .execute(owner)?;
    Ok(())
}

/// A moment at which requests come in, with the deadlines that follow from it.
pub(super) struct Moment {
    pub(super) at: DateTime<Utc>,
    pub(super) day: NaiveDate,
    pub(super) accept_by: DateTime<Utc>,
    pub(super) general_by: DateTime<Utc>,
    pub(super) complex_by: DateTime<Utc>,
}

/// The moments in their order, numbered from 0; `total` requests are shared out to them evenly. Numbers of a day go on after those given.
pub(super) fn moments(owner: &mut PgConnection, moments: &[Moment], total: i64) -> QueryResult<()> {
    let times = |of: fn(&Moment) -> DateTime<Utc>| moments.iter().map(of).collect::<Vec<_>>();
    sql_query(
        "WITH w AS (SELECT n - 1 AS n, at, day, a, g, c, cardinality($1) AS count \
            FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY w (at, day, a, g, c, n)), \
         days AS (SELECT day, (min(n) * $6 + count - 1) / count AS first FROM w GROUP BY day, count) \
         INSERT INTO scale_moments SELECT n, at, day, first, coalesce(t.taken, 0), a, g, c FROM w JOIN days USING (day) \
         LEFT JOIN (SELECT filed_on, max(split_part(number, '-', 3)::bigint) AS taken FROM requests GROUP BY filed_on) t ON t.filed_on = day",
    )
    .bind::<Array<Timestamptz>, _>(times(|moment| moment.at))
    .bind::<Array<Date>, _>(moments.iter().map(|moment| moment.day).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(times(|moment| moment.accept_by))
    .bind::<Array<Timestamptz>, _>(times(|moment| moment.general_by))
    .bind::<Array<Timestamptz>, _>(times(|moment| moment.complex_by))
    .bind::<BigInt, _>(total)
    .execute(owner)?;
    Ok(())
}

/// Numbers that are given from now on follow those of today's requests.
pub(super) fn number_today(owner: &mut PgConnection) -> QueryResult<()> {
    sql_query(
        "WITH seeded AS (SELECT count(*) AS n, max(split_part(r.number, '-', 3)::bigint) AS last FROM requests r \
            JOIN grid_units c ON c.id = r.community_id \
            WHERE starts_with(c.path, $1 || '/') AND r.filed_on = (palm_now() AT TIME ZONE 'Asia/Shanghai')::date) \
         INSERT INTO request_days (day, base) SELECT (palm_now() AT TIME ZONE 'Asia/Shanghai')::date, nextval('request_numbers') - last \
         FROM seeded WHERE n > 0 ON CONFLICT (day) DO UPDATE SET base = request_days.base - (SELECT n FROM seeded)",
    )
    .bind::<Text, _>(super::place::STREET)
    .execute(owner)?;
    Ok(())
}

/// How much there is to pick from.
pub(super) fn count(owner: &mut PgConnection, total: i64, residents: i32) -> QueryResult<()> {
    sql_query(
        "INSERT INTO scale_counts SELECT $1, (SELECT count(*) FROM scale_moments), (SELECT count(*) FROM scale_texts), \
         (SELECT count(*) FROM scale_spots), (SELECT count(*) FROM scale_tails), (SELECT count(*) FROM scale_places), $2, palm_now()",
    )
    .bind::<BigInt, _>(total)
    .bind::<Integer, _>(residents)
    .execute(owner)?;
    Ok(())
}
