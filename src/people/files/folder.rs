//! The folder of the bytes: `ab/<name>-full.jpg`, written under another name first, so that a file is whole or not there.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::link::Variant;

/// The files folder.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Makes the folder when it isn't there.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        Ok(Self { root: root.to_owned() })
    }

    /// Names are 32 hex digits of ours: the first two are the shelf.
    fn shelf(&self, name: &str) -> PathBuf {
        self.root.join(name.get(..2).unwrap_or("00"))
    }

    fn place(&self, name: &str, variant: Variant) -> PathBuf {
        self.shelf(name).join(format!("{name}-{}.jpg", variant.name()))
    }

    /// Writes one file so that it is on disk, name included, when this returns.
    pub(super) fn write(&self, name: &str, variant: Variant, bytes: &[u8]) -> io::Result<()> {
        let shelf = self.shelf(name);
        if !shelf.is_dir() {
            fs::create_dir_all(&shelf)?;
            File::open(&self.root)?.sync_all()?;
        }
        let place = self.place(name, variant);
        let fresh = place.with_extension("new");
        let mut file = File::create_new(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, &place)?;
        File::open(&shelf)?.sync_all()
    }

    /// The bytes, or nothing when they are gone.
    pub(super) fn read(&self, name: &str, variant: Variant) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.place(name, variant)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why),
        }
    }

    /// Deletes both files of a name; gone already is fine.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        for variant in Variant::ALL {
            match fs::remove_file(self.place(name, *variant)) {
                Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
                _ => {}
            }
        }
        Ok(())
    }

    /// Names of files older than this, shelf by shelf, each handed to `see`; half-written ones are deleted on the way.
    pub(super) fn old_names(&self, age: Duration, mut see: impl FnMut(Vec<String>) -> io::Result<()>) -> io::Result<()> {
        for shelf in fs::read_dir(&self.root)? {
            let shelf = shelf?.path();
            if !shelf.is_dir() {
                continue;
            }
            let mut names = Vec::new();
            for entry in fs::read_dir(&shelf)? {
                let entry = entry?;
                let written = entry.metadata().and_then(|about| about.modified());
                // A clock that was set back counts as young.
                if !written.is_ok_and(|at| at.elapsed().is_ok_and(|passed| passed >= age)) {
                    continue;
                }
                let file = entry.file_name().to_string_lossy().into_owned();
                if file.ends_with(".new") {
                    fs::remove_file(entry.path())?;
                } else if let Some((name, _)) = file.split_once('-') {
                    names.push(name.to_owned());
                }
            }
            names.sort();
            names.dedup();
            see(names)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "00112233445566778899aabbccddeeff";

    #[test]
    fn what_is_written_is_read_and_removed_and_half_written_is_swept() {
        let root = base::cluster::Scratch::new().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        folder.write(NAME, Variant::Full, b"full").unwrap();
        folder.write(NAME, Variant::Thumb, b"thumb").unwrap();
        fs::write(root.join("00/half.new"), b"x").unwrap();
        assert_eq!(folder.read(NAME, Variant::Full).unwrap().as_deref(), Some(&b"full"[..]));
        let mut seen = Vec::new();
        let mut see = |names| {
            seen.push(names);
            Ok(())
        };
        folder.old_names(Duration::from_secs(3600), &mut see).unwrap();
        assert!(root.join("00/half.new").exists(), "young ones stay");
        folder.old_names(Duration::ZERO, &mut see).unwrap();
        assert_eq!(seen, [Vec::new(), vec![NAME.to_owned()]]);
        assert!(!root.join("00/half.new").exists());
        folder.remove(NAME).unwrap();
        folder.remove(NAME).unwrap();
        assert_eq!(folder.read(NAME, Variant::Full).unwrap(), None);
    }
}
