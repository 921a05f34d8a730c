//! A published request as Open311 shows it.

use std::collections::HashMap;

use base::ids::{GridUnitId, OrganizationId};
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use diesel::PgConnection;
use people::community;
use people::grid::{self, GridUnit};

use super::arguments::Arguments;
use super::catalogue;
use super::document::{Document, Object};
use super::refusal::Refusal;
use crate::requests::{self, CaseId, OpenCase, OpenEvent, OpenFilter, Outcome, State};

/// The service of what stands in no item of the duty list: the community's own queue takes it.
pub(super) const OTHER: &str = "OTHER";
/// Its name.
pub(super) const OTHER_NAME: &str = "其他事项";
/// Most requests of one answer.
const MOST: i64 = 1000;
/// Longest range of a query, in days.
const RANGE: i64 = 90;

/// As Open311 writes a time.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Is a request's matter over for Open311? What is answered is: its outcome is known, though it may still be rated.
pub(super) const fn is_closed(state: State) -> bool {
    !state.is_open()
}

/// FixMyStreet's word for a state and an outcome.
pub(super) const fn status_word(state: State, outcome: Option<Outcome>) -> &'static str {
    match (state, outcome) {
        (State::Submitted, _) => "OPEN",
        (State::Accepted | State::WaitingForResident, _) => "INVESTIGATING",
        (State::Dispatched, _) => "ACTION_SCHEDULED",
        (State::InProgress, _) => "IN_PROGRESS",
        (State::Returned, _) => "INTERNAL_REFERRAL",
        (State::Cancelled, _) => "CANCELLED",
        (State::Answered | State::Closed, outcome) => match outcome {
            Some(Outcome::Solved) => "FIXED",
            Some(Outcome::CannotBeSolved) => "NO_FURTHER_ACTION",
            Some(Outcome::NotADuty) => "NOT_COUNCILS_RESPONSIBILITY",
            Some(Outcome::Merged) => "DUPLICATE",
            Some(Outcome::Withdrawn) => "CANCELLED",
            Some(Outcome::PartlySolved) | None => "CLOSED",
        },
    }
}

/// What stands beside the rows of one community.
pub(super) struct Names {
    units: HashMap<GridUnitId, GridUnit>,
    by_path: HashMap<String, String>,
    organizations: HashMap<OrganizationId, String>,
    services: HashMap<String, String>,
}

impl Names {
    /// Loads what these requests need.
    pub(super) fn load(connection: &mut PgConnection, community: &GridUnit, cases: &[OpenCase]) -> Result<Self, Refusal> {
        let mut units = grid::units_under(connection, Some(&community.path))?;
        units.extend(grid::unit_by_code(connection, &community.path.street())?);
        let by_path = units.iter().map(|unit| (unit.path.as_str().to_owned(), unit.name.clone())).collect();
        let organizations: Vec<OrganizationId> = cases.iter().filter_map(|case| case.organization).collect();
        let services = catalogue::in_force(connection, community)?;
        Ok(Self {
            units: units.into_iter().map(|unit| (unit.id, unit)).collect(),
            by_path,
            organizations: community::organization_names(connection, &organizations)?,
            services: services.into_iter().map(|item| (item.code, item.title)).collect(),
        })
    }

    /// Grid code and address down to the block: an entrance would say too much of where somebody lives. From the narrowest to the widest.
    pub(super) fn place(&self, unit: GridUnitId) -> (String, String) {
        let Some(unit) = self.units.get(&unit) else { return (String::new(), String::new()) };
        let codes: Vec<&str> = unit.path.as_str().split('/').take(4).collect();
        let prefixes = (1..=codes.len()).rev().map(|length| codes.iter().take(length).copied().collect::<Vec<_>>().join("/"));
        let names: Vec<String> = prefixes.filter_map(|path| self.by_path.get(&path).cloned()).collect();
        (codes.join("/"), names.join("，"))
    }

    /// Code and name of a service.
    pub(super) fn service(&self, case: &OpenCase) -> (String, String) {
        let Some(code) = &case.category else { return (OTHER.to_owned(), OTHER_NAME.to_owned()) };
        (code.clone(), self.services.get(code).cloned().unwrap_or_else(|| case.title.clone()))
    }

    /// Who answers for it.
    pub(super) fn agency(&self, case: &OpenCase) -> String {
        let unit = case.organization.and_then(|id| self.organizations.get(&id).cloned());
        unit.unwrap_or_else(|| case.desk.zh().to_owned())
    }
}

/// The latest public reply, else what came of it.
pub(super) fn notes(case: &OpenCase) -> Option<String> {
    case.reply.clone().or_else(|| case.outcome.map(|outcome| outcome.zh().to_owned()))
}

/// Degrees to the fourth digit: about ten metres.
fn degrees(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

fn notice(case: &OpenCase) -> String {
    let promised = case.resolve_by.filter(|_| !is_closed(case.state));
    let promised =
        promised.map(|at| format!("，承诺 {} 前答复", at.with_timezone(&base::clock::SHANGHAI).format("%Y-%m-%d %H:%M")));
    format!("编号 {}，{}{}", case.number, case.state.zh(), promised.unwrap_or_default())
}

/// One request.
pub(super) fn object(case: &OpenCase, names: &Names) -> Object {
    let ((code, name), (address_id, address)) = (names.service(case), names.place(case.unit));
    Object::new()
        .text("service_request_id", case.id.to_string())
        .text("status", if is_closed(case.state) { "closed" } else { "open" })
        .maybe("status_notes", notes(case))
        .text("service_name", name)
        .text("service_code", code)
        .text("description", &case.text)
        .text("agency_responsible", names.agency(case))
        .text("service_notice", notice(case))
        .text("requested_datetime", instant(case.filed_at))
        .text("updated_datetime", instant(case.updated_at))
        .maybe("expected_datetime", case.resolve_by.map(instant))
        .text("address", address)
        .text("address_id", address_id)
        .maybe("zipcode", None)
        .number("lat", case.lat.map(degrees))
        .number("long", case.lon.map(degrees))
        .maybe("media_url", None)
}

/// What `extensions=true` adds: number, exact state, outcome, and the public timeline.
fn extended(object: Object, case: &OpenCase, events: &[OpenEvent]) -> Object {
    let attribute = |label: &str, code: &str, value: String| {
        Object::new().text("label", label).text("name", code).text("code", code).text("value", value)
    };
    let mut attributes = vec![
        attribute("编号", "number", case.number.clone()),
        attribute("状态", "state", case.state.name().to_owned()),
        attribute("来源", "source", case.source.name().to_owned()),
    ];
    attributes.extend(case.outcome.map(|outcome| attribute("结果", "outcome", outcome.name().to_owned())));
    let note = |event: &OpenEvent| {
        Object::new()
            .text("datetime", instant(event.at))
            .text("description", event.text.clone().unwrap_or_else(|| event.kind_zh().to_owned()))
            .text("type", event.kind.clone())
    };
    let notes = events.iter().filter(|event| event.case == case.id).map(note).collect();
    let state = Object::new().text("number", &case.number).text("state", case.state.name());
    object.one("extended_attributes", state).list("attributes", "attribute", attributes).list("notes", "note", notes)
}

/// The document of some requests.
pub(super) fn document(
    connection: &mut PgConnection,
    community: &GridUnit,
    cases: &[OpenCase],
    extensions: bool,
) -> Result<Document, Refusal> {
    let names = Names::load(connection, community, cases)?;
    let ids: Vec<CaseId> = cases.iter().map(|case| case.id).collect();
    let events = if extensions { requests::open_events_of(connection, &ids)? } else { Vec::new() };
    let items = cases.iter().map(|case| match extensions {
        true => extended(object(case, &names), case, &events),
        false => object(case, &names),
    });
    Ok(Document::List("service_requests", "request", items.collect()))
}

/// The range of `start_date` and `end_date`: at most 90 days, by default the last 90.
pub(super) fn range(arguments: &Arguments, now: DateTime<Utc>) -> Result<(DateTime<Utc>, DateTime<Utc>), Refusal> {
    let (start, end) = (arguments.instant("start_date")?, arguments.instant("end_date")?);
    let longest = Duration::days(RANGE);
    let (start, end) = match (start, end) {
        (Some(start), Some(end)) => (start, end),
        (Some(start), None) => (start, start + longest),
        (None, Some(end)) => (end - longest, end),
        (None, None) => (now - longest, now),
    };
    if start > end || end - start > longest {
        return Err(Refusal::wrong(
            "start_date 与 end_date 之间最多 90 天，且先后有序。",
            "From start_date to end_date are 90 days at most, and in this order.",
        ));
    }
    Ok((start, end))
}

/// What a query narrows requests to.
pub(super) fn filter(arguments: &Arguments, community: &GridUnit, now: DateTime<Utc>) -> Result<OpenFilter, Refusal> {
    let page_size = arguments.whole("page_size", 1, MOST, MOST)?;
    let page = arguments.whole("page", 1, 100_000, 1)?;
    let mut filter =
        OpenFilter { community: community.id, limit: page_size, offset: (page - 1) * page_size, ..OpenFilter::default() };
    let ids = arguments.list("service_request_id");
    if !ids.is_empty() {
        // It overrides all other arguments. What is no id of ours is not found.
        filter.ids = Some(ids.iter().take(100).filter_map(|id| id.parse().ok()).collect());
        return Ok(filter);
    }
    (filter.from, filter.to) = range(arguments, now).map(|(from, to)| (Some(from), Some(to)))?;
    let codes = arguments.list("service_code");
    filter.uncategorized = codes.iter().any(|code| code == OTHER);
    filter.categories = (!codes.is_empty()).then_some(codes);
    let statuses = arguments.list("status");
    if let Some(unknown) = statuses.iter().find(|status| !matches!(status.as_str(), "open" | "closed")) {
        return Err(Refusal::wrong(
            format!("status 只能是 open 或 closed，不能是 {unknown}。"),
            format!("status is open or closed, not {unknown}."),
        ));
    }
    let both = statuses.iter().any(|status| status == "open") && statuses.iter().any(|status| status == "closed");
    filter.open = statuses.first().filter(|_| !both).map(|status| status == "open");
    Ok(filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_outcome_has_its_word_and_side() {
        for state in State::ALL {
            assert_eq!(is_closed(*state), matches!(state, State::Answered | State::Closed | State::Cancelled));
            for outcome in Outcome::ALL.iter().copied().map(Some).chain([None]) {
                let word = status_word(*state, outcome);
                let ended = ["FIXED", "CLOSED", "NO_FURTHER_ACTION", "NOT_COUNCILS_RESPONSIBILITY", "DUPLICATE", "CANCELLED"];
                assert_eq!(ended.contains(&word), is_closed(*state), "{state:?} {outcome:?} {word}");
            }
        }
    }

    #[test]
    fn a_range_is_ninety_days_at_most() {
        let now: DateTime<Utc> = "2026-11-24T00:00:00Z".parse().unwrap();
        let read = |text: &str| range(&Arguments::parse(text.as_bytes()).unwrap(), now);
        assert_eq!(read("").unwrap().0, now - Duration::days(90));
        let start = read("start_date=2026-01-01T00:00:00Z").unwrap();
        assert_eq!(start.1 - start.0, Duration::days(90));
        assert!(read("start_date=2026-01-01T00:00:00Z&end_date=2026-04-01T00:00:00Z").is_ok());
        assert!(read("start_date=2026-01-01T00:00:00Z&end_date=2026-04-01T00:00:01Z").is_err());
        assert!(read("start_date=2026-02-01T00:00:00Z&end_date=2026-01-01T00:00:00Z").is_err());
    }
}
