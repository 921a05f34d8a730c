//! Queries of `open311_clients`, `open311_reports`, `open311_updates`.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use people::grid::{Scope, within};
use uuid::Uuid;

use super::Open311ClientId;
use super::schema::{open311_clients, open311_reports, open311_updates};
use crate::requests::CaseId;

/// A client.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = open311_clients, check_for_backend(diesel::pg::Pg))]
pub(super) struct Client {
    pub(super) id: Open311ClientId,
    pub(super) name: String,
    pub(super) key_hash: Vec<u8>,
    pub(super) grid_unit_id: Option<GridUnitId>,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) per_minute: i32,
    pub(super) demo: bool,
    pub(super) created_by: Option<PersonId>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) revoked_at: Option<DateTime<Utc>>,
}

/// Enters a client; one that is there already stays.
pub(super) fn client_insert(connection: &mut PgConnection, client: &Client) -> DbResult<()> {
    diesel::insert_into(open311_clients::table).values(client).on_conflict_do_nothing().execute(connection)?;
    Ok(())
}

/// One client.
pub(super) fn client_find(connection: &mut PgConnection, id: Open311ClientId) -> DbResult<Option<Client>> {
    Ok(open311_clients::table.find(id).select(Client::as_select()).first(connection).optional()?)
}

/// The client whose key has this hash, unless it was revoked.
pub(super) fn client_by_key(connection: &mut PgConnection, hash: &[u8]) -> DbResult<Option<Client>> {
    Ok(open311_clients::table
        .filter(open311_clients::key_hash.eq(hash).and(open311_clients::revoked_at.is_null()))
        .select(Client::as_select())
        .first(connection)
        .optional()?)
}

/// Clients of the scope, the newest first; the demo's own is no entry.
pub(super) fn client_list(
    connection: &mut PgConnection,
    scope: &Scope,
    below: Option<Open311ClientId>,
    limit: i64,
) -> DbResult<Vec<Client>> {
    let mut query = open311_clients::table
        .filter(within(open311_clients::grid_unit_id, scope))
        .filter(open311_clients::demo.eq(false))
        .select(Client::as_select())
        .order(open311_clients::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(below) = below {
        query = query.filter(open311_clients::id.lt(below));
    }
    Ok(query.load(connection)?)
}

/// Makes a key worthless; `false` when it was already.
pub(super) fn client_revoke(
    connection: &mut PgConnection,
    id: Open311ClientId,
    by: PersonId,
    now: DateTime<Utc>,
) -> DbResult<bool> {
    let changed = diesel::update(open311_clients::table.find(id).filter(open311_clients::revoked_at.is_null()))
        .set((open311_clients::revoked_at.eq(now), open311_clients::revoked_by.eq(by)))
        .execute(connection)?;
    Ok(changed == 1)
}

/// A request that came by Open311.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = open311_reports, check_for_backend(diesel::pg::Pg))]
pub(super) struct Report {
    pub(super) id: CaseId,
    pub(super) client_id: Open311ClientId,
    pub(super) community_id: GridUnitId,
    pub(super) service_code: String,
    pub(super) token: Uuid,
    pub(super) contact_sealed: Option<Vec<u8>>,
    pub(super) media_url: Option<String>,
    pub(super) created_at: DateTime<Utc>,
}

pub(super) fn report_insert(connection: &mut PgConnection, report: &Report) -> DbResult<()> {
    diesel::insert_into(open311_reports::table).values(report).execute(connection)?;
    Ok(())
}

/// One report.
pub(super) fn report_find(connection: &mut PgConnection, id: CaseId) -> DbResult<Option<Report>> {
    Ok(open311_reports::table.find(id).select(Report::as_select()).first(connection).optional()?)
}

/// The report that a token stands for.
pub(super) fn report_by_token(connection: &mut PgConnection, token: Uuid) -> DbResult<Option<Report>> {
    Ok(open311_reports::table
        .filter(open311_reports::token.eq(token))
        .select(Report::as_select())
        .first(connection)
        .optional()?)
}

/// Something that a client told us.
#[derive(Debug, Insertable)]
#[diesel(table_name = open311_updates)]
pub(super) struct Update<'a> {
    pub(super) client_id: Open311ClientId,
    pub(super) update_id: &'a str,
    pub(super) report_id: CaseId,
    pub(super) status: &'a str,
    pub(super) updated_at: DateTime<Utc>,
}

/// Notes an update; `false` when the client's id is there already.
pub(super) fn update_insert(connection: &mut PgConnection, update: &Update<'_>) -> DbResult<bool> {
    let new = diesel::insert_into(open311_updates::table).values(update).on_conflict_do_nothing().execute(connection)?;
    Ok(new == 1)
}

/// When the newest update that a client told of a request happened there.
pub(super) fn update_latest(connection: &mut PgConnection, report: CaseId) -> DbResult<Option<DateTime<Utc>>> {
    Ok(open311_updates::table
        .filter(open311_updates::report_id.eq(report))
        .select(diesel::dsl::max(open311_updates::updated_at))
        .first(connection)?)
}

/// Forgets who reported after 180 days.
pub(super) fn sweep(connection: &mut PgConnection) -> DbResult<()> {
    sql_query(
        "UPDATE open311_reports SET contact_sealed = NULL, media_url = NULL WHERE created_at < palm_now() - interval '180 days' \
         AND (contact_sealed IS NOT NULL OR media_url IS NOT NULL)",
    )
    .execute(connection)?;
    Ok(())
}
