//! Producers, from their keys.

use super::keys;
use super::model::Producer;
use super::reader::Reader;
use super::yaml::{Key, Node};

pub fn read(key: &Key, node: &Node, reader: &mut Reader) -> Option<Producer> {
    let object = reader.object(node, key.place, keys::PRODUCER)?;
    let publishes_to = object.need("publishes_to", reader).and_then(|node| reader.queue(node));
    let arrivals = object.need("arrivals", reader).and_then(|node| super::arrivals::read(node, reader));
    Some(Producer { name: key.name.clone(), publishes_to: publishes_to?, arrivals: arrivals? })
}
