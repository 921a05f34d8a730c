//! Queries of `reply_templates`.

use base::db::DbResult;
use base::ids::GridUnitId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::reply_templates;
use super::starter::NewTemplate;
use super::{Outcome, ReplyTemplateId};

/// A text that a community keeps for its answers.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = reply_templates, check_for_backend(diesel::pg::Pg))]
pub(super) struct TemplateRow {
    pub(super) id: ReplyTemplateId,
    pub(super) community_id: GridUnitId,
    pub(super) code: String,
    pub(super) title: String,
    pub(super) outcome: Outcome,
    pub(super) category: Option<String>,
    pub(super) text: String,
    pub(super) legal_basis: Option<String>,
    pub(super) version: i32,
    pub(super) retired_at: Option<DateTime<Utc>>,
    pub(super) updated_at: DateTime<Utc>,
}

/// Enters a text; `false` when the community has one with that code.
pub(super) fn insert(connection: &mut PgConnection, row: &TemplateRow) -> DbResult<bool> {
    Ok(diesel::insert_into(reply_templates::table).values(row).on_conflict_do_nothing().execute(connection)? == 1)
}

pub(super) fn find(connection: &mut PgConnection, id: ReplyTemplateId) -> DbResult<Option<TemplateRow>> {
    Ok(reply_templates::table.find(id).select(TemplateRow::as_select()).first(connection).optional()?)
}

pub(super) fn lock(connection: &mut PgConnection, id: ReplyTemplateId) -> DbResult<Option<TemplateRow>> {
    Ok(reply_templates::table.find(id).select(TemplateRow::as_select()).for_update().first(connection).optional()?)
}

/// Writes an edit of a text that is locked already.
pub(super) fn save(connection: &mut PgConnection, row: &TemplateRow) -> DbResult<()> {
    diesel::update(reply_templates::table.find(row.id))
        .set((
            reply_templates::title.eq(&row.title),
            reply_templates::outcome.eq(row.outcome),
            reply_templates::category.eq(&row.category),
            reply_templates::text.eq(&row.text),
            reply_templates::legal_basis.eq(&row.legal_basis),
            reply_templates::version.eq(row.version),
            reply_templates::retired_at.eq(row.retired_at),
            reply_templates::updated_at.eq(row.updated_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Texts of a community in use, by code; of one outcome, of one category or any.
pub(super) fn list(
    connection: &mut PgConnection,
    community: GridUnitId,
    outcome: Option<Outcome>,
    category: Option<&str>,
    after: Option<&str>,
    limit: i64,
) -> DbResult<Vec<TemplateRow>> {
    let mut query = reply_templates::table
        .filter(reply_templates::community_id.eq(community).and(reply_templates::retired_at.is_null()))
        .select(TemplateRow::as_select())
        .order(reply_templates::code)
        .limit(limit)
        .into_boxed();
    if let Some(outcome) = outcome {
        query = query.filter(reply_templates::outcome.eq(outcome));
    }
    if let Some(category) = category {
        query = query.filter(reply_templates::category.eq(category).or(reply_templates::category.is_null()));
    }
    if let Some(after) = after {
        query = query.filter(reply_templates::code.gt(after));
    }
    Ok(query.load(connection)?)
}

/// Enters templates whose codes are free; how many.
pub(super) fn insert_new(connection: &mut PgConnection, community: GridUnitId, templates: &[NewTemplate]) -> DbResult<usize> {
    let row = |new: &NewTemplate| {
        (
            reply_templates::id.eq(ReplyTemplateId::new()),
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
