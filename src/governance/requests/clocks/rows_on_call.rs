//! Queries of `on_call_turns`.

use base::db::{self, DbResult};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};

use super::on_call::TurnId;
use super::schema::on_call_turns;

/// A turn.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = on_call_turns, check_for_backend(diesel::pg::Pg))]
pub(super) struct TurnRow {
    pub(super) id: TurnId,
    pub(super) community_id: Option<GridUnitId>,
    pub(super) organization_id: Option<OrganizationId>,
    pub(super) person_id: PersonId,
    pub(super) deputy_id: Option<PersonId>,
    pub(super) starts_at: DateTime<Utc>,
    pub(super) ends_at: DateTime<Utc>,
    pub(super) created_by: PersonId,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

/// Enters a turn.
pub(super) fn insert(connection: &mut PgConnection, turn: &TurnRow) -> DbResult<()> {
    diesel::insert_into(on_call_turns::table).values(turn).execute(connection)?;
    Ok(())
}

/// One turn.
pub(super) fn find(connection: &mut PgConnection, id: TurnId) -> DbResult<Option<TurnRow>> {
    Ok(on_call_turns::table.find(id).select(TurnRow::as_select()).first(connection).optional()?)
}

/// Does another turn of the same unit or community lie in that time?
pub(super) fn overlaps(connection: &mut PgConnection, turn: &TurnRow) -> DbResult<bool> {
    let mut query = on_call_turns::table
        .filter(on_call_turns::ended_at.is_null())
        .filter(on_call_turns::starts_at.lt(turn.ends_at).and(on_call_turns::ends_at.gt(turn.starts_at)))
        .select(on_call_turns::id)
        .into_boxed();
    query = match (turn.community_id, turn.organization_id) {
        (Some(community), _) => query.filter(on_call_turns::community_id.eq(community)),
        (None, organization) => query.filter(on_call_turns::organization_id.eq(organization)),
    };
    Ok(query.first::<TurnId>(connection).optional()?.is_some())
}

/// Takes a turn off; `false` when it was off.
pub(super) fn end(connection: &mut PgConnection, id: TurnId, now: DateTime<Utc>) -> DbResult<bool> {
    let ended = diesel::update(on_call_turns::table.find(id).filter(on_call_turns::ended_at.is_null()))
        .set(on_call_turns::ended_at.eq(now))
        .execute(connection)?;
    Ok(ended == 1)
}

/// Whose turn it is: the unit's, else the community's.
pub(super) fn now_on_call(
    connection: &mut PgConnection,
    community: GridUnitId,
    organization: Option<OrganizationId>,
) -> DbResult<Option<TurnRow>> {
    let now = db::now(connection)?;
    let turns: Vec<TurnRow> = on_call_turns::table
        .filter(on_call_turns::ended_at.is_null())
        .filter(on_call_turns::starts_at.le(now).and(on_call_turns::ends_at.gt(now)))
        .filter(on_call_turns::community_id.eq(community).or(on_call_turns::organization_id.eq(organization)))
        .select(TurnRow::as_select())
        .order(on_call_turns::starts_at)
        .load(connection)?;
    let of_unit = turns.iter().find(|turn| organization.is_some() && turn.organization_id == organization);
    Ok(of_unit.or_else(|| turns.iter().find(|turn| turn.organization_id.is_none())).cloned())
}

/// Turns that aren't over, in order of entry: of the scope's communities and of units, or of the units alone.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    (units, alone): (&[OrganizationId], bool),
    now: DateTime<Utc>,
    after: Option<TurnId>,
    limit: i64,
) -> DbResult<Vec<TurnRow>> {
    let nowhere = Scope::default();
    let community = within(on_call_turns::community_id.assume_not_null(), if alone { &nowhere } else { scope });
    let mut query = on_call_turns::table
        .filter(on_call_turns::ended_at.is_null().and(on_call_turns::ends_at.gt(now)))
        .filter(on_call_turns::community_id.is_not_null().and(community).or(on_call_turns::organization_id.eq_any(units)))
        .select(TurnRow::as_select())
        .order(on_call_turns::id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(on_call_turns::id.gt(after));
    }
    Ok(query.load(connection)?)
}
