//! Codes of an order, pure. The screen code changes every 30 s and is taken for one window more: at most 60 s. Behind the QR stand
//! 128 bits of a keyed hash over order and window; the eight digits are another keyed hash, for typing. Nothing is stored.

use base::keys::KeyRing;
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq as _;

use super::OrderId;

/// Length of a window.
pub(super) const WINDOW_SECONDS: i64 = 30;
const PREFIX: &str = "palm:order:";

/// The window that a moment lies in.
pub(super) fn window_of(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(WINDOW_SECONDS)
}

/// The moment from which on a window's code isn't taken any more.
pub(super) fn valid_until(window: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp((window + 2) * WINDOW_SECONDS, 0)
}

fn proof(ring: &KeyRing, order: OrderId, window: i64) -> String {
    let hash = ring.code_hash("order_qr", &format!("{order}:{window}"));
    hash.iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The text behind the QR.
pub(super) fn qr_text(ring: &KeyRing, order: OrderId, window: i64) -> String {
    format!("{PREFIX}{order}:{window}:{}", proof(ring, order, window))
}

/// The eight digits.
pub(super) fn digits(ring: &KeyRing, order: OrderId, window: i64) -> String {
    let hash = ring.code_hash("order_digits", &format!("{order}:{window}"));
    let number = hash.iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    format!("{:08}", number % 100_000_000)
}

/// What was read from a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Screen {
    /// The QR's text.
    Qr(OrderId, i64, String),
    /// Eight digits.
    Digits(String),
}

/// What a counter's answer to a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// In its time.
    Good,
    /// Genuine, but of an earlier window.
    Old,
    /// Not ours.
    Forged,
}

impl Screen {
    /// Reads a code; `None` when it has no form of ours.
    pub(super) fn read(text: &str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix(PREFIX) {
            let mut parts = rest.split(':');
            let (order, window, proof) = (parts.next()?, parts.next()?, parts.next()?);
            let whole = parts.next().is_none();
            return whole.then_some(Self::Qr(order.parse().ok()?, window.parse().ok()?, proof.to_owned()));
        }
        let typed: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        (typed.len() == 8 && typed.bytes().all(|b| b.is_ascii_digit())).then_some(Self::Digits(typed))
    }
}

/// Judges a QR's window and proof.
pub(super) fn judge(ring: &KeyRing, order: OrderId, window: i64, given: &str, now: DateTime<Utc>) -> Verdict {
    if !bool::from(proof(ring, order, window).as_bytes().ct_eq(given.as_bytes())) {
        return Verdict::Forged;
    }
    let current = window_of(now);
    if window == current || window == current - 1 { Verdict::Good } else { Verdict::Old }
}

/// The orders whose digits these are now.
pub(super) fn digits_match(ring: &KeyRing, orders: &[OrderId], typed: &str, now: DateTime<Utc>) -> Vec<OrderId> {
    let current = window_of(now);
    let matches = |order: &&OrderId| {
        [current, current - 1].iter().any(|window| bool::from(digits(ring, **order, *window).as_bytes().ct_eq(typed.as_bytes())))
    };
    orders.iter().filter(matches).copied().collect()
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    #[test]
    fn a_code_lives_for_one_minute_at_most_and_is_of_one_order() {
        let ring = KeyRing::ephemeral().unwrap();
        let now: DateTime<Utc> = "2026-11-24T08:00:00Z".parse().unwrap();
        let (order, other) = (OrderId::new(), OrderId::new());
        let window = window_of(now);
        let Some(Screen::Qr(read, at, proof)) = Screen::read(&qr_text(&ring, order, window)) else { panic!("no QR") };
        assert_eq!((read, at), (order, window));
        assert!(proof.len() * 4 >= 128);
        let later = |seconds| now + Duration::seconds(seconds);
        assert_eq!(judge(&ring, order, at, &proof, later(59)), Verdict::Good);
        assert_eq!(judge(&ring, order, at, &proof, later(60)), Verdict::Old);
        assert_eq!(judge(&ring, order, at, &proof, later(-1)), Verdict::Old);
        assert_eq!(judge(&ring, other, at, &proof, now), Verdict::Forged);
        assert_eq!(judge(&ring, order, at + 1, &proof, now), Verdict::Forged);
        assert_eq!(judge(&KeyRing::ephemeral().unwrap(), order, at, &proof, now), Verdict::Forged);
        assert_eq!(valid_until(window), Some(later(60)));
    }

    #[test]
    fn digits_find_their_order_in_their_time() {
        let ring = KeyRing::ephemeral().unwrap();
        let now: DateTime<Utc> = "2026-11-24T08:00:29Z".parse().unwrap();
        let orders: Vec<OrderId> = (0..50).map(|_| OrderId::new()).collect();
        let typed = digits(&ring, orders[7], window_of(now));
        assert_eq!(digits_match(&ring, &orders, &typed, now + Duration::seconds(30)), [orders[7]]);
        assert!(digits_match(&ring, &orders, &typed, now + Duration::seconds(31)).is_empty());
    }

    #[test]
    fn reads_what_people_type_and_nothing_else() {
        assert_eq!(Screen::read("1234 5678"), Some(Screen::Digits("12345678".to_owned())));
        for wrong in ["1234567", "123456789", "１２３４５６７８", "palm:order:x:1:ab", "palm:order:", "palm:shop:1:2"] {
            assert_eq!(Screen::read(wrong), None, "{wrong}");
        }
        let long = format!("{}:x", qr_text(&KeyRing::ephemeral().unwrap(), OrderId::new(), 1));
        assert_eq!(Screen::read(&long), None);
    }
}
