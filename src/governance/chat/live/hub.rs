//! Who follows what in this process, and the one place where changes are loaded for all of them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::db::Db;
use base::error::ApiError;
use base::ids::PersonId;
use people::files::Signer;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, mpsc};
use tokio::time::{MissedTickBehavior, interval};

use super::CHAT_SOCKETS_MANY;
use super::render::{self, Changes};
use crate::{Signals, TopicId, topics};

/// How often followed topics are looked at for what other processes wrote.
const LOOK: Duration = Duration::from_millis(200);
/// Deliveries that a socket may be behind; then it is cut, and resumes by its number.
pub(super) const BEHIND: usize = 64;
/// Sockets of one person.
const SOCKETS_OF_ONE: usize = 8;
/// Sockets of this process.
const SOCKETS: usize = 20_000;

/// Where a socket gets its deliveries.
pub(super) struct Reader {
    pub(super) socket: u64,
    pub(super) outlet: mpsc::Sender<Arc<Changes>>,
}

/// Who follows a topic.
struct Room {
    /// Everybody in it has been given the changes up to this number.
    change: i32,
    /// Changes are being loaded.
    busy: bool,
    /// Something changed meanwhile.
    again: bool,
    readers: Vec<Reader>,
}

#[derive(Default)]
struct Inside {
    rooms: HashMap<TopicId, Room>,
    sockets: HashMap<u64, (PersonId, Arc<Notify>)>,
}

/// The followers of this process; an app datum, one per process.
pub struct Hub {
    pub(super) db: Db,
    pub(super) signer: Signer,
    signals: Arc<Signals>,
    inside: Mutex<Inside>,
    last: AtomicU64,
    running: AtomicBool,
    closing: AtomicBool,
    /// How often a page is asked whether it is there, and whether its person still may.
    pub(super) beat: Duration,
}

impl Hub {
    /// Hears changes by `signals`, reads by `db`.
    pub fn new(db: Db, signer: Signer, signals: Arc<Signals>) -> Self {
        Self {
            beat: Duration::from_secs(20),
            db,
            signer,
            signals,
            inside: Mutex::default(),
            last: AtomicU64::new(0),
            running: AtomicBool::new(false),
            closing: AtomicBool::new(false),
        }
    }

    /// With another beat.
    #[must_use]
    pub fn with_beat(self, beat: Duration) -> Self {
        Self { beat, ..self }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets every socket go, for the end of the process: each page comes back by itself, where another process answers.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
        for (_, cut) in self.inside().sockets.values() {
            cut.notify_one();
        }
    }

    /// Is the process about to end?
    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Sockets that are open.
    pub fn sockets(&self) -> usize {
        self.inside().sockets.len()
    }

    /// A socket's number and how it is told that it is cut; 429 when the person, or the process, has too many.
    pub(super) fn open(&self, person: PersonId) -> Result<(u64, Arc<Notify>), ApiError> {
        let mut inside = self.inside();
        let own = inside.sockets.values().filter(|(other, _)| *other == person).count();
        if own >= SOCKETS_OF_ONE || inside.sockets.len() >= SOCKETS {
            return Err(ApiError::of(&CHAT_SOCKETS_MANY));
        }
        let (id, cut) = (self.last.fetch_add(1, Ordering::Relaxed), Arc::new(Notify::new()));
        inside.sockets.insert(id, (person, Arc::clone(&cut)));
        Ok((id, cut))
    }

    /// The end of a socket.
    pub(super) fn gone(&self, socket: u64) {
        let mut inside = self.inside();
        inside.sockets.remove(&socket);
        inside.rooms.retain(|_, room| {
            room.readers.retain(|reader| reader.socket != socket);
            room.busy || !room.readers.is_empty()
        });
    }

    /// A socket follows a topic whose newest change was `change` a moment ago; what comes after it is given to it from now on.
    pub(super) fn enter(&self, topic: TopicId, change: i32, reader: Reader) {
        let mut inside = self.inside();
        let room = inside.rooms.entry(topic).or_insert_with(|| Room { change, busy: false, again: false, readers: Vec::new() });
        room.readers.retain(|other| other.socket != reader.socket);
        room.readers.push(reader);
    }

    /// It doesn't follow the topic any more.
    pub(super) fn leave(&self, topic: TopicId, socket: u64) {
        let mut inside = self.inside();
        let Some(room) = inside.rooms.get_mut(&topic) else { return };
        room.readers.retain(|reader| reader.socket != socket);
        if room.readers.is_empty() && !room.busy {
            inside.rooms.remove(&topic);
        }
    }

    /// Starts listening, once a process; on the thread that calls it.
    pub(super) fn start(self: &Arc<Self>) {
        if !self.running.swap(true, Ordering::AcqRel) {
            tokio::task::spawn_local(Arc::clone(self).listen());
        }
    }

    async fn listen(self: Arc<Self>) {
        let mut heard = self.signals.listen();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !self.is_closing() {
            tokio::select! {
                said = heard.recv() => match said {
                    Ok((topic, change)) => self.changed(topic, change),
                    // What was missed is seen at the next look.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                },
                _ = look.tick() => self.look().await,
            }
        }
    }

    async fn look(self: &Arc<Self>) {
        let followed: Vec<TopicId> = self.inside().rooms.keys().copied().collect();
        if followed.is_empty() {
            return;
        }
        match self.db.read(move |connection| topics::changes_of(connection, &followed)).await {
            Ok(newest) => newest.into_iter().for_each(|(topic, change)| self.changed(topic, change)),
            Err(error) => tracing::debug!(?error, "followed topics could not be looked at"),
        }
    }

    /// A topic has changed: loads it, unless that is being done; then once more.
    fn changed(self: &Arc<Self>, topic: TopicId, change: i32) {
        let mut inside = self.inside();
        let Some(room) = inside.rooms.get_mut(&topic) else { return };
        if room.change >= change {
            return;
        }
        if room.busy {
            room.again = true;
            return;
        }
        room.busy = true;
        tokio::task::spawn_local(Arc::clone(self).deliver(topic, room.change));
    }

    async fn deliver(self: Arc<Self>, topic: TopicId, mut from: i32) {
        loop {
            let signer = self.signer.clone();
            let loaded = self.db.read(move |connection| render::changes(connection, &signer, topic, from)).await;
            let loaded = loaded.unwrap_or_else(|error| {
                // The next look tries again.
                tracing::warn!(?error, "changes of a topic could not be read");
                None
            });
            let Some(next) = self.hand_out(topic, loaded.map(Arc::new)) else { return };
            from = next;
        }
    }

    /// Gives changes to whoever follows; the number to go on from, `None` when there is no more to do. Who can't take them is cut.
    fn hand_out(&self, topic: TopicId, changes: Option<Arc<Changes>>) -> Option<i32> {
        let mut inside = self.inside();
        let Inside { rooms, sockets } = &mut *inside;
        let room = rooms.get_mut(&topic)?;
        let more = std::mem::take(&mut room.again) | changes.as_ref().is_some_and(|changes| changes.more);
        if let Some(changes) = changes {
            room.change = room.change.max(changes.to);
            room.readers.retain(|reader| {
                let taken = reader.outlet.try_send(Arc::clone(&changes)).is_ok();
                if !taken && let Some((_, cut)) = sockets.get(&reader.socket) {
                    cut.notify_one();
                }
                taken
            });
        }
        if more && !room.readers.is_empty() {
            return Some(room.change);
        }
        room.busy = false;
        if room.readers.is_empty() {
            rooms.remove(&topic);
        }
        None
    }
}
