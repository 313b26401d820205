//! How much of the machine a run takes, so that it is noticed where the machine is the bottleneck.

use crate::time::Span;

/// A moment, and the processor time that this process had used by then.
pub struct Machine {
    clock: super::Clock,
    used: Option<Span>,
}

impl Machine {
    pub fn look() -> Machine {
        Machine { clock: super::Clock::start(crate::time::Speed::REAL), used: used() }
    }

    /// How many processors this process has kept busy since then, where the system tells.
    pub fn busy_since(&self) -> Option<f64> {
        let passed = self.clock.now().seconds();
        let used = used()?.saturating_sub(self.used?);
        (passed > 0.0).then(|| used.seconds() / passed)
    }
}

/// From now on this thread, and whatever it starts, takes what others leave of the processors: so does whoever only looks on.
#[cfg(target_os = "linux")]
pub fn step_back() {
    const NICE: i32 = 10;
    // Where that is not allowed, the run is looked at all the same.
    let _ = rustix::process::nice(NICE);
}

#[cfg(not(target_os = "linux"))]
pub fn step_back() {}

/// Processor time of all threads of this process.
#[cfg(target_os = "linux")]
fn used() -> Option<Span> {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).ok()?;
    Some(Span::from_secs(seconds) + Span::from_nanos(u64::try_from(time.tv_nsec).ok()?))
}

#[cfg(not(target_os = "linux"))]
fn used() -> Option<Span> {
    None
}
