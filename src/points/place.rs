//! Which community a request is about, and what every decision in it must heed.

use base::db::DbResult;
use base::error::{self, ApiError};
use base::ids::{GridUnitId, OrganizationId};
use chrono::{Datelike as _, NaiveDate};
use diesel::PgConnection;
use ledger::{BookId, ReasonCode, Subject};
use people::grid::{self, GridUnit, Scope, UnitKind};
use people::identity::Actor;
use uuid::Uuid;

base::error_codes! {
    OWN_INTEREST 403 "own_interest" "不能审批本人或同住家人发起或受益的事项，请由他人审批。" "Nobody decides what they or their household asked for or gain from; another person must.";
    NO_COMMUNITY 422 "community_required" "请用 community 参数指明社区。" "Say which community, by the parameter community.";
}

/// The book of a community has the community's id.
pub(crate) const fn book(community: GridUnitId) -> BookId {
    BookId(community.0)
}

/// What a posting is about.
pub(crate) const fn subject(noun: &'static str, id: Uuid) -> Subject {
    Subject { kind: ReasonCode::known(noun), id }
}

/// The community, if the scope reaches it; else 404.
pub fn require_community(connection: &mut PgConnection, scope: &Scope, community: GridUnitId) -> Result<GridUnit, ApiError> {
    let unit = grid::unit_find(connection, community)?.filter(|unit| unit.level() == UnitKind::Community);
    let unit = unit.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&unit.path)?;
    Ok(unit)
}

/// The community asked for, else the one that the actor's first placed role lies in.
pub fn community_or_own(actor: &Actor, asked: Option<GridUnitId>) -> Result<GridUnitId, ApiError> {
    let own = || actor.roles.iter().find_map(|held| held.community);
    asked.or_else(own).ok_or_else(|| ApiError::of(&NO_COMMUNITY))
}

/// 404 unless it is a community.
pub(crate) fn must_be_community(connection: &mut PgConnection, community: GridUnitId) -> Result<(), ApiError> {
    require_community(connection, &Scope::everything(), community).map(|_unit| ())
}

/// 422 at the field unless it is an organization that the community knows.
pub(crate) fn require_organization(
    connection: &mut PgConnection,
    pointer: &str,
    organization: OrganizationId,
) -> Result<(), ApiError> {
    match people::community::organization_find(connection, organization)? {
        Some(_) => Ok(()),
        None => Err(ApiError::invalid(pointer, "no such organization")),
    }
}

/// Refuses calendar dates that can only be a mistake (and that the database can't store).
pub(crate) fn require_near(pointer: &str, date: NaiveDate) -> Result<(), ApiError> {
    if (2000..2200).contains(&date.year()) { Ok(()) } else { Err(ApiError::invalid(pointer, "must lie between 2000 and 2199")) }
}

/// Does the actor hold a role in this organization?
pub(crate) fn belongs_to(actor: &Actor, organization: Option<OrganizationId>) -> bool {
    organization.is_some() && actor.roles.iter().any(|held| held.organization == organization)
}

/// For a refusal inside rows: turns "no row was changed" into a state conflict.
pub fn changed(rows: DbResult<usize>) -> Result<(), ApiError> {
    if rows? == 1 { Ok(()) } else { Err(ApiError::of(&error::STATE_CONFLICT)) }
}
