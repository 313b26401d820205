//! The keys that come most often, where messages of one key are worked on one after the other.

use super::model::{Producer, Scenario};
use super::traffic::{rate_of, work_on};
use crate::broker::{OrderedBy, QueueId};

/// More keys than these that come too often are not added up one by one.
const MOST_KEYS: u64 = 10_000;

/// What a queue that is `ordered_by: key` has to do for the key that comes most often.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BusiestKey {
    /// How busy that key alone would keep one consumer; at 1 or more its messages come no slower than they can be worked on.
    pub busy: f64,
    /// Messages a second by which those of all such keys pile up.
    pub growth: f64,
}

/// Of the messages that are published to the queue, on average over the run. `None` where no key has to wait for itself.
pub fn busiest_key(scenario: &Scenario, id: QueueId) -> Option<BusiestKey> {
    let work = work_on(scenario, id);
    if scenario.queue(id).rules.ordered_by != OrderedBy::Key || work.consumers == 0 {
        return None;
    }
    let producers: Vec<(&Producer, f64)> = scenario
        .producers
        .iter()
        .filter(|producer| producer.publishes_to.contains(&id))
        .map(|producer| (producer, rate_of(&producer.arrivals, scenario.run.duration).mean))
        .collect();
    let rate = |key: u64| -> f64 {
        producers.iter().map(|(producer, rate)| producer.messages.key.map_or(0.0, |keys| rate * keys.share(key))).sum()
    };
    let each_s = work.attempts * f64::from(work.consumers) / work.capacity;
    // Of every law one of the first two has the most, and from the second on each has no more than the one before.
    let busy = rate(1).max(rate(2)) * each_s;
    let excess = |key: u64| (rate(key) - 1.0 / each_s).max(0.0);
    let growth = excess(1) + (2..=MOST_KEYS).map(excess).take_while(|excess| *excess > 0.0).sum::<f64>();
    (busy > 0.0 && busy.is_finite()).then_some(BusiestKey { busy, growth })
}
