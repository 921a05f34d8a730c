//! A door as people write it, brought to one form so that two spellings find each other.

use base::ids::GridUnitId;
use base::keys::KeyRing;

/// `5 0 2室` and `５０２` are the same door: digits and letters to half width and upper case, blanks and the words for "room" dropped.
fn normal(room: &str) -> String {
    room.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .filter(|c| !c.is_whitespace() && !matches!(c, '室' | '号' | '户' | '#'))
        .flat_map(char::to_uppercase)
        .collect()
}

/// The keyed hash by which the dwelling behind a door of an entrance is found.
pub(super) fn lookup(ring: &KeyRing, entrance: GridUnitId, room: &str) -> Vec<u8> {
    ring.lookup("room", &format!("{entrance}|{}", normal(room)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_door_are_one_door() {
        for room in ["502", "５０２", " 502 室", "502室", "502号"] {
            assert_eq!(normal(room), "502", "{room}");
        }
        assert_eq!(normal("b-12"), "B-12");
        assert_ne!(normal("2-502"), normal("502"));
        let ring = KeyRing::ephemeral().unwrap();
        assert_ne!(
            lookup(&ring, GridUnitId::new(), "502"),
            lookup(&ring, GridUnitId::new(), "502"),
            "every entrance has its own"
        );
    }
}
