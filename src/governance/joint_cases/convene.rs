//! Calling a joint case, and who takes part.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::text::{Few, Text};
use people::grid::{GridPath, Scope};
use people::notify::{Notice, templates};
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, JointCase};
use super::rows_member::{self, Member};
use super::{JOINT_MEMBER_THERE, JOINT_MEMBER_WRONG, JointCaseId, JointState, MemberId, MessageKind, reach, thread};
use crate::reach::{changed, found, path_of, place_named, tell};
use crate::requests::{self, CaseId};

/// Who is asked to take part: an organization, or a person who works for the community.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// An organization.
    pub organization: Option<OrganizationId>,
    /// Or a person.
    pub person: Option<PersonId>,
}

/// A joint case to be called.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewJointCase {
    /// Where the matter lies: a community or a unit below it.
    pub grid_unit_id: GridUnitId,
    /// The request that it is about.
    pub case: Option<CaseId>,
    /// Title.
    pub title: Text<60>,
    /// What is to be solved together.
    pub matter: Text<4000>,
    /// Who takes part.
    #[schema(value_type = Vec<NewMember>, max_items = 20)]
    pub members: Few<NewMember, 20>,
}

/// Calls a joint case; everybody asked is told.
pub(super) fn create(
    mut tx: Tx<'_>,
    scope: &Scope,
    author: PersonId,
    id: JointCaseId,
    new: &NewJointCase,
) -> Result<Finished<()>, ApiError> {
    let place = place_named(tx.conn(), scope, new.grid_unit_id, "/grid_unit_id")?;
    if let Some(case) = new.case {
        let brief = requests::briefs(tx.conn(), &[case])?.remove(&case);
        if brief.is_none_or(|brief| brief.community != place.community) {
            return Err(ApiError::invalid("/case", "is no request of this community"));
        }
    }
    let case = JointCase {
        id,
        community_id: place.community,
        grid_unit_id: place.unit,
        case_id: new.case,
        title: new.title.to_string(),
        matter: new.matter.to_string(),
        state: JointState::Open,
        decision: None,
        closing: None,
        sequence_last: 0,
        convened_by: author,
        created_at: tx.now()?,
        decided_at: None,
        closed_at: None,
    };
    rows::insert(tx.conn(), &case)?;
    let community = place.path.community();
    let mut asked = Vec::new();
    for member in new.members.items() {
        asked.extend(enter(&mut tx, &case, &community, *member)?);
    }
    thread::say(&mut tx, &case, MessageKind::Event, (author, None), "发起联席")?;
    let entry = Audit::new("joint_case_create", "joint_case", id.0).at(place.unit);
    tx.audit(entry.after(json!({"state": case.state, "members": new.members.items().len(), "case": new.case})))?;
    invite(&mut tx, &case, asked, author)?;
    Ok(tx.done(())?)
}

/// Enters a part; the people behind it.
fn enter(tx: &mut Tx<'_>, case: &JointCase, community: &GridPath, new: NewMember) -> Result<Vec<PersonId>, ApiError> {
    if !reach::may_take_part(tx.conn(), new.organization, new.person, community)? {
        return Err(ApiError::of(&JOINT_MEMBER_WRONG));
    }
    let member = Member {
        id: MemberId::new(),
        joint_case_id: case.id,
        organization_id: new.organization,
        person_id: new.person,
        share_fen: None,
        share_note: None,
        joined_at: tx.now()?,
        left_at: None,
    };
    if !rows_member::insert(tx.conn(), &member)? {
        return Err(ApiError::of(&JOINT_MEMBER_THERE));
    }
    reach::behind(tx.conn(), &member)
}

fn invite(tx: &mut Tx<'_>, case: &JointCase, asked: Vec<PersonId>, author: PersonId) -> Result<(), ApiError> {
    let notice = Notice::new(&templates::JOINT_CASE_ASKED).with("title", &case.title);
    tell(tx, asked.into_iter().filter(|person| *person != author), &notice)
}

/// Asks one more to take part.
pub(super) fn add(
    mut tx: Tx<'_>,
    scope: &Scope,
    author: PersonId,
    id: JointCaseId,
    new: NewMember,
) -> Result<Finished<()>, ApiError> {
    let case = reach::held(&mut tx, scope, id)?;
    let community = path_of(tx.conn(), case.community_id)?;
    let asked = enter(&mut tx, &case, &community, new)?;
    thread::say(&mut tx, &case, MessageKind::Event, (author, None), "增加参与方")?;
    let entry = Audit::new("joint_member_add", "joint_case", id.0).at(case.grid_unit_id);
    tx.audit(entry.after(json!({"organization": new.organization, "person": new.person})))?;
    invite(&mut tx, &case, asked, author)?;
    Ok(tx.done(())?)
}

/// Ends a part: from now on the case is out of its sight.
pub(super) fn end(mut tx: Tx<'_>, scope: &Scope, author: PersonId, id: MemberId) -> Result<Finished<()>, ApiError> {
    let member = found(rows_member::find(tx.conn(), id)?)?;
    let case = reach::held(&mut tx, scope, member.joint_case_id)?;
    let now = tx.now()?;
    changed(rows_member::leave(tx.conn(), id, now)?)?;
    thread::say(&mut tx, &case, MessageKind::Event, (author, None), "有参与方退出")?;
    let entry = Audit::new("joint_member_end", "joint_case", case.id.0).at(case.grid_unit_id);
    tx.audit(entry.before(json!({"organization": member.organization_id, "person": member.person_id})))?;
    Ok(tx.done(())?)
}
