//! Consumers entries, from their keys.

use super::keys;
use super::model::Consumers;
use super::problem::Problem;
use super::quantity::{self, Wrong};
use super::reader::{Object, Reader};
use super::yaml::{Key, Node, Value};
use crate::client::{Acknowledge, ConsumerRules, OnFailure, OnRetry};

/// Over all entries.
pub const MOST_CONSUMERS: u64 = 100_000;
const MOST_PREFETCH: u64 = 1_000_000;

pub fn read(key: &Key, node: &Node, reader: &mut Reader) -> Option<Consumers> {
    let object = reader.object(node, key.place, keys::CONSUMERS)?;
    let takes_from = object.need("takes_from", reader).and_then(|node| reader.queue(node));
    let count = count(&object, reader);
    let prefetch = object.quantity("prefetch", reader, prefetch);
    let service = object
        .need("service", reader)
        .and_then(|node| super::distribution::read(node, object.example("service"), reader));
    let on_retry = object.word("on_retry", reader, keys::ON_RETRY).unwrap_or(OnRetry::Same);
    let acknowledge = object.word("acknowledge", reader, keys::ACKNOWLEDGE).unwrap_or(Acknowledge::After);
    let fails = object.quantity("fails", reader, quantity::share).unwrap_or(0.0);
    let then = object.get("then").map(|node| super::then::read(node, object.key_place("then"), reader));
    let on_failure = object.word("on_failure", reader, keys::ON_FAILURE).unwrap_or(OnFailure::Requeue);
    Some(Consumers {
        name: key.name.clone(),
        takes_from: takes_from?,
        count: count?,
        prefetch: prefetch.unwrap_or(1),
        then: then.unwrap_or_default(),
        rules: ConsumerRules { service: service?, on_retry, acknowledge, fails, on_failure },
    })
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
        "unlimited" => Err(Wrong::new("`unlimited` is not supported yet", "write a number, such as `1000`")),
        "0" => Err(Wrong::new("a consumer with `prefetch: 0` would never get a message", "write `1` or more")),
        _ => quantity::count(text, 1, MOST_PREFETCH).map(|number| number as u32),
    }
}
