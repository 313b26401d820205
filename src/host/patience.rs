//! How to wait for a lock that is held for a tenth of a microsecond and wanted all the time.

#[cfg(not(all(test, shuttle)))]
use std::sync::{Mutex, MutexGuard};
use std::sync::{PoisonError, TryLockError};
use std::time::{Duration, Instant};

#[cfg(all(test, shuttle))]
use shuttle::sync::{Mutex, MutexGuard};

/// The first wait, a few times as long as the lock is held.
const FIRST: Duration = Duration::from_nanos(500);
/// Each wait is so many times as long as the one before; five of them are 170 µs.
const LONGER: u32 = 4;
const WAITS: u32 = 5;

/// Takes the lock. Who finds it taken stays away for a while, each time longer, and blocks in the end.
///
/// Two threads that hand a lock to and fro with every message move all that it guards from one processor to the other each
/// time, which takes several times as long as the work itself. One that stays away leaves the other to do many things in
/// a row (Anderson 1990, exponential backoff). With four publishers and four consumers on two threads that is 2.2 to 3.2
/// times as many messages (`benches/live.rs`); looking more often, or blocking at once, is slower.
///
/// Only a watch that panics can poison the lock; the accounts then show what it left undone.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    let mut wait = FIRST;
    for _ in 0..WAITS {
        match mutex.try_lock() {
            Ok(guard) => return guard,
            Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => stay_away(wait),
        }
        wait *= LONGER;
    }
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cold]
#[expect(clippy::disallowed_methods, reason = "it waits for a processor, whatever the host's own clock says")]
fn stay_away(wait: Duration) {
    let began = Instant::now();
    while began.elapsed() < wait {
        std::hint::spin_loop();
    }
}
