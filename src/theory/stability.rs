//! Whether the consumers of a queue keep up with what is published to it, on average over the run.

use std::collections::BTreeSet;

use crate::broker::{QueueId, WhenFull};
use crate::result::Stability;
use crate::scenario::{Producer, Queue, Scenario, busiest_key, inflows, share, work_on};
use crate::time::Span;

/// Loads this near to one count as one: a rate times a mean is seldom exactly a whole number.
pub(super) const ROUNDING: f64 = 1e-12;

/// Each queue that messages come to, in the order of the scenario; of those that only dead letters come to, the ones with
/// consumers. Attempts that an acknowledgement time-out repeats are left out, and so are dead letters of full queues and of
/// a ttl beside consumers; and so are queues of clients who wait for their answers, because they hold no more than there
/// are clients.
pub fn stability(scenario: &Scenario) -> Vec<Stability> {
    let of = |closed: bool| scenario.producers.iter().filter(move |producer| producer.arrivals.is_closed() == closed);
    let rates = inflows(scenario);
    let reached = |closed| reached(scenario, of(closed), &rates);
    let (open, closed) = (reached(false), reached(true));
    open.difference(&closed).map(|id| of_queue(scenario, *id, &rates)).collect()
}

/// The queues that the messages of some producers come to; of those that only dead letters come to, the ones with
/// consumers. `rates` are what enters each queue per second.
fn reached<'a>(scenario: &Scenario, producers: impl Iterator<Item = &'a Producer>, rates: &[f64]) -> BTreeSet<QueueId> {
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

/// Whether what is inside grows without end: at least as much work comes as the consumers can do, and nothing is turned
/// away. So it is at a load of exactly one, where [`Stability::growth`] is 0 and yet there is no steady state; and
/// where a full queue blocks its producers, who then hold what grows. One key may come too often alone.
pub fn is_overloaded(scenario: &Scenario, stability: &Stability) -> bool {
    let queue = scenario.queues.iter().find(|queue| queue.name == stability.queue);
    let keeps_all = queue.is_some_and(|queue| is_unlimited(scenario, queue) || blocks(scenario, queue));
    let is_full = stability.offered_load >= stability.present * (1.0 - ROUNDING);
    keeps_all && stability.rate > 0.0 && (is_full || overloaded_key(scenario, stability).is_some())
}

/// How many times as fast as one after the other the messages of one key come, where that is once or more and they have to
/// be worked on one after the other.
pub fn overloaded_key(scenario: &Scenario, stability: &Stability) -> Option<f64> {
    let at = scenario.queues.iter().position(|queue| queue.name == stability.queue)?;
    busiest_key(scenario, QueueId(at as u16)).map(|key| key.busy).filter(|busy| *busy >= 1.0 - ROUNDING)
}

/// About how long the slowest queue remembers what it began with: the relaxation time of the diffusion that a busy
/// GI/G/c resembles, 2 (cₐ² + cₛ²) E\[S\] / (c (1 − ρ)²) (Newell 1971; Abate & Whitt 1987). Zero where every queue is
/// bounded or overloaded, or nothing is steady; a queue whose services have no variance has no such time and is left out.
pub fn relaxation(scenario: &Scenario, stability: &[Stability]) -> Span {
    let of_queue = |queue: &Stability| -> Option<f64> {
        let at = scenario.queues.iter().position(|known| known.name == queue.queue)?;
        let id = QueueId(at as u16);
        let consumers = queue.present;
        let idle = 1.0 - queue.offered_load / consumers;
        let arrivals = scenario.producers.iter().filter(|producer| producer.publishes_to.contains(&id));
        // What others pass on comes about as a Poisson process does.
        let dead_lettered = scenario.queues.iter().any(|queue| queue.rules.dead_letter == Some(id));
        let passed_on = scenario.consumers.iter().any(|entry| entry.then.iter().any(|way| way.to == id));
        let passed_on = passed_on || dead_lettered;
        let variation = arrivals.map(|producer| producer.arrivals.scv()).fold(f64::from(u8::from(passed_on)), f64::max);
        let services = scenario.consumers_of(id).map(|entry| entry.rules.service.scv());
        let variation = variation + services.fold(0.0, f64::max);
        let is_settling = is_unlimited(scenario, scenario.queue(id)) && queue.rate > 0.0 && idle > 0.0;
        let each_s = queue.offered_load / queue.rate;
        let of_all = 2.0 * variation * each_s / consumers / (idle * idle);
        // One key is a queue of its own with one consumer.
        let of_key = busiest_key(scenario, id).map_or(0.0, |key| 2.0 * variation * each_s / (1.0 - key.busy).powi(2));
        is_settling.then(|| of_all.max(of_key))
    };
    let longest = stability.iter().filter_map(of_queue).filter(|seconds| seconds.is_finite()).fold(0.0, f64::max);
    if scenario.is_steady() { Span::from_seconds(longest) } else { Span::ZERO }
}

fn is_unlimited(scenario: &Scenario, queue: &Queue) -> bool {
    !queue.rules.is_limited() && !expires(scenario, queue)
}

fn blocks(scenario: &Scenario, queue: &Queue) -> bool {
    queue.rules.when_full == WhenFull::Block && !expires(scenario, queue)
}

fn expires(scenario: &Scenario, queue: &Queue) -> bool {
    queue.rules.ttl.is_some() || scenario.messages_expire()
}

fn of_queue(scenario: &Scenario, id: QueueId, rates: &[f64]) -> Stability {
    let queue = scenario.queue(id);
    let (rate, work) = (rates[id.index()], work_on(scenario, id));
    let (consumers, present) = (work.consumers, work.present);
    let throughput = work.throughput() * share(scenario, id, rates);
    // With no consumer nothing is kept busy.
    let offered_load = match throughput > 0.0 {
        _ if consumers == 0 || rate == 0.0 => 0.0,
        true => rate * present / throughput,
        false => f64::INFINITY,
    };
    let of_keys = busiest_key(scenario, id).map_or(0.0, |key| key.growth);
    let growth = if is_unlimited(scenario, queue) { grows(rate, throughput).max(of_keys) } else { 0.0 };
    Stability { queue: queue.name.clone(), rate, offered_load, consumers, present, growth }
}

fn grows(rate: f64, throughput: f64) -> f64 {
    let growth = rate - throughput;
    if growth > rate * ROUNDING { growth } else { 0.0 }
}
