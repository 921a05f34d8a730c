//! Sessions, and the ends of a mediation that aren't an agreement.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::text::Text;
use chrono::{DateTime, Duration, Utc};
use people::grid::Scope;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::rows::{self, Mediation};
use super::rows_parts::{self, Session};
use super::{MEDIATION_SESSION_TIME, MediationId, MediationMove, MediationState, SessionId, SessionMove, SessionState, reach};

/// A session to be planned.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// When it begins, within a year.
    pub starts_at: DateTime<Utc>,
    /// Where.
    pub place: Text<100>,
}

/// What came of a session.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// Its minutes.
    pub minutes: Text<4000>,
}

/// Why something ends.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stopping {
    /// Why; where there is no agreement, also where the parties may turn.
    pub reason: Text<500>,
}

/// Whether an agreement was kept.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowUp {
    /// Was it kept?
    pub kept: bool,
    /// What was heard.
    pub note: Text<500>,
}

fn conflict() -> ApiError {
    ApiError::of(&error::STATE_CONFLICT)
}

/// The next state by the table; else 409.
pub(super) fn go(row: &mut Mediation, by: MediationMove) -> Result<MediationState, ApiError> {
    let before = row.state;
    row.state = before.transition(by).ok_or_else(conflict)?;
    Ok(before)
}

/// Saves and writes the audit of a move.
pub(super) fn save(tx: &mut Tx<'_>, row: &Mediation, action: &str, before: MediationState) -> Result<(), ApiError> {
    rows::save(tx.conn(), row)?;
    let audit = Audit::new(action, "mediation", row.id.0).at(row.grid_unit_id).before(json!({"state": before}));
    tx.audit(audit.after(json!({"state": row.state, "kept": row.kept})))?;
    Ok(())
}

pub(super) fn plan(
    mut tx: Tx<'_>,
    (scope, author): (&Scope, PersonId),
    id: MediationId,
    session: SessionId,
    new: &NewSession,
) -> Result<Finished<()>, ApiError> {
    let row = reach::led(&mut tx, scope, id)?;
    if !matches!(row.state, MediationState::Open | MediationState::Proposed) {
        return Err(conflict());
    }
    let now = tx.now()?;
    if new.starts_at <= now || new.starts_at > now + Duration::days(365) {
        return Err(ApiError::of(&MEDIATION_SESSION_TIME).field("/starts_at", "lies within a year from now"));
    }
    let planned = Session {
        id: session,
        mediation_id: id,
        starts_at: new.starts_at,
        place: new.place.to_string(),
        state: SessionState::Planned,
        minutes: None,
        created_at: now,
        ended_at: None,
    };
    rows_parts::session_insert(tx.conn(), &planned)?;
    let after = json!({"session": session, "starts_at": new.starts_at});
    tx.audit(Audit::new("mediation_session_create", "mediation", id.0).at(row.grid_unit_id).after(after))?;
    let at = new.starts_at.with_timezone(&base::clock::SHANGHAI).format("%-m月%-d日 %H:%M");
    reach::tell(&mut tx, &row, author, &reach::news(&row, &format!("{at} 在{}调解", new.place)))?;
    Ok(tx.done(())?)
}

/// Ends a session: it was held, or called off.
pub(super) fn end_session(
    mut tx: Tx<'_>,
    (scope, author): (&Scope, PersonId),
    id: SessionId,
    by: SessionMove,
    text: &str,
) -> Result<Finished<MediationId>, ApiError> {
    let mut session = rows_parts::session_lock(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let row = reach::led(&mut tx, scope, session.mediation_id)?;
    let before = session.state;
    session.state = before.transition(by).ok_or_else(conflict)?;
    session.minutes = Some(text.to_owned());
    session.ended_at = Some(tx.now()?);
    rows_parts::session_save(tx.conn(), &session)?;
    let (action, what) = match by {
        SessionMove::Hold => ("mediation_session_hold", "本次调解已记录".to_owned()),
        SessionMove::Cancel => ("mediation_session_cancel", format!("调解取消：{text}")),
    };
    let audit = Audit::new(action, "mediation", row.id.0).at(row.grid_unit_id).before(json!({"session": id, "state": before}));
    tx.audit(audit.after(json!({"session": id, "state": session.state})))?;
    reach::tell(&mut tx, &row, author, &reach::news(&row, &what))?;
    Ok(tx.done(row.id)?)
}

/// Ends a mediation without agreement, or because nobody wants it any more.
pub(super) fn stop(
    mut tx: Tx<'_>,
    (scope, author): (&Scope, PersonId),
    id: MediationId,
    by: MediationMove,
    why: &str,
) -> Result<Finished<()>, ApiError> {
    let mut row = reach::led(&mut tx, scope, id)?;
    let before = go(&mut row, by)?;
    row.ending = Some(why.to_owned());
    row.ended_at = Some(tx.now()?);
    let action = if by == MediationMove::Fail { "mediation_fail" } else { "mediation_withdraw" };
    save(&mut tx, &row, action, before)?;
    reach::tell(&mut tx, &row, author, &reach::news(&row, &format!("{}：{why}", row.state.zh())))?;
    Ok(tx.done(())?)
}

/// Writes down whether the agreement was kept.
pub(super) fn follow_up(
    mut tx: Tx<'_>,
    (scope, author): (&Scope, PersonId),
    id: MediationId,
    form: &FollowUp,
) -> Result<Finished<()>, ApiError> {
    let mut row = reach::led(&mut tx, scope, id)?;
    let before = go(&mut row, MediationMove::FollowUp)?;
    row.kept = Some(form.kept);
    row.ending = Some(form.note.to_string());
    row.ended_at = Some(tx.now()?);
    save(&mut tx, &row, "mediation_follow_up", before)?;
    let what = if form.kept { "已回访，协议已履行" } else { "已回访，协议未完全履行" };
    reach::tell(&mut tx, &row, author, &reach::news(&row, what))?;
    Ok(tx.done(())?)
}
