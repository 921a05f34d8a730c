//! The key ring of the installation: field encryption (AES-256-GCM, AAD `table|column|row id`), the keyed hash by which
//! encrypted fields are found, hashes of one-time secrets, and the keys of access tokens. It lives in a file, never in the database.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{digest, hkdf, hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// What is wrong with the ring or a sealed value.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file can't be read or written.
    #[error("key file {0}: {1}")]
    File(String, std::io::Error),
    /// The file isn't a key ring.
    #[error("key file {0} is not a key ring: {1}")]
    Format(String, String),
    /// A stored value doesn't open: other key, other row, or damaged.
    #[error("a sealed value doesn't open")]
    Sealed,
    /// The system gave no random bytes.
    #[error("no random bytes")]
    Random,
}

/// The file's content: all keys 32 bytes, base64.
#[derive(Serialize, Deserialize)]
struct RingFile {
    /// Encryption keys by version; the highest seals, all open.
    fields: BTreeMap<u8, String>,
    /// Key of the hashes by which personal fields are found.
    lookup: String,
    /// Key of hashes of short codes (PINs, 8 digits).
    codes: String,
    /// Keys of access tokens by `kid`; the last one signs.
    tokens: BTreeMap<String, String>,
}

/// The ring in memory.
pub struct KeyRing {
    fields: BTreeMap<u8, LessSafeKey>,
    /// What other keys of the same version are derived from.
    roots: BTreeMap<u8, hkdf::Prk>,
    lookup: hmac::Key,
    codes: hmac::Key,
    tokens: BTreeMap<String, Vec<u8>>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyRing")
    }
}

const NONCE: usize = 12;

/// `N` random bytes.
pub fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0_u8; N];
    rand::fill(&mut bytes).map_err(|_unspecified| KeyError::Random)?;
    Ok(bytes)
}

/// A random secret of 32 bytes as URL-safe text: refresh tokens, invitations, cards, QR tickets.
pub fn random_token() -> Result<String, KeyError> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// `digits` random decimal digits, 1 to 9 of them.
pub fn random_digits(digits: u32) -> Result<String, KeyError> {
    let width = digits.clamp(1, 9);
    let modulus = 10_u64.pow(width);
    let number = u64::from_be_bytes(random::<8>()?) % modulus;
    Ok(format!("{number:0width$}", width = usize::try_from(width).unwrap_or(9)))
}

/// SHA-256 of a high-entropy secret, as stored.
pub fn secret_hash(secret: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, secret.as_bytes()).as_ref().to_vec()
}

/// SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0_u8; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

fn key_bytes(name: &str, text: &str) -> Result<Vec<u8>, String> {
    match STANDARD.decode(text) {
        Ok(bytes) if bytes.len() == 32 => Ok(bytes),
        _ => Err(format!("key {name} is not 32 bytes of base64")),
    }
}

impl KeyRing {
    /// Reads the ring, or makes a new file (mode 0600) when there is none.
    pub fn open_or_create(path: &Path) -> Result<Self, KeyError> {
        let shown = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).map_err(|why| KeyError::Format(shown, why)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let file = Self::generate()?;
                let text = serde_json::to_string_pretty(&file).map_err(|why| KeyError::Format(shown.clone(), why.to_string()))?;
                write_private(path, text.as_bytes()).map_err(|why| KeyError::File(shown.clone(), why))?;
                Self::parse(&text).map_err(|why| KeyError::Format(shown, why))
            }
            Err(error) => Err(KeyError::File(shown, error)),
        }
    }

    /// A ring that is never stored: for tests and the sandbox.
    pub fn ephemeral() -> Result<Self, KeyError> {
        let file = Self::generate()?;
        Self::build(&file).map_err(|why| KeyError::Format("(memory)".to_owned(), why))
    }

    fn generate() -> Result<RingFile, KeyError> {
        let fresh = || random::<32>().map(|bytes| STANDARD.encode(bytes));
        Ok(RingFile {
            fields: BTreeMap::from([(1, fresh()?)]),
            lookup: fresh()?,
            codes: fresh()?,
            tokens: BTreeMap::from([("k1".to_owned(), fresh()?)]),
        })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let file: RingFile = serde_json::from_str(text).map_err(|why| why.to_string())?;
        Self::build(&file)
    }

    fn build(file: &RingFile) -> Result<Self, String> {
        let (mut fields, mut roots) = (BTreeMap::new(), BTreeMap::new());
        for (version, text) in &file.fields {
            let bytes = key_bytes("fields", text)?;
            let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|why| why.to_string())?;
            fields.insert(*version, LessSafeKey::new(key));
            roots.insert(*version, hkdf::Salt::new(hkdf::HKDF_SHA256, b"palm").extract(&bytes));
        }
        let mut tokens = BTreeMap::new();
        for (kid, text) in &file.tokens {
            tokens.insert(kid.clone(), key_bytes("tokens", text)?);
        }
        if fields.is_empty() || tokens.is_empty() {
            return Err("at least one field key and one token key are needed".to_owned());
        }
        Ok(Self {
            fields,
            roots,
            lookup: hmac::Key::new(hmac::HMAC_SHA256, &key_bytes("lookup", &file.lookup)?),
            codes: hmac::Key::new(hmac::HMAC_SHA256, &key_bytes("codes", &file.codes)?),
            tokens,
        })
    }

    /// Encrypts a field: `version | nonce | ciphertext | tag`. `place` is `table|column|row id`.
    pub fn seal(&self, place: &str, plain: &str) -> Result<Vec<u8>, KeyError> {
        let (version, key) = self.fields.last_key_value().ok_or(KeyError::Sealed)?;
        let nonce = random::<NONCE>()?;
        let mut sealed = plain.as_bytes().to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place.as_bytes()), &mut sealed)
            .map_err(|_unspecified| KeyError::Sealed)?;
        let mut out = Vec::with_capacity(1 + NONCE + sealed.len());
        out.push(*version);
        out.extend_from_slice(&nonce);
        out.append(&mut sealed);
        Ok(out)
    }

    /// Decrypts a field sealed at the same place.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<String, KeyError> {
        let (version, rest) = sealed.split_first().ok_or(KeyError::Sealed)?;
        let key = self.fields.get(version).ok_or(KeyError::Sealed)?;
        let (nonce, body) = rest.split_at_checked(NONCE).ok_or(KeyError::Sealed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_unspecified| KeyError::Sealed)?;
        let mut body = body.to_vec();
        let plain = key.open_in_place(nonce, Aad::from(place.as_bytes()), &mut body).map_err(|_unspecified| KeyError::Sealed)?;
        String::from_utf8(plain.to_vec()).map_err(|_utf8| KeyError::Sealed)
    }

    /// The version that seals now; what is derived from it can be read as long as the rows of its time.
    pub fn version(&self) -> Option<u8> {
        self.roots.last_key_value().map(|(version, _)| *version)
    }

    /// 32 bytes for another use than fields, from the encryption key of a version: the same for the same purpose and salt, and nothing
    /// tells the key from them. `None` when the ring lacks that version.
    pub fn derive(&self, version: u8, purpose: &str, salt: &[u8]) -> Option<[u8; 32]> {
        let mut out = [0_u8; 32];
        let info = [purpose.as_bytes(), &[0], salt];
        self.roots.get(&version)?.expand(&info, hkdf::HKDF_SHA256).ok()?.fill(&mut out).ok()?;
        Some(out)
    }

    /// The keyed hash by which an encrypted field is found. `kind` separates uses (`phone`, `openid`).
    pub fn lookup(&self, kind: &str, text: &str) -> Vec<u8> {
        keyed(&self.lookup, kind, text)
    }

    /// The keyed hash of a short code; compare with `subtle` or by equality in SQL.
    pub fn code_hash(&self, kind: &str, code: &str) -> Vec<u8> {
        keyed(&self.codes, kind, code)
    }

    /// The key that signs access tokens: `(kid, secret)`.
    pub fn signing_key(&self) -> Option<(&str, &[u8])> {
        self.tokens.last_key_value().map(|(kid, key)| (kid.as_str(), key.as_slice()))
    }

    /// The key of a `kid`, from the fixed map.
    pub fn token_key(&self, kid: &str) -> Option<&[u8]> {
        self.tokens.get(kid).map(Vec::as_slice)
    }
}

fn keyed(key: &hmac::Key, kind: &str, text: &str) -> Vec<u8> {
    let mut context = hmac::Context::with_key(key);
    context.update(kind.as_bytes());
    context.update(&[0]);
    context.update(text.as_bytes());
    context.sign().as_ref().to_vec()
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_field_opens_only_in_its_place() {
        let ring = KeyRing::ephemeral().unwrap();
        let sealed = ring.seal("persons|phone|1", "13800001234").unwrap();
        assert_eq!(ring.open("persons|phone|1", &sealed).unwrap(), "13800001234");
        assert!(ring.open("persons|phone|2", &sealed).is_err());
        let mut damaged = sealed.clone();
        damaged[20] ^= 1;
        assert!(ring.open("persons|phone|1", &damaged).is_err());
        assert!(ring.open("persons|phone|1", &sealed[..5]).is_err());
        assert_ne!(sealed, ring.seal("persons|phone|1", "13800001234").unwrap());
    }

    #[test]
    fn derived_keys_differ_by_purpose_salt_and_ring() {
        let (one, two) = (KeyRing::ephemeral().unwrap(), KeyRing::ephemeral().unwrap());
        let version = one.version().unwrap();
        let key = one.derive(version, "backup", b"a");
        assert!(key.is_some() && key == one.derive(version, "backup", b"a"));
        for other in
            [one.derive(version, "backup", b"b"), one.derive(version, "other", b"a"), two.derive(version, "backup", b"a")]
        {
            assert_ne!(key, other);
        }
        assert_eq!(one.derive(version + 1, "backup", b"a"), None);
    }

    #[test]
    fn hashes_are_separated_by_kind_and_ring() {
        let (one, two) = (KeyRing::ephemeral().unwrap(), KeyRing::ephemeral().unwrap());
        assert_eq!(one.lookup("phone", "1"), one.lookup("phone", "1"));
        assert_ne!(one.lookup("phone", "1"), one.lookup("openid", "1"));
        assert_ne!(one.lookup("phone", "1"), two.lookup("phone", "1"));
        assert_eq!(random_digits(8).unwrap().len(), 8);
    }
}
