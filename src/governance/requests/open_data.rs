//! What other nouns hand on to the outside: published requests with what anybody may read of them, and, for the units that have a
//! request, its events. Texts of reporters and notes of handlers are in neither.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId};
use chrono::{DateTime, Utc};
use diesel::PgConnection;

use super::{CaseId, Desk, EventKind, Outcome, Publication, Source, State, rows, rows_open_data};

/// A published request.
#[derive(Debug, Clone)]
pub struct OpenCase {
    /// Id.
    pub id: CaseId,
    /// Number to say on the phone.
    pub number: String,
    /// How it came in.
    pub source: Source,
    /// Category of the duty list.
    pub category: Option<String>,
    /// Title of the category, else the beginning of the text.
    pub title: String,
    /// What the matter is.
    pub text: String,
    /// Where it lies.
    pub unit: GridUnitId,
    /// WGS-84 degrees north.
    pub lat: Option<f64>,
    /// WGS-84 degrees east.
    pub lon: Option<f64>,
    /// State.
    pub state: State,
    /// Who has to move.
    pub desk: Desk,
    /// The unit that leads.
    pub organization: Option<OrganizationId>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// The latest answer.
    pub reply: Option<String>,
    /// The published deadline of the answer.
    pub resolve_by: Option<DateTime<Utc>>,
    /// When it was filed.
    pub filed_at: DateTime<Utc>,
    /// When its last event was; of a closed one, when it was closed.
    pub updated_at: DateTime<Utc>,
    /// When it was closed or cancelled.
    pub closed_at: Option<DateTime<Utc>>,
}

/// Which published requests.
#[derive(Debug, Clone)]
pub struct OpenFilter {
    /// Of this community.
    pub community: GridUnitId,
    /// Only these, whatever else is asked.
    pub ids: Option<Vec<CaseId>>,
    /// Only of these categories.
    pub categories: Option<Vec<String>>,
    /// Also those without a category, where categories are asked.
    pub uncategorized: bool,
    /// Only open, or only closed ones.
    pub open: Option<bool>,
    /// Filed at or after.
    pub from: Option<DateTime<Utc>>,
    /// Filed before or at.
    pub to: Option<DateTime<Utc>>,
    /// At most so many, the newest first.
    pub limit: i64,
    /// After so many.
    pub offset: i64,
}

impl Default for OpenFilter {
    fn default() -> Self {
        let community = GridUnitId(uuid::Uuid::nil());
        Self {
            community,
            ids: None,
            categories: None,
            uncategorized: false,
            open: None,
            from: None,
            to: None,
            limit: 1,
            offset: 0,
        }
    }
}

/// An event as outsiders may read it.
#[derive(Debug, Clone)]
pub struct OpenEvent {
    /// The request.
    pub case: CaseId,
    /// 1, 2, 3 …; notes of handlers leave gaps.
    pub sequence: i32,
    /// What happened.
    pub kind: String,
    /// State after it.
    pub state: State,
    /// What came of the request, as it stands now.
    pub outcome: Option<Outcome>,
    /// What was said; nothing of what the reporter said.
    pub text: Option<String>,
    /// The other system that said it.
    pub external_by: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

impl OpenEvent {
    /// What happened, as people read it.
    pub fn kind_zh(&self) -> &'static str {
        EventKind::parse(&self.kind).map_or("进展", EventKind::zh)
    }
}

/// Published requests, the newest first.
pub fn open_cases(connection: &mut PgConnection, filter: &OpenFilter) -> DbResult<Vec<OpenCase>> {
    rows_open_data::cases(connection, filter)
}

/// Public events of these requests, in their order.
pub fn open_events_of(connection: &mut PgConnection, cases: &[CaseId]) -> DbResult<Vec<OpenEvent>> {
    rows_open_data::events_of(connection, cases)
}

/// Public events of a community's published requests between two times, the oldest first.
pub fn open_events_between(
    connection: &mut PgConnection,
    community: GridUnitId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    limit: i64,
) -> DbResult<Vec<OpenEvent>> {
    rows_open_data::events_between(connection, community, from, to, limit)
}

/// Is a person still looking at its public text?
pub fn is_being_checked(connection: &mut PgConnection, id: CaseId) -> DbResult<bool> {
    Ok(rows::find(connection, id)?.is_some_and(|case| case.publication == Publication::Pending))
}

/// A request as the units that have it know it.
#[derive(Debug, Clone)]
pub struct UnitCase {
    /// The request, as it would be published; the text is there for the units even where neighbours don't read it.
    pub case: OpenCase,
    /// Its community.
    pub community: GridUnitId,
    /// Every unit that has it or had it.
    pub units: Vec<OrganizationId>,
}

/// A request for its units; `None` when it isn't there.
pub fn unit_case(connection: &mut PgConnection, id: CaseId) -> DbResult<Option<UnitCase>> {
    let Some(case) = rows_open_data::case_of_unit(connection, id)? else { return Ok(None) };
    let community = rows::find(connection, id)?.map(|case| case.community_id);
    let units = rows_open_data::units(connection, id)?;
    Ok(community.map(|community| UnitCase { case, community, units }))
}

/// The events of a request after one sequence up to another.
pub fn unit_events(connection: &mut PgConnection, id: CaseId, after: i32, up_to: i32) -> DbResult<Vec<OpenEvent>> {
    let all = rows_open_data::events_of(connection, &[id])?;
    Ok(all.into_iter().filter(|event| event.sequence > after && event.sequence <= up_to).collect())
}
