//! What a run and whoever watches it share: how far it is, and whether it should stop.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Counts nanoseconds of scenario time over all replications.
#[derive(Debug, Default)]
pub struct Watch {
    stop: AtomicBool,
    done: AtomicU64,
    total: AtomicU64,
    large: Mutex<()>,
}

impl Watch {
    /// Asks the run to stop soon and to report what is done.
    pub fn stop(&self) {
        self.stop.store(true, Relaxed);
    }

    pub fn stopped(&self) -> bool {
        self.stop.load(Relaxed)
    }

    pub fn expect(&self, nanos: u64) {
        self.total.fetch_add(nanos, Relaxed);
    }

    pub fn advance(&self, nanos: u64) {
        self.done.fetch_add(nanos, Relaxed);
    }

    /// Waits until no other replication is large, so that memory is bounded whatever the number of threads.
    pub fn large(&self) -> MutexGuard<'_, ()> {
        // It guards nothing that a panic could have left half done.
        self.large.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Between 0 and 1.
    pub fn share(&self) -> f64 {
        let total = self.total.load(Relaxed).max(1);
        (self.done.load(Relaxed) as f64 / total as f64).min(1.0)
    }
}
