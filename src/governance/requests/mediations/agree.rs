//! The agreement: written by the mediator, confirmed by every party, and settled by the last of them.

use base::clock::shanghai_date;
use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::text::Text;
use chrono::{Duration, NaiveDate};
use people::grid::Scope;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::act::{go, save};
use super::rows::Mediation;
use super::{MEDIATION_FOLLOW_UP, MediationId, MediationMove, MediationState, PARTY_CONFIRMED, PartyId, reach, rows_parts};

/// What the parties agree on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Its text.
    pub text: Text<4000>,
    /// When it is asked whether it is kept: within a year after today.
    pub follow_up_on: NaiveDate,
}

/// That a party without an account confirmed on paper.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OnPaper {
    /// Where the signed paper is, and who saw it signed.
    pub paper: Text<200>,
}

/// Writes an agreement, or writes it anew: every party is asked.
pub(super) fn propose(
    mut tx: Tx<'_>,
    (scope, author): (&Scope, PersonId),
    id: MediationId,
    form: &Agreement,
) -> Result<Finished<()>, ApiError> {
    let mut row = reach::led(&mut tx, scope, id)?;
    let before = go(&mut row, MediationMove::Propose)?;
    let today = shanghai_date(tx.now()?);
    if form.follow_up_on <= today || form.follow_up_on > today + Duration::days(365) {
        return Err(ApiError::of(&MEDIATION_FOLLOW_UP).field("/follow_up_on", "lies within a year after today"));
    }
    row.agreement = Some(form.text.to_string());
    row.follow_up_on = Some(form.follow_up_on);
    rows_parts::ask_anew(tx.conn(), id)?;
    save(&mut tx, &row, "mediation_propose", before)?;
    reach::tell(&mut tx, &row, author, &reach::news(&row, "协议已拟好，请查看并确认"))?;
    Ok(tx.done(())?)
}

/// A party's own word.
pub(super) fn confirm(mut tx: Tx<'_>, person: PersonId, id: MediationId) -> Result<Finished<()>, ApiError> {
    let (row, party) = reach::of_party(&mut tx, person, id)?;
    given(&mut tx, row, party.id, person, None, "mediation_confirm")?;
    Ok(tx.done(())?)
}

/// A party's word on paper, written down by whoever leads; somebody with an account speaks for themselves.
pub(super) fn on_paper(
    mut tx: Tx<'_>,
    (scope, author): (&Scope, PersonId),
    id: PartyId,
    form: &OnPaper,
) -> Result<Finished<MediationId>, ApiError> {
    let party = rows_parts::party(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let row = reach::led(&mut tx, scope, party.mediation_id)?;
    if party.person_id.is_some() {
        return Err(ApiError::of(&error::STATE_CONFLICT)
            .detail("该当事人有账号，请由本人确认。", "That party has an account and confirms it there."));
    }
    let mediation = row.id;
    given(&mut tx, row, id, author, Some(form.paper.as_str()), "mediation_party_confirm")?;
    Ok(tx.done(mediation)?)
}

fn given(
    tx: &mut Tx<'_>,
    mut row: Mediation,
    party: PartyId,
    by: PersonId,
    paper: Option<&str>,
    action: &str,
) -> Result<(), ApiError> {
    if row.state != MediationState::Proposed {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    let now = tx.now()?;
    if !rows_parts::confirm(tx.conn(), party, by, paper, now)? {
        return Err(ApiError::of(&PARTY_CONFIRMED));
    }
    let after = json!({"party": party, "on_paper": paper.is_some()});
    tx.audit(Audit::new(action, "mediation", row.id.0).at(row.grid_unit_id).after(after))?;
    let all = rows_parts::parties(tx.conn(), &[row.id])?.iter().all(|party| party.confirmed_at.is_some());
    if all {
        let before = go(&mut row, MediationMove::Settle)?;
        row.settled_at = Some(now);
        save(tx, &row, action, before)?;
        reach::tell(tx, &row, by, &reach::news(&row, "各方均已确认，协议达成"))?;
    }
    Ok(())
}

/// A party doesn't agree: talks go on.
pub(super) fn reject(mut tx: Tx<'_>, person: PersonId, id: MediationId, why: &str) -> Result<Finished<()>, ApiError> {
    let (mut row, _party) = reach::of_party(&mut tx, person, id)?;
    let before = go(&mut row, MediationMove::Reject)?;
    rows_parts::ask_anew(tx.conn(), id)?;
    save(&mut tx, &row, "mediation_reject", before)?;
    let short: String = why.chars().take(100).collect();
    reach::tell(&mut tx, &row, person, &reach::news(&row, &format!("一方不同意协议：{short}")))?;
    Ok(tx.done(())?)
}
