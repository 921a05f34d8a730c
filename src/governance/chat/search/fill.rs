//! Messages from before there was a search are entered by a job, once.

use base::db::{Audit, Context, Db};
use base::error::ApiError;
use base::jobs::JobError;
use serde_json::json;
use uuid::Uuid;

use super::rows;
use crate::MessageId;
use crate::messages::NOUN;

/// Messages entered in one transaction.
const STEP: i64 = 1_000;

pub(super) fn fill(db: &Db) -> Result<(), JobError> {
    let mut after = MessageId(Uuid::nil());
    loop {
        let last = db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
            let missing = rows::missing(tx.conn(), after, STEP)?;
            rows::put(tx.conn(), &missing)?;
            if !missing.is_empty() {
                tx.audit(Audit::new("chat_search_fill", NOUN, Uuid::nil()).after(json!({"messages": missing.len()})))?;
            }
            Ok(tx.done(missing.last().map(|row| row.0))?)
        })?;
        match last {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}
