//! code2Session: a login code of `wx.login` becomes an openid. The `session_key` that comes with it is not decoded,
//! so it can be neither kept nor shown.

use std::fmt;

use secrecy::ExposeSecret;
use serde::Deserialize;

use super::{Errcode, WeChat, WeChatError, error};

/// Who logged in. Its debug form hides the ids.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The person within this mini program: never empty.
    pub openid: String,
    /// The person within the owner's Open Platform account, if there is one.
    pub unionid: Option<String>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Identity(…)")
    }
}

#[derive(Deserialize)]
struct Reply {
    openid: String,
    #[serde(default, deserialize_with = "error::lenient_text")]
    unionid: Option<String>,
}

fn read(body: &[u8]) -> Result<Identity, WeChatError> {
    let reply: Reply = error::decode(body)?;
    if !is_id(&reply.openid) {
        return Err(WeChatError::Malformed("openid"));
    }
    if reply.unionid.as_deref().is_some_and(|unionid| !is_id(unionid)) {
        return Err(WeChatError::Malformed("unionid"));
    }
    Ok(Identity { openid: reply.openid, unionid: reply.unionid })
}

/// An openid or unionid: 28 characters today, of the base64url alphabet.
fn is_id(id: &str) -> bool {
    (8..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Codes are opaque, but never empty nor long; what can't be one isn't sent.
pub(super) fn check_code(code: &str) -> Result<(), WeChatError> {
    if code.is_empty() || code.len() > 512 || !code.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(WeChatError::Refused(Errcode::CodeInvalid));
    }
    Ok(())
}

impl WeChat {
    /// Exchanges a login code (single use, 5 minutes). `Refused(CodeInvalid | CodeUsed)` means: call `wx.login` again;
    /// `Refused(RiskyUser)`: WeChat blocks this person. Never yields an identity without an openid. Not retried.
    pub async fn login(&self, code: &str) -> Result<Identity, WeChatError> {
        check_code(code)?;
        let query = [
            ("appid", self.settings.appid.as_str()),
            ("secret", self.settings.secret.expose_secret()),
            ("js_code", code),
            ("grant_type", "authorization_code"),
        ];
        self.call(&self.login_lane, &|| self.http.get(self.url(&self.login_lane)).query(&query), read).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_identity_without_an_openid() {
        for body in [
            "{}",
            r#"{"session_key":"k"}"#,
            r#"{"openid":""}"#,
            r#"{"openid":"   "}"#,
            r#"{"openid":null}"#,
            r#"{"openid":["oAAAAAAAAAAAA"]}"#,
            r#"{"openid":"oAAAAAAAAAAAA' OR 1"}"#,
            r#"{"errcode":0,"openid":"oAAAAAAAAAAAA","openid":"oBBBBBBBBBBBB"}"#,
        ] {
            assert!(matches!(read(body.as_bytes()), Err(WeChatError::Malformed(_))), "{body}");
        }
    }

    #[test]
    fn nothing_shows_in_debug() {
        let identity = read(br#"{"openid":"oAAAAAAAAAAAA","session_key":"k","unionid":""}"#).unwrap();
        assert_eq!(identity.unionid, None);
        assert!(!format!("{identity:?}").contains("oAAAA"));
    }
}
