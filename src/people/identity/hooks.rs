//! What every noun may hand in for one person: its part of the home screen, of the export, and of the erasure. `app.rs` fills the
//! lists; identity calls them and knows no noun.

use base::db::{Db, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::Serialize;
use serde_json::Value;

use super::actor::Actor;

/// One thing on the home screen: something to do, or something that matters now.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HomeItem {
    /// Which kind of thing, in snake_case: `order`, `shift`, `approval` …
    pub kind: String,
    /// A few words.
    pub title: String,
    /// One line to read out.
    pub summary: String,
    /// Until when, if there is a deadline.
    pub deadline: Option<DateTime<Utc>>,
    /// Path of the resource in this API.
    pub link: String,
}

/// A noun's part of the home screen and to-do list.
pub type HomeHook = fn(&mut PgConnection, &Actor) -> Result<Vec<HomeItem>, ApiError>;

/// What of a noun must post before an erasure, in transactions of its own.
pub type EraseBefore = fn(&Db, PersonId) -> Result<(), ApiError>;

/// A noun's part of the erasure of a person. Both may run again after a crash: they must do nothing the second time.
#[derive(Clone, Copy)]
pub struct EraseHook {
    /// Name of the noun.
    pub noun: &'static str,
    /// What must post first, in transactions of its own (ending holds, forfeiting a balance).
    pub before: Option<EraseBefore>,
    /// Deletes or blanks the noun's rows, in the one transaction of the erasure.
    pub erase: fn(&mut Tx<'_>, PersonId) -> Result<(), ApiError>,
}

/// A noun's part of the export of one's own data; no other people's names in it.
#[derive(Clone, Copy)]
pub struct ExportHook {
    /// Name of the noun: the member of the export.
    pub noun: &'static str,
    /// The noun's data of the person.
    pub export: fn(&mut PgConnection, &KeyRing, PersonId) -> Result<Value, ApiError>,
}

/// What of a noun must post before two accounts become one, in transactions of its own: `(of the account that ends, to the one that
/// remains)`.
pub type MergeBefore = fn(&Db, PersonId, PersonId) -> Result<(), ApiError>;

/// A noun's part when two accounts of one person become one: `(gone, keep)`. Both may run again after a crash: they must do nothing
/// the second time.
#[derive(Clone, Copy)]
pub struct MergeHook {
    /// Name of the noun.
    pub noun: &'static str,
    /// What must post first (ending holds, passing the balance on).
    pub before: Option<MergeBefore>,
    /// Points the noun's rows at the account that remains, in the one transaction of the merge.
    pub merge: fn(&mut Tx<'_>, PersonId, PersonId) -> Result<(), ApiError>,
}

/// All hooks; an app datum.
#[derive(Clone, Default)]
pub struct Hooks {
    /// Home screen.
    pub home: Vec<HomeHook>,
    /// Erasure, in the order of the list.
    pub erase: Vec<EraseHook>,
    /// Export.
    pub export: Vec<ExportHook>,
    /// Two accounts become one, in the order of the list.
    pub merge: Vec<MergeHook>,
}
