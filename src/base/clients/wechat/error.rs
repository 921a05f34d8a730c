//! What a call to WeChat can end in. WeChat answers 200 even on failure, so the `errcode` of the body decides; it is
//! a number or a string, may be absent, and everything else in a reply is untrusted until it has been decoded.
//! Nothing of a reply's `errmsg` is kept: it can repeat an openid, a code or a path.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// What the caller may do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Again after a short pause, if the call is an idempotent read.
    Backoff,
    /// Once more with a fresh access token (the client did so already).
    FreshToken,
    /// Not in this request: schedule a job.
    Later,
    /// The mini program has to call `wx.login` (or ask for the phone code) again.
    FreshCode,
    /// Never: the same call fails again.
    Never,
    /// Never, and somebody has to correct our settings.
    Alert,
}

/// WeChat's error codes that we treat differently; the number is kept for all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errcode {
    /// -1: busy.
    Busy,
    /// 40001, 40014, 42001: access token invalid or expired (40001 also: bad secret).
    TokenInvalid(i64),
    /// 40003: no such openid.
    OpenidInvalid,
    /// 43104: the openid is of another appid.
    OpenidForeign,
    /// 40013: bad appid.
    AppidInvalid,
    /// 40125: bad secret.
    SecretInvalid,
    /// 40029: code unknown or expired.
    CodeInvalid,
    /// 40163: code used before.
    CodeUsed,
    /// 40226: WeChat holds this user for risky and blocks the login.
    RiskyUser,
    /// 40037: no such template.
    TemplateInvalid,
    /// 40129: bad moderation scene.
    SceneInvalid,
    /// 41030: the page isn't in the released version.
    PageUnknown,
    /// 43101: the user refused, cancelled or used up this subscription.
    NoConsent,
    /// 44002, 47001: empty or malformed body.
    BodyInvalid(i64),
    /// 45009: the day's quota is used up.
    QuotaReached,
    /// 45011: per-user minute limit.
    TooOften,
    /// 47003: a template value is invalid.
    DataInvalid,
    /// 48001: the account lacks this API.
    ApiMissing,
    /// 61010: the user was not seen within two hours.
    UserInactive,
    /// Any other code.
    Other(i64),
}

impl From<i64> for Errcode {
    fn from(code: i64) -> Self {
        match code {
            -1 => Self::Busy,
            40001 | 40014 | 42001 => Self::TokenInvalid(code),
            40003 => Self::OpenidInvalid,
            40013 => Self::AppidInvalid,
            40029 => Self::CodeInvalid,
            40037 => Self::TemplateInvalid,
            40125 => Self::SecretInvalid,
            40129 => Self::SceneInvalid,
            40163 => Self::CodeUsed,
            40226 => Self::RiskyUser,
            41030 => Self::PageUnknown,
            43101 => Self::NoConsent,
            43104 => Self::OpenidForeign,
            44002 | 47001 => Self::BodyInvalid(code),
            45009 => Self::QuotaReached,
            45011 => Self::TooOften,
            47003 => Self::DataInvalid,
            48001 => Self::ApiMissing,
            61010 => Self::UserInactive,
            other => Self::Other(other),
        }
    }
}

impl Errcode {
    /// WeChat's number.
    pub fn number(self) -> i64 {
        match self {
            Self::Busy => -1,
            Self::TokenInvalid(code) | Self::BodyInvalid(code) | Self::Other(code) => code,
            Self::OpenidInvalid => 40003,
            Self::AppidInvalid => 40013,
            Self::CodeInvalid => 40029,
            Self::TemplateInvalid => 40037,
            Self::SecretInvalid => 40125,
            Self::SceneInvalid => 40129,
            Self::CodeUsed => 40163,
            Self::RiskyUser => 40226,
            Self::PageUnknown => 41030,
            Self::NoConsent => 43101,
            Self::OpenidForeign => 43104,
            Self::QuotaReached => 45009,
            Self::TooOften => 45011,
            Self::DataInvalid => 47003,
            Self::ApiMissing => 48001,
            Self::UserInactive => 61010,
        }
    }

    /// What may be done about it.
    pub fn retry(self) -> Retry {
        match self {
            Self::Busy => Retry::Backoff,
            Self::TokenInvalid(_) => Retry::FreshToken,
            Self::CodeInvalid | Self::CodeUsed => Retry::FreshCode,
            Self::QuotaReached | Self::TooOften => Retry::Later,
            Self::AppidInvalid | Self::SecretInvalid | Self::TemplateInvalid | Self::PageUnknown | Self::ApiMissing => {
                Retry::Alert
            }
            Self::OpenidInvalid
            | Self::OpenidForeign
            | Self::RiskyUser
            | Self::SceneInvalid
            | Self::NoConsent
            | Self::BodyInvalid(_)
            | Self::DataInvalid
            | Self::UserInactive
            | Self::Other(_) => Retry::Never,
        }
    }
}

/// Why a call gave no answer. Holds no code, openid, phone, token or URL, so it may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeChatError {
    /// The breaker is open: WeChat failed several times in a row and is left alone for a while. Nothing was sent.
    #[error("WeChat is left alone after repeated failures")]
    BreakerOpen,
    /// No whole answer in time; the call may have had its effect.
    #[error("WeChat did not answer in time")]
    Timeout,
    /// No connection, or it broke; the call may have had its effect.
    #[error("WeChat cannot be reached: {0}")]
    Unreachable(String),
    /// A status other than 200.
    #[error("WeChat answered with status {0}")]
    Status(u16),
    /// A redirect, which is never followed.
    #[error("WeChat answered with a redirect")]
    Redirected,
    /// The body is larger than we read.
    #[error("WeChat's answer is too large")]
    TooLarge,
    /// The body isn't what the interface promises; the text names the part.
    #[error("WeChat's answer is malformed: {0}")]
    Malformed(&'static str),
    /// WeChat refused the call.
    #[error("WeChat refused the call with errcode {}", .0.number())]
    Refused(Errcode),
    /// Refused by us before anything was sent; the text names the argument.
    #[error("not sent to WeChat: {0}")]
    Invalid(&'static str),
    /// The client could not be built from its settings.
    #[error("bad WeChat settings: {0}")]
    Settings(&'static str),
}

impl WeChatError {
    /// What may be done about it.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Refused(code) => code.retry(),
            Self::Timeout | Self::Unreachable(_) | Self::Status(500..=599) => Retry::Backoff,
            Self::BreakerOpen | Self::Status(_) | Self::Redirected | Self::TooLarge | Self::Malformed(_) => Retry::Later,
            Self::Invalid(_) => Retry::Never,
            Self::Settings(_) => Retry::Alert,
        }
    }

    /// True when WeChat itself is unwell (counts towards the breaker); a refusal shows that it works.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Refused(code) => *code == Errcode::Busy,
            Self::BreakerOpen | Self::Invalid(_) | Self::Settings(_) => false,
            Self::Timeout | Self::Unreachable(_) | Self::Status(_) | Self::Redirected | Self::TooLarge | Self::Malformed(_) => {
                true
            }
        }
    }

    /// True when the call may have had its effect although no answer arrived.
    pub fn may_have_happened(&self) -> bool {
        self.is_outage() && *self != Self::Refused(Errcode::Busy)
    }

    /// From the transport. The URL carries code, secret and token, so it is cut off.
    pub(super) fn transport(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        let error = error.without_url();
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        Self::Unreachable(text)
    }
}

#[derive(Deserialize)]
struct Outcome {
    #[serde(default, deserialize_with = "lenient_integer")]
    errcode: i64,
}

/// Decodes a reply: refuses what isn't an object, then looks at `errcode`, then reads the fields. Known keys that
/// appear twice are refused (two readers could see different values); unknown ones are ignored.
pub(super) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, WeChatError> {
    // serde would also read an array into a struct, field by field.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(WeChatError::Malformed("not a JSON object"));
    }
    let outcome: Outcome = serde_json::from_slice(body).map_err(|error| malformed("errcode", &error))?;
    if outcome.errcode != 0 {
        return Err(WeChatError::Refused(Errcode::from(outcome.errcode)));
    }
    serde_json::from_slice(body).map_err(|error| malformed("fields", &error))
}

// serde's message can quote the value, so only its kind goes on.
fn malformed(part: &'static str, error: &serde_json::Error) -> WeChatError {
    WeChatError::Malformed(match error.classify() {
        serde_json::error::Category::Data => part,
        _ => "not JSON",
    })
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Lenient {
    Number(i64),
    Text(String),
    Null(()),
}

/// An integer, written as a number or as a string; null is 0.
pub(super) fn lenient_integer<'de, D: Deserializer<'de>>(input: D) -> Result<i64, D::Error> {
    match Lenient::deserialize(input)? {
        Lenient::Number(number) => Ok(number),
        Lenient::Text(text) => text.trim().parse().map_err(|_error| serde::de::Error::custom("not an integer")),
        Lenient::Null(()) => Ok(0),
    }
}

/// A text, written as a string or as a number; null and the empty string are none.
pub(super) fn lenient_text<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    Ok(match Lenient::deserialize(input)? {
        Lenient::Number(number) => Some(number.to_string()),
        Lenient::Text(text) => Some(text).filter(|text| !text.is_empty()),
        Lenient::Null(()) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    struct Fields {
        openid: String,
    }

    fn read(body: &str) -> Result<Fields, WeChatError> {
        decode(body.as_bytes())
    }

    #[test]
    fn errcode_may_be_absent_a_number_or_a_string() {
        let ok = Ok(Fields { openid: "o1".into() });
        assert_eq!(read(r#"{"openid":"o1"}"#), ok);
        assert_eq!(read(r#" {"errcode":"0","openid":"o1","new_field":[1]}"#), ok);
        for body in [r#"{"errcode":40029}"#, r#"{"errcode":"40029","openid":"o1"}"#] {
            assert_eq!(read(body), Err(WeChatError::Refused(Errcode::CodeInvalid)), "{body}");
        }
    }

    #[test]
    fn everything_else_is_malformed() {
        for body in [
            "",
            "<html>",
            "null",
            "[]",
            r#"["o1"]"#,
            r#""o1""#,
            "{",
            "{}",
            r#"{"errcode":{},"openid":"o1"}"#,
            r#"{"errcode":"x","openid":"o1"}"#,
            r#"{"errcode":0.5,"openid":"o1"}"#,
            r#"{"errcode":99999999999999999999,"openid":"o1"}"#,
            r#"{"openid":7}"#,
            r#"{"openid":null}"#,
            r#"{"openid":"o1","openid":"o2"}"#,
            r#"{"errcode":40029,"errcode":0,"openid":"o1"}"#,
            r#"{"openid":"o1"} {"openid":"o2"}"#,
        ] {
            assert!(matches!(read(body), Err(WeChatError::Malformed(_))), "{body}");
        }
    }

    #[test]
    fn numbers_survive_and_classes_hold() {
        let codes =
            [-1, 40001, 40003, 40013, 40014, 40029, 40037, 40125, 40129, 40163, 40226, 41030, 42001, 43101, 43104, 44002, 45009]
                .into_iter()
                .chain([45011, 47001, 47003, 48001, 61010, 87009]);
        for code in codes {
            assert_eq!(Errcode::from(code).number(), code);
        }
        assert_eq!(Errcode::from(45011).retry(), Retry::Later);
        assert_eq!(Errcode::from(42001).retry(), Retry::FreshToken);
        assert!(!WeChatError::Refused(Errcode::CodeUsed).is_outage());
        assert!(WeChatError::Timeout.may_have_happened() && !WeChatError::BreakerOpen.may_have_happened());
    }
}
