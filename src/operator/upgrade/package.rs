//! The package and the installed versions.
//!
//! ```text
//! /opt/palm/releases/VERSION/   one folder a version: bin/palm, SHA256SUMS, VERSION, …
//! /opt/palm/current             link to the one that runs
//! /opt/palm/previous            link to the one before
//! ```

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};
use base::keys::sha256;

use super::steps::Site;

/// An unpacked version.
pub(super) struct Release {
    /// As in its file VERSION.
    pub(super) name: String,
    /// Where it is.
    pub(super) folder: PathBuf,
}

/// A folder that goes away unless it is given its name.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.0.exists() {
            drop(fs::remove_dir_all(&self.0));
        }
    }
}

impl Release {
    /// Unpacks a package, compares every file with its list, and puts it beside the others.
    pub(super) fn unpack(package: &Path, prefix: &Path) -> anyhow::Result<Self> {
        let releases = prefix.join("releases");
        let unfinished = Unfinished(releases.join(format!(".new-{}", uuid::Uuid::new_v4().simple())));
        fs::create_dir(&unfinished.0)?;
        let mut tar = Command::new("tar");
        tar.arg("-xf").arg(package).args(["--no-same-owner", "--strip-components=1", "-C"]).arg(&unfinished.0);
        let output = tar.output().context("can't run tar")?;
        let said =
            String::from_utf8_lossy(&output.stderr).lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
        ensure!(output.status.success(), "{} can't be unpacked: {said}", package.display());
        compare(&unfinished.0).with_context(|| format!("{} is no whole package of palm", package.display()))?;
        let name = fs::read_to_string(unfinished.0.join("VERSION"))?.trim().to_owned();
        let plain =
            !name.is_empty() && !name.starts_with('.') && name.chars().all(|c| c.is_ascii_alphanumeric() || ".+-_".contains(c));
        ensure!(plain, "the package has no proper version: {name}");
        let folder = releases.join(&name);
        if current(prefix).ok().as_ref() != Some(&folder.canonicalize().unwrap_or_else(|_absent| folder.clone())) {
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            fs::rename(&unfinished.0, &folder)?;
        }
        Ok(Self { name, folder: folder.canonicalize()? })
    }

    /// Its program.
    pub(super) fn binary(&self) -> PathBuf {
        self.folder.join("bin/palm")
    }

    /// Refuses a program that doesn't run here, or that is older than the data.
    pub(super) fn fits(&self, site: &Site) -> anyhow::Result<()> {
        let known =
            site.output(&self.binary(), &["upgrade", "--facts"]).context("the new version does not run on this machine")?;
        let known: Vec<String> = serde_json::from_str(known.trim()).context("the new version does not say what it knows")?;
        let ours = crate::database::embedded_migrations()?;
        if let Some(lost) = ours.iter().find(|version| !known.contains(version)) {
            bail!("{} is older than what is installed: it doesn't know the migration {lost}", self.name);
        }
        Ok(())
    }
}

/// Every line of SHA256SUMS names a file that is there and unchanged, the program among them.
fn compare(folder: &Path) -> anyhow::Result<()> {
    let list = fs::read_to_string(folder.join("SHA256SUMS")).context("SHA256SUMS is missing")?;
    let mut program = false;
    for line in list.lines() {
        let (sum, name) = line.split_once("  ").context("SHA256SUMS has a strange line")?;
        let name = name.trim_start_matches("./");
        let bytes = fs::read(folder.join(name)).with_context(|| format!("{name} is missing"))?;
        let found: String = sha256(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        ensure!(found == sum, "{name} is not what SHA256SUMS says");
        program |= name == "bin/palm";
    }
    ensure!(program, "SHA256SUMS does not name bin/palm");
    Ok(())
}

/// The folder of the version that runs.
pub(super) fn current(prefix: &Path) -> anyhow::Result<PathBuf> {
    let link = prefix.join("current");
    link.canonicalize().with_context(|| format!("{} leads nowhere: install palm by install.sh first", link.display()))
}

/// Lets `current` lead to a version, at once, and `previous` to the one before.
pub(super) fn switch(prefix: &Path, folder: &Path) -> anyhow::Result<()> {
    let before = current(prefix)?;
    if before == folder {
        return Ok(());
    }
    for (name, target) in [("previous", before.as_path()), ("current", folder)] {
        let fresh = prefix.join(format!(".{name}.new"));
        drop(fs::remove_file(&fresh));
        symlink(target, &fresh).and_then(|()| fs::rename(&fresh, prefix.join(name))).context("can't switch the version")?;
    }
    Ok(())
}

/// Deletes every version but the current and the one before.
pub(super) fn tidy_up(prefix: &Path) -> anyhow::Result<()> {
    let kept: Vec<PathBuf> = ["current", "previous"].iter().filter_map(|name| prefix.join(name).canonicalize().ok()).collect();
    for entry in fs::read_dir(prefix.join("releases"))? {
        let folder = entry?.path();
        if folder.canonicalize().is_ok_and(|folder| !kept.contains(&folder)) {
            fs::remove_dir_all(&folder)?;
        }
    }
    Ok(())
}
