//! The machine: disk space, the files that must be private, the folders that must be writable.

use std::fs::OpenOptions;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::{Places, keys_file, vault};
use super::{DoctorArgs, Findings};
use base::keys::KeyRing;

const GB: u64 = 1_000_000_000;

pub(super) fn check(args: &DoctorArgs, data_dir: &Path, size: Option<u64>, findings: &mut Findings) {
    let places = places(args);
    disk("disk", data_dir, size.unwrap_or(0), "data", findings);
    let files = places.files(data_dir);
    if !below(&files, data_dir) {
        disk("disk_files", &files, 0, "pictures", findings);
    }
    keys(args, data_dir, findings);
    writable("files", &files, "PALM_FILES_DIR", findings);
    erasures(&places.erasures(data_dir), data_dir, findings);
}

fn places(args: &DoctorArgs) -> Places {
    Places { files_dir: args.serve.files_dir.clone(), erasure_log: args.serve.erasure_log.clone() }
}

fn below(path: &Path, folder: &Path) -> bool {
    path.starts_with(folder)
}

/// The folder itself, or the deepest one above it that is there.
fn existing(path: &Path) -> PathBuf {
    path.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/")).to_owned()
}

/// Free and all bytes of the disk that holds a folder, by `df`.
pub(super) fn space(path: &Path) -> Option<(u64, u64)> {
    let output = Command::new("df").args(["-P", "-B1", "--"]).arg(existing(path)).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let columns: Vec<&str> = text.lines().nth(1)?.split_whitespace().collect();
    Some((columns.get(3)?.parse().ok()?, columns.get(1)?.parse().ok()?))
}

/// Whether two folders are on one disk.
pub(super) fn same_disk(one: &Path, other: &Path) -> bool {
    let device = |path: &Path| existing(path).metadata().map(|about| about.dev()).ok();
    device(one) == device(other)
}

fn disk(check: &'static str, path: &Path, database: u64, what: &str, findings: &mut Findings) {
    let Some((free, all)) = space(path) else {
        findings.warn(check, format!("can't tell how much room {} has", path.display()), "is `df` there?");
        return;
    };
    let found = format!("{:.1} GB free of {:.1} for the {what} in {}", gigabytes(free), gigabytes(all), path.display());
    let remedy = "free some space or give it a larger disk; PostgreSQL stops when it is full";
    if free < GB || free < all / 33 {
        findings.fail(check, found, remedy);
    } else if free < all / 10 || free < database {
        findings.warn(check, found, remedy);
    } else {
        findings.ok(check, found);
    }
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a size to read")]
pub(super) fn gigabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e9
}

fn keys(args: &DoctorArgs, data_dir: &Path, findings: &mut Findings) {
    let path = keys_file(&args.serve.database, data_dir);
    let shown = path.display();
    let Ok(about) = path.metadata() else {
        findings.fail(
            "keys",
            format!("there is no key ring at {shown}"),
            "set PALM_KEYS_FILE; a new installation makes one at its first start, and a lost one makes every personal field unreadable",
        );
        return;
    };
    if about.permissions().mode() & 0o077 != 0 {
        findings.fail("keys", format!("others may read {shown}"), format!("chmod 600 {shown}"));
        return;
    }
    match KeyRing::open_or_create(&path) {
        Ok(ring) => {
            let mark = vault::fingerprint(&ring).unwrap_or_default();
            findings.ok(
                "keys",
                format!("{shown} is private, fingerprint {mark}; keep a copy off this machine, apart from the backups"),
            );
        }
        Err(why) => findings.fail("keys", why.to_string(), "restore the key ring from your copy"),
    }
}

fn writable(check: &'static str, folder: &Path, variable: &str, findings: &mut Findings) {
    if !folder.exists() {
        findings.ok(check, format!("{} is made at the first start", folder.display()));
        return;
    }
    let probe = folder.join(".doctor.new");
    let written =
        OpenOptions::new().write(true).create(true).truncate(true).open(&probe).and_then(|_| std::fs::remove_file(&probe));
    match written {
        Ok(()) => findings.ok(check, format!("{} can be written", folder.display())),
        Err(why) => findings.fail(
            check,
            format!("{} can't be written: {why}", folder.display()),
            format!("check its owner and rights, or set {variable}"),
        ),
    }
}

fn erasures(path: &Path, data_dir: &Path, findings: &mut Findings) {
    let shown = path.display();
    let opened = OpenOptions::new().append(true).open(path);
    match opened {
        Ok(_) if below(path, &data_dir.join("postgres")) => {
            findings.fail(
                "erasures",
                format!("{shown} lies inside the database's folder"),
                "move it out and set PALM_ERASURE_LOG",
            );
        }
        Ok(_) => findings.ok("erasures", format!("{shown} can be written")),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
            findings.ok("erasures", format!("{shown} is made at the first erasure"))
        }
        Err(why) => findings.fail(
            "erasures",
            format!("{shown} can't be written: {why}"),
            "check its owner and rights: nobody can be erased until then",
        ),
    }
}
