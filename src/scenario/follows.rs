//! What goes by the numbers that messages carry: services that follow them, capacities in bytes, the shortest first.
//! Whether every message carries them is known only with the whole scenario in view.

use std::sync::Arc;

use super::distribution;
use super::keys;
use super::model::{Consumers, Producer, Queue};
use super::problem::{Place, Problem};
use super::quantity::{self, ANY};
use super::reader::{Object, Reader};
use super::yaml::{Node, Value};
use crate::broker::{Order, QueueId};
use crate::client::{Carries, Follows};
use crate::measure::nearest;
use crate::time::{Span, Time};
use crate::workload::{Arrivals, Distribution, Empirical, Part};

const KIB: f64 = 1024.0;
/// Of a trace that repeats, so many of its messages stand for all.
const MOST_RECORDED: u64 = 1_000_000;

/// Reads a distribution, or a law of what the message carries. The distribution that follows from the law is filled in
/// by [`check`].
pub fn service(node: &Node, entry: &Object<'_>, reader: &mut Reader) -> Option<(Distribution, Option<Follows>)> {
    if !is_law(node) {
        return distribution::read(node, entry.example("service"), reader).map(|service| (service, None));
    }
    if let Value::Pairs(pairs) = &node.value
        && let [(key, _)] = pairs.as_slice()
        && key.name == "plus"
    {
        let problem = Problem::at(key.place, "stands alone");
        reader.report(problem.hint("write `{per_work: 30ms, plus: 200ms}`, or a bare duration for a constant"));
        return None;
    }
    let chosen = reader.one_of(node, keys::SERVICE, keys::BESIDE_SERVICE)?;
    let example = keys::SERVICE.iter().find(|key| key.name == chosen.kind).map_or("", |key| key.example);
    let each_s = reader.quantity(chosen.node, example, |text| quantity::seconds(text, &ANY));
    let plus = chosen.beside.quantity("plus", reader, |text| quantity::span(text, &ANY)).unwrap_or(Span::ZERO);
    let (what, units) = if chosen.kind == "per_work" { (Carries::Work, 1.0) } else { (Carries::Size, KIB) };
    let follows = Follows { what, each_s: each_s? / units, plus };
    Some((Distribution::Constant(plus), Some(follows)))
}

/// Whether one of the keys is, or is meant to be, one of a law.
fn is_law(node: &Node) -> bool {
    let Value::Pairs(pairs) = &node.value else { return false };
    let of_law = || keys::SERVICE.iter().chain(keys::BESIDE_SERVICE).map(|key| key.name);
    let all = || of_law().chain(keys::DISTRIBUTION.iter().map(|key| key.name));
    pairs.iter().any(|(key, _)| nearest(&key.name, all()).is_some_and(|near| of_law().any(|name| name == near)))
}

/// Reports what messages do not carry that they are asked for, and fills in how long services take.
pub fn check(queues: &[Queue], producers: &[Producer], consumers: &mut [Consumers], root: &Node, reader: &mut Reader) {
    let reached: Vec<Vec<bool>> = producers.iter().map(|producer| reach(producer, queues, consumers)).collect();
    let come_to = |ids: &[QueueId]| -> Vec<&Producer> {
        let comes = |of: &Vec<bool>| ids.iter().any(|id| of[id.index()]);
        producers.iter().zip(&reached).filter(|(_, of)| comes(of)).map(|(producer, _)| producer).collect()
    };
    for (at, queue) in queues.iter().enumerate() {
        if queue.rules.capacity_bytes.is_some() {
            let place = place_of(root, &["queues", &queue.name, "capacity_bytes"]);
            all_carry(&come_to(&[QueueId(at as u16)]), Carries::Size, place, reader);
        }
        if queue.rules.order == Order::ShortestFirst {
            one_entry(QueueId(at as u16), &queue.name, consumers, root, reader);
        }
    }
    for entry in consumers {
        let Some(follows) = entry.rules.follows else { continue };
        let come = come_to(&entry.takes_from);
        if all_carry(&come, follows.what, place_of(root, &["consumers", &entry.name, "service"]), reader) {
            entry.rules.service = over_all(&come, follows);
        }
    }
}

fn place_of(root: &Node, path: &[&str]) -> Place {
    root.find(path).map_or(Place::TOP, |node| node.place)
}

/// The queues that messages of a producer may come to.
fn reach(producer: &Producer, queues: &[Queue], consumers: &[Consumers]) -> Vec<bool> {
    let mut reached = vec![false; queues.len()];
    let mut next: Vec<QueueId> = producer.publishes_to.clone();
    while let Some(id) = next.pop() {
        if std::mem::replace(&mut reached[id.index()], true) {
            continue;
        }
        next.extend(queues[id.index()].rules.dead_letter);
        let entries = consumers.iter().filter(|entry| entry.takes_from.contains(&id));
        next.extend(entries.flat_map(|entry| entry.then.iter().map(|way| way.to)));
    }
    reached
}

fn all_carry(producers: &[&Producer], what: Carries, place: Place, reader: &mut Reader) -> bool {
    let without: Vec<String> = producers
        .iter()
        .filter(|producer| number_of(producer, what).is_none())
        .map(|producer| format!("`{}`", producer.name))
        .collect();
    if without.is_empty() {
        return true;
    }
    let (name, example) = match what {
        Carries::Work => ("work", "400"),
        Carries::Size => ("size", "4KiB"),
    };
    let message = format!("messages of {} come here, and carry no {name}", without.join(" and "));
    let hint = format!("write `messages: {{{name}: {example}}}` under the producer, or name a column of its trace");
    reader.report(Problem::at(place, message).hint(hint));
    false
}

/// Which message is the shortest depends on who is to work on it.
fn one_entry(id: QueueId, name: &str, consumers: &[Consumers], root: &Node, reader: &mut Reader) {
    let entries = consumers.iter().filter(|entry| entry.takes_from.contains(&id));
    let names: Vec<String> = entries.map(|entry| format!("`{}`", entry.name)).collect();
    if names.len() > 1 {
        let message =
            format!("{} take from it, and which message is shortest depends on who takes it", names.join(" and "));
        let problem = Problem::at(place_of(root, &["queues", name, "order"]), message);
        reader.report(problem.hint("let one consumers entry take from such a queue"));
    }
}

/// What the messages of a producer carry, if they do; a second stands for 1.
fn number_of(producer: &Producer, what: Carries) -> Option<Distribution> {
    type Recorded = fn(&Arrivals, u64) -> Option<f64>;
    let (rule, recorded): (_, Recorded) = match what {
        Carries::Work => (&producer.messages.work, Arrivals::work),
        Carries::Size => (&producer.messages.size, Arrivals::size),
    };
    let number = |at| recorded(&producer.arrivals, at);
    if number(0).is_none() {
        return rule.clone();
    }
    let most = producer.arrivals.expected(Time::NEVER).clamp(1.0, MOST_RECORDED as f64) as u64;
    let numbers = (0..most).map_while(number).collect();
    Some(Distribution::Empirical(Arc::new(Empirical::new(numbers, None))))
}

impl Consumers {
    /// How services of the messages of these producers are distributed, as often as each publishes.
    pub fn service_of(&self, producers: &[&Producer]) -> Distribution {
        self.rules.follows.map_or_else(|| self.rules.service.clone(), |follows| over_all(producers, follows))
    }
}

/// How a service is distributed over the messages of these producers, as often as each publishes.
fn over_all(producers: &[&Producer], follows: Follows) -> Distribution {
    let of =
        |producer: &Producer| number_of(producer, follows.what).map(|n| n.times_plus(follows.each_s, follows.plus));
    let all: Vec<(f64, Distribution)> =
        producers.iter().filter_map(|producer| Some((per_second(&producer.arrivals), of(producer)?))).collect();
    let total: f64 = all.iter().map(|(rate, _)| rate).sum();
    match all.as_slice() {
        [] => Distribution::Constant(follows.plus),
        [(_, only)] => only.clone(),
        [(_, first), others @ ..] if others.iter().all(|(_, other)| other == first) => first.clone(),
        all => {
            let weight = |rate: f64| if total > 0.0 { rate / total } else { 1.0 / all.len() as f64 };
            Distribution::Mixture(all.iter().map(|(rate, of)| Part { weight: weight(*rate), of: of.clone() }).collect())
        }
    }
}

/// Messages per second on average; of clients, if nothing took time but their thinking.
fn per_second(arrivals: &Arrivals) -> f64 {
    match arrivals {
        Arrivals::Closed { population, think, .. } => f64::from(*population) / think.mean_s().max(1e-3),
        _ => arrivals.steady_rate().unwrap_or_else(|| {
            super::defaults::span(arrivals).map_or(1.0, |span| arrivals.expected(Time::ZERO + span) / span.seconds())
        }),
    }
}
