//! Who is responsible for a place, and which blocks have nobody.

use std::collections::{HashMap, HashSet};

use base::db::DbResult;
use base::ids::PersonId;
use diesel::PgConnection;
use serde::Serialize;
use utoipa::ToSchema;

use crate::grid::{self, GridPath, GridUnit, Scope, UnitKind};
use crate::identity::{self, Role};

/// Somebody responsible, by nickname and the number to say on the phone.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResponsibleView {
    /// Who.
    pub person: PersonId,
    /// What others see of them.
    pub nickname: String,
    /// Number to say on the phone.
    pub short_number: String,
    /// Do they let residents call? Then `POST /grid/workers/{id}/call` gives the number.
    pub callable: bool,
}

/// The grid workers over a place and, apart from them, who stands in for one now; the nearest first, at most ten of each.
pub(super) fn workers(connection: &mut PgConnection, place: &GridPath) -> DbResult<(Vec<ResponsibleView>, Vec<ResponsibleView>)> {
    let deputies = identity::deputies_over(connection, Role::GridWorker, place)?;
    let mut workers = identity::people_over(connection, Role::GridWorker, place)?;
    workers.retain(|person| !deputies.contains(person));
    Ok((views(connection, workers)?, views(connection, deputies)?))
}

/// People with a role over a place, the nearest first, at most ten.
pub(super) fn over(connection: &mut PgConnection, role: Role, place: &GridPath) -> DbResult<Vec<ResponsibleView>> {
    let people = identity::people_over(connection, role, place)?;
    views(connection, people)
}

fn views(connection: &mut PgConnection, mut people: Vec<PersonId>) -> DbResult<Vec<ResponsibleView>> {
    people.truncate(10);
    let shown = shown(connection, &people)?;
    Ok(people.into_iter().filter_map(shown).collect())
}

/// How each of these people is shown.
fn shown(connection: &mut PgConnection, people: &[PersonId]) -> DbResult<impl Fn(PersonId) -> Option<ResponsibleView> + use<>> {
    let names = identity::names_by_ids(connection, people)?;
    let callable = identity::callable_among(connection, people)?;
    Ok(move |person| {
        let name = names.get(&person)?;
        let (nickname, short_number) = (name.nickname.clone(), name.short_number.clone());
        Some(ResponsibleView { person, nickname, short_number, callable: callable.contains(&person) })
    })
}

/// People with a role over each of these places, the nearest first.
pub(super) fn over_each(
    connection: &mut PgConnection,
    role: Role,
    places: &[GridPath],
) -> DbResult<HashMap<GridPath, Vec<ResponsibleView>>> {
    let held = identity::people_over_each(connection, role, places)?;
    let people: Vec<PersonId> = held.iter().map(|(_, person)| *person).collect();
    let shown = shown(connection, &people)?;
    let mut over: HashMap<GridPath, Vec<ResponsibleView>> = HashMap::new();
    for (place, person) in held {
        over.entry(place).or_default().extend(shown(person));
    }
    Ok(over)
}

/// Blocks of the scope after a path that have no active worker, at most `limit`.
pub(super) fn uncovered(
    connection: &mut PgConnection,
    scope: &Scope,
    after: Option<GridPath>,
    limit: usize,
) -> DbResult<Vec<GridUnit>> {
    let mut found = Vec::new();
    let mut after = after;
    loop {
        let blocks = grid::units_below(connection, scope, Some(UnitKind::Block), after.as_ref(), 200)?;
        let Some(last) = blocks.last() else { return Ok(found) };
        after = Some(last.path.clone());
        let paths: Vec<GridPath> = blocks.iter().map(|block| block.path.clone()).collect();
        let without: HashSet<GridPath> = identity::places_without(connection, Role::GridWorker, &paths)?.into_iter().collect();
        for block in blocks {
            if block.active && without.contains(&block.path) {
                found.push(block);
                if found.len() == limit {
                    return Ok(found);
                }
            }
        }
    }
}
