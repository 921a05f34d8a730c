//! States of a system and of a delivery, a system's words, and how long is waited between tries.

use base::keys::random;
use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::requests::ExternalStatus;

base::words! {
    /// State of a system.
    ConnectorState {
        /// It is told.
        Active = "active" "启用",
        /// Nothing is sent for now; what happens is kept.
        Paused = "paused" "暂停",
        /// Over.
        Closed = "closed" "已关闭",
    }
}

base::words! {
    /// What can be done with a system.
    ConnectorMove {
        /// Send nothing for a while.
        Pause = "pause",
        /// Send again.
        Resume = "resume",
        /// End it.
        Close = "close",
    }
}

base::machine! {
    ConnectorState by ConnectorMove {
        => Active "a unit's handler, the street";
        Active Pause Paused "a unit's handler, the street; by itself after a day of failures";
        Paused Resume Active "a unit's handler, the street";
        Active Close Closed "a unit's handler, the street";
        Paused Close Closed "a unit's handler, the street";
    }
}

base::words! {
    /// Why nothing is sent.
    PauseReason {
        /// Somebody paused it.
        ByHand = "by_hand" "人工暂停",
        /// Nothing got through for a day.
        Failing = "failing" "持续失败",
    }
}

base::words! {
    /// State of a delivery.
    DeliveryState {
        /// Waits for its turn or its next try.
        Pending = "pending" "待发送",
        /// On its way.
        Sending = "sending" "发送中",
        /// Taken by the system.
        Delivered = "delivered" "已送达",
        /// Given up after the last try.
        Dead = "dead" "未送达",
    }
}

base::words! {
    /// What happens to a delivery.
    DeliveryMove {
        /// A worker takes it.
        Take = "take",
        /// The system took it.
        Deliver = "deliver",
        /// It did not get through and is tried again.
        Retry = "retry",
        /// It did not get through at the last try.
        GiveUp = "give_up",
        /// Somebody wants it told again.
        Replay = "replay",
    }
}

base::machine! {
    DeliveryState by DeliveryMove {
        => Pending "an event of a request";
        Pending Take Sending "a worker, when no earlier event of the request waits";
        Sending Deliver Delivered "an answer of 200 to 299";
        Sending Retry Pending "any other outcome, with a growing pause";
        Sending GiveUp Dead "any other outcome of the tenth try";
        Dead Replay Pending "a unit's handler, the street";
    }
}

/// What a word of another system means for us.
pub type Meaning = ExternalStatus;

/// A word of another system and its meaning, as stored and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StatusWord {
    /// Its word, such as `已派工`.
    pub word: String,
    /// What it means for us.
    pub means: Meaning,
}

/// The meaning of a word: as the system's own list says, else one of ours.
pub(super) fn meaning(words: &[StatusWord], word: &str) -> Option<Meaning> {
    words.iter().find(|known| known.word == word).map(|known| known.means).or_else(|| Meaning::parse(word))
}

/// Tries of a delivery before it is dead.
pub(super) const TRIES: i32 = 10;
/// Failing for so long, a system is paused.
pub(super) const PAUSE_AFTER: Duration = Duration::hours(24);
/// How long one try may take before another worker may try.
pub(super) const LEASE: Duration = Duration::seconds(60);
/// How long the secret before stays valid.
pub(super) const OVERLAP: Duration = Duration::hours(24);

/// The pause after so many tries: 5 s, 20 s, 80 s … at most 6 hours, a fifth more or less at random so that many don't come back at
/// once; longer where the receiver asks for it, at most an hour.
pub(super) fn pause(attempts: i32, asked: Option<u32>) -> Duration {
    let exponent = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(8);
    let seconds = (5 * 4_i64.pow(exponent)).min(6 * 3600);
    // Without a random byte the pause is merely not jittered.
    let byte = random::<1>().map_or(128, |[byte]| i64::from(byte));
    let jittered = seconds * 1000 * (800 + 400 * byte / 255) / 1000;
    Duration::milliseconds(jittered).max(Duration::seconds(i64::from(asked.unwrap_or(0).min(3600))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_are_bounded_and_heed_the_receiver() {
        for (attempts, seconds) in [(1, 5), (2, 20), (3, 80), (6, 5120), (7, 20_480), (8, 21_600), (99, 21_600)] {
            let pause = pause(attempts, None);
            let (low, high) = (Duration::milliseconds(seconds * 800), Duration::milliseconds(seconds * 1200));
            assert!(pause >= low && pause <= high, "{attempts}: {pause}");
        }
        assert_eq!(pause(1, Some(600)), Duration::seconds(600));
        assert_eq!(pause(1, Some(u32::MAX)), Duration::hours(1));
    }

    #[test]
    fn a_systems_own_words_come_first() {
        let words = [StatusWord { word: "done".to_owned(), means: Meaning::Solved }];
        assert_eq!(meaning(&words, "done"), Some(Meaning::Solved));
        assert_eq!(meaning(&words, "in_progress"), Some(Meaning::InProgress));
        assert_eq!(meaning(&words, "已派工"), None);
    }
}
