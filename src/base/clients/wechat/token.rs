//! The access token (`stable_token`): kept in memory, fetched by one caller at a time. Never with `force_refresh`,
//! which would make the tokens of other processes invalid; stable tokens need no central token server.

use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use super::{WeChat, WeChatError, error};

/// How long before its end a token is renewed: from then on WeChat hands out the next one, and both work.
const MARGIN: Duration = Duration::from_secs(300);
/// Pause between attempts to renew a token that still works.
const RENEW_PAUSE: Duration = Duration::from_secs(15);
const LONGEST: u64 = 7200;

#[derive(Default)]
pub(super) struct TokenCache {
    slot: Mutex<Slot>,
}

#[derive(Default)]
struct Slot {
    token: Option<Cached>,
    /// The last failed fetch: those who waited for it share its error instead of each trying in turn.
    failure: Option<(Instant, WeChatError)>,
}

struct Cached {
    token: SecretString,
    renew_at: Instant,
    ends_at: Instant,
}

impl TokenCache {
    /// Forgets this token, unless somebody has already replaced it.
    pub(super) async fn discard(&self, token: &SecretString) {
        let mut slot = self.slot.lock().await;
        if slot.token.as_ref().is_some_and(|cached| cached.token.expose_secret() == token.expose_secret()) {
            slot.token = None;
        }
    }
}

#[derive(Deserialize)]
struct Reply {
    access_token: String,
    #[serde(deserialize_with = "error::lenient_integer")]
    expires_in: i64,
}

fn read(body: &[u8]) -> Result<(SecretString, Duration), WeChatError> {
    let reply: Reply = error::decode(body)?;
    let seconds = u64::try_from(reply.expires_in).map_err(|_error| WeChatError::Malformed("expires_in"))?;
    let token = reply.access_token;
    if seconds == 0 || token.is_empty() || token.len() > 4096 || !token.chars().all(|char| char.is_ascii_graphic()) {
        return Err(WeChatError::Malformed("access_token"));
    }
    Ok((SecretString::from(token), Duration::from_secs(seconds.min(LONGEST))))
}

impl WeChat {
    /// The token to use now. While one caller fetches, the others wait for its result.
    pub(super) async fn access_token(&self) -> Result<SecretString, WeChatError> {
        let asked = Instant::now();
        let mut slot = self.token.slot.lock().await;
        let now = Instant::now();
        if let Some(cached) = slot.token.as_ref().filter(|cached| now < cached.renew_at) {
            return Ok(cached.token.clone());
        }
        if let Some((at, error)) = slot.failure.as_ref().filter(|(at, _)| *at >= asked) {
            tracing::debug!(waited_ms = at.duration_since(asked).as_millis(), "sharing a failed token fetch");
            return Err(error.clone());
        }
        match self.fetch_token().await {
            Ok((token, lifetime)) => {
                let now = Instant::now();
                let renew_in = lifetime.saturating_sub(MARGIN).max(lifetime / 2);
                slot.token = Some(Cached { token: token.clone(), renew_at: now + renew_in, ends_at: now + lifetime });
                slot.failure = None;
                Ok(token)
            }
            Err(error) => {
                let now = Instant::now();
                if let Some(cached) = slot.token.as_mut().filter(|cached| now < cached.ends_at) {
                    cached.renew_at = now + RENEW_PAUSE;
                    return Ok(cached.token.clone());
                }
                slot.token = None;
                slot.failure = Some((now, error.clone()));
                Err(error)
            }
        }
    }

    async fn fetch_token(&self) -> Result<(SecretString, Duration), WeChatError> {
        let body = json!({
            "grant_type": "client_credential",
            "appid": self.settings.appid,
            "secret": self.settings.secret.expose_secret(),
        });
        self.call(&self.token_lane, &|| self.http.post(self.url(&self.token_lane)).json(&body), read).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_token() {
        assert!(read(br#"{"access_token":"abc","expires_in":"7200"}"#).is_ok());
        for body in [
            r#"{"access_token":"","expires_in":7200}"#,
            r#"{"access_token":"a b","expires_in":7200}"#,
            r#"{"access_token":"abc","expires_in":0}"#,
            r#"{"access_token":"abc","expires_in":-5}"#,
            r#"{"access_token":"abc"}"#,
            r#"{"expires_in":7200}"#,
        ] {
            assert!(matches!(read(body.as_bytes()), Err(WeChatError::Malformed(_))), "{body}");
        }
    }

    #[test]
    fn a_lifetime_beyond_the_documented_one_is_cut() {
        let (_, lifetime) = read(br#"{"access_token":"abc","expires_in":99999999}"#).unwrap();
        assert_eq!(lifetime, Duration::from_secs(LONGEST));
    }
}
