//! Moderation: the text check (synchronous, before the transaction that stores the text) and the image check (answered
//! later by a push). A text that can't be checked is never held for harmless: the caller queues it for a person.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{WeChat, WeChatError, error};

const LONGEST_TEXT: usize = 2500;

/// Where a text or image will stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// Name, signature, avatar.
    Profile,
    /// A comment.
    Comment,
    /// A post in a forum or topic.
    Forum,
    /// A social log.
    SocialLog,
}

impl Scene {
    fn number(self) -> u8 {
        match self {
            Self::Profile => 1,
            Self::Comment => 2,
            Self::Forum => 3,
            Self::SocialLog => 4,
        }
    }
}

/// A text to check.
#[derive(Clone)]
pub struct TextCheck {
    /// Its author, who must have used the mini program within two hours.
    pub openid: String,
    /// At most 2,500 characters; longer ones are `Unavailable`.
    pub content: String,
    /// Title, if it has one.
    pub title: Option<String>,
    /// Where it will stand.
    pub scene: Scene,
}

/// What to do with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suggest {
    /// Harmless.
    Pass,
    /// A person has to look.
    Review,
    /// Refuse it.
    Risky,
    /// Not checked: local word list and a person.
    Unavailable,
}

/// The verdict on a text: decide on `suggest`, store the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct TextVerdict {
    /// What to do.
    pub suggest: Suggest,
    /// WeChat's reason (100 normal, 20001 politics, 20002 porn, 20003 abuse, 20006 crime, 20008 fraud, 21000 other…).
    pub label: Option<i64>,
    /// WeChat's number of the check.
    pub trace_id: Option<String>,
    /// WeChat's `detail`, which can quote words of the text: store, never log. Null if there is none.
    pub detail: Value,
    /// Why it is `Unavailable`.
    pub error: Option<WeChatError>,
}

impl TextVerdict {
    fn unavailable(error: WeChatError) -> Self {
        Self { suggest: Suggest::Unavailable, label: None, trace_id: None, detail: Value::Null, error: Some(error) }
    }
}

/// What kind of file is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// mp3, aac, flac, wav…
    Audio,
    /// jpg, png, bmp, gif (first frame).
    Image,
}

/// A file to check.
#[derive(Clone)]
pub struct MediaCheck {
    /// Its author, who must have used the mini program within two hours.
    pub openid: String,
    /// A signed URL that WeChat can fetch; at most 10 MB.
    pub url: String,
    /// What kind of file it is.
    pub kind: MediaKind,
    /// Where it will stand.
    pub scene: Scene,
}

#[derive(Deserialize)]
struct TextReply {
    result: ResultField,
    #[serde(default)]
    detail: Value,
    #[serde(default, deserialize_with = "error::lenient_text")]
    trace_id: Option<String>,
}

#[derive(Deserialize)]
struct ResultField {
    suggest: String,
    #[serde(default, deserialize_with = "error::lenient_integer")]
    label: i64,
}

#[derive(Deserialize)]
struct MediaReply {
    trace_id: String,
}

fn read_text(body: &[u8]) -> Result<TextVerdict, WeChatError> {
    let reply: TextReply = error::decode(body)?;
    let suggest = match reply.result.suggest.as_str() {
        "pass" => Suggest::Pass,
        "review" => Suggest::Review,
        "risky" => Suggest::Risky,
        _ => return Err(WeChatError::Malformed("suggest")),
    };
    Ok(TextVerdict { suggest, label: Some(reply.result.label), trace_id: reply.trace_id, detail: reply.detail, error: None })
}

impl WeChat {
    /// Checks a text within `check_timeout`, token and retries included. Never an error: what could not be checked is
    /// `Unavailable` with the reason.
    pub async fn check_text(&self, text: &TextCheck) -> TextVerdict {
        if text.content.chars().count() > LONGEST_TEXT {
            return TextVerdict::unavailable(WeChatError::Invalid("content is longer than 2500 characters"));
        }
        let mut body = json!({
            "content": text.content,
            "version": 2,
            "scene": text.scene.number(),
            "openid": text.openid,
        });
        if let (Some(title), Some(fields)) = (&text.title, body.as_object_mut()) {
            fields.insert("title".to_owned(), Value::from(title.as_str()));
        }
        match tokio::time::timeout(self.settings.check_timeout, self.post(&self.text_lane, &body, read_text)).await {
            Ok(result) => result.unwrap_or_else(TextVerdict::unavailable),
            Err(_elapsed) => {
                tracing::warn!(path = self.text_lane.path, "no verdict in time");
                TextVerdict::unavailable(WeChatError::Timeout)
            }
        }
    }

    /// Hands a file in for checking; the verdict comes by push (`wxa_media_check`) within 30 minutes, found again by
    /// the `trace_id` returned here.
    pub async fn check_media(&self, media: &MediaCheck) -> Result<String, WeChatError> {
        let body = json!({
            "media_url": media.url,
            "media_type": match media.kind { MediaKind::Audio => 1, MediaKind::Image => 2 },
            "version": 2,
            "scene": media.scene.number(),
            "openid": media.openid,
        });
        let reply = self.post(&self.media_lane, &body, error::decode::<MediaReply>).await?;
        if reply.trace_id.is_empty() { Err(WeChatError::Malformed("trace_id")) } else { Ok(reply.trace_id) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_pass_passes() {
        let pass = read_text(br#"{"errcode":0,"result":{"suggest":"pass","label":100},"trace_id":"t"}"#).unwrap();
        assert_eq!((pass.suggest, pass.label, pass.trace_id.as_deref()), (Suggest::Pass, Some(100), Some("t")));
        for body in [
            "{}",
            r#"{"errcode":0}"#,
            r#"{"result":{}}"#,
            r#"{"result":{"suggest":"PASS"}}"#,
            r#"{"result":{"suggest":"risky","suggest":"pass"}}"#,
            r#"{"result":{"suggest":"risky"},"result":{"suggest":"pass"}}"#,
        ] {
            assert!(matches!(read_text(body.as_bytes()), Err(WeChatError::Malformed(_))), "{body}");
        }
    }
}
