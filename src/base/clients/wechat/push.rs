//! Message pushes from WeChat to us (JSON, secure mode): who sent them, what they say, and an encrypted reply.
//! Signatures are compared in constant time. A push is delivered up to three times and in any order: whoever receives
//! it stores it under `Push::key` first, answers `success`, and works on it in a job.

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

/// The last character of an EncodingAESKey carries two bits too many; most generated keys have them set.
const KEY_BASE64: GeneralPurpose =
    GeneralPurpose::new(&ALPHABET, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// PKCS#7 pads to 32 bytes here, twice the block of AES.
const PAD: usize = 32;
/// Random bytes and length before the message.
const HEAD: usize = 20;

/// Why a push is not believed. Answer 403 and store nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// Token or EncodingAESKey of our settings is unusable.
    #[error("bad push settings: {0}")]
    Settings(&'static str),
    /// The signature isn't ours.
    #[error("the push has a wrong signature")]
    Signature,
    /// Signed, but not decryptable or not what the interface promises.
    #[error("the push is malformed: {0}")]
    Malformed(&'static str),
    /// Encrypted for another appid.
    #[error("the push is for another appid")]
    Appid,
}

/// Query of the setup check (GET). WeChat sends it once, when the address is set.
#[derive(Debug, Clone, Deserialize)]
pub struct SetupQuery {
    /// Hex SHA-1.
    pub signature: String,
    /// Seconds since 1970.
    pub timestamp: String,
    /// Random digits.
    pub nonce: String,
    /// To be sent back as it is.
    pub echostr: String,
}

/// Query of a push in secure mode (POST); its `signature` is not looked at, as WeChat advises.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct SecureQuery {
    /// Hex SHA-1 over token, timestamp, nonce and the encrypted text.
    pub msg_signature: String,
    /// Seconds since 1970.
    pub timestamp: String,
    /// Random digits.
    pub nonce: String,
}

#[derive(Deserialize)]
struct SecureBody {
    #[serde(rename = "Encrypt")]
    encrypt: String,
}

/// An encrypted message: our reply, or (in the sandbox) WeChat's push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Sealed {
    /// Base64 of the cipher text.
    pub encrypt: String,
    /// Hex SHA-1 over token, timestamp, nonce and `Encrypt`.
    pub msg_signature: String,
    /// Seconds since 1970.
    pub time_stamp: i64,
    /// Random digits.
    pub nonce: String,
}

/// A believed push: JSON whose shape differs by event.
#[derive(Clone, PartialEq)]
pub struct Push {
    /// The event (`wxa_media_check`, `subscribe_msg_popup_event`…), or the `MsgType` of what is no event.
    pub event: String,
    /// Equal for the deliveries of one event, different for different events: the unique key of the stored row. Hex
    /// SHA-1 of sender, time, event and what tells two events of one second apart.
    pub key: String,
    /// The whole message; names an openid, so never log it.
    pub message: Value,
}

impl std::fmt::Debug for Push {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Push({})", self.event)
    }
}

/// Token and key of the push settings of our mini program.
pub struct PushKeys {
    token: SecretString,
    key: SecretBox<[u8; 32]>,
    appid: String,
}

impl PushKeys {
    /// From the settings of the mini program: token of 3 to 32 characters, EncodingAESKey of 43.
    pub fn new(token: SecretString, encoding_aes_key: &SecretString, appid: impl Into<String>) -> Result<Self, PushError> {
        if !(3..=32).contains(&token.expose_secret().len()) {
            return Err(PushError::Settings("token"));
        }
        let bytes = KEY_BASE64
            .decode(format!("{}=", encoding_aes_key.expose_secret()))
            .map_err(|_error| PushError::Settings("EncodingAESKey is not base64"))?;
        let key = <[u8; 32]>::try_from(bytes).map_err(|_bytes| PushError::Settings("EncodingAESKey is not of 43 characters"))?;
        Ok(Self { token, key: SecretBox::new(Box::new(key)), appid: appid.into() })
    }

    /// Verifies the setup check; the answer is the returned text, raw.
    pub fn echo<'a>(&self, query: &'a SetupQuery) -> Result<&'a str, PushError> {
        self.verify_plain(&query.signature, &query.timestamp, &query.nonce)?;
        Ok(&query.echostr)
    }

    /// Verifies the `signature` of the setup check and of plain mode. It covers no body, so plain mode is for
    /// development only.
    pub fn verify_plain(&self, signature: &str, timestamp: &str, nonce: &str) -> Result<(), PushError> {
        same(&self.sign(&[timestamp, nonce]), signature)
    }

    /// Verifies, decrypts and reads a push in secure mode.
    pub fn open(&self, query: &SecureQuery, body: &[u8]) -> Result<Push, PushError> {
        let body: SecureBody = serde_json::from_slice(body).map_err(|_error| PushError::Malformed("body"))?;
        same(&self.sign(&[&query.timestamp, &query.nonce, &body.encrypt]), &query.msg_signature)?;
        read(&self.decrypt(&body.encrypt)?)
    }

    /// Encrypts and signs a message as WeChat does. `random` must be fresh for each message.
    pub fn seal(&self, message: &[u8], random: [u8; 16], timestamp: i64, nonce: &str) -> Result<Sealed, PushError> {
        let length = u32::try_from(message.len()).map_err(|_error| PushError::Malformed("too long"))?;
        let mut buffer = [random.as_slice(), &length.to_be_bytes(), message, self.appid.as_bytes()].concat();
        let pad = PAD - buffer.len() % PAD;
        let filler = u8::try_from(pad).map_err(|_error| PushError::Malformed("padding"))?;
        buffer.resize(buffer.len() + pad, filler);
        let (key, iv) = self.key_and_iv()?;
        let cipher = cbc::Encryptor::<aes::Aes256>::new_from_slices(key, iv).map_err(|_error| PushError::Settings("key"))?;
        let length = buffer.len();
        cipher.encrypt_padded::<NoPadding>(&mut buffer, length).map_err(|_error| PushError::Malformed("padding"))?;
        let encrypt = STANDARD.encode(&buffer);
        let msg_signature = self.sign(&[&timestamp.to_string(), nonce, &encrypt]);
        Ok(Sealed { encrypt, msg_signature, time_stamp: timestamp, nonce: nonce.to_owned() })
    }

    fn decrypt(&self, encrypt: &str) -> Result<Vec<u8>, PushError> {
        let mut buffer = STANDARD.decode(encrypt).map_err(|_error| PushError::Malformed("base64"))?;
        let (key, iv) = self.key_and_iv()?;
        let cipher = cbc::Decryptor::<aes::Aes256>::new_from_slices(key, iv).map_err(|_error| PushError::Settings("key"))?;
        let plain = cipher.decrypt_padded::<NoPadding>(&mut buffer).map_err(|_error| PushError::Malformed("block"))?;
        let text = unpad(plain).ok_or(PushError::Malformed("padding"))?;
        let (length, rest) = text
            .get(16..HEAD)
            .and_then(|bytes| bytes.try_into().ok())
            .zip(text.get(HEAD..))
            .ok_or(PushError::Malformed("head"))?;
        let length = usize::try_from(u32::from_be_bytes(length)).map_err(|_error| PushError::Malformed("length"))?;
        let (message, appid) = rest.split_at_checked(length).ok_or(PushError::Malformed("length"))?;
        if appid != self.appid.as_bytes() {
            return Err(PushError::Appid);
        }
        Ok(message.to_vec())
    }

    fn key_and_iv(&self) -> Result<(&[u8], &[u8]), PushError> {
        let key = self.key.expose_secret().as_slice();
        Ok((key, key.get(..16).ok_or(PushError::Settings("key"))?))
    }

    /// Hex SHA-1 of the token and these parts, sorted and joined.
    fn sign(&self, parts: &[&str]) -> String {
        let mut all = vec![self.token.expose_secret()];
        all.extend(parts);
        all.sort_unstable();
        sha1_hex(all.concat().as_bytes())
    }
}

fn sha1_hex(bytes: &[u8]) -> String {
    Sha1::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn same(ours: &str, theirs: &str) -> Result<(), PushError> {
    if bool::from(ours.as_bytes().ct_eq(theirs.as_bytes())) { Ok(()) } else { Err(PushError::Signature) }
}

/// Takes the padding off: its last byte says how many there are, 1 to 32, all alike.
fn unpad(plain: &[u8]) -> Option<&[u8]> {
    let last = *plain.last()?;
    let pad = usize::from(last);
    if !(1..=PAD).contains(&pad) {
        return None;
    }
    let (text, filler) = plain.split_at_checked(plain.len().checked_sub(pad)?)?;
    filler.iter().all(|byte| *byte == last).then_some(text)
}

fn read(text: &[u8]) -> Result<Push, PushError> {
    let message: Value = serde_json::from_slice(text).map_err(|_error| PushError::Malformed("message"))?;
    let event = ["Event", "MsgType"].iter().find_map(|name| message.get(name).and_then(Value::as_str));
    let event = event.ok_or(PushError::Malformed("no event"))?.to_owned();
    let names = ["FromUserName", "CreateTime", "Event", "MsgId", "trace_id", "List", "OpenID", "RevokeInfo"];
    let identity: Vec<&Value> = names.iter().map(|name| message.get(name).unwrap_or(&Value::Null)).collect();
    let key = sha1_hex(Value::from_iter(identity.into_iter().cloned()).to_string().as_bytes());
    Ok(Push { event, key, message })
}

/// The entries of an event's `List`: WeChat sends an array, or a single object when there is one.
pub fn list(message: &Value) -> Vec<&Value> {
    match message.get("List") {
        Some(Value::Array(entries)) => entries.iter().collect(),
        Some(entry @ Value::Object(_)) => vec![entry],
        _ => Vec::new(),
    }
}

#[cfg(test)]
#[path = "push_tests.rs"]
mod tests;
