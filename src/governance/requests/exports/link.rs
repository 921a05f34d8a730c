//! The signed link to a file: whoever has it may fetch the file for some minutes, with nothing else to show.

use base::error::{self, ApiError};
use base::keys::KeyRing;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq as _;

use super::{EXPORT_LINK_EXPIRED, RequestExportId};

/// Links live between five and ten minutes: within five they are the same, so that a polled view keeps its ETag.
const STEP: i64 = 300;

fn signature(ring: &KeyRing, id: RequestExportId, expires: i64) -> Vec<u8> {
    ring.code_hash("request_export_link", &format!("{id}|{expires}"))
}

/// The path that works now and for at least five minutes.
pub(super) fn link(ring: &KeyRing, id: RequestExportId, now: DateTime<Utc>) -> String {
    let expires = (now.timestamp().div_euclid(STEP) + 2) * STEP;
    let signature = URL_SAFE_NO_PAD.encode(signature(ring, id, expires));
    format!("/api/v1/governance/request-exports/{id}/file?expires={expires}&signature={signature}")
}

/// 404 for a link that was changed, 403 for one that has expired.
pub(super) fn check(ring: &KeyRing, id: RequestExportId, expires: i64, given: &str, now: DateTime<Utc>) -> Result<(), ApiError> {
    let given = URL_SAFE_NO_PAD.decode(given).map_err(|_forged| ApiError::of(&error::NOT_FOUND))?;
    if !bool::from(signature(ring, id, expires).ct_eq(&given)) {
        return Err(ApiError::of(&error::NOT_FOUND));
    }
    if expires <= now.timestamp() { Err(ApiError::of(&EXPORT_LINK_EXPIRED)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_one_file_for_some_minutes() {
        let (ring, id) = (KeyRing::ephemeral().unwrap(), RequestExportId::new());
        let now = DateTime::from_timestamp(1_800_000_007, 0).unwrap();
        let path = link(&ring, id, now);
        let (_, query) = path.split_once("?expires=").unwrap();
        let (expires, signature) = query.split_once("&signature=").unwrap();
        let expires: i64 = expires.parse().unwrap();
        let status = |result: Result<(), ApiError>| result.err().map(|error| error.code().status);
        assert_eq!(status(check(&ring, id, expires, signature, now)), None);
        assert_eq!(status(check(&ring, id, expires, signature, now + chrono::Duration::minutes(11))), Some(403));
        assert_eq!(status(check(&ring, id, expires + 1, signature, now)), Some(404));
        assert_eq!(status(check(&ring, RequestExportId::new(), expires, signature, now)), Some(404));
    }
}
