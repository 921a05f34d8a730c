//! Queries of `chat_digests`, and what of topics, marks and settings a digest is made of.

use std::collections::{HashMap, HashSet};

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::prelude::*;

use super::schema::chat_digests;
use crate::schema::{chat_members, chat_read_marks, chat_topics};
use crate::topics::TopicState;
use crate::{GroupId, TopicId};

/// What somebody was told.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = chat_digests, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Digest {
    pub(crate) person_id: PersonId,
    pub(crate) day: NaiveDate,
    pub(crate) topics: i32,
    pub(crate) messages: i32,
    pub(crate) at: DateTime<Utc>,
}

/// A topic that can be read: its group, that group's unit, its id and the number of its newest message.
pub(super) type Readable = (GroupId, GridUnitId, TopicId, i32);

/// Topics with messages, open or closed since a time, after one of them in the order of ids.
pub(super) fn readable(
    connection: &mut PgConnection,
    closed_after: DateTime<Utc>,
    after: Option<TopicId>,
    limit: i64,
) -> DbResult<Vec<Readable>> {
    let closed = chat_topics::state.eq(TopicState::Closed).and(chat_topics::closed_at.gt(closed_after));
    let mut query = chat_topics::table
        .filter(chat_topics::sequence_last.gt(0))
        .filter(chat_topics::state.eq(TopicState::Open).or(closed))
        .select((chat_topics::group_id, chat_topics::grid_unit_id, chat_topics::id, chat_topics::sequence_last))
        .order(chat_topics::id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(chat_topics::id.gt(after));
    }
    Ok(query.load(connection)?)
}

/// What is known of some people.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// How far they have read.
    pub(super) marks: HashMap<(PersonId, TopicId), i32>,
    /// When they read something last.
    pub(super) last_read: HashMap<PersonId, DateTime<Utc>>,
    /// Groups that they silenced.
    pub(super) quiet: HashSet<(PersonId, GroupId)>,
    /// What they were told, the newest last.
    pub(super) told: HashMap<PersonId, Vec<Digest>>,
}

/// Loads it in three statements.
pub(super) fn known(connection: &mut PgConnection, people: &[PersonId]) -> DbResult<Known> {
    let mut known = Known::default();
    let marks: Vec<(PersonId, TopicId, i32, DateTime<Utc>)> = chat_read_marks::table
        .filter(chat_read_marks::person_id.eq_any(people))
        .select((chat_read_marks::person_id, chat_read_marks::topic_id, chat_read_marks::sequence, chat_read_marks::at))
        .load(connection)?;
    for (person, topic, sequence, at) in marks {
        known.marks.insert((person, topic), sequence);
        let last = known.last_read.entry(person).or_insert(at);
        *last = at.max(*last);
    }
    let quiet: Vec<(PersonId, GroupId)> = chat_members::table
        .filter(chat_members::person_id.eq_any(people).and(chat_members::quiet))
        .select((chat_members::person_id, chat_members::group_id))
        .load(connection)?;
    known.quiet = quiet.into_iter().collect();
    let told: Vec<Digest> = chat_digests::table
        .filter(chat_digests::person_id.eq_any(people))
        .select(Digest::as_select())
        .order((chat_digests::person_id, chat_digests::day))
        .load(connection)?;
    for digest in told {
        known.told.entry(digest.person_id).or_default().push(digest);
    }
    Ok(known)
}

/// Enters digests; those of people who have one of that day are left out of the answer.
pub(super) fn insert(connection: &mut PgConnection, digests: &[Digest]) -> DbResult<HashSet<PersonId>> {
    let entered: Vec<PersonId> = diesel::insert_into(chat_digests::table)
        .values(digests)
        .on_conflict_do_nothing()
        .returning(chat_digests::person_id)
        .get_results(connection)?;
    Ok(entered.into_iter().collect())
}

/// Removes digests from before a day.
pub(super) fn forget_aged(connection: &mut PgConnection, today: NaiveDate) -> DbResult<usize> {
    let aged = chat_digests::day.lt(today - TimeDelta::days(30));
    Ok(diesel::delete(chat_digests::table.filter(aged)).execute(connection)?)
}

/// What a person was told in thirty days, for the export.
pub(crate) fn told(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<Digest>> {
    Ok(chat_digests::table
        .filter(chat_digests::person_id.eq(person))
        .select(Digest::as_select())
        .order(chat_digests::day)
        .load(connection)?)
}

/// Takes a person out.
pub(crate) fn forget(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    diesel::delete(chat_digests::table.filter(chat_digests::person_id.eq(person))).execute(connection)?;
    Ok(())
}
