//! What an operator without a technician needs: `palm doctor` says what is wrong and what to do, `palm backup` and `palm restore` keep
//! and bring back, `palm upgrade` brings a new version or goes back to the old one. Owns no table.
//!
//! A backup is [`archive`] (entries and manifest) within [`vault`] (encryption); [`shelf`] is the folder of them.

pub mod archive;
pub mod backup;
pub mod doctor;
pub mod manifest;
mod programs;
pub mod restore;
mod rows;
pub mod shelf;
pub mod upgrade;
pub mod vault;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use base::keys::KeyRing;

use crate::database::DatabaseArgs;

/// Where things of an installation are that don't live in the database.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Places {
    /// Folder of the pictures (default files in the data folder)
    #[arg(long, env = "PALM_FILES_DIR", value_name = "DIR")]
    pub files_dir: Option<PathBuf>,
    /// Who was erased (default erasures in the data folder)
    #[arg(long, env = "PALM_ERASURE_LOG", value_name = "FILE")]
    pub erasure_log: Option<PathBuf>,
}

impl Places {
    /// The folder of the pictures.
    pub fn files(&self, data_dir: &Path) -> PathBuf {
        self.files_dir.clone().unwrap_or_else(|| data_dir.join("files"))
    }

    /// The erasure list.
    pub fn erasures(&self, data_dir: &Path) -> PathBuf {
        self.erasure_log.clone().unwrap_or_else(|| data_dir.join("erasures"))
    }
}

/// Where the key ring is.
pub(crate) fn keys_file(database: &DatabaseArgs, data_dir: &Path) -> PathBuf {
    database.keys_file.clone().unwrap_or_else(|| data_dir.join("keys.json"))
}

/// The key ring, which must be there already.
pub(crate) fn existing_ring(database: &DatabaseArgs, data_dir: &Path) -> anyhow::Result<Arc<KeyRing>> {
    let path = keys_file(database, data_dir);
    ensure!(path.is_file(), "there is no key ring at {}: name it with --keys-file (PALM_KEYS_FILE)", path.display());
    Ok(Arc::new(KeyRing::open_or_create(&path).context("the key ring")?))
}
