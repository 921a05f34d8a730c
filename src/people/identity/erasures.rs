//! Erasure markers: which people were erased, kept outside the database and its backups, so that a restored backup doesn't bring
//! anybody back. One line a person (an id that says nothing once the person is gone), appended and flushed to disk *before* anything
//! is erased: a crash in between erases again, never less. `palm serve` applies them before it serves.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use base::db::{Context, Db};
use base::error::{ApiError, STATE_CONFLICT};
use base::ids::PersonId;

use super::hooks::Hooks;
use super::{close, hold, rows};

/// The file of markers; without a path (tests that don't ask for it) nothing is kept.
#[derive(Debug, Default)]
pub struct ErasureLog {
    path: Option<PathBuf>,
    /// One writer of this process at a time; another process appends whole lines too.
    turn: Mutex<()>,
}

impl ErasureLog {
    /// The markers in this file; it is made at the first erasure.
    pub fn at(path: PathBuf) -> Self {
        Self { path: Some(path), turn: Mutex::new(()) }
    }

    /// Appends a person and waits until the disk has it.
    pub(super) fn append(&self, person: PersonId) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let _turn = self.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let fresh = !path.exists();
        let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
        let torn = ends_within_a_line(&mut file)?;
        let line = format!("{}{person}\n", if torn { "\n" } else { "" });
        file.write_all(line.as_bytes())?;
        file.sync_all()?;
        if fresh {
            flush_folder(path)?;
        }
        Ok(())
    }

    /// Everybody who is marked. What isn't an id (a line torn by a crash) marks nobody.
    pub fn people(&self) -> io::Result<Vec<PersonId>> {
        let Some(path) = &self.path else { return Ok(Vec::new()) };
        let mut text = String::new();
        match File::open(path) {
            Ok(mut file) => file.read_to_string(&mut text)?,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(why) => return Err(why),
        };
        let mut people: Vec<PersonId> = text.lines().filter_map(|line| line.trim().parse().ok()).collect();
        people.sort();
        people.dedup();
        Ok(people)
    }
}

fn ends_within_a_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0_u8];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// A new file's name is on disk only when its folder is.
fn flush_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    File::open(folder)?.sync_all()
}

/// People of one look.
const BATCH: usize = 1_000;

/// Erases again whoever is marked and still there: after a restore, before anything is served. Returns how many. Whoever is under a
/// legal hold in the restored state stays until its end.
pub fn erase_marked(db: &Db, hooks: &Hooks, log: &ErasureLog) -> Result<usize, ApiError> {
    let marked = log.people().map_err(ApiError::internal)?;
    let mut erased = 0;
    for chunk in marked.chunks(BATCH) {
        let there = db.read_now(|connection| rows::not_closed_among(connection, chunk))?;
        for person in there {
            if db.read_now(|connection| hold::held(connection, person))? {
                tracing::warn!(person = %person, "erased before the restore, but under a legal hold in it: stays until its end");
                continue;
            }
            let closed = db.transaction_now(&Context::operator(), |mut tx| -> Result<_, ApiError> {
                close::close_account(&mut tx, person, person)?;
                Ok(tx.done(())?)
            });
            match closed {
                Err(error) if error.code() == &STATE_CONFLICT => continue,
                other => other?,
            }
            close::erase_now(db, hooks, person)?;
            erased += 1;
        }
    }
    Ok(erased)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_marks_nobody_and_spoils_no_other() {
        let folder = base::cluster::Scratch::new().unwrap();
        let log = ErasureLog::at(folder.join("erasures"));
        assert_eq!(log.people().unwrap(), Vec::new());
        let (one, other) = (PersonId::new(), PersonId::new());
        log.append(one).unwrap();
        let mut file = OpenOptions::new().append(true).open(folder.join("erasures")).unwrap();
        file.write_all(b"018f2a").unwrap();
        log.append(other).unwrap();
        log.append(one).unwrap();
        let mut both = vec![one, other];
        both.sort();
        assert_eq!(log.people().unwrap(), both);
    }
}
