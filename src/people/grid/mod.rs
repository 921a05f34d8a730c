//! The grid (五级网格): street → community → estate → block → entrance, one tree, and the scope that a role has in it.
//! Owns the tables `grid_units` and `entrance_tickets`. A community is the tenant: it owns one points book. Its HTTP side is
//! `community/places`, since permissions are `identity`'s and `identity` stands on this noun.

mod path;
mod rows;
mod rows_ticket;
mod schema;
mod scope;
mod ticket;
mod unit;

pub use path::GridPath;
pub use rows::{
    GridUnit, NewUnit, above, above_all, community_above, community_of, unit_by_code, unit_find, unit_update, units_below,
    units_by_ids, units_insert, units_under,
};
pub use scope::{Scope, Target, Within, within};
pub use ticket::{TICKET_PREFIX, new_ticket, place_from_ticket, ticket_find, ticket_of};
pub use unit::UnitKind;
