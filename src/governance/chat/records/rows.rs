//! Queries of `chat_records`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use people::grid::{Scope, within};
use uuid::Uuid;

use super::{Act, RecordAction};
use crate::schema::chat_records;
use crate::{MeasureId, MessageId, TopicId};

/// A recorded act.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = chat_records, check_for_backend(diesel::pg::Pg))]
pub(super) struct Record {
    pub(super) id: Uuid,
    pub(super) grid_unit_id: GridUnitId,
    pub(super) action: RecordAction,
    pub(super) topic_id: Option<TopicId>,
    pub(super) message_id: Option<MessageId>,
    pub(super) measure_id: Option<MeasureId>,
    pub(super) reason: Option<String>,
    pub(super) by_id: Option<PersonId>,
    pub(super) at: DateTime<Utc>,
}

pub(super) fn insert(connection: &mut PgConnection, id: Uuid, act: &Act<'_>, at: DateTime<Utc>) -> DbResult<()> {
    diesel::insert_into(chat_records::table)
        .values((
            chat_records::id.eq(id),
            chat_records::community_id.eq(act.community),
            chat_records::grid_unit_id.eq(act.unit),
            chat_records::action.eq(act.action),
            chat_records::topic_id.eq(act.topic),
            chat_records::message_id.eq(act.message),
            chat_records::measure_id.eq(act.measure),
            chat_records::person_id.eq(act.person),
            chat_records::reason.eq(act.reason),
            chat_records::by_id.eq(act.by),
            chat_records::at.eq(at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Acts of the scope's places, the newest first.
pub(super) fn list(connection: &mut PgConnection, scope: &Scope, window: &Window<Uuid>) -> DbResult<Vec<Record>> {
    let mut query = chat_records::table
        .filter(within(chat_records::grid_unit_id, scope))
        .select(Record::as_select())
        .order(chat_records::id.desc())
        .limit(window.load())
        .into_boxed();
    if let Some(after) = window.after {
        query = query.filter(chat_records::id.lt(after));
    }
    Ok(query.load(connection)?)
}

/// How often each act was done in a community between two times.
pub(super) fn figures(
    connection: &mut PgConnection,
    community: GridUnitId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> DbResult<Vec<(RecordAction, i64)>> {
    Ok(chat_records::table
        .filter(chat_records::community_id.eq(community))
        .filter(chat_records::at.ge(from).and(chat_records::at.lt(to)))
        .group_by(chat_records::action)
        .select((chat_records::action, count_star()))
        .load(connection)?)
}
