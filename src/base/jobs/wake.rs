//! The signal after a commit: "there may be work". Never a NOTIFY inside a business transaction, which would serialise all
//! commits of the installation.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A counter that workers wait on; cheap to clone.
#[derive(Clone, Default)]
pub struct Wake {
    inner: Arc<(Mutex<u64>, Condvar)>,
}

impl Wake {
    /// Tells all waiting workers.
    pub fn notify(&self) {
        let (count, bell) = &*self.inner;
        *count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        bell.notify_all();
    }

    /// Waits until the count is beyond `seen`, or `at_most`; returns the count.
    pub fn wait(&self, seen: u64, at_most: Duration) -> u64 {
        let (count, bell) = &*self.inner;
        let guard = count.lock().unwrap_or_else(PoisonError::into_inner);
        let (guard, _timeout) =
            bell.wait_timeout_while(guard, at_most, |now| *now <= seen).unwrap_or_else(PoisonError::into_inner);
        *guard
    }
}
