//! The grid (五级网格): street → community → estate → block → entrance, one tree, and the scope that a role has in it.
//! Owns the table `grid_units`. A community is the tenant: it owns one points book.

mod path;
mod rows;
mod schema;
mod scope;
mod unit;

pub use path::GridPath;
pub use rows::{GridUnit, community_of, unit_by_code, unit_find, units_below};
pub use scope::{Scope, Target, Within, within};
pub use unit::UnitKind;
