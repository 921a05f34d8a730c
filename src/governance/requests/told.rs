//! Who is told what: the reporter (and who acts for them) of every public event, in the transaction; the handlers of what waits for
//! them, by a job, since many requests come to the same few people.

use std::collections::HashMap;

use base::db::{Context, Db, DbResult, Tx};
use base::error::ApiError;
use base::ids::{OrganizationId, PersonId};
use base::jobs::{JobError, NewJob};
use diesel::PgConnection;
use people::identity::{self, Role};
use people::notify::{self, Notice, Template, templates};
use people::{community, grid};
use serde::Deserialize;
use serde_json::{Value, json};

use super::rows::{self, Case};
use super::rows_events::{self, EventRow};
use super::{CHAT_EVENT_JOB, CaseId, Desk, EVENT_JOB, EventKind, Publication, Source, joining, rows_details};

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

/// A request with what has just happened to it.
pub(super) type Told<'a> = (&'a Case, &'a [EventRow]);

/// Tells of the events of one transaction.
pub(super) fn of_events(tx: &mut Tx<'_>, all: &[Told<'_>]) -> Result<(), ApiError> {
    let mut jobs = Vec::new();
    // Into what has just been filed nothing is merged.
    let there = all.iter().filter(|(case, events)| usize::try_from(case.event_last).is_ok_and(|last| last > events.len()));
    let hidden = there.filter(|(case, _)| case.publication != Publication::Published);
    let merged = rows::merged_among(tx.conn(), hidden.map(|(case, _)| case.id).collect())?;
    for (case, events) in all {
        for event in events.iter().filter(|event| event.kind != EventKind::Note.name()) {
            let heard = json!({"case": case.id, "sequence": event.sequence});
            if case.source == Source::Chat {
                jobs.push(NewJob::new(CHAT_EVENT_JOB, heard.clone()));
            }
            jobs.push(NewJob::new(EVENT_JOB, heard));
        }
        // Only the last of them matters to handlers: filed and dispatched at once is one message.
        if let Some(event) = events.iter().rev().find(|event| is_one_of(event, FOR_HANDLERS)) {
            jobs.push(NewJob::new(HANDLERS_JOB, json!({"case": case.id, "sequence": event.sequence})));
        }
        jobs.extend(joining::follow_up(case, merged.contains(&case.id), events));
    }
    tx.enqueue_all(&jobs)?;
    let notices = notices(tx.conn(), all)?;
    notify::send_all(tx, &notices)
}

/// What reporters and who acts for them are told.
fn notices(connection: &mut PgConnection, all: &[Told<'_>]) -> Result<Vec<(PersonId, Notice)>, ApiError> {
    let mut wanted = Vec::new();
    for (case, events) in all {
        let mut persons: Vec<PersonId> = case.reporter_id.into_iter().chain(case.proxy_id).collect();
        persons.dedup();
        for person in persons {
            let of_others = events.iter().filter(|event| event.person_id != Some(person));
            wanted.extend(of_others.filter_map(|event| Some((person, *case, event, heard(event)?))));
        }
    }
    let mut units: Vec<OrganizationId> = wanted.iter().filter_map(|(_, _, event, _)| event.organization_id).collect();
    units.sort_unstable();
    units.dedup();
    let names = if units.is_empty() { HashMap::new() } else { community::organization_names(connection, &units)? };
    Ok(wanted.into_iter().map(|(person, case, event, kind)| (person, notice(&names, case, event, kind))).collect())
}

/// The kind of an event that reporters hear of; none of what concerns handlers only.
fn heard(event: &EventRow) -> Option<EventKind> {
    EventKind::parse(&event.kind).filter(|kind| !QUIET.contains(kind))
}

/// How the reporter hears of an event.
fn notice(names: &HashMap<OrganizationId, String>, case: &Case, event: &EventRow, kind: EventKind) -> Notice {
    let template: &'static Template = match kind {
        EventKind::Accepted => &templates::REQUEST_ACCEPTED,
        EventKind::Asked => &templates::REQUEST_ASKED,
        EventKind::Answered => &templates::REQUEST_ANSWERED,
        EventKind::Confirmed => &templates::REQUEST_CONFIRMED,
        _ => &templates::REQUEST_MOVED,
    };
    let who = event.organization_id.and_then(|unit| names.get(&unit).cloned());
    let who = who.unwrap_or_else(|| event.role.zh().to_owned());
    let said = event.public_text.clone().unwrap_or_default();
    let what = if said.is_empty() { kind.zh().to_owned() } else { format!("{}：{said}", kind.zh()) };
    let told = Notice::new(template).with("number", &case.number).with("title", &case.title).with("who", who);
    let page = format!("pages/governance/request?id={}", case.id);
    told.with("what", what).with("text", said).link(page)
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
