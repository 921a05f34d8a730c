//! Signed links: `/api/v1/files/{id}/{variant}?expires=…&signature=…`. Who has one may fetch the picture until it expires, with nothing
//! else to show: WeChat's checker too.

use std::sync::Arc;

use base::keys::KeyRing;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq as _;

use super::FileId;

base::words! {
    /// Which of the two pictures.
    Variant {
        /// As large as it is kept.
        Full = "full",
        /// Small.
        Thumb = "thumb",
    }
}

base::words! {
    /// For what a link is signed.
    Purpose {
        /// To be shown; stops working when the picture is refused.
        Show = "show",
        /// To decide on it: a refused one is shown too.
        Review = "review",
    }
}

/// Links live between half an hour and an hour: within a half hour they are the same, so that a polled view keeps its ETag.
const STEP: i64 = 1_800;

/// Signs and checks links; an app datum.
#[derive(Clone)]
pub struct Signer {
    ring: Arc<KeyRing>,
    public_url: Option<Arc<str>>,
}

/// A link and until when it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) path: String,
    pub(super) expires_at: DateTime<Utc>,
}

impl Signer {
    /// `public_url`: scheme and host under which the internet reaches this API, for WeChat's checker.
    pub fn new(ring: Arc<KeyRing>, public_url: Option<&str>) -> Self {
        Self { ring, public_url: public_url.map(|url| Arc::from(url.trim_end_matches('/'))) }
    }

    fn signature(&self, id: FileId, variant: Variant, purpose: Purpose, expires: i64) -> Vec<u8> {
        self.ring.code_hash("file_link", &format!("{id}|{}|{}|{expires}", variant.name(), purpose.name()))
    }

    fn path(&self, id: FileId, variant: Variant, purpose: Purpose, expires: i64) -> String {
        let signature = URL_SAFE_NO_PAD.encode(self.signature(id, variant, purpose, expires));
        format!("/api/v1/files/{id}/{}?expires={expires}&signature={signature}", variant.name())
    }

    /// A link that works now and for at least half an hour.
    pub(super) fn link(&self, id: FileId, variant: Variant, purpose: Purpose, now: DateTime<Utc>) -> Link {
        let expires = (now.timestamp().div_euclid(STEP) + 2) * STEP;
        let expires_at = DateTime::from_timestamp(expires, 0).unwrap_or(now);
        Link { path: self.path(id, variant, purpose, expires), expires_at }
    }

    /// The whole address for WeChat's checker; `None` when this installation can't be reached from outside.
    pub(super) fn for_checker(&self, id: FileId, now: DateTime<Utc>) -> Option<String> {
        let expires = now.timestamp() + 2 * 3_600;
        Some(format!("{}{}", self.public_url.as_deref()?, self.path(id, Variant::Full, Purpose::Show, expires)))
    }

    /// For what this link was signed; `None`: it is forged. Whether it has expired is the caller's question.
    pub(super) fn opens(&self, id: FileId, variant: Variant, expires: i64, signature: &str) -> Option<Purpose> {
        let given = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let fits = |purpose: &&Purpose| bool::from(self.signature(id, variant, **purpose, expires).ct_eq(&given));
        Purpose::ALL.iter().find(fits).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(path: &str) -> (i64, &str) {
        let (_, query) = path.split_once("?expires=").unwrap();
        let (expires, signature) = query.split_once("&signature=").unwrap();
        (expires.parse().unwrap(), signature)
    }

    #[test]
    fn a_link_opens_what_it_was_signed_for_and_nothing_else() {
        let signer = Signer::new(Arc::new(KeyRing::ephemeral().unwrap()), Some("https://palm.example/"));
        let (id, now) = (FileId(uuid::Uuid::new_v4()), DateTime::from_timestamp(1_800_000_007, 0).unwrap());
        let link = signer.link(id, Variant::Thumb, Purpose::Show, now);
        let (expires, signature) = parts(&link.path);
        assert_eq!(signer.opens(id, Variant::Thumb, expires, signature), Some(Purpose::Show));
        assert_eq!(signer.opens(id, Variant::Full, expires, signature), None);
        assert_eq!(signer.opens(id, Variant::Thumb, expires + 1, signature), None);
        assert_eq!(signer.opens(FileId(uuid::Uuid::new_v4()), Variant::Thumb, expires, signature), None);
        assert_eq!(signer.opens(id, Variant::Thumb, expires, ""), None);
        let lives = (link.expires_at - now).num_seconds();
        assert!((STEP..=2 * STEP).contains(&lives), "{lives}");
        let whole = signer.for_checker(id, now).unwrap();
        assert!(whole.starts_with("https://palm.example/api/v1/files/"), "{whole}");
        let (expires, signature) = parts(&whole);
        assert_eq!(signer.opens(id, Variant::Full, expires, signature), Some(Purpose::Show));
        let review = signer.link(id, Variant::Full, Purpose::Review, now);
        let (expires, signature) = parts(&review.path);
        assert_eq!(signer.opens(id, Variant::Full, expires, signature), Some(Purpose::Review));
    }
}
