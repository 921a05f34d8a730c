//! What has to be said to file a request.

use base::ids::{GridUnitId, PersonId};
use uuid::Uuid;

use super::{CaseId, FileId, Pin, Source};

/// A request to be filed.
#[derive(Debug, Clone)]
pub struct Filing {
    /// Id, made before.
    pub id: CaseId,
    /// The community that answers for it.
    pub community: GridUnitId,
    /// Where it lies: the community or a unit below.
    pub unit: GridUnitId,
    /// How it came in.
    pub source: Source,
    /// Code of the duty list.
    pub category: Option<String>,
    /// What the matter is: 1 to 2,000 characters (4,000 from another system).
    pub text: String,
    /// Pictures, at most 9, of whoever files.
    pub files: Vec<FileId>,
    /// The place on the map.
    pub pin: Option<Pin>,
    /// The place in words.
    pub place_text: Option<String>,
    /// May neighbours read it?
    pub public: bool,
    /// Does the reporter wish to be called?
    pub wants_contact: bool,
    /// Whose matter it is; none: somebody without an account.
    pub reporter: Option<PersonId>,
    /// Who acts for the reporter.
    pub proxy: Option<PersonId>,
    /// Answers to the category's questions: code and value.
    pub answers: Vec<(String, String)>,
    /// The other system that files it, and its id there; the same twice is refused with 409 `already_exists`.
    pub external: Option<(String, String)>,
    /// The thing of ours that it is about.
    pub about: Option<(String, Uuid)>,
}

/// Pictures of a request.
pub(super) const FILES: usize = 9;
