//! Rate limits per process, in memory: per account, and per address for those who aren't signed in. Tries of codes are counted
//! in PostgreSQL instead (`crate::attempts`), since they must hold over all processes.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use crate::error::{self, ApiError};
use crate::ids::PersonId;

/// Requests per second and burst of one caller.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit {
    /// Sustained requests a second.
    pub per_second: u32,
    /// Burst.
    pub burst: u32,
}

/// The two limits of a process.
pub struct Limits {
    accounts: DefaultKeyedRateLimiter<PersonId>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

fn quota(limit: RateLimit) -> Quota {
    let one = NonZeroU32::MIN;
    Quota::per_second(NonZeroU32::new(limit.per_second).unwrap_or(one)).allow_burst(NonZeroU32::new(limit.burst).unwrap_or(one))
}

impl Limits {
    /// Limits per account and per address.
    pub fn new(account: RateLimit, address: RateLimit) -> Self {
        Self {
            accounts: DefaultKeyedRateLimiter::keyed(quota(account)),
            addresses: DefaultKeyedRateLimiter::keyed(quota(address)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts one request of a signed-in person.
    pub fn account(&self, person: PersonId) -> Result<(), ApiError> {
        self.accounts.check_key(&person).map_err(|until| self.refuse(until.wait_time_from(self.clock.now())))
    }

    /// Counts one request from an address.
    pub fn address(&self, address: IpAddr) -> Result<(), ApiError> {
        self.addresses.check_key(&address).map_err(|until| self.refuse(until.wait_time_from(self.clock.now())))
    }

    #[expect(clippy::unused_self, reason = "reads as part of the limits")]
    fn refuse(&self, wait: std::time::Duration) -> ApiError {
        let seconds = u32::try_from(wait.as_secs()).unwrap_or(60).saturating_add(1);
        ApiError::of(&error::TOO_MANY_REQUESTS).retry_after(seconds)
    }

    /// Forgets callers that have been quiet.
    pub fn tidy(&self) {
        self.accounts.retain_recent();
        self.addresses.retain_recent();
    }
}
