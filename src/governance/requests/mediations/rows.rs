//! Queries of `mediations`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use people::grid::{Scope, within};

use super::super::CaseId;
use super::schema::{mediation_parties, mediations};
use super::{MediationId, MediationState};

diesel::allow_tables_to_appear_in_same_query!(mediations, mediation_parties);

/// A mediation.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mediations, check_for_backend(diesel::pg::Pg))]
pub(super) struct Mediation {
    pub(super) id: MediationId,
    pub(super) community_id: GridUnitId,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) request_id: Option<CaseId>,
    pub(super) title: String,
    pub(super) matter: String,
    pub(super) mediator_id: PersonId,
    pub(super) state: MediationState,
    pub(super) agreement: Option<String>,
    pub(super) follow_up_on: Option<NaiveDate>,
    pub(super) ending: Option<String>,
    pub(super) kept: Option<bool>,
    pub(super) opened_by: PersonId,
    pub(super) created_at: DateTime<Utc>,
    pub(super) settled_at: Option<DateTime<Utc>>,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

/// Enters one.
pub(super) fn insert(connection: &mut PgConnection, row: &Mediation) -> DbResult<()> {
    diesel::insert_into(mediations::table).values(row).execute(connection)?;
    Ok(())
}

/// One.
pub(super) fn find(connection: &mut PgConnection, id: MediationId) -> DbResult<Option<Mediation>> {
    Ok(mediations::table.find(id).select(Mediation::as_select()).first(connection).optional()?)
}

/// One, locked until the transaction ends.
pub(super) fn lock(connection: &mut PgConnection, id: MediationId) -> DbResult<Option<Mediation>> {
    Ok(mediations::table.find(id).select(Mediation::as_select()).for_update().first(connection).optional()?)
}

/// Writes what may change of one that is locked.
pub(super) fn save(connection: &mut PgConnection, row: &Mediation) -> DbResult<()> {
    diesel::update(mediations::table.find(row.id))
        .set((
            mediations::state.eq(row.state),
            mediations::agreement.eq(&row.agreement),
            mediations::follow_up_on.eq(row.follow_up_on),
            mediations::ending.eq(&row.ending),
            mediations::kept.eq(row.kept),
            mediations::settled_at.eq(row.settled_at),
            mediations::ended_at.eq(row.ended_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Of the scope's places, or that its person mediates, the newest first.
pub(super) fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    state: Option<MediationState>,
    window: &Window<MediationId>,
) -> DbResult<Vec<Mediation>> {
    let mut query = mediations::table
        .filter(within(mediations::grid_unit_id, scope).or(mediations::mediator_id.nullable().eq(scope.own)))
        .select(Mediation::as_select())
        .order(mediations::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(mediations::state.eq(state));
    }
    if let Some(after) = window.after {
        query = query.filter(mediations::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// To which a person is a party, the newest first.
pub(super) fn of_party(
    connection: &mut PgConnection,
    person: PersonId,
    window: &Window<MediationId>,
) -> DbResult<Vec<Mediation>> {
    let own = mediation_parties::table.filter(mediation_parties::person_id.eq(person)).select(mediation_parties::mediation_id);
    let mut query = mediations::table
        .filter(mediations::id.eq_any(own))
        .select(Mediation::as_select())
        .order(mediations::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(after) = window.after {
        query = query.filter(mediations::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// That a person mediates and that aren't over, by follow-up date.
pub(super) fn in_hand(connection: &mut PgConnection, person: PersonId, limit: i64) -> DbResult<Vec<Mediation>> {
    let open = [MediationState::Open, MediationState::Proposed, MediationState::Settled];
    Ok(mediations::table
        .filter(mediations::mediator_id.eq(person).and(mediations::state.eq_any(open)))
        .select(Mediation::as_select())
        .order((mediations::follow_up_on.asc().nulls_last(), mediations::id))
        .limit(limit)
        .load(connection)?)
}

/// Whose agreement waits for a party's word.
pub(super) fn to_confirm(connection: &mut PgConnection, person: PersonId, limit: i64) -> DbResult<Vec<Mediation>> {
    let open = mediation_parties::table
        .filter(mediation_parties::person_id.eq(person).and(mediation_parties::confirmed_at.is_null()))
        .select(mediation_parties::mediation_id);
    Ok(mediations::table
        .filter(mediations::id.eq_any(open).and(mediations::state.eq(MediationState::Proposed)))
        .select(Mediation::as_select())
        .order(mediations::id)
        .limit(limit)
        .load(connection)?)
}
