//! The reporter opens a closed request again: within 30 days, once, with a reason. And takes back one that isn't answered yet.

use base::db::{Finished, Tx};
use base::error::ApiError;
use base::text::Text;
use chrono::Duration;
use serde::Deserialize;

use super::hats::By;
use super::{CaseId, EventKind, Move, Outcome, REOPEN_REFUSED};

/// Why it is opened again.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reopening {
    /// Why.
    pub reason: Text<500>,
}

/// Why it is taken back.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// Why, if one wants to say so.
    pub reason: Option<Text<500>>,
}

/// How long a closed request can be opened again.
const REOPENS: Duration = Duration::days(30);

pub(super) fn reopen(mut tx: Tx<'_>, by: &By<'_>, id: CaseId, why: &Reopening) -> Result<Finished<()>, ApiError> {
    let mut work = by.take_own(&mut tx, id)?;
    work.go(Move::Reopen)?;
    let late = work.case.closed_at.is_none_or(|closed| work.now() > closed + REOPENS);
    if late || work.case.reopened || work.case.outcome == Some(Outcome::Merged) {
        return Err(ApiError::of(&REOPEN_REFUSED));
    }
    work.case.reopened = true;
    work.case.outcome = None;
    work.case.closed_at = None;
    let what = by.as_reporter(EventKind::Reopened, &work.case).saying(why.reason.as_str());
    work.happened(what);
    work.write(&mut tx, by.action)?;
    Ok(tx.done(())?)
}

pub(super) fn withdraw(mut tx: Tx<'_>, by: &By<'_>, id: CaseId, why: &Withdrawal) -> Result<Finished<()>, ApiError> {
    let mut work = by.take_own(&mut tx, id)?;
    work.go(Move::Withdraw)?;
    work.case.outcome = Some(Outcome::Withdrawn);
    work.case.closed_at = Some(work.now());
    let mut what = by.as_reporter(EventKind::Withdrawn, &work.case);
    if let Some(reason) = &why.reason {
        what = what.saying(reason.as_str());
    }
    work.happened(what);
    work.write(&mut tx, by.action)?;
    Ok(tx.done(())?)
}
