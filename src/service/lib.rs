//! Palm service 掌上服务: volunteering. A wing: it knows the other wings by events only.
//!
//! Edges between nouns: none yet, `volunteering` is the only one.

pub mod volunteering;

use base::error::ErrorCode;
use people::identity::Rule;

/// Rows of this wing in the permission table.
pub const PERMISSIONS: &[&[Rule]] = &[volunteering::PERMISSIONS];
/// Error codes of this wing.
pub const ERRORS: &[&[&ErrorCode]] = &[volunteering::ERRORS];
/// State machines of this wing.
pub const STATES: &[base::state::StateTable] = volunteering::STATES;
/// What the audit asks of this wing's tables.
pub const CHECKS: &[ledger::AuditCheck] = volunteering::CHECKS;

/// Background jobs of this wing.
pub fn jobs() -> Vec<base::jobs::JobKind> {
    volunteering::jobs()
}
