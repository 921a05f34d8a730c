//! As what somebody acts on a request: the desk where it lies decides who may move it.

use base::db::Tx;
use base::error::ApiError;
use base::ids::OrganizationId;
use diesel::PgConnection;
use people::grid::{self, GridPath, Scope};
use people::identity::{Actor, Role};

use super::rows::Case;
use super::work::{Happening, Work};
use super::{Capacity, CaseId, Desk, EventKind, NOT_YOUR_DESK, reach, rows_details};

/// Who does something, how far the right to it reaches, and its name.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) scope: &'a Scope,
    pub(super) actor: &'a Actor,
    pub(super) action: &'static str,
}

impl By<'_> {
    /// Takes a request that the right reaches; else 404.
    pub(super) fn take(&self, tx: &mut Tx<'_>, id: CaseId) -> Result<Work, ApiError> {
        let work = Work::lock(tx, id)?;
        reach::require(tx.conn(), self.scope, &work.case)?;
        Ok(work)
    }

    /// Takes one's own request; else 404.
    pub(super) fn take_own(&self, tx: &mut Tx<'_>, id: CaseId) -> Result<Work, ApiError> {
        let work = Work::lock(tx, id)?;
        let own = reach::is_own(self.scope, &work.case);
        if own { Ok(work) } else { Err(ApiError::of(&base::error::NOT_FOUND)) }
    }

    /// An event by a handler.
    pub(super) fn as_handler(&self, kind: EventKind, hat: &Hat) -> Happening {
        Happening::by(kind, hat.capacity, self.actor.person).of(hat.organization)
    }

    /// An event by the reporter, or who acts for them.
    pub(super) fn as_reporter(&self, kind: EventKind, case: &Case) -> Happening {
        let own = case.reporter_id == Some(self.actor.person);
        Happening::by(kind, if own { Capacity::Reporter } else { Capacity::Proxy }, self.actor.person)
    }
}

/// As what a handler acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hat {
    pub(super) capacity: Capacity,
    /// The unit for which they act.
    pub(super) organization: Option<OrganizationId>,
}

/// Whoever may move a request at the desk where it lies; 403 `not_your_desk` for others.
pub(super) fn at_desk(connection: &mut PgConnection, actor: &Actor, case: &Case) -> Result<Hat, ApiError> {
    match case.desk {
        Desk::Community => community(connection, actor, case),
        Desk::Street => street(connection, actor, case),
        Desk::Unit => unit(connection, actor, case),
    }
}

/// Like `at_desk`, and at a unit's desk only of the unit that leads.
pub(super) fn leading(connection: &mut PgConnection, actor: &Actor, case: &Case) -> Result<Hat, ApiError> {
    let hat = at_desk(connection, actor, case)?;
    if hat.organization == case.organization_id { Ok(hat) } else { Err(ApiError::of(&NOT_YOUR_DESK)) }
}

/// A worker or staff of the place, wherever the request lies.
pub(super) fn community(connection: &mut PgConnection, actor: &Actor, case: &Case) -> Result<Hat, ApiError> {
    let place = place(connection, case)?;
    let reaches = |role: Role, reach: fn(&GridPath) -> GridPath| {
        actor.holding(role).iter().any(|held| held.path.as_ref().is_some_and(|path| reach(path).covers(&place)))
    };
    let capacity = if reaches(Role::CommunityStaff, GridPath::community) {
        Capacity::Staff
    } else if reaches(Role::GridWorker, GridPath::clone) {
        Capacity::Worker
    } else {
        return Err(ApiError::of(&NOT_YOUR_DESK));
    };
    Ok(Hat { capacity, organization: None })
}

/// The street's staff.
pub(super) fn street(connection: &mut PgConnection, actor: &Actor, case: &Case) -> Result<Hat, ApiError> {
    let place = place(connection, case)?;
    let held = actor.holding(Role::StreetStaff);
    let reaches = held.iter().any(|held| held.path.as_ref().is_some_and(|path| path.street().covers(&place)));
    if reaches { Ok(Hat { capacity: Capacity::Street, organization: None }) } else { Err(ApiError::of(&NOT_YOUR_DESK)) }
}

/// Any handler: of its desk, of its place, or of the street.
pub(super) fn any(connection: &mut PgConnection, actor: &Actor, case: &Case) -> Result<Hat, ApiError> {
    unit(connection, actor, case)
        .or_else(|_not_a_unit| community(connection, actor, case))
        .or_else(|_not_here| street(connection, actor, case))
}

/// Staff of one of its units, of the one that leads if they belong to several.
fn unit(connection: &mut PgConnection, actor: &Actor, case: &Case) -> Result<Hat, ApiError> {
    let held: Vec<OrganizationId> = actor.holding(Role::UnitHandler).into_iter().filter_map(|held| held.organization).collect();
    if held.is_empty() {
        return Err(ApiError::of(&NOT_YOUR_DESK));
    }
    let mut assigned = rows_details::assigned(connection, case.id)?.into_iter().map(|row| row.organization_id);
    let mine = assigned.find(|unit| held.contains(unit)).ok_or_else(|| ApiError::of(&NOT_YOUR_DESK))?;
    Ok(Hat { capacity: Capacity::Unit, organization: Some(mine) })
}

fn place(connection: &mut PgConnection, case: &Case) -> Result<GridPath, ApiError> {
    let unit = grid::unit_find(connection, case.grid_unit_id)?;
    unit.map(|unit| unit.path).ok_or_else(|| ApiError::of(&base::error::NOT_FOUND))
}
