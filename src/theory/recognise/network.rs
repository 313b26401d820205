//! Several queues, of which each is what it would be if all that comes to it came from outside.

use std::collections::BTreeSet;

use super::station::{not_plain, seen, the_consumers};
use crate::broker::{Order, QueueId, WhenFull};
use crate::client::{OnRetry, Way};
use crate::scenario::{Consumers, Producer, Queue, Scenario};
use crate::theory::model::{Gaps, Model, System};
use crate::theory::network::{self, Station};
use crate::theory::service::{in_words, is_exponential};
use crate::theory::stability::ROUNDING;
use crate::workload::{Arrivals, Distribution, PhaseType};

/// A network of queues with exponential service.
#[derive(Clone, Debug)]
pub struct Network {
    /// The queues that messages reach, each as a model of its own at the rate that comes to it; of a closed network, for
    /// one message a second that is published.
    pub stations: Vec<Model>,
    /// The shares of what leaves each station that go to each; the rest is processed.
    pub to: Vec<Vec<f64>>,
    /// By producer: its name, where it publishes to, and its messages per second.
    pub producers: Vec<(String, usize, f64)>,
    /// Clients and their mean think time in seconds, where they wait for their answers.
    pub closed: Option<(u32, f64)>,
}

impl Network {
    pub fn name(&self) -> String {
        let kind = if self.closed.is_some() { "closed network" } else { "Jackson network" };
        match self.stations.as_slice() {
            [_] => format!("{kind} of 1 queue"),
            stations => format!("{kind} of {} queues", stations.len()),
        }
    }

    pub fn source(&self) -> &'static str {
        match self.closed {
            Some(_) => "mean value analysis: Reiser & Lavenberg 1980",
            None if self.keeps_order() => {
                "Jackson 1957; what is found: Sevcik & Mitrani 1981, Lavenberg & Reiser 1980; times in a row: Reich 1957, \
                 Walrand & Varaiya 1980"
            }
            None => "Jackson 1957; what is found: Sevcik & Mitrani 1981, Lavenberg & Reiser 1980",
        }
    }

    /// Whether no message, nor what it brings about, overtakes another: one consumer at each queue, and from none more than
    /// one way to another. Then the times that a message spends in one queue after the other have nothing to do with each
    /// other (of queues in a row Reich 1957; Walrand & Varaiya 1980).
    pub(in crate::theory) fn keeps_order(&self) -> bool {
        let one_way = |from: usize| {
            let (mut seen, mut open) = (BTreeSet::from([from]), vec![from]);
            while let Some(at) = open.pop() {
                let next: Vec<usize> = (0..self.to.len()).filter(|next| self.to[at][*next] > 0.0).collect();
                if !next.iter().all(|next| seen.insert(*next)) {
                    return false;
                }
                open.extend(next);
            }
            true
        };
        self.closed.is_none()
            && self.stations.iter().all(|model| model.consumers == 1)
            && (0..self.to.len()).all(one_way)
    }

    /// From where messages begin, with such shares, to their end: exponential times, one in each queue that they come to,
    /// at its rate of `rates` per second. `None` where they are too many to tell.
    pub(in crate::theory) fn way(&self, begin: Vec<f64>, rates: &[f64]) -> Option<Distribution> {
        let row = |(at, rate): (usize, &f64)| {
            let ends = (1.0 - self.to[at].iter().sum::<f64>()).max(0.0);
            let mut row: Vec<f64> = self.to[at].iter().chain([&ends]).map(|share| rate * share).collect();
            // Who comes back at once stays.
            row[at] = 0.0;
            row
        };
        PhaseType::new(begin, rates.iter().enumerate().map(row).collect())
            .ok()
            .map(|w| Distribution::PhaseType(w.into()))
    }
}

/// How the queues that messages are published to have to do with each other.
pub(super) enum Links {
    OneQueue,
    /// There are several, and no message comes to more than one.
    None,
    Some,
}

pub(super) fn links(scenario: &Scenario, active: &[&Producer]) -> Links {
    let published_to: BTreeSet<QueueId> = active.iter().flat_map(|producer| &producer.publishes_to).copied().collect();
    let goes_on = |id: &QueueId| !ways(scenario, *id).is_empty();
    if active.iter().any(|producer| producer.publishes_to.len() > 1) || published_to.iter().any(goes_on) {
        return Links::Some;
    }
    if published_to.len() > 1 { Links::None } else { Links::OneQueue }
}

/// Where messages are passed on to from a queue.
fn ways(scenario: &Scenario, id: QueueId) -> &[Way] {
    scenario.consumers_of(id).find(|entry| entry.count > 0).map_or(&[], |entry| &entry.then)
}

/// The network, or all the reasons why it is none that the formulas know.
pub(super) fn recognise(scenario: &Scenario, active: &[&Producer]) -> Result<Network, Vec<String>> {
    let ids = reached(scenario, active);
    let mut reasons: Vec<String> = active.iter().filter_map(|producer| not_known(producer, active)).collect();
    let mut places = Vec::new();
    for id in &ids {
        match the_consumers(scenario, *id) {
            Ok(entry) => {
                reasons.extend(not_markov(scenario, *id, entry));
                places.push((scenario.queue(*id), entry));
            }
            Err(reason) => reasons.push(reason),
        }
    }
    if !reasons.is_empty() {
        return Err(reasons);
    }
    let place = |id: QueueId| ids.iter().position(|known| *known == id).expect("what is reached is known");
    let share = |entry: &Consumers, id: QueueId| entry.then.iter().filter(|w| w.to == id).map(|w| w.share).sum();
    let to = places.iter().map(|(_, entry)| ids.iter().map(|id| share(entry, *id)).collect()).collect();
    let producers = active.iter().map(|producer| {
        let rate = producer.arrivals.steady_rate().unwrap_or(0.0);
        (producer.name.clone(), place(producer.publishes_to[0]), rate)
    });
    balanced(scenario, &places, to, producers.collect(), closed(active))
}

/// With its rates, if every queue keeps up.
fn balanced(
    scenario: &Scenario,
    places: &[(&Queue, &Consumers)],
    to: Vec<Vec<f64>>,
    producers: Vec<(String, usize, f64)>,
    closed: Option<(u32, f64)>,
) -> Result<Network, Vec<String>> {
    let outside = |at: usize| match closed {
        Some(_) => f64::from(u8::from(producers.iter().any(|producer| producer.1 == at))),
        None => producers.iter().filter(|producer| producer.1 == at).map(|producer| producer.2).sum(),
    };
    let station = |at: usize| Station {
        rate: outside(at),
        mean_s: places[at].1.rules.service.mean_s(),
        consumers: places[at].1.count,
        to: to[at].clone(),
    };
    let stations: Vec<Station> = (0..places.len()).map(station).collect();
    let rates = network::rates(&stations).ok_or_else(|| vec!["some messages are passed on for ever".to_owned()])?;
    let models = places.iter().zip(&rates).map(|((queue, entry), rate)| model(scenario, queue, entry, *rate));
    let stations = models.collect::<Result<Vec<Model>, String>>().map_err(|reason| vec![reason])?;
    let overloaded = |model: &&Model| model.offered() >= f64::from(model.consumers) * (1.0 - ROUNDING);
    let reasons: Vec<String> = match closed {
        Some(_) => several_consumers(&stations),
        None => stations.iter().filter(overloaded).map(too_much).collect(),
    };
    if reasons.is_empty() { Ok(Network { stations, to, producers, closed }) } else { Err(reasons) }
}

fn too_much(model: &Model) -> String {
    format!("`{}` is given more work than its consumers can do: there is no steady state", model.queue)
}

fn several_consumers(stations: &[Model]) -> Vec<String> {
    let several = stations.iter().filter(|model| model.consumers > 1);
    let reason = |model: &Model| {
        let (entry, count) = (&model.entry, model.consumers);
        format!(
            "clients wait for what {count} consumers `{entry}` pass on: the formulas know one consumer at each queue"
        )
    };
    several.map(reason).collect()
}

fn model(scenario: &Scenario, queue: &Queue, entry: &Consumers, rate: f64) -> Result<Model, String> {
    Ok(Model {
        queue: queue.name.clone(),
        entry: entry.name.clone(),
        rate,
        gaps: Gaps::Poisson,
        service: Distribution::Exponential { mean_s: entry.rules.service.mean_s() },
        consumers: entry.count,
        all_consumers: scenario.consumers.iter().map(|entry| u64::from(entry.count)).sum(),
        feedback: None,
        patience: None,
        classes: Vec::new(),
        system: System::Markov,
        seen: seen(entry)?,
    })
}

/// The queues that messages come to, in the order of the scenario.
fn reached(scenario: &Scenario, active: &[&Producer]) -> Vec<QueueId> {
    let mut open: Vec<QueueId> = active.iter().flat_map(|producer| producer.publishes_to.iter().copied()).collect();
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        if found.insert(id) {
            open.extend(ways(scenario, id).iter().filter(|way| way.share > 0.0).map(|way| way.to));
        }
    }
    found.into_iter().collect()
}

fn closed(active: &[&Producer]) -> Option<(u32, f64)> {
    match &active.first()?.arrivals {
        Arrivals::Closed { population, think, .. } => Some((*population, think.mean_s())),
        _ => None,
    }
}

/// Why a producer fits into no network.
fn not_known(producer: &Producer, active: &[&Producer]) -> Option<String> {
    let name = &producer.name;
    if producer.publishes_to.len() > 1 {
        return Some(format!(
            "`{name}` publishes a copy to each of several queues: the formulas know one for each message"
        ));
    }
    if producer.messages.ttl.is_some() {
        return Some(format!("messages of `{name}` expire: the formulas of networks know no ttl"));
    }
    match &producer.arrivals {
        Arrivals::Closed { .. } if active.len() > 1 => Some(format!(
            "the clients of `{name}` wait for their answers, and others publish too: the formulas know one of them"
        )),
        Arrivals::Closed { .. } | Arrivals::Poisson { .. } => None,
        Arrivals::Renewal { gap } if is_exponential(gap) => None,
        _ => Some(format!("the arrivals of `{name}` are not poisson: the formulas of networks need that")),
    }
}

/// Why a queue is no M/M/c with unlimited room.
fn not_markov(scenario: &Scenario, id: QueueId, entry: &Consumers) -> Vec<String> {
    let queue = scenario.queue(id);
    let (name, rules) = (&queue.name, &queue.rules);
    let mut reasons = not_plain(queue, entry);
    if !is_exponential(&entry.rules.service) {
        let service = in_words(&entry.rules.service);
        reasons.push(format!("service of `{}` is {service}: the formulas of networks need exponential", entry.name));
    }
    let others = [
        (
            rules.capacity.is_some() && rules.when_full == WhenFull::Refuse,
            format!("room in `{name}` is limited: the formulas of networks need unlimited room"),
        ),
        (rules.order != Order::Fifo, format!("`{name}` is not first in first out: the formulas of networks need that")),
        (rules.ttl.is_some(), format!("messages in `{name}` expire: the formulas of networks know no ttl")),
        (
            entry.rules.fails > 0.0,
            format!("a share of the attempts of `{}` fails: the formulas of networks know none", entry.name),
        ),
        (
            entry.rules.on_retry == OnRetry::Same && comes_again(scenario, id),
            format!(
                "a message that comes to `{name}` again takes `{}` as long as before: the formulas need `on_retry: fresh`",
                entry.name
            ),
        ),
    ];
    reasons.extend(others.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason));
    reasons.extend(seen(entry).err());
    reasons
}

/// Whether a message may come to a queue more than once.
fn comes_again(scenario: &Scenario, id: QueueId) -> bool {
    let mut open: Vec<QueueId> = ways(scenario, id).iter().map(|way| way.to).collect();
    let mut found = BTreeSet::new();
    while let Some(next) = open.pop() {
        if next == id {
            return true;
        }
        if found.insert(next) {
            open.extend(ways(scenario, next).iter().map(|way| way.to));
        }
    }
    false
}
