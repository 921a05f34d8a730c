//! The push of a notification as a WeChat message: reserve the consent, send without holding a connection, note the outcome. A
//! message that may have arrived is never repeated.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use base::clients::wechat::{Delivery, Edition, MediaCheck, Message, WeChat, WeChatError};
use base::db::{Context, Db, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::jobs::{JobError, JobKind};
use base::keys::KeyRing;
use serde::Deserialize;

use super::consent::{self, Source};
use super::events::Listeners;
use super::rows::{self, Notification};
use super::rows_call::{self, NewCall};
use super::send::PUSH;
use super::{CallId, NotificationId, events, rows_push};
use crate::{grid, identity};

/// The installation's WeChat templates by our kinds. A kind without an entry uses its own name as id, as the sandbox does.
#[derive(Debug, Clone, Default)]
pub struct TemplateIds(pub HashMap<String, String>);

impl TemplateIds {
    /// WeChat's id for a kind.
    pub(super) fn of<'a>(&'a self, kind: &'a str) -> &'a str {
        self.0.get(kind).map_or(kind, String::as_str)
    }
}

/// The way out to WeChat for jobs. It drives its connections on a thread of its own, started at the first send: jobs run on plain
/// threads, and a connection in the client's pool must go on living between two sends.
pub struct Outbound {
    wechat: Arc<WeChat>,
    thread: Mutex<Option<Thread>>,
    edition: Edition,
}

/// The running thread; it ends when this is dropped.
struct Thread {
    handle: tokio::runtime::Handle,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Outbound {
    /// `edition` is the one that messages open.
    pub const fn new(wechat: Arc<WeChat>, edition: Edition) -> Self {
        Self { wechat, thread: Mutex::new(None), edition }
    }

    fn handle(&self) -> std::io::Result<tokio::runtime::Handle> {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = &*thread {
            return Ok(thread.handle.clone());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        // Nobody ever sends: the error says that `Outbound` is gone.
        std::thread::Builder::new().name("wechat-outbound".to_owned()).spawn(move || drop(runtime.block_on(stopped)))?;
        *thread = Some(Thread { handle: handle.clone(), _stop: stop });
        Ok(handle)
    }

    /// Calls WeChat and waits; `None` when no outcome came, so it may have had its effect.
    fn call<T, F>(&self, handle: &tokio::runtime::Handle, call: impl FnOnce(Arc<WeChat>) -> F) -> Option<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let (tell, told) = mpsc::channel();
        let call = call(Arc::clone(&self.wechat));
        handle.spawn(async move { drop(tell.send(call.await)) });
        told.recv_timeout(Duration::from_secs(30)).ok()
    }

    /// Sends and waits.
    fn send(&self, handle: &tokio::runtime::Handle, message: Message) -> Option<Delivery> {
        self.call(handle, |wechat| async move { wechat.send(&message).await })
    }

    /// Has WeChat check a picture; the verdict comes by push. `None` when no outcome came.
    pub(crate) fn check_media(&self, media: MediaCheck) -> Option<Result<String, WeChatError>> {
        let handle = self.handle().ok()?;
        self.call(&handle, |wechat| async move { wechat.check_media(&media).await })
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Payload {
    person: PersonId,
    sequence: i64,
}

/// What the job needs.
struct Pusher {
    outbound: Arc<Outbound>,
    ring: Arc<KeyRing>,
    ids: Arc<TemplateIds>,
}

/// The jobs of this noun. Events of WeChat that aren't about messages go to the `listeners` of other nouns.
pub fn jobs(outbound: Arc<Outbound>, ring: Arc<KeyRing>, ids: Arc<TemplateIds>, listeners: Listeners) -> Vec<JobKind> {
    let events_ring = Arc::clone(&ring);
    let pusher = Pusher { outbound, ring, ids };
    vec![
        JobKind::new(PUSH, move |db, payload| pusher.push(db, serde_json::from_value(payload)?)),
        JobKind::new(events::PROCESS, move |db, payload| events::process(db, &events_ring, listeners, payload)),
        JobKind::new("notify_sweep", |db, _payload| {
            db.read_now(|connection| {
                rows::sweep(connection)?;
                rows_push::forget_old(connection)
            })?;
            Ok(())
        })
        .every(Duration::from_secs(24 * 3600)),
    ]
}

/// A push whose consent is spent.
struct Reserved {
    notification: NotificationId,
    template: String,
    message: Message,
}

impl Pusher {
    fn push(&self, db: &Db, payload: Payload) -> Result<(), JobError> {
        let handle = self.outbound.handle().map_err(|why| JobError::Retry(format!("no thread for WeChat: {why}")))?;
        let reserved = db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
            let reserved = self.reserve(&mut tx, payload)?;
            Ok(tx.done(reserved)?)
        })?;
        let Some(reserved) = reserved else { return Ok(()) };
        let delivery = self.outbound.send(&handle, reserved.message.clone());
        let again = db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
            let again = settle(&mut tx, payload, &reserved, delivery.as_ref())?;
            Ok(tx.done(again)?)
        })?;
        if again { Err(JobError::Retry("WeChat can't take messages now".to_owned())) } else { Ok(()) }
    }

    /// Finds out whether and to whom it goes; spends the consent.
    fn reserve(&self, tx: &mut Tx<'_>, payload: Payload) -> Result<Option<Reserved>, ApiError> {
        let person = payload.person;
        if !rows::lock_head(tx.conn(), person)? {
            return Ok(None);
        }
        let Some(notification) = rows::one(tx.conn(), person, payload.sequence)? else { return Ok(None) };
        let now = tx.now()?;
        if notification.push_state == "sending" {
            // An earlier run ended between sending and noting: it may have arrived.
            rows::push_moved(tx.conn(), notification.id, "sending", "unknown", now)?;
            return Ok(None);
        }
        if notification.push_state != "queued" {
            return Ok(None);
        }
        if !identity::is_active(tx.conn(), person)? {
            // Closed, or held by law: nobody is called either.
            rows::push_moved(tx.conn(), notification.id, "queued", "no_channel", now)?;
            return Ok(None);
        }
        let openid = identity::openid_of(tx.conn(), &self.ring, person)?;
        let Some(openid) = openid else {
            rows::push_moved(tx.conn(), notification.id, "queued", "no_channel", now)?;
            put_on_call_list(tx, person, &notification)?;
            return Ok(None);
        };
        let template = self.ids.of(&notification.kind).to_owned();
        if !consent::spend(tx, person, &template)? {
            rows::push_moved(tx.conn(), notification.id, "queued", "no_consent", now)?;
            return Ok(None);
        }
        rows::push_moved(tx.conn(), notification.id, "queued", "sending", now)?;
        let data = notification.push_fields.clone().map(serde_json::from_value).transpose().map_err(ApiError::internal)?;
        let message = Message {
            openid,
            template_id: template.clone(),
            data: data.unwrap_or_default(),
            page: notification.link,
            edition: self.outbound.edition,
        };
        Ok(Some(Reserved { notification: notification.id, template, message }))
    }
}

/// What an outcome does to the consent and where the push stands after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// The consent is used up.
    Spent(&'static str),
    /// It certainly did not go: the consent is given back.
    Returned(&'static str),
    /// WeChat knows of no consent.
    Emptied,
    /// The person has no WeChat here: a call.
    Call,
}

fn after(delivery: Option<&Delivery>) -> After {
    match delivery {
        Some(Delivery::Sent { .. }) => After::Spent("sent"),
        Some(Delivery::NoConsent) => After::Emptied,
        Some(Delivery::BadRecipient) => After::Call,
        Some(Delivery::BadTemplate(_) | Delivery::DataInvalid) => After::Returned("refused"),
        Some(Delivery::Later(error)) if !error.may_have_happened() => After::Returned("queued"),
        Some(Delivery::Failed(error)) if !error.may_have_happened() => After::Returned("refused"),
        Some(Delivery::Later(_) | Delivery::Failed(_)) | None => After::Spent("unknown"),
    }
}

/// Notes the outcome; `true` when the job is to be run again.
fn settle(tx: &mut Tx<'_>, payload: Payload, reserved: &Reserved, delivery: Option<&Delivery>) -> Result<bool, ApiError> {
    let (person, id) = (payload.person, reserved.notification);
    rows::lock_head(tx.conn(), person)?;
    let now = tx.now()?;
    let outcome = after(delivery);
    let state = match outcome {
        After::Spent(state) | After::Returned(state) => state,
        After::Emptied => "no_consent",
        After::Call => "no_channel",
    };
    if !rows::push_moved(tx.conn(), id, "sending", state, now)? {
        return Ok(false);
    }
    metrics::counter!("palm_wechat_messages_total", "outcome" => state).increment(1);
    match outcome {
        After::Spent(_) => {}
        After::Returned(_) => consent::refund(tx, person, &reserved.template)?,
        After::Emptied => consent::emptied(tx, person, &reserved.template, "refused", Source::WeChat, None)?,
        After::Call => {
            consent::refund(tx, person, &reserved.template)?;
            if let Some(notification) = rows::one(tx.conn(), person, payload.sequence)? {
                put_on_call_list(tx, person, &notification)?;
            }
        }
    }
    Ok(state == "queued")
}

/// Nobody but a person reaches them: the grid worker is asked to call.
fn put_on_call_list(tx: &mut Tx<'_>, person: PersonId, notification: &Notification) -> Result<(), ApiError> {
    let places = identity::places_of(tx.conn(), person)?;
    let deepest = places.iter().max_by_key(|path| path.as_str().matches('/').count());
    let unit = match deepest {
        Some(path) => grid::unit_by_code(tx.conn(), path)?.map(|unit| unit.id),
        None => None,
    };
    let text: String = format!("{}：{}", notification.title_zh, notification.body_zh).chars().take(400).collect();
    let call =
        NewCall { id: CallId::new(), person_id: person, grid_unit_id: unit, notification_id: notification.id, text: &text };
    rows_call::insert(tx.conn(), &call)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use base::clients::wechat::Errcode;

    use super::*;

    #[test]
    fn only_what_certainly_did_not_go_gives_the_consent_back() {
        let later = |error| after(Some(&Delivery::Later(error)));
        assert_eq!(after(Some(&Delivery::Sent { msgid: None })), After::Spent("sent"));
        assert_eq!(after(None), After::Spent("unknown"));
        assert_eq!(later(WeChatError::Timeout), After::Spent("unknown"));
        assert_eq!(later(WeChatError::BreakerOpen), After::Returned("queued"));
        assert_eq!(later(WeChatError::Refused(Errcode::Busy)), After::Returned("queued"));
        assert_eq!(after(Some(&Delivery::DataInvalid)), After::Returned("refused"));
        assert_eq!(after(Some(&Delivery::NoConsent)), After::Emptied);
        assert_eq!(after(Some(&Delivery::BadRecipient)), After::Call);
    }
}
