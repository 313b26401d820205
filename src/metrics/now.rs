//! What the books of a run say while it runs.

use super::{Counts, Recorder, Times, overlap};
use crate::broker::QueueId;
use crate::measure::Cause;
use crate::result::{ProducerAccount, QueueAccount};
use crate::time::{Span, Time};

impl Recorder {
    /// The account of a queue up to now.
    pub fn queue_account(&self, queue: QueueId) -> QueueAccount {
        let state = &self.queues[queue.index()];
        let mut dropped = state.dropped.clone();
        let expired = dropped.remove(&Cause::Expired).unwrap_or(0);
        QueueAccount {
            entered_published: state.levels.entered - state.entered_dead_lettered - state.entered_passed_on,
            entered_passed_on: state.entered_passed_on,
            entered_dead_lettered: state.entered_dead_lettered,
            waiting: state.levels.length,
            delayed: state.levels.delayed,
            in_flight: state.levels.in_flight,
            acknowledged: state.acknowledged,
            dropped,
            expired,
            dead_lettered: state.dead_lettered.clone(),
            parked: state.parked,
        }
    }

    /// Messages that wait in a queue, and those in flight.
    pub fn levels(&self, queue: QueueId) -> (u64, u64) {
        let levels = &self.queues[queue.index()].levels;
        (levels.length, levels.in_flight)
    }

    /// The mean length of a queue up to now, and of what is in flight, within the window.
    pub fn mean_levels(&self, queue: QueueId, now: Time) -> Option<(f64, f64)> {
        let levels = &self.queues[queue.index()].levels;
        let passed = self.passed(now).nanos() as f64;
        let (length, in_flight) = levels.areas_until(now);
        (passed > 0.0).then(|| (length as f64 / passed, in_flight as f64 / passed))
    }

    /// How much of the window has passed.
    pub fn passed(&self, now: Time) -> Span {
        Span::from_nanos(overlap(Time::ZERO, now, self.window))
    }

    /// Of a producer's messages up to now, those planned outside the window included. What has no fate yet is unfinished:
    /// messages are counted one by one only as the books are closed.
    pub fn producer_account(&self, producer: usize) -> ProducerAccount {
        let mut counts = self.counts(producer);
        let ended = counts.processed + Counts::total(&counts.lost) + Counts::total(&counts.dead);
        counts.unfinished = counts.accepted.saturating_sub(ended);
        super::record::producer_account(&counts)
    }

    /// What has been counted of a producer's messages; nothing is unfinished yet.
    pub fn counts(&self, producer: usize) -> Counts {
        self.ledger.counts_so_far(producer)
    }

    /// Wait, service and response of what has been processed up to now.
    pub fn times(&mut self) -> Times {
        self.settle();
        match &self.journeys.times {
            Some(times) => times.clone(),
            None => {
                let mut times = Times::default();
                self.queues.iter().for_each(|queue| times.merge(&queue.times));
                times
            }
        }
    }

    /// Messages processed, and attempts that succeeded, within the window.
    pub fn processed(&self) -> (u64, u64) {
        (self.processed_in_window, self.succeeded_in_window)
    }

    /// Whether it is counted how long the consumers of an entry are available.
    pub fn counts_available(&self, crew: usize) -> bool {
        self.crew_states[crew].available.is_some()
    }

    /// Consumer time of an entry at work in attempts that have ended, and available where that is counted, within the
    /// window up to now; in seconds.
    pub fn crew_time(&self, crew: usize, now: Time) -> (f64, Option<f64>) {
        let available = self.crew_states[crew].available.map(|(count, since)| {
            let before = self.crews[crew].available.unwrap_or(0) as f64;
            before + count as f64 * overlap(since, now, self.window) as f64
        });
        (self.crews[crew].busy as f64 / 1e9, available.map(|nanos| nanos / 1e9))
    }

    /// How much of a time is within the window.
    pub fn within(&self, from: Time, until: Time) -> Span {
        Span::from_nanos(overlap(from, until, self.window))
    }
}
