//! What comes to each queue a second, from producers and from consumers who pass messages on.

use std::collections::BTreeSet;

use super::stability::{dead, share, succeed, throughput};
use crate::broker::QueueId;
use crate::scenario::{Consumers, Producer, Scenario};
use crate::time::Time;

/// A cycle that messages leave so slowly that it takes longer is as good as one that they never leave.
const MOST_ROUNDS: usize = 10_000;

/// Messages entering each queue per second, on average over the run: published, passed on, and dead letters of failures and
/// of queues that only a ttl empties (the traffic equations; Jackson 1957). Consumers who have too much to do pass on what
/// they can.
pub(super) fn rates(scenario: &Scenario) -> Vec<f64> {
    let outside: Vec<f64> = ids(scenario).map(|id| published(scenario, id)).collect();
    if !scenario.passes_on() && scenario.queues.iter().all(|queue| queue.rules.dead_letter.is_none()) {
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
        let dead_letter = queue.rules.dead_letter;
        if takers.is_empty() && scenario.may_expire(id) {
            return Outlet { most: f64::INFINITY, ways: dead_letter.into_iter().map(|to| (to, 1.0)).collect() };
        }
        let ways = takers.iter().zip(&able).filter(|_| most > 0.0).flat_map(|(entry, able)| {
            let (part, done) = (part(*able), succeed(queue, entry));
            let passed_on = entry.then.iter().map(move |way| (way.to, part * done * way.share));
            passed_on.chain(dead_letter.map(|to| (to, part * dead(queue, entry))))
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

/// The queues that the messages of some producers come to; of those that only dead letters come to, the ones with
/// consumers. `rates` are those of [`rates`].
pub(super) fn reached<'a>(
    scenario: &Scenario,
    producers: impl Iterator<Item = &'a Producer>,
    rates: &[f64],
) -> BTreeSet<QueueId> {
    let first: Vec<QueueId> = producers.flat_map(|producer| producer.publishes_to.iter().copied()).collect();
    let mut found = follow(scenario, first.clone(), false);
    let is_busy = |id: &QueueId| rates[id.index()] > 0.0 && scenario.consumers_of(*id).next().is_some();
    found.extend(follow(scenario, first, true).into_iter().filter(is_busy));
    found
}

fn follow(scenario: &Scenario, mut open: Vec<QueueId>, dead_letters: bool) -> BTreeSet<QueueId> {
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        if found.insert(id) {
            let ways = scenario.consumers_of(id).flat_map(|entry| &entry.then);
            open.extend(ways.filter(|way| way.share > 0.0).map(|way| way.to));
            open.extend(scenario.queue(id).rules.dead_letter.filter(|_| dead_letters));
        }
    }
    found
}
