//! Consumers entries, from their keys.

use super::keys;
use super::model::Consumers;
use super::problem::Problem;
use super::quantity::{self, Wrong};
use super::reader::{Object, Reader};
use super::yaml::{Key, Node, Value};
use crate::broker::QueueId;
use crate::client::{Acknowledge, ConsumerRules, OnFailure, OnRetry};

/// Over all entries.
pub const MOST_CONSUMERS: u64 = 100_000;
const MOST_PREFETCH: u64 = 1_000_000;
const MOST_PRIORITY: u64 = 1000;

pub fn read(key: &Key, node: &Node, reader: &mut Reader) -> Option<Consumers> {
    let object = reader.object(node, key.place, keys::CONSUMERS)?;
    let takes_from = object.need("takes_from", reader).and_then(|node| takes_from(node, reader));
    let count = count(&object, reader);
    let prefetch = object.quantity("prefetch", reader, prefetch);
    let priority = object.quantity("priority", reader, |text| quantity::count(text, 0, MOST_PRIORITY));
    let service = object
        .need("service", reader)
        .and_then(|node| super::distribution::read(node, object.example("service"), reader));
    let on_retry = object.word("on_retry", reader, keys::ON_RETRY).unwrap_or(OnRetry::Same);
    let acknowledge = object.word("acknowledge", reader, keys::ACKNOWLEDGE).unwrap_or(Acknowledge::After);
    let fails = object.quantity("fails", reader, quantity::share).unwrap_or(0.0);
    let on_failure = object.word("on_failure", reader, keys::ON_FAILURE).unwrap_or(OnFailure::Requeue);
    Some(Consumers {
        name: key.name.clone(),
        takes_from: takes_from?,
        count: count?,
        prefetch: prefetch.unwrap_or(1),
        priority: priority.unwrap_or(0) as u16,
        rules: ConsumerRules { service: service?, on_retry, acknowledge, fails, on_failure },
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

fn count(object: &Object<'_>, reader: &mut Reader) -> Option<u32> {
    let Some(node) = object.get("count") else { return Some(1) };
    if matches!(node.value, Value::Pairs(_)) {
        let problem = Problem::at(node.place, "a count that changes is not supported yet");
        reader.report(problem.hint("write a whole number"));
        return None;
    }
    let count = reader.quantity(node, "3", |text| quantity::count(text, 1, MOST_CONSUMERS))?;
    u32::try_from(count).ok()
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
