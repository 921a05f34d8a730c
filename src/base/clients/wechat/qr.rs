//! getwxacodeunlimit: the mini program's own round codes. Success is an image, failure is JSON; the Content-Type isn't
//! trusted, so the first bytes decide.

use serde_json::{Value, json};

use super::{Edition, WeChat, WeChatError, error};

/// What a code opens.
#[derive(Debug, Clone)]
pub struct CodeRequest {
    /// At most 32 characters of digits, letters and ``!#$&'()*+,/:;=?@-._~`` : a short ticket that we resolve.
    pub scene: String,
    /// Page, no leading `/`, no query. None: the start page.
    pub page: Option<String>,
    /// Edition that it opens. Only release codes need a page that has been published.
    pub edition: Edition,
    /// Pixels, 280 to 1280.
    pub width: u16,
}

/// The image of a code.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeImage {
    /// `image/png` or `image/jpeg`.
    pub content_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for CodeImage {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "CodeImage({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

fn read(body: &[u8]) -> Result<CodeImage, WeChatError> {
    let content_type = if body.starts_with(b"\x89PNG\r\n\x1a\n") {
        "image/png"
    } else if body.starts_with(b"\xff\xd8\xff") {
        "image/jpeg"
    } else {
        // JSON with an errcode, or neither.
        error::decode::<Value>(body)?;
        return Err(WeChatError::Malformed("no image"));
    };
    Ok(CodeImage { content_type, bytes: body.to_vec() })
}

/// True when `scene` may stand in a code.
fn is_scene(scene: &str) -> bool {
    (1..=32).contains(&scene.len())
        && scene.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&'()*+,/:;=?@-._~".contains(&byte))
}

impl WeChat {
    /// Makes a code. The same request gives the same code, so it is retried like a read.
    pub async fn code_image(&self, code: &CodeRequest) -> Result<CodeImage, WeChatError> {
        if !is_scene(&code.scene) {
            return Err(WeChatError::Invalid("scene"));
        }
        if code.page.as_deref().is_some_and(|page| page.starts_with('/') || page.contains('?')) {
            return Err(WeChatError::Invalid("page"));
        }
        if !(280..=1280).contains(&code.width) {
            return Err(WeChatError::Invalid("width"));
        }
        let (edition, check_path) = match code.edition {
            Edition::Release => ("release", true),
            Edition::Trial => ("trial", false),
            Edition::Develop => ("develop", false),
        };
        let mut body = json!({ "scene": code.scene, "env_version": edition, "check_path": check_path, "width": code.width });
        if let (Some(page), Some(fields)) = (&code.page, body.as_object_mut()) {
            fields.insert("page".to_owned(), Value::from(page.as_str()));
        }
        self.post(&self.qr_lane, &body, read).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenes_hold_only_the_allowed_characters() {
        assert!(is_scene("abcXYZ019") && is_scene(&"a".repeat(32)) && is_scene("a!#$&'()*+,/:;=?@-._~"));
        for scene in ["", "a b", "100%", "小区", &"a".repeat(33), "a[b]"] {
            assert!(!is_scene(scene), "{scene}");
        }
    }

    #[test]
    fn the_first_bytes_decide() {
        assert_eq!(read(b"\xff\xd8\xff\xe0rest").unwrap().content_type, "image/jpeg");
        assert!(matches!(read(br#"{"errcode":41030}"#), Err(WeChatError::Refused(super::super::Errcode::PageUnknown))));
        assert!(matches!(read(br#"{"errcode":0}"#), Err(WeChatError::Malformed(_))));
        assert!(matches!(read(b"<html></html>"), Err(WeChatError::Malformed(_))));
    }
}
