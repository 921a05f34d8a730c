//! Queries of `offer_terms` and `offer_terms_changes`.

use base::db::{DbResult, palm_now};
use base::ids::{GridUnitId, PersonId};
use base::money::Fen;
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::{offer_terms, offer_terms_changes};
use super::terms::{Terms, TermsState};
use super::{OfferTermsChangeId, TermsWish};

/// The stored terms.
pub(super) fn terms(connection: &mut PgConnection, community: GridUnitId) -> DbResult<Option<Terms>> {
    let query = offer_terms::table.find(community).select((
        offer_terms::rate,
        offer_terms::pair_day_limit,
        offer_terms::pair_month_limit,
        offer_terms::close_day,
        offer_terms::version,
    ));
    Ok(query.first(connection).optional()?)
}

/// Puts terms in force over whatever stood before.
pub(super) fn terms_write(
    connection: &mut PgConnection,
    community: GridUnitId,
    terms: Terms,
    (asked, approved): (PersonId, PersonId),
) -> DbResult<()> {
    let said = (
        offer_terms::rate.eq(terms.rate),
        offer_terms::pair_day_limit.eq(terms.pair_day_limit),
        offer_terms::pair_month_limit.eq(terms.pair_month_limit),
        offer_terms::close_day.eq(terms.close_day),
        offer_terms::updated_by.eq(asked),
        offer_terms::approved_by.eq(approved),
        offer_terms::updated_at.eq(palm_now()),
        offer_terms::version.eq(terms.version),
    );
    diesel::insert_into(offer_terms::table)
        .values((offer_terms::community_id.eq(community), said))
        .on_conflict(offer_terms::community_id)
        .do_update()
        .set(said)
        .execute(connection)?;
    Ok(())
}

/// A proposal.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = offer_terms_changes, check_for_backend(diesel::pg::Pg))]
pub(super) struct Change {
    pub id: OfferTermsChangeId,
    pub community_id: GridUnitId,
    pub rate: Option<Fen>,
    pub pair_day_limit: Option<i32>,
    pub pair_month_limit: Option<i32>,
    pub close_day: Option<i32>,
    pub state: TermsState,
    pub requested_by: PersonId,
    pub requested_at: DateTime<Utc>,
    pub decided_by: Option<PersonId>,
    pub decided_at: Option<DateTime<Utc>>,
}

pub(super) fn change_insert(
    connection: &mut PgConnection,
    id: OfferTermsChangeId,
    community: GridUnitId,
    wish: &TermsWish,
    by: PersonId,
) -> DbResult<()> {
    let row = (
        offer_terms_changes::id.eq(id),
        offer_terms_changes::community_id.eq(community),
        offer_terms_changes::rate.eq(wish.rate),
        offer_terms_changes::pair_day_limit.eq(wish.pair_day_limit),
        offer_terms_changes::pair_month_limit.eq(wish.pair_month_limit),
        offer_terms_changes::close_day.eq(wish.close_day),
        offer_terms_changes::requested_by.eq(by),
    );
    diesel::insert_into(offer_terms_changes::table).values(row).execute(connection)?;
    Ok(())
}

pub(super) fn change_find(connection: &mut PgConnection, id: OfferTermsChangeId) -> DbResult<Option<Change>> {
    Ok(offer_terms_changes::table.find(id).select(Change::as_select()).first(connection).optional()?)
}

/// Proposals of a community, newest first.
pub(super) fn change_list(
    connection: &mut PgConnection,
    community: GridUnitId,
    window: &Window<OfferTermsChangeId>,
) -> DbResult<Vec<Change>> {
    let mut query = offer_terms_changes::table
        .filter(offer_terms_changes::community_id.eq(community))
        .select(Change::as_select())
        .order(offer_terms_changes::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(after) = window.after {
        query = query.filter(offer_terms_changes::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// Decides a proposal that nobody has decided; false: somebody has.
pub(super) fn change_decide(
    connection: &mut PgConnection,
    id: OfferTermsChangeId,
    state: TermsState,
    by: PersonId,
) -> DbResult<bool> {
    let open = offer_terms_changes::table.find(id).filter(offer_terms_changes::state.eq(TermsState::Requested));
    let decided = (
        offer_terms_changes::state.eq(state),
        offer_terms_changes::decided_by.eq(by),
        offer_terms_changes::decided_at.eq(palm_now().nullable()),
    );
    Ok(diesel::update(open).set(decided).execute(connection)? == 1)
}
