//! Opening a mediation.

use std::collections::BTreeSet;

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, PersonId};
use base::text::{Few, Text};
use people::grid::{self, Scope};
use people::identity;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::super::{CaseId, briefs};
use super::rows::{self, Mediation};
use super::rows_parts::{self, Party};
use super::{MEDIATION_PARTIES, MediationId, MediationState, PartyId, reach};

/// A party: a person, or how somebody without an account is called.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewParty {
    /// A person.
    pub person: Option<PersonId>,
    /// Or a name.
    pub name: Option<Text<40>>,
}

/// A mediation to be opened.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMediation {
    /// Where the matter lies: a community or a unit below it.
    pub unit: GridUnitId,
    /// The request from which it came.
    pub request: Option<CaseId>,
    /// Title.
    pub title: Text<60>,
    /// What they can't agree on.
    pub matter: Text<2000>,
    /// Who mediates; works for the community.
    pub mediator: PersonId,
    /// Two to ten parties.
    #[schema(value_type = Vec<NewParty>, max_items = 10)]
    pub parties: Few<NewParty, 10>,
}

impl NewMediation {
    /// Those with an account; 422 unless two to ten stand here, each once and one way.
    fn persons(&self) -> Result<Vec<PersonId>, ApiError> {
        let wrong = || ApiError::of(&MEDIATION_PARTIES).field("/parties", "two to ten, each a person or a name, none twice");
        let all = self.parties.items();
        let one_way = all.iter().all(|party| party.person.is_some() != party.name.is_some());
        let persons: Vec<PersonId> = all.iter().filter_map(|party| party.person).collect();
        let once = persons.iter().collect::<BTreeSet<_>>().len() == persons.len();
        if all.len() < 2 || !one_way || !once { Err(wrong()) } else { Ok(persons) }
    }
}

pub(super) fn open(
    mut tx: Tx<'_>,
    scope: &Scope,
    author: PersonId,
    id: MediationId,
    new: &NewMediation,
) -> Result<Finished<()>, ApiError> {
    let persons = new.persons()?;
    let unit = grid::unit_find(tx.conn(), new.unit)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    scope.require_unit(&unit.path)?;
    let community = grid::community_of(tx.conn(), unit.id)?.ok_or_else(|| ApiError::invalid("/unit", "lies in no community"))?;
    if let Some(case) = new.request {
        let brief = briefs(tx.conn(), &[case])?.remove(&case);
        if brief.is_none_or(|brief| brief.community != community.id) {
            return Err(ApiError::invalid("/request", "is no request of this community"));
        }
    }
    for person in &persons {
        if !identity::is_active(tx.conn(), *person)? {
            return Err(ApiError::of(&MEDIATION_PARTIES).field("/parties", "somebody has no account any more"));
        }
    }
    reach::check_mediator(tx.conn(), new.mediator, &unit.path, community.id, &persons)?;
    let row = Mediation {
        id,
        community_id: community.id,
        grid_unit_id: unit.id,
        request_id: new.request,
        title: new.title.to_string(),
        matter: new.matter.to_string(),
        mediator_id: new.mediator,
        state: MediationState::Open,
        agreement: None,
        follow_up_on: None,
        ending: None,
        kept: None,
        opened_by: author,
        created_at: tx.now()?,
        settled_at: None,
        ended_at: None,
    };
    rows::insert(tx.conn(), &row)?;
    let party = |new: &NewParty| Party {
        id: PartyId::new(),
        mediation_id: id,
        person_id: new.person,
        name: new.name.as_ref().map(Text::to_string),
        confirmed_at: None,
        confirmed_by: None,
        paper: None,
    };
    let parties: Vec<Party> = new.parties.items().iter().map(party).collect();
    rows_parts::parties_insert(tx.conn(), &parties)?;
    let after = json!({"state": row.state, "mediator": row.mediator_id, "parties": parties.len(), "request": row.request_id});
    tx.audit(Audit::new("mediation_create", "mediation", id.0).at(unit.id).after(after))?;
    reach::tell(&mut tx, &row, author, &reach::news(&row, "已受理，调解员会与各方联系"))?;
    Ok(tx.done(())?)
}
