//! The envelope of a backup: AES-256-GCM in chunks, each bound to its place, the last one marked, so that a backup which lost its end,
//! a chunk or their order doesn't open. Every file has a key of its own, derived from the key ring and a random salt.
//!
//! ```text
//! PALMBACKUP 1\n
//! {header as JSON}\n              readable without a key; authenticated with every chunk
//! [u32: last-bit | length] bytes  nonce: 3 zeros, last (0 or 1), number of the chunk (8 bytes)
//! ```

use std::io::{self, Read, Write};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base::keys::{KeyError, KeyRing, random, sha256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// The first line of every backup.
const MAGIC: &[u8] = b"PALMBACKUP 1\n";
/// Plain bytes of a chunk.
const CHUNK: usize = 256 * 1024;
/// Bit of the length that marks the last chunk.
const LAST: u32 = 1 << 31;
/// A header is one short line.
const HEADER_LIMIT: usize = 4096;
const PURPOSE: &str = "palm backup";

/// Why a backup doesn't open.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Another kind of file.
    #[error("this is not a backup made by palm")]
    NotABackup,
    /// The ring isn't the one that sealed it.
    #[error(
        "this backup was sealed with the key ring {sealed}, and the key file given is {given}: name the right one with --keys-file"
    )]
    OtherKey {
        /// Fingerprint in the backup.
        sealed: String,
        /// Fingerprint of the ring given.
        given: String,
    },
    /// A chunk isn't what was written.
    #[error("the backup is damaged at chunk {0}: use another one")]
    Damaged(u64),
    /// The end is missing.
    #[error("the backup is cut off after chunk {0}: use another one")]
    CutOff(u64),
    /// There is more after the end.
    #[error("the backup goes on after its end: use another one")]
    GoesOn,
    /// The ring has no key.
    #[error("the key ring has no key to seal with")]
    NoKey,
    /// The system gave no random bytes.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The file can't be read or written.
    #[error(transparent)]
    File(#[from] io::Error),
}

/// What is readable without a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// Version of the program that made it.
    pub palm: String,
    /// Version of the ring's key.
    key_version: u8,
    /// Fingerprint of that key.
    pub key: String,
    /// Salt of this file's key, base64.
    salt: String,
}

/// The fingerprint by which a key file is compared with its copy: 8 bytes that tell nothing of the key.
pub fn fingerprint(ring: &KeyRing) -> Option<String> {
    fingerprint_of(ring, ring.version()?)
}

fn fingerprint_of(ring: &KeyRing, version: u8) -> Option<String> {
    let bytes = ring.derive(version, "palm backup fingerprint", b"")?;
    Some(bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

/// The cipher of one file.
struct Cipher {
    key: LessSafeKey,
    header: [u8; 32],
    number: u64,
}

impl Cipher {
    fn new(ring: &KeyRing, header: &Header, line: &[u8]) -> Result<Self, VaultError> {
        let salt = STANDARD.decode(&header.salt).map_err(|_base64| VaultError::NotABackup)?;
        let given = fingerprint_of(ring, header.key_version).or_else(|| fingerprint(ring)).ok_or(VaultError::NoKey)?;
        if given != header.key {
            return Err(VaultError::OtherKey { sealed: header.key.clone(), given });
        }
        let bytes = ring.derive(header.key_version, PURPOSE, &salt).ok_or(VaultError::NoKey)?;
        let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_length| VaultError::NoKey)?;
        Ok(Self { key: LessSafeKey::new(key), header: sha256(line), number: 0 })
    }

    /// The nonce of the next chunk; never twice with one key, since each file has its own.
    fn nonce(&mut self, last: bool) -> Nonce {
        let mut bytes = [0_u8; NONCE_LEN];
        for (place, byte) in bytes.iter_mut().skip(3).zip([u8::from(last)].into_iter().chain(self.number.to_be_bytes())) {
            *place = byte;
        }
        self.number += 1;
        Nonce::assume_unique_for_key(bytes)
    }
}

/// Writes a backup. Without [`VaultWriter::finish`] it has no end and doesn't open.
pub struct VaultWriter<W: Write> {
    out: W,
    cipher: Cipher,
    buffer: Vec<u8>,
}

impl<W: Write> VaultWriter<W> {
    /// Begins a backup: writes the readable header.
    pub fn new(mut out: W, ring: &KeyRing, made_at: String) -> Result<Self, VaultError> {
        let key_version = ring.version().ok_or(VaultError::NoKey)?;
        let header = Header {
            made_at,
            palm: crate::VERSION.to_owned(),
            key_version,
            key: fingerprint(ring).ok_or(VaultError::NoKey)?,
            salt: STANDARD.encode(random::<32>()?),
        };
        let mut line = serde_json::to_vec(&header).map_err(io::Error::other)?;
        line.push(b'\n');
        out.write_all(MAGIC)?;
        out.write_all(&line)?;
        let cipher = Cipher::new(ring, &header, &line)?;
        Ok(Self { out, cipher, buffer: Vec::with_capacity(CHUNK + 16) })
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let mut chunk = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK + 16));
        let nonce = self.cipher.nonce(last);
        let sealed = self.cipher.key.seal_in_place_append_tag(nonce, Aad::from(self.cipher.header), &mut chunk);
        sealed.map_err(|_unspecified| io::Error::other("a chunk can't be sealed"))?;
        let length = u32::try_from(chunk.len()).map_err(io::Error::other)?;
        self.out.write_all(&(if last { length | LAST } else { length }).to_be_bytes())?;
        self.out.write_all(&chunk)
    }

    /// Writes the end and hands the file back.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> Write for VaultWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() == CHUNK {
            self.seal(false)?;
        }
        let (now, _later) = bytes.split_at(bytes.len().min(CHUNK - self.buffer.len()));
        self.buffer.extend_from_slice(now);
        Ok(now.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a backup; every byte it gives was authenticated, and its end is the end that was written.
pub struct VaultReader<R: Read> {
    file: R,
    cipher: Cipher,
    /// What is readable without a key.
    pub header: Header,
    chunk: Vec<u8>,
    given: usize,
    ended: bool,
}

/// Reads the header alone.
pub fn header(file: &mut impl Read) -> Result<Header, VaultError> {
    header_line(file).map(|(header, _line)| header)
}

fn header_line(file: &mut impl Read) -> Result<(Header, Vec<u8>), VaultError> {
    let mut magic = vec![0_u8; MAGIC.len()];
    if read_whole(file, &mut magic)? != magic.len() || magic != MAGIC {
        return Err(VaultError::NotABackup);
    }
    let (mut line, mut byte) = (Vec::new(), [0_u8]);
    while line.last() != Some(&b'\n') {
        if line.len() > HEADER_LIMIT || read_whole(file, &mut byte)? == 0 {
            return Err(VaultError::NotABackup);
        }
        line.extend_from_slice(&byte);
    }
    let header = serde_json::from_slice(&line).map_err(|_json| VaultError::NotABackup)?;
    Ok((header, line))
}

/// Fills the buffer as far as the file goes; returns how far.
fn read_whole(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            Err(why) => return Err(why),
        }
    }
    Ok(filled)
}

impl<R: Read> VaultReader<R> {
    /// Opens a backup; the key is compared at once.
    pub fn new(mut file: R, ring: &KeyRing) -> Result<Self, VaultError> {
        let (header, line) = header_line(&mut file)?;
        let cipher = Cipher::new(ring, &header, &line)?;
        Ok(Self { file, cipher, header, chunk: Vec::new(), given: 0, ended: false })
    }

    fn next_chunk(&mut self) -> Result<(), VaultError> {
        let number = self.cipher.number;
        let mut length = [0_u8; 4];
        if read_whole(&mut self.file, &mut length)? < length.len() {
            return Err(VaultError::CutOff(number));
        }
        let length = u32::from_be_bytes(length);
        let (last, length) = (length & LAST != 0, usize::try_from(length & !LAST).unwrap_or(usize::MAX));
        if length > CHUNK + 16 {
            return Err(VaultError::Damaged(number));
        }
        let mut chunk = vec![0_u8; length];
        if read_whole(&mut self.file, &mut chunk)? < length {
            return Err(VaultError::CutOff(number));
        }
        let nonce = self.cipher.nonce(last);
        let opened = self.cipher.key.open_in_place(nonce, Aad::from(self.cipher.header), &mut chunk);
        let plain = opened.map_err(|_unspecified| VaultError::Damaged(number))?.len();
        chunk.truncate(plain);
        if last && read_whole(&mut self.file, &mut [0_u8])? > 0 {
            return Err(VaultError::GoesOn);
        }
        (self.chunk, self.given, self.ended) = (chunk, 0, last);
        Ok(())
    }
}

impl<R: Read> Read for VaultReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.chunk.len() && !self.ended {
            self.next_chunk().map_err(|why| match why {
                VaultError::File(why) => why,
                other => io::Error::other(other),
            })?;
        }
        let ready = self.chunk.get(self.given..).unwrap_or_default();
        let now = ready.len().min(out.len());
        for (place, byte) in out.iter_mut().zip(ready.iter().take(now)) {
            *place = *byte;
        }
        self.given += now;
        Ok(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(ring: &KeyRing, plain: &[u8]) -> Vec<u8> {
        let mut writer = VaultWriter::new(Vec::new(), ring, "2026-01-01T00:00:00Z".to_owned()).unwrap();
        writer.write_all(plain).unwrap();
        writer.finish().unwrap()
    }

    fn opened(ring: &KeyRing, file: &[u8]) -> Result<Vec<u8>, String> {
        let mut reader = VaultReader::new(file, ring).map_err(|why| why.to_string())?;
        let mut plain = Vec::new();
        reader.read_to_end(&mut plain).map_err(|why| why.to_string())?;
        Ok(plain)
    }

    #[test]
    fn what_was_sealed_opens_whatever_its_length() {
        let ring = KeyRing::ephemeral().unwrap();
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let plain: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            assert!(opened(&ring, &sealed(&ring, &plain)).unwrap() == plain, "{length}");
        }
    }

    #[test]
    fn cut_flipped_swapped_lengthened_and_foreign_files_are_refused() {
        let ring = KeyRing::ephemeral().unwrap();
        let file = sealed(&ring, &vec![7; 3 * CHUNK]);
        let start = file.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0 + 1;
        let stride = 4 + CHUNK + 16;
        for cut in [start, start + 2, start + stride, start + 2 * stride, file.len() - 1] {
            let refused = opened(&ring, &file[..cut]).unwrap_err();
            assert!(refused.contains("cut off"), "{cut}: {refused}");
        }
        for flip in [start, start + 4, start + stride + 100, file.len() - 1, start - 20] {
            let mut other = file.clone();
            other[flip] ^= 1;
            assert!(opened(&ring, &other).is_err(), "byte {flip}");
        }
        let mut swapped = file[..start].to_vec();
        swapped.extend_from_slice(&file[start + stride..start + 2 * stride]);
        swapped.extend_from_slice(&file[start..start + stride]);
        swapped.extend_from_slice(&file[start + 2 * stride..]);
        assert!(opened(&ring, &swapped).unwrap_err().contains("damaged at chunk 0"));
        let mut longer = file.clone();
        longer.push(0);
        assert!(opened(&ring, &longer).unwrap_err().contains("goes on"));
        assert!(opened(&KeyRing::ephemeral().unwrap(), &file).unwrap_err().contains("sealed with the key ring"));
        assert!(opened(&ring, b"PGDMP").unwrap_err().contains("not a backup"));
    }

    #[test]
    fn no_two_files_share_a_key() {
        let ring = KeyRing::ephemeral().unwrap();
        let (one, two) = (sealed(&ring, b"the same"), sealed(&ring, b"the same"));
        assert_ne!(one[one.len() - 24..], two[two.len() - 24..]);
    }
}
