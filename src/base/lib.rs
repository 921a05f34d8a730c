//! What every noun stands on: the private PostgreSQL, database, jobs, HTTP shell, outbound clients, exact amounts, ids, keys.
//! Nothing here knows a noun of the product. It stays still, since touching it rebuilds all.

pub mod attempts;
pub mod clients;
pub mod clock;
pub mod cluster;
pub mod db;
pub mod error;
pub mod http;
pub mod ids;
pub mod jobs;
pub mod keys;
pub mod money;
pub mod page;
pub mod search;
pub mod state;
pub mod telemetry;
pub mod text;
pub mod words;
