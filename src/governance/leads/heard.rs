//! Words that were heard in the grid chat feed leads: the word and the place, never what was written or by whom.

use base::db::{Context, Db};
use base::error::ApiError;
use base::jobs::JobError;
use chat::keywords::Heard;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::raise::{Raise, raise};
use super::{LeadId, LeadSource};

/// How long after the last time the same word of the same group still counts as the same.
const SAME: TimeDelta = TimeDelta::days(7);

/// The body of the job.
pub(super) fn raise_heard(db: &Db, payload: Value) -> Result<(), JobError> {
    let heard: Heard = serde_json::from_value(payload)?;
    let word = &heard.word;
    let lead = Raise {
        id: LeadId::new(),
        community: heard.community,
        unit: heard.unit,
        source: LeadSource::Chat,
        category: heard.category.clone(),
        title: format!("群里提到「{word}」"),
        text: format!("近期有居民在网格群里提到「{word}」，请向居民核实，或到现场查看。"),
        place_text: None,
        pin: None,
        facility: None,
        evidence: Some(json!({"keyword": word})),
        merge: Some((format!("chat:{}:{word}", heard.unit), SAME)),
        by: None,
    };
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        raise(&mut tx, &lead)?;
        Ok(tx.done(())?)
    })?;
    Ok(())
}
