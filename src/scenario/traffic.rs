//! What comes to each queue a second, from producers and from consumers who pass messages on, and what its consumers can do.

use std::collections::BTreeSet;

use super::model::{Consumers, Scenario};
use crate::broker::{Active, QueueId, Redelivery, Then};
use crate::client::OnFailure;
use crate::time::{Span, Time};
use crate::workload::Arrivals;

/// A trace's peak is that of the busiest of so many parts of the run.
const PARTS: u64 = 100;
/// A cycle that messages leave so slowly that it takes longer is as good as one that they never leave.
const MOST_ROUNDS: usize = 10_000;

/// Messages per second, on average over the run and at the highest.
#[derive(Clone, Copy, Default)]
pub(super) struct Rate {
    pub mean: f64,
    pub peak: f64,
}

impl Rate {
    pub fn add(&mut self, other: Rate, share: f64) {
        self.mean += other.mean * share;
        self.peak += other.peak * share;
    }

    fn at_most(self, most: f64) -> Rate {
        Rate { mean: self.mean.min(most), peak: self.peak.min(most) }
    }

    fn is_nearly(self, other: Rate) -> bool {
        let near = |new: f64, old: f64| (new - old).abs() <= 1e-15 * new;
        near(self.mean, other.mean) && near(self.peak, other.peak)
    }
}

/// What comes into one queue.
#[derive(Clone, Copy, Default)]
pub(super) struct Flow {
    /// From producers alone.
    pub published: Rate,
    /// With what is passed on, and dead letters as far as they follow from shares of failures.
    pub inflow: Rate,
}

/// Messages entering each queue per second, on average over the run: published, passed on, and dead letters of failures and
/// of queues that only a ttl empties (the traffic equations; Jackson 1957). Consumers who have too much to do pass on what
/// they can.
pub fn inflows(scenario: &Scenario) -> Vec<f64> {
    flows(scenario).iter().map(|flow| flow.inflow.mean).collect()
}

/// Step by step, from what is published.
pub(super) fn flows(scenario: &Scenario) -> Vec<Flow> {
    let published = published(scenario);
    let outlets: Vec<Outlet> = ids(scenario).map(|id| Outlet::of(scenario, id)).collect();
    let mut inflows = published.clone();
    for _ in 0..MOST_ROUNDS {
        let means: Vec<f64> = inflows.iter().map(|rate| rate.mean).collect();
        let mut next = published.clone();
        for (id, outlet) in ids(scenario).zip(&outlets).filter(|(id, _)| means[id.index()] > 0.0) {
            let leaving = inflows[id.index()].at_most(outlet.most * share(scenario, id, &means));
            outlet.ways.iter().for_each(|(to, part)| next[to.index()].add(leaving, *part));
        }
        let settled = next.iter().zip(&inflows).all(|(new, old)| new.is_nearly(*old));
        inflows = next;
        if settled {
            break;
        }
    }
    published.into_iter().zip(inflows).map(|(published, inflow)| Flow { published, inflow }).collect()
}

fn ids(scenario: &Scenario) -> impl Iterator<Item = QueueId> + use<> {
    (0..scenario.queues.len() as u16).map(QueueId)
}

fn published(scenario: &Scenario) -> Vec<Rate> {
    let mut rates = vec![Rate::default(); scenario.queues.len()];
    for producer in &scenario.producers {
        let rate = rate_of(&producer.arrivals, scenario.run.duration);
        producer.publishes_to.iter().for_each(|id| rates[id.index()].add(rate, 1.0));
    }
    rates
}

pub(super) fn rate_of(arrivals: &Arrivals, duration: Span) -> Rate {
    if duration == Span::ZERO {
        return Rate::default();
    }
    let end = Time::ZERO + duration;
    let mean = arrivals.expected(end) / duration.seconds();
    Rate { mean, peak: peak(arrivals, duration, mean) }
}

fn peak(arrivals: &Arrivals, duration: Span, mean: f64) -> f64 {
    let end = Time::ZERO + duration;
    match arrivals {
        Arrivals::Bursts(bursts) => bursts.peak(),
        Arrivals::Shaped(shaped) => {
            let within = shaped.stop.since(Time::ZERO).min(duration);
            let of_kind = rate_of(&shaped.arrivals, within).peak;
            // What comes only in a part of the run comes faster there than on average.
            (of_kind * shaped.batch.mean()).max(mean)
        }
        Arrivals::Poisson { rate } | Arrivals::Regular { rate } => rate.peak(end),
        Arrivals::Renewal { .. } | Arrivals::Closed { .. } => mean,
        Arrivals::Trace(trace) => {
            let until = |part: u64| trace.count_until(Time::from_nanos(duration.nanos() / PARTS * part));
            let most = (0..PARTS).map(|part| until(part + 1) - until(part)).max().unwrap_or(0);
            (most as f64 * PARTS as f64 / duration.seconds()).max(mean)
        }
    }
}

/// What leaves a queue through its consumers.
struct Outlet {
    /// Messages per second, if there is always enough to do; what only a ttl empties keeps nothing back.
    most: f64,
    /// The parts of it that go to other queues.
    ways: Vec<(QueueId, f64)>,
}

impl Outlet {
    fn of(scenario: &Scenario, id: QueueId) -> Outlet {
        let (work, weights) = (work_on(scenario, id), weights(scenario, id));
        let most = if weights.is_empty() { f64::INFINITY } else { work.throughput() };
        let dead_letter = scenario.queue(id).rules.dead_letter.map(|to| (to, work.dead_share));
        let passed_on = weights.into_iter().flat_map(|(entry, weight)| {
            entry.then.iter().map(move |way| (way.to, weight * work.done_share * way.share))
        });
        Outlet { most, ways: dead_letter.into_iter().chain(passed_on).collect() }
    }
}

/// The share of its consumers' time that a queue may count on, where they take from other queues too: as much of it as
/// its rate has of all `rates`, which go by queue.
pub fn share(scenario: &Scenario, id: QueueId, rates: &[f64]) -> f64 {
    let rate = rates[id.index()];
    let shared = scenario.consumers_of(id).flat_map(|entry| &entry.takes_from);
    let others: BTreeSet<QueueId> = shared.copied().filter(|other| *other != id).collect();
    let other_rates: f64 = others.into_iter().map(|other| rates[other.index()]).sum();
    if other_rates > 0.0 { rate / (rate + other_rates) } else { 1.0 }
}

/// What the consumers of one queue can do, and what their failures add.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// The most that there are; where one at a time is given messages, 1.
    pub consumers: u32,
    /// How many there are on average over the run.
    pub present: f64,
    /// Attempts per second when all are busy.
    pub capacity: f64,
    /// Attempts that one message takes; infinite if it never ends.
    pub attempts: f64,
    /// The share of messages that become dead letters by failing.
    pub dead_share: f64,
    /// The share of messages that an attempt succeeds on.
    pub done_share: f64,
}

impl Work {
    /// Messages per second that leave for good when all are busy.
    pub fn throughput(&self) -> f64 {
        self.capacity / self.attempts
    }
}

/// Attempts per second when all who are there are busy, on average over the run, and their batches are full.
fn capacity_of(entry: &Consumers, duration: Span) -> f64 {
    let together = entry.rules.takes.map_or(1, |takes| takes.up_to);
    let hang_s = entry.rules.faults.hang_s(together) / f64::from(together);
    let each_s = entry.rules.work_s() + hang_s;
    // While what it may hold is under way, it works on nothing else.
    let held_s = each_s * f64::from(together) + entry.rules.faults.round_trip_s();
    let each_s = if entry.prefetch == u32::MAX { each_s } else { each_s.max(held_s / f64::from(entry.prefetch)) };
    entry.mean_count(duration) / each_s
}

/// The entries that take from a queue, each with its share of all attempts: in proportion to what it can do.
fn weights(scenario: &Scenario, id: QueueId) -> Vec<(&Consumers, f64)> {
    let entries: Vec<&Consumers> = scenario.consumers_of(id).collect();
    let able = |entry: &Consumers| capacity_of(entry, scenario.run.duration);
    let all: f64 = entries.iter().map(|entry| able(entry)).sum();
    // Where work takes no time nobody does more than another.
    let alike = 1.0 / entries.len() as f64;
    let weight = |entry: &Consumers| if all.is_finite() && all > 0.0 { able(entry) / all } else { alike };
    entries.into_iter().map(|entry| (entry, weight(entry))).collect()
}

/// The share of messages on which attempts always fail: what is poison to one entry is so to all that have a higher share.
fn poison_of(weights: &[(&Consumers, f64)]) -> f64 {
    weights.iter().map(|(entry, _)| entry.rules.faults.poison).fold(0.0, f64::max)
}

/// Attempts that one message takes, and the shares that become dead letters by failing and that succeed, where such a
/// share of the attempts of each entry fails.
fn outcome(
    redelivery: &Redelivery,
    weights: &[(&Consumers, f64)],
    fails: impl Fn(&Consumers) -> f64,
) -> (f64, f64, f64) {
    let share = |chosen: &dyn Fn(&Consumers) -> bool| -> f64 {
        weights.iter().filter(|(entry, _)| chosen(entry)).map(|(entry, weight)| weight * fails(entry)).sum()
    };
    let is_after = |entry: &Consumers| entry.rules.acknowledge.is_after();
    let again = share(&|entry| is_after(entry) && entry.rules.on_failure == OnFailure::Requeue);
    let rejected = share(&|entry| is_after(entry) && entry.rules.on_failure == OnFailure::Reject);
    // The geometric sum 1 + f + … + f^limit, and what is left after it.
    let (attempts, exhausted) = match redelivery.forgiven() {
        None => (1.0 / (1.0 - again), 0.0),
        Some(limit) => {
            let left = again.powi(i32::try_from(limit).unwrap_or(i32::MAX).saturating_add(1));
            (if again < 1.0 { (1.0 - left) / (1.0 - again) } else { f64::from(limit) + 1.0 }, left)
        }
    };
    let by_limit = if redelivery.then == Then::DeadLetter { exhausted } else { 0.0 };
    let dead_share = if attempts.is_finite() { (rejected * attempts + by_limit).min(1.0) } else { 0.0 };
    let failed_before = share(&|entry| !is_after(entry));
    let done_share = (1.0 - rejected * attempts - exhausted - failed_before).max(0.0);
    let done_share = if attempts.is_finite() { done_share } else { 0.0 };
    (attempts, dead_share, done_share)
}

/// What those who take from a queue can do, if they take from no other.
pub fn work_on(scenario: &Scenario, id: QueueId) -> Work {
    let weights = weights(scenario, id);
    if weights.is_empty() && scenario.may_expire(id) {
        return Work { consumers: 0, present: 0.0, capacity: 0.0, attempts: 1.0, dead_share: 1.0, done_share: 0.0 };
    }
    let capacity: f64 = weights.iter().map(|(entry, _)| capacity_of(entry, scenario.run.duration)).sum();
    let redelivery = &scenario.queue(id).rules.redelivery;
    let healthy = outcome(redelivery, &weights, |entry| entry.rules.fails);
    let (attempts, dead_share, done_share) = match poison_of(&weights) {
        0.0 => healthy,
        poison => {
            let is_poisoned = |entry: &Consumers| entry.rules.faults.poison > 0.0;
            let ill = outcome(redelivery, &weights, |entry| if is_poisoned(entry) { 1.0 } else { entry.rules.fails });
            let mixed = |healthy: f64, ill: f64| (1.0 - poison) * healthy + poison * ill;
            (mixed(healthy.0, ill.0), mixed(healthy.1, ill.1), mixed(healthy.2, ill.2))
        }
    };
    let consumers: u32 = weights.iter().map(|(entry, _)| entry.count).sum();
    let present: f64 = weights.iter().map(|(entry, _)| entry.mean_count(scenario.run.duration)).sum();
    let work = Work { consumers, present, capacity, attempts, dead_share, done_share };
    match scenario.queue(id).rules.active {
        // What one of them can do on average.
        Active::Single if present > 0.0 => {
            let one = present.min(1.0);
            Work { consumers: consumers.min(1), present: one, capacity: capacity / present * one, ..work }
        }
        _ => work,
    }
}
