//! Reply templates: the texts that a community keeps for its answers. A starter pack may bring some; staff edit them.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::http::IfMatch;
use base::ids::GridUnitId;
use base::text::Text;
use diesel::PgConnection;
use people::grid::{self, Scope, UnitKind};
use serde::Deserialize;
use serde_json::json;

use super::rows_templates::{self, TemplateRow};
use super::{OUTCOME_NEEDS, Outcome, ReplyTemplateId};

/// A text for answers.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateText {
    /// Title.
    pub title: Text<60>,
    /// For which outcome.
    pub outcome: Outcome,
    /// For which category; none: any.
    pub category: Option<Text<40>>,
    /// The text; `{number}` and `{place}` are filled in by whoever uses it.
    pub text: Text<2000>,
    /// The rule it rests on.
    pub legal_basis: Option<Text<500>>,
}

/// A text for answers, to be entered.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReplyTemplate {
    /// The community.
    pub community: GridUnitId,
    /// Code, unique in the community.
    pub code: Text<40>,
    /// The text.
    pub template: TemplateText,
}

fn check(text: &TemplateText) -> Result<(), ApiError> {
    if text.outcome.is_answer() {
        return Ok(());
    }
    Err(ApiError::of(&OUTCOME_NEEDS).field("/template/outcome", "comes about by its own move"))
}

fn fill(row: &mut TemplateRow, text: &TemplateText) {
    row.title = text.title.as_str().to_owned();
    row.outcome = text.outcome;
    row.category = text.category.as_deref().map(str::to_owned);
    row.text = text.text.as_str().to_owned();
    row.legal_basis = text.legal_basis.as_deref().map(str::to_owned);
}

/// Enters a text, unless the community has one with that code; says whether it did.
fn enter(tx: &mut Tx<'_>, id: ReplyTemplateId, new: &NewReplyTemplate) -> Result<bool, ApiError> {
    check(&new.template)?;
    let now = tx.now()?;
    let mut row = TemplateRow {
        id,
        community_id: new.community,
        code: new.code.as_str().to_owned(),
        title: String::new(),
        outcome: new.template.outcome,
        category: None,
        text: String::new(),
        legal_basis: None,
        version: 1,
        retired_at: None,
        updated_at: now,
    };
    fill(&mut row, &new.template);
    let entered = rows_templates::insert(tx.conn(), &row)?;
    if entered {
        let after = json!({"code": row.code, "outcome": row.outcome});
        tx.audit(Audit::new("reply_template_create", "reply_template", id.0).at(new.community).after(after))?;
    }
    Ok(entered)
}

/// A community of the scope; else 404.
pub(super) fn community(connection: &mut PgConnection, scope: &Scope, id: GridUnitId) -> Result<(), ApiError> {
    let unit = grid::unit_find(connection, id)?.filter(|unit| unit.level() == UnitKind::Community);
    scope.require_unit(&unit.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?.path)
}

pub(super) fn create(
    mut tx: Tx<'_>,
    scope: &Scope,
    id: ReplyTemplateId,
    new: &NewReplyTemplate,
) -> Result<Finished<()>, ApiError> {
    community(tx.conn(), scope, new.community)?;
    if !enter(&mut tx, id, new)? {
        return Err(ApiError::of(&error::ALREADY_EXISTS));
    }
    Ok(tx.done(())?)
}

/// An edit, or with `None` the end of a text's use.
pub(super) fn update(
    mut tx: Tx<'_>,
    scope: &Scope,
    id: ReplyTemplateId,
    tag: &IfMatch,
    text: Option<&TemplateText>,
) -> Result<Finished<()>, ApiError> {
    let mut row = rows_templates::lock(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    community(tx.conn(), scope, row.community_id)?;
    tag.check(row.version)?;
    let now = tx.now()?;
    let action = match text {
        Some(text) => {
            check(text)?;
            fill(&mut row, text);
            "reply_template_update"
        }
        None => {
            row.retired_at = Some(row.retired_at.unwrap_or(now));
            "reply_template_retire"
        }
    };
    let before = json!({"version": row.version});
    row.version += 1;
    row.updated_at = now;
    rows_templates::save(tx.conn(), &row)?;
    let entry = Audit::new(action, "reply_template", id.0).at(row.community_id);
    tx.audit(entry.before(before).after(json!({"version": row.version, "retired": row.retired_at.is_some()})))?;
    Ok(tx.done(())?)
}
