//! How far a right reaches to a request: one's own (or one acts in it), its place, or a unit at work in it.

use base::error::{self, ApiError};
use diesel::PgConnection;
use people::grid::{self, Scope, Target};

use super::rows::{self, Case};
use super::{CaseId, rows_details};

/// Is the scope's own person the reporter, or who acts for them?
pub(super) fn is_own(scope: &Scope, case: &Case) -> bool {
    scope.own.is_some() && (scope.own == case.reporter_id || scope.own == case.proxy_id)
}

/// Does the scope reach the request as somebody who handles it?
pub(super) fn handles(connection: &mut PgConnection, scope: &Scope, case: &Case) -> Result<bool, ApiError> {
    let place = grid::unit_find(connection, case.grid_unit_id)?.map(|unit| unit.path);
    if scope.reaches(&Target { unit: place.as_ref(), ..Target::default() }) {
        return Ok(true);
    }
    Ok(!scope.organizations.is_empty() && rows_details::has(connection, case.id, &scope.organizations)?)
}

/// 404 when the request is out of reach; else whether the scope reaches it as a handler.
pub(super) fn require(connection: &mut PgConnection, scope: &Scope, case: &Case) -> Result<bool, ApiError> {
    let handler = handles(connection, scope, case)?;
    if handler || is_own(scope, case) { Ok(handler) } else { Err(ApiError::of(&error::NOT_FOUND)) }
}

/// The request, and whether the scope reaches it as a handler; 404 when it is out of reach.
pub(super) fn within(connection: &mut PgConnection, scope: &Scope, id: CaseId) -> Result<(Case, bool), ApiError> {
    let case = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let handler = require(connection, scope, &case)?;
    Ok((case, handler))
}
