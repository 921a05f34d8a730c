//! The Standard Webhooks signature, both ways: `webhook-id`, `webhook-timestamp`, `webhook-signature`.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook, WebhookError};

use crate::keys::{KeyError, random};

/// A fresh secret in the form that the standard's libraries take: `whsec_` and 32 random bytes as base64.
pub fn new_secret() -> Result<SecretString, KeyError> {
    use base64::Engine as _;
    let bytes = random::<32>()?;
    Ok(SecretString::from(format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(bytes))))
}

/// One signature for each secret, separated by spaces: while a secret is being changed, both are valid.
pub fn sign(id: &str, at: i64, body: &str, secrets: &[SecretString]) -> Result<String, WebhookError> {
    let signed: Result<Vec<String>, WebhookError> =
        secrets.iter().map(|secret| Webhook::new(secret.expose_secret())?.sign(id, at, body.as_bytes())).collect();
    Ok(signed?.join(" "))
}

/// What came with a message that claims to be signed.
#[derive(Debug, Clone, Copy)]
pub struct Claimed<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`.
    pub timestamp: &'a str,
    /// `webhook-signature`.
    pub signature: &'a str,
}

impl Claimed<'_> {
    fn headers(&self) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        let named = [
            (HEADER_WEBHOOK_ID, self.id),
            (HEADER_WEBHOOK_TIMESTAMP, self.timestamp),
            (HEADER_WEBHOOK_SIGNATURE, self.signature),
        ];
        for (name, value) in named {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).ok()?);
        }
        Some(headers)
    }

    /// Was the body signed with one of the secrets, less than five minutes ago?
    pub fn is_signed_by(&self, secrets: &[SecretString], body: &[u8]) -> bool {
        let Some(headers) = self.headers() else { return false };
        secrets
            .iter()
            .any(|secret| Webhook::new(secret.expose_secret()).is_ok_and(|webhook| webhook.verify(body, &headers).is_ok()))
    }
}
