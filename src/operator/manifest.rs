//! What a backup says of itself: of which version it is, what the database held at that moment, and every entry's size and hash.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context as _, ensure};
use base::keys::KeyRing;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::archive::{self, DATABASE, Entry, MANIFEST, Nowhere, Target};
use super::vault::{Header, VaultReader};

/// Where a book stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadLine {
    /// The book, a community's id.
    pub book: Uuid,
    /// Sequence of its last transaction.
    pub sequence: i64,
    /// Leaf hash of that one, hexadecimal; empty before the first.
    pub leaf_hash: String,
}

/// The last entry of every backup. Later versions may add fields; unknown ones are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// When the database was seen, RFC 3339.
    pub made_at: String,
    /// Version of the program.
    pub palm: String,
    /// Version of PostgreSQL, such as `15.18`.
    pub postgres: String,
    /// real, demo, test or none.
    pub kind: String,
    /// Versions of the migrations that had run.
    pub migrations: Vec<String>,
    /// Rows of each table.
    pub counts: BTreeMap<String, i64>,
    /// Where the books stood.
    pub heads: Vec<HeadLine>,
    /// People in the erasure list at that time: a restore with a shorter list would bring somebody back.
    pub erasures: usize,
    /// Everything in the backup but the manifest itself.
    pub entries: BTreeMap<String, Entry>,
}

impl Manifest {
    /// Major version of PostgreSQL.
    pub fn postgres_major(&self) -> u32 {
        self.postgres.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0)
    }

    /// Pictures and other files.
    pub fn files(&self) -> usize {
        self.entries.len().saturating_sub(1)
    }
}

/// Opens a backup and reads it to its end into `target`; the manifest must name exactly what was there.
pub fn read_into(path: &Path, ring: &KeyRing, target: &mut impl Target) -> anyhow::Result<(Header, Manifest)> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("can't read {shown}"))?;
    let mut reader = VaultReader::new(BufReader::new(file), ring).with_context(|| shown.to_string())?;
    let (mut entries, manifest) = archive::read(&mut reader, target).with_context(|| shown.to_string())?;
    ensure!(entries.remove(MANIFEST).is_some(), "{shown}: the backup has no manifest");
    let manifest: Manifest = serde_json::from_slice(&manifest).with_context(|| format!("{shown}: the manifest can't be read"))?;
    for (name, entry) in &manifest.entries {
        ensure!(entries.get(name) == Some(entry), "{shown}: {name} is not what the manifest says");
    }
    ensure!(entries.len() == manifest.entries.len(), "{shown}: the backup holds more than its manifest names");
    ensure!(entries.contains_key(DATABASE), "{shown}: the backup holds no database");
    Ok((reader.header, manifest))
}

/// Reads a whole backup without keeping anything.
pub fn verify(path: &Path, ring: &KeyRing) -> anyhow::Result<(Header, Manifest)> {
    read_into(path, ring, &mut Nowhere)
}
