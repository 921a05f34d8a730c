//! Indexes and foreign keys of the tables that are filled, off and on again: built at once they cost a tenth, and are checked as a whole.
//! All of it is part of the caller's transaction.

use diesel::connection::SimpleConnection as _;
use diesel::{PgConnection, QueryResult};

use super::{bar, rows};

/// The tables that are filled.
pub(super) const TABLES: [&str; 7] = [
    "requests",
    "request_details",
    "request_search",
    "request_assignments",
    "request_events",
    "request_answers",
    "request_clocks",
];

/// What was taken off: name and the statement that makes it again.
pub(super) struct Taken {
    indexes: Vec<(String, String)>,
    keys: Vec<(String, String)>,
}

/// Takes off what can be built again; primary keys and checks stay.
pub(super) fn take(owner: &mut PgConnection) -> QueryResult<Taken> {
    let taken = Taken { indexes: rows::indexes(owner, &TABLES)?, keys: rows::foreign_keys(owner, &TABLES)? };
    for (drop, _) in taken.keys.iter().chain(&taken.indexes) {
        owner.batch_execute(drop)?;
    }
    Ok(taken)
}

/// Builds and checks it all again.
pub(super) fn put_back(owner: &mut PgConnection, taken: &Taken) -> anyhow::Result<()> {
    let all = || taken.indexes.iter().chain(&taken.keys);
    let bar = bar(u64::try_from(all().count())?, "indexes and foreign keys")?;
    for (_, make) in all() {
        owner.batch_execute(make)?;
        bar.inc(1);
    }
    bar.finish();
    Ok(())
}
