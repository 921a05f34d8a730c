//! News on the way: for the reporter, or a note among handlers. No state moves.

use base::db::{Finished, Tx};
use base::error::ApiError;
use base::text::{Few, Text};
use serde::Deserialize;

use super::hats::{self, By};
use super::{CaseId, EventKind, FileId, MOVE_NOT_ALLOWED, outward};

/// News or a note: at least one of the two.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// For the reporter.
    pub text: Option<Text<2000>>,
    /// For handlers only.
    pub note: Option<Text<2000>>,
    /// Pictures, such as of the site.
    #[schema(value_type = Option<Vec<FileId>>, max_items = 9)]
    pub files: Option<Few<FileId, 9>>,
}

pub(super) fn tell(mut tx: Tx<'_>, by: &By<'_>, id: CaseId, news: &Progress) -> Result<Finished<()>, ApiError> {
    let mut work = by.take(&mut tx, id)?;
    let hat = match &news.text {
        // Whoever it lies with speaks to the reporter; notes are anybody's who handles it.
        Some(_) => hats::at_desk(tx.conn(), by.actor, &work.case)?,
        None => hats::any(tx.conn(), by.actor, &work.case)?,
    };
    let note = news.note.as_deref().map(str::to_owned);
    match &news.text {
        Some(_) if !work.case.state.is_open() => return Err(ApiError::of(&MOVE_NOT_ALLOWED)),
        Some(text) => work.happened(by.as_handler(EventKind::Progress, &hat).saying(text.as_str()).noting(note)),
        None if note.is_some() => work.happened(by.as_handler(EventKind::Note, &hat).noting(note)),
        None => return Err(ApiError::invalid("/text", "give a text, a note, or both")),
    }
    let case = work.write(&mut tx, by.action)?;
    let files = news.files.as_ref().map(|files| files.items()).unwrap_or_default();
    outward::attach(&mut tx, &case, outward::RESULTS, files)?;
    Ok(tx.done(())?)
}
