//! Where pictures are drawn and kept: the folder, and the threads that work on it.

use std::path::Path;
use std::sync::Arc;

use base::error::ApiError;
use base::keys::{random, sha256};

use super::folder::Folder;
use super::lane::Lane;
use super::link::{Signer, Variant};
use super::picture::{self, Drawn};

/// Pictures drawn at the same time: each takes up to 250 MB for a moment.
const DRAWING: usize = 2;
/// Pictures that may wait to be drawn, 10 MB each at most.
const WAITING: usize = 16;

/// The files folder and its threads; an app datum.
pub struct Cabinet {
    folder: Arc<Folder>,
    public_url: Option<String>,
    drawing: Lane,
    reading: Lane,
}

/// A picture on disk that has no row yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) name: String,
    pub(super) sha256: Vec<u8>,
    pub(super) size_bytes: i64,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Cabinet {
    /// On this folder, which is made when it isn't there. `public_url`: scheme and host under which the internet reaches this API; without
    /// it WeChat can't fetch pictures and each one waits for a person.
    pub fn open(folder: &Path, public_url: Option<String>) -> std::io::Result<Self> {
        Ok(Self {
            folder: Arc::new(Folder::open(folder)?),
            public_url,
            drawing: Lane::new("pictures", DRAWING, WAITING)?,
            reading: Lane::new("files", 2, 256)?,
        })
    }

    /// The signer of links to these pictures.
    pub fn signer(&self, ring: &Arc<base::keys::KeyRing>) -> Signer {
        Signer::new(Arc::clone(ring), self.public_url.as_deref())
    }

    /// For the jobs.
    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Draws a sent picture anew and puts it on disk.
    pub(super) async fn keep(&self, sent: Vec<u8>) -> Result<Kept, ApiError> {
        let folder = Arc::clone(&self.folder);
        self.drawing.run(move || put(&folder, &picture::draw(&sent)?)).await
    }

    /// The bytes of a picture; `None` when they are gone.
    pub(super) async fn read(&self, name: String, variant: Variant) -> Result<Option<Vec<u8>>, ApiError> {
        let folder = Arc::clone(&self.folder);
        self.reading.run(move || folder.read(&name, variant).map_err(ApiError::internal)).await
    }

    /// Takes back what got no row. A failure is left to the sweep.
    pub(super) async fn discard(&self, name: String) {
        let folder = Arc::clone(&self.folder);
        let gone = self.reading.run(move || folder.remove(&name).map_err(ApiError::internal)).await;
        if let Err(why) = gone {
            tracing::warn!(%why, "a picture without a row stays until the sweep");
        }
    }
}

fn put(folder: &Folder, drawn: &Drawn) -> Result<Kept, ApiError> {
    let name = random::<16>().map_err(ApiError::internal)?.iter().fold(String::new(), |name, byte| name + &format!("{byte:02x}"));
    let written =
        folder.write(&name, Variant::Full, &drawn.full).and_then(|()| folder.write(&name, Variant::Thumb, &drawn.thumb));
    if let Err(why) = written {
        // A full disk: take back what there is of it.
        drop(folder.remove(&name));
        return Err(ApiError::internal(why));
    }
    let size = drawn.full.len() + drawn.thumb.len();
    Ok(Kept {
        name,
        sha256: sha256(&drawn.full).to_vec(),
        size_bytes: i64::try_from(size).map_err(ApiError::internal)?,
        width: i32::try_from(drawn.width).map_err(ApiError::internal)?,
        height: i32::try_from(drawn.height).map_err(ApiError::internal)?,
    })
}
