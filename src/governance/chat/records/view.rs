//! The record and its figures, as shown.

use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::identity;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::RecordAction;
use super::rows::Record;
use crate::{MeasureId, MessageId, TopicId};

/// A recorded act of moderation. Nothing of what was written, nobody whom it concerns.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordView {
    /// Id.
    pub id: Uuid,
    /// One plain sentence.
    pub summary: String,
    /// Where.
    pub grid_unit_id: GridUnitId,
    /// What was done.
    pub action: RecordAction,
    /// Topic.
    pub topic_id: Option<TopicId>,
    /// Message.
    pub message_id: Option<MessageId>,
    /// Measure.
    pub measure_id: Option<MeasureId>,
    /// Why, by its code.
    pub reason: Option<String>,
    /// What whoever did it is called; none for a report.
    pub by_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// How often an act was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct FigureView {
    /// The act.
    pub action: RecordAction,
    /// How often.
    pub count: i64,
    /// One plain sentence.
    pub summary: String,
}

/// A community's figures of a month.
#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresView {
    /// Community.
    pub community: GridUnitId,
    /// Month, as `YYYY-MM` (Asia/Shanghai).
    pub month: String,
    /// Every act, those that weren't done too.
    pub items: Vec<FigureView>,
}

pub(super) fn views(connection: &mut PgConnection, rows: Vec<Record>) -> Result<Vec<RecordView>, ApiError> {
    let persons: Vec<PersonId> = rows.iter().filter_map(|row| row.by_id).collect();
    let names = identity::names_by_ids(connection, &persons)?;
    let shown = rows.into_iter().map(|row| {
        let by_name = row.by_id.and_then(|person| names.get(&person)).map(|name| name.nickname.clone());
        RecordView {
            id: row.id,
            summary: by_name.as_ref().map_or_else(|| row.action.zh().to_owned(), |name| format!("{name}：{}", row.action.zh())),
            grid_unit_id: row.grid_unit_id,
            action: row.action,
            topic_id: row.topic_id,
            message_id: row.message_id,
            measure_id: row.measure_id,
            reason: row.reason,
            by_name,
            at: row.at,
        }
    });
    Ok(shown.collect())
}

pub(super) fn figures(community: GridUnitId, month: String, counted: &[(RecordAction, i64)]) -> FiguresView {
    let items = RecordAction::ALL.iter().map(|action| {
        let count = counted.iter().find(|(known, _)| known == action).map_or(0, |(_, count)| *count);
        FigureView { action: *action, count, summary: format!("{} {count} 次", action.zh()) }
    });
    FiguresView { community, month, items: items.collect() }
}
