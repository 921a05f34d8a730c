//! The street decides who handles a request that was given back twice: a unit, or the community itself. That can't be given back.

use base::db::{Finished, Tx};
use base::error::ApiError;
use base::ids::OrganizationId;
use base::text::Text;
use serde::Deserialize;

use super::assign::{self, Units};
use super::hats::{self, By};
use super::{AssignmentReason, CaseId, Desk, EventKind, Move, NOT_FOR_ARBITRATION, dispatch};

/// The street's decision.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Arbitration {
    /// The unit that handles it; none: the community itself.
    pub organization: Option<OrganizationId>,
    /// Why, for the handlers.
    pub reason: Text<500>,
}

pub(super) fn arbitrate(mut tx: Tx<'_>, by: &By<'_>, id: CaseId, decision: &Arbitration) -> Result<Finished<()>, ApiError> {
    let mut work = by.take(&mut tx, id)?;
    let to = if decision.organization.is_some() { Move::Dispatch } else { Move::Accept };
    if work.case.state.transition(to).is_none() {
        work.go(to)?;
    }
    if work.case.desk != Desk::Street {
        return Err(ApiError::of(&NOT_FOR_ARBITRATION));
    }
    let hat = hats::street(tx.conn(), by.actor, &work.case)?;
    let what = by.as_handler(EventKind::Arbitrated, &hat).noting(Some(decision.reason.as_str().to_owned()));
    let rows = match decision.organization {
        Some(unit) => {
            dispatch::usable(tx.conn(), &work.case, unit)?;
            assign::plan(&mut tx, &mut work, &Units::alone(unit, AssignmentReason::Arbitration), what)?
        }
        None => {
            work.go(Move::Accept)?;
            work.case.desk = Desk::Community;
            work.happened(what.saying("由社区办理"));
            Vec::new()
        }
    };
    work.write(&mut tx, by.action)?;
    if !rows.is_empty() {
        assign::give(&mut tx, &rows)?;
    }
    Ok(tx.done(())?)
}
