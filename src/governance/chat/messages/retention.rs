//! Texts are kept 180 days, except where a request came of them.

use base::db::{Audit, Context, Db};
use base::error::ApiError;
use base::jobs::JobError;
use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use super::{NOUN, rows};
use crate::moderation;

/// How long a text is kept.
const KEPT: TimeDelta = TimeDelta::days(180);
/// Texts emptied in one transaction.
const STEP: i64 = 5_000;

pub(super) fn forget(db: &Db) -> Result<(), JobError> {
    loop {
        let emptied = db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
            let before = tx.now()? - KEPT;
            let texts = rows::forget_aged(tx.conn(), before, STEP)?;
            let notes = moderation::forget_reports(tx.conn(), before)?;
            if texts + notes > 0 {
                tx.audit(Audit::new("chat_retention", NOUN, Uuid::nil()).after(json!({"texts": texts, "notes": notes})))?;
            }
            Ok(tx.done(texts)?)
        })?;
        if emptied == 0 {
            return Ok(());
        }
    }
}
