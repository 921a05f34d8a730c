//! A circuit breaker, so that a dead WeChat costs each request nothing instead of its whole timeout. Pure: the clock
//! is passed in.
//!
//! | state     | event                         | next      |
//! |-----------|-------------------------------|-----------|
//! | closed    | failure number `limit` in a row | open    |
//! | closed    | success                       | closed, count 0 |
//! | open      | asked after `rest`            | half-open, this one call is let through |
//! | half-open | success                       | closed    |
//! | half-open | failure                       | open      |
//! | half-open | asked after another `rest`    | half-open, one more call (the first was dropped) |

use std::time::{Duration, Instant};

/// Where the breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Calls pass; this many failed in a row.
    Closed {
        /// Failures in a row so far.
        failures: u32,
    },
    /// Calls are refused until then.
    Open {
        /// When one call is let through again.
        until: Instant,
    },
    /// One call is on its way; others are refused until it ends, or until then if it never does.
    HalfOpen {
        /// When the call on its way is given up for lost.
        until: Instant,
    },
}

impl State {
    /// Its name, for whoever watches: `closed`, `open`, `half_open`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed { .. } => "closed",
            Self::Open { .. } => "open",
            Self::HalfOpen { .. } => "half_open",
        }
    }
}

/// Counts failures in a row and refuses calls for `rest` after `limit` of them.
#[derive(Debug)]
pub struct Breaker {
    limit: u32,
    rest: Duration,
    state: State,
}

impl Breaker {
    /// A closed breaker that opens after `limit` failures in a row and stays open for `rest`.
    pub fn new(limit: u32, rest: Duration) -> Self {
        Self { limit: limit.max(1), rest, state: State::Closed { failures: 0 } }
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// True when a call may go out now.
    pub fn admit(&mut self, now: Instant) -> bool {
        match self.state {
            State::Closed { .. } => true,
            State::Open { until } | State::HalfOpen { until } if now >= until => {
                self.state = State::HalfOpen { until: now + self.rest };
                true
            }
            State::Open { .. } | State::HalfOpen { .. } => false,
        }
    }

    /// A call ended well.
    pub fn succeeded(&mut self) {
        self.state = State::Closed { failures: 0 };
    }

    /// A call failed.
    pub fn failed(&mut self, now: Instant) {
        let failures = match self.state {
            State::Closed { failures } => failures.saturating_add(1),
            State::HalfOpen { .. } => self.limit,
            // Calls that were under way when it opened don't prolong the rest.
            State::Open { .. } => return,
        };
        self.state = if failures >= self.limit { State::Open { until: now + self.rest } } else { State::Closed { failures } };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(10);

    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::new(3, REST);
        for _ in 0..3 {
            assert!(breaker.admit(now));
            breaker.failed(now);
        }
        breaker
    }

    #[test]
    fn opens_after_failures_in_a_row_only() {
        let now = Instant::now();
        let mut breaker = Breaker::new(2, REST);
        for _ in 0..5 {
            breaker.failed(now);
            breaker.succeeded();
        }
        assert!(breaker.admit(now));
        assert!(!opened(now).admit(now + REST - Duration::from_millis(1)));
    }

    #[test]
    fn lets_one_call_through_after_the_rest() {
        let now = Instant::now();
        let mut breaker = opened(now);
        assert!(breaker.admit(now + REST));
        assert!(!breaker.admit(now + REST));
        breaker.succeeded();
        assert_eq!(breaker.state(), State::Closed { failures: 0 });
    }

    #[test]
    fn a_failed_or_lost_probe_keeps_it_shut() {
        let now = Instant::now();
        let mut breaker = opened(now);
        assert!(breaker.admit(now + REST));
        breaker.failed(now + REST);
        assert_eq!(breaker.state(), State::Open { until: now + REST * 2 });
        assert!(breaker.admit(now + REST * 2));
        assert!(!breaker.admit(now + REST * 3 - Duration::from_millis(1)));
        assert!(breaker.admit(now + REST * 3));
    }

    #[test]
    fn late_failures_do_not_prolong_the_rest() {
        let now = Instant::now();
        let mut breaker = opened(now);
        breaker.failed(now + REST / 2);
        assert!(breaker.admit(now + REST));
    }
}
