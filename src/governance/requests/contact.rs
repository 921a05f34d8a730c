//! The sealed phone of a caller who has no account: shown in clear to whoever handles the request, for a reason that is logged, and
//! removed half a year after the request is over.

use std::sync::Arc;

use base::attempts::{self, AttemptLimit};
use base::db::{Audit, Context, Db};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::jobs::{JobError, JobKind};
use base::keys::KeyRing;
use chrono::Duration;
use people::grid::Scope;
use serde_json::json;

use super::{CONTACT_NONE, CaseId, reach, rows_details};

/// Phones that one person may see in a day.
const DAY: AttemptLimit = AttemptLimit { kind: "request_contact", tries: 50, window: 86_400 };
/// The job that removes phones.
const JOB: &str = "request_contact_removal";
/// As long a phone is kept after the request is over.
const KEPT: Duration = Duration::days(180);
/// Phones removed in one run.
const BATCH: i64 = 500;

/// The job.
pub(super) fn kind() -> JobKind {
    JobKind::new(JOB, |db, _payload| remove(db)).every(std::time::Duration::from_secs(6 * 3_600))
}

/// The phone. The day's limit counts refused looks too.
pub(super) async fn reveal(
    db: &Db,
    ring: Arc<KeyRing>,
    (context, looker, scope): (Context, PersonId, Scope),
    id: CaseId,
    reason: String,
) -> Result<String, ApiError> {
    let subject = ring.lookup("person", &looker.to_string());
    db.read(move |connection| attempts::count(connection, &DAY, &subject)).await?;
    db.transaction(context, move |mut tx| -> Result<_, ApiError> {
        let (case, handler) = reach::within(tx.conn(), &scope, id)?;
        if !handler {
            return Err(ApiError::of(&error::NOT_FOUND));
        }
        let details = rows_details::many(tx.conn(), &[id])?.remove(&id);
        let sealed = details.and_then(|details| details.contact_sealed).ok_or_else(|| ApiError::of(&CONTACT_NONE))?;
        let phone = ring.open(&format!("request_details|contact|{id}"), &sealed).map_err(ApiError::internal)?;
        let audit = Audit::new("request_contact_reveal", "request", id.0).at(case.grid_unit_id);
        tx.audit(audit.after(json!({"field": "phone", "reason": reason})))?;
        Ok(tx.done(phone)?)
    })
    .await
}

/// Removes phones whose time is over, each with its line in the audit; twice is harmless.
fn remove(db: &Db) -> Result<(), JobError> {
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        let before = tx.now()? - KEPT;
        let removed = rows_details::contacts_remove(tx.conn(), before, BATCH)?;
        let lines = removed.iter().map(|id| Audit::new(JOB, "request", id.0).before(json!({"contact": true})));
        tx.audit_all(lines.collect())?;
        Ok(tx.done(())?)
    })?;
    Ok(())
}
