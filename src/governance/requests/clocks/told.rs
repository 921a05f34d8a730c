//! Who hears of a step: a job of its own, since many requests come to the same few people. It marks the step as told in the transaction
//! that writes the messages, so that a job that is done again tells nobody twice.

use base::db::{Context, Db, DbResult};
use base::error::ApiError;
use base::ids::PersonId;
use base::jobs::JobError;
use diesel::PgConnection;
use people::grid;
use people::identity::{self, Role};
use people::notify::{self, Notice, Template, templates};
use serde::Deserialize;
use serde_json::Value;

use super::super::rows::{self as request_rows, Case};
use super::super::{CaseId, told as handlers};
use super::rows;
use super::rows_on_call;
use super::words::ClockKind;

/// The job.
pub(super) const TELL_JOB: &str = "request_clock_told";

#[derive(Deserialize)]
struct Payload {
    case: CaseId,
    kind: ClockKind,
    round: i16,
    step: i16,
}

/// Tells of one step, once.
pub(super) fn tell(db: &Db, payload: Value) -> Result<(), JobError> {
    let payload: Payload = serde_json::from_value(payload)?;
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        let case = request_rows::find(tx.conn(), payload.case)?;
        if let Some(case) = case.filter(|case| case.state.is_open())
            && rows::tell(tx.conn(), payload.case, payload.kind, payload.round, payload.step)?
        {
            let mut persons = of_step(tx.conn(), &case, payload.kind, payload.step)?;
            persons.sort_unstable();
            persons.dedup();
            let page = format!("pages/staff/request?id={}", case.id);
            let told = Notice::new(template(payload.kind, payload.step)).with("number", &case.number).with("title", &case.title);
            let told = told.with("what", payload.kind.zh()).link(page);
            for person in persons {
                notify::send(&mut tx, person, &told)?;
            }
        }
        Ok(tx.done(())?)
    })?;
    Ok(())
}

fn template(kind: ClockKind, step: i16) -> &'static Template {
    match (kind, step) {
        (ClockKind::OnCall, _) => &templates::REQUEST_ON_CALL,
        (_, 1) => &templates::REQUEST_REMINDED,
        (_, 2) => &templates::REQUEST_SUPERVISED,
        _ => &templates::REQUEST_ESCALATED,
    }
}

/// Reminder: whoever has to move. Supervision: the community's staff with them. Escalation: the street, and the community's staff.
/// On call: the person, the deputy, the street; whoever isn't on the roster is stood in for by everybody at the desk.
fn of_step(connection: &mut PgConnection, case: &Case, kind: ClockKind, step: i16) -> DbResult<Vec<PersonId>> {
    let Some(place) = grid::unit_find(connection, case.grid_unit_id)? else { return Ok(Vec::new()) };
    let over = |connection: &mut PgConnection, role| identity::people_over(connection, role, &place.path);
    if step >= 3 {
        let mut persons = over(connection, Role::StreetStaff)?;
        if kind != ClockKind::OnCall {
            persons.extend(over(connection, Role::CommunityStaff)?);
        }
        return Ok(persons);
    }
    if kind == ClockKind::OnCall {
        let turn = rows_on_call::now_on_call(connection, case.community_id, case.organization_id)?;
        let named = turn.and_then(|turn| if step == 1 { Some(turn.person_id) } else { turn.deputy_id });
        return match named {
            Some(person) => Ok(vec![person]),
            None => handlers::handlers_of(connection, case),
        };
    }
    let mut persons = handlers::handlers_of(connection, case)?;
    if step == 2 {
        persons.extend(over(connection, Role::CommunityStaff)?);
    }
    Ok(persons)
}
