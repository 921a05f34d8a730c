//! Taking a request: the first to do so leads (首接负责). At the community's desk a worker or staff takes it on; at a unit's desk one of
//! its units begins, and leads from then on even if it was only to help.

use base::db::{Finished, Tx};
use base::error::ApiError;
use base::text::Text;
use serde::Deserialize;

use super::hats::{self, By};
use super::{ARBITRATION_WAITS, CaseId, Desk, EventKind, Move, rows_details};

/// Taking a request.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// For the reporter, such as when somebody will come.
    pub text: Option<Text<500>>,
    /// For handlers only.
    pub note: Option<Text<500>>,
}

pub(super) fn accept(mut tx: Tx<'_>, by: &By<'_>, id: CaseId, how: &Acceptance) -> Result<Finished<()>, ApiError> {
    let mut work = by.take(&mut tx, id)?;
    let desk = work.case.desk;
    work.go(Move::Accept)?;
    if desk == Desk::Street {
        return Err(ApiError::of(&ARBITRATION_WAITS));
    }
    let hat = hats::at_desk(tx.conn(), by.actor, &work.case)?;
    work.case.lead_id = Some(by.actor.person);
    if let Some(unit) = hat.organization.filter(|unit| Some(*unit) != work.case.organization_id) {
        rows_details::lead(tx.conn(), id, unit)?;
        work.case.organization_id = Some(unit);
    }
    let mut what = by.as_handler(EventKind::Accepted, &hat).noting(how.note.as_deref().map(str::to_owned));
    if let Some(text) = &how.text {
        what = what.saying(text.as_str());
    }
    work.happened(what);
    work.write(&mut tx, by.action)?;
    Ok(tx.done(())?)
}
