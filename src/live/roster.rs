//! Consumers whose number changes, by plan or by hand: who is called in, who is sent home, and when.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tokio::sync::watch;

use super::first::{First, first_of};
use super::run::Phase;
use super::{Timer, TimerError};
use crate::client::{Standing, changes};
use crate::workload::CountProfile;

/// Changes the number of one entry's consumers at the instants of its profile.
pub struct Roster {
    profile: CountProfile,
    lines: Vec<Line>,
}

/// To one consumer.
struct Line {
    is_called: watch::Sender<bool>,
    is_idle: Arc<AtomicBool>,
}

/// A consumer's end of the line.
pub struct Place {
    is_called: watch::Receiver<bool>,
    is_idle: Arc<AtomicBool>,
}

impl Roster {
    /// Of nobody yet.
    pub fn new(profile: CountProfile) -> Roster {
        Roster { profile, lines: Vec::new() }
    }

    /// How many are to be there now.
    pub fn count(&self) -> u32 {
        self.lines.iter().filter(|line| *line.is_called.borrow()).count() as u32
    }

    /// A place for one consumer more, and whether it takes part from the beginning.
    pub fn add(&mut self) -> (Place, bool) {
        let is_present = self.lines.len() < self.profile.first() as usize;
        let (sender, receiver) = watch::channel(is_present);
        let is_idle = Arc::new(AtomicBool::new(true));
        self.lines.push(Line { is_called: sender, is_idle: Arc::clone(&is_idle) });
        (Place { is_called: receiver, is_idle }, is_present)
    }

    /// Until the books are closed.
    ///
    /// # Errors
    /// If the timer fails.
    pub async fn run(&self, timer: Timer, mut phase: watch::Receiver<Phase>) -> Result<(), TimerError> {
        let closed = async {
            // The end of the run closes them too.
            let _ = phase.wait_for(|phase| *phase == Phase::Closed).await;
            Ok(())
        };
        match first_of(closed, self.go(timer)).await {
            First::A(ended) | First::B(ended) => ended,
        }
    }

    async fn go(&self, mut timer: Timer) -> Result<(), TimerError> {
        for nth in 1.. {
            let Some((at, count)) = self.profile.point(nth) else { break };
            timer.until(at).await?;
            self.change(count);
        }
        pending().await
    }

    /// Who begins to work as it is sent home finishes that, as if it had begun a moment before.
    pub fn change(&self, count: u32) {
        let standing =
            |line: &Line| Standing { is_present: *line.is_called.borrow(), is_idle: line.is_idle.load(Relaxed) };
        let changes = changes(self.lines.iter().map(standing), count);
        for (places, is_called) in [(changes.leave, false), (changes.come, true)] {
            for place in places {
                self.lines[place as usize].is_called.send_replace(is_called);
            }
        }
    }
}

impl Place {
    /// Whether its consumer is to be there from now on, as soon as that changes. Cancel safe.
    pub async fn call(&mut self) -> bool {
        if self.is_called.changed().await.is_err() {
            // Nobody calls any more.
            pending::<()>().await;
        }
        *self.is_called.borrow_and_update()
    }

    /// Tells whether its consumer has nothing left to work on.
    pub fn tell(&self, is_idle: bool) {
        self.is_idle.store(is_idle, Relaxed);
    }
}
