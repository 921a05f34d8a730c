//! The people of a place: households as the register has them, residencies as people claim them, organizations, imports, and the
//! public side of the grid (`places`). Owns the tables `households`, `household_members`, `residencies`, `organizations`, `imports`,
//! `import_files`, `person_merges`.
//!
//! A residency goes `claimed → confirmed → moved_out`, or `claimed → refused`: confirmed at once when the person's phone stands on
//! the register of that entrance, else by a worker of that scope, never by the person or a member of their household. Only a
//! confirmed one carries the role `resident`; moving out ends it the same day and leaves the wallet alone.

pub mod households;
pub mod import;
pub mod managed;
pub mod merges;
pub mod minors;
pub mod organizations;
pub mod places;
pub mod proxies;
pub mod residencies;
mod room;
mod schema;

pub use households::HouseholdId;
pub use organizations::{
    NewOrganization, Organization, organization_by_code, organization_create, organization_find, organization_names,
    organizations_by_ids,
};
pub use residencies::{
    ResidencyId, community_of_person, confirmed_in, household_in, household_of, residents_of, same_household, voting_entrance,
};

use base::error::ErrorCode;
use base::jobs::JobKind;

use crate::identity::Rule;

/// The permission table's rows of this noun.
pub const PERMISSIONS: &[&[Rule]] = &[
    places::PERMISSIONS,
    households::PERMISSIONS,
    residencies::PERMISSIONS,
    managed::PERMISSIONS,
    organizations::PERMISSIONS,
    import::PERMISSIONS,
    proxies::PERMISSIONS,
    minors::PERMISSIONS,
    merges::PERMISSIONS,
];

/// The error codes of this noun.
pub const ERRORS: &[&[&ErrorCode]] = &[residencies::ERRORS, import::ERRORS, proxies::ERRORS, minors::ERRORS];

/// The background jobs of this noun.
pub fn jobs() -> Vec<JobKind> {
    let mut jobs = residencies::jobs();
    jobs.extend(import::jobs());
    jobs
}
