//! The clock of a live run, and waiting on it to the microsecond: the one place that does either.
//!
//! The runtime's own timer ticks in milliseconds. On Linux a wait is a sleep on a timerfd, which wakes some 50 µs late
//! and is therefore set early, and then a short spin; no thread is blocked before the spin. Elsewhere the runtime's timer
//! is set 2 ms early, and what is left is spent letting other tasks go first. Near its end every wait spins.

#![expect(clippy::disallowed_methods, reason = "a live run takes place on a real clock")]

use std::time::{Duration, Instant};

use super::pacer::{Margins, Wait};
use crate::time::{Span, Speed, Time};

/// Other tasks that are let in for a moment are mostly back sooner.
const SPIN: Span = Span::from_nanos(20_000);
/// A timerfd is later one time in a hundred.
#[cfg(target_os = "linux")]
const FINE: Margins = Margins { sleep: Span::from_nanos(80_000), spin: SPIN };
/// The runtime's timer is later one time in a hundred.
const COARSE: Margins = Margins { sleep: Span::from_nanos(2_000_000), spin: SPIN };
/// The processor is kept busy instead of sleeping, but other tasks get their turn.
const BUSY: Margins = Margins { sleep: Span::MAX, spin: SPIN };

/// The time of a scenario since its run began. It never jumps, whatever happens to the time of day. Copies tell the
/// same time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    began: Instant,
    speed: Speed,
}

impl Clock {
    /// Its instant 0 is now.
    pub fn start(speed: Speed) -> Clock {
        Clock { began: Instant::now(), speed }
    }

    /// Its instant 0 is `began`.
    pub fn since(began: Instant, speed: Speed) -> Clock {
        Clock { began, speed }
    }

    pub fn now(&self) -> Time {
        let passed = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.speed.instant(Span::from_nanos(passed))
    }

    /// The shortest step that it was seen to make, in real time.
    pub fn resolution() -> Span {
        let step = || {
            let began = Instant::now();
            let after = std::iter::repeat_with(|| began.elapsed()).find(|passed| !passed.is_zero());
            after.map_or(u64::MAX, |passed| passed.as_nanos() as u64)
        };
        Span::from_nanos((0..100).map(|_| step()).min().unwrap_or(0))
    }

    /// How much real time a span of the scenario takes.
    pub fn real(&self, span: Span) -> Span {
        self.speed.real(span)
    }
}

/// An instant to come.
pub fn in_a_while(lead: Duration) -> Instant {
    Instant::now() + lead
}

/// Why there is no precise waiting.
#[derive(Debug, thiserror::Error)]
pub enum TimerError {
    #[error(
        "no timer for another producer or consumer: {0}; allow the program more open files (`ulimit -n`), or run fewer"
    )]
    None(#[source] std::io::Error),
    #[error("a timer that had begun does not go on: {0}; run again")]
    Failed(#[source] std::io::Error),
}

/// Waits for instants of a [`Clock`], one at a time, for one task.
pub struct Timer {
    clock: Clock,
    alarm: Alarm,
}

enum Alarm {
    #[cfg(target_os = "linux")]
    Fine(timerfd::Timerfd),
    Coarse,
}

impl Timer {
    /// The most precise there is on this system.
    ///
    /// # Errors
    /// On Linux, if there is no file descriptor left.
    ///
    /// # Panics
    /// Outside a tokio runtime, or in one whose I/O is not enabled.
    pub fn new(clock: Clock) -> Result<Timer, TimerError> {
        #[cfg(target_os = "linux")]
        let alarm = Alarm::Fine(timerfd::Timerfd::new().map_err(TimerError::None)?);
        #[cfg(not(target_os = "linux"))]
        let alarm = Alarm::Coarse;
        Ok(Timer { clock, alarm })
    }

    /// One that needs nothing but the runtime's timer: as precise, and busy for the last 2 ms of every wait.
    pub fn portable(clock: Clock) -> Timer {
        Timer { clock, alarm: Alarm::Coarse }
    }

    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Waits until `due`, and says when that ended: never before. Other tasks of this thread have a turn at least once,
    /// even if `due` is past, so that one who is always late starves nobody. Nothing is lost if it is not awaited to
    /// its end.
    ///
    /// # Errors
    /// If the system's timer fails.
    ///
    /// # Panics
    /// In a tokio runtime whose time is not enabled, where the timer is the portable one.
    pub async fn until(&mut self, due: Time) -> Result<Time, TimerError> {
        let margins = match self.alarm {
            #[cfg(target_os = "linux")]
            Alarm::Fine(_) => FINE,
            Alarm::Coarse => COARSE,
        };
        self.wait(due, margins).await
    }

    /// The same, with the processor kept busy all the time.
    ///
    /// # Errors
    /// As [`Timer::until`].
    pub async fn busy_until(&mut self, due: Time) -> Result<Time, TimerError> {
        self.wait(due, BUSY).await
    }

    async fn wait(&mut self, due: Time, margins: Margins) -> Result<Time, TimerError> {
        let mut others_had_a_turn = false;
        loop {
            let now = self.clock.now();
            match margins.wait(self.clock.real(due.since(now))) {
                Wait::Over if others_had_a_turn => return Ok(now),
                Wait::Spin if others_had_a_turn => {
                    std::hint::spin_loop();
                    continue;
                }
                Wait::Sleep(span) => self.sleep(span).await.map_err(TimerError::Failed)?,
                Wait::Yield | Wait::Over | Wait::Spin => tokio::task::yield_now().await,
            }
            others_had_a_turn = true;
        }
    }

    async fn sleep(&self, span: Span) -> std::io::Result<()> {
        match &self.alarm {
            #[cfg(target_os = "linux")]
            Alarm::Fine(timerfd) => timerfd.sleep(span).await,
            Alarm::Coarse => {
                tokio::time::sleep(Duration::from_nanos(span.nanos())).await;
                Ok(())
            }
        }
    }
}

#[cfg(target_os = "linux")]
mod timerfd {
    //! A timer of the kernel's that is a file descriptor (timerfd_create(2)), watched by the runtime.

    use std::io;
    use std::os::fd::OwnedFd;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    use crate::time::Span;

    const NANOS_PER_SECOND: u64 = 1_000_000_000;

    pub struct Timerfd(AsyncFd<OwnedFd>);

    impl Timerfd {
        #[expect(
            deprecated,
            reason = "its successor is unsafe, for types that may change their descriptor; an `OwnedFd` never does"
        )]
        pub fn new() -> io::Result<Timerfd> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let file = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            AsyncFd::with_interest(file, Interest::READABLE).map(Timerfd)
        }

        pub async fn sleep(&self, span: Span) -> io::Result<()> {
            self.set(span)?;
            loop {
                // Setting it anew took back what it had to tell of an earlier sleep, but the runtime may not know.
                let mut ready = self.0.readable().await?;
                if let Ok(read) = ready.try_io(|file| Ok(rustix::io::read(file, &mut [0_u8; 8])?)) {
                    return read.map(drop);
                }
            }
        }

        fn set(&self, span: Span) -> io::Result<()> {
            let nanos = span.nanos().max(1); // a timer set to 0 is off
            let at = Timespec { tv_sec: (nanos / NANOS_PER_SECOND) as _, tv_nsec: (nanos % NANOS_PER_SECOND) as _ };
            let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: at };
            timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &once)?;
            Ok(())
        }
    }
}
