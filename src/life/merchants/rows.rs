//! Queries of `merchants`.

use std::collections::BTreeMap;

use base::db::{DbResult, palm_now};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::dsl::not;
use diesel::prelude::*;
use people::grid::{Scope, within};

use super::schema::merchants;
use super::{MerchantId, MerchantState};

/// A merchant.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = merchants, check_for_backend(diesel::pg::Pg))]
pub struct Merchant {
    /// Id.
    pub id: MerchantId,
    /// The community that settles it.
    pub community_id: GridUnitId,
    /// Its organization, from approval on.
    pub organization_id: Option<OrganizationId>,
    /// State.
    pub state: MerchantState,
    /// Name of the shop.
    pub name: String,
    /// Number of the business licence.
    pub licence_number: String,
    /// Where it is.
    pub address: String,
    /// Opening hours.
    pub hours: String,
    /// What it offers.
    pub services: String,
    /// Published telephone.
    pub contact: Option<String>,
    /// Notice to customers.
    pub notice: Option<String>,
    /// Where it is paid to, sealed.
    pub settlement_account: Option<Vec<u8>>,
    /// Which printed QR is in force.
    pub ticket_number: i32,
    /// Who applied.
    pub applicant_id: PersonId,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was refused or suspended.
    pub decision: Option<String>,
    /// Counts edits.
    pub version: i32,
    /// When it was applied for.
    pub created_at: DateTime<Utc>,
}

/// A row to be written.
#[derive(Insertable)]
#[diesel(table_name = merchants)]
pub(super) struct NewRow<'a> {
    pub id: MerchantId,
    pub community_id: GridUnitId,
    pub name: &'a str,
    pub licence_number: &'a str,
    pub address: &'a str,
    pub hours: &'a str,
    pub services: &'a str,
    pub contact: Option<&'a str>,
    pub notice: Option<&'a str>,
    pub settlement_account: Option<Vec<u8>>,
    pub applicant_id: PersonId,
}

/// What the owner edits.
#[derive(AsChangeset)]
#[diesel(table_name = merchants, treat_none_as_null = true)]
pub(super) struct Profile<'a> {
    pub name: &'a str,
    pub address: &'a str,
    pub hours: &'a str,
    pub services: &'a str,
    pub contact: Option<&'a str>,
    pub notice: Option<&'a str>,
}

pub(super) fn insert(connection: &mut PgConnection, row: &NewRow<'_>) -> DbResult<()> {
    diesel::insert_into(merchants::table).values(row).execute(connection)?;
    Ok(())
}

/// One merchant.
pub fn merchant_find(connection: &mut PgConnection, id: MerchantId) -> DbResult<Option<Merchant>> {
    Ok(merchants::table.find(id).select(Merchant::as_select()).first(connection).optional()?)
}

/// The merchant that an organization is.
pub fn merchant_by_organization(connection: &mut PgConnection, id: OrganizationId) -> DbResult<Option<Merchant>> {
    let query = merchants::table.filter(merchants::organization_id.eq(id)).select(Merchant::as_select());
    Ok(query.first(connection).optional()?)
}

/// The merchants that these organizations are.
pub fn merchants_of(connection: &mut PgConnection, organizations: &[OrganizationId]) -> DbResult<Vec<Merchant>> {
    let query = merchants::table.filter(merchants::organization_id.eq_any(organizations)).select(Merchant::as_select());
    Ok(query.order(merchants::id).load(connection)?)
}

/// Merchants of the scope in these states, newest first.
pub fn merchant_list(
    connection: &mut PgConnection,
    scope: &Scope,
    community: Option<GridUnitId>,
    states: &[MerchantState],
    window: &Window<MerchantId>,
) -> DbResult<Vec<Merchant>> {
    let own = merchants::organization_id.eq_any(&scope.organizations);
    let mut query = merchants::table
        .filter(within(merchants::community_id, scope).or(own.assume_not_null().and(merchants::organization_id.is_not_null())))
        .filter(merchants::state.eq_any(states))
        .select(Merchant::as_select())
        .order(merchants::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(community) = community {
        query = query.filter(merchants::community_id.eq(community));
    }
    if let Some(after) = window.after {
        query = query.filter(merchants::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// All merchants of a community that ever were approved.
pub fn merchants_in(connection: &mut PgConnection, community: GridUnitId) -> DbResult<Vec<Merchant>> {
    let query = merchants::table.filter(merchants::community_id.eq(community)).filter(merchants::organization_id.is_not_null());
    Ok(query.select(Merchant::as_select()).order(merchants::id).load(connection)?)
}

/// Communities that have, or had, merchants.
pub fn communities(connection: &mut PgConnection) -> DbResult<Vec<GridUnitId>> {
    let query = merchants::table.filter(merchants::organization_id.is_not_null()).select(merchants::community_id).distinct();
    Ok(query.order(merchants::community_id).load(connection)?)
}

/// Names beside rows of others.
pub fn names_by_ids(connection: &mut PgConnection, ids: &[MerchantId]) -> DbResult<BTreeMap<MerchantId, String>> {
    let query = merchants::table.filter(merchants::id.eq_any(ids)).select((merchants::id, merchants::name));
    Ok(query.load::<(MerchantId, String)>(connection)?.into_iter().collect())
}

/// Moves from one state to another; false: it is in another state meanwhile.
pub(super) fn decide(
    connection: &mut PgConnection,
    id: MerchantId,
    change: (MerchantState, MerchantState),
    by: Option<PersonId>,
    organization: Option<OrganizationId>,
    reason: Option<&str>,
) -> DbResult<bool> {
    let (from, to) = change;
    let rows = diesel::update(merchants::table.find(id).filter(merchants::state.eq(from)))
        .set((
            merchants::state.eq(to),
            merchants::decided_by.eq(by),
            merchants::decided_at.eq(palm_now().nullable()),
            merchants::organization_id.eq(organization),
            merchants::decision.eq(reason),
            merchants::version.eq(merchants::version + 1),
        ))
        .execute(connection)?;
    Ok(rows == 1)
}

/// Writes the profile; false: another edit came first.
pub(super) fn update(connection: &mut PgConnection, id: MerchantId, version: i32, profile: &Profile<'_>) -> DbResult<bool> {
    let row = merchants::table.find(id).filter(merchants::version.eq(version));
    Ok(diesel::update(row).set((profile, merchants::version.eq(merchants::version + 1))).execute(connection)? == 1)
}

/// Writes the sealed account.
pub(super) fn update_account(connection: &mut PgConnection, id: MerchantId, sealed: &[u8]) -> DbResult<()> {
    diesel::update(merchants::table.find(id)).set(merchants::settlement_account.eq(Some(sealed))).execute(connection)?;
    Ok(())
}

/// Puts the next printed QR into force.
pub(super) fn renew_ticket(connection: &mut PgConnection, id: MerchantId) -> DbResult<()> {
    let next = merchants::ticket_number.eq(merchants::ticket_number + 1);
    diesel::update(merchants::table.find(id).filter(not(merchants::state.eq(MerchantState::Refused))))
        .set(next)
        .execute(connection)?;
    Ok(())
}

/// What somebody applied for, for the export of their data.
pub(super) fn of_applicant(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<Merchant>> {
    let query = merchants::table.filter(merchants::applicant_id.eq(person)).select(Merchant::as_select());
    Ok(query.order(merchants::id).load(connection)?)
}
