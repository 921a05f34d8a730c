//! Queries of `joint_case_members`.

use base::db::DbResult;
use base::ids::{OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::joint_case_members;
use super::{JointCaseId, MemberId};

/// Somebody's part in a joint case.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = joint_case_members, check_for_backend(diesel::pg::Pg))]
pub(super) struct Member {
    pub(super) id: MemberId,
    pub(super) joint_case_id: JointCaseId,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) person_id: Option<PersonId>,
    pub(super) share_fen: Option<i64>,
    pub(super) share_note: Option<String>,
    pub(super) joined_at: DateTime<Utc>,
    pub(super) left_at: Option<DateTime<Utc>>,
}

/// Ids of the joint cases in which organizations or a person take part now.
#[diesel::dsl::auto_type]
pub(super) fn taken_part(organizations: Vec<OrganizationId>, person: Option<PersonId>) -> _ {
    joint_case_members::table
        .filter(joint_case_members::left_at.is_null())
        .filter(joint_case_members::organization_id.eq_any(organizations).or(joint_case_members::person_id.eq(person)))
        .select(joint_case_members::joint_case_id)
}

/// Does one of the organizations, or the person, take part now?
pub(super) fn takes_part(
    connection: &mut PgConnection,
    id: JointCaseId,
    organizations: &[OrganizationId],
    person: Option<PersonId>,
) -> DbResult<bool> {
    let part = taken_part(organizations.to_vec(), person).filter(joint_case_members::joint_case_id.eq(id));
    Ok(diesel::select(diesel::dsl::exists(part)).get_result(connection)?)
}

/// Enters a part; `false` when there is one.
pub(super) fn insert(connection: &mut PgConnection, member: &Member) -> DbResult<bool> {
    let entered = diesel::insert_into(joint_case_members::table).values(member).on_conflict_do_nothing().execute(connection)?;
    Ok(entered == 1)
}

pub(super) fn find(connection: &mut PgConnection, id: MemberId) -> DbResult<Option<Member>> {
    Ok(joint_case_members::table.find(id).select(Member::as_select()).first(connection).optional()?)
}

/// Who takes part now, in order of joining.
pub(super) fn of(connection: &mut PgConnection, cases: &[JointCaseId]) -> DbResult<Vec<Member>> {
    Ok(joint_case_members::table
        .filter(joint_case_members::joint_case_id.eq_any(cases).and(joint_case_members::left_at.is_null()))
        .select(Member::as_select())
        .order((joint_case_members::joint_case_id, joint_case_members::id))
        .load(connection)?)
}

/// Ends a part; `false` when it had ended.
pub(super) fn leave(connection: &mut PgConnection, id: MemberId, now: DateTime<Utc>) -> DbResult<bool> {
    let left = diesel::update(joint_case_members::table.find(id))
        .filter(joint_case_members::left_at.is_null())
        .set(joint_case_members::left_at.eq(now))
        .execute(connection)?;
    Ok(left == 1)
}

/// Writes down what an organization pays; `false` when it doesn't take part.
pub(super) fn set_share(
    connection: &mut PgConnection,
    id: JointCaseId,
    organization: OrganizationId,
    (fen, note): (i64, Option<&str>),
) -> DbResult<bool> {
    let set = diesel::update(joint_case_members::table)
        .filter(joint_case_members::joint_case_id.eq(id).and(joint_case_members::organization_id.eq(organization)))
        .filter(joint_case_members::left_at.is_null())
        .set((joint_case_members::share_fen.eq(fen), joint_case_members::share_note.eq(note)))
        .execute(connection)?;
    Ok(set == 1)
}

/// Takes a person off every joint case.
pub(super) fn forget(connection: &mut PgConnection, person: PersonId, now: DateTime<Utc>) -> DbResult<()> {
    diesel::update(joint_case_members::table)
        .filter(joint_case_members::person_id.eq(person).and(joint_case_members::left_at.is_null()))
        .set(joint_case_members::left_at.eq(now))
        .execute(connection)?;
    Ok(())
}
