//! How often one client may call: each has a limit of its own, counted per process.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use super::Open311ClientId;
use super::refusal::Refusal;

/// The limiters of the clients that called lately.
pub(super) struct ClientLimits {
    clients: moka::sync::Cache<(Open311ClientId, u32), Arc<DefaultDirectRateLimiter>>,
    clock: DefaultClock,
}

impl ClientLimits {
    pub(super) fn new() -> Self {
        let clients = moka::sync::Cache::builder().max_capacity(10_000).time_to_idle(Duration::from_secs(600)).build();
        Self { clients, clock: DefaultClock::default() }
    }

    /// Counts one call of a client that may make so many a minute.
    pub(super) fn count(&self, client: Open311ClientId, per_minute: u32) -> Result<(), Refusal> {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        let limiter = self.clients.get_with((client, per_minute), || Arc::new(RateLimiter::direct(quota)));
        limiter.check().map_err(|until| {
            let seconds = until.wait_time_from(self.clock.now()).as_secs();
            Refusal::too_many(u32::try_from(seconds).unwrap_or(60).saturating_add(1))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_has_its_own_limit() {
        let limits = ClientLimits::new();
        let (one, two) = (Open311ClientId::new(), Open311ClientId::new());
        assert!(limits.count(one, 2).is_ok() && limits.count(one, 2).is_ok());
        let refused = limits.count(one, 2).unwrap_err();
        assert_eq!((refused.status, refused.wait.is_some()), (429, true));
        assert!(limits.count(two, 2).is_ok());
    }
}
