//! Giving a request to units: one leads, others help; whoever of them accepts first leads from then on (首接负责).

use base::db::Tx;
use base::error::ApiError;
use base::ids::OrganizationId;
use people::community;
use uuid::Uuid;

use super::rows_details::{self, Assignment};
use super::work::{Happening, Work};
use super::{AssignmentReason, Desk, Move, suggest};
use duty_list::DutyItem;

/// Units that are to have a request.
#[derive(Debug, Clone)]
pub(super) struct Units {
    lead: OrganizationId,
    co: Vec<OrganizationId>,
    reason: AssignmentReason,
}

impl Units {
    /// One unit alone.
    pub(super) const fn alone(lead: OrganizationId, reason: AssignmentReason) -> Self {
        Self { lead, co: Vec::new(), reason }
    }

    /// The one that leads.
    pub(super) const fn lead(&self) -> OrganizationId {
        self.lead
    }

    /// Those of a duty item; `None`: the community handles it itself.
    pub(super) fn of_duty(duty: &DutyItem, reason: AssignmentReason) -> Option<Self> {
        let lead = duty.lead?;
        let mut co = duty.co_units.clone();
        co.sort_unstable();
        co.dedup();
        co.retain(|unit| *unit != lead);
        Some(Self { lead, co, reason })
    }
}

/// Makes the move and the event (`what` with the unit's name); the rows are the caller's to insert after the request's own.
pub(super) fn plan(tx: &mut Tx<'_>, work: &mut Work, units: &Units, what: Happening) -> Result<Vec<Assignment>, ApiError> {
    work.go(Move::Dispatch)?;
    work.case.desk = Desk::Unit;
    work.case.organization_id = Some(units.lead);
    work.case.lead_id = None;
    let name = community::organization_names(tx.conn(), &[units.lead])?.remove(&units.lead).unwrap_or_default();
    work.happened(what.of(Some(units.lead)).saying(format!("已派至{name}")));
    let row = |organization: OrganizationId, part: &str| Assignment {
        id: Uuid::now_v7(),
        request_id: work.case.id,
        organization_id: organization,
        part: part.to_owned(),
        reason: units.reason,
        from_sequence: work.case.event_last,
        ended_sequence: None,
        return_reason: None,
        created_at: work.now(),
        ended_at: None,
    };
    Ok(std::iter::once(row(units.lead, "lead")).chain(units.co.iter().map(|unit| row(*unit, "co"))).collect())
}

/// Enters what was planned for a request that is there already; the units find it by its words from now on.
pub(super) fn give(tx: &mut Tx<'_>, rows: &[Assignment]) -> Result<(), ApiError> {
    let Some(case) = rows.first().map(|row| row.request_id) else { return Ok(()) };
    rows_details::assign(tx.conn(), rows)?;
    suggest::given(tx, case, &rows.iter().map(|row| row.organization_id).collect::<Vec<_>>())?;
    Ok(())
}
