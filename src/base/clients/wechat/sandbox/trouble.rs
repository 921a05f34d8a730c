//! What can be made to go wrong. Who is concerned by a percentage is decided by a hash, so it is the same person each
//! time and in each run.

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

/// The trouble in force. Each field alone; the default is none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Trouble {
    /// Percent of people without any consent left (43101).
    pub no_consent_percent: u8,
    /// Percent of people not seen within two hours (61010 on text and media checks).
    pub inactive_percent: u8,
    /// Percent of phone numbers refused (40226).
    pub phone_refused_percent: u8,
    /// Seconds until messages and pushes arrive.
    pub pushes_late_seconds: u32,
    /// Milliseconds before each answer.
    pub slow_ms: u64,
    /// No service.
    pub down: Option<Down>,
    /// Answers that are none.
    pub garbage: Option<Garbage>,
    /// What pictures come to; none: by their address.
    pub pictures: Option<Verdict>,
    /// Limits `slow_ms`, `down` and `garbage` to this path of the wire.
    pub only_path: Option<String>,
}

/// What the check of a picture can come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Harmless.
    Pass,
    /// In doubt.
    Review,
    /// To be refused.
    Risky,
    /// The push tells of a failed download (-1008).
    Error,
    /// The push never comes.
    Nothing,
}

/// Ways of being down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Down {
    /// The connection is closed in the middle of the answer.
    Closed,
    /// Status 503.
    Unavailable,
}

/// Answers that are none, each one that has been seen from some server behind some proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Garbage {
    /// A page of HTML with status 200.
    Html,
    /// No bytes, status 200.
    Empty,
    /// 10 MB.
    Huge,
    /// An array where a text belongs.
    WrongType,
    /// Any errcode (-1, 45009, …).
    Errcode(i64),
    /// Success without the promised fields.
    NoOpenid,
    /// Each field twice, with different values.
    DuplicateKeys,
    /// A redirect to a cloud's metadata address.
    Redirect,
}

impl Trouble {
    /// What operation looks like on an ordinary day: 90 % of people have no consent left, 30 % are inactive, 10 % of
    /// phone numbers are refused, pushes come five minutes late.
    pub fn realistic() -> Self {
        Self {
            no_consent_percent: 90,
            inactive_percent: 30,
            phone_refused_percent: 10,
            pushes_late_seconds: 300,
            ..Self::default()
        }
    }

    pub(super) fn no_consent(&self, openid: &str) -> bool {
        concerns(self.no_consent_percent, "consent", openid)
    }

    pub(super) fn inactive(&self, openid: &str) -> bool {
        concerns(self.inactive_percent, "inactive", openid)
    }

    pub(super) fn phone_refused(&self, phone: &str) -> bool {
        concerns(self.phone_refused_percent, "phone", phone)
    }

    /// True when `slow_ms`, `down` and `garbage` hold on this path.
    pub(super) fn on(&self, path: &str) -> bool {
        self.only_path.as_deref().is_none_or(|only| only == path)
    }
}

/// True for `percent` of all keys, independently for each kind of trouble.
fn concerns(percent: u8, kind: &str, key: &str) -> bool {
    let hash = digest(&SHA256, format!("{kind}|{key}").as_bytes());
    let number = hash.as_ref().iter().take(8).fold(0u64, |number, byte| (number << 8) | u64::from(*byte));
    number % 100 < u64::from(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_hold_and_repeat() {
        for percent in [0, 10, 30, 90, 100] {
            let hit = (0..2000).filter(|number| concerns(percent, "consent", &format!("o{number}"))).count();
            let expected = usize::from(percent) * 20;
            assert!(hit.abs_diff(expected) <= 80 && (hit == expected || (1..100).contains(&percent)), "{percent}: {hit}");
        }
        assert_eq!(concerns(50, "phone", "x"), concerns(50, "phone", "x"));
    }

    #[test]
    fn a_misspelt_trouble_is_refused() {
        assert!(serde_json::from_str::<Trouble>(r#"{"slowms":1}"#).is_err());
        let read: Trouble = serde_json::from_str(r#"{"garbage":{"errcode":-1},"down":"closed"}"#).unwrap();
        assert_eq!((read.garbage, read.down), (Some(Garbage::Errcode(-1)), Some(Down::Closed)));
    }
}
