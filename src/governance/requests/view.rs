//! How a request is shown: to its reporter with what they said and the public timeline, to handlers with the notes.

use std::collections::HashMap;

use base::error::{self, ApiError};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::files::{self, FileView, Signer};
use people::identity::{self, PersonName};
use people::{community, grid};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::clocks::{self, ClockView};
use super::danger::{self, Emergency};
use super::rows::{self, Case};
use super::rows_answers::Answer;
use super::rows_details::{self, Details};
use super::rows_events::EventRow;
use super::{CaseId, Desk, EventKind, Move, Outcome, Pin, Publication, Source, State, outward};

/// A request.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequestView {
    /// Id.
    pub id: CaseId,
    /// Number to say on the phone.
    pub number: String,
    /// One plain sentence.
    pub summary: String,
    /// A few words.
    pub title: String,
    /// State.
    pub state: State,
    /// What the state allows.
    pub allowed: Vec<Move>,
    /// Who has to move.
    pub desk: Desk,
    /// How it came in.
    pub source: Source,
    /// Category of the duty list.
    pub category: Option<String>,
    /// What the matter is.
    pub text: String,
    /// Community.
    pub community: GridUnitId,
    /// Where it lies.
    pub unit: GridUnitId,
    /// Name of that place.
    pub unit_name: String,
    /// The place in words.
    pub place_text: Option<String>,
    /// The place on the map, WGS-84.
    pub pin: Option<Pin>,
    /// May neighbours see it?
    pub public: bool,
    /// What the check of its public text says.
    pub publication: Publication,
    /// Does the reporter wish to be called?
    pub wants_contact: bool,
    /// Reporter; shown to handlers and to the reporter.
    pub reporter: Option<PersonId>,
    /// The reporter's nickname.
    pub reporter_name: Option<String>,
    /// Who acts for the reporter.
    pub proxy: Option<PersonId>,
    /// Answers to the category's questions.
    #[schema(value_type = Vec<Object>)]
    pub answers: serde_json::Value,
    /// The unit that leads.
    pub organization: Option<OrganizationId>,
    /// Its name.
    pub organization_name: Option<String>,
    /// Who accepted first and leads.
    pub lead: Option<PersonId>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// The request it was joined to.
    pub merged_into: Option<CaseId>,
    /// The next deadline of whoever has to move.
    pub due_at: Option<DateTime<Utc>>,
    /// The published deadline of the answer.
    pub resolve_by: Option<DateTime<Utc>>,
    /// Its clocks, in the order in which they started.
    pub clocks: Vec<ClockView>,
    /// Was it extended?
    pub extended: bool,
    /// Pictures that came with it.
    pub files: Vec<FileView>,
    /// Pictures that handlers added.
    pub result_files: Vec<FileView>,
    /// A text for the WeChat group that it came from.
    pub paste_back: Option<String>,
    /// What to do at once where the text speaks of danger.
    pub emergency: Vec<Emergency>,
    /// Sequence of the last event.
    pub event_last: i32,
    /// When it was filed.
    pub created_at: DateTime<Utc>,
    /// When it was closed or cancelled.
    pub closed_at: Option<DateTime<Utc>>,
}

/// An event of the timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventView {
    /// 1, 2, 3 …
    pub sequence: i32,
    /// One plain sentence.
    pub summary: String,
    /// What happened.
    pub kind: String,
    /// State after it.
    pub state: State,
    /// As what somebody acted.
    pub role: super::Capacity,
    /// The unit it is about.
    pub organization: Option<OrganizationId>,
    /// Its name.
    pub organization_name: Option<String>,
    /// What the reporter reads.
    pub text: Option<String>,
    /// What handlers noted; only they see it.
    pub note: Option<String>,
    /// Who; only handlers see it.
    pub person_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Names beside rows.
struct Names {
    units: HashMap<GridUnitId, grid::GridUnit>,
    organizations: HashMap<OrganizationId, String>,
    persons: HashMap<PersonId, PersonName>,
    details: HashMap<CaseId, Details>,
    clocks: HashMap<CaseId, Vec<ClockView>>,
    pictures: HashMap<Uuid, Vec<FileView>>,
    results: HashMap<Uuid, Vec<FileView>>,
}

impl Names {
    fn load(connection: &mut PgConnection, signer: &Signer, cases: &[Case]) -> Result<Self, ApiError> {
        let units: Vec<GridUnitId> = cases.iter().map(|case| case.grid_unit_id).collect();
        let organizations: Vec<OrganizationId> = cases.iter().filter_map(|case| case.organization_id).collect();
        let persons: Vec<PersonId> = cases.iter().filter_map(|case| case.reporter_id).collect();
        let ids: Vec<CaseId> = cases.iter().map(|case| case.id).collect();
        let subjects: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        // Most requests of a page have both, one that was just filed often neither.
        let organizations = match organizations.is_empty() {
            true => HashMap::new(),
            false => community::organization_names(connection, &organizations)?,
        };
        Ok(Self {
            pictures: files::views_in_full(connection, signer, outward::PICTURES, &subjects)?,
            results: files::views_in_full(connection, signer, outward::RESULTS, &subjects)?,
            units: grid::units_by_ids(connection, &units)?,
            organizations,
            persons: identity::names_by_ids(connection, &persons)?,
            details: rows_details::many(connection, &ids)?,
            clocks: clocks::views(connection, &ids)?,
        })
    }

    fn view(&mut self, case: Case) -> RequestView {
        let details = self.details.remove(&case.id);
        let unit_name = self.units.get(&case.grid_unit_id).map(|unit| unit.name.clone()).unwrap_or_default();
        let organization_name = case.organization_id.and_then(|id| self.organizations.get(&id).cloned());
        let allowed = case.state.allowed().filter(|by| fits(&case, *by)).collect();
        RequestView {
            files: self.pictures.remove(&case.id.0).unwrap_or_default(),
            result_files: self.results.remove(&case.id.0).unwrap_or_default(),
            paste_back: (case.source == Source::WechatGroup).then(|| paste_back(&case)),
            summary: summary(&case, &unit_name, organization_name.as_deref()),
            clocks: self.clocks.remove(&case.id).unwrap_or_default(),
            id: case.id,
            number: case.number,
            title: case.title,
            state: case.state,
            allowed,
            desk: case.desk,
            source: case.source,
            category: case.category,
            community: case.community_id,
            unit: case.grid_unit_id,
            unit_name,
            pin: case.lat.zip(case.lon).map(|(lat, lon)| Pin { lat, lon }),
            public: case.public,
            publication: case.publication,
            reporter: case.reporter_id,
            reporter_name: case.reporter_id.and_then(|id| self.persons.get(&id).map(|name| name.nickname.clone())),
            proxy: case.proxy_id,
            organization: case.organization_id,
            organization_name,
            lead: case.lead_id,
            outcome: case.outcome,
            merged_into: case.merged_into,
            due_at: case.due_at,
            resolve_by: case.resolve_by,
            extended: case.extended,
            event_last: case.event_last,
            created_at: case.created_at,
            closed_at: case.closed_at,
            text: details.as_ref().map(|details| details.text.clone()).unwrap_or_default(),
            place_text: details.as_ref().and_then(|details| details.place_text.clone()),
            wants_contact: details.as_ref().is_some_and(|details| details.wants_contact),
            emergency: details.as_ref().and_then(|details| details.danger.as_deref()).map(danger::of_kinds).unwrap_or_default(),
            answers: details.map_or_else(|| serde_json::Value::Array(Vec::new()), |details| details.answers),
        }
    }
}

/// A merge can be taken back and isn't opened again; of all other closed ones it is the other way round.
fn fits(case: &Case, by: Move) -> bool {
    match by {
        Move::Unmerge => case.merged_into.is_some(),
        Move::Reopen => case.merged_into.is_none(),
        _ => true,
    }
}

/// What a worker pastes back into the WeChat group.
fn paste_back(case: &Case) -> String {
    format!(
        "【诉求已登记】{}「{}」，{}。办理进展可在小程序「掌上社区」查看，请勿在群里发布个人信息。",
        case.number,
        case.title,
        case.state.zh()
    )
}

fn summary(case: &Case, place: &str, organization: Option<&str>) -> String {
    let who = match (case.state, organization) {
        (State::Closed | State::Cancelled, _) => String::new(),
        (_, Some(unit)) => format!("，由{unit}办理"),
        (_, None) => format!("，由{}办理", case.desk.zh()),
    };
    let outcome = case.outcome.map(|outcome| format!("，{}", outcome.zh())).unwrap_or_default();
    format!("{}「{}」，{place}，{}{outcome}{who}", case.number, case.title, case.state.zh())
}

/// Views of requests in their order.
pub(super) fn shown(connection: &mut PgConnection, signer: &Signer, cases: Vec<Case>) -> Result<Vec<RequestView>, ApiError> {
    let mut names = Names::load(connection, signer, &cases)?;
    Ok(cases.into_iter().map(|case| names.view(case)).collect())
}

/// The view of one request.
pub(super) fn one(connection: &mut PgConnection, signer: &Signer, case: Case) -> Result<RequestView, ApiError> {
    let mut names = Names::load(connection, signer, std::slice::from_ref(&case))?;
    Ok(names.view(case))
}

/// The view of a request that is known to be there.
pub(super) fn by_id(connection: &mut PgConnection, signer: &Signer, id: CaseId) -> Result<RequestView, ApiError> {
    let case = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    one(connection, signer, case)
}

/// The timeline as its reader may see it.
pub(super) fn timeline(connection: &mut PgConnection, events: Vec<EventRow>, handler: bool) -> Result<Vec<EventView>, ApiError> {
    let organizations: Vec<OrganizationId> = events.iter().filter_map(|event| event.organization_id).collect();
    let organizations = community::organization_names(connection, &organizations)?;
    let persons: Vec<PersonId> = events.iter().filter_map(|event| event.person_id).collect();
    let persons = if handler { identity::names_by_ids(connection, &persons)? } else { HashMap::new() };
    let view = |event: EventRow| {
        let organization_name = event.organization_id.and_then(|id| organizations.get(&id).cloned());
        let kind = EventKind::parse(&event.kind).map_or("进展", EventKind::zh);
        let by = organization_name.as_deref().filter(|_| event.role == super::Capacity::Unit).unwrap_or_else(|| event.role.zh());
        let said = event.public_text.as_deref().map(|text| format!("：{text}")).unwrap_or_default();
        EventView {
            summary: format!("{by}{kind}{said}"),
            sequence: event.sequence,
            state: event.state,
            role: event.role,
            organization: event.organization_id,
            person_name: event.person_id.and_then(|id| persons.get(&id).map(|name| name.nickname.clone())),
            organization_name,
            text: event.public_text,
            note: event.internal_note.filter(|_| handler),
            at: event.at,
            kind: event.kind,
        }
    };
    Ok(events.into_iter().map(view).collect())
}

/// An answer, with its rating once there is one.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerView {
    /// 1, then one more after each redo or reopening.
    pub round: i16,
    /// One plain sentence.
    pub summary: String,
    /// What came of it.
    pub outcome: Outcome,
    /// The answer.
    pub text: String,
    /// Why it can't be solved.
    pub reason: Option<String>,
    /// The rule on which that rests.
    pub legal_basis: Option<String>,
    /// Who can be asked instead.
    pub instead: Option<String>,
    /// The unit that answered; none: the community.
    pub organization: Option<OrganizationId>,
    /// Its name.
    pub organization_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Rating: resolved?
    pub resolved: Option<bool>,
    /// Rating of the speed, 1 to 5.
    pub speed: Option<i16>,
    /// Rating of the effect, 1 to 5.
    pub effect: Option<i16>,
    /// Rating of the attitude, 1 to 5.
    pub attitude: Option<i16>,
    /// Rating of the feedback, 1 to 5.
    pub feedback: Option<i16>,
    /// In the rater's words.
    pub comment: Option<String>,
    /// When it was rated.
    pub rated_at: Option<DateTime<Utc>>,
    /// Was the rating given on the phone and written down by a worker?
    pub rated_by_phone: bool,
}

/// Views of answers.
pub(super) fn answers(connection: &mut PgConnection, answers: Vec<Answer>) -> Result<Vec<AnswerView>, ApiError> {
    let organizations: Vec<OrganizationId> = answers.iter().filter_map(|answer| answer.organization_id).collect();
    let names = community::organization_names(connection, &organizations)?;
    let view = |answer: Answer| AnswerView {
        summary: format!("{}：{}", answer.outcome.zh(), answer.text),
        round: answer.round,
        outcome: answer.outcome,
        text: answer.text,
        reason: answer.reason,
        legal_basis: answer.legal_basis,
        instead: answer.instead,
        organization: answer.organization_id,
        organization_name: answer.organization_id.and_then(|id| names.get(&id).cloned()),
        at: answer.at,
        resolved: answer.resolved,
        speed: answer.speed,
        effect: answer.effect,
        attitude: answer.attitude,
        feedback: answer.feedback,
        comment: answer.comment,
        rated_at: answer.rated_at,
        rated_by_phone: answer.rated_by.is_some(),
    };
    Ok(answers.into_iter().map(view).collect())
}
