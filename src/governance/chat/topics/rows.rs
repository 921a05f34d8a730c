//! Queries of `chat_topics`, `chat_poll_options`, `chat_votes`, `chat_receipts`, `chat_read_marks`.

use std::collections::HashMap;

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::page::Window;
use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types;
use people::grid::{Scope, within};

use super::{TopicKind, TopicState};
use crate::schema::{chat_poll_options, chat_read_marks, chat_receipts, chat_topics, chat_votes};
use crate::{GroupId, TopicId, VoteId};

/// A topic.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = chat_topics, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Topic {
    pub(crate) id: TopicId,
    pub(crate) group_id: GroupId,
    pub(crate) community_id: GridUnitId,
    pub(crate) grid_unit_id: GridUnitId,
    pub(crate) kind: TopicKind,
    pub(crate) state: TopicState,
    pub(crate) title: String,
    pub(crate) text: Option<String>,
    pub(crate) pinned: bool,
    pub(crate) author_id: Option<PersonId>,
    pub(crate) decided_by: Option<PersonId>,
    pub(crate) reason: Option<String>,
    pub(crate) opens_at: Option<DateTime<Utc>>,
    pub(crate) closing: Option<String>,
    pub(crate) sequence_last: i32,
    pub(crate) change_last: i32,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) opened_at: Option<DateTime<Utc>>,
    pub(crate) closed_at: Option<DateTime<Utc>>,
}

pub(super) fn insert(connection: &mut PgConnection, topic: &Topic) -> DbResult<()> {
    diesel::insert_into(chat_topics::table).values(topic).execute(connection)?;
    Ok(())
}

pub(crate) fn find(connection: &mut PgConnection, id: TopicId) -> DbResult<Option<Topic>> {
    Ok(chat_topics::table.find(id).select(Topic::as_select()).first(connection).optional()?)
}

/// Titles of topics, by id.
pub(crate) fn titles(connection: &mut PgConnection, ids: &[TopicId]) -> DbResult<HashMap<TopicId, String>> {
    let rows: Vec<(TopicId, String)> =
        chat_topics::table.filter(chat_topics::id.eq_any(ids)).select((chat_topics::id, chat_topics::title)).load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Numbers of the newest changes of topics.
pub(crate) fn changes_of(connection: &mut PgConnection, ids: &[TopicId]) -> DbResult<Vec<(TopicId, i32)>> {
    Ok(chat_topics::table
        .filter(chat_topics::id.eq_any(ids))
        .select((chat_topics::id, chat_topics::change_last))
        .load(connection)?)
}

/// Locks a topic.
pub(super) fn hold(connection: &mut PgConnection, id: TopicId) -> DbResult<Option<Topic>> {
    Ok(chat_topics::table.find(id).select(Topic::as_select()).for_no_key_update().first(connection).optional()?)
}

/// Takes the number of the next change, and with `message` that of the next message; the topic stays locked until the transaction
/// ends. Answers both numbers as they stand then.
pub(crate) fn bump(connection: &mut PgConnection, id: TopicId, message: bool) -> DbResult<(i32, i32)> {
    Ok(diesel::update(chat_topics::table.find(id))
        .set((
            chat_topics::sequence_last.eq(chat_topics::sequence_last + i32::from(message)),
            chat_topics::change_last.eq(chat_topics::change_last + 1),
        ))
        .returning((chat_topics::sequence_last, chat_topics::change_last))
        .get_result(connection)?)
}

/// What a move leaves behind; what is `None` stays.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = chat_topics)]
pub(super) struct Step<'a> {
    pub(super) state: Option<TopicState>,
    pub(super) pinned: Option<bool>,
    pub(super) decided_by: Option<PersonId>,
    pub(super) reason: Option<&'a str>,
    pub(super) closing: Option<&'a str>,
    pub(super) opened_at: Option<DateTime<Utc>>,
    pub(super) closed_at: Option<Option<DateTime<Utc>>>,
}

/// Moves a held topic.
pub(super) fn step(connection: &mut PgConnection, id: TopicId, step: &Step<'_>) -> DbResult<()> {
    diesel::update(chat_topics::table.find(id)).set(step).execute(connection)?;
    Ok(())
}

/// Which topics of a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct TopicFilter {
    pub(super) group: GroupId,
    pub(super) state: Option<TopicState>,
    pub(super) kind: Option<TopicKind>,
    /// Sees what isn't open yet of everybody; else only their own.
    pub(super) moderates: bool,
    pub(super) person: PersonId,
}

/// Topics of a group: pinned ones first, then the newest.
pub(super) fn list(
    connection: &mut PgConnection,
    filter: &TopicFilter,
    window: &Window<(bool, TopicId)>,
) -> DbResult<Vec<Topic>> {
    let mut query = chat_topics::table
        .filter(chat_topics::group_id.eq(filter.group))
        .select(Topic::as_select())
        .order((chat_topics::pinned.desc(), chat_topics::id.desc()))
        .limit(window.load())
        .into_boxed();
    if !filter.moderates {
        let shown = chat_topics::state.eq_any([TopicState::Open, TopicState::Closed]);
        query = query.filter(shown.or(chat_topics::author_id.is_not_distinct_from(filter.person)));
    }
    if let Some(state) = filter.state {
        query = query.filter(chat_topics::state.eq(state));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(chat_topics::kind.eq(kind));
    }
    if let Some((pinned, id)) = window.after {
        let later = chat_topics::pinned.lt(pinned).or(chat_topics::pinned.eq(pinned).and(chat_topics::id.lt(id)));
        query = query.filter(later);
    }
    Ok(query.load(connection)?)
}

/// How many proposals of a person wait.
pub(super) fn proposals_of(connection: &mut PgConnection, person: PersonId) -> DbResult<i64> {
    Ok(chat_topics::table
        .filter(chat_topics::author_id.eq(person).and(chat_topics::state.eq(TopicState::Proposed)))
        .select(count_star())
        .first(connection)?)
}

/// How many proposals wait in the scope.
pub(crate) fn proposals_waiting(connection: &mut PgConnection, scope: &Scope) -> DbResult<i64> {
    Ok(chat_topics::table
        .filter(within(chat_topics::grid_unit_id, scope).and(chat_topics::state.eq(TopicState::Proposed)))
        .select(count_star())
        .first(connection)?)
}

/// Scheduled topics whose time has come.
pub(super) fn due(connection: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> DbResult<Vec<TopicId>> {
    Ok(chat_topics::table
        .filter(chat_topics::state.eq(TopicState::Scheduled).and(chat_topics::opens_at.le(now)))
        .select(chat_topics::id)
        .order(chat_topics::opens_at)
        .limit(limit)
        .load(connection)?)
}

pub(super) fn enter_options(connection: &mut PgConnection, id: TopicId, options: &[&str]) -> DbResult<()> {
    let rows: Vec<_> = (1_i16..)
        .zip(options)
        .map(|(option, text)| {
            (chat_poll_options::topic_id.eq(id), chat_poll_options::option.eq(option), chat_poll_options::text.eq(*text))
        })
        .collect();
    diesel::insert_into(chat_poll_options::table).values(rows).execute(connection)?;
    Ok(())
}

/// Options of polls: topic, number, text.
pub(super) fn options_of(connection: &mut PgConnection, ids: &[TopicId]) -> DbResult<Vec<(TopicId, i16, String)>> {
    Ok(chat_poll_options::table
        .filter(chat_poll_options::topic_id.eq_any(ids))
        .select((chat_poll_options::topic_id, chat_poll_options::option, chat_poll_options::text))
        .order((chat_poll_options::topic_id, chat_poll_options::option))
        .load(connection)?)
}

/// Votes of polls by option.
pub(super) fn tally(connection: &mut PgConnection, ids: &[TopicId]) -> DbResult<HashMap<(TopicId, i16), i64>> {
    let rows: Vec<(TopicId, i16, i64)> = chat_votes::table
        .filter(chat_votes::topic_id.eq_any(ids))
        .group_by((chat_votes::topic_id, chat_votes::option))
        .select((chat_votes::topic_id, chat_votes::option, count_star()))
        .load(connection)?;
    Ok(rows.into_iter().map(|(topic, option, votes)| ((topic, option), votes)).collect())
}

/// A person's votes in these polls.
pub(super) fn own_votes(connection: &mut PgConnection, person: PersonId, ids: &[TopicId]) -> DbResult<HashMap<TopicId, i16>> {
    let rows: Vec<(TopicId, i16)> = chat_votes::table
        .filter(chat_votes::person_id.eq(person).and(chat_votes::topic_id.eq_any(ids)))
        .select((chat_votes::topic_id, chat_votes::option))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// All votes of a person, the newest thousand, for the export.
pub(crate) fn votes_of(connection: &mut PgConnection, person: PersonId) -> DbResult<Vec<(TopicId, i16, DateTime<Utc>)>> {
    Ok(chat_votes::table
        .filter(chat_votes::person_id.eq(person))
        .select((chat_votes::topic_id, chat_votes::option, chat_votes::at))
        .order(chat_votes::id.desc())
        .limit(1_000)
        .load(connection)?)
}

/// Enters a vote; false: the person has voted.
pub(super) fn vote(
    connection: &mut PgConnection,
    id: VoteId,
    topic: TopicId,
    (person, option): (PersonId, i16),
    at: DateTime<Utc>,
) -> DbResult<bool> {
    let row = (
        chat_votes::id.eq(id),
        chat_votes::topic_id.eq(topic),
        chat_votes::person_id.eq(person),
        chat_votes::option.eq(option),
        chat_votes::at.eq(at),
    );
    let entered = diesel::insert_into(chat_votes::table).values(row);
    Ok(entered.on_conflict((chat_votes::topic_id, chat_votes::person_id)).do_nothing().execute(connection)? == 1)
}

/// Confirms that a person read a notice; once is enough.
pub(super) fn receive(connection: &mut PgConnection, topic: TopicId, person: PersonId, at: DateTime<Utc>) -> DbResult<()> {
    diesel::insert_into(chat_receipts::table)
        .values((chat_receipts::topic_id.eq(topic), chat_receipts::person_id.eq(person), chat_receipts::at.eq(at)))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(())
}

/// Who confirmed, in the order of their ids.
pub(super) fn receipts(
    connection: &mut PgConnection,
    topic: TopicId,
    window: &Window<PersonId>,
) -> DbResult<Vec<(PersonId, DateTime<Utc>)>> {
    let mut query = chat_receipts::table
        .filter(chat_receipts::topic_id.eq(topic))
        .select((chat_receipts::person_id, chat_receipts::at))
        .order(chat_receipts::person_id)
        .limit(window.load())
        .into_boxed();
    if let Some(after) = window.after {
        query = query.filter(chat_receipts::person_id.gt(after));
    }
    Ok(query.load(connection)?)
}

/// How many confirmed, by notice.
pub(super) fn received(connection: &mut PgConnection, ids: &[TopicId]) -> DbResult<HashMap<TopicId, i64>> {
    let rows: Vec<(TopicId, i64)> = chat_receipts::table
        .filter(chat_receipts::topic_id.eq_any(ids))
        .group_by(chat_receipts::topic_id)
        .select((chat_receipts::topic_id, count_star()))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Those of the notices that a person confirmed.
pub(super) fn own_receipts(connection: &mut PgConnection, person: PersonId, ids: &[TopicId]) -> DbResult<Vec<TopicId>> {
    Ok(chat_receipts::table
        .filter(chat_receipts::person_id.eq(person).and(chat_receipts::topic_id.eq_any(ids)))
        .select(chat_receipts::topic_id)
        .load(connection)?)
}

/// Moves a read mark forward, never back.
pub(crate) fn mark_read(
    connection: &mut PgConnection,
    topic: TopicId,
    (person, sequence): (PersonId, i32),
    at: DateTime<Utc>,
) -> DbResult<()> {
    diesel::sql_query(
        "INSERT INTO chat_read_marks (topic_id, person_id, sequence, at) VALUES ($1, $2, $3, $4) ON CONFLICT (person_id, topic_id) \
         DO UPDATE SET sequence = EXCLUDED.sequence, at = EXCLUDED.at WHERE chat_read_marks.sequence < EXCLUDED.sequence",
    )
    .bind::<sql_types::Uuid, _>(topic)
    .bind::<sql_types::Uuid, _>(person)
    .bind::<sql_types::Integer, _>(sequence)
    .bind::<sql_types::Timestamptz, _>(at)
    .execute(connection)?;
    Ok(())
}

/// How far a person has read these topics.
pub(super) fn read_marks(connection: &mut PgConnection, person: PersonId, ids: &[TopicId]) -> DbResult<HashMap<TopicId, i32>> {
    let rows: Vec<(TopicId, i32)> = chat_read_marks::table
        .filter(chat_read_marks::person_id.eq(person).and(chat_read_marks::topic_id.eq_any(ids)))
        .select((chat_read_marks::topic_id, chat_read_marks::sequence))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Takes a person out: marks and receipts go, votes count on without a name, what they proposed stays without one.
pub(crate) fn forget(connection: &mut PgConnection, person: PersonId) -> DbResult<()> {
    diesel::delete(chat_read_marks::table.filter(chat_read_marks::person_id.eq(person))).execute(connection)?;
    diesel::delete(chat_receipts::table.filter(chat_receipts::person_id.eq(person))).execute(connection)?;
    diesel::update(chat_votes::table.filter(chat_votes::person_id.eq(person)))
        .set(chat_votes::person_id.eq(None::<PersonId>))
        .execute(connection)?;
    let unopened = chat_topics::author_id.eq(person).and(chat_topics::opened_at.is_null());
    diesel::update(chat_topics::table.filter(unopened)).set(chat_topics::text.eq(None::<String>)).execute(connection)?;
    diesel::update(chat_topics::table.filter(chat_topics::author_id.eq(person)))
        .set(chat_topics::author_id.eq(None::<PersonId>))
        .execute(connection)?;
    Ok(())
}

/// What one account proposed, voted and has read is another's of the same person: of two
/// votes in one poll that of the remaining account counts.
pub(crate) fn hand_over(connection: &mut PgConnection, gone: PersonId, keep: PersonId) -> DbResult<()> {
    let voted: Vec<TopicId> =
        chat_votes::table.filter(chat_votes::person_id.eq(keep)).select(chat_votes::topic_id).load(connection)?;
    let moving = chat_votes::person_id.eq(gone).and(chat_votes::topic_id.ne_all(voted));
    diesel::update(chat_votes::table.filter(moving)).set(chat_votes::person_id.eq(keep)).execute(connection)?;
    diesel::delete(chat_votes::table.filter(chat_votes::person_id.eq(gone))).execute(connection)?;
    let marks: Vec<(TopicId, i32, DateTime<Utc>)> = chat_read_marks::table
        .filter(chat_read_marks::person_id.eq(gone))
        .select((chat_read_marks::topic_id, chat_read_marks::sequence, chat_read_marks::at))
        .load(connection)?;
    for (topic, sequence, at) in marks {
        mark_read(connection, topic, (keep, sequence), at)?;
    }
    let receipts = chat_receipts::table.filter(chat_receipts::person_id.eq(gone));
    let receipts: Vec<(TopicId, DateTime<Utc>)> =
        receipts.select((chat_receipts::topic_id, chat_receipts::at)).load(connection)?;
    for (topic, at) in receipts {
        let row = (chat_receipts::topic_id.eq(topic), chat_receipts::person_id.eq(keep), chat_receipts::at.eq(at));
        diesel::insert_into(chat_receipts::table).values(row).on_conflict_do_nothing().execute(connection)?;
    }
    diesel::update(chat_topics::table.filter(chat_topics::author_id.eq(gone)))
        .set(chat_topics::author_id.eq(keep))
        .execute(connection)?;
    forget(connection, gone)
}
