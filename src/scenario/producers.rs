//! Producers, from their keys.

use super::model::Producer;
use super::problem::Problem;
use super::quantity;
use super::reader::{Object, Reader};
use super::yaml::{Key, Node};
use super::{distribution, keys};
use crate::client::MessageRules;

const MOST_PRIORITY: u64 = 254;

pub fn read(key: &Key, node: &Node, reader: &mut Reader) -> Option<Producer> {
    let object = reader.object(node, key.place, keys::PRODUCER)?;
    let publishes_to = object.need("publishes_to", reader).and_then(|node| reader.queue(node));
    let arrivals = object.need("arrivals", reader).and_then(|node| super::arrivals::read(node, reader));
    let messages = messages(&object, reader).unwrap_or_default();
    Some(Producer { name: key.name.clone(), publishes_to: publishes_to?, arrivals: arrivals?, messages })
}

fn messages(producer: &Object<'_>, reader: &mut Reader) -> Option<MessageRules> {
    let object = reader.object(producer.get("messages")?, producer.key_place("messages"), keys::MESSAGES)?;
    let priority = object.quantity("priority", reader, |text| quantity::count(text, 0, MOST_PRIORITY));
    let ttl = object.get("ttl").and_then(|node| distribution::read(node, object.example("ttl"), reader));
    if ttl.as_ref().is_some_and(|ttl| ttl.can_be_zero()) {
        let problem = Problem::at(object.key_place("ttl"), "messages that live for no time could go round in none");
        reader.report(problem.hint("write a time above `0s`"));
    }
    Some(MessageRules { priority: priority.and_then(|priority| u8::try_from(priority).ok()).unwrap_or(0), ttl })
}
