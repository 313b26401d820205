//! Recorded instants.

use crate::time::{Span, Time};

/// Instants in order, from 0; with `repeat`, all of them again after each such span.
#[derive(Debug, PartialEq)]
pub struct Trace {
    instants: Vec<Time>,
    repeat: Option<Span>,
}

impl Trace {
    /// # Panics
    /// If there is no instant, if they are not in order, or if `repeat` is not longer than the last.
    pub fn new(instants: Vec<Time>, repeat: Option<Span>) -> Trace {
        assert!(!instants.is_empty(), "a trace needs instants");
        assert!(instants.is_sorted(), "a trace is in order of time");
        let trace = Trace { instants, repeat };
        assert!(repeat.is_none_or(|every| every > trace.last().since(Time::ZERO)), "a trace ends before it repeats");
        trace
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
