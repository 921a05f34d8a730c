//! Writing, editing and withdrawing drafts. Nothing is dispatched by a draft before another person approves it.

use std::collections::HashSet;

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::http::IfMatch;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use people::community::organizations;
use people::grid::{self, GridPath, Scope};
use points::place;
use serde_json::json;

use super::item::{DutyState, Question, QuestionKind};
use super::rows::{self, Draft, Row, Written};
use super::{DUTY_ENDING, DUTY_NOT_DRAFT, DUTY_NOT_IN_FORCE, DutyItemId};

/// A code such as `A01-03`.
pub(super) fn is_code(code: &str) -> bool {
    let form = |at: usize, byte: u8| match at {
        0 => byte.is_ascii_uppercase(),
        3 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    code.len() == 6 && code.bytes().enumerate().all(|(at, byte)| form(at, byte))
}

/// What is wrong with the questions of an item, if anything.
pub(super) fn odd_question(questions: &[Question]) -> Option<&'static str> {
    let mut keys = HashSet::new();
    for question in questions {
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if question.key.is_empty() || !question.key.chars().all(word) {
            return Some("keys take lower case letters, digits and _");
        }
        if !keys.insert(question.key.as_str()) {
            return Some("two questions have the same key");
        }
        let choice = question.kind == QuestionKind::Choice;
        if choice != (question.choices.len() >= 2) || (!choice && !question.choices.is_empty()) {
            return Some("a choice has 2 to 20 choices, other kinds none");
        }
    }
    None
}

/// Refuses a place outside the community and organizations that can't work there.
pub(super) fn check(tx: &mut Tx<'_>, community: GridUnitId, home: &GridPath, draft: &Draft) -> Result<(), ApiError> {
    let place = grid::unit_find(tx.conn(), draft.jurisdiction_id)?;
    if !place.is_some_and(|unit| home.covers(&unit.path)) {
        return Err(ApiError::invalid("/content/jurisdiction", "is no part of the community"));
    }
    let named: Vec<OrganizationId> = draft.lead_organization_id.into_iter().chain(draft.co_units.iter().copied()).collect();
    let street = grid::unit_by_code(tx.conn(), &home.street())?.map(|unit| unit.id);
    let known = organizations::organizations_by_ids(tx.conn(), &named)?;
    let usable = |id: &OrganizationId| {
        known
            .get(id)
            .is_some_and(|row| row.state == "active" && (row.grid_unit_id == community || Some(row.grid_unit_id) == street))
    };
    if draft.lead_organization_id.is_some_and(|lead| !usable(&lead)) {
        return Err(ApiError::invalid("/content/lead", "is no active organization of the community or its street"));
    }
    if !draft.co_units.iter().all(|unit| usable(unit) && Some(*unit) != draft.lead_organization_id) {
        return Err(ApiError::invalid("/content/co_units", "names an organization that is unusable or leads already"));
    }
    Ok(())
}

fn taken(failure: base::db::DbError) -> ApiError {
    if failure.unique_violation().is_some() { ApiError::of(&error::STATE_CONFLICT) } else { failure.into() }
}

/// Writes a draft.
pub(super) fn create(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    (id, community, code): (DutyItemId, GridUnitId, &str),
    draft: &Draft,
) -> Result<Finished<()>, ApiError> {
    let unit = place::require_community(tx.conn(), scope, community)?;
    check(&mut tx, community, &unit.path, draft)?;
    let version = rows::next_version(tx.conn(), community, code)?;
    let (code, ending, adoption_id) = (code.to_owned(), false, None);
    tx.audit(
        Audit::new("duty_item_draft_create", "duty_item", id.0).at(community).after(json!({"code": code, "version": version})),
    )?;
    let written = Written { id, community_id: community, code, version, ending, adoption_id, requested_by: person };
    rows::insert(tx.conn(), &[(written, draft.clone())]).map_err(taken)?;
    Ok(tx.done(())?)
}

/// The version, if the scope reaches its community.
pub(super) fn reach(tx: &mut Tx<'_>, scope: &Scope, id: DutyItemId) -> Result<Row, ApiError> {
    let row = rows::find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    place::require_community(tx.conn(), scope, row.community_id)?;
    Ok(row)
}

/// Edits a draft. Whoever edits becomes its author: the second person must not approve their own words.
pub(super) fn edit(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: DutyItemId,
    base: &IfMatch,
    draft: &Draft,
) -> Result<Finished<()>, ApiError> {
    let row = reach(&mut tx, scope, id)?;
    if row.state != DutyState::Draft {
        return Err(ApiError::of(&DUTY_NOT_DRAFT));
    }
    if row.ending {
        return Err(ApiError::of(&DUTY_ENDING));
    }
    base.check(row.draft_version)?;
    let home = place::require_community(tx.conn(), scope, row.community_id)?.path;
    check(&mut tx, row.community_id, &home, draft)?;
    tx.audit(
        Audit::new("duty_item_draft_edit", "duty_item", id.0)
            .at(row.community_id)
            .before(json!({"deadline_class": row.deadline_class, "lead": row.lead_organization_id, "version": row.draft_version}))
            .after(json!({"deadline_class": draft.deadline_class, "lead": draft.lead_organization_id})),
    )?;
    if rows::draft_update(tx.conn(), id, row.draft_version, person, draft)? != 1 {
        return Err(ApiError::of(&error::PRECONDITION_FAILED));
    }
    Ok(tx.done(())?)
}

/// Asks to end an item: a draft that says the same and ends it once another person approves.
pub(super) fn end(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    (of, id): (DutyItemId, DutyItemId),
    reason: &str,
) -> Result<Finished<()>, ApiError> {
    let row = reach(&mut tx, scope, of)?;
    if row.state != DutyState::InForce {
        return Err(ApiError::of(&DUTY_NOT_IN_FORCE));
    }
    let version = rows::next_version(tx.conn(), row.community_id, &row.code)?;
    tx.audit(Audit::new("duty_item_end", "duty_item", of.0).at(row.community_id).after(json!({"draft": id, "code": row.code})))?;
    let written = Written {
        id,
        community_id: row.community_id,
        code: row.code.clone(),
        version,
        ending: true,
        adoption_id: None,
        requested_by: person,
    };
    let draft = Draft { reason: reason.to_owned(), ..Draft::from(row) };
    rows::insert(tx.conn(), &[(written, draft)]).map_err(taken)?;
    Ok(tx.done(())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_one_form() {
        assert!(is_code("A01-03"));
        for code in ["", "a01-03", "A1-03", "A01_03", "A01-3", "A01-003", "甲01-03", "A01-0x"] {
            assert!(!is_code(code), "{code}");
        }
    }

    #[test]
    fn odd_questions_are_told() {
        let question = |key: &str, kind, choices: &[&str]| Question {
            key: key.to_owned(),
            text: "？".to_owned(),
            kind,
            required: false,
            choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
        };
        assert_eq!(
            odd_question(&[question("where", QuestionKind::Choice, &["内", "外"]), question("n", QuestionKind::Number, &[])]),
            None
        );
        for odd in [
            vec![question("Where", QuestionKind::Text, &[])],
            vec![question("a", QuestionKind::Text, &[]), question("a", QuestionKind::Date, &[])],
            vec![question("a", QuestionKind::Choice, &["一"])],
            vec![question("a", QuestionKind::Text, &["一"])],
        ] {
            assert!(odd_question(&odd).is_some(), "{odd:?}");
        }
    }
}
