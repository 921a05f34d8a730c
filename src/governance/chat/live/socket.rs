//! One open page: what it follows, how far it has come, and until when it may.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_ws::{CloseCode, CloseReason, Message, MessageStream, Session};
use base::error::ApiError;
use base::ids::PersonId;
use bytestring::ByteString;
use people::identity::{Actor, Authenticator};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use super::frames::{ChangesView, Said, Told};
use super::hub::{BEHIND, Hub, Reader};
use super::render::{Changes, written};
use super::{CHAT_FRAME_UNKNOWN, CHAT_TOPICS_MANY};
use crate::messages::{Ask, thread};
use crate::{TopicId, groups};

/// Topics that one page follows.
const TOPICS: usize = 20;
/// Beats without a word after which a page is gone.
const SILENT: u32 = 3;
/// How long a page may take to take something.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a socket ends.
enum End {
    /// The page went, or its line broke.
    Gone,
    /// It didn't take what it was sent.
    Slow,
    /// Its token or session ended.
    Expired,
    /// It said what can't be.
    Wrong,
    /// This process ends.
    Closing,
    /// The database didn't answer.
    Trouble,
}

impl End {
    /// What the page is told; it comes back and goes on where it was, after an expired token with a new one.
    fn reason(&self) -> Option<CloseReason> {
        let (code, said) = match self {
            Self::Gone => return None,
            Self::Slow => (CloseCode::Again, "slow"),
            Self::Expired => (CloseCode::Other(4401), "token_expired"),
            Self::Wrong => (CloseCode::Policy, "frame_refused"),
            Self::Closing => (CloseCode::Restart, "going_away"),
            Self::Trouble => (CloseCode::Error, "try_again"),
        };
        Some(CloseReason { code, description: Some(said.to_owned()) })
    }
}

/// A page.
pub(super) struct Socket {
    id: u64,
    hub: Arc<Hub>,
    authenticator: Authenticator,
    session: Session,
    actor: Arc<Actor>,
    until: Instant,
    /// How far it has come in each topic, and whether it sees what moderators see.
    followed: HashMap<TopicId, (i32, bool)>,
    outlet: mpsc::Sender<Arc<Changes>>,
    silent: u32,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.hub.gone(self.id);
    }
}

/// Serves a page until it ends.
pub(super) async fn serve(
    hub: Arc<Hub>,
    authenticator: Authenticator,
    (actor, seconds): (Arc<Actor>, u64),
    (id, cut): (u64, Arc<Notify>),
    (session, stream): (Session, MessageStream),
) {
    let (outlet, inbox) = mpsc::channel(BEHIND);
    let until = Instant::now() + Duration::from_secs(seconds);
    let last = session.clone();
    let socket = Socket { id, hub, authenticator, session, actor, until, followed: HashMap::new(), outlet, silent: 0 };
    let end = socket.run(stream, inbox, &cut).await;
    if let Some(reason) = end.reason() {
        // It may be gone already, or not take even this.
        drop(timeout(PATIENCE, last.close(Some(reason))).await);
    }
}

impl Socket {
    async fn run(mut self, stream: MessageStream, mut inbox: mpsc::Receiver<Arc<Changes>>, cut: &Notify) -> End {
        let mut stream = stream.max_frame_size(super::frames::LONGEST);
        let mut beat = interval(self.hub.beat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beat.reset();
        loop {
            let done = tokio::select! {
                // What it said; how it went; what there is to tell.
                message = stream.recv() => match message {
                    Some(Ok(message)) => self.heard(message).await,
                    Some(Err(_)) => Err(End::Wrong),
                    None => Err(End::Gone),
                },
                () = cut.notified() => Err(if self.hub.is_closing() { End::Closing } else { End::Slow }),
                Some(changes) = inbox.recv() => self.pass_on(&changes).await,
                () = sleep_until(self.until) => Err(End::Expired),
                _ = beat.tick() => self.beat().await,
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    async fn heard(&mut self, message: Message) -> Result<(), End> {
        self.silent = 0;
        match message {
            Message::Text(text) => match serde_json::from_str(&text) {
                Ok(said) => self.said(said).await,
                Err(_) => self.tell(&Told::refused(None, &CHAT_FRAME_UNKNOWN)).await,
            },
            Message::Ping(bytes) => self.session.pong(&bytes).await.map_err(|_closed| End::Gone),
            Message::Pong(_) | Message::Nop => Ok(()),
            Message::Close(_) => Err(End::Gone),
            Message::Binary(_) | Message::Continuation(_) => Err(End::Wrong),
        }
    }

    async fn said(&mut self, said: Said) -> Result<(), End> {
        match said {
            Said::Follow { topic, after_change } => self.follow(topic, i32::try_from(after_change).unwrap_or(i32::MAX)).await,
            Said::Leave { topic } => {
                self.forget(topic);
                Ok(())
            }
            Said::Renew { token } => self.renew(&token).await,
        }
    }

    /// Goes on with a new token of the same session; any other one ends it.
    async fn renew(&mut self, token: &str) -> Result<(), End> {
        let held = self.authenticator.opens(token).await.map_err(|_refused| End::Trouble)?;
        let Some((actor, seconds)) = held.filter(|(actor, _)| actor.session == self.actor.session) else {
            return Err(End::Expired);
        };
        (self.actor, self.until) = (actor, Instant::now() + Duration::from_secs(seconds));
        self.tell(&Told::Renewed { seconds }).await
    }

    fn forget(&mut self, topic: TopicId) {
        if self.followed.remove(&topic).is_some() {
            self.hub.leave(topic, self.id);
        }
    }

    async fn follow(&mut self, topic: TopicId, after: i32) -> Result<(), End> {
        if self.followed.len() >= TOPICS && !self.followed.contains_key(&topic) {
            return self.tell(&Told::refused(Some(topic), &CHAT_TOPICS_MANY)).await;
        }
        let actor = Arc::clone(&self.actor);
        let seen = self.hub.db.read(move |connection| groups::may_read(connection, &actor, topic)).await;
        match seen {
            Ok(seen) => {
                self.hub.enter(topic, seen.topic.change_last, Reader { socket: self.id, outlet: self.outlet.clone() });
                self.followed.insert(topic, (after, seen.moderates()));
                self.catch_up(topic).await
            }
            Err(error) => self.refuse(topic, &error).await,
        }
    }

    /// Says that a topic isn't there for this person; when the database is the cause, the page comes back later.
    async fn refuse(&mut self, topic: TopicId, error: &ApiError) -> Result<(), End> {
        if error.code().status >= 500 {
            return Err(End::Trouble);
        }
        self.forget(topic);
        self.tell(&Told::failed(topic, error)).await
    }

    /// Reads for itself what came after its number.
    async fn catch_up(&mut self, topic: TopicId) -> Result<(), End> {
        while let Some((change, _)) = self.followed.get(&topic).copied() {
            let (actor, signer) = (Arc::clone(&self.actor), self.hub.signer.clone());
            let read = self.hub.db.read(move |connection| -> Result<_, ApiError> {
                let seen = groups::may_read(connection, &actor, topic)?;
                thread(connection, &signer, (&seen, actor.person), (Ask::After(change), 100))
            });
            let part = match read.await {
                Ok(part) => part,
                Err(error) => return self.refuse(topic, &error).await,
            };
            let (next, more) = (part.next_change, part.more);
            self.tell(&Told::Changes(ChangesView::of(topic, part))).await?;
            if let Some((change, _)) = self.followed.get_mut(&topic) {
                *change = next;
            }
            if !more {
                break;
            }
        }
        Ok(())
    }

    /// Passes on what was loaded for all, if it is what comes next here.
    async fn pass_on(&mut self, changes: &Changes) -> Result<(), End> {
        let Some((change, moderates)) = self.followed.get_mut(&changes.topic) else { return Ok(()) };
        if changes.to <= *change {
            return Ok(());
        }
        if changes.from != *change || changes.authors.contains(&self.actor.person) {
            return self.catch_up(changes.topic).await;
        }
        *change = changes.to;
        let text = if *moderates { &changes.for_moderators } else { &changes.for_members };
        self.send(text.clone()).await
    }

    /// Is the page there, its session alive, and does it still see what it follows?
    async fn beat(&mut self) -> Result<(), End> {
        self.silent += 1;
        if self.silent > SILENT {
            return Err(End::Gone);
        }
        let Some(actor) = self.authenticator.again(&self.actor).await.map_err(|_refused| End::Trouble)? else {
            return Err(End::Expired);
        };
        self.actor = Arc::clone(&actor);
        let topics: Vec<TopicId> = self.followed.keys().copied().collect();
        let looked = self.hub.db.read(move |connection| -> Result<_, ApiError> {
            Ok(topics.iter().map(|topic| (*topic, groups::may_read(connection, &actor, *topic))).collect::<Vec<_>>())
        });
        for (topic, seen) in looked.await.map_err(|_refused| End::Trouble)? {
            match seen {
                Ok(seen) => self.stands(topic, seen.moderates()),
                Err(error) => self.refuse(topic, &error).await?,
            }
        }
        timeout(PATIENCE, self.session.ping(b"")).await.map_err(|_elapsed| End::Slow)?.map_err(|_closed| End::Gone)
    }

    /// What somebody sees of a topic may change with what they are there.
    fn stands(&mut self, topic: TopicId, moderates: bool) {
        if let Some((_, before)) = self.followed.get_mut(&topic) {
            *before = moderates;
        }
    }

    async fn tell(&mut self, told: &Told) -> Result<(), End> {
        let text = written(told).map_err(|_refused| End::Trouble)?;
        self.send(text).await
    }

    async fn send(&mut self, text: ByteString) -> Result<(), End> {
        timeout(PATIENCE, self.session.text(text)).await.map_err(|_elapsed| End::Slow)?.map_err(|_closed| End::Gone)
    }
}

/// Whose socket it is.
impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let person: PersonId = self.actor.person;
        f.debug_struct("Socket").field("id", &self.id).field("person", &person).finish_non_exhaustive()
    }
}
