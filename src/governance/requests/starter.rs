//! Reply templates of the starter pack, entered many at once.

use base::db::{DbResult, Tx};
use base::error::ApiError;
use base::ids::GridUnitId;

use super::{Outcome, rows_templates};

/// A reply template to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTemplate {
    /// Code, unique in the community.
    pub code: String,
    /// Title.
    pub title: String,
    /// For which outcome.
    pub outcome: Outcome,
    /// For which category (a code or its beginning); none: any.
    pub category: Option<String>,
    /// The text, with `{number}` and `{place}`.
    pub text: String,
    /// The rule it rests on.
    pub legal_basis: Option<String>,
}

/// Enters templates; a code that the community has already is left alone. How many are new. The caller audits its decision.
pub fn adopt_templates(tx: &mut Tx<'_>, community: GridUnitId, templates: &[NewTemplate]) -> Result<usize, ApiError> {
    let entered: DbResult<usize> = rows_templates::insert_new(tx.conn(), community, templates);
    Ok(entered?)
}
