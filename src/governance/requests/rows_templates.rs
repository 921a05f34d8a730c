//! Queries of `reply_templates`.

use base::db::DbResult;
use base::ids::GridUnitId;
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::reply_templates;
use super::starter::NewTemplate;

/// Enters templates whose codes are free; how many.
pub(super) fn insert_new(connection: &mut PgConnection, community: GridUnitId, templates: &[NewTemplate]) -> DbResult<usize> {
    let row = |new: &NewTemplate| {
        (
            reply_templates::id.eq(Uuid::now_v7()),
            reply_templates::community_id.eq(community),
            reply_templates::code.eq(new.code.clone()),
            reply_templates::title.eq(new.title.clone()),
            reply_templates::outcome.eq(new.outcome),
            reply_templates::category.eq(new.category.clone()),
            reply_templates::text.eq(new.text.clone()),
            reply_templates::legal_basis.eq(new.legal_basis.clone()),
        )
    };
    let rows: Vec<_> = templates.iter().map(row).collect();
    Ok(diesel::insert_into(reply_templates::table).values(rows).on_conflict_do_nothing().execute(connection)?)
}
