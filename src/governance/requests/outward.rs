//! The pictures of a request.

use base::db::Tx;
use base::error::ApiError;
use people::files::{self, About};

use super::FileId;
use super::rows::Case;

/// Noun of the pictures that came with a request or a reply.
pub(super) const PICTURES: &str = "request";
/// Noun of the pictures that handlers added.
pub(super) const RESULTS: &str = "request_result";

/// Hangs pictures of the caller on a request; `noun` is `PICTURES` or `RESULTS`.
pub(super) fn attach(tx: &mut Tx<'_>, case: &Case, noun: &'static str, pictures: &[FileId]) -> Result<(), ApiError> {
    let Some(owner) = tx.context().principal.person().or(case.reporter_id) else { return Ok(()) };
    let about = About { noun, id: case.id.0, community: case.community_id, unit: case.grid_unit_id, public: case.public };
    files::attach(tx, pictures, owner, about)
}
