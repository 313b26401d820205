//! What comes to each queue a second, from producers and from consumers who pass messages on.

use std::collections::BTreeSet;

use super::stability::{share, succeed, throughput};
use crate::broker::QueueId;
use crate::scenario::{Consumers, Producer, Scenario};
use crate::time::Time;

/// A cycle that messages leave so slowly that it takes longer is as good as one that they never leave.
const MOST_ROUNDS: usize = 10_000;

/// Messages entering each queue per second, on average over the run: published and passed on (the traffic equations;
/// Jackson 1957). Consumers who have too much to do pass on what they can. Dead letters are left out.
pub(super) fn rates(scenario: &Scenario) -> Vec<f64> {
    let outside: Vec<f64> = ids(scenario).map(|id| published(scenario, id)).collect();
    if !scenario.passes_on() {
        return outside;
    }
    let outlets: Vec<Outlet> = ids(scenario).map(|id| Outlet::of(scenario, id)).collect();
    let mut rates = outside.clone();
    for _ in 0..MOST_ROUNDS {
        let mut next = outside.clone();
        for (id, outlet) in ids(scenario).zip(&outlets).filter(|(id, _)| rates[id.index()] > 0.0) {
            let leaving = rates[id.index()].min(outlet.most * share(scenario, id, &rates));
            outlet.ways.iter().for_each(|(to, part)| next[to.index()] += leaving * part);
        }
        let settled = next.iter().zip(&rates).all(|(new, old)| (new - old).abs() <= 1e-15 * new);
        rates = next;
        if settled {
            break;
        }
    }
    rates
}

/// What leaves a queue through its consumers.
struct Outlet {
    /// Messages per second, if there is always enough to do.
    most: f64,
    /// The parts of it that go to other queues.
    ways: Vec<(QueueId, f64)>,
}

impl Outlet {
    fn of(scenario: &Scenario, id: QueueId) -> Outlet {
        let queue = scenario.queue(id);
        let takers: Vec<&Consumers> = scenario.consumers_of(id).collect();
        let able: Vec<f64> = takers.iter().map(|entry| throughput(scenario.run.duration, queue, entry)).collect();
        let most: f64 = able.iter().sum();
        // Where work takes no time nobody does more than another.
        let part = |able: f64| if most.is_finite() { able / most } else { 1.0 / takers.len() as f64 };
        let ways = takers.iter().zip(&able).filter(|_| most > 0.0).flat_map(|(entry, able)| {
            let part = part(*able) * succeed(queue, entry);
            entry.then.iter().map(move |way| (way.to, part * way.share))
        });
        Outlet { most, ways: ways.collect() }
    }
}

pub(super) fn ids(scenario: &Scenario) -> impl Iterator<Item = QueueId> + use<> {
    (0..scenario.queues.len() as u16).map(QueueId)
}

/// Published to it per second, on average over the run.
fn published(scenario: &Scenario, id: QueueId) -> f64 {
    let duration = scenario.run.duration;
    let expected = |end| -> f64 {
        let producers = scenario.producers.iter().filter(|producer| producer.publishes_to.contains(&id));
        producers.map(|producer| producer.arrivals.expected(end)).sum()
    };
    match duration.seconds() {
        0.0 => 0.0,
        seconds => expected(Time::ZERO + duration) / seconds,
    }
}

/// The queues that the messages of some producers come to.
pub(super) fn reached<'a>(scenario: &Scenario, producers: impl Iterator<Item = &'a Producer>) -> BTreeSet<QueueId> {
    let mut open: Vec<QueueId> = producers.flat_map(|producer| producer.publishes_to.iter().copied()).collect();
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        if found.insert(id) {
            let ways = scenario.consumers_of(id).flat_map(|entry| &entry.then);
            open.extend(ways.filter(|way| way.share > 0.0).map(|way| way.to));
        }
    }
    found
}
