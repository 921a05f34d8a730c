//! The moves of a joint case: decided (and who pays what), talked about again, closed, called off.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::{OrganizationId, PersonId};
use base::money::Fen;
use base::text::{Few, Text};
use people::grid::Scope;
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, JointCase, Step};
use super::{JOINT_NOT_MEMBER, JOINT_TASKS_OPEN, JointCaseId, JointMove, MessageKind, reach, rows_member, rows_task, thread};
use crate::reach::moved;

/// What an organization pays.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Who pays.
    pub organization: OrganizationId,
    /// How much, in yuan.
    pub amount: Fen,
    /// For what.
    pub note: Option<Text<200>>,
}

/// What was decided.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The decision.
    pub decision: Text<4000>,
    /// Who pays what.
    #[schema(value_type = Option<Vec<Share>>, max_items = 20)]
    pub shares: Option<Few<Share, 20>>,
}

/// How it ended.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// What came of it, or why it was called off.
    pub text: Text<2000>,
}

fn go(
    tx: &mut Tx<'_>,
    (name, by): (&'static str, PersonId),
    case: &JointCase,
    action: JointMove,
    (mut step, text): (Step<'_>, &str),
) -> Result<(), ApiError> {
    let to = moved(case.state.transition(action))?;
    step.state = Some(to);
    rows::step(tx.conn(), case.id, &step)?;
    thread::say(tx, case, MessageKind::Event, (by, None), text)?;
    let entry = Audit::new(name, "joint_case", case.id.0).at(case.grid_unit_id);
    tx.audit(entry.before(json!({"state": case.state})).after(json!({"state": to})))?;
    thread::news(tx, case, by, to.zh())
}

/// Writes the decision down, and who pays what.
pub(super) fn decide(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: JointCaseId,
    made: &Decision,
) -> Result<Finished<()>, ApiError> {
    let case = reach::held(&mut tx, scope, id)?;
    moved(case.state.transition(JointMove::Decide))?;
    for share in made.shares.iter().flat_map(|shares| shares.items()) {
        if share.amount < Fen::ZERO {
            return Err(ApiError::invalid("/shares", "must not be below zero"));
        }
        let pays = (share.amount.hundredths(), share.note.as_deref());
        if !rows_member::set_share(tx.conn(), id, share.organization, pays)? {
            return Err(ApiError::of(&JOINT_NOT_MEMBER));
        }
    }
    let step = Step { decision: Some(&made.decision), decided_at: Some(tx.now()?), ..Step::default() };
    let text = format!("形成决议：{}", made.decision.as_str());
    go(&mut tx, ("joint_case_decide", person), &case, JointMove::Decide, (step, &text))?;
    Ok(tx.done(())?)
}

/// Talks again about what was decided; the decision stays until another takes its place.
pub(super) fn resume(mut tx: Tx<'_>, scope: &Scope, person: PersonId, id: JointCaseId) -> Result<Finished<()>, ApiError> {
    let case = reach::held(&mut tx, scope, id)?;
    go(&mut tx, ("joint_case_resume", person), &case, JointMove::Resume, (Step::default(), "重新商议"))?;
    Ok(tx.done(())?)
}

/// Ends a joint case: closed once no task is open, or called off.
pub(super) fn end(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    (id, action): (JointCaseId, JointMove),
    ending: &Ending,
) -> Result<Finished<()>, ApiError> {
    let case = reach::held(&mut tx, scope, id)?;
    moved(case.state.transition(action))?;
    let closing = action == JointMove::Close;
    if closing && rows_task::open(tx.conn(), id)? > 0 {
        return Err(ApiError::of(&JOINT_TASKS_OPEN));
    }
    let step = Step { closing: Some(&ending.text), closed_at: Some(tx.now()?), ..Step::default() };
    let (name, what) = if closing { ("joint_case_close", "办结") } else { ("joint_case_cancel", "取消") };
    let text = format!("{what}：{}", ending.text.as_str());
    go(&mut tx, (name, person), &case, action, (step, &text))?;
    Ok(tx.done(())?)
}
