//! How long attempts take, told before they begin: for a queue that gives out the shortest first.

use super::carried::Law;
use super::{OnRetry, attempt_key};
use crate::random::Key;
use crate::time::Span;
use crate::workload::Sampler;

/// The services of one consumers entry in one queue.
pub struct Works {
    service: Sampler,
    on_retry: OnRetry,
    /// By producer: what work is drawn for, and the law that it follows instead.
    of_producer: Vec<(Key, Option<Law>)>,
}

impl Works {
    pub(super) fn new(service: Sampler, on_retry: OnRetry, of_producer: Vec<(Key, Option<Law>)>) -> Works {
        Works { service, on_retry, of_producer }
    }

    /// As long as [`Crew`](super::Crew) works on that attempt.
    pub fn service(&self, (producer, number): (u16, u64), entry: u16, attempt: u32) -> Span {
        let (key, law) = &self.of_producer[usize::from(producer)];
        let key = match (law, self.on_retry) {
            (Some(law), _) => return law.service(number),
            (None, OnRetry::Same) => key.number(number),
            (None, OnRetry::Fresh) => attempt_key(*key, number, entry, attempt),
        };
        self.service.draw(&mut key.draws())
    }
}
