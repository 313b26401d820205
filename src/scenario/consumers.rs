//! Consumers entries, from their keys.

use super::model::Consumers;
use super::problem::Problem;
use super::quantity::{self, ANY, Wrong};
use super::reader::{Object, Reader};
use super::yaml::{Key, Node, Value};
use super::{count, keys};
use crate::broker::QueueId;
use crate::client::{Acknowledge, BatchTime, ConsumerRules, OnFailure, OnRetry, Takes};
use crate::time::Span;

/// Over all entries.
pub const MOST_CONSUMERS: u64 = 50_000;
const MOST_PREFETCH: u64 = 1_000_000;
const MOST_PRIORITY: u64 = 1000;
/// In one batch, or acknowledged at once.
const MOST_TOGETHER: u64 = 1_000_000;

pub fn read(key: &Key, node: &Node, reader: &mut Reader) -> Option<Consumers> {
    let object = reader.object(node, key.place, keys::CONSUMERS)?;
    let takes_from = object.need("takes_from", reader).and_then(|node| takes_from(node, reader));
    let count = count::read(&object, reader);
    let prefetch = object.quantity("prefetch", reader, prefetch);
    let priority = object.quantity("priority", reader, |text| quantity::count(text, 0, MOST_PRIORITY));
    let service = object.need("service", reader).and_then(|node| super::follows::service(node, &object, reader));
    let on_retry = object.word("on_retry", reader, keys::ON_RETRY).unwrap_or(OnRetry::Same);
    let acknowledge = acknowledge(&object, reader);
    let takes = takes(&object, reader);
    let fails = object.quantity("fails", reader, quantity::share).unwrap_or(0.0);
    let then = object.get("then").map(|node| super::then::read(node, object.key_place("then"), reader));
    let on_failure = object.word("on_failure", reader, keys::ON_FAILURE).unwrap_or(OnFailure::Requeue);
    let faults = super::faults::read(&object, acknowledge, reader);
    let (service, follows) = service?;
    let rules = ConsumerRules { service, follows, on_retry, acknowledge, fails, on_failure, takes, faults };
    let prefetch = match acknowledge {
        // It limits nothing.
        Acknowledge::OnDelivery => u32::MAX,
        _ => prefetch.unwrap_or(takes.map_or(1, |takes| takes.up_to)),
    };
    check_prefetch(&object, prefetch, &rules, reader);
    let works_by = object.word("works_by", reader, keys::WORKS_BY).unwrap_or_default();
    let (count, shifts) = count?;
    Some(Consumers {
        name: key.name.clone(),
        takes_from: takes_from?,
        count,
        shifts,
        prefetch,
        prefetch_given: object.get("prefetch").is_some(),
        then: then.unwrap_or_default(),
        priority: priority.unwrap_or(0) as u16,
        works_by,
        rules,
    })
}

/// One queue, or several in order of preference.
fn takes_from(node: &Node, reader: &mut Reader) -> Option<Vec<QueueId>> {
    let Value::List(items) = &node.value else { return reader.queue(node).map(|queue| vec![queue]) };
    if items.is_empty() {
        reader.report(Problem::at(node.place, "there is no queue in it").hint("write one queue or more"));
        return None;
    }
    let mut queues = Vec::new();
    for item in items {
        let queue = reader.queue(item)?;
        if queues.contains(&queue) {
            reader.report(Problem::at(item.place, "stands in the list already").hint("name each queue once"));
            return None;
        }
        queues.push(queue);
    }
    Some(queues)
}

fn takes(object: &Object<'_>, reader: &mut Reader) -> Option<Takes> {
    let node = object.get("takes")?;
    let takes = reader.object(node, object.key_place("takes"), keys::TAKES)?;
    let up_to = takes.need_quantity("up_to", reader, |text| quantity::count(text, 1, MOST_TOGETHER));
    let wait = takes.quantity("wait", reader, |text| quantity::span(text, &ANY)).unwrap_or(Span::ZERO);
    let time = takes.word("time", reader, keys::BATCH_TIME).unwrap_or(BatchTime::Longest);
    Some(Takes { up_to: up_to? as u32, wait, time })
}

/// A word, or `{every: 10}`.
fn acknowledge(object: &Object<'_>, reader: &mut Reader) -> Acknowledge {
    let Some(node) = object.get("acknowledge") else { return Acknowledge::After };
    if !matches!(node.value, Value::Pairs(_)) {
        return reader.word(node, keys::ACKNOWLEDGE).unwrap_or(Acknowledge::After);
    }
    let every = reader.object(node, object.key_place("acknowledge"), keys::EVERY);
    let every =
        every.and_then(|every| every.need_quantity("every", reader, |text| quantity::count(text, 1, MOST_TOGETHER)));
    every.map_or(Acknowledge::After, |every| Acknowledge::Every(every as u32))
}

/// What a consumer has to hold at once it must be allowed to hold.
fn check_prefetch(object: &Object<'_>, prefetch: u32, rules: &ConsumerRules, reader: &mut Reader) {
    let together = rules.takes.map(|takes| (takes.up_to, "waits for a batch of"));
    let every = match rules.acknowledge {
        Acknowledge::Every(every) => Some((every, "acknowledges every")),
        Acknowledge::After | Acknowledge::Before | Acknowledge::OnDelivery => None,
    };
    for (least, why) in [together, every].into_iter().flatten().filter(|(least, _)| *least > prefetch) {
        let message = format!("a consumer that {why} {least} messages would hold at most {prefetch}");
        reader.report(Problem::at(object.key_place("prefetch"), message).hint(format!("write `prefetch: {least}`")));
    }
}

fn prefetch(text: &str) -> Result<u32, Wrong> {
    match text {
        "unlimited" => Ok(u32::MAX),
        "0" => Err(Wrong::new(
            "a consumer with `prefetch: 0` would never get a message",
            "write `unlimited`, or `1` or more",
        )),
        _ => quantity::count(text, 1, MOST_PREFETCH).map(|number| number as u32),
    }
}
