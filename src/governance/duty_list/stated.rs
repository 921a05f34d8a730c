//! Items as a file or the starter pack states them, many at once.

use std::collections::HashSet;

use base::db::Tx;
use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId, PersonId};

use super::item::{DeadlineClass, DutyState, Question};
use super::rows::{self, Change, Draft, Written};
use super::{AdoptionId, ChangeKind, DutyChangeId, DutyItemId, write};

/// What an item says, before it is anybody's draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// Code, as `A01-03`.
    pub code: String,
    /// First level of the category.
    pub major: String,
    /// Second level.
    pub middle: String,
    /// Third level: the item.
    pub title: String,
    /// Where it holds; none: in the whole community.
    pub jurisdiction: Option<GridUnitId>,
    /// Lead unit; none: the community's own queue.
    pub lead: Option<OrganizationId>,
    /// What kind of unit leads, in words.
    pub lead_hint: Option<String>,
    /// Organizations that help.
    pub co_units: Vec<OrganizationId>,
    /// How soon.
    pub deadline_class: DeadlineClass,
    /// Law or rule that says so.
    pub legal_basis: Option<String>,
    /// What is asked at intake.
    pub questions: Vec<Question>,
    /// Words that residents use for it.
    pub synonyms: Vec<String>,
}

/// What came of an adoption.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Adopted {
    /// Items that came into force.
    pub items: usize,
    /// Of those, items with a lead unit.
    pub mapped: usize,
    /// Items left alone, since a version of their code is in force.
    pub skipped: usize,
}

impl NewItem {
    /// What is wrong with it in itself, if anything.
    pub fn wrong(&self) -> Option<&'static str> {
        let long = |text: &str, most: usize| !(1..=most).contains(&text.chars().count());
        if !write::is_code(&self.code) {
            return Some("code");
        }
        for (name, text, most) in [("major", &self.major, 40), ("middle", &self.middle, 40), ("title", &self.title, 80)] {
            if long(text, most) {
                return Some(name);
            }
        }
        if self.lead_hint.as_deref().is_some_and(|hint| long(hint, 80)) {
            return Some("lead_hint");
        }
        if self.legal_basis.as_deref().is_some_and(|basis| long(basis, 400)) {
            return Some("legal_basis");
        }
        if self.questions.len() > 10 || write::odd_question(&self.questions).is_some() {
            return Some("questions");
        }
        let synonyms = self.synonyms.len() > 30 || self.synonyms.iter().any(|word| long(word, 20));
        synonyms.then_some("synonyms")
    }

    pub(super) fn draft(&self, community: GridUnitId, reason: &str) -> Result<Draft, ApiError> {
        Ok(Draft {
            jurisdiction_id: self.jurisdiction.unwrap_or(community),
            major: self.major.clone(),
            middle: self.middle.clone(),
            title: self.title.clone(),
            lead_organization_id: self.lead,
            lead_hint: self.lead_hint.clone(),
            co_units: self.co_units.clone(),
            deadline_class: self.deadline_class,
            legal_basis: self.legal_basis.clone(),
            questions: serde_json::to_value(&self.questions).map_err(ApiError::internal)?,
            synonyms: self.synonyms.clone(),
            reason: reason.to_owned(),
        })
    }
}

/// Puts items of the starter pack in force: asked for by the first person, decided by the second, who the caller knows to be
/// disinterested and in scope. A code that is in force already is left alone.
pub fn adopt(
    tx: &mut Tx<'_>,
    community: GridUnitId,
    (asked, decided): (PersonId, PersonId),
    adoption: AdoptionId,
    items: &[NewItem],
) -> Result<Adopted, ApiError> {
    const REASON: &str = "采用起步包";
    let there: HashSet<String> = rows::in_force(tx.conn(), community)?.into_iter().map(|row| row.code).collect();
    let versions = rows::versions(tx.conn(), community)?;
    let mut done = Adopted::default();
    let mut fresh = Vec::new();
    for item in items {
        if there.contains(&item.code) {
            done.skipped += 1;
            continue;
        }
        let version = versions.get(&item.code).copied().unwrap_or(0).saturating_add(1);
        let (id, code, adoption_id) = (DutyItemId::new(), item.code.clone(), Some(adoption));
        let written = Written { id, community_id: community, code, version, ending: false, adoption_id, requested_by: asked };
        done.mapped += usize::from(item.lead.is_some());
        fresh.push((written, item.draft(community, REASON)?));
    }
    let at = tx.now()?;
    rows::insert(tx.conn(), &fresh)?;
    let drafts: Vec<(DutyItemId, i32)> = fresh.iter().map(|(written, _)| (written.id, 1)).collect();
    done.items = rows::decide(tx.conn(), &drafts, DutyState::InForce, decided, at)?;
    let line = |(written, draft): (Written, Draft)| Change {
        id: DutyChangeId::new(),
        community_id: community,
        item_id: written.id,
        kind: ChangeKind::Added,
        code: written.code,
        title: draft.title,
        reason: draft.reason,
        created_at: at,
    };
    let lines: Vec<Change> = fresh.into_iter().map(line).collect();
    rows::log(tx.conn(), &lines)?;
    Ok(done)
}
