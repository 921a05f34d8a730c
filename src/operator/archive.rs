//! What is inside the envelope: named entries one after the other, then the manifest, which names each with its size and SHA-256.
//!
//! ```text
//! [u16: length] name  ([u32: length > 0] bytes)*  [u32: 0]     an entry
//! [u16: 0]                                                     the end
//! ```

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

/// Bytes of a block.
const BLOCK: usize = 64 * 1024;

/// Name of the manifest, always the last entry.
pub const MANIFEST: &str = "manifest.json";
/// Name of the database's dump, as `pg_dump --format=custom` writes it.
pub const DATABASE: &str = "database.dump";
/// Pictures stand under their name below this.
pub const FILES: &str = "files/";

/// What the manifest says of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Bytes.
    pub size: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// Counts and hashes what passes.
struct Weighed {
    size: u64,
    hash: digest::Context,
}

impl Weighed {
    fn new() -> Self {
        Self { size: 0, hash: digest::Context::new(&digest::SHA256) }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.size += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.hash.update(bytes);
    }

    fn entry(self) -> Entry {
        let sha256 = self.hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Entry { size: self.size, sha256 }
    }
}

/// Writes entries.
pub struct ArchiveWriter<W: Write> {
    out: W,
    entries: BTreeMap<String, Entry>,
}

impl<W: Write> ArchiveWriter<W> {
    /// Begins.
    pub const fn new(out: W) -> Self {
        Self { out, entries: BTreeMap::new() }
    }

    /// Writes an entry from a source read to its end.
    pub fn add(&mut self, name: &str, source: &mut impl Read) -> io::Result<Entry> {
        let length = u16::try_from(name.len()).map_err(io::Error::other)?;
        self.out.write_all(&length.to_be_bytes())?;
        self.out.write_all(name.as_bytes())?;
        let (mut weighed, mut block) = (Weighed::new(), vec![0_u8; BLOCK]);
        loop {
            let read = match source.read(&mut block) {
                Ok(read) => read,
                Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
                Err(why) => return Err(why),
            };
            let bytes = block.get(..read).unwrap_or_default();
            self.out.write_all(&u32::try_from(read).map_err(io::Error::other)?.to_be_bytes())?;
            if bytes.is_empty() {
                break;
            }
            self.out.write_all(bytes)?;
            weighed.take(bytes);
        }
        let entry = weighed.entry();
        self.entries.insert(name.to_owned(), entry.clone());
        Ok(entry)
    }

    /// What was written so far.
    pub const fn entries(&self) -> &BTreeMap<String, Entry> {
        &self.entries
    }

    /// Writes the end.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(&[0, 0])?;
        Ok(self.out)
    }
}

/// Where an entry's bytes go.
pub trait Target {
    /// An entry begins.
    fn begin(&mut self, name: &str) -> anyhow::Result<()>;
    /// The next bytes of it.
    fn take(&mut self, bytes: &[u8]) -> anyhow::Result<()>;
    /// It is whole.
    fn end(&mut self) -> anyhow::Result<()>;
}

/// Reads every entry into the target; returns what was read, and the manifest's bytes (an entry like the others, kept in memory).
pub fn read(source: &mut impl Read, target: &mut impl Target) -> anyhow::Result<(BTreeMap<String, Entry>, Vec<u8>)> {
    let (mut entries, mut manifest) = (BTreeMap::new(), Vec::new());
    let mut block = vec![0_u8; BLOCK];
    loop {
        let mut length = [0_u8; 2];
        source.read_exact(&mut length)?;
        let length = usize::from(u16::from_be_bytes(length));
        if length == 0 {
            break;
        }
        let mut name = vec![0_u8; length];
        source.read_exact(&mut name)?;
        let name = String::from_utf8(name)?;
        anyhow::ensure!(!entries.contains_key(&name), "the backup names {name} twice");
        let kept = name == MANIFEST;
        if !kept {
            target.begin(&name)?;
        }
        let mut weighed = Weighed::new();
        loop {
            let mut length = [0_u8; 4];
            source.read_exact(&mut length)?;
            let length = usize::try_from(u32::from_be_bytes(length))?;
            if length == 0 {
                break;
            }
            let bytes = block.get_mut(..length).ok_or_else(|| anyhow::anyhow!("a block of the backup is too long"))?;
            source.read_exact(bytes)?;
            weighed.take(bytes);
            if kept { manifest.extend_from_slice(bytes) } else { target.take(bytes)? }
        }
        if !kept {
            target.end()?;
        }
        entries.insert(name, weighed.entry());
    }
    // Nothing after the end, and the envelope's own end is there.
    anyhow::ensure!(source.read(&mut block)? == 0, "the backup goes on after its end");
    Ok((entries, manifest))
}

/// A target that keeps nothing: for looking whether a backup is whole.
pub struct Nowhere;

impl Target for Nowhere {
    fn begin(&mut self, _name: &str) -> anyhow::Result<()> {
        Ok(())
    }
    fn take(&mut self, _bytes: &[u8]) -> anyhow::Result<()> {
        Ok(())
    }
    fn end(&mut self) -> anyhow::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Shelf(Vec<(String, Vec<u8>)>);

    impl Target for Shelf {
        fn begin(&mut self, name: &str) -> anyhow::Result<()> {
            self.0.push((name.to_owned(), Vec::new()));
            Ok(())
        }
        fn take(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
            self.0.last_mut().unwrap().1.extend_from_slice(bytes);
            Ok(())
        }
        fn end(&mut self) -> anyhow::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn entries_come_back_as_they_were() {
        let mut writer = ArchiveWriter::new(Vec::new());
        let long = vec![3_u8; 2 * BLOCK + 1];
        writer.add(DATABASE, &mut long.as_slice()).unwrap();
        writer.add("files/ab/empty", &mut [].as_slice()).unwrap();
        let written = writer.entries().clone();
        writer.add(MANIFEST, &mut b"{}".as_slice()).unwrap();
        let bytes = writer.finish().unwrap();
        let mut shelf = Shelf::default();
        let (mut entries, manifest) = read(&mut bytes.as_slice(), &mut shelf).unwrap();
        assert_eq!(manifest, b"{}");
        assert!(entries.remove(MANIFEST).is_some());
        assert_eq!(entries, written);
        assert!(shelf.0 == [(DATABASE.to_owned(), long), ("files/ab/empty".to_owned(), Vec::new())]);
        assert!(read(&mut &bytes[..bytes.len() - 1], &mut Nowhere).is_err());
    }
}
