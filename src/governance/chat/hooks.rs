//! What a person takes along of the chat, and leaves behind.

use base::db::Tx;
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use diesel::PgConnection;
use people::identity::{EraseHook, ExportHook, MergeHook};
use serde_json::{Value, json};

use crate::{TopicId, digests, groups, messages, moderation, summaries, topics};

/// Hook of an erasure.
pub const ERASE: EraseHook = EraseHook { noun: "chat", before: None, erase };
/// Hook of two accounts becoming one.
pub const MERGE: MergeHook = MergeHook { noun: "chat", before: None, merge };
/// Hook of an export.
pub const EXPORT: ExportHook = ExportHook { noun: "chat", export };

/// What others have read stays, by 已注销用户 and without long numbers; what only the person saw or set goes.
fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    groups::rows::forget(tx.conn(), person)?;
    topics::forget(tx.conn(), person)?;
    messages::forget(tx.conn(), person)?;
    moderation::forget(tx.conn(), person)?;
    moderation::forget_reporter(tx.conn(), person)?;
    summaries::forget(tx.conn(), person)?;
    digests::forget(tx.conn(), person)?;
    Ok(())
}

/// What one account wrote, voted, reported and set is another's of the same person, and so is what was decided against it.
fn merge(tx: &mut Tx<'_>, gone: PersonId, keep: PersonId) -> Result<(), ApiError> {
    groups::rows::hand_over(tx.conn(), gone, keep)?;
    topics::hand_over(tx.conn(), gone, keep)?;
    messages::hand_over(tx.conn(), gone, keep)?;
    moderation::hand_over(tx.conn(), gone, keep)?;
    moderation::hand_over_reports(tx.conn(), gone, keep)?;
    summaries::hand_over(tx.conn(), gone, keep)?;
    // The kept account has a digest of its own on the same days.
    digests::forget(tx.conn(), gone)?;
    Ok(())
}

/// What a person wrote, voted and set, the newest thousand each.
fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let (written, votes) = (messages::written_by(connection, person)?, topics::votes_of(connection, person)?);
    let summed = summaries::written_by(connection, person)?;
    let ids = written.iter().map(|row| row.topic_id).chain(votes.iter().map(|vote| vote.0));
    let ids: Vec<TopicId> = ids.chain(summed.iter().map(|summary| summary.0)).collect();
    let titles = topics::titles(connection, &ids)?;
    let written = written
        .iter()
        .map(|row| json!({"topic": titles.get(&row.topic_id), "text": row.text, "state": row.state, "at": row.created_at}));
    let voted = votes.iter().map(|(topic, option, at)| json!({"topic": titles.get(topic), "option": option, "at": at}));
    let set = groups::rows::settings_of(connection, person)?;
    let set = set.iter().map(|row| json!({"group": row.group_id, "nickname": row.nickname, "quiet": row.quiet}));
    let told = digests::told(connection, person)?;
    let told = told.iter().map(|row| json!({"day": row.day, "topics": row.topics, "messages": row.messages}));
    let summed = summed.iter().map(|(topic, text)| json!({"topic": titles.get(topic), "text": text}));
    Ok(json!({
        "messages": written.collect::<Vec<_>>(), "votes": voted.collect::<Vec<_>>(), "settings": set.collect::<Vec<_>>(),
        "summaries": summed.collect::<Vec<_>>(), "digests": told.collect::<Vec<_>>(),
    }))
}
