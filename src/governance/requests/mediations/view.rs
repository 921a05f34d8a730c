//! How a mediation is shown to whoever knows of it.

use std::collections::HashMap;

use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use people::identity;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::CaseId;
use super::rows::Mediation;
use super::rows_parts::{self, Party, Session};
use super::{MediationId, MediationMove, MediationState, PartyId, SessionId, SessionState};

/// A party.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PartyView {
    /// Id.
    pub id: PartyId,
    /// The person, where there is an account.
    pub person: Option<PersonId>,
    /// Nickname, or how somebody without an account is called.
    pub name: String,
    /// When the party confirmed the agreement as it stands.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Confirmed on paper?
    pub on_paper: bool,
}

/// A session.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionView {
    /// Id.
    pub id: SessionId,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// Where.
    pub place: String,
    /// State.
    pub state: SessionState,
    /// Minutes; of one that was called off, the reason.
    pub minutes: Option<String>,
}

/// A mediation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MediationView {
    /// Id.
    pub id: MediationId,
    /// One plain sentence.
    pub summary: String,
    /// Title.
    pub title: String,
    /// What they can't agree on.
    pub matter: String,
    /// State.
    pub state: MediationState,
    /// What the state allows.
    pub allowed: Vec<MediationMove>,
    /// Community.
    pub community: GridUnitId,
    /// Where the matter lies.
    pub unit: GridUnitId,
    /// The request from which it came.
    pub request: Option<CaseId>,
    /// Who mediates.
    pub mediator: PersonId,
    /// The mediator's nickname.
    pub mediator_name: String,
    /// The parties.
    pub parties: Vec<PartyView>,
    /// The sessions, by time.
    pub sessions: Vec<SessionView>,
    /// The agreement.
    pub agreement: Option<String>,
    /// When it is asked whether it is kept.
    pub follow_up_on: Option<NaiveDate>,
    /// Was it kept?
    pub kept: Option<bool>,
    /// Why it ended, or what was heard at the follow-up.
    pub ending: Option<String>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When the last party confirmed.
    pub settled_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Views in their order.
pub(super) fn views(connection: &mut PgConnection, rows: Vec<Mediation>) -> Result<Vec<MediationView>, ApiError> {
    let ids: Vec<MediationId> = rows.iter().map(|row| row.id).collect();
    let parties = rows_parts::parties(connection, &ids)?;
    let sessions = rows_parts::sessions(connection, &ids)?;
    let persons: Vec<PersonId> =
        parties.iter().filter_map(|party| party.person_id).chain(rows.iter().map(|row| row.mediator_id)).collect();
    let names: HashMap<PersonId, String> =
        identity::names_by_ids(connection, &persons)?.into_iter().map(|(id, name)| (id, name.nickname)).collect();
    let name = |id: PersonId| names.get(&id).cloned().unwrap_or_default();
    let party = |party: &Party| PartyView {
        id: party.id,
        person: party.person_id,
        name: party.person_id.map_or_else(|| party.name.clone().unwrap_or_default(), name),
        confirmed_at: party.confirmed_at,
        on_paper: party.paper.is_some(),
    };
    let session = |session: &Session| SessionView {
        id: session.id,
        starts_at: session.starts_at,
        place: session.place.clone(),
        state: session.state,
        minutes: session.minutes.clone(),
    };
    let view = |row: Mediation| MediationView {
        summary: format!("调解「{}」，{}，调解员{}", row.title, row.state.zh(), name(row.mediator_id)),
        parties: parties.iter().filter(|party| party.mediation_id == row.id).map(party).collect(),
        sessions: sessions.iter().filter(|session| session.mediation_id == row.id).map(session).collect(),
        allowed: row.state.allowed().collect(),
        mediator_name: name(row.mediator_id),
        id: row.id,
        title: row.title,
        matter: row.matter,
        state: row.state,
        community: row.community_id,
        unit: row.grid_unit_id,
        request: row.request_id,
        mediator: row.mediator_id,
        agreement: row.agreement,
        follow_up_on: row.follow_up_on,
        kept: row.kept,
        ending: row.ending,
        created_at: row.created_at,
        settled_at: row.settled_at,
        ended_at: row.ended_at,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// The view of one.
pub(super) fn one(connection: &mut PgConnection, row: Mediation) -> Result<MediationView, ApiError> {
    views(connection, vec![row])?.pop().ok_or_else(|| ApiError::of(&base::error::NOT_FOUND))
}
