//! The refresh token: opaque, stored only as a hash, rotated at each use.
//!
//! The successor is *derived*: `HMAC(key of the ring, token)`. So the server can give it a second time to an honest phone whose first
//! answer was lost, without keeping any token in plain text: whoever steals the database has hashes, whoever steals a token lacks
//! the ring's key. It also means that an older token of a family is recognised by walking its successors forward, so reuse of a token
//! from many rotations ago ends the session too.

use base::keys::{KeyRing, secret_hash};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};

use super::rows_session::SessionRow;

/// For how many seconds the successor of the token just used is given once more.
const GRACE: i64 = 60;
/// How many rotations back a token is still recognised (a day of a busy phone).
const MEMORY: usize = 100;

/// The token that follows.
pub(super) fn successor(ring: &KeyRing, token: &str) -> String {
    URL_SAFE_NO_PAD.encode(ring.code_hash("refresh_successor", token))
}

/// Hashes of the tokens that follow this one, nearest first.
pub(super) fn descendants(ring: &KeyRing, token: &str) -> Vec<Vec<u8>> {
    let mut token = token.to_owned();
    (0..MEMORY)
        .map(|_step| {
            token = successor(ring, &token);
            secret_hash(&token)
        })
        .collect()
}

/// What becomes of a presented token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rotation {
    /// It is the token in force: its successor takes its place.
    Rotate,
    /// It was the one just used, and its answer may be lost: the same successor once more.
    Repeat,
    /// It was used before: somebody has a copy, the session ends.
    Reused,
    /// The session is over.
    Over,
}

/// Decides for a session that knows the token (in force, just used, or an ancestor).
pub(super) fn decide(session: &SessionRow, hash: &[u8], now: DateTime<Utc>) -> Rotation {
    if session.ended_at.is_some() || session.expires_at <= now {
        return Rotation::Over;
    }
    if session.refresh_hash == hash {
        return Rotation::Rotate;
    }
    let just_used = session.previous_hash.as_deref() == Some(hash);
    let fresh = now - session.rotated_at <= Duration::seconds(GRACE);
    if just_used && fresh && session.repeats == 0 { Rotation::Repeat } else { Rotation::Reused }
}

#[cfg(test)]
mod tests {
    use base::ids::{PersonId, SessionId};

    use super::*;

    fn session(current: &[u8], previous: Option<&[u8]>, rotated_at: DateTime<Utc>) -> SessionRow {
        SessionRow {
            id: SessionId::new(),
            person_id: PersonId::new(),
            device: String::new(),
            refresh_hash: current.to_vec(),
            previous_hash: previous.map(<[u8]>::to_vec),
            rotated_at,
            created_at: rotated_at,
            expires_at: rotated_at + Duration::days(1),
            ended_at: None,
            repeats: 0,
        }
    }

    #[test]
    fn the_token_just_used_works_once_more_for_a_minute_and_then_ends_the_session() {
        let start = DateTime::<Utc>::UNIX_EPOCH;
        let mut row = session(b"new", Some(b"old"), start);
        let at = |seconds| start + Duration::seconds(seconds);
        assert_eq!(decide(&row, b"new", at(1)), Rotation::Rotate);
        assert_eq!(decide(&row, b"old", at(60)), Rotation::Repeat);
        assert_eq!(decide(&row, b"old", at(61)), Rotation::Reused);
        assert_eq!(decide(&row, b"older", at(1)), Rotation::Reused);
        row.repeats = 1;
        assert_eq!(decide(&row, b"old", at(1)), Rotation::Reused);
        assert_eq!(decide(&row, b"new", at(86_400)), Rotation::Over);
        row.ended_at = Some(start);
        assert_eq!(decide(&row, b"new", at(1)), Rotation::Over);
    }

    #[test]
    fn successors_are_the_same_each_time_and_need_the_ring() {
        let (one, two) = (KeyRing::ephemeral().unwrap(), KeyRing::ephemeral().unwrap());
        let next = successor(&one, "token");
        assert_eq!(next, successor(&one, "token"));
        assert_ne!(next, successor(&two, "token"));
        let line = descendants(&one, "token");
        assert_eq!(line.len(), MEMORY);
        assert_eq!(line.first(), Some(&secret_hash(&next)));
        assert_eq!(line.get(1), Some(&secret_hash(&successor(&one, &next))));
    }
}
