//! Queries of `chat_groups` and `chat_members`.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};

use crate::GroupId;
use crate::schema::{chat_groups, chat_members};

/// A group.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = chat_groups, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Group {
    pub(crate) id: GroupId,
    pub(crate) grid_unit_id: GridUnitId,
    pub(crate) community_id: GridUnitId,
    pub(crate) opened_by: PersonId,
    pub(crate) opened_at: DateTime<Utc>,
}

/// What a member set.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = chat_members, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub(crate) struct Member {
    pub(crate) group_id: GroupId,
    pub(crate) person_id: PersonId,
    pub(crate) nickname: Option<String>,
    pub(crate) quiet: bool,
    pub(crate) updated_at: DateTime<Utc>,
}

/// Enters a group; false: the unit has one.
pub(crate) fn insert(connection: &mut PgConnection, group: &Group) -> DbResult<bool> {
    let entered = diesel::insert_into(chat_groups::table).values(group).on_conflict(chat_groups::grid_unit_id).do_nothing();
    Ok(entered.execute(connection)? == 1)
}

pub(crate) fn find(connection: &mut PgConnection, id: GroupId) -> DbResult<Option<Group>> {
    Ok(chat_groups::table.find(id).select(Group::as_select()).first(connection).optional()?)
}

/// The groups of these units and of those in the scope, in the order in which they were opened.
pub(crate) fn list(
    connection: &mut PgConnection,
    units: &[GridUnitId],
    scope: &Scope,
    window: &Window<GroupId>,
) -> DbResult<Vec<Group>> {
    let mut query = chat_groups::table
        .filter(within(chat_groups::grid_unit_id, scope).or(chat_groups::grid_unit_id.eq_any(units)))
        .select(Group::as_select())
        .order(chat_groups::id)
        .limit(window.load())
        .into_boxed();
    if let Some(after) = window.after {
        query = query.filter(chat_groups::id.gt(after));
    }
    Ok(query.load(connection)?)
}

pub(crate) fn member(connection: &mut PgConnection, group: GroupId, person: PersonId) -> DbResult<Option<Member>> {
    Ok(chat_members::table.find((group, person)).select(Member::as_select()).first(connection).optional()?)
}

/// What a person set, by group.
pub(crate) fn settings_of(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<Member>> {
    Ok(chat_members::table
        .filter(chat_members::person_id.eq(person))
        .select(Member::as_select())
        .order(chat_members::group_id)
        .load(connection)?)
}

/// Nicknames in front, of these members of a group.
pub(crate) fn nicknames(
    connection: &mut PgConnection,
    group: GroupId,
    persons: &[PersonId],
) -> DbResult<HashMap<PersonId, String>> {
    let rows: Vec<(PersonId, Option<String>)> = chat_members::table
        .filter(chat_members::group_id.eq(group).and(chat_members::person_id.eq_any(persons)))
        .filter(chat_members::nickname.is_not_null())
        .select((chat_members::person_id, chat_members::nickname))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(|(person, nickname)| Some((person, nickname?))).collect())
}

pub(crate) fn set(connection: &mut PgConnection, row: &Member) -> DbResult<()> {
    diesel::insert_into(chat_members::table)
        .values(row)
        .on_conflict((chat_members::group_id, chat_members::person_id))
        .do_update()
        .set(row)
        .execute(connection)?;
    Ok(())
}

/// Forgets what a person set.
pub(crate) fn forget(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    diesel::delete(chat_members::table.filter(chat_members::person_id.eq(person))).execute(connection)?;
    Ok(())
}

/// What one account set holds for another of the same person, except in groups where that one has settings.
pub(crate) fn hand_over(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    let kept: Vec<GroupId> =
        chat_members::table.filter(chat_members::person_id.eq(keep)).select(chat_members::group_id).load(connection)?;
    let moving = chat_members::person_id.eq(gone).and(chat_members::group_id.ne_all(kept));
    diesel::update(chat_members::table.filter(moving)).set(chat_members::person_id.eq(keep)).execute(connection)?;
    forget(connection, gone)
}
