//! Producers, from their keys.

use super::model::{Consumers, Producer, Queue};
use super::problem::{Place, Problem};
use super::quantity::{self, SOME};
use super::reader::{Object, Reader};
use super::yaml::{Key, Node, Value};
use super::{amounts, delays, distribution, keys};
use crate::broker::{Delay, Jitter, QueueId, WhenFull};
use crate::client::{MessageRules, Retries, Uplink};
use crate::workload::{Arrivals, Keys};

const MOST_TRIES: u64 = 1_000_000;
const MOST_CONFIRMS: u64 = 1_000_000;
const MOST_PRIORITY: u64 = 254;
const MOST_KEYS: u64 = 1_000_000_000;
/// One message in a thousand is not of the first key then.
const MOST_SKEW: f64 = 10.0;

pub fn read(key: &Key, node: &Node, reader: &mut Reader) -> Option<Producer> {
    let object = reader.object(node, key.place, keys::PRODUCER)?;
    let publishes_to = object.need("publishes_to", reader).and_then(|node| targets(node, reader));
    let arrivals = object.need("arrivals", reader).and_then(|node| super::arrivals::read(node, reader));
    let messages = messages(&object, reader).unwrap_or_default();
    said_once(&object, arrivals.as_ref(), reader);
    let retries = retries(&object, reader);
    if retries.as_ref().is_some_and(Retries::may_repeat) {
        awaits_one(&object, publishes_to.as_deref(), arrivals.as_ref(), reader);
    }
    let confirms = object.quantity("confirms", reader, |text| quantity::count(text, 1, MOST_CONFIRMS));
    let network = network(&object, reader);
    Some(Producer {
        name: key.name.clone(),
        publishes_to: publishes_to?,
        arrivals: arrivals?,
        messages,
        retries,
        network,
        confirms: confirms.and_then(|count| u32::try_from(count).ok()),
    })
}

/// A queue, or a list of queues of which each gets a copy.
fn targets(node: &Node, reader: &mut Reader) -> Option<Vec<QueueId>> {
    let Value::List(items) = &node.value else { return reader.queue(node).map(|queue| vec![queue]) };
    let mut queues = Vec::new();
    for item in items {
        let queue = reader.queue(item)?;
        if queues.contains(&queue) {
            let problem = Problem::at(item.place, "names a queue that is named above already");
            reader.report(problem.hint("name each queue once: it gets one copy"));
        }
        queues.push(queue);
    }
    if queues.is_empty() {
        reader.report(Problem::at(node.place, "names no queue").hint("write `orders`, or `[orders, audit]`"));
        return None;
    }
    Some(queues)
}

fn retries(producer: &Object<'_>, reader: &mut Reader) -> Option<Retries> {
    let object = reader.object(producer.get("retries")?, producer.key_place("retries"), keys::RETRIES)?;
    let limit = object.quantity("limit", reader, |text| quantity::count(text, 0, MOST_TRIES));
    let within = object.quantity("within", reader, |text| quantity::span(text, &SOME));
    let delay = delays::read(&object, reader);
    // Jitter takes the whole of a delay next to never.
    if object.get("limit").is_none() && (Delay { jitter: Jitter::None, ..delay.clone() }).can_be_zero() {
        let problem = Problem::at(object.place(), "it would try again without end at one instant");
        reader.report(problem.hint("give it a `delay`, such as `{backoff: {first: 100ms, factor: 2}}`, or a `limit`"));
    }
    let timeout = object.quantity("timeout", reader, |text| quantity::span(text, &SOME));
    let budget = object.quantity("budget", reader, quantity::share);
    let confirms_lost = object.quantity("confirms_lost", reader, quantity::share).unwrap_or(0.0);
    let limit = limit.and_then(|limit| u32::try_from(limit).ok());
    Some(Retries { delay, limit, within, timeout, confirms_lost, budget })
}

fn network(producer: &Object<'_>, reader: &mut Reader) -> Option<Uplink> {
    let object = reader.object(producer.get("network")?, producer.key_place("network"), keys::UPLINK)?;
    let [publish, confirm] = super::faults::legs(&object, ["publish", "confirm"], reader)?;
    Some(Uplink { publish, confirm })
}

/// Who waits for a message waits for one, and thinks of nothing else meanwhile.
fn awaits_one(producer: &Object<'_>, to: Option<&[QueueId]>, arrivals: Option<&Arrivals>, reader: &mut Reader) {
    let place = producer.key_place("retries");
    if to.is_some_and(|to| to.len() > 1) {
        let problem = Problem::at(place, "a message that goes to several queues has no single end to wait for");
        reader.report(problem.hint("leave out `timeout` and `confirms_lost`, or publish to one queue"));
    }
    if arrivals.is_some_and(Arrivals::is_closed) {
        let problem =
            Problem::at(place, "clients of a closed population wait for their message, however long it takes");
        reader.report(problem.hint("leave out `timeout` and `confirms_lost`, or the `closed` arrivals"));
    }
}

/// How often clients who wait for their answers send at most: with nobody before them in a queue.
pub fn rate_closed(
    producers: &mut [Producer],
    queues: &[Queue],
    consumers: &[Consumers],
    root: &Node,
    reader: &mut Reader,
) {
    let work = work_s(queues.len(), consumers);
    for producer in producers {
        let Arrivals::Closed { population, think, at_most_per_s } = &mut producer.arrivals else { continue };
        let longest = producer.publishes_to.iter().map(|queue| work[queue.index()]).fold(0.0, f64::max);
        let cycle_s = think.mean_s() + longest;
        *at_most_per_s = f64::from(*population) / cycle_s;
        let ends_at_once = |queue: &QueueId| {
            let rules = &queues[queue.index()].rules;
            let is_emptied = consumers.iter().any(|entry| entry.takes_from.contains(queue));
            !is_emptied || rules.is_limited() && rules.when_full != WhenFull::Block
        };
        let in_no_time = think.mean_s() == 0.0 && producer.publishes_to.iter().any(ends_at_once);
        if in_no_time || *at_most_per_s > quantity::MOST_PER_SECOND {
            let place = root.find(&["producers", &producer.name, "arrivals"]).map_or(Place::TOP, |node| node.place);
            let problem = Problem::at(place, "the clients can go round in no time");
            reader.report(problem.hint("let them think, such as `think: {exponential: {mean: 5s}}`"));
            *at_most_per_s = 1.0;
        }
    }
}

/// The mean work in seconds on a message that enters a queue, with what it is passed on to.
fn work_s(queues: usize, consumers: &[Consumers]) -> Vec<f64> {
    let mut work = vec![0.0; queues];
    // What comes back now and then is known well after so many rounds.
    for _ in 0..=2 * super::check::MOST_THINGS {
        work = (0..queues).map(|at| work_of(at, consumers, &work)).collect();
    }
    work
}

fn work_of(at: usize, consumers: &[Consumers], work: &[f64]) -> f64 {
    let entries: Vec<&Consumers> =
        consumers.iter().filter(|entry| entry.takes_from.contains(&QueueId(at as u16))).collect();
    let of_entry = |entry: &&Consumers| {
        let onward: f64 = entry.then.iter().map(|way| way.share * work[way.to.index()]).sum();
        entry.rules.service.mean_s() + onward
    };
    entries.iter().map(of_entry).sum::<f64>() / entries.len().max(1) as f64
}

fn messages(producer: &Object<'_>, reader: &mut Reader) -> Option<MessageRules> {
    let object = reader.object(producer.get("messages")?, producer.key_place("messages"), keys::MESSAGES)?;
    let priority = object.quantity("priority", reader, |text| quantity::count(text, 0, MOST_PRIORITY));
    let ttl = object.get("ttl").and_then(|node| distribution::read(node, object.example("ttl"), reader));
    if ttl.as_ref().is_some_and(|ttl| ttl.can_be_zero()) {
        let problem = Problem::at(object.key_place("ttl"), "messages that live for no time could go round in none");
        reader.report(problem.hint("write a time above `0s`"));
    }
    let amount = |key, unit, reader: &mut Reader| {
        object.get(key).and_then(|node| amounts::read(node, object.example(key), unit, reader))
    };
    let (work, size) = (amount("work", &amounts::WORK, reader), amount("size", &amounts::SIZE, reader));
    let key = object.get("key").and_then(|node| key_of(node, object.key_place("key"), reader));
    let priority = priority.and_then(|priority| u8::try_from(priority).ok()).unwrap_or(0);
    Some(MessageRules { priority, ttl, key, work, size })
}

/// Which keys messages carry.
fn key_of(node: &Node, place: Place, reader: &mut Reader) -> Option<Keys> {
    let object = reader.object(node, place, keys::KEYS)?;
    let among = object.need_quantity("among", reader, |text| quantity::count(text, 1, MOST_KEYS));
    let skew = object.quantity("skew", reader, |text| quantity::number(text, 0.0, MOST_SKEW)).unwrap_or(0.0);
    let hot = object.quantity("hot", reader, quantity::share);
    if among == Some(1) && hot.is_some_and(|hot| hot < 1.0) {
        let problem = Problem::at(object.key_place("hot"), "the only key there is has all messages");
        reader.report(problem.hint("leave out `hot`, or write more than 1 behind `among`"));
    }
    Some(Keys { among: among?, skew, hot })
}

/// What a trace records of its messages is not said again.
fn said_once(producer: &Object<'_>, arrivals: Option<&Arrivals>, reader: &mut Reader) {
    let Some(Node { value: Value::Pairs(carried), .. }) = producer.get("messages") else { return };
    let recorded = [("work", arrivals.and_then(|a| a.work(0))), ("size", arrivals.and_then(|a| a.size(0)))];
    for (name, _) in recorded.iter().filter(|(_, recorded)| recorded.is_some()) {
        for (key, _) in carried.iter().filter(|(key, _)| key.name == *name) {
            let problem = Problem::at(key.place, format!("the trace says the {name} of its messages already"));
            reader.report(problem.hint(format!("leave out this one, or the `{name}` of the trace")));
        }
    }
}
