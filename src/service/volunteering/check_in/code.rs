//! The rotating code: six digits made of the shift and the number of the 30-second window with a key of the installation. Nothing is
//! stored; every process shows and checks the same code.

use base::keys::KeyRing;
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq as _;

use crate::volunteering::ShiftId;

/// Seconds of a window.
const STEP: i64 = 30;
/// Seconds during which the window before is still taken: the time it takes to type or to send over a weak network.
const GRACE: i64 = 10;

/// The window of a time.
const fn window(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(STEP)
}

/// Seconds until the code changes, 1 to 30.
pub(super) const fn remaining(now: DateTime<Utc>) -> i64 {
    STEP - now.timestamp().rem_euclid(STEP)
}

fn digits(ring: &KeyRing, shift: ShiftId, window: i64) -> String {
    let hash = ring.code_hash("volunteer_check_in", &format!("{shift}:{window}"));
    let number = hash.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    format!("{:06}", number % 1_000_000)
}

/// The code to be shown now.
pub(super) fn shown(ring: &KeyRing, shift: ShiftId, now: DateTime<Utc>) -> String {
    digits(ring, shift, window(now))
}

/// Is it the code of this window, or of the one before within the grace?
pub(super) fn accepts(ring: &KeyRing, shift: ShiftId, now: DateTime<Utc>, given: &str) -> bool {
    let given = given.as_bytes();
    let current = digits(ring, shift, window(now));
    let before = digits(ring, shift, window(now) - 1);
    let in_grace = STEP - remaining(now) < GRACE;
    let fits = |code: &str| bool::from(code.as_bytes().ct_eq(given));
    // Both are compared always, so that the answer's time tells nothing.
    let (current, before) = (fits(&current), fits(&before));
    current || (before && in_grace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_code_lives_thirty_seconds_and_ten_of_grace() {
        let ring = KeyRing::ephemeral().unwrap();
        let (shift, start) = (ShiftId::new(), 3_000_000);
        let code = shown(&ring, shift, at(start));
        assert_eq!(code.len(), 6);
        for (second, accepted) in
            [(-1, false), (0, true), (29, true), (30, true), (39, true), (40, false), (60, false), (65, false)]
        {
            assert_eq!(accepts(&ring, shift, at(start + second), &code), accepted, "after {second} s");
        }
        assert_eq!((remaining(at(start)), remaining(at(start + 29))), (30, 1));
    }

    #[test]
    fn a_code_belongs_to_one_shift_and_one_installation() {
        let (ring, other) = (KeyRing::ephemeral().unwrap(), KeyRing::ephemeral().unwrap());
        let (shift, now) = (ShiftId::new(), at(3_000_000));
        let seen: std::collections::HashSet<String> = (0..200).map(|n| shown(&ring, shift, at(3_000_000 + n * 30))).collect();
        assert!(seen.len() > 195, "codes repeat: {}", seen.len());
        let code = shown(&ring, shift, now);
        let strangers = (0..50).filter(|_| accepts(&ring, ShiftId::new(), now, &code)).count();
        assert!(strangers <= 1, "{strangers} of 50 other shifts take the code");
        assert!(shown(&other, shift, now) != code || shown(&other, shift, at(3_000_030)) != shown(&ring, shift, at(3_000_030)));
        assert!(!accepts(&ring, shift, now, ""));
    }
}
