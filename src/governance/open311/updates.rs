//! The update profile of FixMyStreet: what happened to requests since, and what a client has to say of one.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::text::Text;
use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;
use people::grid::GridUnit;
use serde_json::json;

use super::arguments::Arguments;
use super::document::{Document, Object};
use super::record::{self, instant, status_word};
use super::refusal::Refusal;
use super::rows::{self, Client};
use super::{ALREADY_TOLD, clients, jurisdiction};
use crate::requests::{self, CaseId, ExternalStatus, OpenEvent, Update};

/// Most updates of one answer.
const MOST: i64 = 1000;

fn object(event: &OpenEvent) -> Object {
    let status = match event.kind.as_str() {
        "reopened" | "redo" => "REOPEN",
        _ => status_word(event.state, event.outcome),
    };
    Object::new()
        .text("update_id", format!("{}-{}", event.case, event.sequence))
        .text("service_request_id", event.case.to_string())
        .text("status", status)
        .text("updated_datetime", instant(event.at))
        .text("description", event.text.clone().unwrap_or_else(|| event.kind_zh().to_owned()))
        .maybe("media_url", None)
        .text("external_status_code", &event.kind)
}

/// Updates between two times, the oldest first; without times those of the last day.
pub(super) fn list(
    connection: &mut PgConnection,
    community: &GridUnit,
    arguments: &Arguments,
    now: DateTime<Utc>,
) -> Result<Document, Refusal> {
    let (from, to) = match (arguments.get("start_date"), arguments.get("end_date")) {
        (None, None) => (now - Duration::days(1), now),
        _ => record::range(arguments, now)?,
    };
    let events = requests::open_events_between(connection, community.id, from, to, MOST)?;
    Ok(Document::List("service_request_updates", "request_update", events.iter().map(object).collect()))
}

/// The words of the profile.
const WORDS: [&str; 13] = [
    "OPEN",
    "CLOSED",
    "FIXED",
    "IN_PROGRESS",
    "ACTION_SCHEDULED",
    "INVESTIGATING",
    "DUPLICATE",
    "NOT_COUNCILS_RESPONSIBILITY",
    "NO_FURTHER_ACTION",
    "INTERNAL_REFERRAL",
    "FOR_TRIAGE",
    "CANCELLED",
    "REOPEN",
];

/// What a word means for us, when the system of the unit at work says it. The others are news.
fn meaning(word: &str) -> ExternalStatus {
    match word {
        "IN_PROGRESS" | "ACTION_SCHEDULED" | "INVESTIGATING" => ExternalStatus::InProgress,
        "FIXED" | "CLOSED" => ExternalStatus::Solved,
        "NO_FURTHER_ACTION" => ExternalStatus::CannotBeSolved,
        "NOT_COUNCILS_RESPONSIBILITY" => ExternalStatus::NotADuty,
        _ => ExternalStatus::Noted,
    }
}

/// An update that may be taken.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) client: Client,
    case: CaseId,
    update_id: String,
    word: &'static str,
    at: DateTime<Utc>,
    text: String,
    /// Does it come from the unit that has the request? Only then may it move it.
    at_work: bool,
}

/// Reads and judges an update; nothing is written.
pub(super) fn read(connection: &mut PgConnection, arguments: &Arguments) -> Result<Told, Refusal> {
    arguments.get("api_key").ok_or_else(Refusal::key)?;
    let community = jurisdiction::community(connection, arguments.get("jurisdiction_id"))?;
    let client = clients::authorize(connection, arguments.get("api_key"), &community)?;
    let case: Option<CaseId> = arguments.need("service_request_id")?.parse().ok();
    let update_id: Text<100> = arguments.text("update_id")?.ok_or_else(|| Refusal::missing("update_id"))?;
    let at = arguments.instant("updated_datetime")?.ok_or_else(|| Refusal::missing("updated_datetime"))?;
    let given = arguments.need("status")?.to_ascii_uppercase();
    let word = WORDS.into_iter().find(|word| *word == given).ok_or_else(|| {
        Refusal::wrong(format!("不认识状态 {given}。"), format!("The status {given} is not one of: {}.", WORDS.join(", ")))
    })?;
    let text: Text<2000> = arguments.text("description")?.ok_or_else(|| Refusal::missing("description"))?;
    let known = case.map(|case| requests::unit_case(connection, case)).transpose()?.flatten();
    let known = known.filter(|known| known.community == community.id).ok_or_else(|| Refusal::unknown("service_request_id"))?;
    let at_work = client.organization_id.is_some() && client.organization_id == known.case.organization;
    let theirs = rows::report_find(connection, known.case.id)?.is_some_and(|report| report.client_id == client.id);
    if !(at_work || theirs) {
        return Err(Refusal::unknown("service_request_id"));
    }
    Ok(Told { case: known.case.id, client, update_id: update_id.into_string(), word, at, text: text.into_string(), at_work })
}

/// Takes it, once.
pub(super) fn take(mut tx: Tx<'_>, told: &Told) -> Result<Finished<()>, ApiError> {
    if told.client.demo {
        rows::client_insert(tx.conn(), &told.client)?;
    }
    let latest = rows::update_latest(tx.conn(), told.case)?;
    let row = rows::Update {
        client_id: told.client.id,
        update_id: &told.update_id,
        report_id: told.case,
        status: told.word,
        updated_at: told.at,
    };
    if !rows::update_insert(tx.conn(), &row)? {
        return Err(ApiError::of(&ALREADY_TOLD));
    }
    // What happened before something that we know already is news, and moves nothing.
    let stale = latest.is_some_and(|latest| latest > told.at);
    let status = if told.at_work && !stale { meaning(told.word) } else { ExternalStatus::Noted };
    let update = Update { status, text: told.text.clone(), by: told.client.id.to_string(), external_id: told.update_id.clone() };
    requests::external_update(&mut tx, told.case, &update)?;
    let entry = Audit::new("open311_update_create", "request", told.case.0);
    tx.audit(entry.after(json!({"client": told.client.id, "status": told.word, "applied": status.name()})))?;
    Ok(tx.done(())?)
}

/// The answer to an update.
pub(super) fn answer(update_id: &str) -> Document {
    let update = Object::new().text("update_id", update_id);
    Document::List("service_request_updates", "request_update", vec![update])
}

impl Told {
    /// The client's id of it.
    pub(super) fn update_id(&self) -> &str {
        &self.update_id
    }
}
