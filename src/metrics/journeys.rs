//! Times of whole journeys, where more is wanted than each queue's own.

use super::ledger::Track;
use super::{Plan, Times};
use crate::time::{Span, Time};

/// What is timed of a message's whole journey.
pub(super) struct Journeys {
    /// By producer, where they are wanted.
    pub of_producers: Vec<Option<Box<Times>>>,
    /// Of all, where a journey is more than one queue's.
    pub times: Option<Times>,
    pub pilot: Option<Pilot>,
    /// Whether there is any of these.
    pub are_timed: bool,
}

impl Journeys {
    pub fn new(plan: &Plan) -> Journeys {
        let of_producers: Vec<_> = plan.producers_timed.iter().map(|timed| timed.then(Box::default)).collect();
        let times = (!plan.queues.iter().all(|queue| queue.is_journey)).then(Times::default);
        let pilot = plan.pilot_step.map(|step| Pilot { step, waits: Vec::new() });
        let are_timed = !of_producers.is_empty() || times.is_some() || pilot.is_some();
        Journeys { of_producers, times, pilot, are_timed }
    }

    /// The message of that track has been worked on for the first time, or the last branch of it.
    #[inline(never)]
    pub fn record(&mut self, track: &Track, began: Time, ended: Time) {
        if let Some(pilot) = &mut self.pilot {
            pilot.add(track.planned, began - track.planned);
        }
        if track.in_window {
            let of_producer = self.of_producers.get_mut(usize::from(track.producer()));
            let of_producer = of_producer.and_then(Option::as_deref_mut);
            let wanted = of_producer.into_iter().chain(&mut self.times);
            wanted.for_each(|times| times.record(track.planned, began, ended));
        }
    }

    pub fn settle(&mut self) {
        self.times.iter_mut().for_each(Times::settle);
        self.of_producers.iter_mut().flatten().for_each(|times| times.settle());
    }
}

/// Waits by planned instant, for the search of the warm-up.
#[derive(Clone, Debug)]
pub struct Pilot {
    step: Span,
    /// Sum in nanoseconds and count.
    pub waits: Vec<(u128, u64)>,
}

impl Pilot {
    fn add(&mut self, planned: Time, wait: Span) {
        let at = (planned.nanos() / self.step.nanos().max(1)) as usize;
        if at >= self.waits.len() {
            self.waits.resize(at + 1, (0, 0));
        }
        self.waits[at].0 += u128::from(wait.nanos());
        self.waits[at].1 += 1;
    }
}
