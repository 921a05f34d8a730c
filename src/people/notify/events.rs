//! Events that WeChat pushes: stored first, worked on here.

use base::clients::wechat::push;
use base::db::{Audit, Context, Db, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::jobs::JobError;
use base::keys::KeyRing;
use serde::Deserialize;
use serde_json::{Value, json};

use super::consent::{self, Source};
use super::{rows_consent, rows_push};
use crate::identity;

/// The job that works on a stored push.
pub(super) const PROCESS: &str = "notify_wechat_event";

#[derive(Deserialize)]
struct Payload {
    key: String,
}

/// Where a stored message is sealed.
pub(super) fn place(key: &str) -> String {
    format!("wechat_pushes|message|{key}")
}

/// What another noun does with an event of WeChat, in the transaction that notes it: gets the message, answers a word for the record.
pub type Listener = fn(&mut Tx<'_>, &Value) -> Result<&'static str, ApiError>;

/// Listeners by WeChat's name of the event.
pub type Listeners = &'static [(&'static str, Listener)];

/// Works on a stored push, once.
pub(super) fn process(db: &Db, ring: &KeyRing, listeners: Listeners, payload: Value) -> Result<(), JobError> {
    let payload: Payload = serde_json::from_value(payload)?;
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        let key = payload.key.as_str();
        if let Some((event, sealed)) = rows_push::lock_unprocessed(tx.conn(), key)? {
            let text = ring.open(&place(key), &sealed).map_err(ApiError::internal)?;
            let message: Value = serde_json::from_str(&text).map_err(ApiError::internal)?;
            let outcome = match listeners.iter().find(|(name, _)| *name == event) {
                Some((_, listener)) => listener(&mut tx, &message)?,
                None => apply(&mut tx, ring, key, &event, &message)?,
            };
            let now = tx.now()?;
            rows_push::processed(tx.conn(), key, outcome, now)?;
        }
        Ok(tx.done(())?)
    })?;
    Ok(())
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or("")
}

/// A number that WeChat sends as number or text.
fn number(value: &Value, name: &str) -> Option<i64> {
    let found = value.get(name)?;
    found.as_i64().or_else(|| found.as_str()?.parse().ok())
}

fn apply(tx: &mut Tx<'_>, ring: &KeyRing, key: &str, event: &str, message: &Value) -> Result<&'static str, ApiError> {
    let openid = ["FromUserName", "OpenID"].iter().map(|name| text(message, name)).find(|found| !found.is_empty());
    let openid =
        if event == "user_authorization_revoke" { message.get("OpenID").and_then(Value::as_str).or(openid) } else { openid };
    let Some(person) = openid.map(|openid| identity::person_by_openid(tx.conn(), ring, openid)).transpose()?.flatten() else {
        return Ok("unknown_person");
    };
    match event {
        "subscribe_msg_popup_event" => tapped(tx, person, key, message),
        "subscribe_msg_change_event" => withdrawn(tx, person, key, message),
        "subscribe_msg_sent_event" => sent(tx, person, key, message),
        "user_authorization_revoke" => revoked(tx, person, key, message),
        _ => Ok("ignored"),
    }
}

/// Entries of `List` with a usable template id, numbered.
fn entries(message: &Value) -> Vec<(usize, &Value, &str)> {
    let list = push::list(message).into_iter().enumerate();
    list.map(|(at, entry)| (at, entry, text(entry, "TemplateId"))).filter(|(.., id)| (1..=64).contains(&id.len())).collect()
}

fn tapped(tx: &mut Tx<'_>, person: PersonId, key: &str, message: &Value) -> Result<&'static str, ApiError> {
    for (at, entry, template) in entries(message) {
        let source_key = Some(format!("{key}:{at}"));
        match text(entry, "SubscribeStatusString") {
            "accept" => consent::accepted(tx, person, template, Source::Push, source_key)?,
            _ => consent::rejected(tx, person, template, Source::Push, source_key)?,
        }
    }
    Ok("noted")
}

fn withdrawn(tx: &mut Tx<'_>, person: PersonId, key: &str, message: &Value) -> Result<&'static str, ApiError> {
    for (at, entry, template) in entries(message) {
        if text(entry, "SubscribeStatusString") == "reject" {
            consent::emptied(tx, person, template, "withdrawn", Source::Push, Some(format!("{key}:{at}")))?;
        }
    }
    Ok("withdrawn")
}

fn sent(tx: &mut Tx<'_>, person: PersonId, key: &str, message: &Value) -> Result<&'static str, ApiError> {
    let mut outcome = "delivered";
    for (at, entry, template) in entries(message) {
        if number(entry, "ErrorCode").is_some_and(|code| code != 0) {
            outcome = "not_delivered";
            consent::emptied(tx, person, template, "refused", Source::Push, Some(format!("{key}:{at}")))?;
        }
    }
    Ok(outcome)
}

/// The person withdrew WeChat's authorization to process their data: nothing is sent any more, and the audit says so.
fn revoked(tx: &mut Tx<'_>, person: PersonId, key: &str, message: &Value) -> Result<&'static str, ApiError> {
    for (template, _) in rows_consent::balances(tx.conn(), person)? {
        consent::emptied(tx, person, &template, "withdrawn", Source::Push, Some(format!("{key}:{template}")))?;
    }
    let kinds = number(message, "RevokeInfo");
    tx.audit(Audit::new("wechat_authorization_revoked", "person", person.0).after(json!({"revoke_info": kinds})))?;
    Ok("revoked")
}
