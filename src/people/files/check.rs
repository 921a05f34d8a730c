//! The check of a picture: WeChat's `mediaCheckAsync` by a job, its verdict by a push, and a person where WeChat can't tell.

use base::clients::wechat::{Errcode, MediaCheck, MediaKind, Scene, WeChatError};
use base::db::{Audit, Context, Db, Tx, now};
use base::error::ApiError;
use base::jobs::{JobError, NewJob};
use base::keys::KeyRing;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::link::Signer;
use super::rows::{self, FileRow};
use super::{CheckMove, CheckState, FileId};
use crate::identity;
use crate::notify::Outbound;
use crate::screening::{self, Decision, Reason, Subject, Verdict};

/// The event of a verdict, as WeChat names it.
pub const MEDIA_EVENT: &str = "wxa_media_check";

/// This noun's name in the queue of what a person has to look at.
pub const NOUN: &str = "file";

/// The job that asks WeChat: `{"file": id}`.
pub(super) const CHECK: &str = "file_check";

/// How often WeChat is asked about one picture: once more when it couldn't fetch it.
const TRIES: i32 = 2;

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Payload {
    file: FileId,
}

/// Has WeChat asked about a picture, once this transaction commits.
pub(super) fn ask(tx: &mut Tx<'_>, file: FileId, again: i32) -> Result<(), ApiError> {
    Ok(tx.enqueue(&NewJob::new(CHECK, json!({"file": file})).once(format!("{CHECK}:{file}:{again}")))?)
}

/// Moves a check on by the table; does nothing when it stands elsewhere by now.
pub(super) fn moved(tx: &mut Tx<'_>, row: &FileRow, by: CheckMove, reason: Option<&str>) -> Result<bool, ApiError> {
    let from = row.check_state;
    let Some(to) = from.transition(by) else { return Ok(false) };
    if !rows::check_moved(tx.conn(), row.id, from, to, reason)? {
        return Ok(false);
    }
    let mut audit =
        Audit::new("file_check", "file", row.id.0).before(json!({"check": from})).after(json!({"check": to, "reason": reason}));
    if let Some(unit) = row.unit_id {
        audit = audit.at(unit);
    }
    tx.audit(audit)?;
    Ok(true)
}

/// A person has to look at it; whoever works at its place is asked as soon as it hangs somewhere.
fn to_a_person(tx: &mut Tx<'_>, row: &FileRow, reason: Reason) -> Result<(), ApiError> {
    if moved(tx, row, CheckMove::Ask, Some(reason.name()))? {
        into_queue(tx, row, &Verdict::Queue(reason.into()))
    } else {
        Ok(())
    }
}

fn into_queue(tx: &mut Tx<'_>, row: &FileRow, verdict: &Verdict) -> Result<(), ApiError> {
    if let (Some(community), Some(unit)) = (row.community_id, row.unit_id) {
        let subject = Subject { noun: NOUN, id: row.id.0, community, unit, author: Some(row.person_id) };
        screening::submit(tx, subject, verdict, "")?;
    }
    Ok(())
}

/// A picture was hung on something: one that waits for a person has a place now whose workers can look.
pub(super) fn hung(tx: &mut Tx<'_>, row: &FileRow) -> Result<(), ApiError> {
    if row.check_state != CheckState::Queued {
        return Ok(());
    }
    let reason = row.check_reason.as_deref().and_then(Reason::parse).unwrap_or(Reason::WeChatUnavailable);
    into_queue(tx, row, &Verdict::Queue(reason.into()))
}

/// A person decided on a picture; one that is gone by now needs nothing.
pub fn decided(tx: &mut Tx<'_>, id: Uuid, decision: Decision) -> Result<(), ApiError> {
    let Some(row) = rows::lock(tx.conn(), FileId(id))? else { return Ok(()) };
    let by = match decision {
        Decision::Publish => CheckMove::Pass,
        Decision::Refuse(_) => CheckMove::Refuse,
    };
    moved(tx, &row, by, Some("person"))?;
    Ok(())
}

/// What WeChat is told, or why it isn't asked.
enum Question {
    Ask(MediaCheck),
    Person(Reason),
    Settled,
}

/// The job: asks WeChat, holding no connection meanwhile.
pub(super) fn run(db: &Db, outbound: &Outbound, signer: &Signer, ring: &KeyRing, payload: Payload) -> Result<(), JobError> {
    let id = payload.file;
    let reason = match db.read_now(|connection| question(connection, signer, ring, id))? {
        Question::Settled => return Ok(()),
        Question::Person(reason) => reason,
        Question::Ask(media) => match outbound.check_media(media) {
            Some(Ok(trace)) => return asked(db, id, &trace),
            Some(Err(WeChatError::Refused(Errcode::UserInactive | Errcode::OpenidInvalid | Errcode::OpenidForeign))) => {
                Reason::AuthorInactive
            }
            Some(Err(_)) | None => Reason::WeChatUnavailable,
        },
    };
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        if let Some(row) = rows::lock(tx.conn(), id)? {
            to_a_person(&mut tx, &row, reason)?;
        }
        Ok(tx.done(())?)
    })?;
    Ok(())
}

fn question(connection: &mut diesel::PgConnection, signer: &Signer, ring: &KeyRing, id: FileId) -> Result<Question, ApiError> {
    let Some(row) = rows::find(connection, id)? else { return Ok(Question::Settled) };
    if row.check_state != CheckState::Pending {
        return Ok(Question::Settled);
    }
    let now = now(connection)?;
    let Some(openid) = identity::openid_of(connection, ring, row.person_id)? else {
        return Ok(Question::Person(Reason::NoOpenid));
    };
    let Some(url) = signer.for_checker(id, now) else { return Ok(Question::Person(Reason::WeChatUnavailable)) };
    Ok(Question::Ask(MediaCheck { openid, url, kind: MediaKind::Image, scene: Scene::Forum }))
}

fn asked(db: &Db, id: FileId, trace: &str) -> Result<(), JobError> {
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        let now = tx.now()?;
        rows::check_sent(tx.conn(), id, trace, now)?;
        tx.audit(Audit::new(CHECK, "file", id.0).after(json!({"asked": true})))?;
        Ok(tx.done(())?)
    })?;
    Ok(())
}

/// The verdict that WeChat pushed. The event's outcome is a word for the stored push.
pub fn media_checked(tx: &mut Tx<'_>, message: &Value) -> Result<&'static str, ApiError> {
    let trace = message.get("trace_id").and_then(Value::as_str).unwrap_or("");
    let Some(row) = rows::lock_by_trace(tx.conn(), trace)? else { return Ok("unknown_trace") };
    let failed = message.get("errcode").is_some_and(|code| code.as_i64() != Some(0) && code.as_str() != Some("0"));
    let suggest = message.pointer("/result/suggest").and_then(Value::as_str);
    match suggest.filter(|_| !failed) {
        Some("pass") => {
            moved(tx, &row, CheckMove::Pass, Some("wechat"))?;
            Ok("clean")
        }
        Some("risky") => {
            if moved(tx, &row, CheckMove::Refuse, Some("wechat"))? {
                // Recorded, so that its author may object.
                into_queue(tx, &row, &Verdict::Refuse(Reason::WeChatRisky.into()))?;
            }
            Ok("refused")
        }
        Some(_) => {
            to_a_person(tx, &row, Reason::WeChatInDoubt)?;
            Ok("queued")
        }
        None if row.check_tries < TRIES && row.check_state == CheckState::Pending => {
            ask(tx, row.id, row.check_tries)?;
            Ok("asked_again")
        }
        None => {
            to_a_person(tx, &row, Reason::WeChatUnavailable)?;
            Ok("queued")
        }
    }
}

/// No verdict in time: a person looks.
pub(super) fn unanswered(tx: &mut Tx<'_>, id: FileId) -> Result<(), ApiError> {
    if let Some(row) = rows::lock(tx.conn(), id)? {
        to_a_person(tx, &row, Reason::WeChatUnavailable)?;
    }
    Ok(())
}
