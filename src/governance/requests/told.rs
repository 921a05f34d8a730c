//! Who is told what: the reporter (and who acts for them) of every public event, in the transaction; the handlers of what waits for
//! them, by a job, since many requests come to the same few people.

use base::db::{Context, Db, DbResult, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::jobs::{JobError, NewJob};
use diesel::PgConnection;
use people::identity::{self, Role};
use people::notify::{self, Notice, Template, templates};
use people::{community, grid};
use serde::Deserialize;
use serde_json::{Value, json};

use super::rows::{self, Case};
use super::rows_events::{self, EventRow};
use super::{CaseId, Desk, EventKind, joining, rows_details};

/// The job that tells handlers.
pub(super) const HANDLERS_JOB: &str = "request_handlers";

/// Events after which somebody else has to move.
const FOR_HANDLERS: &[EventKind] = &[
    EventKind::Filed,
    EventKind::Dispatched,
    EventKind::Returned,
    EventKind::Arbitrated,
    EventKind::Replied,
    EventKind::Redo,
    EventKind::Reopened,
    EventKind::Withdrawn,
    EventKind::Supervised,
];

/// Not told by us: notes are among handlers, and the check of a text tells its author itself.
const QUIET: &[EventKind] = &[EventKind::Note, EventKind::Published];

fn is_one_of(event: &EventRow, kinds: &[EventKind]) -> bool {
    kinds.iter().any(|kind| kind.name() == event.kind)
}

/// Tells of the events of one transaction.
pub(super) fn of_events(tx: &mut Tx<'_>, case: &Case, events: &[EventRow]) -> Result<(), ApiError> {
    // Only the last of them matters to handlers: filed and dispatched at once is one message.
    if let Some(event) = events.iter().rev().find(|event| is_one_of(event, FOR_HANDLERS)) {
        tx.enqueue(&NewJob::new(HANDLERS_JOB, json!({"case": case.id, "sequence": event.sequence})))?;
    }
    joining::follow_up(tx, case, events)?;
    let mut persons: Vec<PersonId> = case.reporter_id.into_iter().chain(case.proxy_id).collect();
    // Each inbox is locked while it is written: in the order of ids.
    persons.sort_unstable();
    persons.dedup();
    for person in persons {
        for event in events.iter().filter(|event| event.person_id != Some(person)) {
            if let Some(notice) = notice(tx.conn(), case, event)? {
                notify::send(tx, person, &notice)?;
            }
        }
    }
    Ok(())
}

/// How the reporter hears of an event; nothing of what concerns handlers only.
fn notice(connection: &mut PgConnection, case: &Case, event: &EventRow) -> Result<Option<Notice>, ApiError> {
    let Some(kind) = EventKind::parse(&event.kind).filter(|kind| !QUIET.contains(kind)) else { return Ok(None) };
    let template: &'static Template = match kind {
        EventKind::Accepted => &templates::REQUEST_ACCEPTED,
        EventKind::Asked => &templates::REQUEST_ASKED,
        EventKind::Answered => &templates::REQUEST_ANSWERED,
        EventKind::Confirmed => &templates::REQUEST_CONFIRMED,
        _ => &templates::REQUEST_MOVED,
    };
    let who = match event.organization_id {
        Some(unit) => community::organization_names(connection, &[unit])?.remove(&unit),
        None => None,
    };
    let who = who.unwrap_or_else(|| event.role.zh().to_owned());
    let said = event.public_text.clone().unwrap_or_default();
    let what = if said.is_empty() { kind.zh().to_owned() } else { format!("{}：{said}", kind.zh()) };
    let told = Notice::new(template).with("number", &case.number).with("title", &case.title).with("who", who);
    let page = format!("pages/governance/request?id={}", case.id);
    Ok(Some(told.with("what", what).with("text", said).link(page)))
}

#[derive(Deserialize)]
struct Payload {
    case: CaseId,
    sequence: i32,
}

/// Tells the handlers of the desk where a request lies now.
pub(super) fn handlers(db: &Db, payload: Value) -> Result<(), JobError> {
    let payload: Payload = serde_json::from_value(payload)?;
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        let case = rows::find(tx.conn(), payload.case)?;
        let event = rows_events::find(tx.conn(), payload.case, payload.sequence)?;
        // Where it has moved on meanwhile, the later message is the one that matters.
        let later = rows_events::after(tx.conn(), payload.case, payload.sequence, false, 100)?;
        let moved_on = later.iter().any(|event| is_one_of(event, FOR_HANDLERS));
        if let (Some(case), Some(event), false) = (case, event, moved_on) {
            let mut persons = handlers_of(tx.conn(), &case)?;
            persons.retain(|person| event.person_id != Some(*person));
            persons.sort_unstable();
            persons.dedup();
            let what = EventKind::parse(&event.kind).map_or("进展", EventKind::zh);
            let page = format!("pages/staff/request?id={}", case.id);
            let told = Notice::new(&templates::REQUEST_WAITS).with("number", &case.number).with("title", &case.title);
            let told = told.with("what", what).link(page);
            for person in persons {
                notify::send(&mut tx, person, &told)?;
            }
        }
        Ok(tx.done(())?)
    })?;
    Ok(())
}

/// Who has to move: the staff of its units; the grid workers of the place, else its community's staff; the street's staff.
pub(super) fn handlers_of(connection: &mut PgConnection, case: &Case) -> DbResult<Vec<PersonId>> {
    let Some(place) = grid::unit_find(connection, case.grid_unit_id)? else { return Ok(Vec::new()) };
    match case.desk {
        Desk::Unit => {
            let mut persons = Vec::new();
            for unit in rows_details::assigned(connection, case.id)? {
                persons.extend(identity::people_of_organization(connection, Role::UnitHandler, unit.organization_id)?);
            }
            Ok(persons)
        }
        Desk::Street => identity::people_over(connection, Role::StreetStaff, &place.path),
        Desk::Community => {
            if let Some(lead) = case.lead_id {
                return Ok(vec![lead]);
            }
            let workers = identity::people_over(connection, Role::GridWorker, &place.path)?;
            if !workers.is_empty() {
                return Ok(workers);
            }
            identity::people_over(connection, Role::CommunityStaff, &place.path)
        }
    }
}
