//! How often codes may be tried. Counted in PostgreSQL, so that a limit holds over all processes.

use std::net::IpAddr;

use base::attempts::{self, AttemptLimit};
use base::db::Db;
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;

/// Limits that an installation may set; the rest are constants beside their verbs.
#[derive(Debug, Clone, Copy)]
pub struct CodeLimits {
    /// Sign-ins from one address. Phones of a whole network may share one.
    pub login_address: AttemptLimit,
    /// Sign-ins of one WeChat id.
    pub login_openid: AttemptLimit,
    /// Phone checks by WeChat in a month, of all people: each is paid.
    pub phone_checks: AttemptLimit,
}

impl Default for CodeLimits {
    fn default() -> Self {
        Self {
            login_address: AttemptLimit { kind: "login_address", tries: 300, window: 600 },
            login_openid: AttemptLimit { kind: "login_openid", tries: 30, window: 600 },
            phone_checks: AttemptLimit { kind: "phone_checks", tries: 5000, window: 30 * 86_400 },
        }
    }
}

impl CodeLimits {
    /// For a demo, where everybody signs in from one machine.
    pub fn demo() -> Self {
        let usual = Self::default();
        Self {
            login_address: AttemptLimit { tries: 1_000_000, ..usual.login_address },
            login_openid: AttemptLimit { tries: 10_000, ..usual.login_openid },
            phone_checks: AttemptLimit { tries: 1_000_000, ..usual.phone_checks },
        }
    }
}

/// Counts one try from an address; none is known over a local socket.
pub(super) async fn count_address(db: &Db, ring: &KeyRing, limit: AttemptLimit, address: Option<IpAddr>) -> Result<(), ApiError> {
    let Some(address) = address else { return Ok(()) };
    count(db, limit, ring.lookup("address", &address.to_string())).await
}

/// Counts one try of a person.
pub(super) async fn count_person(db: &Db, ring: &KeyRing, limit: AttemptLimit, person: PersonId) -> Result<(), ApiError> {
    count(db, limit, ring.lookup("person", &person.to_string())).await
}

/// Counts one try of a subject (a keyed hash). It commits by itself, so that a refusal that follows keeps the count.
pub(super) async fn count(db: &Db, limit: AttemptLimit, subject: Vec<u8>) -> Result<(), ApiError> {
    db.read(move |connection| attempts::count(connection, &limit, &subject)).await
}

/// Short numbers that one person may name in a day: they can be counted up.
const NUMBERS: AttemptLimit = AttemptLimit { kind: "short_number", tries: 20, window: 86_400 };

/// Counts one short number that a person named.
pub async fn count_number_try(db: &Db, ring: &KeyRing, person: PersonId) -> Result<(), ApiError> {
    count_person(db, ring, NUMBERS, person).await
}
