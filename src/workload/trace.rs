//! Recorded instants.

use crate::time::{Span, Time};

/// Instants in order, from 0; with `repeat`, all of them again after each such span.
#[derive(Debug, PartialEq)]
pub struct Trace {
    instants: Vec<Time>,
    repeat: Option<Span>,
    /// Of each message, if it is recorded.
    work: Vec<f64>,
    size: Vec<f64>,
}

impl Trace {
    /// # Panics
    /// If there is no instant, if they are not in order, or if `repeat` is not longer than the last.
    pub fn new(instants: Vec<Time>, repeat: Option<Span>) -> Trace {
        assert!(!instants.is_empty(), "a trace needs instants");
        assert!(instants.is_sorted(), "a trace is in order of time");
        let trace = Trace { instants, repeat, work: Vec::new(), size: Vec::new() };
        assert!(repeat.is_none_or(|every| every > trace.last().since(Time::ZERO)), "a trace ends before it repeats");
        trace
    }

    /// Gives each message its work, and its size in bytes; what is empty is not recorded.
    ///
    /// # Panics
    /// If there is not one number for each instant.
    pub fn carrying(self, work: Vec<f64>, size: Vec<f64>) -> Trace {
        for column in [&work, &size] {
            assert!(column.is_empty() || column.len() == self.len(), "each message carries its own number");
        }
        Trace { work, size, ..self }
    }

    /// The work of message `number`, if it is recorded.
    pub fn work(&self, number: u64) -> Option<f64> {
        self.recorded(&self.work, number)
    }

    /// The size of message `number` in bytes, if it is recorded.
    pub fn size(&self, number: u64) -> Option<f64> {
        self.recorded(&self.size, number)
    }

    fn recorded(&self, column: &[f64], number: u64) -> Option<f64> {
        let at = if self.repeat.is_some() { number % self.len() as u64 } else { number };
        column.get(at as usize).copied()
    }

    pub fn len(&self) -> usize {
        self.instants.len()
    }

    pub fn is_empty(&self) -> bool {
        self.instants.is_empty()
    }

    pub fn last(&self) -> Time {
        self.instants[self.instants.len() - 1]
    }

    pub fn repeats(&self) -> Option<Span> {
        self.repeat
    }

    /// The instant of message `number`, counted from 0.
    #[inline]
    pub fn instant(&self, number: u64) -> Option<Time> {
        let len = self.instants.len() as u64;
        match self.repeat {
            None => self.instants.get(number as usize).copied(),
            Some(every) => Some(self.instants[(number % len) as usize] + every.saturating_mul(number / len)),
        }
    }

    /// How many instants lie before `end`.
    pub fn count_until(&self, end: Time) -> u64 {
        let within = |end: Time| self.instants.partition_point(|at| *at < end) as u64;
        match self.repeat {
            None => within(end),
            Some(every) => {
                let rounds = end.nanos() / every.nanos();
                rounds * self.instants.len() as u64 + within(Time::from_nanos(end.nanos() % every.nanos()))
            }
        }
    }
}
