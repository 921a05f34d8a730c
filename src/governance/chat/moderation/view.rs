//! What waits, and measures, as shown to workers and to whom they concern.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::files::Signer;
use people::identity::{self, Actor};
use serde::Serialize;
use utoipa::ToSchema;

use super::rows::{self, Report};
use super::rows_measures::Measure;
use super::{MeasureKind, MeasureMove, MeasureState};
use crate::groups::{self, Seen};
use crate::messages::{self, Message, MessageView};
use crate::{MeasureId, MessageId, TopicId};

/// A reason that reports and measures name.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonView {
    /// Code.
    pub code: String,
    /// As people read it.
    pub zh: String,
    /// In English.
    pub en: String,
    /// One plain sentence.
    pub summary: String,
}

/// A report; who reported isn't shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportView {
    /// Why, by its code.
    pub reason: String,
    /// In words.
    pub note: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A message that waits for a worker: reported, or held back by the check.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueItemView {
    /// The message.
    pub message: MessageView,
    /// Its topic.
    pub topic_id: TopicId,
    /// That topic's title.
    pub topic_title: String,
    /// Open reports.
    pub reports: Vec<ReportView>,
    /// One plain sentence.
    pub summary: String,
}

/// A measure.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeasureView {
    /// Id.
    pub id: MeasureId,
    /// One plain sentence.
    pub summary: String,
    /// What it is.
    pub kind: MeasureKind,
    /// State.
    pub state: MeasureState,
    /// What the state allows; who may do it stands with each.
    pub allowed: Vec<MeasureMove>,
    /// The group's unit.
    pub grid_unit_id: GridUnitId,
    /// The message that it is about.
    pub message_id: MessageId,
    /// What was written, as long as it is kept.
    pub text: Option<String>,
    /// What whom it concerns is called.
    pub person_name: String,
    /// Does it concern oneself?
    pub own: bool,
    /// Why, by its code.
    pub reason: String,
    /// Why, as people read it.
    pub reason_zh: String,
    /// What the person was told besides.
    pub note: Option<String>,
    /// Of a mute: how many days.
    pub days: Option<i16>,
    /// Of a mute: until when.
    pub until: Option<DateTime<Utc>>,
    /// What the person objects.
    pub appeal: Option<String>,
    /// What staff decided on it.
    pub appeal_note: Option<String>,
    /// When it was decided or proposed.
    pub created_at: DateTime<Utc>,
    /// When it was lifted or refused.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Reasons, in the order given.
pub(super) fn reasons(rows: Vec<rows::Reason>) -> Vec<ReasonView> {
    let view = |row: rows::Reason| ReasonView { summary: row.zh.clone(), code: row.code, zh: row.zh, en: row.en };
    rows.into_iter().map(view).collect()
}

fn report(row: Report) -> ReportView {
    ReportView { reason: row.reason, note: row.note, at: row.created_at }
}

/// What waits, in the order given; each topic is asked for once whether the actor moderates it.
pub(super) fn queue(
    connection: &mut PgConnection,
    signer: &Signer,
    actor: &Actor,
    rows: Vec<Message>,
) -> Result<Vec<QueueItemView>, ApiError> {
    let ids: Vec<MessageId> = rows.iter().map(|row| row.id).collect();
    let mut reports: HashMap<MessageId, Vec<ReportView>> = HashMap::new();
    for row in rows::open_of(connection, &ids)? {
        reports.entry(row.message_id).or_default().push(report(row));
    }
    let mut topics: HashMap<TopicId, Seen> = HashMap::new();
    let mut items = Vec::new();
    for row in rows {
        let seen = match topics.entry(row.topic_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(groups::may_moderate(connection, actor, row.topic_id)?),
        };
        let seen = &*seen;
        let Some(message) = messages::views(connection, signer, (seen, actor.person), vec![row])?.pop() else { continue };
        let reports = reports.remove(&message.id).unwrap_or_default();
        items.push(QueueItemView {
            topic_id: seen.topic.id,
            topic_title: seen.topic.title.clone(),
            summary: format!("{}（{}，{} 次举报）", message.summary, message.state.zh(), reports.len()),
            reports,
            message,
        });
    }
    Ok(items)
}

/// Measures, in the order given.
pub(super) fn measures(
    connection: &mut PgConnection,
    reader: PersonId,
    rows: Vec<Measure>,
) -> Result<Vec<MeasureView>, ApiError> {
    let persons: Vec<PersonId> = rows.iter().filter_map(|row| row.person_id).collect();
    let names = identity::names_by_ids(connection, &persons)?;
    let mut shown = Vec::new();
    for row in rows {
        let reason_zh = rows::reason(connection, &row.reason)?.map_or_else(String::new, |reason| reason.zh);
        let name = row.person_id.and_then(|person| names.get(&person)).map(|name| name.nickname.clone());
        let person_name = name.unwrap_or_else(|| crate::GONE.to_owned());
        let text = messages::find(connection, row.message_id)?.and_then(|message| message.text);
        shown.push(MeasureView {
            summary: format!("{}：{}，{reason_zh}，{}", row.kind.zh(), person_name, row.state.zh()),
            allowed: row.state.allowed().collect(),
            own: row.person_id == Some(reader),
            id: row.id,
            kind: row.kind,
            state: row.state,
            grid_unit_id: row.grid_unit_id,
            message_id: row.message_id,
            text,
            person_name,
            reason: row.reason,
            reason_zh,
            note: row.note,
            days: row.days,
            until: row.until,
            appeal: row.appeal,
            appeal_note: row.appeal_note,
            created_at: row.created_at,
            ended_at: row.ended_at,
        });
    }
    Ok(shown)
}
