//! The backups: how old the newest is, whether this key ring opens it, where they lie, and when one was last really restored.

use std::path::Path;

use base::clock::machine_now;
use base::keys::KeyRing;

use super::super::restore;
use super::super::shelf::Shelf;
use super::super::{keys_file, vault};
use super::machine::{same_disk, space};
use super::{DoctorArgs, Findings};

/// A daily backup may be late by so much.
const LATE_HOURS: i64 = 26;
const MISSING_HOURS: i64 = 74;
const CHECK_DAYS: i64 = 35;
const RUN: &str = "run `palm backup`, and look whether its timer runs: systemctl list-timers palm-backup.timer";

pub(super) fn check(args: &DoctorArgs, data_dir: &Path, findings: &mut Findings) {
    let shelf = Shelf::at(args.backup_dir.clone().unwrap_or_else(|| data_dir.join("backups")));
    let shown = shelf.folder.display().to_string();
    let backups = match shelf.backups() {
        Ok(backups) => backups,
        Err(why) => {
            return findings.fail(
                "backups",
                format!("can't look into {shown}: {why}"),
                "check its owner and rights, or set PALM_BACKUP_DIR",
            );
        }
    };
    let Some((made_at, newest)) = backups.last() else {
        return findings.fail("backups", format!("there is none in {shown}"), RUN);
    };
    let hours = (machine_now() - *made_at).num_hours();
    let found = format!("{} in {shown}, the newest {hours} hours old", backups.len());
    if hours <= LATE_HOURS {
        findings.ok("backups", found);
    } else if hours <= MISSING_HOURS {
        findings.warn("backups", found, RUN);
    } else {
        findings.fail("backups", found, RUN);
    }
    opens(args, data_dir, newest, findings);
    place(&shelf, data_dir, newest, findings);
    restored(&shelf, findings);
}

fn opens(args: &DoctorArgs, data_dir: &Path, newest: &Path, findings: &mut Findings) {
    let path = keys_file(&args.serve.database, data_dir);
    // `machine` says what is wrong with the ring itself.
    let Some(ring) = path.is_file().then(|| KeyRing::open_or_create(&path).ok()).flatten() else { return };
    match restore::header(newest) {
        Ok(header) if Some(&header.key) == vault::fingerprint(&ring).as_ref() => {
            findings.ok("backup_key", "this key ring opens the newest backup")
        }
        Ok(header) => findings.warn(
            "backup_key",
            format!("the newest backup was sealed with the key {}", header.key),
            "is PALM_KEYS_FILE the right one? After a new key, run `palm backup`",
        ),
        Err(why) => findings.fail("backup_key", format!("{why:#}"), "run `palm backup`"),
    }
}

fn place(shelf: &Shelf, data_dir: &Path, newest: &Path, findings: &mut Findings) {
    let needed = newest.metadata().map(|about| about.len()).unwrap_or(0).saturating_mul(2);
    if space(&shelf.folder).is_some_and(|(free, _)| free < needed) {
        findings.fail(
            "backup_place",
            "there is hardly room for two more backups",
            "free some space, or keep fewer (PALM_BACKUP_KEEP)",
        );
    } else if same_disk(&shelf.folder, data_dir) {
        let remedy =
            "copy that folder off this machine every day, or set PALM_BACKUP_DIR to another disk: both are lost with this one";
        findings.warn("backup_place", "the backups are on the disk of the data", remedy);
    } else {
        findings.ok("backup_place", "the backups are on a disk of their own; copy them off the machine too");
    }
}

fn restored(shelf: &Shelf, findings: &mut Findings) {
    let remedy = "run `palm restore --check`: only a restored backup is known to be good";
    match shelf.checked() {
        None => findings.warn("restore", "no backup was ever restored and audited", remedy),
        Some(checked) => {
            let days = (machine_now() - checked.at).num_days();
            let found = format!("{} was restored and audited {days} days ago", checked.backup);
            if days > CHECK_DAYS { findings.warn("restore", found, remedy) } else { findings.ok("restore", found) }
        }
    }
}
