//! Public texts are checked before neighbours read them: the author sees `pending` until a person has decided. The request itself is
//! handled from the first moment, whatever becomes of its publication.

use base::db::Tx;
use base::error::ApiError;
use people::screening::{self, Decision, Noun, Subject, Verdict};
use uuid::Uuid;

use super::rows::{self, Case};
use super::work::{Happening, Work};
use super::{CaseId, EventKind, Publication};

/// Public texts of requests, for `nouns.rs`.
pub const SCREENED: Noun =
    Noun { name: "request", zh: "诉求", path: Some("/api/v1/governance/requests/"), decided, texts: None };

/// Hands a public text to the check; a private one is nobody's business.
pub(super) fn submit(tx: &mut Tx<'_>, case: &Case, verdict: &Verdict, text: &str) -> Result<(), ApiError> {
    if !case.public {
        return Ok(());
    }
    let subject = Subject {
        noun: SCREENED.name,
        id: case.id.0,
        community: case.community_id,
        unit: case.grid_unit_id,
        author: case.proxy_id.or(case.reporter_id),
    };
    screening::submit(tx, subject, verdict, text)?;
    Ok(())
}

/// A person decided on a public text.
fn decided(tx: &mut Tx<'_>, id: Uuid, decision: Decision) -> Result<(), ApiError> {
    if rows::find(tx.conn(), CaseId(id))?.is_none() {
        return Ok(());
    }
    let mut work = Work::lock(tx, CaseId(id))?;
    work.case.publication = match decision {
        Decision::Publish => Publication::Published,
        Decision::Refuse(_) => Publication::Refused,
    };
    let said = work.case.publication.zh();
    work.happened(Happening::system(EventKind::Published).saying(said));
    work.write(tx, "request_publication")?;
    Ok(())
}
