//! What every noun stands on: configuration, database, jobs, HTTP shell, outbound clients, exact amounts, ids.
//! Nothing here knows a noun of the product. It stays still, since touching it rebuilds all.

pub mod ids;
pub mod money;
