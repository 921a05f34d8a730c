//! What the operator does: backups under load, restores, the doctor. Each on the real programs of PostgreSQL.

mod backup;
mod doctor;
mod erasure;
mod upgrade;

use std::path::{Path, PathBuf};

use base::cluster::Scratch;
use base::keys::KeyRing;
use palm::database::DatabaseArgs;
use palm::operator::Places;
use palm::operator::backup::{BackupArgs, Made};
use palm::operator::restore::{RestoreArgs, Restored};

use crate::support::TestApp;

/// An operator's folders, gone with the test. Not below TMPDIR: PostgreSQL's system user must be able to enter them.
struct Office {
    root: Scratch,
    app_url: String,
    owner_url: String,
    files: PathBuf,
}

impl Office {
    fn of(app: &TestApp) -> Self {
        let root = Scratch::new().expect("a folder");
        std::fs::create_dir_all(root.join("work")).expect("folders");
        KeyRing::open_or_create(&root.join("keys.json")).expect("a ring");
        let (app_url, owner_url) = (app.database.app_url.clone(), app.database.owner_url.clone());
        Self { root, app_url, owner_url, files: app.folder.path().to_owned() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn database(&self) -> DatabaseArgs {
        DatabaseArgs {
            data_dir: Some(self.root.path().to_owned()),
            database_url: Some(self.app_url.clone()),
            owner_database_url: Some(self.owner_url.clone()),
            keys_file: Some(self.at("keys.json")),
        }
    }

    fn places(&self) -> Places {
        Places { files_dir: Some(self.files.clone()), erasure_log: Some(self.files.join("erasures")) }
    }

    fn backup_args(&self) -> BackupArgs {
        BackupArgs { database: self.database(), places: self.places(), to: Some(self.at("backups")), keep: 30 }
    }

    async fn backup(&self) -> Made {
        let args = self.backup_args();
        actix_web::web::block(move || palm::operator::backup::run(&args)).await.expect("a thread").expect("a backup")
    }

    fn restore_args(&self, file: Option<&Path>) -> RestoreArgs {
        RestoreArgs {
            database: self.database(),
            places: self.places(),
            file: file.map(Path::to_owned),
            check: true,
            into: None,
            from: Some(self.at("backups")),
            work: self.at("work"),
            accept_missing_erasures: false,
        }
    }

    /// What is left of checked restores.
    fn leftovers(&self) -> usize {
        std::fs::read_dir(self.at("work")).expect("the folder").count()
    }
}

async fn restore(args: RestoreArgs) -> Result<Restored, String> {
    let restored = actix_web::web::block(move || palm::operator::restore::restore(&args)).await.expect("a thread");
    restored.map_err(|why| format!("{why:#}"))
}
