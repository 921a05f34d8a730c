//! Tells whoever goes along with a request of its public events, and whoever follows a place of new ones there.

use base::db::{Context, Db, Once, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::jobs::{JobError, JobKind, NewJob};
use base::keys::sha256;
use people::grid;
use people::notify::{self, Notice, templates};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::rows::{self as cases, Case};
use super::super::rows_events::{self, EventRow};
use super::super::{CaseId, EventKind, Publication};
use super::rows;

/// The job that tells followers.
const JOB: &str = "request_followers";

/// Events that followers hear of.
const PUBLIC: &[EventKind] = &[
    EventKind::Filed,
    EventKind::Published,
    EventKind::Accepted,
    EventKind::Dispatched,
    EventKind::Progress,
    EventKind::Extended,
    EventKind::Answered,
    EventKind::Reopened,
    EventKind::Merged,
    EventKind::Closed,
];

/// Background jobs.
pub(in super::super) fn jobs() -> Vec<JobKind> {
    vec![JobKind::new(JOB, tell)]
}

/// What followers are told of the events of one transaction: the last one, since one message is enough. `merged`: another
/// request was merged into this one.
pub(in super::super) fn follow_up(case: &Case, merged: bool, events: &[EventRow]) -> Option<NewJob> {
    let heard = |event: &&EventRow| PUBLIC.iter().any(|kind| kind.name() == event.kind);
    // Of one that isn't public only those hear whose own request was merged into it.
    let event = events.iter().rev().find(heard).filter(|_| merged || case.publication == Publication::Published)?;
    // A request that had to be looked at is new to its neighbours when it is published.
    let new = [EventKind::Filed.name(), EventKind::Published.name()];
    let filed = events.iter().any(|event| new.contains(&event.kind.as_str()));
    Some(NewJob::new(JOB, json!({"case": case.id, "sequence": event.sequence, "filed": filed})))
}

#[derive(Deserialize)]
struct Payload {
    case: CaseId,
    sequence: i32,
    #[serde(default)]
    filed: bool,
}

/// One transaction under a key of its own, so that a job that runs twice tells once.
fn tell(db: &Db, payload: Value) -> Result<(), JobError> {
    let payload: Payload = serde_json::from_value(payload)?;
    let key = format!("{}:{}", payload.case, payload.sequence);
    let once = Once::new(Context::job(), JOB, Some(key.clone()), sha256(key.as_bytes()), Uuid::now_v7());
    db.once_now(&once, |mut tx| -> Result<_, ApiError> {
        let case = cases::find(tx.conn(), payload.case)?;
        let event = rows_events::find(tx.conn(), payload.case, payload.sequence)?;
        if let (Some(case), Some(event)) = (&case, &event)
            && case.publication != Publication::Published
        {
            tell_merged(&mut tx, case, event)?;
        } else if let (Some(case), Some(event)) = (case, event) {
            let persons = listeners(&mut tx, &case, &event, payload.filed)?;
            let what = EventKind::parse(&event.kind).map_or("进展", EventKind::zh);
            let page = format!("pages/governance/public-request?id={}", case.id);
            let told = Notice::new(&templates::REQUEST_FOLLOWED).with("number", &case.number).with("title", &case.title);
            let told = told.with("what", what).link(page);
            for person in persons {
                notify::send(&mut tx, person, &told)?;
            }
        }
        Ok(tx.done(())?)
    })?;
    Ok(())
}

/// Tells the reporters of requests that were merged into one that isn't public: the kind of the step and the outcome, not what was said
/// to somebody else.
fn tell_merged(tx: &mut Tx<'_>, case: &Case, event: &EventRow) -> Result<(), ApiError> {
    let merged = cases::merged_into(tx.conn(), case.id)?;
    let kind = EventKind::parse(&event.kind).map_or("进展", EventKind::zh);
    let outcome = case.outcome.map(|outcome| format!("，{}", outcome.zh())).unwrap_or_default();
    let mut told: Vec<(PersonId, &Case)> = Vec::new();
    for one in &merged {
        told.extend(one.reporter_id.into_iter().chain(one.proxy_id).map(|person| (person, one)));
    }
    told.retain(|(person, _)| ![case.reporter_id, case.proxy_id, event.person_id].contains(&Some(*person)));
    told.sort_unstable_by_key(|(person, one)| (*person, one.id));
    told.dedup_by_key(|(person, _)| *person);
    for (person, one) in told {
        let notice = Notice::new(&templates::REQUEST_MOVED).with("number", &one.number).with("title", &one.title);
        let what = format!("并入 {} 办理：{kind}{outcome}", case.number);
        notify::send(tx, person, &notice.with("what", what).link(format!("pages/governance/request?id={}", one.id)))?;
    }
    Ok(())
}

/// In the order of ids, since each inbox is locked while it is written; without those who are told anyway.
fn listeners(tx: &mut Tx<'_>, case: &Case, event: &EventRow, filed: bool) -> Result<Vec<PersonId>, ApiError> {
    let mut persons = rows::followers(tx.conn(), case.id)?;
    if filed && let Some(place) = grid::unit_find(tx.conn(), case.grid_unit_id)? {
        let units: Vec<_> = grid::above(tx.conn(), &place.path)?.into_iter().map(|unit| unit.id).chain([place.id]).collect();
        persons.extend(rows::place_followers(tx.conn(), &units)?);
    }
    let told = [case.reporter_id, case.proxy_id, event.person_id];
    persons.retain(|person| !told.contains(&Some(*person)));
    persons.sort_unstable();
    persons.dedup();
    Ok(persons)
}
