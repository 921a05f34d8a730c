//! The job: who is away, what they haven't read, and telling them.

use base::clock::SHANGHAI;
use base::db::{Audit, Context, Db};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::jobs::JobError;
use chrono::{DateTime, NaiveDate, TimeDelta, Timelike as _, Utc};
use diesel::PgConnection;
use people::grid;
use people::identity::{self, HeldRole, Role};
use people::notify::{self, Notice, templates};
use serde_json::json;
use uuid::Uuid;

use super::NOUN;
use super::places::Places;
use super::rows::{self, Digest, Known};
use crate::unread::rows::CLOSED;

/// Hours of the day in which people are told.
const HOURS: std::ops::Range<u32> = 9..21;
/// Who has read nothing for so long is away.
const AWAY: TimeDelta = TimeDelta::hours(24);
/// Digests in thirty days to somebody who reads nothing.
const IN_VAIN: usize = 7;
/// Who belongs to groups without working for them.
const MEMBERS: [Role; 3] = [Role::Resident, Role::BuildingHead, Role::NewEmployment];
/// People looked at in one step.
const STEP: i64 = 500;
/// Topics loaded in one statement.
const TOPICS: i64 = 5_000;

pub(super) fn run(db: &Db) -> Result<(), JobError> {
    let now = db.read_now(base::db::now)?;
    let local = now.with_timezone(&SHANGHAI);
    if !HOURS.contains(&local.hour()) {
        return Ok(());
    }
    let today = local.date_naive();
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        let gone = rows::forget_aged(tx.conn(), today)?;
        if gone > 0 {
            tx.audit(Audit::new("chat_digests", NOUN, Uuid::nil()).after(json!({"forgotten": gone})))?;
        }
        Ok(tx.done(())?)
    })?;
    let places = db.read_now(|connection| places(connection, now))?;
    let mut after = None;
    while !places.is_empty() {
        let people = db.read_now(|connection| identity::people_holding(connection, &MEMBERS, after, STEP))?;
        let Some((last, _)) = people.last() else { break };
        after = Some(*last);
        step(db, &places, &people, (now, today))?;
    }
    Ok(())
}

/// Everything there is to read.
fn places(connection: &mut PgConnection, now: DateTime<Utc>) -> Result<Places, ApiError> {
    let (mut places, mut after) = (Places::default(), None);
    loop {
        let topics = rows::readable(connection, now - CLOSED, after, TOPICS)?;
        let Some(last) = topics.last() else { return Ok(places) };
        after = Some(last.2);
        let mut units: Vec<GridUnitId> = topics.iter().map(|topic| topic.1).collect();
        units.sort_unstable();
        units.dedup();
        let units = grid::units_by_ids(connection, &units)?;
        for (group, unit, topic, newest) in topics {
            if let Some(unit) = units.get(&unit) {
                places.add(&unit.path, group, (topic, newest));
            }
        }
    }
}

/// The digest of somebody, when one is due.
fn digest(
    places: &Places,
    (person, roles): &(PersonId, Vec<HeldRole>),
    known: &Known,
    (now, today): (DateTime<Utc>, NaiveDate),
) -> Option<Digest> {
    let last_read = known.last_read.get(person).copied();
    if last_read.is_some_and(|at| at > now - AWAY) {
        return None;
    }
    let groups = places.of(roles).into_iter().filter(|(group, _)| !known.quiet.contains(&(*person, *group)));
    let behind =
        groups.flat_map(|(_, topics)| topics).map(|(topic, newest)| newest - known.marks.get(&(*person, *topic)).unwrap_or(&0));
    let (topics, messages) = behind.filter(|count| *count > 0).fold((0, 0), |(topics, all), count| (topics + 1, all + count));
    let digest = Digest { person_id: *person, day: today, topics, messages, at: now };
    let told = known.told.get(person).map_or(&[][..], Vec::as_slice);
    let since: Vec<&Digest> = told.iter().filter(|digest| last_read.is_none_or(|at| digest.at > at)).collect();
    let more = since.last().is_none_or(|last| last.messages < messages);
    let due = messages > 0 && more && since.len() < IN_VAIN && told.iter().all(|digest| digest.day != today);
    due.then_some(digest)
}

fn step(
    db: &Db,
    places: &Places,
    people: &[(PersonId, Vec<HeldRole>)],
    (now, today): (DateTime<Utc>, NaiveDate),
) -> Result<(), ApiError> {
    let ids: Vec<PersonId> = people.iter().map(|(person, _)| *person).collect();
    let (known, minors) = db.read_now(|connection| -> Result<_, ApiError> {
        Ok((rows::known(connection, &ids)?, identity::minors_among(connection, &ids, today)?))
    })?;
    let due = people.iter().filter(|(person, _)| !minors.contains(person));
    let due: Vec<Digest> = due.filter_map(|person| digest(places, person, &known, (now, today))).collect();
    if due.is_empty() {
        return Ok(());
    }
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        let entered = rows::insert(tx.conn(), &due)?;
        let told = due.iter().filter(|digest| entered.contains(&digest.person_id));
        let notices: Vec<(PersonId, Notice)> = told.map(|digest| (digest.person_id, notice(digest))).collect();
        notify::send_all(&mut tx, &notices)?;
        tx.audit(Audit::new("chat_digests", NOUN, Uuid::nil()).after(json!({"day": today, "people": notices.len()})))?;
        Ok(tx.done(())?)
    })
}

fn notice(digest: &Digest) -> Notice {
    let what = format!("{} 个话题、{} 条未读消息", digest.topics, digest.messages);
    Notice::new(&templates::CHAT_DIGEST).with("what", what).with("messages", digest.messages.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GroupId, TopicId};
    use people::grid::GridPath;

    #[test]
    fn a_digest_is_due_to_who_is_away_and_has_something_new_at_most_once_a_day() {
        let (person, group, topic) = (PersonId::new(), GroupId::new(), TopicId::new());
        let mut places = Places::default();
        places.add(&GridPath::new("S1/C1"), group, (topic, 5));
        let held = HeldRole {
            role: Role::Resident,
            unit: None,
            path: Some(GridPath::new("S1/C1/E1")),
            community: None,
            organization: None,
        };
        let somebody = (person, vec![held]);
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let today = now.with_timezone(&SHANGHAI).date_naive();
        let due = |known: &Known| digest(&places, &somebody, known, (now, today)).map(|digest| digest.messages);
        let told = |days: i64, messages| Digest {
            person_id: person,
            day: today - TimeDelta::days(days),
            topics: 1,
            messages,
            at: now - TimeDelta::days(days),
        };
        let mut known = Known::default();
        assert_eq!(due(&known), Some(5));
        known.marks.insert((person, topic), 3);
        known.last_read.insert(person, now - TimeDelta::hours(23));
        assert_eq!(due(&known), None, "is there");
        known.last_read.insert(person, now - TimeDelta::hours(25));
        assert_eq!(due(&known), Some(2));
        known.told.insert(person, vec![told(0, 1)]);
        assert_eq!(due(&known), None, "told today");
        known.told.insert(person, vec![told(1, 2)]);
        assert_eq!(due(&known), None, "nothing new");
        known.told.insert(person, vec![told(1, 1)]);
        assert_eq!(due(&known), Some(2));
        known.last_read.remove(&person);
        known.told.insert(person, (1..8).rev().map(|day| told(day, 1)).collect());
        assert_eq!(due(&known), None, "seven times in vain");
        known.told.clear();
        known.quiet.insert((person, group));
        assert_eq!(due(&known), None, "silenced");
    }
}
