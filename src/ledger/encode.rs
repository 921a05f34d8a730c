//! Canonical bytes: every field is preceded by its length (u32, big-endian), so no two different values share an
//! encoding by moving a border. What is hashed (leaves, private parts, contents of facts) is written here only.

use aws_lc_rs::digest::{SHA256, digest};

/// A SHA-256 value.
pub(crate) type Hash = [u8; 32];

/// Collects length-prefixed fields.
#[derive(Debug, Default)]
pub(crate) struct Canonical(Vec<u8>);

impl Canonical {
    /// Starts with the name of the format, so that bytes of one format never pass for another.
    pub(crate) fn new(format: &str) -> Self {
        let mut bytes = Self::default();
        bytes.text(format);
        bytes
    }

    /// One field. Everything encoded here is bounded far below 4 GiB; a longer one would be cut in its prefix only.
    pub(crate) fn bytes(&mut self, field: &[u8]) {
        let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(field);
    }

    /// A text field, UTF-8.
    pub(crate) fn text(&mut self, field: &str) {
        self.bytes(field.as_bytes());
    }

    /// A number field: 8 bytes, big-endian, two's complement.
    pub(crate) fn number(&mut self, field: i64) {
        self.bytes(&field.to_be_bytes());
    }

    /// A field that may be missing: one byte 0, or 1 followed by the value.
    pub(crate) fn optional(&mut self, field: Option<&[u8]>) {
        match field {
            None => self.bytes(&[0]),
            Some(value) => {
                self.bytes(&[1]);
                self.bytes(value);
            }
        }
    }

    /// Length of a list whose items follow as fields.
    pub(crate) fn count(&mut self, items: usize) {
        self.number(i64::try_from(items).unwrap_or(i64::MAX));
    }

    /// The finished bytes.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// SHA-256 of the parts, joined.
pub(crate) fn sha256(parts: &[&[u8]]) -> Hash {
    let mut joined = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        joined.extend_from_slice(part);
    }
    let mut hash = Hash::default();
    for (to, from) in hash.iter_mut().zip(digest(&SHA256, &joined).as_ref()) {
        *to = *from;
    }
    hash
}
