//! A unit gives a request back: only by naming another unit, which gets it at once, or a class of reason. The second return goes to
//! the street, which arbitrates; what the street has decided can't be given back.

use base::db::{Finished, Tx};
use base::error::ApiError;
use base::ids::OrganizationId;
use base::text::Text;
use serde::Deserialize;

use super::assign::{self, Units};
use super::hats::{self, By};
use super::work::Happening;
use super::{ARBITRATED, AssignmentReason, CaseId, Desk, EventKind, Move, RETURN_NEEDS, ReturnReason, dispatch, rows_details};

/// Why a unit gives a request back: at least one of `to` and `reason`.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// The unit whose duty it is.
    pub to: Option<OrganizationId>,
    /// The class of reason.
    pub reason: Option<ReturnReason>,
    /// For handlers only.
    pub note: Option<Text<500>>,
}

/// Returns after which the street decides.
const TO_THE_STREET: i16 = 2;

pub(super) fn give_back(mut tx: Tx<'_>, by: &By<'_>, id: CaseId, how: &Return) -> Result<Finished<()>, ApiError> {
    let mut work = by.take(&mut tx, id)?;
    work.go(Move::Return)?;
    let hat = hats::leading(tx.conn(), by.actor, &work.case)?;
    let Some(unit) = hat.organization else { return Err(ApiError::of(&super::NOT_YOUR_DESK)) };
    if work.case.returns >= TO_THE_STREET {
        return Err(ApiError::of(&ARBITRATED));
    }
    let reason = match (how.reason, how.to) {
        (_, Some(to)) if to == unit => return Err(ApiError::of(&RETURN_NEEDS).field("/to", "is the unit itself")),
        (Some(reason), _) => reason,
        (None, Some(_)) => ReturnReason::OtherUnit,
        (None, None) => return Err(ApiError::of(&RETURN_NEEDS)),
    };
    if let Some(to) = how.to {
        dispatch::usable(tx.conn(), &work.case, to)?;
    }
    work.case.returns += 1;
    work.case.desk = if work.case.returns >= TO_THE_STREET { Desk::Street } else { Desk::Community };
    work.case.organization_id = None;
    work.case.lead_id = None;
    let note = how.note.as_deref().map(str::to_owned);
    work.happened(by.as_handler(EventKind::Returned, &hat).saying(reason.zh()).noting(note));
    rows_details::end(tx.conn(), id, work.sequence(), Some(reason), work.now())?;
    // Named at the first return: that unit has it at once. At the second the street looks at whom was named.
    let rows = match how.to.filter(|_| work.case.desk == Desk::Community) {
        Some(to) => {
            let units = Units::alone(to, AssignmentReason::NamedByUnit);
            assign::plan(&mut tx, &mut work, &units, Happening::system(EventKind::Dispatched))?
        }
        None => Vec::new(),
    };
    work.write(&mut tx, by.action)?;
    if !rows.is_empty() {
        assign::give(&mut tx, &rows)?;
    }
    Ok(tx.done(())?)
}
