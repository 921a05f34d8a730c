//! The folder of backups: their names, how many are kept, the erasure list beside them, and the note of the last verified restore.
//!
//! ```text
//! palm-20261124T020000Z.palmbackup   a backup; only whole and verified ones bear this name
//! erasures                           everybody ever erased: not part of any backup, never thinned out, only grows
//! checked.json                       which backup was last restored and audited, and when
//! ```

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base::clock::machine_now;
use chrono::{DateTime, NaiveDateTime, Utc};
use people::identity::ErasureLog;
use serde::{Deserialize, Serialize};

const BEGINNING: &str = "palm-";
const ENDING: &str = ".palmbackup";
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// The folder.
pub struct Shelf {
    /// Where it is.
    pub folder: PathBuf,
}

/// The note of a restore that was checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checked {
    /// The backup's file name.
    pub backup: String,
    /// When, RFC 3339.
    pub at: DateTime<Utc>,
}

impl Shelf {
    /// The folder, which need not exist.
    pub const fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Makes the folder, for nobody else to read.
    pub fn make(&self) -> anyhow::Result<()> {
        if self.folder.is_dir() {
            return Ok(());
        }
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.folder);
        made.with_context(|| format!("can't make the backups' folder {}", self.folder.display()))
    }

    /// Keeps another backup waiting out while the file lives.
    pub fn lock(&self) -> anyhow::Result<File> {
        let path = self.folder.join(".lock");
        let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = opened.with_context(|| format!("can't write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => bail!("another backup into {} is under way", self.folder.display()),
            Err(fs::TryLockError::Error(why)) => Err(why).with_context(|| format!("can't lock {}", path.display())),
        }
    }

    /// Where a backup begun now goes. Two within a second get two names.
    pub fn new_name(&self) -> PathBuf {
        let mut at = machine_now();
        loop {
            let path = self.folder.join(format!("{BEGINNING}{}{ENDING}", at.format(TIME)));
            if !path.exists() {
                return path;
            }
            at += chrono::Duration::seconds(1);
        }
    }

    /// Every backup with the time in its name, oldest first.
    pub fn backups(&self) -> io::Result<Vec<(DateTime<Utc>, PathBuf)>> {
        let mut found = Vec::new();
        let entries = match fs::read_dir(&self.folder) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(found),
            other => other?,
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let time = name.strip_prefix(BEGINNING).and_then(|rest| rest.strip_suffix(ENDING));
            let time = time.and_then(|text| NaiveDateTime::parse_from_str(text, TIME).ok());
            found.extend(time.map(|time| (time.and_utc(), entry.path())));
        }
        found.sort();
        Ok(found)
    }

    /// Deletes the oldest backups beyond `keep`, and what a killed backup left half written. Returns how many backups went.
    pub fn thin_out(&self, keep: usize) -> io::Result<usize> {
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "part") {
                fs::remove_file(path)?;
            }
        }
        let backups = self.backups()?;
        let surplus = backups.len().saturating_sub(keep.max(1));
        for (_, path) in backups.iter().take(surplus) {
            fs::remove_file(path)?;
        }
        Ok(surplus)
    }

    /// The list of the erased beside the backups.
    pub fn erasures(&self) -> PathBuf {
        self.folder.join("erasures")
    }

    /// The last checked restore.
    pub fn checked(&self) -> Option<Checked> {
        serde_json::from_slice(&fs::read(self.folder.join("checked.json")).ok()?).ok()
    }

    /// Notes a checked restore.
    pub fn note_checked(&self, backup: &Path) -> anyhow::Result<()> {
        let name = backup.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let note = serde_json::to_vec_pretty(&Checked { backup: name, at: machine_now() })?;
        write_whole(&self.folder.join("checked.json"), &note)?;
        Ok(())
    }
}

/// Everybody in these lists, as one list's text; how many they are.
pub fn merged(lists: &[PathBuf]) -> anyhow::Result<(String, usize)> {
    let mut people = std::collections::BTreeSet::new();
    for list in lists {
        let read = ErasureLog::at(list.clone()).people();
        people.extend(read.with_context(|| format!("can't read the erasure list {}", list.display()))?);
    }
    Ok((people.iter().map(|person| format!("{person}\n")).collect(), people.len()))
}

/// Writes a private file whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    flush_folder(path)
}

/// A new file's name is on disk only when its folder is.
pub fn flush_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    File::open(folder)?.sync_all()
}
