//! Hanging pictures on a noun's thing, and showing them there.

use std::collections::{BTreeMap, HashMap, HashSet};

use base::db::{Audit, DbResult, Tx, now};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::link::{Purpose, Signer, Variant};
use super::rows::{self, FileRow, Hanging};
use super::{CheckState, FILE_NOT_USABLE, FILE_REFUSED, FileId, check};

/// What pictures are hung on.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// Its noun.
    pub noun: &'static str,
    /// Its id.
    pub id: Uuid,
    /// Its community.
    pub community: GridUnitId,
    /// Its place: whoever works there decides on pictures that WeChat is in doubt about.
    pub unit: GridUnitId,
    /// May everybody see it?
    pub public: bool,
}

/// Hangs pictures on a thing, in the order given, inside the noun's transaction; those that hang there already stay before them. Takes
/// only the owner's own pictures that hang on nothing and aren't refused (422 otherwise); one that isn't checked yet may be hung: it has no
/// public link until it is clean.
pub fn attach(tx: &mut Tx<'_>, files: &[FileId], owner: PersonId, about: About) -> Result<(), ApiError> {
    if files.is_empty() {
        return Ok(());
    }
    let first = rows::hanging(tx.conn(), about.noun, about.id)?;
    let mut places: BTreeMap<FileId, i32> = BTreeMap::new();
    for (place, id) in (first..).zip(files) {
        if places.insert(*id, i32::try_from(place).map_err(ApiError::internal)?).is_some() {
            return Err(ApiError::of(&FILE_NOT_USABLE));
        }
    }
    let at = tx.now()?;
    let (noun, subject) = (about.noun, about.id);
    let on = Hanging { noun, subject, community: about.community, unit: about.unit, public: about.public, at };
    // In order of their ids, so that two at once can't lock each other out.
    for (id, place) in places {
        let Some(row) = rows::hang(tx.conn(), id, owner, place, &on)? else { return Err(why_not(tx.conn(), id, owner)) };
        check::hung(tx, &row)?;
        tx.audit(Audit::new("file_attach", "file", id.0).at(about.unit).after(json!({"noun": noun, "subject": subject})))?;
    }
    Ok(())
}

fn why_not(connection: &mut PgConnection, id: FileId, owner: PersonId) -> ApiError {
    match rows::find(connection, id) {
        Ok(Some(row)) if row.person_id == owner && row.check_state == CheckState::Refused => ApiError::of(&FILE_REFUSED),
        Ok(_) => ApiError::of(&FILE_NOT_USABLE),
        Err(why) => why.into(),
    }
}

/// A picture as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FileView {
    /// Id.
    pub id: FileId,
    /// Where its check stands.
    pub check: CheckState,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// Path of the picture in this API, signed; absent while it may not be shown.
    pub url: Option<String>,
    /// Path of a small one.
    pub thumbnail: Option<String>,
    /// When these links stop working; load the page again then.
    pub expires_at: Option<DateTime<Utc>>,
    /// One line to read out.
    pub summary: String,
}

impl FileView {
    /// With links when `shown`, to look at or to decide on.
    pub(super) fn of(row: &FileRow, signer: &Signer, purpose: Purpose, shown: bool, now: DateTime<Utc>) -> Self {
        let link = |variant| shown.then(|| signer.link(row.id, variant, purpose, now));
        let (full, thumb) = (link(Variant::Full), link(Variant::Thumb));
        Self {
            id: row.id,
            check: row.check_state,
            width: row.width,
            height: row.height,
            expires_at: full.as_ref().map(|link| link.expires_at),
            url: full.map(|link| link.path),
            thumbnail: thumb.map(|link| link.path),
            summary: format!("图片（{}×{}，{}）", row.width, row.height, row.check_state.zh()),
        }
    }
}

fn load(
    connection: &mut PgConnection,
    signer: &Signer,
    noun: &str,
    subjects: &[Uuid],
    shown: fn(CheckState) -> bool,
) -> DbResult<HashMap<Uuid, Vec<FileView>>> {
    if subjects.is_empty() {
        return Ok(HashMap::new());
    }
    let mut found: HashMap<Uuid, Vec<FileView>> = HashMap::new();
    let all = rows::of_subjects(connection, noun, subjects)?;
    if all.is_empty() {
        return Ok(found);
    }
    let now = now(connection)?;
    for row in all {
        if let Some(subject) = row.subject_id {
            let view = FileView::of(&row, signer, Purpose::Show, shown(row.check_state), now);
            found.entry(subject).or_default().push(view);
        }
    }
    Ok(found)
}

/// The pictures of several things of a noun, by thing, as everybody may see them: only clean ones have links, refused ones are left out.
pub fn views(
    connection: &mut PgConnection,
    signer: &Signer,
    noun: &str,
    subjects: &[Uuid],
) -> DbResult<HashMap<Uuid, Vec<FileView>>> {
    let mut found = load(connection, signer, noun, subjects, |state| state == CheckState::Clean)?;
    for views in found.values_mut() {
        views.retain(|view| view.check != CheckState::Refused);
    }
    Ok(found)
}

/// Those of a noun's things on which pictures hang whose check hasn't ended.
pub fn being_checked(connection: &mut PgConnection, noun: &str, subjects: &[Uuid]) -> DbResult<HashSet<Uuid>> {
    let open = |row: &FileRow| matches!(row.check_state, CheckState::Pending | CheckState::Queued);
    Ok(rows::of_subjects(connection, noun, subjects)?.iter().filter(|row| open(row)).filter_map(|row| row.subject_id).collect())
}

/// The same for the author and for those who handle the case: unchecked ones have links too, refused ones are listed without.
pub fn views_in_full(
    connection: &mut PgConnection,
    signer: &Signer,
    noun: &str,
    subjects: &[Uuid],
) -> DbResult<HashMap<Uuid, Vec<FileView>>> {
    load(connection, signer, noun, subjects, |state| state != CheckState::Refused)
}
