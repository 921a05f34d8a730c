//! Asking the reporter, and the reply: meanwhile the clock stands still.

use base::db::{Finished, Tx};
use base::error::ApiError;
use base::text::{Few, Text};
use serde::Deserialize;

use super::hats::{self, By};
use super::{CaseId, EventKind, FileId, Move, outward};

/// A question to the reporter.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What is asked.
    pub text: Text<500>,
    /// For handlers only.
    pub note: Option<Text<500>>,
}

/// The reporter's reply.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// What they say.
    pub text: Text<2000>,
    /// Pictures.
    #[schema(value_type = Option<Vec<FileId>>, max_items = 9)]
    pub files: Option<Few<FileId, 9>>,
}

pub(super) fn ask(mut tx: Tx<'_>, by: &By<'_>, id: CaseId, question: &Question) -> Result<Finished<()>, ApiError> {
    let mut work = by.take(&mut tx, id)?;
    work.go(Move::Ask)?;
    let hat = hats::leading(tx.conn(), by.actor, &work.case)?;
    let note = question.note.as_deref().map(str::to_owned);
    work.happened(by.as_handler(EventKind::Asked, &hat).saying(question.text.as_str()).noting(note));
    work.write(&mut tx, by.action)?;
    Ok(tx.done(())?)
}

pub(super) fn reply(mut tx: Tx<'_>, by: &By<'_>, id: CaseId, reply: &Reply) -> Result<Finished<()>, ApiError> {
    let mut work = by.take_own(&mut tx, id)?;
    work.go(Move::Reply)?;
    let what = by.as_reporter(EventKind::Replied, &work.case).saying(reply.text.as_str());
    work.happened(what);
    let case = work.write(&mut tx, by.action)?;
    let files = reply.files.as_ref().map(|files| files.items()).unwrap_or_default();
    outward::attach(&mut tx, &case, outward::PICTURES, files)?;
    Ok(tx.done(())?)
}
